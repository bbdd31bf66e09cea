"""What only a browser can show about a page that is left while somebody types."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from smart_app.demo import Demo
from tests.browser.ehr import Ehr

pytestmark = pytest.mark.proof

WORDS = "it was quieter than before"


FIELD = "#answers textarea, #answers input[type=text]"


def follow_a_link(ehr: Ehr) -> None:
    ehr.follow("Overview")


def sign_out(ehr: Ehr) -> None:
    ehr.press("Sign out")
    ehr.launch_in_frame("zztest-doru")


@pytest.mark.parametrize("leave", [follow_a_link, sign_out])
def test_what_was_typed_a_moment_ago_is_kept_when_the_page_is_left(
    demo: Demo, open_ehr: Callable[..., Ehr], leave: Callable[[Ehr], None]
) -> None:
    """fault-F71: the page is left before any timer has run out. The answer may arrive behind the next page."""
    ehr = open_ehr(demo)
    ehr.launch_in_frame("zztest-doru")
    ehr.follow("Forms")
    ehr.follow_to("/forms/relapse-plan")
    ehr.driver.find_element(By.CSS_SELECTOR, FIELD).send_keys(WORDS)
    leave(ehr)

    def is_kept(_: object) -> bool:
        ehr.follow("Forms")
        ehr.follow_to("/forms/relapse-plan")
        return WORDS in (ehr.driver.find_element(By.CSS_SELECTOR, FIELD).get_attribute("value") or "")

    WebDriverWait(ehr.driver, 20).until(is_kept)
    assert ehr.complaints() == []


@pytest.mark.parametrize("leave", [follow_a_link, sign_out])
def test_a_look_back_is_kept_when_the_page_is_left(
    demo: Demo, open_ehr: Callable[..., Ehr], leave: Callable[[Ehr], None]
) -> None:
    ehr = open_ehr(demo)
    ehr.launch_in_frame("zztest-doru")
    ehr.follow("Ending")
    ehr.write("gains", WORDS)
    leave(ehr)

    def is_kept(_: object) -> bool:
        ehr.follow("Ending")
        return ehr.driver.find_element(By.ID, "gains").get_attribute("value") == WORDS

    WebDriverWait(ehr.driver, 20).until(is_kept)
    assert ehr.complaints() == []


def test_a_form_that_is_done_leaves_no_draft_behind(demo: Demo, open_ehr: Callable[..., Ehr]) -> None:
    """attack-A77: what the script had on its way when the button was pressed brings no draft back."""
    ehr = open_ehr(demo)
    ehr.launch_in_window("zztest-doru")
    ehr.measure()
    ehr.answer_by_keyboard([0] * 9)
    assert ehr.press("Done") == "Session 1 of 16 comes next"
    ehr.measure()
    assert "0 of 9 answered" in ehr.text()
    assert "Answers kept from" not in ehr.text()


def test_enter_in_a_field_does_not_discard_what_was_kept(demo: Demo, open_ehr: Callable[..., Ehr]) -> None:
    """The first button of a form is the one Enter presses, also where "Discard" stands above the form."""
    ehr = open_ehr(demo)
    ehr.launch_in_window("zztest-doru")
    ehr.follow("Forms")
    ehr.follow_to("/forms/relapse-plan")
    ehr.driver.find_element(By.CSS_SELECTOR, FIELD).send_keys(WORDS)
    ehr.press("Save, finish later")
    ehr.follow("Forms")
    ehr.follow_to("/forms/relapse-plan")
    ehr.driver.execute_script(
        "arguments[0].focus()", ehr.driver.find_element(By.CSS_SELECTOR, "#answers input[type=text]")
    )
    ehr.press_enter()
    assert WORDS in (ehr.driver.find_element(By.CSS_SELECTOR, FIELD).get_attribute("value") or "")


def test_a_formulation_is_kept_when_the_page_is_left(demo: Demo, open_ehr: Callable[..., Ehr]) -> None:
    """Focus, formulation and sheets keep what is typed in the same way."""
    ehr = open_ehr(demo)
    ehr.launch_in_frame("zztest-doru")
    ehr.follow("Focus")
    ehr.follow("Formulation")
    ehr.write("text", WORDS)
    ehr.follow("Plan")

    def is_kept(_: object) -> bool:
        ehr.follow("Focus")
        ehr.follow("Formulation")
        return WORDS in (ehr.driver.find_element(By.ID, "text").get_attribute("value") or "")

    WebDriverWait(ehr.driver, 20).until(is_kept)
    assert "is back. It is not saved yet." in ehr.text()
    assert ehr.press("Discard it") == "The formulation"
    assert WORDS not in (ehr.driver.find_element(By.ID, "text").get_attribute("value") or "")
    assert ehr.complaints() == []


def test_a_plan_that_is_out_of_date_says_so_while_somebody_types(demo: Demo, open_ehr: Callable[..., Ehr]) -> None:
    """What keeps the text is refused when another window was faster; the refusal stands above the form, once."""
    ehr = open_ehr(demo)
    ehr.launch_in_window("zztest-doru")
    ehr.follow("Plan")
    ehr.driver.execute_script("document.querySelector('#answers [name=revision]').value = '7'")
    ehr.fill("Minutes each", "45")
    ehr.wait_for("This page is out of date")
    ehr.fill("Minutes each", "4")
    assert len(ehr.driver.find_elements(By.CSS_SELECTOR, "#aside .notice")) == 1
