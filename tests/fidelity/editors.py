"""What each library does with a file: read it, edit it without a change, write it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from fhirclient.models.fhirabstractbase import FHIRValidationError
from fhirclient.models.fhirelementfactory import FHIRElementFactory

from ipt_fhir import rawjson
from ipt_fhir.mapping import editing

NOBODY = "urn:nobody"

REFUSALS = (ValueError, KeyError, TypeError, AttributeError, LookupError, FHIRValidationError)
"""What the three libraries raise for a file they do not take."""


def ours(data: bytes) -> bytes:
    """Read, put every value in the whole resource again, write."""
    resource = rawjson.parse_object(data)
    put_again(resource)
    return rawjson.write(resource)


def put_again(element: Any) -> None:
    """Each editing function with what is there already, at every depth; there is nothing for it to do."""
    if isinstance(element, list):
        for item in element:
            put_again(item)
    if not isinstance(element, dict):
        return
    for name, value in list(element.items()):
        editing.put(element, name, rawjson.copy(value))
        if isinstance(value, str):
            _put_time_again(element, name, value)
        elif isinstance(value, dict):
            _put_object_again(element, name, value)
        elif isinstance(value, list):
            editing.put_ours(element, name, [], _is_ours)
        put_again(value)
    if all(isinstance(item, dict) for item in element.get("extension", [])):
        editing.put_extension(element, NOBODY, None)
    for name in (NOBODY, f"_{NOBODY}"):
        editing.put(element, name, None)


def _is_ours(item: object) -> str | None:
    """Nothing is."""
    del item
    return None


def _put_time_again(element: dict[str, Any], name: str, value: str) -> None:
    if editing.read_time(value):
        editing.put_time(element, name, editing.read_time(value))
    if editing.read_date(value):
        editing.put_date(element, name, editing.read_date(value))


def _put_object_again(element: dict[str, Any], name: str, value: dict[str, Any]) -> None:
    again = rawjson.copy(value)
    if set(value) & {"coding", "text"} and isinstance(value.get("coding", []), list):
        editing.put_concept(element, name, again)
    if isinstance(value.get("reference"), str):
        editing.put_reference(element, name, editing.target_of(value), value.get("display"))
    editing.put_parts(element, name, again)


def fhir_resources(data: bytes) -> bytes:
    """fhir.resources, its R4B models: the release nearest to R4 that it has."""
    model = get_fhir_model_class(json.loads(data)["resourceType"])
    written: str = model.model_validate_json(data).model_dump_json()
    return written.encode()


def fhirclient(data: bytes) -> bytes:
    """fhirclient, SMART's own library."""
    content = json.loads(data)
    return json.dumps(FHIRElementFactory.instantiate(content["resourceType"], content).as_json()).encode()


EDITORS: dict[str, Callable[[bytes], bytes]] = {
    "ipt-fhir": ours,
    "fhir.resources R4B": fhir_resources,
    "fhirclient": fhirclient,
}
