"""Close a routine session by keyboard alone: what it takes, counted. No human was timed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest
from flask import Flask, g, request
from selenium.webdriver.common.keys import Keys

from smart_app.demo import Demo, seed
from tests.browser.ehr import Ehr

Shoot = Callable[[Ehr, str], Path]

pytestmark = pytest.mark.proof

MOST_ACTIONS = 25
STEP = "Ask for ten minutes on Sunday"


class Hands:
    """A keyboard that counts; the letters of a text count as one action, its typing."""

    def __init__(self, ehr: Ehr) -> None:
        self._ehr = ehr
        self.actions = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self._ehr.keys(key)
            self.actions += 1

    def type(self, text: str) -> None:
        self._ehr.keys(text)
        self.actions += 1

    def tab_to(self, name: str, value: str = "") -> None:
        """Press Tab until the field of that name has the focus."""
        for _ in range(40):
            self.press(Keys.TAB)
            here = self._ehr.driver.switch_to.active_element
            if here.get_attribute("name") == name and value in {"", here.get_attribute("value")}:
                return
        raise AssertionError(f"Tab does not come to {name}")


def measured(app: Flask, spent: list[float]) -> None:
    """Note how long the server takes for each request of a session."""

    def begin() -> None:
        g.began = perf_counter()

    def end(_error: BaseException | None) -> None:
        if request.endpoint == "session.save" and "began" in g:
            spent.append(perf_counter() - g.began)

    app.before_request(begin)
    app.teardown_request(end)


def test_a_routine_session_is_closed_by_keyboard_in_few_actions(
    demo: Demo,
    open_ehr: Callable[..., Ehr],
    shoot: Shoot,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    """Outcome of the last step, mood link, two techniques, a new step; the rest is as last time.

    Counted from the top of the page to the page behind it. Server time is reported, never asserted.
    """
    spent: list[float] = []
    measured(demo.app, spent)
    seed(demo)
    ehr = open_ehr(demo, 1280, 800)
    ehr.launch_in_window("zztest-bene")
    ehr.follow("Session")
    shoot(ehr, "session")
    hands = Hands(ehr)
    hands.press(Keys.TAB, Keys.ENTER)
    hands.tab_to("last_outcome")
    hands.press(Keys.SPACE)
    hands.tab_to("mood_link")
    hands.press(Keys.SPACE)
    hands.tab_to("technique")
    hands.press(Keys.SPACE)
    hands.tab_to("technique")
    hands.press(Keys.SPACE)
    hands.tab_to("step")
    hands.type(STEP)
    hands.tab_to("act", "close")
    assert ehr.press_enter().endswith("is closed")
    hands.actions += 1
    shoot(ehr, "session-closed")
    record_testsuite_property("session_close_actions", hands.actions)
    record_testsuite_property("session_close_server_milliseconds", round(1000 * spent[-1]))
    assert STEP in (ehr.driver.find_element("id", "note").get_attribute("value") or "")
    assert hands.actions <= MOST_ACTIONS
    assert ehr.complaints() == []


def test_a_routine_session_needs_no_scrolling(seeded: Demo, open_ehr: Callable[..., Ehr]) -> None:
    """A frame of 1280 x 800: everything but what is unfolded is in sight above the buttons."""
    ehr = open_ehr(seeded, 1280, 800)
    ehr.launch_in_window("zztest-bene")
    size = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    ehr.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    ehr.follow("Session")
    script = "return document.querySelector('#answers').getBoundingClientRect().bottom"
    foot = "return document.querySelector('.foot').getBoundingClientRect().top"
    assert ehr.driver.execute_script(script) <= ehr.driver.execute_script(foot)


def test_the_note_is_copied_with_one_button(seeded: Demo, open_ehr: Callable[..., Ehr]) -> None:
    """Where the browser refuses the clipboard the text is selected and the page says so."""
    ehr = open_ehr(seeded)
    ehr.launch_in_window("zztest-alma")
    ehr.follow("Session")
    ehr.press("Close session")
    ehr.driver.find_element("css selector", "button[data-copies]").click()
    ehr.wait_for("cop")
    said = ehr.driver.find_element("id", "copied").text
    assert said in {"✓ copied", "Selected: copy it with the keyboard"}
