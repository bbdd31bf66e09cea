"""What other teams of the demo hospital wrote into the charts: their plans, the teams, a prescription.

Nothing of it is the app's, and it must stay as it is. Doru's chart holds none of it.
"""

from __future__ import annotations

from typing import Any, Final

from smart_app.sandbox.json_text import JsonObject

_US_CORE: Final = "http://hl7.org/fhir/us/core"
_SNOMED_CT: Final = "http://snomed.info/sct"
_FAMILY_DOCTOR: Final = {"reference": "Practitioner/zztest-lindner", "display": "Mika ZZTEST-LINDNER"}
_THERAPIST: Final = {"reference": "Practitioner/zztest-vale", "display": "Noor ZZTEST-VALE"}


def other_teams() -> list[JsonObject]:
    """Everything of this file, as FHIR R4 resources with their ids."""
    return [
        _team("zztest-alma", "Alma", "Primary care team", _member(_FAMILY_DOCTOR, "Family doctor")),
        _sleeping_tablet(),
        _heart_goal(),
        _heart_plan(),
        _team(
            "zztest-bene",
            "Bene",
            "Heart team",
            _member(_FAMILY_DOCTOR, "Family doctor"),
            _member({"display": "Heart sport group, Tuesdays"}, "Exercise class"),
        ),
        _community_plan(),
        _team("zztest-chi", "Chi", "Community centre", _member(_THERAPIST, "Psychotherapist")),
    ]


def _heart_plan() -> JsonObject:
    """A larger plan of which a therapy may be a part."""
    return _plan(
        "zztest-bene",
        "Bene",
        "Life after the heart attack",
        "2025-09-01",
        goal=[{"reference": "Goal/zztest-bene-heart-goal", "display": "Walk half an hour on most days"}],
        activity=[
            _work("Cardiac rehabilitation, phase III", "in-progress"),
            _work("Check of mood at every visit", "scheduled"),
            _work("Stop smoking course", "completed"),
        ],
    )


def _community_plan() -> JsonObject:
    return _plan(
        "zztest-chi",
        "Chi",
        "Arriving in the new country",
        "2025-11-03",
        activity=[_work("Language course", "in-progress"), _work("Counselling on residence and work", "scheduled")],
        extension=[{"url": "https://demo-hospital.example/fhir/StructureDefinition/district", "valueString": "North"}],
    )


def _plan(patient: str, given: str, title: str, since: str, **more: Any) -> JsonObject:
    text = f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{title}</p></div>'
    return {
        "resourceType": "CarePlan",
        "id": f"{patient}-other-team",
        "meta": _profile("us-core-careplan"),
        "text": {"status": "generated", "div": text},
        "status": "active",
        "intent": "plan",
        "category": [{"coding": [{"system": f"{_US_CORE}/CodeSystem/careplan-category", "code": "assess-plan"}]}],
        "title": title,
        "subject": _subject(patient, given),
        "period": {"start": since},
        "author": _FAMILY_DOCTOR,
        **more,
    }


def _heart_goal() -> JsonObject:
    return {
        "resourceType": "Goal",
        "id": "zztest-bene-heart-goal",
        "meta": _profile("us-core-goal"),
        "lifecycleStatus": "active",
        "description": {"text": "Walk half an hour on most days"},
        "subject": _subject("zztest-bene", "Bene"),
        "startDate": "2025-09-01",
    }


def _work(description: str, status: str) -> JsonObject:
    return {"detail": {"status": status, "description": description}}


def _team(patient: str, given: str, name: str, *members: JsonObject) -> JsonObject:
    patient_role = {"coding": [{"system": _SNOMED_CT, "code": "116154003", "display": "Patient"}]}
    return {
        "resourceType": "CareTeam",
        "id": f"{patient}-other-team",
        "meta": _profile("us-core-careteam"),
        "status": "active",
        "name": name,
        "subject": _subject(patient, given),
        "participant": [{"role": [patient_role], "member": _subject(patient, given)}, *members],
    }


def _member(member: JsonObject, role: str) -> JsonObject:
    return {"role": [{"text": role}], "member": member}


def _sleeping_tablet() -> JsonObject:
    return {
        "resourceType": "MedicationRequest",
        "id": "zztest-alma-sleeping-tablet",
        "meta": _profile("us-core-medicationrequest"),
        "status": "stopped",
        "intent": "order",
        "reportedBoolean": False,
        "medicationCodeableConcept": {"text": "Sleeping tablet"},
        "subject": _subject("zztest-alma", "Alma"),
        "authoredOn": "2025-10-06",
        "requester": _FAMILY_DOCTOR,
        "dosageInstruction": [{"text": "At night if needed, for two weeks at most"}],
    }


def _profile(name: str) -> JsonObject:
    return {"profile": [f"{_US_CORE}/StructureDefinition/{name}"]}


def _subject(patient: str, given: str) -> JsonObject:
    return {"reference": f"Patient/{patient}", "display": f"{given} ZZTEST-{given.upper()}"}
