"""The plan as a form: contract, goals, planned work."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ipt_fhir.model.activities import ActivityStatus
from ipt_fhir.model.episode import EpisodeStatus
from ipt_fhir.model.goals import Comparator, GoalKind, GoalStatus
from ipt_fhir.model.problem_areas import ProblemAreaCode, Rank
from ipt_fhir.protocol.catalogue import goal_templates
from tests.web.acts import agree, course_of, file, fill_in, focus
from tests.web.browser import Browser
from tests.web.clinic import Clinic
from tests.web.page_checks import Page

Change = dict[str, str | list[str]]


def offered(page: str) -> list[str]:
    """The templates on offer, in the order of their numbers."""
    goals = [item.get("value") for item in Page(page).all("input") if item.get("name") == "goal"]
    return sorted(goal for goal in goals if goal.startswith("G-"))


def test_a_complete_plan_makes_the_course_active(clinic: Clinic, browser: Browser) -> None:
    page = agree(browser, "preview", rationale="Few ties.", sessions="12", second_area="grief", proposed_by="patient")
    assert "What the chart will say" in page.text
    course = course_of(clinic)
    assert course.status is EpisodeStatus.ACTIVE
    assert [(area.code, area.rank) for area in course.problem_areas] == [
        (ProblemAreaCode.ROLE_TRANSITION, Rank.PRIMARY),
        (ProblemAreaCode.GRIEF, Rank.SECONDARY),
    ]
    assert course.contract is not None
    assert (course.contract.sessions, course.contract.ends_on) == (12, date(2026, 5, 18))
    assert course.variant == "ipt-adult-12"
    assert [(goal.kind, len(goal.levels)) for goal in course.goals] == [(GoalKind.PROM, 0), (GoalKind.GAS, 5)]


def test_a_plan_may_be_saved_half_done(clinic: Clinic, browser: Browser) -> None:
    browser.submit("plan", ("act", "keep"), activity=["crisis-plan"])
    course = course_of(clinic)
    assert (course.status, course.contract, course.goals) == (EpisodeStatus.DRAFT, None, ())


@pytest.mark.parametrize(
    ("change", "sentence", "field"),
    [
        ({"sessions": "17"}, "Enter a number from 12 to 16.", "sessions"),
        ({"sessions": "eleven"}, "Enter a number from 12 to 16.", "sessions"),
        ({"sessions": "\N{FULLWIDTH DIGIT ONE}2"}, "Enter a number from 12 to 16.", "sessions"),
        ({"minutes": "0"}, "Enter a number from 15 to 120.", "minutes"),
        ({"contract_on": "soon"}, "Enter a full date.", "contract_on"),
        ({"contract_on": "2026-03-03"}, "An agreement cannot lie in the future.", "contract_on"),
        ({"contract_on": "9999-12-31"}, "An agreement cannot lie in the future.", "contract_on"),
        ({"contract_on": "2001-01-01"}, "would have ended before the course started", "contract_on"),
        ({"text-G-17": "  "}, "A goal needs its wording.", "text-G-17"),
        ({"text-G-17": "x" * 301}, "longer than 300 characters", "text-G-17"),
        ({"due-G-17": "2026-03-01"}, "The due date must be after the start.", "due-G-17"),
        ({"due-G-17": ""}, "Enter a full date.", "due-G-17"),
        ({"level-G-17--2": ""}, "Each of the five levels needs its wording.", "level-G-17--2"),
        ({"level-G-17-1": "x" * 201}, "longer than 200 characters", "level-G-17-1"),
    ],
)
def test_a_plan_with_a_problem_says_where_and_keeps_everything_that_was_typed(
    standing_clinic: Clinic, standing_browser: Browser, change: Change, sentence: str, field: str
) -> None:
    focus(standing_browser)
    standing_browser.submit("plan", ("act", "again"))
    before = course_of(standing_clinic)
    typed: Change = {"text-G-02": "Feel well.", "sessions": "13", "activity": ["crisis-plan"]}
    plan = {"contract_agreed": "yes", "goal": ["G-02", "G-17"], "act": "keep", **typed, **change}
    page = standing_browser.post("plan", {**standing_browser.fields("plan"), **plan})
    assert sentence in page.text
    parsed = Page(page.text)
    assert f"#{field}" in [link.get("href") for link in parsed.all("a")]
    kept = parsed.fields_of(parsed.all("form")[0])
    wanted = {**typed, "goal": ["G-02", "G-17"], "activity": "crisis-plan", **change}
    kept["goal"] = sorted(kept["goal"])
    assert {name: kept.get(name) for name in wanted} == wanted
    assert course_of(standing_clinic) == before


def test_every_problem_is_named_at_once(browser: Browser) -> None:
    page = agree(browser, sessions="1", minutes="1", contract_on="x", **{"text-G-02": ""})
    assert "4 things are missing or cannot be used" in page.text


@pytest.mark.parametrize("area", list(ProblemAreaCode))
def test_goals_are_offered_for_the_chosen_areas_and_in_general(browser: Browser, area: ProblemAreaCode) -> None:
    templates = [item for item in goal_templates().values() if item.available]
    assert offered(browser.get("plan").text) == [item.id for item in templates]
    focus(browser, area=area.value)
    assert offered(browser.get("plan").text) == [item.id for item in templates if item.area in {None, area}]


def test_a_goal_about_a_person_asks_for_the_role(clinic: Clinic, browser: Browser) -> None:
    """decision-D20: people by role, never typed free."""
    page = agree(browser, area="role-dispute", goal=["G-11"])
    assert "Choose who this goal is about, by role." in page.text
    agree(browser, area="role-dispute", goal=["G-11"], **{"person-G-11": "my mother"})
    assert "with my mother about" in course_of(clinic).goals[0].text


def test_a_goal_with_numbers_asks_for_them_and_keeps_what_was_typed(clinic: Clinic, browser: Browser) -> None:
    numbers = {"person-G-13": "my mother", "number-n-G-13": "6"}
    page = agree(browser, area="role-dispute", goal=["G-13"], **numbers)
    assert "Enter a number from 0 to 999." in page.text
    assert 'name="number-n-G-13" value="6"' in page.text
    agree(browser, area="role-dispute", goal=["G-13"], **numbers, **{"number-m-G-13": "2"})
    assert course_of(clinic).goals[0].text == "Get from 6 hostile exchanges a week with my mother to 2 or fewer."


def test_a_goal_that_counts_from_a_first_score_needs_one(clinic: Clinic, browser: Browser) -> None:
    refused = agree(browser, goal=["G-01"])
    assert "This goal needs a first PHQ-9." in refused.text
    fill_in(browser, "222220000")
    page = browser.get("plan").text
    assert "PHQ-9 5 or less" in page
    agree(browser, goal=["G-01"])
    target = course_of(clinic).goals[0].target
    assert target is not None
    assert (target.comparator, target.value) == (Comparator.AT_MOST, Decimal(5))


def test_a_goal_that_was_never_filed_is_dropped_and_a_filed_one_is_cancelled(clinic: Clinic, browser: Browser) -> None:
    """Nothing is deleted in the chart."""
    agree(browser)
    kept, dropped = course_of(clinic).goals
    browser.submit("plan", ("act", "keep"), goal=[kept.id])
    assert [goal.id for goal in course_of(clinic).goals] == [kept.id]
    file(browser)
    browser.submit("plan", ("act", "keep"), goal=[])
    assert course_of(clinic).goals[0].status is GoalStatus.CANCELLED
    file(browser)
    assert [goal["lifecycleStatus"] for goal in clinic.chart("Goal")] == ["cancelled"]
    assert kept.text not in Page(browser.get("").text).all("main")[0].text
    assert dropped.id not in browser.get("plan").text


def test_a_cancelled_goal_can_be_taken_up_again(clinic: Clinic, browser: Browser) -> None:
    agree(browser, goal=["G-02"])
    file(browser)
    (goal,) = course_of(clinic).goals
    browser.submit("plan", ("act", "keep"), goal=[])
    browser.submit("plan", ("act", "keep"), goal=[goal.id])
    (again,) = course_of(clinic).goals
    assert replace(again, status_date=None) == goal


def test_planned_work_that_was_filed_is_cancelled_and_the_course_itself_stays(clinic: Clinic, browser: Browser) -> None:
    agree(browser, activity=["crisis-plan"])
    file(browser)
    browser.submit("plan", ("act", "keep"), activity=[])
    status = {item.code: item.status for item in course_of(clinic).activities}
    assert status == {"ipt-course": ActivityStatus.PLANNED, "crisis-plan": ActivityStatus.CANCELLED}
    browser.submit("plan", ("act", "keep"), activity=["crisis-plan"])
    assert {item.status for item in course_of(clinic).activities} == {ActivityStatus.PLANNED}


def test_work_that_others_added_in_the_chart_is_shown_and_left_alone(clinic: Clinic, browser: Browser) -> None:
    agree(browser)
    file(browser)
    plan = clinic.chart("CarePlan")[0]
    added = {"detail": {"status": "scheduled", "description": "Weekly weighing <b>on the ward</b>"}}
    clinic.edit(plan, activity=[*plan["activity"], added])
    browser.open(clinic.click(), browser.patient)
    page = browser.submit("plan", ("act", "keep"), minutes="55")
    assert "Weekly weighing &lt;b&gt;on the ward&lt;/b&gt;" in page.text
    agree(browser, minutes="45", goal=[goal.id for goal in course_of(clinic).goals])
    assert "✓ in the record" in file(browser).text
    assert added in clinic.chart("CarePlan")[0]["activity"]


def test_a_field_nobody_offers_changes_nothing(clinic: Clinic, browser: Browser) -> None:
    """attack-A37."""
    strange = {"status": "completed", "id": "x", "phase": "closed", "text-unknown": "x", "patient_id": "1"}
    agree(browser, goal=["G-02", "G-99", "<script>"], frequency="hourly", **strange)
    course = course_of(clinic)
    assert (len(course.goals), course.status) == (1, EpisodeStatus.ACTIVE)
    assert course.contract is not None
    assert course.contract.frequency.value == "weekly"
