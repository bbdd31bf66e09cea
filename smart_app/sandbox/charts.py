"""The charts of the demo hospital: four invented patients and the three people who look after them.

US Core 6.1.0 where it has a profile. Everybody's name begins with ZZTEST-, so that nobody is taken for a real person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smart_app.sandbox.forms import demo_forms
from smart_app.sandbox.json_text import JsonObject
from smart_app.sandbox.other_teams import other_teams

_HOSPITAL: Final = "https://demo-hospital.example/fhir/sid"
_TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem"
_US_CORE: Final = "http://hl7.org/fhir/us/core"
_ICD_10_CM: Final = "http://hl7.org/fhir/sid/icd-10-cm"

THERAPISTS: Final = ("zztest-vale", "zztest-okoro")
FAMILY_DOCTOR: Final = "zztest-lindner"


@dataclass(frozen=True, slots=True)
class Person:
    """A patient. ``conditions`` are (ICD-10-CM code, its meaning, date of onset); a Z code is a health concern."""

    id: str
    given: str
    gender: str
    birth_date: str
    mrn: str
    since: str
    conditions: tuple[tuple[str, str, str], ...]


PATIENTS: Final = (
    Person(
        "zztest-alma",
        "Alma",
        "female",
        "1987-06-14",
        "ZZ-100001",
        "2026-01-05",
        (
            ("F32.1", "Major depressive disorder, single episode, moderate", "2025-08-18"),
            ("Z63.0", "Problems in relationship with spouse or partner", "2025-07-28"),
        ),
    ),
    Person(
        "zztest-bene",
        "Bene",
        "male",
        "1974-03-02",
        "ZZ-100002",
        "2026-01-06",
        (
            ("F33.1", "Major depressive disorder, recurrent, moderate", "2025-03-03"),
            ("Z63.4", "Disappearance and death of family member", "2025-02-04"),
        ),
    ),
    Person(
        "zztest-chi",
        "Chi",
        "female",
        "1996-09-21",
        "ZZ-100003",
        "2026-01-07",
        (
            ("F41.1", "Generalized anxiety disorder", "2025-10-15"),
            ("F32.1", "Major depressive disorder, single episode, moderate", "2025-10-29"),
            ("Z60.3", "Acculturation difficulty", "2025-09-10"),
            ("Z56.1", "Change of job", "2025-09-10"),
        ),
    ),
    Person(
        "zztest-doru",
        "Doru",
        "male",
        "1981-05-30",
        "ZZ-100004",
        "2026-01-08",
        (
            ("F34.1", "Dysthymic disorder", "2023-02-06"),
            ("F40.10", "Social phobia, unspecified", "2016-05-02"),
            ("Z60.4", "Social exclusion and rejection", "2023-02-06"),
        ),
    ),
)


def demo_charts() -> list[JsonObject]:
    """Everything the demo hospital knows at the start, as FHIR R4 resources with their ids."""
    staff = [
        _practitioner(THERAPISTS[0], "Vale", "Noor", "S-2001"),
        _practitioner(THERAPISTS[1], "Okoro", "Sam", "S-2002"),
        _practitioner(FAMILY_DOCTOR, "Lindner", "Mika", "S-2003"),
    ]
    patients = [_patient(person) for person in PATIENTS]
    conditions = [_condition(person, *condition) for person in PATIENTS for condition in person.conditions]
    theirs = [_antidepressant("zztest-bene"), _primary_care_plan("zztest-alma")]
    return [*staff, *patients, *conditions, *theirs, *other_teams(), *demo_forms()]


def _patient(person: Person) -> JsonObject:
    mrn_type = {"coding": [{"system": f"{_TERMINOLOGY}/v2-0203", "code": "MR"}], "text": "Medical record number"}
    return {
        "resourceType": "Patient",
        "id": person.id,
        "meta": _profile("us-core-patient"),
        "identifier": [{"use": "usual", "type": mrn_type, "system": f"{_HOSPITAL}/mrn", "value": person.mrn}],
        "active": True,
        "name": [{"use": "official", "family": f"ZZTEST-{person.given.upper()}", "given": [person.given]}],
        "gender": person.gender,
        "birthDate": person.birth_date,
        "communication": [
            {
                "language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en"}], "text": "English"},
                "preferred": True,
            }
        ],
    }


def _practitioner(id_: str, family: str, given: str, staff_number: str) -> JsonObject:
    return {
        "resourceType": "Practitioner",
        "id": id_,
        "meta": _profile("us-core-practitioner"),
        "identifier": [{"system": f"{_HOSPITAL}/staff", "value": staff_number}],
        "active": True,
        "name": [{"family": f"ZZTEST-{family.upper()}", "given": [given]}],
    }


def _condition(person: Person, code: str, meaning: str, onset: str) -> JsonObject:
    concern = code.startswith("Z")
    category = (
        _concept(f"{_US_CORE}/CodeSystem/condition-category", "health-concern", "Health Concern")
        if concern
        else _concept(f"{_TERMINOLOGY}/condition-category", "problem-list-item", "Problem List Item")
    )
    return {
        "resourceType": "Condition",
        "id": f"{person.id}-{code.lower()}",
        "meta": _profile("us-core-condition-problems-health-concerns"),
        "clinicalStatus": _concept(f"{_TERMINOLOGY}/condition-clinical", "active"),
        "verificationStatus": _concept(f"{_TERMINOLOGY}/condition-ver-status", "confirmed"),
        "category": [category],
        "code": _concept(_ICD_10_CM, code, meaning) | {"text": meaning},
        "subject": _patient_reference(person.id, person.given),
        "onsetDateTime": onset,
        "recordedDate": person.since,
        "recorder": {"reference": f"Practitioner/{THERAPISTS[0]}"},
    }


def _antidepressant(patient: str) -> JsonObject:
    return {
        "resourceType": "MedicationRequest",
        "id": f"{patient}-antidepressant",
        "meta": _profile("us-core-medicationrequest"),
        "status": "active",
        "intent": "order",
        "reportedBoolean": False,
        "medicationCodeableConcept": {"text": "Antidepressant"},
        "subject": _patient_reference(patient, "Bene"),
        "authoredOn": "2025-11-17",
        "requester": {"reference": f"Practitioner/{FAMILY_DOCTOR}", "display": "Mika ZZTEST-LINDNER"},
        "dosageInstruction": [{"text": "One tablet in the morning"}],
    }


def _primary_care_plan(patient: str) -> JsonObject:
    """A plan that is not ours and must stay as it is."""
    text = "Depression, primary care: watchful follow-up every six weeks, referral to psychotherapy."
    return {
        "resourceType": "CarePlan",
        "id": f"{patient}-primary-care",
        "meta": _profile("us-core-careplan"),
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{text}</p></div>'},
        "identifier": [{"system": f"{_HOSPITAL}/care-plan", "value": "CP-3001"}],
        "status": "active",
        "intent": "plan",
        "category": [_concept(f"{_US_CORE}/CodeSystem/careplan-category", "assess-plan")],
        "title": "Depression, primary care",
        "subject": _patient_reference(patient, "Alma"),
        "period": {"start": "2025-12-01"},
        "author": {"reference": f"Practitioner/{FAMILY_DOCTOR}", "display": "Mika ZZTEST-LINDNER"},
        "addresses": [{"reference": f"Condition/{patient}-f32.1"}],
        "activity": [{"detail": {"status": "in-progress", "description": "Follow-up with the family doctor"}}],
    }


def _profile(name: str) -> JsonObject:
    return {"profile": [f"{_US_CORE}/StructureDefinition/{name}"]}


def _concept(system: str, code: str, display: str | None = None) -> JsonObject:
    coding = {"system": system, "code": code}
    return {"coding": [coding | ({"display": display} if display else {})]}


def _patient_reference(id_: str, given: str) -> JsonObject:
    return {"reference": f"Patient/{id_}", "display": f"{given} ZZTEST-{given.upper()}"}
