"""What others wrote in the chart is printed as the text it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from smart_app.sandbox.charts import demo_charts
from tests.web.acts import agree, course_of, file, fill_in
from tests.web.browser import Browser
from tests.web.clinic import DORU, Clinic, open_clinic
from tests.web.page_checks import Page

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "</title><script>alert(1)</script>",
    "{{ 7 * 7 }}{% for x in () %}${7*7}#{7*7}",  # attack-A48
    "&lt;b&gt; &amp;amp;",
    "javascript:alert(1)",
    "%(name)s %s {value}",
)
EVERYTHING = " ".join(PAYLOADS)
# A name that turns the writing direction round and hides characters (attack-A49).
TURNED = "\N{RIGHT-TO-LEFT OVERRIDE}uroD\N{ZERO WIDTH SPACE}"
PAGES = ("", "forms/phq-9", "focus", "plan", "session", "filing")


def hostile_charts() -> list[dict[str, object]]:
    charts = demo_charts()
    for resource in charts:
        if resource["id"] == DORU:
            resource["name"] = [{"use": "official", "text": f"{TURNED} ZZTEST-DORU {EVERYTHING}"}]
            resource["identifier"][0]["value"] = EVERYTHING
            resource["birthDate"] = "1981"
        if resource["resourceType"] == "Condition":
            resource["code"] |= {"text": EVERYTHING}
        if resource["resourceType"] == "Practitioner":
            resource["name"] = [{"text": EVERYTHING}]
    return charts


@pytest.fixture(scope="module")
def hostile_clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    with open_clinic(folder, charts=hostile_charts()) as found:
        yield found


@pytest.fixture(scope="module")
def browser(hostile_clinic: Clinic) -> Browser:
    """Open on a chart in which every text is an attack, and so is every text typed here."""
    browser = hostile_clinic.opened()
    fill_in(browser, "111111111")
    agree(browser, **{"text-G-02": EVERYTHING[:300], "level-G-17-0": EVERYTHING[:200], "rationale": EVERYTHING[:300]})
    filed = file(browser)
    assert "✓ in the record" in filed.text, filed.text
    goal = hostile_clinic.chart("Goal")[0]
    hostile_clinic.edit(goal, description={"text": f"Chart: {EVERYTHING}"})
    browser.open(hostile_clinic.click(), DORU)
    return browser


@pytest.mark.parametrize("page", PAGES)
def test_hostile_text_is_printed_and_never_becomes_markup(browser: Browser, page: str) -> None:
    """attack-A42, attack-A48: the page keeps its structure (checked at every fetch), and the text stays text."""
    found = Page(browser.get(page).text)
    assert not found.all("img")
    assert all(script.get("integrity") for script in found.all("script"))
    assert not any(name.startswith("on") for element in found.elements for name in element.attributes)
    banner = next(element for element in found.all("header") if element.get("class") == "banner")
    assert EVERYTHING in banner.text
    assert "49" not in banner.text


def test_the_diagnosis_and_the_goal_of_the_chart_are_shown_as_they_are(browser: Browser) -> None:
    """attack-A42 in Condition.code.text and in Goal.description."""
    page = Page(browser.get("").text)
    assert any(item.text.startswith("<script>alert(1)</script>") for item in page.all("bdi"))
    assert any(item.text == f"Chart: {EVERYTHING}" for item in page.all("bdi"))


def test_a_long_goal_of_the_chart_does_not_break_the_plan_page(browser: Browser, hostile_clinic: Clinic) -> None:
    """A chart holds more than our field takes; it is shown, and saving without an edit loses none of it."""
    assert course_of(hostile_clinic).goals[0].text == f"Chart: {EVERYTHING}"
    page = Page(browser.get("plan").text)
    assert any(item.text == f"Chart: {EVERYTHING}" for item in page.all("textarea"))


def test_names_that_turn_the_writing_direction_stay_inside_themselves(browser: Browser) -> None:
    """attack-A49."""
    for page in PAGES:
        parsed = Page(browser.get(page).text)
        turned = [element for element in parsed.all("bdi") if "\N{RIGHT-TO-LEFT OVERRIDE}" in element.text]
        assert turned
        outside = [e for e in parsed.elements if not e.within("bdi") and e.tag in {"p", "td", "li", "h1", "h2", "dd"}]
        assert not any("\N{RIGHT-TO-LEFT OVERRIDE}" in e.text and e.within("bdi") for e in outside)


def test_what_was_sent_to_the_chart_holds_the_text_as_text(hostile_clinic: Clinic, browser: Browser) -> None:
    plans = hostile_clinic.chart("CarePlan")
    assert "<script" not in plans[0]["text"]["div"]
    assert "&lt;script&gt;" in plans[0]["text"]["div"]
    assert browser.patient == DORU
