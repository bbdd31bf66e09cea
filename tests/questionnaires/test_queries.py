"""What a form may ask of the record: data of the launched patient, nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.questionnaires.fhirpath import ExpressionRefused, evaluate
from ipt_fhir.questionnaires.queries import filled, is_of, only_of, within

PATIENT = {"resourceType": "Patient", "id": "p1", "managingOrganization": {"reference": "Organization/7"}}


def answers(text: str) -> list[Any]:
    return evaluate(text, None, {"patient": PATIENT, "coding": {"system": "http://loinc.org", "code": "1-8"}})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Observation?patient={{%patient.id}}", "Observation?patient=p1"),
        ("Organization?_id={{%patient.managingOrganization.reference}}", "Organization?_id=Organization%2F7"),
        ("Observation?code={{%coding}}", "Observation?code=http%3A%2F%2Floinc.org%7C1-8"),
        ("Observation?code={{'a' | 'b'}}", "Observation?code=a,b"),
        ("Observation?x={{'a&patient=p2'}}", "Observation?x=a%26patient%3Dp2"),
    ],
)
def test_values_are_put_in_and_quoted(query: str, expected: str) -> None:
    assert filled(query, answers) == expected


@pytest.mark.parametrize("query", ["Observation?patient={{%patient.name}}", "Observation?x={{%patient}}"])
def test_a_query_without_its_value_is_not_asked(query: str) -> None:
    with pytest.raises(ExpressionRefused, match="lacks a value"):
        filled(query, answers)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Observation?code=72166-2&_count=1&_sort=-date&patient=p1", None),
        ("Condition?subject=Patient/p1&clinical-status=active", None),
        ("RelatedPerson?patient=p1&active=true", None),
        ("Patient/p1", "Patient?_id=p1"),
        ("Patient?_id=p1", None),
        (
            "Observation?patient=p1&code=http%3A//loinc.org|8302-2",
            "Observation?patient=p1&code=http://loinc.org|8302-2",
        ),
        ("Observation?patient=p1&date=ge2026-01-01&code:in=x", "Observation?patient=p1&date=ge2026-01-01&code%3Ain=x"),
    ],
)
def test_data_of_the_patient_may_be_asked_for(query: str, expected: str | None) -> None:
    assert within(query, "p1").replace("code:in", "code%3Ain") == (expected or query)


@pytest.mark.parametrize(
    "query",
    [
        "Observation",
        "Observation?code=1",
        "Observation?patient=p2",
        "Observation?patient=p1,p2",
        "Observation?patient=p1&patient=p2",
        "Observation?patient=p1&subject=Patient/p2",
        "Observation?patient=p1&_include=Observation:performer",
        "Observation?patient=p1&_revinclude=Provenance:target",
        "Observation?patient=p1&performer.name=a",
        "Observation?patient=p1&_has:Group:member:_id=1",
        "Observation?subject:Patient.name=a",
        "Patient?name=a",
        "Patient/p2",
        "Patient",
        "Practitioner/9",
        "../Observation?patient=p1",
        "https://elsewhere.example/Observation?patient=p1",
        "Observation/$lastn?patient=p1",
        "$graphql?patient=p1",
        "",
    ],
)
def test_nothing_else_may_be_asked_for(query: str) -> None:
    """attack: a form that reads other patients, or walks from this one to others."""
    with pytest.raises(ExpressionRefused):
        within(query, "p1")


@given(st.text(max_size=40))
def test_no_value_can_turn_a_query_to_another_patient(value: str) -> None:
    """Law: whatever a form computes into a query, it asks for the launched patient or is not asked."""
    try:
        query = within(filled("Observation?code={{%x}}&patient=p1", lambda _: [value]), "p1")
    except ExpressionRefused:
        return
    assert query.count("patient=") == 1 + value.count("patient=")
    assert query.endswith("&patient=p1")


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"resourceType": "Patient", "id": "p1"}, True),
        ({"resourceType": "Patient", "id": "p2"}, False),
        ({"resourceType": "Observation", "subject": {"reference": "Patient/p1"}}, True),
        ({"resourceType": "Observation", "subject": {"reference": "https://ehr.example/fhir/Patient/p1"}}, True),
        ({"resourceType": "Observation", "subject": {"reference": "Patient/p11"}}, False),
        ({"resourceType": "Observation", "subject": {"reference": "Patient/p2"}}, False),
        ({"resourceType": "Observation", "subject": {"display": "p1"}}, False),
        ({"resourceType": "Task", "for": {"reference": "Patient/p1/_history/2"}}, True),
        ({"resourceType": "Appointment", "participant": [{"actor": {"reference": "Patient/p1"}}]}, True),
        (
            {"participant": [{"actor": {"reference": "Patient/p1"}}, {"actor": {"reference": "Patient/p2"}}]},
            False,
        ),
        ({"resourceType": "Coverage", "subscriber": {"reference": "Patient/p1"}}, False),
        (
            {"resourceType": "Flag", "patient": {"reference": "Patient/p1"}, "subject": {"reference": "Patient/p2"}},
            False,
        ),
    ],
)
def test_a_resource_is_of_the_patient_it_names(resource: dict[str, Any], expected: bool) -> None:
    assert is_of(resource, "p1") is expected


def test_entries_of_others_are_left_out_and_counted() -> None:
    """fault: a server that answers with more than it was asked for."""
    entries = [
        {"resource": {"resourceType": "Observation", "id": "a", "subject": {"reference": "Patient/p1"}}},
        {"resource": {"resourceType": "Observation", "id": "b", "subject": {"reference": "Patient/p2"}}},
        {"resource": {"resourceType": "OperationOutcome"}},
    ]
    bundle, others = only_of({"resourceType": "Bundle", "entry": entries}, "p1")
    assert [entry["resource"]["id"] for entry in bundle["entry"]] == ["a"]
    assert others == 1
