"""Something of our own course in the chart cannot be read: the patient opens, it is said, and nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest

from smart_app.services import person_rights
from smart_app.services.person_rights import Reason
from smart_app.store.lanes import Lane
from tests.web.acts import agree, course_of, file, fill_in
from tests.web.browser import Browser
from tests.web.clinic import DORU, Clinic
from tests.web.page_checks import Page

pytestmark = pytest.mark.proof

PAGES = ("", "plan", "filing", "filing/preview")
UNREAD = "The plan in the chart could not be read"
VOIDED = "The plan was marked as entered in error in the chart"
LONG = "Describe what I lost. " * 14


@pytest.fixture
def browser(clinic: Clinic) -> Browser:
    """A course of one session, filed."""
    browser = clinic.opened()
    fill_in(browser, "222222220")
    agree(browser)
    close_session(browser)
    assert "✓ in the record" in file(browser).text
    return browser


def close_session(browser: Browser) -> None:
    page = browser.post("session", {**browser.fields("session"), "start": "09:00", "next": "none", "act": "close"})
    assert "is closed" in page.text, page.text


def spoil(clinic: Clinic, resource: dict[str, Any], **changes: Any) -> None:
    """Another client changes elements of an entry; None takes one away."""
    spoilt = {name: value for name, value in {**resource, **changes}.items() if value is not None}
    clinic.hospital.store.update(spoilt)


def forget(clinic: Clinic) -> None:
    """Nothing of the patient is held here any more."""
    lane = Lane(clinic.iss, DORU)
    person_rights.purge(clinic.practice.store, lane, Reason.TEST_DATA, "administrator:ada", waiting_too=True)


def said(browser: Browser, words: str) -> list[str]:
    """The pages that say it."""
    return [page for page in PAGES if any(words in item.text for item in Page(browser.get(page).text).all("p"))]


SPOILT_PLANS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"status": "unknown"}, "“unknown” is not a value this app knows"),
    ({"period": None}, "the element “start” is missing"),
    ({"period": {"start": "2026"}}, "a date in it is not a full date"),
    ({"period": {"start": "2030-01-01"}}, "the element “end” is missing"),
    ({"period": {"start": "2030-01-01", "end": "2031-01-01"}, "extension": "odd"}, "has another form"),
)


@pytest.mark.parametrize(("changes", "why"), SPOILT_PLANS)
def test_a_plan_that_cannot_be_read_opens_is_said_and_is_not_written_over(
    clinic: Clinic, browser: Browser, changes: dict[str, Any], why: str
) -> None:
    plan, before = clinic.chart("CarePlan")[0], course_of(clinic)
    spoil(clinic, plan, **changes)
    there = clinic.chart("CarePlan")
    browser.open(clinic.click(), DORU)
    assert said(browser, f"{UNREAD}: {why}" if why != "has another form" else UNREAD) == list(PAGES)
    assert course_of(clinic) == before
    close_session(browser)
    page = file(browser)
    assert "▲ held back" in page.text
    assert "the record says what this app says" not in page.text.replace("Whether the record says", "")
    assert clinic.chart("CarePlan") == there
    clinic.edit(plan)
    browser.open(clinic.click(), DORU)
    assert said(browser, UNREAD) == []
    assert "✓ in the record" in file(browser).text
    assert str(clinic.chart("CarePlan")).count("ipt-session'") == 2


def test_a_plan_entered_in_error_is_said_and_nothing_is_filed_any_more(clinic: Clinic, browser: Browser) -> None:
    plan, before = clinic.chart("CarePlan")[0], course_of(clinic)
    spoil(clinic, plan, status="entered-in-error")
    browser.open(clinic.click(), DORU)
    assert said(browser, VOIDED) == list(PAGES)
    assert course_of(clinic) == before
    close_session(browser)
    file(browser)
    assert [item["status"] for item in clinic.chart("CarePlan")] == ["entered-in-error"]


def test_a_new_course_begins_where_the_only_plan_was_entered_in_error(clinic: Clinic, browser: Browser) -> None:
    spoil(clinic, clinic.chart("CarePlan")[0], status="entered-in-error")
    old = course_of(clinic).id
    forget(clinic)
    browser.open(clinic.click(), DORU)
    assert said(browser, VOIDED) == []
    assert course_of(clinic).id != old


def test_an_app_that_knows_nothing_files_no_second_plan_over_one_it_cannot_read(
    clinic: Clinic, browser: Browser
) -> None:
    plan, before = clinic.chart("CarePlan")[0], course_of(clinic)
    spoil(clinic, plan, status="unknown")
    forget(clinic)
    browser.open(clinic.click(), DORU)
    assert said(browser, UNREAD) == list(PAGES)
    file(browser)
    assert len(clinic.chart("CarePlan")) == 1
    clinic.edit(plan)
    browser.open(clinic.click(), DORU)
    course = course_of(clinic)
    assert (course.id, len(course.goals), len(course.sessions)) == (before.id, 2, 1)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"description": {"text": LONG.strip()}}, "its text is longer than 300 characters"),
        ({"startDate": "2026"}, "a date in it is not a full date"),
    ],
)
def test_a_goal_that_cannot_be_read_is_said_and_stays_in_the_plan(
    clinic: Clinic, browser: Browser, changes: dict[str, Any], why: str
) -> None:
    goal, plan = clinic.chart("Goal")[1], clinic.chart("CarePlan")[0]
    spoil(clinic, goal, **changes)
    browser.open(clinic.click(), DORU)
    assert said(browser, f"1 goal of this course could not be read: {why}") == list(PAGES)
    assert len(course_of(clinic).goals) == 2
    close_session(browser)
    file(browser)
    assert clinic.chart("CarePlan") == [plan]
    clinic.edit(goal)
    browser.open(clinic.click(), DORU)
    assert "✓ in the record" in file(browser).text
    assert goal["description"]["text"] in clinic.chart("CarePlan")[0]["text"]["div"]


def test_a_course_whose_order_lost_its_code_opens_with_its_sessions(clinic: Clinic, browser: Browser) -> None:
    order = next(item for item in clinic.chart("ServiceRequest") if "ipt-course" in str(item["code"]))
    spoil(clinic, order, code=None)
    forget(clinic)
    browser.open(clinic.click(), DORU)
    assert said(browser, "1 planned service of this course could not be read: the element “code” is missing")
    assert len(course_of(clinic).sessions) == 1
    clinic.edit(order)
    browser.open(clinic.click(), DORU)
    close_session(browser)
    assert "✓ in the record" in file(browser).text


def test_what_was_voided_while_the_page_was_open_is_said_and_not_taken(clinic: Clinic, browser: Browser) -> None:
    close_session(browser)
    before = course_of(clinic)
    spoil(clinic, clinic.chart("CarePlan")[0], status="unknown")
    page = file(browser)
    assert "This app cannot read what stands there now." in page.text
    page = browser.submit("filing", ("choice", "theirs"), to="filing/choice")
    assert page.status_code == 409
    assert "cannot be read by this app, so it cannot be taken" in page.text
    assert course_of(clinic) == before


def test_work_taken_out_of_the_plan_in_the_chart_leaves_the_course_itself_in_it(
    clinic: Clinic, browser: Browser
) -> None:
    spoil(clinic, clinic.chart("CarePlan")[0], activity=None)
    orders = len(clinic.chart("ServiceRequest"))
    browser.open(clinic.click(), DORU)
    close_session(browser)
    assert "✓ in the record" in file(browser).text
    assert str(clinic.chart("CarePlan")).count("ipt-session'") == 1
    assert len(clinic.chart("ServiceRequest")) == orders


@pytest.mark.usefixtures("browser")
def test_a_score_that_the_record_states_otherwise_is_said_and_not_undone(clinic: Clinic) -> None:
    """Published examples too state totals that their answers do not add up to."""
    (score,) = [item for item in clinic.chart("Observation") if "44261-6" in str(item["code"])]
    spoil(clinic, score, valueQuantity={**score["valueQuantity"], "value": 3})
    said_so = "The record says 3 for the PHQ-9 of 2 Mar 2026; its answers say otherwise."
    later = clinic.opened()
    assert said(later, said_so) == list(PAGES)
    assert "16" in later.get("history").text
    (kept,) = [item for item in clinic.chart("Observation") if item["id"] == score["id"]]
    assert kept["valueQuantity"]["value"] == 3
    spoil(clinic, score)
    assert said(clinic.opened(), said_so) == []
