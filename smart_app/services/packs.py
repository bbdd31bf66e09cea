"""The packs a clinic works with, as its people see them: by what right each is used, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ipt_fhir.instruments.catalogue import Catalogue, Instrument, form_is_shipped
from ipt_fhir.instruments.packs import Statement
from smart_app.language import day
from smart_app.language import gettext as _
from smart_app.services.pack_keeping import KeptPack
from smart_app.services.practice import Practice
from smart_app.services.titles import title_of

_WARN_DAYS = 30


class Standing(StrEnum):
    """Where a licence stands today."""

    IN_FORCE = "in-force"
    ENDS_SOON = "ends-soon"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackLine:
    """A pack in use. ``days_left`` until the last day of its licence; negative once that is over."""

    title: str
    version: str
    licence: Statement
    instruments: tuple[str, ...]
    standing: Standing
    days_left: int


def pack_lines(practice: Practice) -> list[PackLine]:
    """The packs in use, those whose licence ends first at the top."""
    in_use = [item for item in practice.packs if item.removed is None]
    return sorted((_line(item, practice.today()) for item in in_use), key=lambda line: (line.days_left, line.title))


def why_not_fillable(practice: Practice, instrument_id: str) -> str:
    """The sentence that says why the form cannot be filled in today; empty when it can. Past answers stay readable.

    Raises UnknownInstrument.
    """
    found = practice.catalogue.instrument(instrument_id)
    if not found.has_form:
        return _("There is no form of %(title)s here. Enter its total by hand.", title=title_of(found))
    kept = _source_of(practice, instrument_id)
    if kept is None:
        return ""
    if kept.removed is not None:
        return _("%(title)s is no longer in use here. Past answers stay.", title=title_of(found))
    if kept.pack.days_left(practice.today()) < 0:
        ended = day(kept.pack.licence.expires)
        return _("The licence for %(title)s ended on %(day)s. Past answers stay.", title=title_of(found), day=ended)
    return ""


def why_form_is_closed(practice: Practice, found: Instrument) -> str:
    """As ``why_not_fillable``, of a form that is here; empty where only a total is taken."""
    return why_not_fillable(practice, found.id) if found.has_form else ""


def is_by_hand(practice: Practice, found: Instrument) -> bool:
    """Whether its total is read off a sheet: there is no form, or the licence of the pack that had it is over."""
    return not found.has_form or (bool(why_form_is_closed(practice, found)) and not form_is_shipped(found))


def is_removed(practice: Practice, instrument_id: str) -> bool:
    """Whether the instrument is here only to read what was answered: its pack was removed."""
    kept = _source_of(practice, instrument_id)
    return kept is not None and kept.removed is not None


def catalogue_in_force(practice: Practice) -> Catalogue:
    """The instruments without those whose form is not to be filled in any more."""
    added = practice.catalogue.added.items()
    return Catalogue({name: found for name, found in added if not why_not_fillable(practice, name)})


def _source_of(practice: Practice, instrument_id: str) -> KeptPack | None:
    """The pack whose instrument the catalogue has: one in use before one that was removed, the newest of those."""
    found = [item for item in practice.packs if item.pack.instrument(instrument_id)]
    return max(found, key=lambda item: (item.removed is None, item.added), default=None)


def _line(kept: KeptPack, today: date) -> PackLine:
    pack = kept.pack
    left = pack.days_left(today)
    return PackLine(
        title=pack.title,
        version=pack.version,
        licence=pack.licence,
        instruments=tuple(item.instrument.title for item in pack.instruments),
        standing=Standing.ENDED if left < 0 else Standing.ENDS_SOON if left <= _WARN_DAYS else Standing.IN_FORCE,
        days_left=left,
    )
