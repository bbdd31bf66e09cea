"""Where a goal may go, and what its readings suggest. A person confirms; a machine only suggests.

Lifecycle: proposed, planned or accepted, active, then on hold, completed or cancelled; rejected when the patient
declines (Goal.lifecycleStatus, FHIR R4). Achievement: reached on two consecutive readings, or a scale at the expected
level; sustaining one reading later; else better or worse by the instrument's reliable change. "Not attainable" is never
suggested: only people can know that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue
from ipt_fhir.model.goals import Achievement, Comparator, Goal, GoalKind, GoalStatus, ScoreTarget
from ipt_fhir.model.problem_areas import DisputeStage
from ipt_fhir.protocol.catalogue import goal_templates
from ipt_fhir.terminology.scores import SCORES

_S = GoalStatus
TRANSITIONS: dict[GoalStatus, frozenset[GoalStatus]] = {
    _S.PROPOSED: frozenset({_S.PLANNED, _S.ACCEPTED, _S.REJECTED}),
    _S.PLANNED: frozenset({_S.ACCEPTED, _S.ACTIVE, _S.REJECTED, _S.CANCELLED}),
    _S.ACCEPTED: frozenset({_S.ACTIVE, _S.CANCELLED}),
    _S.ACTIVE: frozenset({_S.ON_HOLD, _S.COMPLETED, _S.CANCELLED}),
    _S.ON_HOLD: frozenset({_S.ACTIVE, _S.COMPLETED, _S.CANCELLED}),
    _S.COMPLETED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.REJECTED: frozenset(),
    _S.ENTERED_IN_ERROR: frozenset(),
}
"""From each state where a goal may go; beside it every goal can turn out to be entered in error."""

_EXPECTED = 0
_NOTICEABLE_LEVELS = 1
_LOWER_IS_BETTER = {Comparator.LESS, Comparator.AT_MOST}


class GoalMoveRefused(ValueError):
    """A goal cannot go from its state to the one asked for; choose one of those that ``TRANSITIONS`` names."""

    def __init__(self, goal_id: str, here: GoalStatus, there: GoalStatus) -> None:
        super().__init__(f"goal {goal_id} is {here.value} and cannot become {there.value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalReading:
    """What a goal's measure showed on a day: points of the score, or the level of the scale."""

    on: date
    value: Decimal | int


def move(goal: Goal, status: GoalStatus, today: date) -> Goal:
    """The goal in its new state, dated. Raises GoalMoveRefused."""
    allowed = TRANSITIONS[goal.status] | {GoalStatus.ENTERED_IN_ERROR}
    if status is goal.status or status not in allowed:
        raise GoalMoveRefused(goal.id, goal.status, status)
    return replace(goal, status=status, status_date=today)


def suggest(
    goal: Goal,
    today: date,
    readings: Sequence[GoalReading] = (),
    stage: DisputeStage | None = None,
    catalogue: Catalogue = SHIPPED,
) -> Achievement | None:
    """What the readings suggest about an active goal; None where they say nothing, or a person has decided.

    ``readings`` are the totals of a PROM goal, oldest first (the levels of a GAS goal are its own ratings); ``stage``
    is where the dispute stands now.
    """
    if goal.status is not GoalStatus.ACTIVE or goal.achievement is Achievement.NOT_ATTAINABLE:
        return None
    if goal.kind is GoalKind.PLAIN:
        return _of_stage(goal, today, stage)
    if goal.kind is GoalKind.GAS:
        readings = [GoalReading(on=item.rated.date(), value=item.level) for item in goal.ratings]
    if not readings:
        return None
    run = _unbroken(goal, readings)
    if _reached(goal, run[:-1]):
        return Achievement.SUSTAINING
    if _reached(goal, run):
        return Achievement.ACHIEVED
    # On the due day a target that is met and only waits for its second reading is not called missed.
    if today >= goal.due and not run:
        return Achievement.NOT_ACHIEVED
    return _direction(goal, readings, catalogue)


def _of_stage(goal: Goal, today: date, stage: DisputeStage | None) -> Achievement | None:
    """A stage is reached or not; what has neither stage nor score only people can judge."""
    if goal.stage is None or stage is None:
        return None
    if stage is goal.stage:
        return Achievement.ACHIEVED
    return Achievement.NOT_ACHIEVED if today >= goal.due else Achievement.IN_PROGRESS


def _unbroken(goal: Goal, readings: Sequence[GoalReading]) -> list[GoalReading]:
    """The latest readings in a row that meet the target, oldest first."""
    run: list[GoalReading] = []
    for reading in reversed(readings):
        if not _meets(goal, reading.value):
            break
        run.insert(0, reading)
    return run


def _meets(goal: Goal, value: Decimal | int) -> bool:
    return value >= _EXPECTED if goal.target is None else _met(goal.target, value)


def _met(target: ScoreTarget, value: Decimal | int) -> bool:
    return {
        Comparator.LESS: value < target.value,
        Comparator.AT_MOST: value <= target.value,
        Comparator.AT_LEAST: value >= target.value,
        Comparator.MORE: value > target.value,
    }[target.comparator]


def _reached(goal: Goal, run: Sequence[GoalReading]) -> bool:
    """A scale needs one reading at the expected level, a score two, as far apart as the template asks."""
    if goal.kind is GoalKind.GAS:
        return bool(run)
    template = goal_templates().get(goal.template or "")
    apart = template.apart if template else 0
    return len(run) > 1 and (run[-1].on - run[0].on).days >= apart


def _direction(goal: Goal, readings: Sequence[GoalReading], catalogue: Catalogue) -> Achievement:
    """Better or worse than at first, by more than the measure's own noise; in progress where nobody published that."""
    noise = _NOTICEABLE_LEVELS if goal.target is None else _reliable(goal.target.measure, catalogue)
    if len(readings) < 2 or noise is None:
        return Achievement.IN_PROGRESS
    gain = Decimal(readings[-1].value) - readings[0].value
    if goal.target and goal.target.comparator in _LOWER_IS_BETTER:
        gain = -gain
    if abs(gain) < noise:
        return Achievement.NO_CHANGE
    return Achievement.IMPROVING if gain > 0 else Achievement.WORSENING


def _reliable(measure: str, catalogue: Catalogue) -> Decimal | None:
    found = catalogue.instruments().get(SCORES[measure].instrument)
    rule = found.change.reliable if found else None
    return rule.value if rule and rule.verified else None
