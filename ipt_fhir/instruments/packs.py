"""Packs: Questionnaires a clinic is licensed for, brought along as data (docs/packs.md).

A pack comes as a whole or not at all, and whatever keeps it out is said in one go. What is checked here is its files
and how they agree with each other and with the instruments that are here already; the folder they lie in is read by
``pack_folder``, and whether a form can be filled in is asked of the engine.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
from msgspec import Struct

from ipt_fhir.instruments.catalogue import SHIPPED, Added, Catalogue, claims
from ipt_fhir.instruments.defects import InstrumentDefect
from ipt_fhir.instruments.definition import Instrument
from ipt_fhir.instruments.loading import FORM, MEANING, instrument_from
from ipt_fhir.instruments.rules import Licence, SafetyRule

PACK_FILE = "pack.toml"
MOST_INSTRUMENTS = 50

_PLAIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_ID = 64
_VERSION = re.compile(r"[0-9A-Za-z]+([.-][0-9A-Za-z]+)*")
_LONGEST_VERSION = 32
_LONGEST_WORDS = 200
_LONGEST_DATE = len("2026-03-02")
_PLAIN_ID = f"small letters, digits and single hyphens, {_LONGEST_ID} at most"


class PackRefused(ValueError):
    """The pack cannot be used, and why: every reason, each a sentence for whoever built it or is to add it."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(self.reasons))


class Statement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By what right the clinic uses the texts, and who in the clinic looked at it and when.

    ``reference`` is the number or address of the agreement; ``expires`` the last day on which the forms may be filled.
    """

    holder: str
    reference: str
    expires: date
    confirmed_by: str
    confirmed_on: date


class _PackFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    title: str
    version: str
    licence: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One version of a pack: what it is called, the licence statement, and its instruments with their forms."""

    id: str
    title: str
    version: str
    licence: Statement
    instruments: tuple[Added, ...]

    def days_left(self, today: date) -> int:
        """Days until the last on which its forms may be filled; negative once that is over."""
        return (self.licence.expires - today).days

    def instrument(self, instrument_id: str) -> Added | None:
        """The instrument with that id, if it is one of this pack."""
        return next((item for item in self.instruments if item.instrument.id == instrument_id), None)


def is_plain_id(name: str) -> bool:
    """Whether a name may be an id of ours, and so a folder on any system: ``a-z``, digits, single hyphens."""
    return len(name) <= _LONGEST_ID and _PLAIN.fullmatch(name) is not None


def read_pack(files: Mapping[str, bytes]) -> Pack:
    """The pack whose files those are, by path (``pack.toml``, ``epds/questionnaire.json``). Raises PackRefused."""
    head = _head(files.get(PACK_FILE))
    folders = sorted({path.partition("/")[0] for path in files} - {PACK_FILE})
    strange = files.keys() - {PACK_FILE, *(f"{folder}/{name}" for folder in folders for name in (FORM, MEANING))}
    if strange:
        raise PackRefused(f"{path}: has no place in a pack" for path in sorted(strange))
    if not folders:
        raise PackRefused(["there is no instrument in the pack; each is a folder of its own"])
    licence = Licence(
        shipping="C", holder=head.licence.holder, notice=_notice(head.licence), source=head.licence.reference
    )
    found, reasons = [], list[str]()
    for folder in folders:
        try:
            found.append(_instrument(folder, files, licence))
        except InstrumentDefect as defect:
            reasons += [f"{folder}: {wrong}" for wrong in defect.wrongs]
    if reasons:
        raise PackRefused(reasons)
    return Pack(id=head.id, title=head.title, version=head.version, licence=head.licence, instruments=tuple(found))


def objections(pack: Pack, installed: Sequence[Pack], removed: Sequence[Pack], today: date) -> tuple[str, ...]:
    """What speaks against adding the pack to those installed; empty when it may be added.

    ``removed`` are packs that were in use before: answers given to their forms must stay readable.
    """
    forms = (reason for item in pack.instruments for reason in _of_release(item, today))
    return (*_of_statement(pack, today), *forms, *clashes(pack, installed, removed))


def clashes(pack: Pack, installed: Sequence[Pack], removed: Sequence[Pack] = ()) -> tuple[str, ...]:
    """As objections, without what is asked of a new pack only: what of it is here already under the same id, address or
    code."""
    found = (item.instrument for item in pack.instruments)
    return (
        *_of_pack(pack, installed),
        *(reason for instrument in found for reason in _of_instrument(instrument, installed, removed)),
        *_of_names(pack, (*installed, *removed)),
    )


def catalogue_of(installed: Iterable[Pack], removed: Iterable[Pack]) -> Catalogue:
    """The shipped instruments with those of packs. Of a pack that was removed the answers are still read."""
    earlier = {item.instrument.id: item for pack in removed for item in pack.instruments}
    readable = {name: item for name, item in earlier.items() if _gives_way(name)}
    return Catalogue(readable | {item.instrument.id: item for pack in installed for item in pack.instruments})


def _head(content: bytes | None) -> _PackFile:
    if content is None:
        raise PackRefused([f"{PACK_FILE} is missing: a pack says what it is and by what licence it is used"])
    try:
        head = msgspec.convert(tomllib.loads(content.decode("utf-8")), _PackFile)
    except (RecursionError, ValueError, msgspec.ValidationError) as wrong:
        raise PackRefused([f"{PACK_FILE}: {wrong}"]) from wrong
    faults = [f"{PACK_FILE}: {fault}" for fault in _faults(head)]
    if faults:
        raise PackRefused(faults)
    return head


def _notice(licence: Statement) -> str:
    return f"© {licence.holder} ({licence.reference})"


def _faults(head: _PackFile) -> Iterator[str]:
    if not is_plain_id(head.id):
        yield f"id: {_PLAIN_ID}"
    if len(head.version) > _LONGEST_VERSION or not _VERSION.fullmatch(head.version):
        yield f"version: letters and digits with single dots or hyphens between, {_LONGEST_VERSION} at most"
    licence = head.licence
    said = {"holder": licence.holder, "reference": licence.reference, "confirmed_by": licence.confirmed_by}
    for name, words in {"title": head.title, **said}.items():
        if not words.strip() or not words.isprintable() or len(words) > _LONGEST_WORDS:
            yield f"{name}: one line of words, {_LONGEST_WORDS} characters at most, not empty"


def _instrument(folder: str, files: Mapping[str, bytes], licence: Licence) -> Added:
    if not is_plain_id(folder):
        raise InstrumentDefect(folder, [f"the name of its folder: {_PLAIN_ID}"])
    form = files.get(f"{folder}/{FORM}")
    if form is None:
        raise InstrumentDefect(folder, [f"{FORM} is missing"])
    return Added(*instrument_from(folder, files.get(f"{folder}/{MEANING}"), form, licence))


def _of_statement(pack: Pack, today: date) -> Iterator[str]:
    if pack.days_left(today) < 0:
        yield f"the licence expired on {pack.licence.expires}"
    if pack.licence.confirmed_on > today:
        yield f"the licence is said to be confirmed on {pack.licence.confirmed_on}, which is still to come"


def _of_release(item: Added, today: date) -> Iterator[str]:
    """Whether its publisher lets the form be used today. Asked when it is added; one in use stays in use."""
    status, period = item.form.get("status"), item.form.get("effectivePeriod")
    if status != "active":
        yield f"{item.instrument.id}: the status of the form is {status!r}; bring the version that is active"
    end = period.get("end") if isinstance(period, dict) else None
    # A date may end with its year or its month; so much of today is compared, and the last day still counts.
    if isinstance(end, str) and (last := end[:_LONGEST_DATE]) < today.isoformat()[: len(last)]:
        yield f"{item.instrument.id}: the form was to be used until {last} (effectivePeriod); bring the one of today"


def _of_pack(pack: Pack, installed: Sequence[Pack]) -> Iterator[str]:
    for other in installed:
        if other.id == pack.id:
            yield f"a pack {pack.id} is here already, version {other.version}; remove it first"


def _of_instrument(found: Instrument, installed: Sequence[Pack], removed: Sequence[Pack]) -> Iterator[str]:
    for other in installed:
        if other.instrument(found.id):
            yield f"{found.id}: the pack {other.id} has an instrument of this id already"
    if not _gives_way(found.id):
        yield f"{found.id}: comes with this software; give yours another id"
    elif found.id in SHIPPED.instruments():
        yield from _of_series(SHIPPED.instrument(found.id), found, "this software knows it")
    for pack in removed:
        earlier = pack.instrument(found.id)
        if earlier:
            yield from _of_series(earlier.instrument, found, f"it was in {pack.id} {pack.version}")


def _gives_way(instrument_id: str) -> bool:
    """Whether an instrument of a pack may have that id: none is shipped, or only its score or its bare structure."""
    shipped = SHIPPED.instruments().get(instrument_id)
    return shipped is None or not shipped.has_form or bool(shipped.without_texts)


def _of_series(before: Instrument, now: Instrument, where: str) -> Iterator[str]:
    """Old and new answers make one series, so the score must mean the same and every old answer must be readable."""
    if (_total_code(before), before.scale) != (_total_code(now), now.scale):
        yield f"{now.id}: code or scale of its total is not as {where}"
    if before.safety and not now.safety:
        item_id = before.safety.link_id
        yield f"{now.id}: an answer to its item {item_id} asks for a step by a person; name it in [safety]"
    elif before.safety and now.safety and before.has_form:
        yield from _of_same_watch(before.safety, now.safety, now.id, where)
    for item in before.items:
        here = now.item(item.link_id)
        points = {option.code: option.points for option in here.options} if here else {}
        lost = [option.code for option in item.options if points.get(option.code, "lost") != option.points]
        if here is None or lost or (item.number is None) != (here.number is None):
            yield f"{now.id}: answers to item {item.link_id}, as {where}, would not be understood"


def _of_same_watch(before: SafetyRule, now: SafetyRule, name: str, where: str) -> Iterator[str]:
    """What obliged a person to act goes on to do so; more may be added."""
    lost = [code for code in before.positive if code not in now.positive]
    if now.link_id != before.link_id:
        yield f"{name}: [safety] names item {now.link_id}; name {before.link_id}, as {where}"
    elif lost:
        yield f"{name}: [safety] names fewer answers than before; add {', '.join(lost)}, as {where}"


def _total_code(found: Instrument) -> tuple[str, str] | None:
    return (found.total.system, found.total.code) if found.total else None


def _of_names(pack: Pack, known: Iterable[Pack]) -> Iterator[str]:
    """An address or a code leads to one instrument, also one of a removed pack: answers name their form by it."""
    taken = {name: found.id for found in SHIPPED.instruments().values() for name in claims(found)}
    taken |= {name: item.instrument.id for other in known for item in other.instruments for name in claims(item[0])}
    for item in pack.instruments:
        for name in sorted(claims(item.instrument)):
            if taken.setdefault(name, item.instrument.id) != item.instrument.id:
                yield f"{item.instrument.id}: {name} belongs to the instrument {taken[name]}"
