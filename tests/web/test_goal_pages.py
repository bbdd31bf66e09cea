"""One goal: the patient's rating in one tap, what a person says it came to, and where it may go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ipt_fhir.model.goals import Achievement, Goal, GoalKind, GoalStatus, RatedBy
from tests.web.acts import agree, course_of, file
from tests.web.browser import Browser
from tests.web.clinic import Clinic
from tests.web.page_checks import Page


def goals_of(clinic: Clinic) -> dict[GoalKind, Goal]:
    return {goal.kind: goal for goal in course_of(clinic).goals}


def rate(browser: Browser, goal: str, level: int) -> str:
    return browser.submit(f"goals/{goal}/rate", ("level", str(level))).text


def test_the_patient_rates_with_one_tap_and_the_chart_learns_it(clinic: Clinic, browser: Browser) -> None:
    agree(browser)
    goal = goals_of(clinic)[GoalKind.GAS]
    asked = Page(browser.get(f"goals/{goal.id}/rate").text)
    taps = [item for item in asked.all("button") if item.get("name") == "level"]
    assert [item.get("value") for item in taps] == ["2", "1", "0", "-1", "-2"]
    assert [level.text in tap.text for level, tap in zip(reversed(goal.levels), taps, strict=True)] == [True] * 5
    page = rate(browser, goal.id, -1)
    assert "The rule suggests:" in page
    assert "In progress" in page
    (rating,) = goals_of(clinic)[GoalKind.GAS].ratings
    assert (rating.level, rating.by) == (-1, RatedBy.PATIENT)
    rate(browser, goal.id, 0)
    assert [item.level for item in goals_of(clinic)[GoalKind.GAS].ratings] == [0]
    assert 'aria-pressed="true"' in browser.get(f"goals/{goal.id}/rate").text
    assert "✓ in the record" in file(browser).text
    (observed,) = (item for item in clinic.chart("Observation") if item["code"]["coding"][0]["code"] == "107334-5")
    assert observed["focus"][0]["reference"].startswith("Goal/")


def test_one_rating_leads_to_the_next_goal_that_has_none_of_today(clinic: Clinic, browser: Browser) -> None:
    agree(browser, goal=["G-17", "G-19"])
    first, second = course_of(clinic).goals
    page = rate(browser, first.id, 1)
    assert "goal 2 of 2" in page
    assert second.text in page
    assert "What it came to" in rate(browser, second.id, 1)


def test_a_person_confirms_and_completes(clinic: Clinic, browser: Browser) -> None:
    agree(browser)
    goal = goals_of(clinic)[GoalKind.GAS]
    address = f"goals/{goal.id}"
    assert "First say what the goal came to." in browser.get(address).text
    refused = browser.post(address, {**browser.fields(address), "act": "move", "status": "completed"})
    assert "One thing is missing or cannot be used." in refused.text
    assert goals_of(clinic)[GoalKind.GAS] == goal
    browser.submit(address, ("act", "say"), achievement="achieved")
    page = browser.post(address, {**browser.fields(address), "act": "move", "status": "completed"})
    done = goals_of(clinic)[GoalKind.GAS]
    assert (done.status, done.achievement, done.status_date) == (
        GoalStatus.COMPLETED,
        Achievement.ACHIEVED,
        clinic.clock().date(),
    )
    assert "This goal is closed" in page.text
    assert "1 goal is closed" in browser.get("plan").text
    browser.submit("plan", ("act", "keep"))
    assert goals_of(clinic)[GoalKind.GAS] == done, "the plan leaves a closed goal alone"


def test_a_goal_on_hold_is_not_rated_and_goes_on_later(clinic: Clinic, browser: Browser) -> None:
    agree(browser)
    goal = goals_of(clinic)[GoalKind.GAS]
    address = f"goals/{goal.id}"
    fields = {**browser.fields(address), "act": "move", "status": "on-hold"}
    stale = browser.fields(f"{address}/rate")
    browser.post(address, fields)
    assert "This goal is not worked on now" in browser.get(f"{address}/rate").text
    assert browser.post(f"{address}/rate", {**stale, "level": "1"}).status_code == 409
    now = {**stale, "revision": browser.fields(address)["revision"], "level": "1"}
    assert "This goal cannot be rated now." in browser.post(f"{address}/rate", now).text
    browser.post(address, {**browser.fields(address), "act": "move", "status": "active"})
    assert goals_of(clinic)[GoalKind.GAS].status is GoalStatus.ACTIVE
    assert not goals_of(clinic)[GoalKind.GAS].ratings


@pytest.mark.parametrize("level", ["", "3", "good"])
def test_what_is_no_level_is_asked_again(clinic: Clinic, browser: Browser, level: str) -> None:
    agree(browser)
    goal = goals_of(clinic)[GoalKind.GAS]
    address = f"goals/{goal.id}/rate"
    page = browser.post(address, {**browser.fields(address), "level": level})
    assert "Choose one of the five levels." in page.text
    assert goals_of(clinic)[GoalKind.GAS] == goal


def test_ratings_of_other_days_stay_and_show_their_course(clinic: Clinic, browser: Browser) -> None:
    agree(browser)
    goal = goals_of(clinic)[GoalKind.GAS]
    rate(browser, goal.id, -2)
    clinic.clock.now += timedelta(days=7)
    browser.open(clinic.click(), browser.patient)
    page = rate(browser, goal.id, -1)
    assert "Improving" in page
    assert [item.level for item in goals_of(clinic)[GoalKind.GAS].ratings] == [-2, -1]


def test_a_goal_nobody_has_is_not_found(browser: Browser) -> None:
    assert browser.get("goals/nothing-there").status_code == 404
