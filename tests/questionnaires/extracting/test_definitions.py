"""item.definition says which element of a resource an answer is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.extraction import extract
from ipt_fhir.questionnaires.filling import open_filling
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.questionnaires.extracting.drawn import REFERENCE, drawn, ids, response, sample
from tests.questionnaires.forms import NOW, coding, extension, group, item, row

BASE = "http://hl7.org/fhir/StructureDefinition/"


def context(kind: str) -> JsonObject:
    told = {"language": "application/x-fhir-query", "expression": kind, "name": "it"}
    return extension(Known.ITEM_EXTRACTION_CONTEXT, valueExpression=told)


def at(link_id: str, element: str, kind: str = "string", *below: JsonObject, **members: Any) -> JsonObject:
    return item(link_id, kind, *below, definition=f"{BASE}{element.partition('.')[0]}#{element}", **members)


def person(*items: JsonObject, rows: list[JsonObject]) -> JsonObject:
    (proposal,) = drawn(list(items), rows, extension=[context("Patient")]).proposals
    return proposal.resource


def test_answers_of_a_group_make_one_element_for_each_repetition() -> None:
    name = at(
        "n",
        "Patient.name",
        "group",
        at("f", "Patient.name.family"),
        at("g", "Patient.name.given", repeats=True),
        repeats=True,
    )
    rows = [
        row("n", below=(row("f", {"valueString": "Dahl"}), row("g", {"valueString": "Ida"}, {"valueString": "Eva"}))),
        row("n", below=(row("f", {"valueString": "Berg"}),)),
    ]
    assert person(name, rows=rows)["name"] == [{"family": "Dahl", "given": ["Ida", "Eva"]}, {"family": "Berg"}]


def test_elements_on_the_way_are_made() -> None:
    found = person(
        at("c", "Patient.contact.name.text"),
        at("t", "Patient.contact.relationship.text"),
        rows=[row("c", {"valueString": "Ida"}), row("t", {"valueString": "sister"})],
    )
    assert found["contact"] == [{"name": {"text": "Ida"}, "relationship": [{"text": "sister"}]}]


def test_a_datatype_is_told_from_the_name_that_stands_open() -> None:
    family = item("f", "string", definition=f"{BASE}datatypes#HumanName.family")
    found = person(
        at("n", "Patient.name", "group", family), rows=[row("n", below=(row("f", {"valueString": "Dahl"}),))]
    )
    assert found["name"] == [{"family": "Dahl"}]


@pytest.mark.parametrize(
    ("element", "kind", "answer", "expected"),
    [
        ("Observation.code", "choice", {"valueCoding": coding("red")}, {"code": {"coding": [coding("red")]}}),
        ("Observation.status", "choice", {"valueCoding": {"code": "final"}}, {"status": "final"}),
        ("Observation.category", "choice", {"valueCoding": coding("a")}, {"category": [{"coding": [coding("a")]}]}),
        (
            "Observation.issued",
            "dateTime",
            {"valueDateTime": "2026-08-01T10:00:00Z"},
            {"issued": "2026-08-01T10:00:00Z"},
        ),
        ("Observation.effectiveDateTime", "date", {"valueDate": "2026-08-01"}, {"effectiveDateTime": "2026-08-01"}),
        ("Observation.value[x]", "boolean", {"valueBoolean": True}, {"valueBoolean": True}),
        (
            "Observation.value",
            "choice",
            {"valueCoding": coding("a")},
            {"valueCodeableConcept": {"coding": [coding("a")]}},
        ),
        (
            "Observation.valueQuantity",
            "decimal",
            {"valueDecimal": Decimal("1.5")},
            {"valueQuantity": {"value": Decimal("1.5")}},
        ),
        ("Observation.valueQuantity.value", "decimal", {"valueDecimal": 7}, {"valueQuantity": {"value": 7}}),
        (
            "Observation.subject",
            "reference",
            {"valueReference": {"reference": "Patient/p1"}},
            {"subject": {"reference": "Patient/p1"}},
        ),
        ("Observation.note.text", "text", {"valueString": "a"}, {"note": [{"text": "a"}]}),
    ],
)
def test_an_answer_is_written_as_its_element_wants_it(
    element: str, kind: str, answer: JsonObject, expected: JsonObject
) -> None:
    (proposal,) = drawn([at("a", element, kind)], [row("a", answer)], extension=[context("Observation")]).proposals
    assert proposal.resource == {"resourceType": "Observation", **expected}


@pytest.mark.parametrize(
    ("definition", "kind", "answer"),
    [
        (f"{BASE}Observation#Observation.nonsense", "string", {"valueString": "a"}),
        (f"{BASE}Patient#Patient.active", "boolean", {"valueBoolean": True}),
        ("http://example.org/StructureDefinition/mine#Observation.code", "string", {"valueString": "a"}),
        (f"{BASE}Observation#Observation.code", "string", {"valueString": "a"}),
        (f"{BASE}Observation#Observation.status", "boolean", {"valueBoolean": True}),
        ("http://loinc.org/rdf#54126-8", "string", {"valueString": "a"}),
    ],
)
def test_what_does_not_fit_is_left_out_by_name(definition: str, kind: str, answer: JsonObject) -> None:
    found = drawn([item("a", kind, definition=definition)], [row("a", answer)], extension=[context("Observation")])
    assert found.proposals == ()
    assert [(left.link_id, left.named) for left in found.left_out] == [("a", definition)]


def test_two_answers_for_an_element_that_stands_once_are_not_mixed() -> None:
    items = [at("a", "Patient.gender", "choice"), at("b", "Patient.gender", "choice")]
    rows = [row("a", {"valueCoding": {"code": "male"}}), row("b", {"valueCoding": {"code": "female"}})]
    found = drawn(items, rows, extension=[context("Patient")])
    assert found.proposals[0].resource["gender"] == "male"
    assert [left.link_id for left in found.left_out] == ["b"]


@pytest.mark.parametrize("kind", ["Patient?_id=1", "Medication", "Nothing"])
def test_a_context_that_is_not_supported_is_left_out_by_name(kind: str) -> None:
    """A query names what exists already and would be changed."""
    found = drawn([at("a", "Patient.active", "boolean")], [row("a", {"valueBoolean": True})], extension=[context(kind)])
    assert found.proposals == ()
    assert kind in found.left_out[0].words()


def test_an_inner_context_is_drawn_by_itself() -> None:
    inner = group("g", at("c", "Condition.code", "choice"), extension=[context("Condition")], repeats=True)
    rows = [row("g", below=(row("c", {"valueCoding": coding(code)}),)) for code in ("red", "blue")]
    found = drawn(
        [at("a", "Patient.active", "boolean"), inner],
        [row("a", {"valueBoolean": True}), *rows],
        extension=[context("Patient")],
    )
    assert [proposal.resource["resourceType"] for proposal in found.proposals] == ["Patient", "Condition", "Condition"]


def test_a_context_nobody_answered_draws_nothing() -> None:
    assert (
        drawn([group("g", at("c", "Condition.code", "choice"), extension=[context("Condition")])], []).proposals == ()
    )


def test_a_published_registration_is_drawn_into_a_valid_patient() -> None:
    """android-fhir-client-registration-sample, filled in from a launch."""
    patient = {
        "resourceType": "Patient",
        "name": [{"family": "Solvang", "given": ["Una"]}],
        "birthDate": "1974-12-25",
        "gender": "female",
        "active": True,
        "telecom": [{"value": "555"}],
        "address": [{"city": "Bergen", "country": "NO"}],
    }
    form = read_form(sample("android-fhir-client-registration-sample"))
    surroundings = type(NOW)(now=NOW.now, resources={"client": patient})
    filled = open_filling(form, surroundings).response_items()
    found = extract(form, response(*filled), REFERENCE, ids())
    (proposal,) = found.proposals
    assert found.left_out == ()
    assert errors(validate(proposal.resource)) == []
    assert proposal.resource == {**patient, "telecom": [{"system": "phone", "value": "555"}]}


def test_a_published_screener_draws_what_was_said() -> None:
    """android-fhir-Screener: a hidden group for each symptom, opened by enableWhen, with a fixed code."""
    form = read_form(sample("android-fhir-Screener"))
    filling = open_filling(form, NOW)
    fever = {"code": "386661006", "display": "Fever", "system": "http://snomed.info/sct"}
    items = [*filling.items]
    symptoms = next(one for one in items if one["linkId"] == "1.0.0")
    symptoms["item"].insert(0, {"linkId": "1.1.0", "answer": [{"valueCoding": fever}]})
    found = extract(form, response(*filling.with_items(items).response_items()), REFERENCE, ids())
    codes = [one.resource["code"]["coding"][0] for one in found.proposals if "code" in one.resource]
    assert fever in codes
