"""What nobody should send: each thing wrong is told by item, nothing is lost, nothing breaks, nothing stands still."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.filling import Surroundings, open_filling
from ipt_fhir.questionnaires.findings import Finding, errors
from ipt_fhir.questionnaires.form import Form
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.questionnaires.rows import NotAForm
from ipt_fhir.questionnaires.validation import check_response
from ipt_fhir.rawjson import JsonObject, JsonRefused
from tests.questionnaires.making import CORE, SDC, extension
from tests.questionnaires.test_generated import SEEDS, right
from tests.questionnaires.test_samples import NOW

HOME = "http://hospital.example/Questionnaire/intake"
FORM: JsonObject = {
    "resourceType": "Questionnaire",
    "url": HOME,
    "version": "2",
    "status": "active",
    "item": [
        {"linkId": "name", "type": "string", "maxLength": 40},
        {"linkId": "hours", "type": "integer"},
        {"linkId": "note", "type": "text", "maxLength": 200},
        {"linkId": "who", "type": "group", "repeats": True, "item": [{"linkId": "since", "type": "date"}]},
    ],
}
SCRIPT = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"


def response(*rows: JsonObject, **members: Any) -> JsonObject:
    found = {"resourceType": "QuestionnaireResponse", "questionnaire": f"{HOME}|2", "status": "completed"}
    return found | {"item": list(rows)} | members


def row(link_id: str, **value: Any) -> JsonObject:
    return {"linkId": link_id, "answer": [value]}


def told(found: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(item.kind.value, item.link_id, item.location) for item in found]


def test_each_thing_wrong_is_told_by_item() -> None:
    sent = response(
        row("name", valueString="x" * 5_000_000),
        row("hours", valueString="seven"),
        row("note", valueString=SCRIPT),
        {"linkId": "who", "item": [row("since", valueDate="2026-02-30")]},
        row("total", valueInteger=9),
        questionnaire=f"{HOME}|1",
    )
    before = rawjson.write(sent)
    assert told(check_response(sent, FORM)) == [
        ("wrong-version", "", "QuestionnaireResponse.questionnaire"),
        ("unknown-item", "total", "QuestionnaireResponse.item[4]"),
        ("too-long", "name", "QuestionnaireResponse.item[0].answer[0]"),
        ("wrong-type", "hours", "QuestionnaireResponse.item[1].answer[0]"),
        ("wrong-type", "since", "QuestionnaireResponse.item[3].item[0].answer[0]"),
    ]
    assert rawjson.write(sent) == before


def test_script_in_a_text_is_a_text_and_never_repeated() -> None:
    assert check_response(response(row("note", valueString=SCRIPT)), FORM) == ()
    found = check_response(response(row("hours", valueString=SCRIPT), row("note", valueString=SCRIPT * 10)), FORM)
    assert [item.kind.value for item in found] == ["wrong-type", "too-long"]
    assert not any("script" in item.words() for item in found)


def nested(depth: int) -> JsonObject:
    """Items inside items, none of which the form has."""
    node: JsonObject = {"linkId": "deep"}
    for _ in range(depth):
        node = {"linkId": "deep", "item": [node]}
    return response(node)


def test_items_nested_beyond_measure_are_told_once_and_refused_as_text() -> None:
    assert told(check_response(nested(50_000), FORM)) == [("unknown-item", "deep", "QuestionnaireResponse.item[0]")]
    with pytest.raises(JsonRefused):
        rawjson.parse_object(rawjson.write(nested(200)))


def test_a_hundred_thousand_repetitions_are_all_looked_at() -> None:
    groups: list[JsonObject] = [
        {"linkId": "who", "item": [row("since", valueDate="2026-01-01")]} for _ in range(20_000)
    ]
    assert check_response(response(*groups), FORM) == ()
    groups[-1]["item"][0]["answer"] = [{"valueDate": "soon"}]
    assert told(check_response(response(*groups), FORM)) == [
        ("wrong-type", "since", "QuestionnaireResponse.item[19999].item[0].answer[0]")
    ]


HIDDEN: JsonObject = {
    "resourceType": "Questionnaire",
    "url": HOME,
    "status": "active",
    "item": [
        {"linkId": "a", "type": "integer"},
        {
            "linkId": "total",
            "type": "integer",
            "readOnly": True,
            "extension": [
                extension(f"{CORE}/questionnaire-hidden", valueBoolean=True),
                extension(
                    f"{SDC}/sdc-questionnaire-calculatedExpression",
                    valueExpression={
                        "language": "text/fhirpath",
                        "expression": "%resource.item.where(linkId='a').answer.value * 2",
                    },
                ),
            ],
        },
    ],
}


def test_a_hidden_total_that_somebody_changed_is_seen_and_never_sent() -> None:
    honest, changed = (
        response(row("a", valueInteger=3), row("total", valueInteger=total), questionnaire=HOME) for total in (6, 60)
    )
    assert check_response(honest, HIDDEN) == ()
    (found,) = check_response(changed, HIDDEN)
    assert (found.kind, found.link_id, found.severity) == ("other-result", "total", "warning")
    filling = open_filling(read_form(HIDDEN), Surroundings(now=NOW), changed)
    assert filling.response_items()[1]["answer"] == [{"valueInteger": 6}]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["linkId", "answer", "item", "valueCoding", "code", "extension"]), inner)
    ),
    max_leaves=6,
)


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every member and every place in a list, at any depth."""
    inner = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    return [(node, key) for key, _ in inner] + [place for _, below in inner for place in places(below)]


@given(SEEDS, st.data())
def test_a_response_with_junk_anywhere_is_told_or_refused_and_breaks_nothing(seed: int, data: st.DataObject) -> None:
    form, found = right(seed)
    sent = rawjson.copy(found)
    holder, key = data.draw(st.sampled_from(places(sent)))
    holder[key] = data.draw(JUNK)
    try:
        told = check_response(sent, form)
    except NotAForm:
        return
    assert all(item.words() for item in told)


@given(SEEDS, st.data())
def test_a_form_with_junk_anywhere_is_read_and_answers_to_it_break_nothing(seed: int, data: st.DataObject) -> None:
    questionnaire = rawjson.copy(right(seed)[0].raw)
    holder, key = data.draw(st.sampled_from(places(questionnaire["item"])))
    holder[key] = data.draw(JUNK)
    assert all(item.words() for item in check_response(right(seed)[1], questionnaire))


@given(SEEDS)
def test_a_finding_about_a_question_names_a_field_of_the_filled_form(seed: int) -> None:
    form, found = right(seed)
    bare = found | {"item": found.get("item", [])[:1]}
    fields = {shown.path for shown in open_filling(form, Surroundings(now=NOW), bare).walk()}
    assert {item.path for item in errors(check_response(bare, form))} <= fields


def calls(form: Form, sent: JsonObject) -> int:
    """How many functions of Python run in a check."""
    count = 0

    def seen(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(seen)
    try:
        check_response(sent, form)
    finally:
        sys.setprofile(None)
    return count


def long_form(size: int) -> tuple[Form, JsonObject]:
    """Questions of which every other one depends on the one before, and answers to all."""
    condition = [{"operator": "exists", "answerBoolean": True}]
    items = [
        {"linkId": str(n), "type": "integer"}
        | ({"enableWhen": [condition[0] | {"question": str(n - 1)}]} if n % 2 else {})
        for n in range(size)
    ]
    form = read_form({"resourceType": "Questionnaire", "url": HOME, "status": "active", "item": items})
    return form, response(*(row(str(n), valueInteger=n) for n in range(size)), questionnaire=HOME)


def test_the_work_grows_with_the_number_of_items_and_no_faster() -> None:
    few, many = calls(*long_form(100)), calls(*long_form(1000))
    assert many < 10.5 * few
