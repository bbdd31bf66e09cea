"""The four demo cases add up to what their vignettes expect, and are sound courses at every week."""

from __future__ import annotations

from datetime import date

import pytest

from ipt_fhir.mapping.episode import from_fhir, to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.ending import Disposition
from ipt_fhir.model.episode import EpisodeStatus
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.model.goals import Achievement
from ipt_fhir.model.problem_areas import DisputeStage
from ipt_fhir.model.sessions import Phase
from ipt_fhir.protocol.catalogue import goal_templates
from ipt_fhir.protocol.rules import breaches
from tests.protocol.acting import last_day, totals
from tests.protocol.case_facts import CASES
from tests.protocol.cases import Week, case

WEEKS: tuple[Week, ...] = (0, 4, 8, "last")
ALL = pytest.mark.parametrize("name", CASES)
EVERY = pytest.mark.parametrize("week", WEEKS)
WRITING = Writing(patient="zztest")


@ALL
def test_the_answers_add_up_to_the_totals_of_the_vignette(name: str) -> None:
    assert totals(case(name, "last")) == list(CASES[name].totals)


@ALL
def test_every_positive_answer_to_item_9_was_acted_on(name: str) -> None:
    course = case(name, "last")
    asked = {item.response for item in course.safety_items}
    assert [place for place, item in enumerate(course.responses) if item.id in asked] == list(
        CASES[name].item9_positive
    )
    assert not course.open_safety_items


@ALL
@EVERY
def test_no_rule_is_broken_and_the_course_comes_back_from_fhir(name: str, week: Week) -> None:
    course = case(name, week)
    assert breaches(course, today=last_day(course), born=date(1970, 1, 1)) == ()
    reading = from_fhir(to_fhir(course, WRITING).values())
    assert (reading.episode, reading.unread) == (filed_part(course), ())


@ALL
def test_a_case_grows_week_by_week(name: str) -> None:
    found = [case(name, week) for week in WEEKS]
    assert [len(course.sessions) for course in found] == [0, 4, 8, CASES[name].sessions]
    assert [len(course.responses) for course in found] == [1, 5, 9, CASES[name].sessions + 1]
    assert {course.id for course in found} == {found[0].id}
    assert case(name, 4) == found[1]


@ALL
def test_a_case_has_what_the_first_phase_is_for(name: str) -> None:
    facts, course = CASES[name], case(name, 4)
    assert course.contract is not None
    assert (course.contract.sessions, course.contract.minutes) == (facts.sessions, 50)
    assert [goal.template for goal in course.goals] == list(facts.goals)
    assert all(goal_templates()[template].available for template in facts.goals)
    assert course.inventory
    assert course.formulations
    assert course.primary_area is not None
    assert facts.patient.startswith("ZZTEST-")


@pytest.mark.parametrize(
    ("name", "week", "phase", "status"),
    [
        ("A", 0, Phase.INITIAL, EpisodeStatus.DRAFT),
        ("A", 4, Phase.MIDDLE, EpisodeStatus.ACTIVE),
        ("D", 4, Phase.INITIAL, EpisodeStatus.ACTIVE),
        ("C", 8, Phase.MIDDLE, EpisodeStatus.ACTIVE),
        ("A", "last", Phase.CLOSED, EpisodeStatus.COMPLETED),
        ("B", "last", Phase.CLOSED, EpisodeStatus.COMPLETED),
        ("C", "last", Phase.CLOSED, EpisodeStatus.COMPLETED),
        ("D", "last", Phase.MAINTENANCE, EpisodeStatus.ACTIVE),
    ],
)
def test_a_case_stands_where_its_vignette_says(name: str, week: Week, phase: Phase, status: EpisodeStatus) -> None:
    course = case(name, week)
    assert (course.phase, course.status) == (phase, status)


def test_alma_moves_from_impasse_to_talking_again() -> None:
    area = case("A", "last").primary_area
    assert area is not None
    assert [item.stage for item in area.stages] == [DisputeStage.IMPASSE, DisputeStage.RENEGOTIATION]
    goal = next(goal for goal in case("A", "last").goals if goal.template == "G-11")
    assert [rating.level for rating in goal.ratings] == [-2, 0, 1]
    assert "with H (husband) about" in goal.text
    assert goal.achievement is Achievement.SUSTAINING


def test_bene_gets_better_without_reaching_remission() -> None:
    goals = {goal.template: goal.achievement for goal in case("B", "last").goals}
    assert (goals["G-01"], goals["G-02"]) == (Achievement.SUSTAINING, Achievement.NOT_ACHIEVED)
    review = case("B", "last").review
    assert review is not None
    assert review.dispositions == (Disposition.MAINTENANCE,)
    assert case("B", 0).links


def test_doru_goes_on_in_maintenance_with_a_referral() -> None:
    course = case("D", "last")
    assert course.contract is not None
    assert course.contract.sessions == 22
    assert {"maintenance-sessions", "refer-to-psychotherapist"} <= {item.code for item in course.activities}
    assert course.review is None


def test_a_week_a_case_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="weeks 0 to 12"):
        case("C", 13)
