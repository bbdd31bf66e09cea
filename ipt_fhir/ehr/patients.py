"""Whose resource is it? The last line against mixing up patients (decision-D12, attack-A36, attack-A82).

Rules of this file:
1. Nothing leaves unless it is about this launch's patient. A type without a rule here does not leave at all.
2. Nothing that names another patient as its subject is handed on, whatever the server answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ipt_fhir.ehr.errors import WrongPatient
from ipt_fhir.ehr.references import Target, is_id, local_target
from ipt_fhir.rawjson import JsonObject

# The element that names the patient, as FHIR R4 spells it for each type.
_SUBJECT_TYPES = (
    "Basic CarePlan CareTeam ClinicalImpression Communication CommunicationRequest Composition Condition "
    "DiagnosticReport DocumentReference Encounter Flag Goal List Media MedicationRequest MedicationStatement "
    "Observation Procedure QuestionnaireResponse RequestGroup RiskAssessment ServiceRequest"
)
_PATIENT_TYPES = "AllergyIntolerance Consent EpisodeOfCare FamilyMemberHistory Immunization RelatedPerson"
_ELEMENT: dict[str, str] = {
    **dict.fromkeys(_SUBJECT_TYPES.split(), "subject"),
    **dict.fromkeys(_PATIENT_TYPES.split(), "patient"),
    "Coverage": "beneficiary",
    "Task": "for",
}
# Types that belong to no patient by an element of their own; what they refer to is still looked at.
_OF_NOBODY = frozenset({"Provenance"})
_IN_PARTICIPANTS = "Appointment"


class PatientGuard:
    """Holds one patient. ``base`` is the FHIR base, for references that a server spells in full."""

    def __init__(self, patient: str, base: str) -> None:
        if not is_id(patient):
            raise WrongPatient("the launch's patient is not named by a FHIR id")
        self._patient = Target("Patient", patient)
        self._base = base

    def check_outgoing(self, bundle: JsonObject) -> None:
        """Raise WrongPatient unless every entry creates or replaces a resource of this patient, at its own address."""
        for entry in bundle["entry"]:
            resource, request = entry.get("resource"), entry.get("request", {})
            if not isinstance(resource, dict):
                raise WrongPatient("an entry carries no resource, so nobody can tell whose it is")
            kind = resource.get("resourceType")
            own_place = {"POST": kind, "PUT": f"{kind}/{resource.get('id')}"}
            if request.get("url") is None or request["url"] != own_place.get(request.get("method")):
                raise WrongPatient(f"the {kind} is not sent to its own address")
            self._check_resource(resource)

    def is_foreign(self, resource: JsonObject) -> bool:
        """Does the resource name somebody else as its subject? A resource that names nobody is not foreign."""
        kind = resource.get("resourceType")
        if kind == "Patient":
            return resource.get("id") != self._patient.id
        if kind == _IN_PARTICIPANTS:
            return not self._is_participant(resource) and any(_patients_in(resource, self._base))
        subject = resource.get(_ELEMENT.get(str(kind), "subject"))
        return subject is not None and not self._is_ours(subject)

    def _check_resource(self, resource: JsonObject) -> None:
        kind = str(resource.get("resourceType"))
        if kind == _IN_PARTICIPANTS:
            named = self._is_participant(resource)
        else:
            named = kind in _OF_NOBODY or self._is_ours(resource.get(_ELEMENT.get(kind, "")))
        if not named:
            raise WrongPatient(f"the {kind} does not name the patient of this launch")
        if any(target.id != self._patient.id for target in _patients_in(resource, self._base)):
            raise WrongPatient(f"the {kind} refers to another patient")

    def _is_participant(self, resource: JsonObject) -> bool:
        listed = resource.get("participant")
        return any(
            self._is_ours(item.get("actor"))
            for item in (listed if isinstance(listed, list) else [])
            if isinstance(item, dict)
        )

    def _is_ours(self, element: Any) -> bool:
        if not isinstance(element, dict):
            return False
        target = local_target(element.get("reference"), self._base)
        return target is not None and target[:2] == self._patient[:2]


def _patients_in(value: Any, base: str) -> Iterator[Target]:
    """Every patient a resource refers to, anywhere in it. A patient on another server counts as another patient."""
    if isinstance(value, list):
        for item in value:
            yield from _patients_in(item, base)
    elif isinstance(value, dict):
        if patient := _patient(value.get("reference"), base):
            yield patient
        for member in value.values():
            if isinstance(member, dict | list):
                yield from _patients_in(member, base)


def _patient(reference: Any, base: str) -> Target | None:
    if not isinstance(reference, str) or "Patient/" not in reference:
        return None
    target = local_target(reference, base)
    if target is None:
        return Target("Patient", "")
    return target if target.resource_type == "Patient" else None
