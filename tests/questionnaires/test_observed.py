"""An Observation answers a question only if it is final, recent, the patient's own and of the kind asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.observed import linked_questions, newest_answer, observation_queries
from ipt_fhir.questionnaires.options import ValueSets
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.forms import extension, form_of, group, item, option

NOW = datetime(2026, 8, 31, 12, tzinfo=UTC)
WEIGHT = {"system": "http://loinc.org", "code": "29463-7"}
UCUM = "http://unitsofmeasure.org"


def period(value: int, code: str) -> JsonObject:
    return extension(Known.OBSERVATION_LINK_PERIOD, valueDuration={"value": value, "code": code})


def unit(known: Known, code: str) -> JsonObject:
    return extension(known, valueCoding={"system": UCUM, "code": code})


def observation(when: str = "2026-08-01", **members: Any) -> JsonObject:
    value = {"valueQuantity": {"value": 80, "unit": "kg", "system": UCUM, "code": "kg"}}
    coded = {"code": {"coding": [WEIGHT]}, "subject": {"reference": "Patient/p1"}, "effectiveDateTime": when}
    given = {} if any(name.startswith("value") or name == "component" for name in members) else value
    return {"resourceType": "Observation", "status": "final", **coded, **given, **members}


def answered(question: JsonObject, *observations: JsonObject) -> list[Any]:
    form = form_of(question)
    (linked,) = linked_questions(form, NOW)
    options = ValueSets(form.raw, lambda _: None).options(linked.item)
    return [value.content for value in newest_answer(linked, observations, "p1", options)]


def quantity(link_id: str = "w", *extensions: JsonObject) -> JsonObject:
    return item(link_id, "quantity", code=[WEIGHT], extension=[period(90, "d"), *extensions])


def test_the_newest_fitting_observation_answers() -> None:
    newer = observation("2026-08-02T09:00:00+02:00", valueQuantity={"value": 81, "unit": "kg"})
    assert [found["value"] for found in answered(quantity(), observation(), newer, observation("2026-07-01"))] == [81]


@pytest.mark.parametrize(
    "unfit",
    [
        observation("2026-05-01"),
        observation(status="entered-in-error"),
        observation(status="preliminary"),
        observation(focus=[{"reference": "Patient/fetus"}]),
        observation(valueQuantity={"value": 5, "comparator": ">", "unit": "kg"}),
        observation(valueString="heavy"),
        observation(dataAbsentReason={"text": "asked but unknown"}, valueQuantity={}),
        observation(code={"coding": [{"system": "http://loinc.org", "code": "8302-2"}]}),
        observation(when=""),
    ],
)
def test_what_does_not_fit_is_passed_over(unfit: JsonObject) -> None:
    assert answered(quantity(), unfit) == []
    assert answered(quantity(), unfit, observation("2026-06-10"))


def test_a_quantity_is_turned_into_the_unit_of_the_question() -> None:
    """Exactly: the library would round."""
    asked = quantity("w", unit(Known.UNIT_OPTION, "[lb_av]"))
    (found,) = answered(asked, observation())
    assert found["code"] == "[lb_av]"
    assert Decimal(found["value"]).quantize(Decimal("0.0001")) == Decimal("176.3698")
    assert answered(quantity("w", unit(Known.UNIT_OPTION, "m")), observation()) == []


def test_a_number_takes_the_value_of_a_quantity_in_its_unit() -> None:
    asked = item("w", "decimal", code=[WEIGHT], extension=[period(1, "a"), unit(Known.UNIT, "g")])
    assert answered(asked, observation()) == [80_000]


def test_a_code_becomes_the_option_that_has_it() -> None:
    asked = item("c", "choice", code=[WEIGHT], answerOption=[option("red"), option("blue")], extension=[period(1, "a")])
    coding = {"system": option("red")["valueCoding"]["system"], "code": "red"}
    assert answered(asked, observation(valueCodeableConcept={"coding": [{"code": "x"}, coding]})) == [
        option("red")["valueCoding"]
    ]
    assert answered(asked, observation(valueCodeableConcept={"coding": [{"code": "green"}]})) == []


def test_a_component_answers_too() -> None:
    part = {"code": {"coding": [WEIGHT]}, "valueQuantity": {"value": 7, "unit": "kg"}}
    panel = observation(code={"coding": [{"code": "panel"}]}, component=[part])
    assert [found["value"] for found in answered(quantity(), panel)] == [7]


def test_a_period_holds_for_everything_below_until_a_nearer_one() -> None:
    below = item("b", "decimal", code=[WEIGHT], extension=[period(1, "wk")])
    many = item("c", "decimal", code=[WEIGHT], repeats=True)
    form = form_of(group("g", item("a", "decimal", code=[WEIGHT]), below, many, item("d"), extension=[period(1, "mo")]))
    assert [(linked.item.link_id, linked.since) for linked in linked_questions(form, NOW)] == [
        ("a", "2026-07-31"),
        ("b", "2026-08-24"),
    ]


def test_codes_of_one_period_are_asked_for_together() -> None:
    form = form_of(*(item(name, "decimal", code=[{"code": name}], extension=[period(200, "a")]) for name in "ab"))
    assert observation_queries(linked_questions(form, NOW), "p1") == [
        "Observation?patient=p1&code=a,b&status=amended,corrected,final&date=ge1826-08-31&_sort=-date"
    ]


def test_a_period_longer_than_the_calendar_asks_for_all() -> None:
    form = form_of(item("a", "decimal", code=[WEIGHT], extension=[period(5_000, "a")]))
    (query,) = observation_queries(linked_questions(form, NOW), "p1")
    assert "date=" not in query
