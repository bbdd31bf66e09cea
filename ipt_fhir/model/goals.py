"""What patient and therapist agreed to reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ipt_fhir.model.limits import check_text
from ipt_fhir.model.problem_areas import ProblemAreaCode


class GoalKind(StrEnum):
    """How a goal is measured: by a questionnaire score (PROM) or by Goal Attainment Scaling (GAS)."""

    PROM = "prom"
    GAS = "gas"


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
    """A score to reach, such as PHQ-9 total below 5. ``measure`` is the LOINC code of the score; unit: points."""

    measure: str
    comparator: Comparator
    value: Decimal


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
    """One goal of the plan. ``text`` is the agreed sentence, in the patient's words where possible."""

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
    levels: tuple[ScaleLevel, ...] = ()
    expressed_by: ExpressedBy = ExpressedBy.PATIENT

    def __post_init__(self) -> None:
        """Hold kind and measure together (Person-Centered Outcomes guide 1.0.0: one score target, or a scale)."""
        check_text(self, "text")
        if (self.kind is GoalKind.PROM) != (self.target is not None):
            raise ValueError("a PROM goal has a score target, a GAS goal has none")
        if self.kind is GoalKind.PROM and self.levels:
            raise ValueError("only a GAS goal has levels")
        if self.due < self.start:
            raise ValueError("a goal is due after it starts")
