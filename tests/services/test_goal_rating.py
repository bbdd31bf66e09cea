"""Rating a goal, and settling what it came to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.goals import (
    Achievement,
    Comparator,
    Goal,
    GoalKind,
    GoalStatus,
    RatedBy,
    ScaleLevel,
    ScoreTarget,
)
from ipt_fhir.model.problem_areas import DisputeStage, ProblemArea, ProblemAreaCode, StageOn
from ipt_fhir.protocol.goal_states import TRANSITIONS
from smart_app.services.goal_rating import (
    confirm,
    move_goal,
    moves_of,
    ratable_goals,
    rate,
    rating_field,
    rule_words,
    standing_of,
)
from tests.services.given import NINE, STARTED, measured, new_course

DUE = STARTED + timedelta(weeks=12)
SCALE = tuple(ScaleLevel(level=level, text=f"Level {level}") for level in range(-2, 3))
TALK = Goal(id="talk", kind=GoalKind.GAS, text="Talk once a week.", start=STARTED, due=DUE, levels=SCALE)
MOOD = Goal(
    id="mood",
    kind=GoalKind.PROM,
    text="Feel well.",
    template="G-02",
    start=STARTED,
    due=DUE,
    target=ScoreTarget(measure="44261-6", comparator=Comparator.LESS, value=Decimal(5)),
)
UNSTUCK = Goal(
    id="unstuck",
    kind=GoalKind.PLAIN,
    text="Talk where we are stuck.",
    area=ProblemAreaCode.ROLE_DISPUTE,
    stage=DisputeStage.RENEGOTIATION,
    start=STARTED,
    due=DUE,
)
COURSE = ("talk", "mood", "unstuck")


def course(*goals: Goal) -> Episode:
    return new_course(goals=goals or (TALK, MOOD, UNSTUCK))


def of(episode: Episode, goal_id: str) -> Goal:
    return next(goal for goal in episode.goals if goal.id == goal_id)


def weekly(episode: Episode, *levels: int) -> Episode:
    """The course with the first goal rated once a week."""
    for week, level in enumerate(levels):
        episode, problems = rate(episode, {"talk": str(level)}, NINE + timedelta(weeks=week))
        assert not problems
    return episode


def test_the_patient_rates_and_what_is_left_open_is_not_rated() -> None:
    rated, problems = rate(course(), {"talk": "-1", "mood": ""}, NINE)
    assert not problems
    (rating,) = of(rated, "talk").ratings
    assert (rating.level, rating.by, rating.rated) == (-1, RatedBy.PATIENT, NINE)
    assert of(rated, "mood") == MOOD


def test_a_slip_of_the_same_day_is_replaced_until_it_is_filed() -> None:
    first, _ = rate(course(), {"talk": "-1"}, NINE)
    second, _ = rate(first, {"talk": "1"}, NINE + timedelta(minutes=1))
    assert [item.level for item in of(second, "talk").ratings] == [1]
    in_chart = {item.id for item in of(first, "talk").ratings}
    third, _ = rate(first, {"talk": "1"}, NINE + timedelta(minutes=1), filed=in_chart)
    assert [item.level for item in of(third, "talk").ratings] == [-1, 1]
    fourth, _ = rate(first, {"talk": "1"}, NINE + timedelta(minutes=1), by=RatedBy.PRACTITIONER)
    assert len(of(fourth, "talk").ratings) == 2


@pytest.mark.parametrize(
    ("goal_id", "level"), [("talk", "3"), ("talk", "+1"), ("talk", "good"), ("mood", "1"), ("gone", "0")]
)
def test_what_is_no_rating_changes_nothing_and_names_its_field(goal_id: str, level: str) -> None:
    before = course()
    after, problems = rate(before, {goal_id: level, "talk": level if goal_id == "talk" else "1"}, NINE)
    assert after == before
    assert [problem.field for problem in problems] == [rating_field(goal_id)]


@pytest.mark.parametrize("status", sorted(set(GoalStatus) - {GoalStatus.ACTIVE}))
def test_only_a_goal_both_work_on_is_rated(status: GoalStatus) -> None:
    assert not ratable_goals(course(replace(TALK, status=status)))


@given(st.lists(st.sampled_from([-2, -1, 0, 1, 2]), min_size=1, max_size=6))
def test_each_week_keeps_its_rating_in_order(levels: list[int]) -> None:
    found = of(weekly(course(), *levels), "talk")
    assert [item.level for item in found.ratings] == levels
    assert [reading.value for reading in standing_of(course(found), found, DUE).readings] == levels


@pytest.mark.parametrize(
    ("levels", "suggested"),
    [
        ((), None),
        ((-2,), Achievement.IN_PROGRESS),
        ((-2, -2), Achievement.NO_CHANGE),
        ((-2, -1), Achievement.IMPROVING),
        ((-1, -2), Achievement.WORSENING),
        ((-1, 0), Achievement.ACHIEVED),
        ((0, 1), Achievement.SUSTAINING),
    ],
)
def test_the_rule_suggests_and_a_person_confirms(levels: tuple[int, ...], suggested: Achievement | None) -> None:
    episode = weekly(course(), *levels)
    standing = standing_of(episode, of(episode, "talk"), STARTED + timedelta(weeks=3))
    assert standing.suggested is suggested
    assert standing.goal.achievement is None
    assert standing.waits is (suggested is not None)
    if suggested:
        episode, problems = confirm(episode, "talk", suggested.value)
        assert not problems
        assert not standing_of(episode, of(episode, "talk"), STARTED + timedelta(weeks=3)).waits


def test_a_goal_by_score_is_read_off_its_measure_and_a_dispute_off_its_stage() -> None:
    episode = measured(course(), "222220000", "100000000", "100000000", "100000000")
    today = STARTED + timedelta(weeks=4)
    standing = standing_of(episode, MOOD, today)
    assert [reading.value for reading in standing.readings] == [10, 1, 1, 1]
    assert standing.suggested is Achievement.ACHIEVED
    assert "14" in rule_words(MOOD)
    area = ProblemArea(
        code=ProblemAreaCode.ROLE_DISPUTE, stages=(StageOn(day=STARTED, stage=DisputeStage.RENEGOTIATION),)
    )
    assert standing_of(course(), UNSTUCK, today).suggested is None
    assert standing_of(replace(course(), problem_areas=(area,)), UNSTUCK, today).suggested is Achievement.ACHIEVED


def test_a_goal_is_completed_only_when_a_person_said_what_it_came_to() -> None:
    today = STARTED + timedelta(weeks=8)
    before = course()
    refused, problems = move_goal(before, "talk", "completed", today)
    assert refused == before
    assert [problem.sentence for problem in problems] == ["First say what the goal came to."]
    said, _ = confirm(before, "talk", "not-achieved")
    done, problems = move_goal(said, "talk", "completed", today)
    assert not problems
    assert (of(done, "talk").status, of(done, "talk").status_date) == (GoalStatus.COMPLETED, today)
    assert not moves_of(of(done, "talk"))
    again, problems = confirm(done, "talk", "achieved")
    assert again == done
    assert problems


def test_a_goal_rests_and_is_taken_up_again() -> None:
    held, _ = move_goal(course(), "talk", "on-hold", DUE)
    assert not ratable_goals(held)
    active, problems = move_goal(held, "talk", "active", DUE)
    assert not problems
    assert ratable_goals(active)


@pytest.mark.parametrize("goal_id", [*COURSE, "gone"])
@pytest.mark.parametrize("status", ["proposed", "entered-in-error", "", "archived"])
def test_no_page_moves_a_goal_where_it_may_not_go(goal_id: str, status: str) -> None:
    before = course()
    after, problems = move_goal(before, goal_id, status, DUE)
    assert after == before
    assert problems


@pytest.mark.parametrize("status", GoalStatus)
def test_what_is_offered_is_what_the_protocol_allows(status: GoalStatus) -> None:
    assert set(moves_of(replace(TALK, status=status))) <= TRANSITIONS[status]


@pytest.mark.parametrize("achievement", ["perfect", "ACHIEVED"])
def test_what_is_no_achievement_changes_nothing(achievement: str) -> None:
    before = course()
    after, problems = confirm(before, "talk", achievement)
    assert after == before
    assert problems
