"""Where a goal may go, and what its readings suggest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.model.goals import Achievement, Comparator, Goal, GoalStatus, RatedBy, Rating, ScoreTarget
from ipt_fhir.model.problem_areas import DisputeStage
from ipt_fhir.protocol.catalogue import goal_templates
from ipt_fhir.protocol.goal_states import TRANSITIONS, GoalMoveRefused, GoalReading, move, suggest
from ipt_fhir.protocol.goals import propose_goal
from tests.protocol.acting import at

STARTED = date(2026, 1, 5)
EARLY = STARTED + timedelta(weeks=3)
LATE = STARTED + timedelta(weeks=20)
A = Achievement


def active(name: str) -> Goal:
    """A goal that both work on; the first PHQ-9 was 18."""
    return replace(propose_goal(goal_templates()[name], name, STARTED, baseline=18), status=GoalStatus.ACTIVE)


def weekly(*values: int) -> Sequence[GoalReading]:
    """Readings a week apart."""
    return [GoalReading(on=STARTED + timedelta(weeks=week), value=value) for week, value in enumerate(values)]


def rated(*levels: int) -> Goal:
    """A goal with a scale, rated a week apart."""
    ratings = (
        Rating(id=f"r{week}", rated=at(STARTED + timedelta(weeks=week)), level=level, by=RatedBy.PATIENT)
        for week, level in enumerate(levels)
    )
    return replace(active("G-17"), ratings=tuple(ratings))


def test_a_goal_goes_from_proposed_to_its_end_and_is_dated() -> None:
    goal = propose_goal(goal_templates()["G-02"], "g", STARTED)
    for week, status in enumerate((GoalStatus.ACCEPTED, GoalStatus.ACTIVE, GoalStatus.ON_HOLD, GoalStatus.ACTIVE)):
        goal = move(goal, status, STARTED + timedelta(weeks=week))
        assert (goal.status, goal.status_date) == (status, STARTED + timedelta(weeks=week))
    assert move(goal, GoalStatus.COMPLETED, EARLY).status is GoalStatus.COMPLETED


@pytest.mark.parametrize("here", GoalStatus)
@pytest.mark.parametrize("there", GoalStatus)
def test_a_goal_goes_nowhere_else(here: GoalStatus, there: GoalStatus) -> None:
    goal = replace(active("G-02"), status=here)
    withdrawn = there is GoalStatus.ENTERED_IN_ERROR and here is not there
    if there in TRANSITIONS[here] or withdrawn:
        assert move(goal, there, EARLY).status is there
    else:
        with pytest.raises(GoalMoveRefused, match=f"is {here.value} and cannot become {there.value}"):
            move(goal, there, EARLY)


def test_only_what_nobody_began_is_declined() -> None:
    assert {here for here, there in TRANSITIONS.items() if GoalStatus.REJECTED in there} == {
        GoalStatus.PROPOSED,
        GoalStatus.PLANNED,
    }


@pytest.mark.parametrize(
    ("totals", "suggested"),
    [
        ((), None),
        ((18,), A.IN_PROGRESS),
        ((18, 17), A.NO_CHANGE),
        ((18, 13), A.NO_CHANGE),
        ((18, 12), A.IMPROVING),
        ((18, 24), A.WORSENING),
        ((18, 9), A.IMPROVING),
        ((18, 9, 9), A.ACHIEVED),
        ((18, 9, 8, 7), A.SUSTAINING),
        ((18, 9, 8, 12), A.IMPROVING),
        ((18, 9, 12, 9), A.IMPROVING),
        ((18, 9, 8, 7, 17), A.NO_CHANGE),
    ],
)
def test_a_score_goal_is_reached_on_two_readings_and_sustained_on_a_third(
    totals: tuple[int, ...], suggested: Achievement | None
) -> None:
    """G-01 aims at 9 or less; the reliable change of the PHQ-9 is 6 points."""
    assert suggest(active("G-01"), EARLY, weekly(*totals)) is suggested


def test_remission_needs_two_readings_two_weeks_apart() -> None:
    assert suggest(active("G-02"), EARLY, weekly(18, 4, 4)) is A.IMPROVING
    assert suggest(active("G-02"), EARLY, weekly(18, 4, 4, 4)) is A.ACHIEVED
    assert suggest(active("G-02"), EARLY, weekly(18, 4, 4, 4, 4)) is A.SUSTAINING


@pytest.mark.parametrize(
    ("totals", "suggested"),
    [((18, 12), A.NOT_ACHIEVED), ((18, 17), A.NOT_ACHIEVED), ((18, 9, 9), A.ACHIEVED), ((18, 12, 9), A.IMPROVING)],
)
def test_what_is_not_met_on_its_due_day_is_not_achieved(totals: tuple[int, ...], suggested: Achievement) -> None:
    goal = active("G-01")
    assert suggest(goal, goal.due, weekly(*totals)) is suggested
    assert suggest(goal, goal.due - timedelta(days=1), weekly(*totals)) is not A.NOT_ACHIEVED


def test_without_a_published_change_rule_nobody_says_better_or_worse() -> None:
    """Nobody here read the source of the WSAS's rule: reached can be seen, better cannot (decision-D40)."""
    target = ScoreTarget(measure="wsas-total", comparator=Comparator.LESS, value=Decimal(10))
    goal = replace(active("G-01"), template="G-06", target=target)
    assert suggest(goal, EARLY, weekly(30, 12)) is A.IN_PROGRESS
    assert suggest(goal, EARLY, weekly(30, 9, 8)) is A.ACHIEVED


@pytest.mark.parametrize(
    ("levels", "today", "suggested"),
    [
        ((), EARLY, None),
        ((-2,), EARLY, A.IN_PROGRESS),
        ((-2, -1), EARLY, A.IMPROVING),
        ((-1, -2), EARLY, A.WORSENING),
        ((-1, -1), EARLY, A.NO_CHANGE),
        ((-2, 0), EARLY, A.ACHIEVED),
        ((-2, 0, 1), EARLY, A.SUSTAINING),
        ((-2, -1), LATE, A.NOT_ACHIEVED),
    ],
)
def test_a_scale_is_reached_at_its_expected_level(
    levels: tuple[int, ...], today: date, suggested: Achievement | None
) -> None:
    assert suggest(rated(*levels), today) is suggested


@pytest.mark.parametrize(
    ("stage", "today", "suggested"),
    [
        (None, EARLY, None),
        (DisputeStage.IMPASSE, EARLY, A.IN_PROGRESS),
        (DisputeStage.IMPASSE, LATE, A.NOT_ACHIEVED),
        (DisputeStage.RENEGOTIATION, EARLY, A.ACHIEVED),
    ],
)
def test_a_dispute_goal_is_reached_with_its_stage(
    stage: DisputeStage | None, today: date, suggested: Achievement | None
) -> None:
    assert suggest(active("G-14"), today, stage=stage) is suggested


def test_what_is_simply_done_or_not_only_people_judge() -> None:
    assert suggest(active("G-32"), LATE) is None


@pytest.mark.parametrize("status", [status for status in GoalStatus if status is not GoalStatus.ACTIVE])
def test_nothing_is_suggested_for_a_goal_nobody_works_on(status: GoalStatus) -> None:
    assert suggest(replace(active("G-01"), status=status), EARLY, weekly(18, 9, 9)) is None


def test_what_a_person_called_not_attainable_stays_so() -> None:
    goal = replace(active("G-01"), achievement=A.NOT_ATTAINABLE)
    assert suggest(goal, EARLY, weekly(18, 9, 9)) is None


@given(
    st.sampled_from(["G-01", "G-02", "G-03", "G-14", "G-32"]),
    st.lists(st.integers(0, 27), max_size=20),
    st.sampled_from([EARLY, LATE]),
    st.none() | st.sampled_from(DisputeStage),
)
def test_not_attainable_is_never_suggested_and_the_goal_never_changed(
    name: str, totals: list[int], today: date, stage: DisputeStage | None
) -> None:
    goal = active(name)
    before = replace(goal)
    assert suggest(goal, today, weekly(*totals), stage) is not A.NOT_ATTAINABLE
    assert goal == before
