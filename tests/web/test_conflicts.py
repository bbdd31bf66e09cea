"""Somebody else changed the chart meanwhile: nothing is overwritten, a person chooses (decision-D11)."""

from __future__ import annotations

import pytest

from tests.web.acts import agree, course_of, file, fill_in
from tests.web.browser import Browser
from tests.web.clinic import DORU, Clinic
from tests.web.page_checks import Page

pytestmark = pytest.mark.proof

THEIRS, OURS = "Worded by the <ward>.", "Worded by me."


@pytest.fixture
def browser(clinic: Clinic) -> Browser:
    """A filed plan of which one goal was then changed on both sides, and something else only here."""
    browser = clinic.opened()
    agree(browser)
    file(browser)
    goal = course_of(clinic).goals[0]
    clinic.edit(clinic.chart("Goal")[0], description={"text": THEIRS})
    browser.submit("plan", ("act", "keep"), **{f"text-{goal.id}": OURS}, minutes="45")
    fill_in(browser, "111111110")
    return browser


def choose(browser: Browser, choice: str) -> str:
    return browser.submit("filing", ("choice", choice), to="filing/choice").text


def test_both_versions_are_shown_side_by_side_and_nothing_is_overwritten(clinic: Clinic, browser: Browser) -> None:
    """fault-F23, fault-F48."""
    page = file(browser)
    assert "● needs your choice" in page.text
    sides = [item.text for item in Page(page.text).all("div") if item.get("class") == "card chart-text"]
    assert any(THEIRS in side and side.startswith("In the chart") for side in sides)
    assert any(OURS in side and side.startswith("Yours, not filed") for side in sides)
    assert clinic.chart("Goal")[0]["description"]["text"] == THEIRS
    assert clinic.chart("Observation") == []
    assert "● needs your choice" in browser.get("").text


def test_while_a_choice_waits_nothing_else_is_filed(clinic: Clinic, browser: Browser) -> None:
    page = Page(file(browser).text)
    (button,) = (item for item in page.all("button") if item.get("value") == "file")
    assert "disabled" in button.attributes
    file(browser)
    assert clinic.chart("Observation") == []


def test_taking_the_charts_version_drops_ours_and_leaves_the_rest_to_be_filed(clinic: Clinic, browser: Browser) -> None:
    file(browser)
    page = choose(browser, "theirs")
    assert "Your draft, not filed" not in page
    course = course_of(clinic)
    assert course.goals[0].text == THEIRS
    assert course.contract is not None
    assert (course.contract.minutes, len(course.responses)) == (45, 1)
    assert "✓ in the record" in file(browser).text
    assert clinic.chart("Goal")[0]["description"]["text"] == THEIRS
    assert len(clinic.chart("Observation")) == 2


def test_our_version_may_be_kept_as_a_draft_and_discarded_later(clinic: Clinic, browser: Browser) -> None:
    file(browser)
    page = choose(browser, "draft")
    assert "Your draft, not filed" in page
    assert OURS in page
    assert course_of(clinic).goals[0].text == THEIRS
    assert OURS in clinic.opened(DORU).get("filing").text
    assert OURS not in choose(browser, "discard")


@pytest.mark.parametrize("choice", ["ours", "", "overwrite"])
def test_there_is_no_choice_that_overwrites_the_chart(clinic: Clinic, browser: Browser, choice: str) -> None:
    file(browser)
    page = choose(browser, choice)
    assert "● needs your choice" in page
    assert clinic.chart("Goal")[0]["description"]["text"] == THEIRS


def test_a_choice_that_nothing_waits_for_changes_nothing(clinic: Clinic) -> None:
    browser = clinic.opened()
    before = course_of(clinic)
    page = browser.post("filing/choice", {**browser.fields("plan"), "choice": "theirs"})
    assert page.status_code == 409
    assert course_of(clinic) == before


def test_what_was_deleted_in_the_chart_is_not_made_again(clinic: Clinic, browser: Browser) -> None:
    """fault-F43."""
    clinic.hospital.store.delete("Goal", clinic.chart("Goal")[0]["id"])
    page = file(browser)
    assert "It was deleted there." in page.text
    choose(browser, "theirs")
    assert [goal.text for goal in course_of(clinic).goals if goal.text == OURS] == []
    page = file(browser)
    assert "✓ in the record" in page.text, page.text
    assert len(clinic.chart("Goal")) == 1


def test_a_plan_that_was_deleted_in_the_chart_is_said_and_not_lost_here(clinic: Clinic, browser: Browser) -> None:
    """fault-F43."""
    clinic.hospital.store.delete("CarePlan", clinic.chart("CarePlan")[0]["id"])
    assert "It was deleted there." in file(browser).text
    assert len(course_of(clinic).goals) == 2


def test_a_change_that_says_the_same_is_no_conflict(clinic: Clinic) -> None:
    """The other side only stored a new version: ours is filed on top of it."""
    browser = clinic.opened()
    agree(browser)
    file(browser)
    goal = course_of(clinic).goals[0]
    clinic.edit(clinic.chart("Goal")[0])
    browser.submit("plan", ("act", "keep"), **{f"text-{goal.id}": OURS})
    page = file(browser)
    assert "needs your choice" not in page.text
    assert clinic.chart("Goal")[0]["description"]["text"] == OURS


def test_a_chart_that_changed_before_the_launch_is_simply_read(clinic: Clinic) -> None:
    browser = clinic.opened()
    agree(browser)
    file(browser)
    for words in (THEIRS, f"{THEIRS} Again."):
        clinic.edit(clinic.chart("Goal")[0], description={"text": words})
        browser.open(clinic.click(), DORU)
        assert course_of(clinic).goals[0].text == words


def test_what_stays_here_does_not_keep_an_edit_of_the_chart_out(clinic: Clinic) -> None:
    """The reason for the area is local (decision-D20): it stays, and the chart's goal is read."""
    browser = clinic.opened()
    agree(browser)
    file(browser)
    browser.submit("focus", ("act", "keep"), rationale="Few ties.")
    clinic.edit(clinic.chart("Goal")[0], description={"text": THEIRS})
    browser.open(clinic.click(), DORU)
    course = course_of(clinic)
    assert course.goals[0].text == THEIRS
    assert [area.rationale for area in course.problem_areas] == ["Few ties."]


def test_what_was_entered_and_not_filed_survives_a_launch_after_the_chart_changed(
    clinic: Clinic, browser: Browser
) -> None:
    """Ours stays, and filing it finds the disagreement."""
    browser.open(clinic.click(), DORU)
    assert course_of(clinic).goals[0].text == OURS
    assert "● needs your choice" in file(browser).text


def test_in_the_chart_stands_what_the_chart_says_and_nothing_that_waits_here(clinic: Clinic, browser: Browser) -> None:
    """The plan disagrees: the questionnaire and the session that only this app has are not told as the chart's."""
    browser.post("session", {**browser.fields("session"), "start": "09:00", "next": "none", "act": "close"})
    clinic.edit(clinic.chart("CarePlan")[0], status="on-hold", title="IPT on the ward")
    sides = [item.text for item in Page(file(browser).text).all("div") if item.get("class") == "card chart-text"]
    theirs, ours = (side for side in sides if "Interpersonal Psychotherapy" in side)
    assert "Session 1," in ours
    assert theirs.startswith("In the chart")
    assert "Session 1," not in theirs


def test_the_title_of_the_chart_stays_after_its_version_was_taken(clinic: Clinic, browser: Browser) -> None:
    clinic.edit(clinic.chart("CarePlan")[0], title="IPT on the ward")
    file(browser)
    choose(browser, "theirs")
    file(browser)
    assert len(clinic.chart("Observation")) == 2
    assert clinic.chart("CarePlan")[0]["title"] == "IPT on the ward"
