"""Which forms a patient is to fill in now: what a clinician asked for, and the measure that opens every session.

Pure, but for the names of the forms. Nothing is asked of a patient on whom nobody has agreed a plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ipt_fhir.instruments.catalogue import Catalogue, Instrument
from ipt_fhir.model.activities import ActivityStatus
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.measures import answered_at
from ipt_fhir.protocol.activities import SESSIONAL
from ipt_fhir.protocol.catalogue import measures_of
from ipt_fhir.protocol.course_guards import variant_of
from ipt_fhir.protocol.pace import days_until_due

_UNDER_WAY = {EpisodeStatus.DRAFT, EpisodeStatus.ACTIVE}
_PLANNED = {ActivityStatus.PLANNED}


@dataclass(frozen=True, slots=True, kw_only=True)
class DueForm:
    """A form that is due; ``requested`` is when a clinician asked for it, None when the plan does."""

    key: str
    requested: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A form a patient or a clinician has finished: of which instrument or form, and when."""

    key: str
    at: datetime


def for_patients(catalogue: Catalogue) -> dict[str, Instrument]:
    """What a patient can be asked to fill in alone: forms with their texts that are filed. Those that stay in the app
    (inventory, contract, fidelity ...) are talked through with the clinician."""
    known = catalogue.instruments().items()
    return {key: item for key, item in known if item.has_form and item.filed and not item.without_texts}


def due_forms(
    episode: Episode,
    catalogue: Catalogue,
    requested: Mapping[str, datetime],
    received: Iterable[Answered],
    today: date,
) -> list[DueForm]:
    """What is due, what was asked for first. ``received`` was sent and is not in the course yet."""
    done, offered = [*_answered(episode), *received], for_patients(catalogue)
    wanted = [
        DueForm(key=key, requested=at)
        for key, at in requested.items()
        if key in offered and not any(item.key == key and item.at >= at for item in done)
    ]
    sessional = _sessional(episode, catalogue)
    if sessional and sessional not in requested and _is_time(episode, sessional, done, today):
        wanted.append(DueForm(key=sessional))
    return wanted


def _answered(episode: Episode) -> list[Answered]:
    versions = episode.responses
    return [Answered(key=item.instrument, at=answered_at(item, versions)) for item in versions if item.stands]


def _sessional(episode: Episode, catalogue: Catalogue) -> str | None:
    """The leading measure of the variant, while the plan has it at every session."""
    planned = any(item.code == SESSIONAL and item.status in _PLANNED for item in episode.activities)
    if not planned or episode.status not in _UNDER_WAY:
        return None
    offered = for_patients(catalogue)
    return next((name for name in measures_of(variant_of(episode), catalogue) if name in offered), None)


def _is_time(episode: Episode, key: str, done: Iterable[Answered], today: date) -> bool:
    """A day before the usual distance of sessions is over, because sessions move by a day."""
    days = [(today - item.at.astimezone().date()).days for item in done if item.key == key]
    return not days or min(days) >= days_until_due(episode)
