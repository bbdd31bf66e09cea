"""What every resource must satisfy before the hospital keeps it: the rules of FHIR's JSON and each type's musts."""

from __future__ import annotations

import re
from typing import Any

from smart_app.sandbox.json_text import JsonObject
from smart_app.sandbox.outcomes import Refused
from smart_app.sandbox.references import Target, found_in, owner, target
from smart_app.sandbox.resource_types import TYPES, values
from smart_app.sandbox.store import FhirStore, Version

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def check_resource(resource: Any, resource_type: str) -> JsonObject:
    """The body as a resource of the type asked for. Raises Refused: 400 for another type, 422 for what is missing."""
    if not isinstance(resource, dict):
        raise Refused(400, "structure", "The body is not a FHIR resource")
    if resource.get("resourceType") != resource_type:
        raise Refused(400, "invalid", f"The body is not a {resource_type}")
    if resource_type not in TYPES:
        raise Refused(422, "not-supported", f"The demo hospital does not know {resource_type}")
    if not isinstance(resource.get("meta", {}), dict):
        raise Refused(400, "structure", "meta is not an object")
    missing = [path for path in TYPES[resource_type].required if not any(True for _ in values(resource, path))]
    if missing:
        raise Refused(422, "required", f"{resource_type} needs {', '.join(missing)}")
    _check_not_empty(resource, resource_type)
    return resource


def check_id(resource: JsonObject, id_: str) -> None:
    """The id in the body is the id in the URL (FHIR R4 http, "update"). Raises Refused (400)."""
    if not _ID.fullmatch(id_) or resource.get("id") != id_:
        raise Refused(400, "invalid", f"The id of the body is not the {id_} of the address")


def check_references(version: Version, store: FhirStore, base: str) -> None:
    """Every reference leads to something that exists, in the same patient's chart. Raises Refused (422)."""
    if version.content is None:
        return
    patient = owner(version.content, base)
    for reference in found_in(version.content):
        if reference.startswith("#"):
            _check_contained(version.content, reference)
        elif place := target(reference, base):
            _check_target(place, patient, store, base)
        elif not reference.startswith(("http://", "https://")) or reference.startswith(f"{base}/"):
            raise Refused(422, "not-found", f"The reference {reference} leads nowhere")


def _check_target(place: Target, patient: str | None, store: FhirStore, base: str) -> None:
    found = store.current(place.resource_type, place.id)
    if found is None or found.content is None or (place.version or 1) > found.number:
        raise Refused(422, "not-found", f"{place} is referred to, and does not exist")
    theirs = owner(found.content, base)
    if theirs and patient and theirs != patient:
        raise Refused(422, "business-rule", f"{place} lies in the chart of another patient")


def _check_contained(resource: JsonObject, reference: str) -> None:
    if reference != "#" and reference[1:] not in list(values(resource, "contained.id")):
        raise Refused(422, "not-found", f"The contained resource {reference} is missing")


def _check_not_empty(node: Any, path: str) -> None:
    """FHIR R4 json: no empty string, object or array, and null only to keep the place in a list of primitives."""
    if node is None or node in ("", {}, []):
        raise Refused(422, "structure", f"{path} is empty")
    if isinstance(node, dict):
        for name, value in node.items():
            _check_not_empty(value, f"{path}.{name}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            if value is not None:
                _check_not_empty(value, f"{path}[{index}]")
