"""A hospital's colours: fetched at the launch from its own origin, served from ours, never a reason not to open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug import Response

from tests.web.browser import Browser
from tests.web.clinic import Clinic, Fault, open_clinic

STYLE = "/smart-style.json"


@pytest.fixture
def styled(tmp_path: Path) -> Iterator[Clinic]:
    with open_clinic(tmp_path, hospital_row="styled") as found:
        yield found


def sheet(browser: Browser) -> str:
    assert 'style.css">' in browser.get("").text
    answer = browser.get("style.css")
    assert answer.mimetype == "text/css"
    return answer.text


def test_readable_colours_of_the_hospital_are_served_from_our_own_origin(styled: Clinic) -> None:
    """The green of SMART's own example is too light for small text on our surfaces; it stays out."""
    found = sheet(styled.opened())
    assert "--accent: #5a2d82;" in found
    assert "--ground: #edeae3;" in found
    assert "--good" not in found
    assert found.startswith("@media screen and (prefers-color-scheme: light)")


def test_a_warm_launch_asks_for_the_style_no_more(styled: Clinic) -> None:
    styled.opened()
    styled.door.asked.clear()
    styled.opened()
    assert [line for line in styled.door.asked if STYLE in line] == []


@pytest.mark.parametrize(
    "answer",
    [
        lambda: Response("{", 200, mimetype="application/json"),
        lambda: Response("[]", 200, mimetype="application/json"),
        lambda: Response("x" * 20_000, 200, mimetype="application/json"),
        lambda: Response("", 302, headers={"Location": "https://elsewhere.example/"}),
        lambda: Response("", 500),
        None,
    ],
    ids=["broken", "no object", "too large", "redirect", "fault", "cut"],
)
def test_a_style_that_cannot_be_read_keeps_no_launch_from_opening(styled: Clinic, answer: object) -> None:
    styled.door.hang(Fault("GET", STYLE, answer))  # type: ignore[arg-type]
    page = styled.opened().get("").text
    assert "Session 1 of 16 comes next" in page
    assert "style.css" not in page.replace("/static/", "")


def test_a_hospital_without_colours_gets_ours(browser: Browser) -> None:
    assert 'style.css">' not in browser.get("").text.replace("/static/", "")
    assert "--accent" not in browser.get("style.css").text


def test_the_sheet_is_for_the_browser_that_launched(styled: Clinic) -> None:
    browser = styled.opened()
    stranger = styled.browser()
    assert stranger.get(f"{browser.home}style.css").status_code == 404
