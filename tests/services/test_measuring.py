"""Completing a questionnaire, and settling what a worrying answer obliges to."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.model.goals import Comparator, Goal, GoalKind, GoalStatus, ScoreTarget
from ipt_fhir.model.measures import SafetyAct
from smart_app.services.measuring import complete
from smart_app.services.safety import SafetyForm, settle
from tests.services.given import NINE, PHQ9, STARTED, THERAPIST, answers, measured, new_course

OTHER_WORDS = st.text(max_size=600)


def prom_goal(ident: str, status: GoalStatus = GoalStatus.ACTIVE, measure: str = "44261-6") -> Goal:
    target = ScoreTarget(measure=measure, comparator=Comparator.LESS, value=Decimal(5))
    return Goal(
        id=ident, kind=GoalKind.PROM, text="Feel well.", status=status, start=STARTED, due=STARTED, target=target
    )


@pytest.mark.parametrize(("digit", "opens"), [("0", False), ("1", True), ("2", True), ("3", True), (" ", False)])
def test_item_nine_above_not_at_all_opens_a_safety_item(digit: str, opens: bool) -> None:
    """decision-D21."""
    course = complete(new_course(), PHQ9, answers(f"33333333{digit}"), THERAPIST, NINE)
    assert bool(course.open_safety_items) is opens
    if opens:
        (item,) = course.safety_items
        assert (item.response, item.link_id, item.opened) == (course.responses[0].id, "/44260-8", NINE)


def test_answers_are_kept_in_the_order_of_the_form_whatever_order_they_came_in() -> None:
    backwards = dict(reversed(answers("123012301").items()))
    course = complete(new_course(), PHQ9, backwards, THERAPIST, NINE)
    assert [item.link_id for item in course.responses[0].answers] == [item.link_id for item in PHQ9.items][:9]


@pytest.mark.parametrize(
    ("goals", "focus"),
    [
        ((), None),
        ((prom_goal("a"),), "a"),
        ((prom_goal("a", GoalStatus.CANCELLED), prom_goal("b")), "b"),
        ((prom_goal("a", measure="70274-6"),), None),
    ],
)
def test_a_score_is_about_the_first_active_goal_that_counts_it(goals: tuple[Goal, ...], focus: str | None) -> None:
    course = complete(new_course(goals=goals), PHQ9, answers("111111110"), THERAPIST, NINE)
    assert course.responses[0].focus_goal == focus


@given(st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=6))
def test_forms_stand_in_the_order_of_their_time_whatever_the_clock_does(minutes: list[int]) -> None:
    """fault-F60, and two forms in the same second."""
    course = new_course()
    for minute in minutes:
        course = complete(course, PHQ9, answers("000000001"), THERAPIST, NINE + timedelta(minutes=minute))
    assert [item.authored for item in course.responses] == [NINE + timedelta(minutes=m) for m in sorted(minutes)]
    assert len(course.open_safety_items) == len(minutes)


def test_settling_one_item_leaves_the_others_open() -> None:
    course = measured(new_course(), "000000001", "000000002")
    first, second = course.safety_items
    after, problems = settle(course, first, SafetyForm(act="discussed-in-session"), THERAPIST, NINE)
    assert not problems
    assert after.open_safety_items == (second,)
    assert (after.safety_items[0].settled, after.safety_items[0].settled_by) == (NINE, THERAPIST)


def test_the_name_of_a_colleague_is_kept_for_a_hand_over_only() -> None:
    course = measured(new_course(), "000000001")
    form = SafetyForm(act="discussed-in-session", handed_to="ZZTEST nurse", accepted=True)
    after, _ = settle(course, course.safety_items[0], form, THERAPIST, NINE)
    assert after.safety_items[0].handed_to is None


forms = st.builds(
    SafetyForm,
    act=st.sampled_from(["", "x", *SafetyAct]),
    handed_to=OTHER_WORDS,
    accepted=st.booleans(),
    reason=OTHER_WORDS,
)


@given(forms)
def test_whatever_is_entered_settles_the_item_or_is_a_problem(form: SafetyForm) -> None:
    before = measured(new_course(), "000000001")
    after, problems = settle(before, before.safety_items[0], form, THERAPIST, NINE)
    assert bool(problems) == bool(after.open_safety_items)
    if problems:
        assert after == before
