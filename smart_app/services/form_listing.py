"""What can be filled in about a patient, what was begun, and what was completed when: for one look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ipt_fhir.instruments.catalogue import Instrument
from ipt_fhir.model.episode import Episode
from ipt_fhir.protocol.course_guards import measure_in
from ipt_fhir.questionnaires.off_track import leading_measure
from ipt_fhir.questionnaires.readings import Reading
from smart_app.services.desk import Desk
from smart_app.services.drafting import owner_at
from smart_app.services.forms_at_hand import FormAtHand, copies
from smart_app.services.overview import Due, due, measure
from smart_app.services.packs import is_by_hand, is_removed, why_form_is_closed
from smart_app.services.practice import Practice
from smart_app.services.titles import title_of
from smart_app.store import drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One form: its key and title, when it was begun and last completed, and its last score where it has one.

    ``by_hand``: only its total can be entered. ``closed``: the form is not filled in any more, and why.
    """

    key: str
    title: str
    is_due: bool = False
    by_hand: bool = False
    closed: str = ""
    begun: datetime | None = None
    done: datetime | None = None
    latest: Reading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormList:
    """Measures (with a score), scores whose texts are not here, forms without a score, forms that were opened."""

    measures: tuple[Listed, ...]
    scores: tuple[Listed, ...]
    forms: tuple[Listed, ...]
    opened: tuple[Listed, ...]


def list_forms(practice: Practice, desk: Desk) -> FormList:
    """Everything that is at hand for this person and this patient."""
    with practice.store.read() as tx:
        begun = drafts.listed(tx, desk.lane, desk.user_sub)
    is_due = Due.MEASURE in due(desk.episode, desk.today, 0, practice.catalogue)
    leading = leading_measure(desk.episode, practice.catalogue)
    listed = {
        found: _listed(practice, desk, found, begun.get(found.id), is_due=is_due and found.id == leading)
        for found in practice.catalogue.instruments().values()
    }
    # Of a pack that was removed only what was answered is still spoken of.
    listed = {found: item for found, item in listed.items() if item.done or not is_removed(practice, found.id)}
    return FormList(
        measures=tuple(item for found, item in listed.items() if found.has_form and _measures(found)),
        scores=tuple(item for found, item in listed.items() if not found.has_form),
        forms=tuple(item for found, item in listed.items() if found.has_form and not _measures(found)),
        opened=tuple(_copy(desk.episode, found, begun) for found in copies(practice, owner_at(desk))),
    )


def _listed(practice: Practice, desk: Desk, found: Instrument, begun: datetime | None, *, is_due: bool) -> Listed:
    scored = measure_in(desk.episode, found.id, practice.catalogue).scale
    latest = measure(desk.episode, found.id, practice.catalogue).latest if scored else None
    times = [item.authored for item in desk.episode.responses if item.instrument == found.id and item.stands]
    done = latest.at if latest else max(times, default=None) or _last(desk.episode, found.canonical)
    return Listed(
        key=found.id,
        title=title_of(found),
        is_due=is_due,
        by_hand=is_by_hand(practice, found),
        closed=why_form_is_closed(practice, found),
        begun=begun,
        done=done,
        latest=latest,
    )


def _measures(found: Instrument) -> bool:
    """Whether its answers are exchanged as scores: a total, or counts of their own."""
    return found.total is not None or any(part.code for part in found.parts)


def _copy(episode: Episode, found: FormAtHand, begun: Mapping[str, datetime]) -> Listed:
    done = _last(episode, found.address.partition("|")[0])
    return Listed(key=found.key, title=found.title, begun=begun.get(found.key), done=done)


def _last(episode: Episode, address: str) -> datetime | None:
    times = [form.authored for form in episode.forms if form.address == address and form.stands]
    return times[-1] if times else None
