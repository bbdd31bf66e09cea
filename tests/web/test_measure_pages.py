"""The PHQ-9, the safety step it may open, and the session that waits for it."""

from __future__ import annotations

import pytest

from tests.web.acts import course_of, fill_in, phq9
from tests.web.browser import Browser
from tests.web.clinic import Clinic
from tests.web.page_checks import Page


def chosen(page: str) -> dict[str, str]:
    return {item.get("name"): item.get("value") for item in Page(page).all("input") if "checked" in item.attributes}


def test_a_form_kept_for_later_comes_back_as_it_was(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "12  3", act="keep")
    page = browser.get("forms/phq-9").text
    assert chosen(page) == phq9("12  3")
    assert "3 of 9 answered: no total until all are" in page
    assert "They are not filed" in page
    assert course_of(clinic).responses == ()


def test_an_incomplete_form_names_each_open_question_with_a_link_to_it(clinic: Clinic, browser: Browser) -> None:
    page = fill_in(browser, "1111 11  ")
    assert "3 things are missing" in page.text
    links = [item for item in Page(page.text).all("a") if item.within("ul")]
    assert [link.text for link in links] == [f"Question {number}: not answered yet" for number in (5, 8, 9)]
    assert chosen(page.text) == phq9("1111 11  ")
    assert course_of(clinic).responses == ()


def test_a_form_may_be_finished_without_a_total(clinic: Clinic, browser: Browser) -> None:
    """Not every question is answered by every patient; then there is no total, and nothing is made up."""
    offered = fill_in(browser, "1111 11  ")
    assert "Finish without a total" in offered.text
    page = fill_in(browser, "1111 11  ", act="incomplete")
    assert "no total: 6 of 9 answered" in page.text
    assert len(course_of(clinic).responses[0].answers) == 6
    assert "checked" not in browser.get("forms/phq-9").text


def test_an_empty_form_is_never_completed(clinic: Clinic, browser: Browser) -> None:
    for act in ("done", "incomplete"):
        page = fill_in(browser, "", act=act)
        assert "9 things are missing" in page.text
        assert "Finish without a total" not in page.text
    assert course_of(clinic).responses == ()


@pytest.mark.parametrize(
    ("digits", "total", "band"),
    [
        ("000000000", "0", "none"),
        ("111110000", "5", "mild"),
        ("222220000", "10", "moderate"),
        ("333333330", "24", "severe"),
    ],
)
def test_a_complete_form_shows_total_and_band(browser: Browser, digits: str, total: str, band: str) -> None:
    page = Page(fill_in(browser, digits).text)
    assert [item.text for item in page.all("span") if item.get("class") == "big"] == [total]
    assert f"PHQ-9 {total}{band} ·" in page.all("main")[0].text


def test_a_change_is_called_reliable_from_six_points_on(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "222220000")
    clinic.clock.move(minutes=5)
    assert "within measurement error" in fill_in(browser, "111110000").text
    clinic.clock.move(minutes=5)
    assert "reliable improvement" in fill_in(browser, "111100000").text


@pytest.mark.parametrize("strange", ["LA0-0", "<script>", "LA6568-5 ", "x" * 1000])
def test_an_answer_that_is_not_offered_is_refused_by_name(
    standing_clinic: Clinic, standing_browser: Browser, strange: str
) -> None:
    """attack-A37."""
    fields = {**phq9("111111110"), "a-9": strange, "author": "somebody", "status": "amended"}
    page = standing_browser.submit("forms/phq-9", ("act", "done"), **fields)
    assert "Question 9: This is not one of the answers. Choose again." in page.text
    assert course_of(standing_clinic).responses == ()


def test_a_clock_that_was_set_back_does_not_stop_the_next_form(clinic: Clinic, browser: Browser) -> None:
    """fault-F60: answers stand in the order of their time, whatever the clock did in between."""
    fill_in(browser, "111111111")
    clinic.clock.move(minutes=-10)
    page = fill_in(browser, "000000002")
    assert "Safety step" in page.text
    assert "More than half the days" in page.text
    times = [item.authored for item in course_of(clinic).responses]
    assert times == sorted(times)


def test_an_answer_of_not_at_all_asks_for_nothing(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "333333330")
    assert course_of(clinic).safety_items == ()
