"""Correcting answers: the form with those it has, what changes, why, and what becomes of it in the chart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from ipt_fhir import rawjson
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.measures import ResponseStatus
from smart_app.store.audit import Action
from tests.journeys.clinician import Fields
from tests.web.acts import course_of, file, fill_in
from tests.web.browser import Browser
from tests.web.clinic import Clinic
from tests.web.page_checks import Page
from tests.web.test_history_pages import acts, keep, rows

REASON = "Item 8 was read wrongly"
QUESTIONNAIRE = {
    "resourceType": "Questionnaire",
    "id": "intake",
    "url": "http://hospital.example/Questionnaire/intake",
    "version": "2.1",
    "title": "ZZTEST intake",
    "status": "active",
    "item": [
        {
            "linkId": "home",
            "type": "group",
            "text": "Home",
            "item": [
                {"linkId": "alone", "type": "boolean", "text": "Lives alone"},
                {
                    "linkId": "with",
                    "type": "string",
                    "text": "With whom",
                    "enableWhen": [{"question": "alone", "operator": "=", "answerBoolean": False}],
                },
            ],
        },
        {"linkId": "weight", "type": "decimal", "text": "Weight"},
    ],
}
ANSWERED = (
    '[{"linkId":"home","text":"Home","item":[{"linkId":"alone","text":"Lives alone","answer":[{"valueBoolean":false}]},'
    '{"linkId":"with","text":"With whom","answer":[{"valueString":"husband"}]}]},'
    '{"linkId":"weight","text":"Weight","answer":[{"valueDecimal":61.50}]}]'
)


def radios(page: str) -> dict[str, list[str]]:
    """The values of each group of radio buttons, by name, in the order of the page."""
    found: dict[str, list[str]] = {}
    for item in Page(page).all("input"):
        if item.get("type") == "radio":
            found.setdefault(item.get("name"), []).append(item.get("value"))
    return found


def chosen(page: str) -> dict[str, str]:
    return {item.get("name"): item.get("value") for item in Page(page).all("input") if "checked" in item.attributes}


def opened(browser: Browser, response: str) -> tuple[str, str]:
    """Press "Correct": the address of the form, and its page."""
    answer = browser.get(f"history/{response}/correct")
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"], browser.get(answer.headers["Location"]).text


def mended(browser: Browser, response: str, **digits: int) -> TestResponse:
    """Change answers by the number of their question (``q8=2``) and press "Done"."""
    address, page = opened(browser, response)
    groups = list(radios(page).items())
    changes = {groups[int(name[1:]) - 1][0]: groups[int(name[1:]) - 1][1][digit] for name, digit in digits.items()}
    fields: Fields = {**browser.fields(address), **changes, "act": "done"}
    return browser.post(address, fields)


def kept(browser: Browser, response: str, reason: str = REASON) -> TestResponse:
    """Say why and keep the correction."""
    return browser.submit(f"history/{response}/correction", ("act", "correct"), reason=reason)


def first_of(clinic: Clinic) -> str:
    return course_of(clinic).responses[0].id


def test_the_form_opens_with_the_answers_it_has_and_only_that_form(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "222222220")
    address, page = opened(browser, first_of(clinic))
    assert "You are correcting answers" in page
    values = [radios(page)[name].index(value) for name, value in chosen(page).items()]
    assert values[:9] == [2, 2, 2, 2, 2, 2, 2, 2, 0]
    assert address.endswith(f"forms/correct-{first_of(clinic)}")
    assert chosen(browser.get("forms/phq-9").text) == {}


def test_what_changes_is_shown_before_it_is_kept_and_the_reason_is_asked(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "222222220")
    page = mended(browser, first_of(clinic), q8=0, q1=1).text
    (first, eighth, total) = rows(page)
    assert first[1:] == ["More than half the days", "Several days"]
    assert eighth[1:] == ["More than half the days", "Not at all"]
    assert total == ["Total", "16", "13"]
    assert course_of(clinic).responses[0].stands
    refused = kept(browser, first_of(clinic), " ")
    assert "Say why, in a few words." in refused.text
    assert course_of(clinic).responses[0].stands


def test_a_correction_takes_the_place_of_the_first_and_both_say_so(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "222222220")
    first = first_of(clinic)
    clinic.clock.move(minutes=10)
    mended(browser, first, q8=0)
    page = kept(browser, first).text
    assert "corrected version" in page
    assert "The version it corrects" in page
    before, after = course_of(clinic).responses
    assert (before.status, after.status, after.replaces) == (
        ResponseStatus.ENTERED_IN_ERROR,
        ResponseStatus.AMENDED,
        first,
    )
    assert REASON in browser.get(f"history/{first}").text
    assert [row[1] for row in rows(browser.get("history").text)] == ["14 moderate", "16 moderately severe"]
    assert (Action.CORRECT, f"QuestionnaireResponse/{first}") in acts(clinic)
    assert browser.get(f"history/{first}/correct").status_code == 404
    assert browser.get(f"forms/correct-{first}").status_code == 404


def test_both_versions_are_in_the_chart_with_their_scores_and_without_the_reason(
    clinic: Clinic, browser: Browser
) -> None:
    """decision-D36, decision-D65."""
    fill_in(browser, "222222220")
    file(browser)
    first = first_of(clinic)
    clinic.clock.move(days=3)
    browser = clinic.opened()
    mended(browser, first, q8=0)
    kept(browser, first)
    assert "✓ in the record" in file(browser).text
    old, new = clinic.chart("QuestionnaireResponse")
    assert (old["status"], new["status"]) == ("entered-in-error", "amended")
    scores = [item for item in clinic.chart("Observation") if "valueQuantity" in item]
    assert [(item["status"], int(item["valueQuantity"]["value"])) for item in scores] == [
        ("entered-in-error", 16),
        ("amended", 14),
    ]
    assert scores[0]["effectiveDateTime"] == scores[1]["effectiveDateTime"]
    assert REASON not in rawjson.write(clinic.chart("QuestionnaireResponse")).decode()


def test_an_answer_above_not_at_all_opens_its_safety_step_at_once(clinic: Clinic, browser: Browser) -> None:
    """decision-D21."""
    fill_in(browser, "222222220")
    clinic.clock.move(minutes=1)
    mended(browser, first_of(clinic), q9=1)
    assert "Safety step" in kept(browser, first_of(clinic)).text
    (item,) = course_of(clinic).open_safety_items
    assert item.response == course_of(clinic).responses[-1].id


def test_a_worrying_answer_that_was_a_slip_still_waits_and_its_page_says_what_it_is_now(
    clinic: Clinic, browser: Browser
) -> None:
    """decision-D21."""
    fill_in(browser, "222222221")
    (item,) = course_of(clinic).open_safety_items
    mended(browser, first_of(clinic), q9=0)
    kept(browser, first_of(clinic))
    assert course_of(clinic).open_safety_items == (item,)
    assert "This form was corrected. The answer now: Not at all." in browser.get(f"safety/{item.id}").text


def test_what_was_typed_waits_when_the_page_is_left_and_nothing_changed_is_no_correction(
    clinic: Clinic, browser: Browser
) -> None:
    """fault-F71."""
    fill_in(browser, "222222220")
    first = first_of(clinic)
    page = mended(browser, first)
    assert "Nothing is changed yet." in page.text
    assert "Nothing was changed." in kept(browser, first).text
    mended(browser, first, q8=0)
    other = clinic.opened()
    assert rows(other.get(f"history/{first}/correction").text)[-1] == ["Total", "16", "14"]
    assert course_of(clinic).responses[0].stands


def intake(clinic: Clinic) -> FilledForm:
    own = course_of(clinic)
    return FilledForm(
        id="3f2a9c1e-5b7d-4e8f-9a0b-00000000aa01",
        form="http://hospital.example/Questionnaire/intake|2.1",
        title="ZZTEST intake",
        authored=clinic.clock.now,
        author=own.therapist,
        items=ANSWERED,
    )


def test_a_form_of_the_hospital_is_brought_from_its_server_and_corrected(clinic: Clinic, browser: Browser) -> None:
    form = intake(clinic)
    clinic.hospital.store.create(rawjson.copy(QUESTIONNAIRE))
    keep(clinic, replace(course_of(clinic), forms=(form,)))
    address, _page = opened(browser, form.id)
    fields = browser.fields(address)
    (weight,) = [name for name, value in fields.items() if value in {"61.50", "61.5"}]
    changes: Fields = {**fields, weight: "58", "act": "done"}
    shown = browser.post(address, changes).text
    assert rows(shown) == [["Weight", "61.50", "58"]]
    clinic.clock.move(minutes=1)
    kept(browser, form.id)
    before, after = course_of(clinic).forms
    assert (before.items, before.stands, after.replaces) == (ANSWERED, False, form.id)
    assert rawjson.equal(after.raw_items()[0], before.raw_items()[0])


def test_another_version_of_a_form_is_not_taken_for_the_one_that_was_answered(clinic: Clinic, browser: Browser) -> None:
    form = intake(clinic)
    clinic.hospital.store.create({**rawjson.copy(QUESTIONNAIRE), "version": "3.0"})
    keep(clinic, replace(course_of(clinic), forms=(form,)))
    page = browser.get(f"history/{form.id}/correct").text
    assert "not at hand in that version" in page
    assert course_of(clinic).forms == (form,)


@pytest.mark.parametrize(
    "address", ["history/elsewhere/correct", "history/elsewhere/correction", "forms/correct-elsewhere"]
)
def test_answers_of_another_course_are_not_corrected(standing_browser: Browser, address: str) -> None:
    assert standing_browser.get(address).status_code == 404
