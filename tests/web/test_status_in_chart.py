"""A colleague ends the plan in the chart, or puts it on hold: every page says so, and nothing is added to it."""

from __future__ import annotations

import pytest

from tests.web.acts import agree, course_of, file, fill_in
from tests.web.browser import Browser
from tests.web.clinic import DORU, Clinic
from tests.web.page_checks import Page


@pytest.fixture
def browser(clinic: Clinic) -> Browser:
    """A course of one session, filed."""
    browser = clinic.opened()
    fill_in(browser, "222222220")
    agree(browser)
    close_session(browser)
    file(browser)
    return browser


def close_session(browser: Browser) -> str:
    return browser.post("session", {**browser.fields("session"), "start": "09:00", "next": "none", "act": "close"}).text


def changed(clinic: Clinic, browser: Browser, status: str) -> Page:
    """The overview after somebody set that status in the chart."""
    clinic.edit(clinic.chart("CarePlan")[0], status=status)
    clinic.clock.move(days=8)
    browser.open(clinic.click(), DORU)
    return Page(browser.get("").text)


@pytest.mark.parametrize("status", ["completed", "revoked"])
def test_a_plan_ended_in_the_chart_has_ended_on_every_page(clinic: Clinic, browser: Browser, status: str) -> None:
    page = changed(clinic, browser, status)
    assert [item.text for item in page.all("h1")] == ["This course has ended"]
    assert not any("Start session" in item.text for item in page.all("a"))
    assert "✓ nothing is due" in browser.get("").text
    assert "The course has ended. No session can be added to it." in close_session(browser)
    assert len(course_of(clinic).sessions) == 1


def test_a_plan_on_hold_is_said_and_resumed_where_it_stood(clinic: Clinic, browser: Browser) -> None:
    before = course_of(clinic)
    page = changed(clinic, browser, "on-hold")
    assert [item.text for item in page.all("h1")] == ["This course is on hold"]
    assert not any("Start session" in item.text for item in page.all("a"))
    assert "The course is on hold. Resume it on the overview, then record the session." in close_session(browser)
    assert len(course_of(clinic).sessions) == 1
    (resume,) = (form for form in page.all("form") if str(form.get("action")).endswith("/resume"))
    resumed = browser.post("resume", page.fields_of(resume))
    assert "Session 2 of 16 comes next" in resumed.text
    assert (course_of(clinic).phase, course_of(clinic).status) == (before.phase, before.status)
    file(browser)
    assert [plan["status"] for plan in clinic.chart("CarePlan")] == ["active"]
