"""The bar of pages: in one order, and the entry of the page one is on is marked, also on the pages below it."""

from __future__ import annotations

import pytest

from tests.web.browser import Browser
from tests.web.page_checks import Page


def marked(text: str) -> list[tuple[str, str]]:
    """The entries that say they are where we are."""
    return [(item.text.strip(), item.get("aria-current")) for item in Page(text).all("a") if item.get("aria-current")]


@pytest.mark.parametrize(
    ("path", "entry", "current"),
    [
        ("", "Overview", "page"),
        ("plan", "Plan", "page"),
        ("forms", "Forms", "page"),
        ("hospital-forms", "Forms", "true"),
        ("totals/epds", "Forms", "true"),
        ("forms/gad-7", "Forms", "true"),
        ("history", "History", "page"),
        ("filing", "Filing", "page"),
        ("assessment", "Assessment", "page"),
        ("forms/phq-9", "Forms", "true"),
    ],
)
def test_the_bar_marks_where_one_is(browser: Browser, path: str, entry: str, current: str) -> None:
    assert marked(browser.get(path).text) == [(entry, current)]
