"""A real Chromium in front of the running demo."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from smart_app.demo import Demo, running, seed
from tests.browser.ehr import Ehr
from tests.parts import need

# Without these Chromium looks up its maker's hosts at every start; the machine of a test reaches loopback only.
_QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--lang=en-US",
)
_NARROWEST = 500
"""Pixels: Chromium makes no window narrower than this, so a phone is emulated."""
BLOCKED = "--test-third-party-cookie-phaseout"


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """The demo hospital and the app, nothing seeded."""
    with running(tmp_path) as found:
        yield found


@pytest.fixture
def seeded(demo: Demo) -> Demo:
    """The demo with its three courses under way."""
    seed(demo)
    return demo


@pytest.fixture
def open_ehr() -> Iterator[Callable[..., Ehr]]:
    """Open the EHR in a browser of a given size; ``extra`` are switches of Chromium, ``scripts`` its JavaScript."""
    need("chromium")
    drivers: list[webdriver.Chrome] = []

    def open_it(demo: Demo, width: int = 1280, height: int = 900, *extra: str, scripts: bool = True) -> Ehr:
        options = webdriver.ChromeOptions()
        if not scripts:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        for switch in (*_QUIET, f"--window-size={width},{height}", *extra):
            options.add_argument(switch)
        options.binary_location = "/usr/bin/chromium"
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        drivers.append(driver)
        if width < _NARROWEST:
            screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        return Ehr(driver, demo)

    yield open_it
    for driver in drivers:
        driver.quit()


@pytest.fixture
def shoot(tmp_path: Path) -> Callable[[Ehr, str], Path]:
    """Keep a screenshot: in the folder IPT_FHIR_SCREENSHOTS names (``make screenshots``), else for this test only."""
    folder = Path(os.environ.get("IPT_FHIR_SCREENSHOTS") or tmp_path)

    def keep(ehr: Ehr, name: str) -> Path:
        path = folder / f"{name}.png"
        ehr.driver.save_screenshot(str(path))
        return path

    return keep
