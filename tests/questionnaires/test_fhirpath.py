"""The door to FHIRPath: JSON in and out, what is refused, and what the published forms use."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.fhirpath import ExpressionRefused, compile_expression, evaluate
from tests.published import published
from tests.questionnaires.expressions.answers import NOW, refusal, value


def response(**answers: Any) -> dict[str, Any]:
    """A response with one item for each name; values are value[x] members."""
    items = [{"linkId": link_id, "answer": [given]} for link_id, given in answers.items()]
    return {"resourceType": "QuestionnaireResponse", "item": items}


def test_a_total_is_computed_from_answers() -> None:
    form = response(a={"valueInteger": 2}, b={"valueInteger": 3})
    assert value("%resource.item.answer.value.sum()", form, resource=form) == [5]


def test_an_answer_is_found_by_its_link_id() -> None:
    form = response(a={"valueInteger": 2}, b={"valueString": "x"})
    assert value("item.where(linkId = 'b').answer.value", form) == ["x"]
    assert value("item.where(linkId = 'c').answer.value", form) == []


def test_an_item_by_itself_knows_its_types() -> None:
    assert value("answer.value + 1 day", {"linkId": "a", "answer": [{"valueDate": "2026-01-31"}]}) == ["2026-02-01"]


def test_numbers_stay_as_exact_as_they_were_written() -> None:
    focus = rawjson.parse(b'{"resourceType": "Observation", "valueQuantity": {"value": 0.1000, "unit": "1e2"}}')
    assert value("Observation.value.value + 0.2", focus) == [Decimal("0.3000")]


def test_a_number_in_an_unusual_spelling_is_a_number() -> None:
    form = rawjson.parse(
        b'{"resourceType": "QuestionnaireResponse", "item": [{"linkId": "a", "answer": [{"valueDecimal": 1e2}]}]}'
    )
    assert value("item.answer.value + 1", form) == [Decimal(101)]
    assert value("item.answer.value.sum()", form) == [Decimal(100)]


@given(st.lists(st.decimals(-(10**6), 10**6, places=3), min_size=1, max_size=20))
def test_a_sum_is_the_exact_sum(numbers: list[Decimal]) -> None:
    """Law: no binary floating point on the way."""
    form = {"resourceType": "QuestionnaireResponse", "item": [{"answer": [{"valueDecimal": n}]} for n in numbers]}
    assert value("item.answer.value.sum()", form) == [sum(numbers)]


def test_what_comes_out_is_not_what_went_in() -> None:
    form = response(a={"valueCoding": {"code": "x"}})
    value("item.answer.value", form)[0]["code"] = "changed"
    assert form == response(a={"valueCoding": {"code": "x"}})


def test_the_data_are_left_as_they_were() -> None:
    form = response(a={"valueInteger": 2})
    before = json.dumps(form)
    value("-(%x) | %x | item.answer.value", form, x=[3])
    assert value("-%x + %x", form, x=[3]) == [0]
    assert json.dumps(form) == before


@pytest.mark.parametrize("language", ["text/cql", "text/cql-identifier", "application/x-fhir-query"])
def test_another_language_is_refused_by_name(language: str) -> None:
    with pytest.raises(ExpressionRefused) as caught:
        compile_expression("Score", language)
    assert caught.value.named == language


def test_a_function_that_is_not_allowed_is_refused_by_name() -> None:
    assert refusal("Patient.name.resolve()").named == "resolve()"


def test_a_variable_nobody_gave_is_refused_by_name() -> None:
    """An empty answer would pass for a chart that says nothing."""
    assert refusal("%patient.name").named == "%patient"
    assert value("%patient.name", patient=[]) == []


def test_a_refusal_holds_nothing_of_the_patient() -> None:
    patient = {"resourceType": "Patient", "name": [{"family": "Solvang"}, {"family": "Brandt"}]}
    for expression in ("Patient.name.family + 1", "Patient.name.single()", "Patient.name.family.toQuantity('kg')"):
        found = refusal(expression, patient)
        assert "Solvang" not in f"{found} {found.__cause__}"


def test_a_refusal_is_remembered_and_raised_anew() -> None:
    assert refusal("foo()") is not refusal("foo()")


def test_a_moment_is_told_only_where_one_is_known() -> None:
    assert value("today()") == ["2026-08-01"]
    assert value("now()") == ["2026-08-01T09:30:15.123+00:00"]
    assert value("timeOfDay()") == ["09:30:15.123"]
    with pytest.raises(ExpressionRefused, match="today"):
        evaluate("today()", None, {})


def test_a_quantity_comes_out_as_a_quantity() -> None:
    expected = {"value": Decimal(2), "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"}
    assert value("2 'kg'") == [expected]


def test_a_primitive_without_value_is_no_value() -> None:
    """A birth date that is only said to be unknown (data-absent-reason)."""
    patient = {"resourceType": "Patient", "_birthDate": {"extension": [{"url": "x", "valueCode": "unknown"}]}}
    assert value("Patient.birthDate", patient) == []
    assert value("Patient.birthDate.extension('x').value", patient) == ["unknown"]


def test_extensions_of_a_primitive_are_not_counted_as_values() -> None:
    patient = {
        "resourceType": "Patient",
        "birthDate": "1974-12-25",
        "_birthDate": {"extension": [{"url": "x", "valueString": "y"}]},
    }
    assert value("Patient.birthDate.count()", patient) == [1]
    assert value("Patient.birthDate = @1974-12-25", patient) == [True]


def expressions(node: Any) -> Iterator[str]:
    """Every FHIRPath expression in a published file, those of templates included."""
    if isinstance(node, dict):
        if node.get("language") == "text/fhirpath" and "expression" in node:
            yield node["expression"]
        if str(node.get("url")).endswith(("templateExtractContext", "templateExtractValue")):
            yield node["valueString"]
    for below in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from expressions(below)


def test_everything_the_published_forms_use_is_allowed() -> None:
    files = [*published("samples").rglob("*.json"), *published("qr-validation").rglob("*.json")]
    found = {text for file in files for text in expressions(json.loads(file.read_bytes()))}
    for text in found:
        compile_expression(text)
    assert len(found) >= 170


def test_a_published_risk_score_is_computed() -> None:
    """The sample's risk score of a smoking man of 60, against its formula in floating point."""
    form = json.loads(published("samples/questionnaires/smart-forms-CVDRiskCalculator.json").read_bytes())
    known: dict[str, object] = {"female": 0, "age": 60, "systolicBP": 140, "smoker": 1}
    known |= {"totalCh": Decimal("5.5"), "hdl": Decimal("1.2"), "diabetes": 0, "ecgLvh": 0}
    for held in form["item"][0]["extension"]:
        variable = held.get("valueExpression", {"name": "", "language": ""})
        if variable["language"] == "text/fhirpath" and variable["name"] not in known:
            known[variable["name"]] = evaluate(variable["expression"], None, known, now=NOW)
    coefficients = (18.8144, math.log(60) * -1.8443, math.log(140) * -1.4032, -0.3899, math.log(5.5 / 1.2) * -0.539)
    scale = math.exp(0.6536 + sum(coefficients) * -0.2402)
    expected = (1 - math.exp(-math.exp((math.log(5) - sum(coefficients)) / scale))) * 100
    assert evaluate("%cvdScore.round(0)", None, known) == [round(expected)]
    assert float(evaluate("%cvdScore", None, known)[0]) == pytest.approx(expected)
