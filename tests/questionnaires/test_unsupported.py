"""What is not supported is named, with what it means for the person at the form; nothing is silently wrong."""

from __future__ import annotations

from typing import Any

import pytest

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.form import Effect, Form, Unsupported
from ipt_fhir.questionnaires.support import ANY_OTHER, ROWS, Kind
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.forms import extension, form_of, item, when

NAMED = [row for row in ROWS if row.kind is Kind.EXTENSION and row.test.endswith("named_with_its_effect")]
PASSED_OVER = [row for row in ROWS if row.kind is Kind.EXTENSION and row.test.endswith("passed_over")]
COMPUTED = {"extension": [{"url": str(Known.EXPRESSION), "valueExpression": {"language": "text/fhirpath"}}]}


def expression(known: Known, language: str, words: str = "Score") -> JsonObject:
    return extension(known, valueExpression={"language": language, "expression": words})


def effects(form: Form, name: str) -> set[Effect]:
    return {found.effect for found in form.unsupported if found.name == name}


@pytest.mark.parametrize("row", NAMED, ids=lambda row: row.name.rpartition("/")[2])
def test_what_is_not_supported_is_named_with_its_effect(row: Any) -> None:
    there = [{"url": row.name, "valueBoolean": True}]
    for form in (form_of(item("a", extension=there)), form_of(item("a"), extension=there)):
        assert effects(form, row.name) == {row.effect}
        assert form.fillable is (row.effect is not Effect.READ_ONLY)


@pytest.mark.parametrize("row", PASSED_OVER, ids=lambda row: row.name.rpartition("/")[2])
def test_what_asks_nothing_of_whoever_fills_the_form_is_passed_over(row: Any) -> None:
    assert form_of(item("a", extension=[{"url": row.name, "valueString": "x"}])).unsupported == ()


UNKNOWN: dict[Kind, JsonObject] = {
    Kind.ITEM_TYPE: item("a", "question"),
    Kind.OPERATOR: item("a", enableWhen=[when("a", "matches", answerString="x")]),
    Kind.ENABLE_BEHAVIOR: item("a", enableBehavior="most"),
    Kind.EXPRESSION_LANGUAGE: item("a", extension=[expression(Known.CALCULATED_EXPRESSION, "text/basic")]),
    Kind.ELEMENT: item("a", disabledDisplay="hidden"),
    Kind.EXTENSION: item("a", extension=[{"url": "https://example.org/new", "valueBoolean": True}]),
    Kind.MODIFIER_EXTENSION: item("a", modifierExtension=[{"url": "https://example.org/new", "valueBoolean": True}]),
}


@pytest.mark.parametrize("row", [row for row in ROWS if row.name == ANY_OTHER], ids=lambda row: row.kind)
def test_what_nobody_knows_has_a_stated_default(row: Any) -> None:
    found = form_of(UNKNOWN[row.kind]).unsupported
    assert {part.effect for part in found if part.kind in {row.kind, "enableWhen"}} == {row.effect}


@pytest.mark.parametrize("language", ["text/cql", "text/cql-identifier", "text/cql-expression"])
@pytest.mark.parametrize("known", [Known.CALCULATED_EXPRESSION, Known.ENABLE_WHEN_EXPRESSION, Known.VARIABLE])
def test_cql_is_refused_by_name(known: Known, language: str) -> None:
    form = form_of(item("a", "decimal", extension=[expression(known, language)]))
    assert effects(form, language) == {Effect.READ_ONLY}
    assert not form.fillable


def test_an_initial_value_in_cql_is_left_out() -> None:
    form = form_of(item("a", extension=[expression(Known.INITIAL_EXPRESSION, "text/cql")]))
    assert effects(form, "text/cql") == {Effect.LEFT_OUT}
    assert form.fillable


def test_a_query_computes_nothing() -> None:
    form = form_of(
        item("a", extension=[expression(Known.CALCULATED_EXPRESSION, "application/x-fhir-query", "Patient")])
    )
    assert effects(form, "application/x-fhir-query") == {Effect.READ_ONLY}


@pytest.mark.parametrize("known", [Known.CALCULATED_EXPRESSION, Known.ENABLE_WHEN_EXPRESSION, Known.ANSWER_EXPRESSION])
def test_an_expression_that_is_none_is_named(known: Known) -> None:
    nameless = form_of(item("a", extension=[extension(known, valueString="1 + 1")]))
    assert effects(nameless, "missing") == {Effect.READ_ONLY}
    elsewhere = {"language": "text/fhirpath", "reference": "https://example.org/Library/1"}
    library = form_of(item("a", extension=[extension(known, valueExpression=elsewhere)]))
    assert effects(library, "https://example.org/Library/1") == {Effect.READ_ONLY}


def test_everything_that_can_be_wrong_is_said_in_a_sentence() -> None:
    said = {*Kind, "wrong-type", "missing", "twice", "enableWhen", "circle", "expression"}
    for kind in said:
        found = Unsupported(kind=kind, name="{x}", place="Questionnaire", effect=Effect.READ_ONLY)
        assert "{x}" in found.words()
    assert all(effect.words() for effect in Effect)


def test_rules_nobody_knows() -> None:
    form = form_of(item("a"), implicitRules="https://example.org/rules")
    assert effects(form, "Questionnaire.implicitRules") == {Effect.READ_ONLY}


def test_a_computed_text_is_shown_as_it_stands_and_any_other_computed_value_makes_the_form_read_only() -> None:
    name = str(Known.EXPRESSION)
    assert effects(form_of(item("a", _text=COMPUTED)), name) == {Effect.SHOWN_PLAINER}
    assert effects(form_of(item("a", _required=COMPUTED)), name) == {Effect.READ_ONLY}
    occurs = extension(Known.MAX_OCCURS, _valueInteger=COMPUTED)
    assert effects(form_of(item("a", extension=[occurs])), name) == {Effect.READ_ONLY}
