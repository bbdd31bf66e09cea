"""Where the therapy stands, worked out for one look. Pure: from the desk to values a page prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ipt_fhir.instruments.catalogue import Band, instrument
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.measures import Response
from ipt_fhir.model.sessions import Attendance, Phase, Session
from ipt_fhir.protocol.catalogue import Variant
from ipt_fhir.protocol.course_guards import variant_of
from ipt_fhir.questionnaires.scoring import Change, Score, change, score

MEASURE = "phq-9"


class Due(StrEnum):
    """What waits for the therapist, the most pressing first."""

    SAFETY = "safety"
    MEASURE = "measure"
    PLAN = "plan"
    SESSION = "session"
    FILING = "filing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The course as counted sessions. ``today`` is the number of the session that is open or comes next."""

    contracted: int
    today: int
    phase: Phase
    open_session: Session | None
    held: int
    sessions: tuple[Session, ...]
    phases: tuple[tuple[Phase, int, int], ...]

    @property
    def complete(self) -> bool:
        """Every contracted session is behind us."""
        return self.today > self.contracted


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One completed questionnaire and what its answers add up to."""

    response: Response
    result: Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure over the course: every reading in order, the baseline, the latest, and the change between them."""

    title: str
    highest: int
    bands: tuple[Band, ...]
    readings: tuple[Reading, ...]
    change: Change | None

    @property
    def latest(self) -> Reading | None:
        """The newest reading."""
        return self.readings[-1] if self.readings else None


def course(episode: Episode) -> Course:
    """Count the course.

    The number of the session says the phase, but for what only people decide: maintenance, and that it is closed.
    """
    variant = variant_of(episode)
    contracted = episode.contract.sessions if episode.contract else variant.sessions
    open_session = next((item for item in episode.sessions if item.kind.counts and not item.closed), None)
    closed = tuple(item for item in episode.sessions if item.closed)
    counted = [item for item in closed if item.kind.counts]
    today = open_session.number if open_session else 1 + max((item.number for item in counted), default=0)
    decided = episode.phase in {Phase.MAINTENANCE, Phase.CLOSED}
    return Course(
        contracted=contracted,
        today=today,
        phase=episode.phase if decided else variant.phase_of(min(today, contracted), contracted),
        open_session=open_session,
        held=sum(item.attendance is Attendance.ATTENDED for item in counted),
        sessions=closed,
        phases=_phases(variant, contracted),
    )


def measure(episode: Episode, instrument_id: str = MEASURE) -> Measure:
    """The readings of one instrument and the change since the first total."""
    found = instrument(instrument_id)
    readings = tuple(_reading(item) for item in _standing(episode) if item.instrument == instrument_id)
    totals = [item.result.total for item in readings if item.result.total is not None]
    moved = change(found, totals[0], totals[-1]) if len(totals) > 1 else None
    return Measure(title=found.title, highest=found.scoring.highest, bands=found.bands, readings=readings, change=moved)


def due(episode: Episode, today: date, unfiled: int) -> list[Due]:
    """What to do now, in the order in which it should be done."""
    counted = course(episode)
    waiting = {
        Due.SAFETY: bool(episode.open_safety_items),
        Due.MEASURE: not any(item.authored.date() == today for item in _standing(episode)),
        Due.PLAN: episode.contract is None or episode.primary_area is None or not episode.goals,
        Due.SESSION: counted.open_session is not None,
        Due.FILING: unfiled > 0,
    }
    return [item for item, is_due in waiting.items() if is_due]


def _standing(episode: Episode) -> Iterator[Response]:
    """The responses that count: finished, and not withdrawn."""
    return (item for item in episode.responses if item.stands)


def _reading(response: Response) -> Reading:
    answers = {answer.link_id: answer.code for answer in response.answers}
    return Reading(response=response, result=score(instrument(response.instrument), answers))


def _phases(variant: Variant, contracted: int) -> tuple[tuple[Phase, int, int], ...]:
    ending = contracted - variant.ending
    return (
        (Phase.INITIAL, 1, variant.initial),
        (Phase.MIDDLE, variant.initial + 1, ending),
        (Phase.TERMINATION, ending + 1, contracted),
    )
