"""What patient and therapist agreed to reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from ipt_fhir.model.limits import check_text
from ipt_fhir.model.problem_areas import DisputeStage, ProblemAreaCode


class GoalKind(StrEnum):
    """How a goal is measured: a score (PROM), Goal Attainment Scaling (GAS), or neither (plain: reached or not)."""

    PROM = "prom"
    GAS = "gas"
    PLAIN = "plain"


class GoalStatus(StrEnum):
    """Goal.lifecycleStatus, http://hl7.org/fhir/goal-status."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    ENTERED_IN_ERROR = "entered-in-error"


class Achievement(StrEnum):
    """Goal.achievementStatus, http://terminology.hl7.org/CodeSystem/goal-achievement."""

    IN_PROGRESS = "in-progress"
    IMPROVING = "improving"
    WORSENING = "worsening"
    NO_CHANGE = "no-change"
    ACHIEVED = "achieved"
    SUSTAINING = "sustaining"
    NOT_ACHIEVED = "not-achieved"
    NO_PROGRESS = "no-progress"
    NOT_ATTAINABLE = "not-attainable"


class Comparator(StrEnum):
    """Quantity.comparator, http://hl7.org/fhir/quantity-comparator."""

    LESS = "<"
    AT_MOST = "<="
    AT_LEAST = ">="
    MORE = ">"


class ExpressedBy(StrEnum):
    """Whose wish the goal is."""

    PATIENT = "patient"
    THERAPIST = "therapist"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTarget:
    """A score to reach, such as PHQ-9 total below 5. ``measure`` is a key of ``terminology.scores``; unit: points."""

    measure: str
    comparator: Comparator
    value: Decimal


class RatedBy(StrEnum):
    """Who rated a goal (Person-Centered Outcomes guide: LOINC 107334-5, 107333-7, 107331-1)."""

    PATIENT = "patient"
    PRACTITIONER = "practitioner"
    CAREGIVER = "caregiver"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """How far a goal was reached at one time, on its scale from -2 to +2. ``id`` is a UUID."""

    id: str
    rated: datetime
    level: int
    by: RatedBy = RatedBy.PATIENT

    def __post_init__(self) -> None:
        """Refuse a level off the scale and a time without its zone."""
        if not -2 <= self.level <= 2:
            raise ValueError(f"a Goal Attainment Scale has levels -2 to +2, not {self.level}")
        if self.rated.tzinfo is None:
            raise ValueError("the time of a rating has its zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleLevel:
    """One level of a Goal Attainment Scale: -2 (much less than expected) to +2 (much better than expected)."""

    level: int
    text: str

    def __post_init__(self) -> None:
        """Refuse a level off the scale and a text beyond its field."""
        if not -2 <= self.level <= 2:
            raise ValueError(f"a Goal Attainment Scale has levels -2 to +2, not {self.level}")
        check_text(self, "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One goal of the plan. ``text`` is the agreed sentence, in the patient's words where possible.

    ``target`` belongs to a PROM goal, ``levels`` and ``ratings`` to a GAS goal, ``stage`` (which a role dispute is to
    reach) to a plain one. ``status_date`` is the day on which ``status`` last changed.
    """

    id: str
    kind: GoalKind
    text: str
    template: str | None = None
    area: ProblemAreaCode | None = None
    status: GoalStatus = GoalStatus.ACTIVE
    achievement: Achievement | None = None
    start: date
    due: date
    target: ScoreTarget | None = None
    stage: DisputeStage | None = None
    levels: tuple[ScaleLevel, ...] = ()
    ratings: tuple[Rating, ...] = ()
    status_date: date | None = None
    expressed_by: ExpressedBy = ExpressedBy.PATIENT

    def __post_init__(self) -> None:
        """Hold kind and measure together (Person-Centered Outcomes guide 1.0.0: one score target, or a scale)."""
        check_text(self, "text")
        if (self.kind is GoalKind.PROM) != (self.target is not None):
            raise ValueError("a PROM goal has a score target, no other goal has one")
        if self.kind is not GoalKind.GAS and (self.levels or self.ratings):
            raise ValueError("only a GAS goal has levels and ratings")
        if self.kind is not GoalKind.PLAIN and self.stage:
            raise ValueError("only a plain goal has a stage to reach")
        if self.due < self.start:
            raise ValueError("a goal is due after it starts")
        stamps = [(item.rated, item.id) for item in self.ratings]
        if stamps != sorted(stamps):
            raise ValueError("the ratings of a goal stand in the order of their time")
