"""Our own forms on their pages: in both languages, kept in this app where they are to stay, filed where they count."""

from __future__ import annotations

from typing import Any

import pytest

from ipt_fhir import rawjson
from ipt_fhir.instruments.catalogue import instrument, questionnaire
from ipt_fhir.instruments.defects import rows_of
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from tests.instruments.outline import own_forms
from tests.web.acts import agree, course_of, file
from tests.web.browser import Browser
from tests.web.clinic import Clinic
from tests.web.form_acts import page, press

pytestmark = pytest.mark.proof


def german_of(node: JsonObject, member: str) -> str:
    parts = [part for extension in node[f"_{member}"]["extension"] for part in extension["extension"]]
    return str(next(part["valueString"] for part in parts if part["url"] == "content"))


def spoken(browser: Browser, path: str, language: str) -> str:
    """A page as somebody reads it whose browser asks for that language."""
    browser._browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    return browser.get(path).text


@pytest.mark.parametrize("name", own_forms())
def test_every_form_opens_in_both_languages(standing_browser: Browser, name: str) -> None:
    form = questionnaire(name)
    asked = next(row for row in rows_of(form) if row["type"] != "group" and "enableWhen" not in row)
    try:
        english = spoken(standing_browser, f"forms/{name}", "en")
        german = spoken(standing_browser, f"forms/{name}", "de")
    finally:
        del standing_browser._browser.environ_base["HTTP_ACCEPT_LANGUAGE"]
    assert "cannot be filled in" not in english
    assert asked["text"] in english
    assert german_of(asked, "text") in german
    assert asked["text"] not in german


def test_a_plan_against_relapse_stays_in_this_app(clinic: Clinic, browser: Browser) -> None:
    """decision-D20: it is no part of the record unless the clinic turns it on."""
    sheet = page(browser, "forms/relapse-plan")
    fields = [field.get("name") for field in sheet.all("input", "textarea") if field.get("name").startswith("a-")]
    signs, actions = fields[0], fields[1]
    press(browser, "forms/relapse-plan", "done", **{signs.replace("-", "_", 1): "Awake at four", actions: "Call"})
    agree(browser)
    file(browser)
    (kept,) = course_of(clinic).forms
    assert (kept.form, kept.local) == (f"{systems.CANONICAL_BASE}/Questionnaire/relapse-plan|1.0.0", True)
    assert "Awake at four" in kept.items
    assert clinic.chart("QuestionnaireResponse") == []


def test_a_weekly_count_is_filed_as_a_score_of_its_own(clinic: Clinic, browser: Browser) -> None:
    places = {row["linkId"]: at for at, row in enumerate(questionnaire("weekly-count")["item"])}
    press(browser, "forms/weekly-count", "done", **{f"a_{places['contact-week']}": "3"})
    agree(browser)
    file(browser)
    (response,) = course_of(clinic).responses
    assert (response.instrument, len(response.answers)) == ("weekly-count", 1)
    assert [row["linkId"] for row in clinic.chart("QuestionnaireResponse")[0]["item"]] == ["contact-week"]
    scores = [item for item in clinic.chart("Observation") if "valueQuantity" in item]
    assert [(code_of(item), rawjson.number(item["valueQuantity"]["value"])) for item in scores] == [("contact-week", 3)]


def code_of(observation: dict[str, Any]) -> str:
    return str(observation["code"]["coding"][0]["code"])


def test_the_marks_of_a_session_are_no_part_of_the_record(clinic: Clinic, browser: Browser) -> None:
    assert not instrument("fidelity-rating").filed
    sheet = page(browser, "forms/fidelity-rating")
    radios = {field.get("name") for field in sheet.all("input") if field.get("type") == "radio"}
    session = next(field.get("name") for field in sheet.all("input") if field.get("type") in {"number", "text"})
    given = {name.replace("-", "_", 1): "largely" for name in radios}
    done = press(browser, "forms/fidelity-rating", "done", **given, **{session.replace("-", "_", 1): "4"})
    assert done.status_code == 200
    agree(browser)
    file(browser)
    assert clinic.chart("QuestionnaireResponse") == []
    assert "Self-rating of a session" in browser.get("history").text
