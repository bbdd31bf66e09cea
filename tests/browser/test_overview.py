"""The overview as eyes and hands meet it: one look, nothing that jumps, a bar that keeps its entries in reach."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from smart_app.demo import Demo
from tests.browser.ehr import Ehr
from tests.browser.overview_states import safety_open

pytestmark = pytest.mark.proof

_SHIFTS = """
const done = arguments[arguments.length - 1];
let sum = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries()) sum += entry.value; })
  .observe({type: 'layout-shift', buffered: true});
requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 0)));
"""
_LOWEST = (
    "return Math.max(...[...document.querySelectorAll('main > *')].map(part => part.getBoundingClientRect().bottom))"
)


@pytest.mark.parametrize("patient", ["zztest-alma", "zztest-bene", "zztest-chi", "zztest-doru"])
def test_one_look_is_enough_in_every_chart(seeded: Demo, open_ehr: Callable[..., Ehr], patient: str) -> None:
    """No scrolling in a frame of 1280 x 800."""
    ehr = open_ehr(seeded, 1280, 800)
    ehr.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    )
    ehr.launch_in_window(patient)
    assert ehr.driver.execute_script(_LOWEST) <= 800
    assert ehr.overflow() <= 0


def test_one_look_is_enough_while_a_safety_answer_waits(seeded: Demo, open_ehr: Callable[..., Ehr]) -> None:
    ehr = open_ehr(seeded, 1280, 800)
    ehr.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    )
    ehr.launch_in_window("zztest-alma")
    safety_open(ehr)
    assert ehr.driver.execute_script(_LOWEST) <= 800


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_moves_while_the_page_comes(seeded: Demo, open_ehr: Callable[..., Ehr], width: int) -> None:
    ehr = open_ehr(seeded, width, 800)
    ehr.launch_in_window("zztest-alma")
    assert ehr.driver.execute_async_script(_SHIFTS) == 0


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_the_bar_keeps_the_entry_of_the_page_in_sight_and_in_reach(
    seeded: Demo, open_ehr: Callable[..., Ehr], width: int
) -> None:
    """It scrolls by itself where it is too narrow, begins at the page one is on, and follows the keyboard."""
    ehr = open_ehr(seeded, width, 800)
    ehr.launch_in_window("zztest-alma")
    names = [entry.text for entry in ehr.driver.find_elements(By.CSS_SELECTOR, ".nav a")]
    for name in (names[-2], names[0]):  # the last one leaves the chart: the caseload has no bar
        ehr.tab_to(name)
        assert _in_sight(ehr, ehr.driver.switch_to.active_element)
        assert ehr.press_enter()
        current = ehr.driver.find_element(By.CSS_SELECTOR, ".nav a[aria-current]")
        assert current.text == name
        assert _in_sight(ehr, current)
        assert ehr.overflow() <= 0
        ehr.keys(Keys.HOME)


def _in_sight(ehr: Ehr, element: object) -> bool:
    box = "const box = arguments[0].getBoundingClientRect(); return box.left >= -1 && box.right <= innerWidth + 1"
    return bool(ehr.driver.execute_script(box, element))
