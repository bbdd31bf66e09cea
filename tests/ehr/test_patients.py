"""The last line against mixing up patients (decision-D12)."""

from __future__ import annotations

from typing import Any

import pytest

from ipt_fhir.ehr.errors import WrongPatient
from ipt_fhir.ehr.patients import PatientGuard
from ipt_fhir.rawjson import JsonObject
from tests.ehr.given import BASE, OTHER, PATIENT, goal, transaction

GUARD = PatientGuard(PATIENT, BASE)
OURS = {"reference": f"Patient/{PATIENT}"}
THEIRS = {"reference": f"Patient/{OTHER}"}


def new(kind: str, **members: Any) -> JsonObject:
    return {"resourceType": kind, **members}


@pytest.mark.parametrize(
    "resource",
    [
        new("CarePlan", subject=OURS),
        new("Goal", subject={"reference": f"{BASE}/Patient/{PATIENT}"}),
        new("Observation", subject={"reference": f"Patient/{PATIENT}/_history/2"}),
        new("QuestionnaireResponse", subject=OURS, source=OURS),
        new("Task", **{"for": OURS}),
        new("EpisodeOfCare", patient=OURS),
        new("Appointment", participant=[{"actor": {"reference": "Practitioner/1"}}, {"actor": OURS}]),
        new("Provenance", target=[{"reference": "CarePlan/1"}]),
        new("CarePlan", subject=OURS, activity=[{"reference": {"reference": "urn:uuid:1"}}]),
        goal("g1"),
    ],
)
def test_what_is_about_our_patient_may_leave(resource: JsonObject) -> None:
    GUARD.check_outgoing(transaction(resource))


@pytest.mark.parametrize(
    "resource",
    [
        new("CarePlan", subject=THEIRS),
        new("CarePlan"),
        new("CarePlan", subject={}),
        new("CarePlan", subject={"display": "ZZTEST-Anna"}),
        new("CarePlan", subject={"identifier": {"value": "1"}}),
        new("CarePlan", subject=f"Patient/{PATIENT}"),
        new("CarePlan", subject=[OURS]),
        new("CarePlan", subject={"reference": f"https://evil.example/fhir/Patient/{PATIENT}"}),
        new("CarePlan", subject={"reference": f"Group/{PATIENT}"}),
        new("CarePlan", subject={"reference": f"Patient/{PATIENT}2"}),
        new("CarePlan", subject={"reference": f"patient/{PATIENT}"}),
        new("CarePlan", patient=OURS),
        new("QuestionnaireResponse"),
        new("Task", subject=OURS),
        new("Task", **{"for": THEIRS}),
        new("Appointment", participant=[{"actor": {"reference": "Practitioner/1"}}]),
        new("Appointment", participant="x"),
        new("Patient"),
        new("Questionnaire", subject=OURS),
        new("Bundle", subject=OURS),
        new("X-Unknown", subject=OURS),
        {},
        goal("g1", OTHER),
    ],
)
def test_attack_a36_what_does_not_name_our_patient_stays(resource: JsonObject) -> None:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": resource, "request": {"method": "POST"}}]}
    bundle["entry"][0]["request"]["url"] = resource.get("resourceType")  # type: ignore[index]
    with pytest.raises(WrongPatient):
        GUARD.check_outgoing(bundle)


@pytest.mark.parametrize(
    "members",
    [
        {"author": THEIRS},
        {"contained": [new("Observation", subject=THEIRS)]},
        {"extension": [{"url": "x", "valueReference": THEIRS}]},
        {"activity": [{"detail": {"performer": [{"reference": f"{BASE}/Patient/{OTHER}"}]}}]},
        {"author": {"reference": f"https://evil.example/Patient/{PATIENT}"}},
    ],
)
def test_attack_a36_another_patient_anywhere_inside_stops_it(members: JsonObject) -> None:
    with pytest.raises(WrongPatient, match="another patient"):
        GUARD.check_outgoing(transaction(new("CarePlan", subject=OURS, **members)))


def test_one_wrong_entry_stops_the_whole_bundle() -> None:
    with pytest.raises(WrongPatient):
        GUARD.check_outgoing(transaction(goal("g1"), goal("g2", OTHER)))


@pytest.mark.parametrize(
    "request_of",
    [
        {"method": "PUT", "url": "Goal/another"},
        {"method": "PUT", "url": "Goal?identifier=x"},
        {"method": "PUT", "url": f"CarePlan/{PATIENT}"},
        {"method": "POST", "url": "CarePlan"},
        {"method": "POST", "url": "https://evil.example/Goal"},
        {"method": "DELETE", "url": "Goal/g1"},
        {"method": "PATCH", "url": "Goal/g1"},
        {"method": "PUT"},
        {},
    ],
)
def test_attack_a32_a_resource_goes_to_its_own_address_only(request_of: JsonObject) -> None:
    with pytest.raises(WrongPatient):
        GUARD.check_outgoing({"entry": [{"resource": goal("g1"), "request": request_of}]})


def test_an_entry_that_nobody_can_look_into_stays() -> None:
    with pytest.raises(WrongPatient, match="no resource"):
        GUARD.check_outgoing({"entry": [{"request": {"method": "DELETE", "url": "Goal/g1"}}]})


@pytest.mark.parametrize("patient", ["", "..", "a/b", "a?b"])
def test_a_patient_has_an_id(patient: str) -> None:
    with pytest.raises(WrongPatient):
        PatientGuard(patient, BASE)


@pytest.mark.parametrize(
    ("resource", "foreign"),
    [
        (new("Goal", subject=OURS), False),
        (new("Goal", subject=THEIRS), True),
        (new("Goal", subject={"display": "ZZTEST-Anna"}), True),
        (new("Task", **{"for": THEIRS}), True),
        (new("AllergyIntolerance", patient=THEIRS), True),
        (new("Patient", id=PATIENT), False),
        (new("Patient", id=OTHER), True),
        (new("Appointment", participant=[{"actor": THEIRS}]), True),
        (new("Appointment", participant=[{"actor": THEIRS}, {"actor": OURS}]), False),
        (new("Appointment", participant=[]), False),
        (new("Questionnaire"), False),
        (new("Practitioner", id="1"), False),
        (new("Goal", subject=OURS, expressedBy=THEIRS), False),
    ],
)
def test_attack_a82_what_names_another_subject_is_foreign(resource: JsonObject, foreign: bool) -> None:
    assert GUARD.is_foreign(resource) is foreign
