"""What is handed over of a course, as values: the one source of every document about it (decision-D87).

In it is what the chart may hold (``filed_parts``), how often each technique was used, and the plan against relapse,
which only the patient's own document prints unless a clinician says that the patient agreed. The inventory, the
formulation, the look back in the clinician's words, reasons of safety steps and steps between sessions are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ipt_fhir.instruments.catalogue import Catalogue
from ipt_fhir.model.ending import RelapsePlan, TerminationReason
from ipt_fhir.model.episode import Contract, Episode, Setting
from ipt_fhir.model.measures import SafetyItem
from ipt_fhir.model.problem_areas import ProblemArea
from ipt_fhir.model.sessions import Attendance, Phase, SessionKind, SkippedPhase, Technique
from smart_app.services.desk import Desk, PatientCard
from smart_app.services.goal_rating import GoalStanding
from smart_app.services.overview import course, ended
from smart_app.services.reviewing import MeasureRow, goals_pursued, measure_rows, techniques_used


class OpenPoint(StrEnum):
    """What somebody who takes over has to know is not done."""

    SAFETY = "safety"
    FOCUS = "focus"
    CONTRACT = "contract"
    GOALS = "goals"
    UNDECIDED = "undecided"
    NO_MEASURE = "no-measure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a course ended; what came of it in words of the clinician is not handed over."""

    reason: TerminationReason
    on: date
    dispositions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One course, ready to be printed. ``crisis`` is what the clinic tells its patients to do in danger, or empty.

    ``held``, ``missed`` and ``beside`` count sessions of the contract that were held or not, and meetings beside it.
    ``remaining`` are sessions of the contract to come; ``safety`` the safety items, oldest first.
    """

    patient: PatientCard
    hospital: str
    therapist: str
    today: date
    diagnoses: tuple[str, ...]
    setting: Setting | None
    areas: tuple[ProblemArea, ...]
    contract: Contract | None
    phase: Phase
    skipped: tuple[SkippedPhase, ...]
    started: date
    last_session: date | None
    held: int
    missed: int
    beside: int
    remaining: int
    measures: tuple[MeasureRow, ...]
    goals: tuple[GoalStanding, ...]
    techniques: tuple[tuple[Technique, int], ...]
    conjoint: int
    safety: tuple[SafetyItem, ...]
    ended: Ended | None
    relapse: RelapsePlan | None
    open_points: tuple[OpenPoint, ...]
    crisis: str

    @property
    def died(self) -> bool:
        """Whether the patient has died: then nothing is written to the patient."""
        return self.ended is not None and self.ended.reason is TerminationReason.DIED


def handover_of(desk: Desk, catalogue: Catalogue) -> Handover | None:
    """What there is to hand over; None before a session was held or a plan was made."""
    episode, counted = desk.episode, course(desk.episode)
    if not counted.sessions and not episode.problem_areas and not episode.measured:
        return None
    of_contract = [item for item in counted.sessions if item.kind.counts]
    attended = [item for item in counted.sessions if item.attendance is Attendance.ATTENDED]
    over = ended(episode)
    review = episode.review if over else None
    return Handover(
        patient=desk.patient,
        hospital=desk.background.hospital,
        therapist=episode.therapist.display if episode.therapist else desk.therapist.display,
        today=desk.today,
        diagnoses=_diagnoses(desk),
        setting=episode.setting,
        areas=episode.problem_areas,
        contract=episode.contract,
        phase=counted.phase,
        skipped=episode.skipped_phases,
        started=episode.started,
        last_session=max((item.date for item in attended), default=None),
        held=counted.held,
        missed=len(of_contract) - counted.held,
        beside=len(counted.sessions) - len(of_contract),
        remaining=0 if over else max(counted.contracted - len(of_contract), 0),
        measures=measure_rows(episode, catalogue),
        goals=goals_pursued(episode, desk.today, catalogue),
        techniques=techniques_used(episode),
        conjoint=sum(item.kind is SessionKind.CONJOINT for item in attended),
        safety=episode.safety_items,
        ended=Ended(reason=review.reason, on=review.ended_on, dispositions=tuple(review.dispositions))
        if review
        else None,
        relapse=episode.relapse_plan,
        open_points=_open_points(episode, over=over),
        crisis=desk.devices.crisis if desk.devices else "",
    )


def _diagnoses(desk: Desk) -> tuple[str, ...]:
    """What the course addresses, in the words of the chart as it reads now."""
    chart = {item.reference: item.display for item in desk.background.diagnoses}
    found = (chart.get(item.reference) or item.display for item in desk.episode.diagnoses)
    return tuple(dict.fromkeys(item for item in found if item))


def _open_points(episode: Episode, *, over: bool) -> tuple[OpenPoint, ...]:
    missing = {
        OpenPoint.SAFETY: bool(episode.open_safety_items),
        OpenPoint.FOCUS: not over and not any(area.agreed_by_patient for area in episode.problem_areas),
        OpenPoint.CONTRACT: not over and episode.contract is None,
        OpenPoint.GOALS: not over and not episode.goals,
        OpenPoint.UNDECIDED: over and any(goal.achievement is None for goal in episode.goals),
        OpenPoint.NO_MEASURE: not episode.measured,
    }
    return tuple(point for point, is_open in missing.items() if is_open)
