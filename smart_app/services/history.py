"""Every set of answers of a course: what it came to, what changed, and what became of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from ipt_fhir.instruments.catalogue import Catalogue, Instrument
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.measures import Response, answered_at
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.protocol.course_guards import measure_in
from ipt_fhir.protocol.response_states import Answered, find
from ipt_fhir.questionnaires.answers import answers_of
from ipt_fhir.questionnaires.scoring import Change, Score, change, score, score_of_total
from smart_app.services.overview import Measure, measure
from smart_app.services.titles import title_of, title_of_filled


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One version of answers, or of a total read off a sheet.

    ``at`` is when the answers were given: for a correction, the time of what it corrects; of a total, that of its
    sheet. ``result`` is what the answers of an instrument add up to, also where they no longer count. The changes are
    those between totals that count: since the first (the baseline) and since the one before. ``corrects`` and
    ``corrected_by`` are the ids of the versions before and after it, where they are in the course.
    """

    version: Answered
    title: str
    at: datetime
    result: Score | None = None
    since_first: Change | None = None
    since_last: Change | None = None
    corrects: str | None = None
    corrected_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """All versions of answers to one form, the newest first; ``measure`` draws those of an instrument."""

    title: str
    entries: tuple[Entry, ...]
    measure: Measure | None = None


def history(episode: Episode, catalogue: Catalogue) -> tuple[Series, ...]:
    """What was answered in this course, form by form: instruments first, then all other forms."""
    ids = dict.fromkeys(item.instrument for item in episode.measured)
    addresses = dict.fromkeys(form.address for form in episode.forms)
    return (
        *(_of_instrument(episode, name, catalogue) for name in ids),
        *(_of_form(episode, address) for address in addresses),
    )


def entry_of(episode: Episode, response_id: str, catalogue: Catalogue) -> Entry:
    """One version of answers by its id. Raises UnknownResponse."""
    found = find(episode, response_id)
    if isinstance(found, FilledForm):
        series = _of_form(episode, found.address)
    else:
        series = _of_instrument(episode, found.instrument, catalogue)
    return next(entry for entry in series.entries if entry.version.id == response_id)


def _of_instrument(episode: Episode, instrument_id: str, catalogue: Catalogue) -> Series:
    """Of an instrument that is not here any more (a pack was taken out) there are answers and no score."""
    here = instrument_id in catalogue.instruments()
    known = measure_in(episode, instrument_id, catalogue) if here else None
    same = [item for item in episode.measured if item.instrument == instrument_id]
    title = title_of(known) if known else instrument_id
    entries = _in_order(_entry(item, title, same, known) for item in same)
    if known is None or (known.scoring is None and known.scale is None):
        return Series(title=title, entries=tuple(reversed(entries)))
    changed = _with_changes(entries, known)
    return Series(title=title, entries=tuple(reversed(changed)), measure=measure(episode, instrument_id, catalogue))


def _of_form(episode: Episode, address: str) -> Series:
    same = [form for form in episode.forms if form.address == address]
    entries = _in_order(_entry(form, title_of_filled(form), same) for form in same)
    return Series(title=entries[-1].title, entries=tuple(reversed(entries)))


def _entry(version: Answered, title: str, same: Sequence[Answered], known: Instrument | None = None) -> Entry:
    return Entry(
        version=version,
        title=title,
        at=version.authored if isinstance(version, EnteredTotal) else answered_at(version, same),
        result=_result(version, known),
        corrects=next((item.id for item in same if item.id == version.replaces), None),
        corrected_by=next((item.id for item in same if item.replaces == version.id), None),
    )


def _result(version: Answered, known: Instrument | None) -> Score | None:
    if known is None:
        return None
    if isinstance(version, EnteredTotal):
        return score_of_total(known, version.total)
    return score(known, answers_of(version)) if known.scoring and isinstance(version, Response) else None


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    """By the time of the answers; versions of a total share that of their sheet, the one that counts is last."""
    return sorted(entries, key=_place)


def _place(entry: Entry) -> tuple[datetime, datetime, bool, bool, str]:
    version = entry.version
    return entry.at, version.authored, version.stands, version.replaces is not None, version.id


def _with_changes(entries: Sequence[Entry], known: Instrument) -> list[Entry]:
    """Each total that counts beside the first and the one before; what no longer counts changes nothing."""
    told: list[Entry] = []
    totals: list[Decimal] = []
    for entry in entries:
        total = entry.result.total if entry.result and entry.version.stands else None
        if total is None:
            told.append(entry)
            continue
        moved = [change(known, before, total) for before in (totals[0], totals[-1])] if totals else [None, None]
        told.append(replace(entry, since_first=moved[0], since_last=moved[1]))
        totals.append(total)
    return told
