"""Reading a Questionnaire: what it says, what is wrong with it, and what cannot be shown at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.form import Effect, ItemType
from ipt_fhir.questionnaires.form_reading import DEEPEST, MOST_EXPRESSIONS, MOST_ITEMS, FormRefused, read_form
from ipt_fhir.questionnaires.rows import NotAForm
from ipt_fhir.rawjson import JsonObject
from tests.published import published
from tests.questionnaires.forms import coding, extension, fhirpath, form_of, group, item, option, questionnaire, when
from tests.questionnaires.given import sample


def concept(code: str) -> JsonObject:
    return {"valueCodeableConcept": {"coding": [{"code": code}]}}


def named(*items: JsonObject, **members: Any) -> set[tuple[str, str, Effect]]:
    """What is named of a form with these items: kind, name, effect."""
    return {(str(found.kind), found.name, found.effect) for found in form_of(*items, **members).unsupported}


def test_the_form_says_who_it_is() -> None:
    form = form_of(
        item("a"),
        version="2",
        title="Mood",
        language="en",
        status="active",
        copyright="Free to use",
        id="x",
        name="Mood",
        publisher="Clinic",
        subjectType=["Patient"],
        meta={"profile": []},
        code=[coding("mood")],
    )
    assert form.canonical == "https://example.org/fhir/Questionnaire/made|2"
    assert (form.title, form.language, form.status, form.copyright) == ("Mood", "en", "active", "Free to use")
    assert form.unsupported == ()
    assert form.fillable


def test_an_item_says_what_it_asks() -> None:
    (read,) = form_of(
        item(
            "a",
            "text",
            text="How do you sleep?",
            prefix="1.",
            definition="https://example.org/definition#sleep",
            code=[coding("sleep")],
            required=True,
            readOnly=True,
            extension=[
                extension(Known.ITEM_CONTROL, **concept("slider")),
                extension(Known.DISPLAY_CATEGORY, **concept("instructions")),
                extension(Known.CHOICE_ORIENTATION, valueCode="horizontal"),
                extension(Known.SLIDER_STEP, valueInteger=5),
                extension(Known.SUPPORT_LINK, valueUri="https://example.org/sleep"),
                extension(Known.SUPPORT_LINK, valueUri="javascript:alert(1)"),
            ],
        )
    ).items
    assert (read.link_id, read.type, read.text, read.prefix) == ("a", ItemType.TEXT, "How do you sleep?", "1.")
    assert (read.required, read.read_only, read.repeats) == (True, True, False)
    assert (read.control, read.category, read.horizontal, read.slider_step) == ("slider", "instructions", True, 5)
    assert read.support_links == ("https://example.org/sleep",)
    assert read.codes == (coding("sleep"),)
    assert read.definition == "https://example.org/definition#sleep"
    assert read.place == "Questionnaire.item[0]"


def test_a_translation_is_chosen() -> None:
    def german(words: str) -> JsonObject:
        parts = [{"url": "lang", "valueCode": "de"}, {"url": "content", "valueString": words}]
        return {"extension": [{"url": str(Known.TRANSLATION), "extension": parts}]}

    choice = {"valueCoding": coding("red") | {"_display": german("Rot")}}
    words = {"valueString": "blue", "_valueString": german("blau")}
    form = form_of(
        item("a", "choice", text="Colour", _text=german("Farbe"), answerOption=[choice, words]),
        title="Colours",
        _title=german("Farben"),
    )
    (read,) = form.items
    assert (form.title_in("de-CH"), read.text_in("de"), read.text_in("fr")) == ("Farben", "Farbe", "Colour")
    assert [found.display_in("de") for found in read.options] == ["Rot", "blau"]
    assert form.unsupported == ()


@pytest.mark.parametrize(
    ("members", "name", "effect"),
    [
        ({"required": "true"}, "required: true", Effect.READ_AS_MEANT),
        ({"repeats": "often"}, "repeats: often", Effect.READ_ONLY),
        ({"maxLength": "20"}, "maxLength: 20", Effect.READ_AS_MEANT),
        ({"maxLength": -1}, "maxLength: -1", Effect.READ_ONLY),
        ({"text": 5}, "text: 5", Effect.READ_AS_MEANT),
        ({"text": {"words": 1}}, "text: {'words': 1}", Effect.READ_ONLY),
        ({"answerOption": "red"}, "answerOption: red", Effect.READ_ONLY),
        ({"code": ["x"]}, "code: x", Effect.READ_ONLY),
    ],
)
def test_a_wrong_type_is_named_and_read_as_far_as_its_meaning_is_plain(
    members: dict[str, Any], name: str, effect: Effect
) -> None:
    assert ("wrong-type", name, effect) in named(item("a") | members)


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ({"text": "No linkId", "type": "string"}, ("missing", "linkId", Effect.READ_ONLY)),
        ({"linkId": "a", "text": "No type"}, ("missing", "type", Effect.READ_ONLY)),
        (item("a", "coding"), ("item-type", "coding", Effect.READ_ONLY)),
        (item("a", "choice", answerOption=[{"extension": []}]), ("missing", "answerOption.value[x]", Effect.READ_ONLY)),
        (item("a", "choice"), ("missing", "answerOption", Effect.LEFT_OUT)),
        (
            item("a", enableWhen=[when("b", "exists", answerBoolean=True)]),
            ("enableWhen", "question b", Effect.READ_ONLY),
        ),
        (item("a", enableWhen=[when("a", "~", answerString="x")]), ("enableWhen", "~", Effect.READ_ONLY)),
        (item("a", enableWhen=[when("a", "exists", answerString="x")]), ("enableWhen", "exists", Effect.READ_ONLY)),
        (item("a", initial=[{"value": "x"}]), ("element", "initial.value", Effect.READ_ONLY)),
        (
            item("a", enableWhen=[{"question": "a", "hasAnswer": True}]),
            ("element", "enableWhen.hasAnswer", Effect.READ_ONLY),
        ),
        (item("a", enableBehavior="some"), ("enable-behavior", "some", Effect.READ_ONLY)),
        (item("a", answerConstraint="optionsOnly"), ("element", "item.answerConstraint", Effect.READ_ONLY)),
    ],
)
def test_what_is_missing_or_unknown_is_named(broken: JsonObject, expected: tuple[str, str, Effect]) -> None:
    assert expected in named(broken)


def test_several_conditions_without_a_behavior_are_joined_by_or() -> None:
    conditions = [when("b", "exists", answerBoolean=True)] * 2
    form = form_of(item("a", enableWhen=conditions), item("b"))
    assert form.items[0].any_condition
    assert [(found.name, found.effect) for found in form.unsupported] == [("enableBehavior", Effect.READ_AS_MEANT)]


def test_a_link_id_that_stands_twice_makes_the_form_read_only() -> None:
    form = form_of(item("a"), group("g", item("a")))
    assert [(found.kind, found.name, found.place) for found in form.unsupported] == [
        ("twice", "a", "Questionnaire.item[0]"),
        ("twice", "a", "Questionnaire.item[1].item[0]"),
    ]
    assert not form.fillable


def test_items_that_wait_for_each_other_are_named() -> None:
    pair = [item(one, enableWhen=[when(other, "exists", answerBoolean=False)]) for one, other in ("ab", "ba")]
    assert ("circle", "a → b → a", Effect.READ_ONLY) in named(*pair, item("c"))
    inside = group("g", item("a"), enableWhen=[when("a", "exists", answerBoolean=True)])
    assert ("circle", "g → a → g", Effect.READ_ONLY) in named(inside)


@pytest.mark.parametrize("wrong", [{}, {"resourceType": "Patient"}, {"resourceType": ["Questionnaire"]}])
def test_what_is_no_questionnaire_is_refused(wrong: JsonObject) -> None:
    with pytest.raises(NotAForm):
        read_form(wrong)


def test_what_is_too_large_to_be_shown_is_refused() -> None:
    with pytest.raises(FormRefused, match=str(MOST_ITEMS)):
        form_of(*(item(str(n)) for n in range(MOST_ITEMS + 1)))
    many = [fhirpath(Known.CALCULATED_EXPRESSION, "1")] * (MOST_EXPRESSIONS + 1)
    with pytest.raises(FormRefused, match=str(MOST_EXPRESSIONS)):
        form_of(item("a", extension=many))
    deep = item("0")
    for level in range(DEEPEST + 1):
        deep = group(f"g{level}", deep)
    with pytest.raises(FormRefused, match=str(DEEPEST)):
        form_of(deep)


@pytest.mark.parametrize("broken", [None, 3, "x", [], {}, [None], [{"linkId": 3}], [[{}]], {"item": []}])
@pytest.mark.parametrize(
    "member", ["item", "extension", "contained", "code", "enableWhen", "answerOption", "initial", "_text"]
)
def test_nothing_makes_the_reader_fail(member: str, broken: object) -> None:
    read_form(questionnaire(item("a", "choice") | {member: broken}))
    read_form({**questionnaire(), member: broken})


SAMPLES = "samples/questionnaires"
READ_ONLY = {
    "android-fhir-sample-questionnaire.json": {"1-select-one", "1-most-recent"},
    "asbi-screening-app-CIRG-BEHAV5.json": {"text/cql"},
    "asbi-screening-app-CIRG-C-IDAS.json": {"text/cql", "valueString: a"},
    "asbi-screening-app-CIRG-GAD7.json": {"text/cql"},
    "asbi-screening-app-CIRG-PHQ9.json": {"text/cql"},
    "client-py-qs1.json": {"linkId"},
    "sdc-sdc-modular-name.json": {str(Known.ASSEMBLE_EXPECTATION)},
    "sdc-sdc-modular-root.json": {str(Known.ASSEMBLE_EXPECTATION), str(Known.SUB_QUESTIONNAIRE)},
}


def test_each_of_the_40_published_forms_is_read_and_what_keeps_it_from_being_filled_is_named() -> None:
    forms = {path.name: read_form(sample(f"{SAMPLES}/{path.name}")) for path in published(SAMPLES).glob("*.json")}
    assert len(forms) == 40
    found = {
        name: {part.name for part in form.unsupported if part.effect is Effect.READ_ONLY}
        for name, form in forms.items()
        if not form.fillable
    }
    assert found == READ_ONLY


def test_the_form_of_the_planted_defects_is_supported_whole() -> None:
    cases = json.loads(published("planted-defects/cases.json").read_bytes())
    form = read_form(cases["questionnaire"])
    assert form.unsupported == ()
    assert form.items[0].options
    assert option("x")
