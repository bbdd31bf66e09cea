"""The golden thread: five links, each gap named once; and what comes first where nobody has begun."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.goals import Achievement
from ipt_fhir.model.problem_areas import ProblemAreaCode
from smart_app.services.first_steps import Step, first_steps, nothing_begun
from smart_app.services.golden_thread import Gap, golden_thread
from smart_app.services.overview import Due, due, measures
from tests.mapping.strategies import episodes
from tests.protocol.cases import case
from tests.services.given import measured, new_course

CHART = frozenset({"Condition/zztest-a-0"})


def gaps(episode: Episode, diagnoses: frozenset[str] = CHART, *, readable: bool = True) -> list[Gap]:
    return list(golden_thread(episode, diagnoses, readable=readable).gaps)


def test_a_course_in_order_has_no_gap() -> None:
    found = golden_thread(case("A", 8), CHART)
    assert found.gaps == ()
    assert (found.held, found.of_area > 0, found.score is not None) == (8, True, True)


def test_a_course_nobody_began_lacks_each_link_in_order() -> None:
    assert gaps(new_course(), frozenset()) == [
        Gap.NO_DIAGNOSIS,
        Gap.NO_AREA,
        Gap.NO_GOALS,
        Gap.NO_SESSION,
        Gap.NO_SCORE,
    ]


def test_diagnoses_that_could_not_be_read_are_not_called_missing() -> None:
    assert gaps(case("A", 8), frozenset(), readable=False) == [Gap.DIAGNOSIS_UNREAD]
    assert gaps(case("A", 8), frozenset({"Condition/other"})) == [Gap.DIAGNOSIS_NOT_LINKED]


def test_an_area_without_the_patients_agreement_and_goals_about_something_else() -> None:
    course = case("A", 8)
    (area,) = course.problem_areas
    open_area = replace(course, problem_areas=(replace(area, agreed_by_patient=False, agreed_on=None),))
    assert gaps(open_area) == [Gap.AREA_NOT_AGREED]
    general = tuple(replace(goal, area=None) for goal in course.goals)
    assert gaps(replace(course, goals=general)) == [Gap.NO_GOAL_OF_AREA]


def test_two_sessions_in_a_row_off_the_focus_are_named_and_one_is_not() -> None:
    course = case("A", 8)
    off = [replace(item, focus=ProblemAreaCode.GRIEF) for item in course.sessions]
    two = (*course.sessions[:-2], *off[-2:])
    one = (*course.sessions[:-1], off[-1])
    assert gaps(replace(course, sessions=two)) == [Gap.OFF_FOCUS]
    assert gaps(replace(course, sessions=one)) == []


def test_a_last_session_without_a_score_is_named() -> None:
    course = case("A", 8)
    assert gaps(replace(course, responses=course.responses[:-1])) == [Gap.SCORE_BEHIND]


def test_reached_goals_are_counted() -> None:
    course = case("A", 8)
    goals = tuple(replace(goal, achievement=None) for goal in course.goals)
    first = replace(goals[0], achievement=Achievement.ACHIEVED)
    assert golden_thread(replace(course, goals=(first, *goals[1:])), CHART).reached == 1


@given(episodes())
def test_any_course_has_a_thread_whose_gaps_stand_once_and_in_order(episode: Episode) -> None:
    found = golden_thread(episode, frozenset())
    order = list(Gap)
    places = [order.index(gap) for gap in found.gaps]
    assert len(set(places)) == len(places)
    assert found.reached <= len(found.goals)
    assert found.of_area <= len(found.goals)
    assert measures(episode)
    assert nothing_begun(episode) <= (not any(done for _, done in first_steps(episode)))


def test_the_steps_of_a_beginning_are_ticked_one_by_one() -> None:
    fresh = new_course()
    assert nothing_begun(fresh)
    assert [step for step, done in first_steps(fresh) if done] == []
    begun = measured(fresh, "111111110")
    assert not nothing_begun(begun)
    assert [step for step, done in first_steps(begun) if done] == [Step.MEASURE]
    assert all(done for _, done in first_steps(case("A", 8)))


def test_the_measure_the_course_is_judged_by_comes_first_and_stands_there_unused() -> None:
    assert [found.instrument.id for found in measures(new_course())] == ["phq-9"]
    assert measures(case("A", 8))[0].instrument.id == "phq-9"


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_of_a_course_that_ended_nothing_is_due(name: str) -> None:
    course = case(name, "last")
    later = course.sessions[-1].date + timedelta(days=40)
    assert set(due(course, later, 0)) <= {Due.SAFETY}
