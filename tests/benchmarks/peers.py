"""The peers: their model classes, how they read and how they write.

A kit is a namespace of constructors by FHIR type, with ``date`` and ``time`` for the peer's own way to hold those. For
fhir.resources the constructors are the classes themselves; a fhirclient object is made empty and then given its
members, as its documentation shows; fhirkit-rs has no models and takes plain dicts.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any, TypeVar

from fhirclient.models.fhirdate import FHIRDate
from fhirclient.models.fhirdatetime import FHIRDateTime

_CLASSES = {
    "annotation": ("Annotation",),
    "bundle": ("Bundle", "BundleEntry", "BundleEntryRequest"),
    "careplan": ("CarePlan", "CarePlanActivity"),
    "codeableconcept": ("CodeableConcept",),
    "coding": ("Coding",),
    "extension": ("Extension",),
    "goal": ("Goal", "GoalTarget"),
    "identifier": ("Identifier",),
    "meta": ("Meta",),
    "narrative": ("Narrative",),
    "observation": ("Observation",),
    "period": ("Period",),
    "quantity": ("Quantity",),
    "questionnaireresponse": (
        "QuestionnaireResponse",
        "QuestionnaireResponseItem",
        "QuestionnaireResponseItemAnswer",
    ),
    "servicerequest": ("ServiceRequest",),
    "task": ("Task", "TaskInput", "TaskOutput"),
    "timing": ("Timing", "TimingRepeat"),
}

FHIRKIT = "0.1.0"
"""The release of fhirkit-rs the figures are of."""
_RESOURCES = {"Bundle", "CarePlan", "Goal", "Observation", "QuestionnaireResponse", "ServiceRequest", "Task"}
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A library to compare with: what to build with, how text and values become its objects, how they are written."""

    name: str
    kit: SimpleNamespace
    read_plan: Callable[[bytes], Any]
    read_observation: Callable[[bytes], Any]
    bundle_of: Callable[[dict[str, Any]], Any]
    write: Callable[[Any], bytes]


def fhir_resources() -> Peer:
    """fhir.resources, its R4B models (the release nearest to R4 that it has)."""
    found = _classes("fhir.resources.R4B")
    found["Reference"] = import_module("fhir.resources.R4B.reference").Reference
    kit = SimpleNamespace(**found, date=_same, time=_same)
    return Peer(
        name="fhir.resources",
        kit=kit,
        read_plan=kit.CarePlan.model_validate_json,
        read_observation=kit.Observation.model_validate_json,
        bundle_of=kit.Bundle.model_validate,
        write=lambda resource: resource.model_dump_json().encode(),
    )


def fhirclient() -> Peer:
    """fhirclient; ``as_json`` is its validation."""
    found = _classes("fhirclient.models")
    plan, observation, bundle = found["CarePlan"], found["Observation"], found["Bundle"]
    found["Reference"] = import_module("fhirclient.models.fhirreference").FHIRReference
    kit = SimpleNamespace(
        **{name: _made_empty(kind) for name, kind in found.items()},
        date=lambda value: FHIRDate(value.isoformat()),
        time=lambda value: FHIRDateTime(value.isoformat()),
    )
    return Peer(
        name="fhirclient",
        kit=kit,
        read_plan=lambda data: plan(json.loads(data)),
        read_observation=lambda data: observation(json.loads(data)),
        bundle_of=bundle,
        write=lambda resource: json.dumps(resource.as_json(), ensure_ascii=False, separators=(",", ":")).encode(),
    )


def fhirkit() -> Peer | None:
    """fhirkit-rs, FHIR R4 in Rust; None where it is not installed. ``strict`` is its validation."""
    if find_spec("fhirkit") is None:
        return None
    strict = partial(import_module("fhirkit").parse, strict=True)
    found = {name: _as_dict(name) for names in _CLASSES.values() for name in (*names, "Reference")}
    return Peer(
        name="fhirkit-rs",
        kit=SimpleNamespace(**found, date=_in_iso, time=_in_iso),
        read_plan=strict,
        read_observation=strict,
        bundle_of=_same,
        write=lambda resource: _written(strict(resource) if isinstance(resource, dict) else resource),
    )


def _written(resource: Any) -> bytes:
    text: str = resource.to_json()
    return text.encode()


def _in_iso(value: date | datetime) -> str:
    return value.isoformat()


def _as_dict(name: str) -> Callable[..., dict[str, Any]]:
    """Members as a dict, under the names JSON has; what may stand alone names its type."""
    alone = {"resourceType": name} if name in _RESOURCES else {}

    def make(**members: Any) -> dict[str, Any]:
        return alone | {member.removesuffix("_fhir"): value for member, value in members.items()}

    return make


def _classes(package: str) -> dict[str, Any]:
    return {
        name: getattr(import_module(f"{package}.{module}"), name)
        for module, names in _CLASSES.items()
        for name in names
    }


def _same(value: Value) -> Value:
    return value


def _made_empty(kind: Any) -> Callable[..., Any]:
    def make(**members: Any) -> Any:
        made = kind()
        for name, value in members.items():
            setattr(made, name, value)
        return made

    return make
