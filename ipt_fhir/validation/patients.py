"""Whose resources are these? A set that speaks of two patients is never filed (decision-D12)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ipt_fhir.rawjson import JsonObject

# Type -> the element that names the patient; what we file of these types always has one.
_SUBJECT = {
    "Appointment": "participant",
    "CarePlan": "subject",
    "CareTeam": "subject",
    "Communication": "subject",
    "Condition": "subject",
    "Consent": "patient",
    "DocumentReference": "subject",
    "Encounter": "subject",
    "EpisodeOfCare": "patient",
    "Goal": "subject",
    "Observation": "subject",
    "Procedure": "subject",
    "QuestionnaireResponse": "subject",
    "ServiceRequest": "subject",
    "Task": "for",
}
# Elements that name the patient whatever the reference looks like (a urn:uuid shows no type).
_NAMING = {"subject", "patient", "for"}


def without_subject(resources: Iterable[JsonObject]) -> Iterator[tuple[JsonObject, str]]:
    """The resources that do not say whose they are, with the element that should."""
    for resource in resources:
        name = _SUBJECT.get(resource["resourceType"])
        if name and not any(place.partition("[")[0] == name for place, _ in _patients_of(resource)):
            yield resource, name


def strangers(resources: Iterable[JsonObject]) -> Iterator[tuple[JsonObject, str]]:
    """Each place that names another patient than the first place of the set does.

    Two addresses are the same patient when both end in the same ``Patient/id`` and do not lie on different servers.
    """
    first = server = None
    for resource in resources:
        for place, address in _patients_of(resource):
            where, _, name = address.partition("/_history/")[0].rpartition("Patient/")
            first = name if first is None else first
            server = server or where
            if name != first or (where and where != server):
                yield resource, place


def _patients_of(resource: JsonObject) -> Iterator[tuple[str, str]]:
    """(FHIRPath below the resource, address) of each patient it names; a Patient names itself."""
    if resource["resourceType"] == "Patient":
        if "id" in resource:
            yield "id", f"Patient/{resource['id']}"
        return
    yield from _addresses({name: value for name, value in resource.items() if name != "contained"}, "", "")


def _addresses(value: Any, place: str, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _addresses(item, f"{place}[{index}]", name)
    elif isinstance(value, dict):
        address = value.get("reference")
        if isinstance(address, str) and (_is_patient(address) or (place in _NAMING and not address.startswith("#"))):
            yield place, address
        for member, inner in value.items():
            yield from _addresses(inner, f"{place}.{member}" if place else member, member)


def _is_patient(address: str) -> bool:
    steps = address.partition("/_history/")[0].split("/")
    return len(steps) >= 2 and steps[-2] == "Patient"
