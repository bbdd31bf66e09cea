"""The patient's pages as a patient meets them: on a phone of one's own, and on the clinic's tablet, handed over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from smart_app.demo import Demo
from tests.browser.ehr import Ehr

Shoot = Callable[[Ehr, str], Path]
pytestmark = pytest.mark.proof

PHONE, TABLET = (390, 844), (1024, 768)


def at_size(ehr: Ehr, size: tuple[int, int]) -> None:
    """Make the page that large; Chromium's window is some pixels higher, and as a window never below 500 wide."""
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
    ehr.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def test_phq_9_on_a_phone(seeded: Demo, open_ehr: Callable[..., Ehr], shoot: Shoot) -> None:
    """One question a page, crisis line on each; the worrying answer is at the clinic before anything is sent."""
    ehr = open_ehr(seeded)
    at_size(ehr, PHONE)
    assert ehr.sign_in_alone("zztest-alma") == "One form to fill in"
    shoot(ehr, "phone-home")
    ehr.follow("Begin: PHQ-9")
    for _ in range(8):
        assert ehr.overflow() <= 0
        ehr.choose("Several days")
        ehr.press("Next")
    assert "9 of 10" in ehr.text()
    ehr.choose("Several days")
    shoot(ehr, "phone-question")
    ehr.press("Next")
    ehr.choose("Somewhat difficult")
    assert ehr.press("Next") == "Are these your answers?"
    shoot(ehr, "phone-review")
    assert ehr.press("Send to my clinic") == "Thank you. Your answers are with your clinic."
    assert ehr.complaints() == []

    at_size(ehr, (1280, 1000))
    ehr.launch_in_window("zztest-alma")
    assert "New from the patient" in ehr.text()
    assert "Record the safety step" in ehr.text()
    shoot(ehr, "overview-from-the-patient")


def test_phq_9_on_the_tablet(seeded: Demo, open_ehr: Callable[..., Ehr], shoot: Shoot) -> None:
    """Handed over, the browser shows the form and nothing of the chart, whatever is typed; the PIN takes it back."""
    ehr = open_ehr(seeded)
    at_size(ehr, TABLET)
    ehr.launch_in_window("zztest-alma")
    chart = ehr.driver.current_url
    ehr.follow("Patient")
    shoot(ehr, "hand-over")
    ehr.write("pin", "4829")
    ehr.press("Hand over")
    ehr.follow("Ready for the patient")
    ehr.follow("Begin: PHQ-9")
    shoot(ehr, "tablet-question")
    ehr.driver.get(chart)
    ehr.heading()
    assert "Sessions" not in ehr.text()
    assert "Focus" not in ehr.text()
    ehr.driver.back()
    assert "Little interest" in ehr.text()
    for _ in range(10):
        ehr.choose("Not at all") if "Not at all" in ehr.text() else ehr.choose("Not difficult at all")
        ehr.press("Next")
    ehr.press("Send to my clinic")
    shoot(ehr, "tablet-thanks")
    assert ehr.complaints() == []
