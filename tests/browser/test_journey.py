"""The whole way once in a real browser, inside the EHR's frame on another site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import request

from smart_app.demo import Demo
from tests.browser.conftest import BLOCKED
from tests.browser.ehr import Ehr

Shoot = Callable[[Ehr, str], Path]


@pytest.mark.parametrize(
    "switches", [(), pytest.param((BLOCKED,), marks=pytest.mark.proof)], ids=["usual", "third-party cookies blocked"]
)
def test_launch_measure_plan_file_inside_the_frame(
    demo: Demo, open_ehr: Callable[..., Ehr], shoot: Shoot, switches: tuple[str, ...]
) -> None:
    """decision-D12: the cookie is Partitioned, the frame is cross-site, and the whole job works in it."""
    sites: set[str] = set()
    demo.app.before_request(lambda: sites.add(request.headers.get("Sec-Fetch-Site", "")))
    ehr = open_ehr(demo, 1280, 1000, *switches)
    ehr.launch_in_frame("zztest-doru")
    assert ehr.heading() == "Session 1 of 16 comes next"
    assert "cross-site" in sites

    assert ehr.measure() == "PHQ-9"
    ehr.answer_by_keyboard([2, 2, 2, 2, 2, 2, 2, 1, 1])
    assert ehr.press("Done") == "Safety step"
    shoot(ehr, "safety")
    ehr.choose("Discussed with the patient")
    assert ehr.press("Record") == "Session 1 of 16 comes next"
    assert "moderately severe" in ehr.text()

    assert ehr.follow("Focus") == "The focus"
    ehr.choose("Role transition")
    ehr.choose("The patient agrees")
    assert ehr.press("Save the focus") == "The focus"
    assert ehr.follow("Plan") == "The plan"
    ehr.choose("The contract is agreed")
    for goal in ("goal-G-02", "goal-G-17"):
        ehr.tick(goal)
    assert ehr.press("Save and preview") == "What filing would change"
    shoot(ehr, "filing-preview")
    assert ehr.press("File to chart") == "Filing"
    assert "✓ in the record" in ehr.text()
    shoot(ehr, "filing")
    assert ehr.complaints() == []


@pytest.mark.proof
def test_two_charts_in_two_frames_do_not_mix(seeded: Demo, open_ehr: Callable[..., Ehr]) -> None:
    """attack-A28: both frames share one cookie jar; the handle in the path keeps the patients apart."""
    ehr = open_ehr(seeded)
    ehr.launch_in_frame("zztest-alma")
    ehr.follow("Plan")
    first = ehr.driver.current_window_handle
    ehr.driver.switch_to.new_window("tab")
    ehr.launch_in_frame("zztest-bene")
    assert "ZZTEST-BENE" in ehr.text()
    ehr.driver.switch_to.window(first)
    ehr.driver.switch_to.frame(0)
    assert ehr.press("Save") == "The plan"
    assert "ZZTEST-ALMA" in ehr.text()
    assert "ZZTEST-BENE" not in ehr.text()


@pytest.mark.proof
@pytest.mark.parametrize(("width", "name"), [(1280, "wide"), (640, "zoomed to 200 %"), (500, "narrow")])
def test_every_page_fits_its_window(
    seeded: Demo, open_ehr: Callable[..., Ehr], shoot: Shoot, width: int, name: str
) -> None:
    """A 1280 pixel window at 200 % zoom is 640 pixels wide: nothing may be cut off or need sideways scrolling."""
    ehr = open_ehr(seeded, width, 900)
    ehr.launch_in_window("zztest-alma")
    pages = {
        "Overview": "overview",
        "PHQ-9": "phq-9",
        "Focus": "focus",
        "Plan": "plan",
        "Session": "session",
        "Filing": "record",
    }
    for link, page in pages.items():
        ehr.measure() if page == "phq-9" else ehr.follow(link)
        assert ehr.overflow() <= 0, f"{page} at {width}"
        if name == "wide" and page != "record":
            shoot(ehr, page)
    assert ehr.complaints() == []
