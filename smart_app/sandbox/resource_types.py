"""The resource types the hospital knows: what each must hold, whose chart it lies in, and how it is searched.

Elements and search parameters are FHIR R4's (4.0.1), the subset this project's resources use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from smart_app.sandbox.json_text import JsonObject


@dataclass(frozen=True, slots=True)
class Parameter:
    """A search parameter: ``kind`` is token, reference, date or uri; ``path`` leads to the elements."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class ResourceType:
    """``patient`` is the path of the reference that puts a resource into a patient's chart; None: in nobody's."""

    patient: str | None
    required: tuple[str, ...]
    search: Mapping[str, Parameter]


EVERYWHERE: Final = {
    "_id": Parameter("token", "id"),
    "_lastUpdated": Parameter("date", "meta.lastUpdated"),
    "identifier": Parameter("token", "identifier"),
}


def _type(required: str, patient: str | None = "subject", **search: str) -> ResourceType:
    """``search`` holds "kind path" by parameter name, with _ for the - of FHIR's names."""
    parameters = {name.replace("_", "-"): Parameter(*spec.split()) for name, spec in search.items()}
    if patient:
        parameters |= {"patient": Parameter("reference", patient)}
    if patient == "subject":
        parameters |= {"subject": Parameter("reference", patient)}
    return ResourceType(patient, tuple(required.split()), EVERYWHERE | parameters)


TYPES: Final[Mapping[str, ResourceType]] = {
    "Appointment": _type("status participant", "participant.actor", status="token status", date="date start"),
    "CarePlan": _type("status intent subject", category="token category", status="token status", date="date period"),
    "CareTeam": _type("", category="token category", status="token status", date="date period"),
    "Communication": _type("status", category="token category", status="token status", sent="date sent"),
    "Condition": _type(
        "subject",
        category="token category",
        code="token code",
        clinical_status="token clinicalStatus",
        onset_date="date onset[x]",
        recorded_date="date recordedDate",
    ),
    "Consent": _type("status scope category", "patient", category="token category", status="token status"),
    "DocumentReference": _type(
        "status content", category="token category", type="token type", status="token status", date="date date"
    ),
    "Encounter": _type("status class", status="token status", type="token type", date="date period"),
    "EpisodeOfCare": _type("status patient", "patient", status="token status", type="token type", date="date period"),
    "Flag": _type("status code subject", date="date period"),
    "Goal": _type(
        "lifecycleStatus description subject",
        category="token category",
        lifecycle_status="token lifecycleStatus",
        achievement_status="token achievementStatus",
        start_date="date start[x]",
        target_date="date target.due[x]",
    ),
    "MedicationRequest": _type(
        "status intent medication[x] subject",
        category="token category",
        code="token medicationCodeableConcept",
        status="token status",
        intent="token intent",
        authoredon="date authoredOn",
    ),
    "Observation": _type(
        "status code",
        category="token category",
        code="token code",
        status="token status",
        date="date effective[x]",
        derived_from="reference derivedFrom",
        focus="reference focus",
    ),
    "Organization": _type("", None, type="token type"),
    "Patient": _type("", None, birthdate="date birthDate", gender="token gender"),
    "Practitioner": _type("", None),
    "Procedure": _type(
        "status subject", category="token category", code="token code", status="token status", date="date performed[x]"
    ),
    "Questionnaire": _type("status", None, url="uri url", status="token status", code="token code"),
    "QuestionnaireResponse": _type(
        "status", questionnaire="uri questionnaire", status="token status", authored="date authored"
    ),
    "ServiceRequest": _type(
        "status intent subject",
        category="token category",
        code="token code",
        status="token status",
        intent="token intent",
        authored="date authoredOn",
    ),
    "Task": _type(
        "status intent",
        "for",
        code="token code",
        status="token status",
        intent="token intent",
        authored_on="date authoredOn",
        focus="reference focus",
    ),
}


def values(node: Any, path: str) -> Iterator[Any]:
    """The values at a dotted path, lists opened; ``name[x]`` is every type of a choice element."""
    step, _, rest = path.partition(".")
    for item in node if isinstance(node, list) else [node]:
        if not isinstance(item, dict):
            continue
        for found in _members(item, step):
            if rest:
                yield from values(found, rest)
            else:
                yield from found if isinstance(found, list) else [found]


def _members(item: JsonObject, step: str) -> list[Any]:
    if not step.endswith("[x]"):
        return [item[step]] if step in item else []
    stem = step.removesuffix("[x]")
    return [value for name, value in item.items() if name.startswith(stem) and name[len(stem) :][:1].isupper()]
