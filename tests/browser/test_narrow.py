"""Every page of the workspace on a narrow phone, in German, whose words are longer: nothing to scroll sideways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from selenium.webdriver.common.keys import Keys

from smart_app.demo import TOUR, Demo
from tests.browser.ehr import Ehr
from tests.browser.overview_states import safety_open

pytestmark = pytest.mark.proof

_PLACES = (
    "assessment",
    "people",
    "people/timeline",
    "people/person",
    "focus",
    "focus/formulation",
    "plan",
    "session",
    "ending",
    "handover",
    "filing",
    "forms",
    "history",
    "consents",
    "patient",
    "duty",
    "caseload",
)
_LOWEST = (
    "return Math.max(...[...document.querySelectorAll('main > *')].map(part => part.getBoundingClientRect().bottom))"
)
_COVERED = """
const field = document.activeElement, box = field.getBoundingClientRect(), middle = box.left + box.width / 2
const seen = [box.top + 2, box.top + box.height / 2, box.bottom - 2].map(y => document.elementFromPoint(middle, y))
const bar = on => on && on.closest('.banner, .foot')
const under = box.height && seen.every(on => bar(on) && bar(on) !== bar(field))
return under ? field.name || field.textContent : ''
"""


def in_german(ehr: Ehr) -> None:
    """Ask for German from the next page on."""
    agent = ehr.driver.execute_script("return navigator.userAgent")
    ehr.driver.execute_cdp_cmd("Network.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": "de-DE,de"})


def test_no_page_is_wider_than_a_phone(seeded: Demo, open_ehr: Callable[..., Ehr]) -> None:
    ehr = open_ehr(seeded, 320, 700)
    ehr.launch_in_window("zztest-alma")
    safety_open(ehr)
    in_german(ehr)
    chart = ehr.driver.current_url.rstrip("/").removeprefix(seeded.app_url)
    wider = {}
    for place in ("", *_PLACES):
        ehr.go(f"{chart}/{place}")
        assert ehr.driver.execute_script("return document.documentElement.lang") == "de"
        if ehr.overflow() > 0:
            wider[place] = ehr.overflow()
    assert wider == {}


def test_a_name_of_eighty_letters_is_shown_whole(seeded: Demo, open_ehr: Callable[..., Ehr]) -> None:
    name = "Hubert-Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschafe"
    found = seeded.hospital.store.current("Patient", TOUR)
    assert found is not None
    seeded.hospital.store.update({**found.resource, "name": [{"family": name, "given": ["Bene"]}]})
    ehr = open_ehr(seeded, 320, 700)
    ehr.launch_in_window(TOUR)
    assert name in ehr.text()
    assert ehr.overflow() <= 0


@pytest.mark.parametrize("size", [(320, 568), (320, 256)])
def test_what_has_the_focus_is_never_under_a_bar(
    seeded: Demo, open_ehr: Callable[..., Ehr], size: tuple[int, int]
) -> None:
    """WCAG 2.4.11, on a phone and at 400 % zoom."""
    ehr = open_ehr(seeded, *size)
    bounds = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    ehr.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", bounds)
    ehr.launch_in_window("zztest-alma")
    chart = ehr.driver.current_url.rstrip("/").removeprefix(seeded.app_url)
    covered = set()
    for place in ("session", "plan", "focus", "forms/phq-9"):
        ehr.go(f"{chart}/{place}")
        for _ in range(60):
            ehr.press_keys(Keys.TAB)
            covered.add(ehr.driver.execute_script(_COVERED))
    assert covered == {""}


@pytest.mark.parametrize("patient", ["zztest-alma", TOUR])
def test_one_look_is_enough_in_german(seeded: Demo, open_ehr: Callable[..., Ehr], patient: str) -> None:
    """Also the whole bar of pages."""
    ehr = open_ehr(seeded, 1280, 800)
    size = {"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    ehr.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    in_german(ehr)
    ehr.launch_in_window(patient)
    assert ehr.driver.execute_script(_LOWEST) <= 800
    hidden = "const bar = document.querySelector('.nav'); return bar.scrollWidth - bar.clientWidth"
    assert ehr.driver.execute_script(hidden) <= 0
