"""weight() finds the weight of an answer where SDC says it stands; what it cannot find is an error."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ipt_fhir.questionnaires.extensions import Known
from tests.questionnaires.expressions.answers import refusal, value

SYSTEM = "https://example.org/cs"


def option(code: str, weight: object = None, known: Known = Known.ITEM_WEIGHT) -> dict[str, Any]:
    coding: dict[str, Any] = {"system": SYSTEM, "code": code}
    if weight is not None:
        coding["extension"] = [{"url": str(known), "valueDecimal": weight}]
    return {"valueCoding": coding}


def form(*items: tuple[str, list[dict[str, Any]]], **members: Any) -> dict[str, Any]:
    rows = [{"linkId": link_id, "type": "choice", "answerOption": options} for link_id, options in items]
    return {"resourceType": "Questionnaire", "item": rows, **members}


def answered(**codes: str) -> dict[str, Any]:
    rows = [
        {"linkId": name, "answer": [{"valueCoding": {"system": SYSTEM, "code": code}}]} for name, code in codes.items()
    ]
    return {"resourceType": "QuestionnaireResponse", "item": rows}


def total(questionnaire: dict[str, Any], response: dict[str, Any], name: str = "weight") -> list[Any]:
    return value(
        f"%resource.item.answer.value.{name}().sum()", response, resource=response, questionnaire=questionnaire
    )


@pytest.mark.parametrize("name", ["weight", "ordinal"])
@pytest.mark.parametrize("known", [Known.ITEM_WEIGHT, Known.ORDINAL_VALUE])
def test_weights_of_options_are_added(name: str, known: Known) -> None:
    asked = form(("a", [option("x", 1, known), option("y", 2, known)]), ("b", [option("y", 2, known)]))
    assert total(asked, answered(a="x", b="y"), name) == [3]


def test_a_weight_on_the_answer_goes_first() -> None:
    response = {
        "resourceType": "QuestionnaireResponse",
        "item": [{"linkId": "a", "answer": [option("x", Decimal("1.5"))]}],
    }
    assert total(form(("a", [option("x", 9)])), response) == [Decimal("1.5")]


def test_a_reversed_item_is_weighed_by_its_own_options() -> None:
    asked = form(("a", [option("never", 0), option("always", 4)]), ("b", [option("never", 4), option("always", 0)]))
    assert total(asked, answered(a="never", b="never")) == [4]
    assert total(asked, answered(a="always", b="never")) == [8]


def test_an_answer_without_weight_has_none() -> None:
    assert total(form(("a", [option("x", 1), option("dont-know")])), answered(a="dont-know")) == []


def test_weights_of_a_contained_value_set_are_found() -> None:
    concept = {"code": "x", "extension": [{"url": str(Known.ORDINAL_VALUE), "valueDecimal": 3}]}
    included = {"resourceType": "ValueSet", "compose": {"include": [{"system": SYSTEM, "concept": [concept]}]}}
    assert total(form(contained=[included]), answered(a="x")) == [3]


def test_an_answer_nobody_can_look_up_is_an_error() -> None:
    """A total without it would be too small."""
    assert (
        refusal("%resource.item.answer.value.weight()", None, resource=answered(a="x"), questionnaire=form()).named
        == "weight"
    )
    assert refusal("%resource.item.answer.value.weight()", None, resource=answered(a="x")).named == "weight"


def test_what_is_no_code_has_no_weight() -> None:
    response = {"resourceType": "QuestionnaireResponse", "item": [{"linkId": "a", "answer": [{"valueInteger": 3}]}]}
    assert total(form(), response) == []
