"""Where the therapy stands, worked out for one look. Pure: from the desk to values a page prints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ipt_fhir.instruments.catalogue import SHIPPED, Band, Catalogue, Instrument
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.goals import Goal, GoalStatus
from ipt_fhir.model.sessions import Attendance, Phase, Session
from ipt_fhir.protocol.catalogue import Variant, measures_of
from ipt_fhir.protocol.course import Step, step_of
from ipt_fhir.protocol.course_guards import measure_in, variant_of
from ipt_fhir.protocol.pace import days_until_due
from ipt_fhir.questionnaires.off_track import leading_measure
from ipt_fhir.questionnaires.readings import Reading, readings
from ipt_fhir.questionnaires.scoring import Change, change


class Due(StrEnum):
    """What waits for the therapist, the most pressing first."""

    SAFETY = "safety"
    MEASURE = "measure"
    FOCUS = "focus"
    PLAN = "plan"
    SESSION = "session"
    GOALS = "goals"
    ENDING = "ending"
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
class Measure:
    """A measure over the course: every reading in order, the baseline, the latest, and the change between them."""

    instrument: Instrument
    title: str
    highest: Decimal
    bands: tuple[Band, ...]
    readings: tuple[Reading, ...]
    change: Change | None

    @property
    def latest(self) -> Reading | None:
        """The newest reading."""
        return self.readings[-1] if self.readings else None


def course(episode: Episode) -> Course:
    """Count the course.

    The number of the session says the phase, but for what only people decide: maintenance, that it is closed, and an
    ending that begins early.
    """
    variant = variant_of(episode)
    contracted = episode.contract.sessions if episode.contract else variant.sessions
    open_session = next((item for item in episode.sessions if item.kind.counts and not item.closed), None)
    closed = tuple(item for item in episode.sessions if item.closed)
    counted = [item for item in closed if item.kind.counts]
    today = open_session.number if open_session else 1 + max((item.number for item in counted), default=0)
    decided = episode.phase in {Phase.TERMINATION, Phase.MAINTENANCE, Phase.CLOSED}
    by_number = variant.phase_of(min(today, contracted), contracted)
    if episode.ending_agreed_on and by_number in {Phase.INITIAL, Phase.MIDDLE}:
        by_number = Phase.TERMINATION
    return Course(
        contracted=contracted,
        today=today,
        phase=episode.phase if decided else by_number,
        open_session=open_session,
        held=sum(item.attendance is Attendance.ATTENDED for item in counted),
        sessions=closed,
        phases=_phases(variant, contracted),
    )


def ended(episode: Episode) -> bool:
    """Whether the course is over, for whatever reason: what was agreed is read, not changed."""
    return step_of(episode) is Step.CLOSED


def on_hold(episode: Episode) -> bool:
    """Whether the course pauses: until it is resumed nothing of it is due."""
    return step_of(episode) is Step.ON_HOLD


def measure(episode: Episode, instrument_id: str = "", catalogue: Catalogue = SHIPPED) -> Measure:
    """The readings of one instrument and the change since the first total; "" is the one the course is judged by."""
    found = measure_in(episode, instrument_id or leading_measure(episode, catalogue), catalogue)
    series = readings(episode, found)
    totals = [item.total for item in series if item.total is not None]
    moved = change(found, totals[0], totals[-1]) if len(totals) > 1 else None
    highest = found.scale.highest if found.scale and found.scale.highest else max(totals, default=Decimal(1))
    return Measure(
        instrument=found, title=found.title, highest=highest, bands=found.bands, readings=series, change=moved
    )


def measures(episode: Episode, catalogue: Catalogue = SHIPPED) -> tuple[Measure, ...]:
    """Every measure of the course: the one it is judged by first, also without a reading; then the variant's, then
    others in the order of their first use. What only a removed pack knew is left out."""
    known = catalogue.instruments()
    used = dict.fromkeys(item.instrument for item in episode.measured if item.stands)
    first = leading_measure(episode, catalogue)
    usual = [name for name in measures_of(variant_of(episode), catalogue) if name in used]
    there = (name for name in dict.fromkeys((first, *usual, *used)) if name in known)
    names = [name for name in there if measure_in(episode, name, catalogue).scale]
    found = (measure(episode, name, catalogue) for name in names)
    return tuple(item for item in found if item.readings or item.instrument.id == first)


def due(episode: Episode, today: date, unfiled: int, catalogue: Catalogue = SHIPPED) -> list[Due]:
    """What to do now, in the order in which it should be done. Of a course that has ended or is on hold only safety and
    filing."""
    counted, over = course(episode), ended(episode) or on_hold(episode)
    waiting = {
        Due.SAFETY: bool(episode.open_safety_items),
        Due.MEASURE: not over and _measure_is_due(episode, today, catalogue),
        Due.FOCUS: not over and episode.primary_area is None,
        Due.PLAN: not over and (episode.contract is None or not episode.goals),
        Due.SESSION: not over and counted.open_session is not None,
        Due.GOALS: not over and bool(goals_past(episode, today)),
        Due.ENDING: not over and counted.complete and episode.phase is not Phase.MAINTENANCE,
        Due.FILING: unfiled > 0,
    }
    return [item for item, is_due in waiting.items() if is_due]


def goals_past(episode: Episode, today: date) -> tuple[Goal, ...]:
    """The goals whose date has passed and of which nobody has said what they came to."""
    return tuple(
        goal for goal in episode.goals if goal.status is GoalStatus.ACTIVE and not goal.achievement and goal.due < today
    )


def _measure_is_due(episode: Episode, today: date, catalogue: Catalogue) -> bool:
    """The leading measure opens every session: a day before their usual distance is over, because sessions move."""
    found = measure(episode, leading_measure(episode, catalogue), catalogue).latest
    return found is None or (today - found.at.date()).days >= days_until_due(episode)


def _phases(variant: Variant, contracted: int) -> tuple[tuple[Phase, int, int], ...]:
    ending = contracted - variant.ending
    return (
        (Phase.INITIAL, 1, variant.initial),
        (Phase.MIDDLE, variant.initial + 1, ending),
        (Phase.TERMINATION, ending + 1, contracted),
    )
