"""Any form from the first look to the course: without JavaScript, and with the pieces that follow an answer."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from ipt_fhir.rawjson import JsonObject
from tests.web.acts import course_of
from tests.web.browser import Browser
from tests.web.clinic import DORU, Clinic
from tests.web.form_acts import (
    answers_sheet,
    coded,
    hand_in,
    item,
    live,
    opened,
    page,
    press,
    questionnaire,
    swapped,
    when,
)
from tests.web.page_checks import Page

CORE = "http://hl7.org/fhir/StructureDefinition"
ASKED = item("often", "choice", prefix="1.", answerOption=coded("never", "often"))
WHY = item("why", "string", enableWhen=when("often", "often"))
NESTED = questionnaire(
    ASKED,
    item("more", "group", enableWhen=when("often", "often"), item=[item("why", "string"), item("since", "date")]),
    item("name", "string", required=True),
)


def items_of(clinic: Clinic) -> list[JsonObject]:
    return course_of(clinic, DORU).forms[-1].raw_items()


def test_a_form_from_a_file_is_filled_in_without_javascript(clinic: Clinic, browser: Browser) -> None:
    """Each button sends the page; what an answer opens is there on the next one."""
    address = opened(browser, NESTED)
    first = page(browser, address)
    assert "Text of why" not in first.source
    press(browser, address, "stay", a_0="often", a_2="Doru")
    second = page(browser, address)
    assert "Text of why" in second.source
    done = press(browser, address, "done", **{"a_1.0": "because"})
    assert done.status_code == 200
    assert "comes next" in done.text
    assert items_of(clinic) == [
        {
            "linkId": "often",
            "text": "Text of often",
            "answer": [{"valueCoding": {"system": "urn:x", "code": "often", "display": "Often"}}],
        },
        {
            "linkId": "more",
            "text": "Text of more",
            "item": [{"linkId": "why", "text": "Text of why", "answer": [{"valueString": "because"}]}],
        },
        {"linkId": "name", "text": "Text of name", "answer": [{"valueString": "Doru"}]},
    ]
    filled = course_of(clinic).forms[-1]
    assert (filled.form, filled.title) == ("https://forms.example/f|1", "A form")
    assert " checked" not in browser.get(address).text


def test_what_is_switched_off_is_not_sent_and_comes_back_when_it_is_switched_on(
    clinic: Clinic, browser: Browser
) -> None:
    address = opened(browser, questionnaire(ASKED, WHY))
    press(browser, address, "stay", a_0="often")
    press(browser, address, "stay", a_1="my words")
    press(browser, address, "stay", a_0="never")
    assert "my words" not in browser.get(address).text
    press(browser, address, "stay", a_0="often")
    assert answers_sheet(page(browser, address))["a-1"] == "my words"
    press(browser, address, "done", a_0="never")
    assert [row["linkId"] for row in items_of(clinic)] == ["often"]


def test_after_an_answer_the_script_gets_the_pieces_that_changed_and_no_other(browser: Browser) -> None:
    """decision-D16, decision-D62: one engine, on the server; the page tells how it stood."""
    address = opened(browser, questionnaire(ASKED, WHY, item("name", "string"), item("last", "string")))
    fields = answers_sheet(page(browser, address))
    pieces = swapped(live(browser, address, {**fields, "a-0": "often"}))
    assert pieces.keys() == {"i-1", "standing", "number", "said"}
    assert "Text of why" in pieces["i-1"]
    assert pieces["said"] == "Now shown: Text of why"
    shown = answers_sheet(page(browser, address))
    assert shown["a-0"] == "often"
    again = swapped(live(browser, address, {**shown, "a-2": "x"}))
    assert again.keys() == {"standing", "number"}
    off = swapped(live(browser, address, {**shown, "a-0": "never"}))
    assert "hidden></div>" in off["i-1"]
    assert "not asked any more" in off["said"]


def test_an_answer_in_a_form_of_a_thousand_items_brings_what_changed_and_no_more(standing_browser: Browser) -> None:
    """The page is sent once; the time it takes stands in docs/conformance.md."""
    groups = [
        item(
            f"group-{n}",
            "group",
            item=[
                item(f"often-{n}", "choice", answerOption=coded("never", "often")),
                item(f"why-{n}", "string", enableWhen=when(f"often-{n}", "often")),
                *(item(f"text-{n}-{k}", "string") for k in range(7)),
            ],
        )
        for n in range(100)
    ]
    address = opened(standing_browser, questionnaire(*groups))
    fields = answers_sheet(page(standing_browser, address))
    answer = live(standing_browser, address, {**fields, "a-42.0": "often"})
    assert swapped(answer).keys() == {"i-42.1", "standing", "number", "said"}
    assert len(answer.data) < 4_000
    assert len(standing_browser.get("forms/phq-9").data) < 100_000


def test_an_answer_to_the_script_that_got_lost_is_made_up_for_by_the_next_one(browser: Browser) -> None:
    """The server remembers no page: the marks say what the browser shows."""
    address = opened(browser, questionnaire(ASKED, WHY, item("name", "string")))
    fields = answers_sheet(page(browser, address))
    live(browser, address, {**fields, "a-0": "often"})
    pieces = swapped(live(browser, address, {**fields, "a-0": "often", "a-2": "typed on"}))
    assert "i-1" in pieces


def test_what_cannot_be_read_is_said_at_its_question_at_once_and_goes_when_it_is_mended(browser: Browser) -> None:
    address = opened(browser, questionnaire(item("count", "integer"), item("name", "string")))
    fields = answers_sheet(page(browser, address))
    wrong = swapped(live(browser, address, {**fields, "a-0": "three", "a-1": "kept"}))
    assert "whole number" in wrong["i-0"]
    assert 'value="three"' in wrong["i-0"]
    assert "i-1" not in wrong
    shown = answers_sheet(page(browser, address))
    assert (shown["a-0"], shown["a-1"]) == ("three", "kept")
    assert "whole number" not in swapped(live(browser, address, {**shown, "a-0": "3"}))["i-0"]


def test_what_is_being_typed_is_kept_without_changing_the_page(browser: Browser) -> None:
    address = opened(browser, questionnaire(item("name", "string")))
    fields = answers_sheet(page(browser, address))
    kept = live(browser, address, {**fields, "a-0": "half a wo"}, "keep")
    assert (kept.status_code, kept.text) == (204, "")
    assert answers_sheet(page(browser, address))["a-0"] == "half a wo"


def test_a_form_with_open_required_questions_is_not_completed_and_names_each_with_a_link(
    clinic: Clinic, browser: Browser
) -> None:
    address = opened(browser, NESTED)
    refused = Page(press(browser, address, "done", a_0="often").text)
    problems = refused.by_id("problems")
    assert problems is not None
    links = [link for link in refused.all("a") if problems in link.inside]
    assert [(link.get("href"), link.text) for link in links] == [("#a-2", "Text of name: Please answer this question.")]
    field = refused.by_id("a-2")
    assert field is not None
    assert (field.get("aria-invalid"), field.get("aria-describedby")) == ("true", "w-2")
    assert course_of(clinic).forms == ()


def test_an_empty_form_is_never_completed(clinic: Clinic, browser: Browser) -> None:
    address = opened(browser, questionnaire(item("name", "string")))
    assert "Nothing is answered yet" in press(browser, address, "done").text
    assert course_of(clinic).forms == ()


def test_repetitions_are_added_filled_and_removed_by_buttons(clinic: Clinic, browser: Browser) -> None:
    address = opened(browser, questionnaire(item("person", "group", repeats=True, item=[item("name", "string")])))
    fields = answers_sheet(page(browser, address))
    browser.post(address, {**fields, "a-0:0.0": "Ana", "add": "0:0"})
    fields = answers_sheet(page(browser, address))
    assert {name for name in fields if name.startswith("a-")} == {"a-0:0.0", "a-0:1.0"}
    browser.post(address, {**fields, "a-0:1.0": "Ben", "add": "0:1"})
    fields = answers_sheet(page(browser, address))
    browser.post(address, {**fields, "a-0:2.0": "Cem", "remove": "0:0"})
    assert [value for name, value in answers_sheet(page(browser, address)).items() if name.startswith("a-")] == [
        "Ben",
        "Cem",
    ]
    press(browser, address, "done")
    assert [row["item"][0]["answer"][0]["valueString"] for row in items_of(clinic)] == ["Ben", "Cem"]


def test_a_choice_can_be_taken_back_unless_an_answer_is_required(browser: Browser) -> None:
    must = item("must", "choice", required=True, answerOption=coded("never", "often"))
    address = opened(browser, questionnaire(ASKED, WHY, must, item("sure", "boolean")))
    press(browser, address, "stay", a_0="often", a_2="often", a_3="true")
    before = page(browser, address)
    buttons = {button.get("value"): button.text for button in before.all("button") if button.get("name") == "clear"}
    assert buttons == {"0": "Take the answer back: Text of often", "3": "Take the answer back: Text of sure"}
    back = browser.post(address, {**answers_sheet(before), "clear": "0"})
    assert back.status_code == 200
    after = answers_sheet(page(browser, address))
    assert ("a-0" in after, after["a-2"], after["a-3"]) == (False, "often", "true")


def test_an_answer_of_a_measure_can_be_taken_back_below_its_rows(browser: Browser) -> None:
    phq_9 = f"{browser.home}forms/phq-9"
    fields = answers_sheet(page(browser, phq_9))
    rows = sorted(name for name in page_radios(page(browser, phq_9)))
    first, second = rows[:2]
    options = page_radios(page(browser, phq_9))
    browser.post(phq_9, {**fields, first: options[first][1], second: options[second][2]})
    kept = page(browser, phq_9)
    buttons = [button for button in kept.all("button") if button.get("name") == "clear"]
    assert [button.text for button in buttons][:2] == ["Question 1", "Question 2"]
    browser.post(phq_9, {**answers_sheet(kept), "clear": buttons[0].get("value")})
    left = answers_sheet(page(browser, phq_9))
    assert (first in left, second in left) == (False, True)


def page_radios(found: Page) -> dict[str, list[str]]:
    """The values of every radio group of a page, by name."""
    groups: dict[str, list[str]] = {}
    for radio in found.all("input"):
        if radio.get("type") == "radio":
            groups.setdefault(radio.get("name"), []).append(radio.get("value"))
    return groups


def test_what_is_wrong_in_a_repetition_is_said_there_also_when_one_before_it_is_empty(browser: Browser) -> None:
    inside = [item("name", "string"), item("age", "integer", required=True)]
    address = opened(browser, questionnaire(item("person", "group", repeats=True, item=inside)))
    browser.post(address, {**answers_sheet(page(browser, address)), "add": "0:0"})
    refused = Page(press(browser, address, "done", **{"a_0:1.0": "Ben"}).text)
    assert refused.by_id("w-0:1.1") is not None
    assert refused.by_id("w-0:0.1") is None


def _file(data: bytes) -> dict[str, Any]:
    return {"f-0": (BytesIO(data), "a.png", "image/png")}


def test_a_file_is_attached_removed_and_sent(clinic: Clinic, browser: Browser) -> None:
    address = opened(browser, questionnaire(item("photo", "attachment"), item("name", "string")))
    browser.post(address, {**answers_sheet(page(browser, address)), **_file(b"12345"), "act": "stay"})
    assert "a.png (1 kB)" in browser.get(address).text
    press(browser, address, "stay", x_0="0")
    assert "a.png" not in browser.get(address).text
    browser.post(address, {**answers_sheet(page(browser, address)), **_file(b"678"), "act": "done"})
    (attached,) = items_of(clinic)
    content = attached["answer"][0]["valueAttachment"]
    assert (content["contentType"], content["size"], content["title"]) == ("image/png", 3, "a.png")


def test_a_calculated_answer_follows_at_once_and_cannot_be_sent(clinic: Clinic, browser: Browser) -> None:
    """attack-A37; decision-D18b."""
    expression = {
        "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
        "valueExpression": {
            "language": "text/fhirpath",
            "expression": "%resource.item.where(linkId='n').answer.value * 2",
        },
    }
    address = opened(browser, questionnaire(item("n", "integer"), item("twice", "integer", extension=[expression])))
    fields = answers_sheet(page(browser, address))
    pieces = swapped(live(browser, address, {**fields, "a-0": "21"}))
    assert "42" in pieces["i-1"]
    assert "calculated" in pieces["i-1"]
    tampered = press(browser, address, "done", a_1="1000")
    assert "The form fills this in itself" in tampered.text
    press(browser, address, "done")
    assert [row["answer"][0]["valueInteger"] for row in items_of(clinic)] == [21, 42]


def test_a_form_that_cannot_be_filled_safely_is_shown_with_the_reason_and_takes_nothing(browser: Browser) -> None:
    """CQL is refused by name."""
    rule = {
        "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
        "valueExpression": {"language": "text/cql", "expression": "x"},
    }
    address = opened(browser, questionnaire(item("a", "integer", extension=[rule]), ASKED))
    shown = page(browser, address)
    assert "cannot be filled in here" in shown.source
    assert "text/cql" in shown.source
    main = shown.by_id("main")
    assert not [element for element in shown.all("form", "input", "button") if main in element.inside]
    fields = browser.fields("forms/phq-9")
    for what in ("", "/live", "/keep"):
        assert browser.post(f"{address}{what}", {**fields, "a-1": "often"}).status_code == 404


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "not JSON"),
        (b"<xml/>", "not JSON"),
        (b'{"resourceType": "Patient"}', "is not a Questionnaire"),
        (b'{"resourceType": "Questionnaire", "title": "a", "title": "b"}', "twice"),
        (b'{"resourceType": "Questionnaire", "x": ' + b"[" * 70 + b"]" * 70 + b"}", "nested deeper"),
    ],
    ids=["empty", "xml", "another-resource", "twice", "deep"],
)
def test_a_file_that_is_no_form_is_refused_with_the_reason(standing_browser: Browser, text: bytes, why: str) -> None:
    """attack-A50, attack-A53, attack-A54."""
    answer = hand_in(standing_browser, text)
    assert why in answer.text
    assert "cannot be opened as a form" in answer.text


def test_no_file_is_said(standing_browser: Browser) -> None:
    assert "Choose a file first" in standing_browser.submit("forms", ("act", "open")).text


def test_a_form_nobody_has_is_not_there(standing_browser: Browser) -> None:
    for key in ("unknown", "file-000000000000", "hospital-x", "epds", "copy"):
        assert standing_browser.get(f"forms/{key}").status_code == 404


def test_script_in_the_texts_of_a_form_and_in_answers_stays_text(browser: Browser) -> None:
    """Bad input: script in text. Each page is checked when it is fetched."""
    evil = "<script>alert(1)</script>"
    form = questionnaire(
        item("a", "string", text=evil, prefix=evil),
        item("b", "open-choice", answerOption=[{"valueString": evil}]),
        title=evil,
        copyright=evil,
    )
    address = opened(browser, form)
    press(browser, address, "stay", a_0=evil, o_1=evil)
    shown = page(browser, address)
    assert evil not in shown.source
    assert answers_sheet(shown)["a-0"] == evil
    assert evil not in browser.get("forms").text
    assert evil not in press(browser, address, "done").text


UCUM = {"system": "http://unitsofmeasure.org"}
POUND = {"url": f"{CORE}/questionnaire-unit", "valueCoding": {**UCUM, "code": "[lb_av]", "display": "lb"}}


def test_an_amount_keeps_the_unit_it_was_given_in(clinic: Clinic, browser: Browser) -> None:
    """A form that counts in pounds proposes 70 kg: nothing makes 70 lb of it, and another amount needs a unit."""
    weight = {"value": 70, "unit": "kg", **UCUM, "code": "kg"}
    form = questionnaire(item("weight", "quantity", extension=[POUND], initial=[{"valueQuantity": weight}]))
    address = opened(browser, form)
    assert "Choose a unit" in press(browser, address, "done", a_0="71").text
    press(browser, address, "done", a_0="70")
    assert items_of(clinic)[0]["answer"] == [{"valueQuantity": weight}]


def test_a_proposed_answer_between_the_points_of_a_slider_is_kept(clinic: Clinic, browser: Browser) -> None:
    control = {"coding": [{"system": "http://hl7.org/fhir/questionnaire-item-control", "code": "slider"}]}
    rules = [
        {"url": f"{CORE}/questionnaire-itemControl", "valueCodeableConcept": control},
        {"url": f"{CORE}/minValue", "valueInteger": 0},
        {"url": f"{CORE}/maxValue", "valueInteger": 10},
        {"url": f"{CORE}/questionnaire-sliderStepValue", "valueInteger": 5},
    ]
    form = questionnaire(item("pain", "integer", extension=rules, initial=[{"valueInteger": 3}]))
    press(browser, opened(browser, form), "done")
    assert items_of(clinic)[0]["answer"] == [{"valueInteger": 3}]


@pytest.mark.parametrize("address", ["Patient/other", "https://elsewhere.example/fhir/Patient/{own}"])
def test_an_answer_that_names_another_patient_is_refused_where_it_stands(
    clinic: Clinic, browser: Browser, address: str
) -> None:
    """decision-D12: filing would refuse the whole course for it, and nobody could take it out any more."""
    other = {"reference": address.format(own=DORU), "display": "Other"}
    form = questionnaire(item("who", "reference", initial=[{"valueReference": other}]), item("name", "string"))
    place = opened(browser, form)
    refused = Page(press(browser, place, "done", a_1="x").text)
    assert "names another patient" in refused.by_id("w-0").text  # type: ignore[union-attr]
    assert course_of(clinic, DORU).forms == ()
    press(browser, place, "done", a_0=" other", o_0="my sister", a_1="x")
    assert items_of(clinic)[0]["answer"] == [{"valueReference": {"display": "my sister"}}]


def test_an_answer_may_name_the_patient_and_others_who_are_none(clinic: Clinic, browser: Browser) -> None:
    people = ({"reference": f"Patient/{DORU}"}, {"reference": "Practitioner/1"})
    named = [item(f"who{n}", "reference", initial=[{"valueReference": who}]) for n, who in enumerate(people)]
    press(browser, opened(browser, questionnaire(*named)), "done")
    assert [row["answer"][0]["valueReference"] for row in items_of(clinic)] == list(people)
