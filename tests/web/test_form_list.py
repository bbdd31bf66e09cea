"""The list of measures and forms, and forms found on the hospital's server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug import Response

from ipt_fhir import rawjson
from smart_app.demo import SCOPES
from tests.web.acts import course_of, fill_in
from tests.web.browser import Browser
from tests.web.clinic import Clinic, Fault, open_clinic
from tests.web.form_acts import answers_sheet, hand_in, item, live, opened, page, press, questionnaire, swapped
from tests.web.page_checks import Page

INTAKE = "forms/hospital-zztest-intake"


def row_of(browser: Browser, title: str) -> str:
    rows = [row.text for row in page(browser, "forms").all("tr")]
    return " ".join(next(row for row in rows if title in row).split())


def take_intake(browser: Browser) -> None:
    fields = browser.fields("forms")
    assert browser.post("hospital-forms", {**fields, "form": "zztest-intake", "title": ""}).status_code == 200


def test_each_measure_says_whether_it_is_due_begun_or_done(clinic: Clinic, browser: Browser) -> None:
    assert "▲ due" in row_of(browser, "PHQ-9")
    fill_in(browser, "12", act="keep")
    assert "◐ begun" in row_of(browser, "PHQ-9")
    assert "Go on" in row_of(browser, "PHQ-9")
    fill_in(browser, "333333330")
    clinic.clock.move(minutes=1)
    assert "✓ done 2 Mar 2026: 24 (severe) Fill in" in row_of(browser, "PHQ-9")
    assert row_of(browser, "GAD-7") == "GAD-7 Fill in: GAD-7"


def test_every_form_of_this_installation_can_be_opened(clinic: Clinic, browser: Browser) -> None:
    for measure in clinic.practice.catalogue.instruments().values():
        if measure.has_form:
            shown = page(browser, f"forms/{measure.id}")
            assert measure.title in shown.all("h1")[0].text
            assert "cannot be filled in here" not in shown.source


def test_a_form_of_the_hospital_is_found_filled_in_and_listed(clinic: Clinic, browser: Browser) -> None:
    """Nested, with questions that depend on answers and a unit; the journeys file it."""
    assert "ZZTEST intake before psychotherapy" in browser.get("hospital-forms").text
    take_intake(browser)
    first = page(browser, INTAKE)
    assert "When did it begin?" not in first.source
    fields = answers_sheet(first)
    pieces = swapped(live(browser, INTAKE, {**fields, "a-2.0": "true", "a-0.0": ["mood", "loss"]}))
    assert "When did it begin?" in pieces["i-2.1:0"]
    press(browser, INTAKE, "done", **{"a_2.1:0.0": "2019", "a_0.2": "6,5", "o_0.0": "work"})
    filled = course_of(clinic).forms[-1]
    assert filled.form == "https://demo-hospital.example/fhir/Questionnaire/intake|2"
    now, before = filled.raw_items()
    assert [answer.get("valueString", "coded") for answer in now["item"][0]["answer"]] == ["coded", "coded", "work"]
    assert rawjson.write(now["item"][1]["answer"]) == b'[{"valueDecimal":6.5}]'
    assert before["item"][1]["item"][0]["answer"] == [{"valueDate": "2019"}]
    assert "✓ done" in row_of(browser, "ZZTEST intake")


@pytest.mark.parametrize(("words", "found"), [("INTAKE", True), ("psycho", True), ("xyz", False), ("<b>", False)])
def test_the_forms_of_the_hospital_are_searched_by_words_of_the_title(
    standing_browser: Browser, words: str, found: bool
) -> None:
    shown = standing_browser.get(f"hospital-forms?title={words}").text
    assert ("ZZTEST intake" in shown) is found
    assert "<b>" not in Page(shown).source.partition("<main")[2]


def expansion(*codes: str) -> Callable[[], Response]:
    contains = [{"system": "urn:v", "code": code, "display": code.title()} for code in codes]
    found = {"resourceType": "ValueSet", "status": "active", "expansion": {"contains": contains}}
    return lambda: Response(rawjson.write(found), mimetype="application/fhir+json")


def test_a_list_of_answers_is_expanded_by_the_hospital_once_and_kept(clinic: Clinic, browser: Browser) -> None:
    """What the form needs of the hospital is there when the sign-in has run out."""
    clinic.door.hang(Fault("GET", "/fhir/ValueSet/$expand", expansion("red", "blue")))
    address = opened(browser, questionnaire(item("colour", "choice", answerValueSet="https://v.example/colours")))
    assert "Red" in browser.get(address).text
    clinic.door.clear()
    clinic.door.asked.clear()
    fields = answers_sheet(page(browser, address))
    live(browser, address, {**fields, "a-0": "blue"})
    press(browser, address, "done")
    assert clinic.door.asked == []
    answer = course_of(clinic).forms[-1].raw_items()[0]["answer"]
    assert answer == [{"valueCoding": {"system": "urn:v", "code": "blue", "display": "Blue"}}]


@pytest.mark.parametrize("answer", [None, lambda: Response("", 404), expansion()], ids=["cut", "unknown", "empty"])
def test_a_list_nobody_can_expand_is_named_and_its_question_not_asked(
    clinic: Clinic, browser: Browser, answer: Callable[[], Response] | None
) -> None:
    clinic.door.hang(Fault("GET", "/fhir/ValueSet/$expand", answer))
    address = opened(
        browser, questionnaire(item("c", "choice", answerValueSet="https://v.example/c"), item("n", "string"))
    )
    shown = page(browser, address)
    assert "could not be read" in shown.source
    assert shown.by_id("a-0") is None
    press(browser, address, "done", a_1="x")
    assert len(course_of(clinic).forms) == 1


def test_what_a_form_wants_to_know_is_asked_of_the_record_once_and_marked(clinic: Clinic, browser: Browser) -> None:
    """Prepopulation from launch context and chart, each value marked with its origin."""
    sdc = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire"
    context = {
        "url": f"{sdc}-launchContext",
        "extension": [
            {
                "url": "name",
                "valueCoding": {"system": "http://hl7.org/fhir/uv/sdc/CodeSystem/launchContext", "code": "patient"},
            },
            {"url": "type", "valueCode": "Patient"},
        ],
    }
    initial = {
        "url": f"{sdc}-initialExpression",
        "valueExpression": {"language": "text/fhirpath", "expression": "%patient.birthDate"},
    }
    form = questionnaire(item("born", "date", extension=[initial]), item("n", "string"), extension=[context])
    address = opened(browser, form)
    shown = page(browser, address)
    assert answers_sheet(shown)["a-0"] == "1981-05-30"
    assert "from the chart" in shown.source
    clinic.door.asked.clear()
    press(browser, address, "stay", a_1="x")
    assert "from the chart" in browser.get(address).text
    press(browser, address, "stay", a_0="1981-05-31")
    assert "from the chart" not in browser.get(address).text
    assert clinic.door.asked == []


def test_a_form_that_is_gone_or_is_no_form_is_refused_with_the_reason(clinic: Clinic, browser: Browser) -> None:
    fields = browser.fields("forms")
    for form in ("nothing-there", "../Patient/zztest-alma", "", "x" * 70):
        refused = browser.post("hospital-forms", {**fields, "form": form})
        assert refused.status_code in {404, 502}
    clinic.door.hang(Fault("GET", "/fhir/Questionnaire/zztest-intake", None))
    assert browser.post("hospital-forms", {**fields, "form": "zztest-intake"}).status_code == 502


def test_without_the_scope_the_page_says_so_and_asks_nothing(tmp_path: Path) -> None:
    allowed = tuple(scope for scope in SCOPES if "Questionnaire." not in scope)
    with open_clinic(tmp_path, allowed=allowed) as clinic:
        browser = clinic.opened()
        clinic.door.asked.clear()
        assert "does not let this app read its forms" in browser.get("forms").text
        assert "no forms that this app may read" in browser.get("hospital-forms").text
        assert clinic.door.asked == []


def test_a_search_after_the_sign_in_has_run_out_says_what_to_do(clinic: Clinic, browser: Browser) -> None:
    for _ in range(7):
        clinic.clock.move(minutes=10)
        browser.get("plan")
    assert "sign-in with the hospital has ended" in browser.get("hospital-forms").text


def test_a_measure_of_the_hospital_asks_for_the_safety_step_whatever_it_is_called(
    clinic: Clinic, browser: Browser
) -> None:
    """decision-D21: item 9 in somebody else's form, under an address nobody knows."""
    form = clinic.practice.catalogue.questionnaire("phq-9")
    theirs = {**form, "url": "https://elsewhere.example/mood", "title": "Mood", "code": []}
    address = "forms/" + hand_in(browser, theirs).request.path.rpartition("/")[2]
    codes = {f"a-{place}": "LA6569-3" for place in range(1, 10)}
    done = browser.post(address, {**answers_sheet(page(browser, address)), **codes, "act": "done"})
    assert "Safety step" in done.text
    assert len(course_of(clinic).open_safety_items) == 1
    assert course_of(clinic).responses[-1].instrument == "phq-9"
