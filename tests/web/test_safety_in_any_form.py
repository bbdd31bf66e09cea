"""A safety question in a form of the hospital: the step is asked for, also where the answer cannot be read."""

from __future__ import annotations

from typing import Any

from ipt_fhir.questionnaires.safety_questions import NOT_UNDERSTOOD
from ipt_fhir.rawjson import JsonObject
from tests.web.acts import agree, course_of, file
from tests.web.browser import Browser
from tests.web.clinic import DORU, Clinic
from tests.web.form_acts import coded, item, opened, press, questionnaire
from tests.web.page_checks import Page

LOINC = "http://loinc.org"
NINE = [{"system": LOINC, "code": "44260-8"}]
GAD_7 = ("69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7")


def loinc(*codes: str) -> list[JsonObject]:
    return [{"valueCoding": {"system": LOINC, "code": code, "display": code}} for code in codes]


def asked(**parts: Any) -> JsonObject:
    return item("nine", "choice", code=NINE, **parts)


def test_item_9_inside_a_gad_7_asks_for_a_step_and_the_session_waits(clinic: Clinic, browser: Browser) -> None:
    """Scored is the GAD-7; what it has no place for is kept with the form, and is not passed over (decision-D21)."""
    agree(browser)
    options = loinc("LA6568-5", "LA6569-3")
    rows = [item(code, "choice", code=[{"system": LOINC, "code": code}], answerOption=options) for code in GAD_7]
    form = questionnaire(
        *rows, asked(answerOption=loinc("LA6568-5", "LA6571-9")), code=[{"system": LOINC, "code": "69737-5"}]
    )
    address = opened(browser, form)
    answers = {f"a_{place}": "LA6569-3" for place in range(7)}
    step = press(browser, address, "done", **answers, a_7="LA6571-9")
    assert "/safety/" in step.request.path
    course = course_of(clinic)
    (safety,) = course.open_safety_items
    assert (safety.answer, safety.response) == ("LA6571-9", course.forms[-1].id)
    assert [response.instrument for response in course.responses] == ["gad-7"]
    assert "Record what was done" in browser.submit("session", ("act", "close")).text
    assert "✓ in the record" in file(browser).text
    assert clinic.opened(DORU).get("").status_code == 200


def test_an_answer_nobody_can_read_is_looked_at_by_a_person(clinic: Clinic, browser: Browser) -> None:
    address = opened(browser, questionnaire(asked(answerOption=coded("never", "often"))))
    step = press(browser, address, "done", a_0="often")
    assert "/safety/" in step.request.path
    shown = Page(step.text)
    assert "An answer that nobody could read: look at it with the patient." in step.text
    assert "look at the form" in step.text
    (safety,) = course_of(clinic).open_safety_items
    assert safety.answer == NOT_UNDERSTOOD
    links = [str(link.get("href")) for link in shown.all("a") if "/history/" in str(link.get("href"))]
    assert links == [f"{browser.home}history/{safety.response}"]
    assert "Often" in browser.get(links[0].removeprefix(browser.home)).text


def test_correcting_a_form_to_a_worrying_answer_asks_for_a_step(clinic: Clinic, browser: Browser) -> None:
    """The hospital's number 0 is surely the lowest."""
    address = opened(browser, questionnaire(item("nine", "integer", code=NINE)))
    assert "/safety/" not in press(browser, address, "done", a_0="0").request.path
    (kept,) = course_of(clinic).forms
    browser.get(f"history/{kept.id}/correct")
    press(browser, f"forms/correct-{kept.id}", "done", a_0="2")
    step = browser.submit(f"history/{kept.id}/correction", ("act", "correct"), reason="Read wrongly")
    assert "/safety/" in step.request.path
    (safety,) = course_of(clinic).open_safety_items
    assert [form.id for form in course_of(clinic).forms if form.replaces] == [safety.response]
