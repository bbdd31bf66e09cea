"""The two peers: their model classes, how they read and how they write.

A kit is a namespace of constructors by FHIR type, with ``date`` and ``time`` for the peer's own way to hold those. For
fhir.resources the constructors are the classes themselves; a fhirclient object is made empty and then given its
members, as its documentation shows.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from types import SimpleNamespace
from typing import Any

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A library to compare with: what to build with, how text and values become its objects, how they are written."""

    name: str
    kit: SimpleNamespace
    read_plan: Callable[[bytes], Any]
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
        bundle_of=kit.Bundle.model_validate,
        write=lambda resource: resource.model_dump_json().encode(),
    )


def fhirclient() -> Peer:
    """fhirclient; ``as_json`` is its validation."""
    found = _classes("fhirclient.models")
    plan, bundle = found["CarePlan"], found["Bundle"]
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
        bundle_of=bundle,
        write=lambda resource: json.dumps(resource.as_json(), ensure_ascii=False, separators=(",", ":")).encode(),
    )


def _classes(package: str) -> dict[str, Any]:
    return {
        name: getattr(import_module(f"{package}.{module}"), name)
        for module, names in _CLASSES.items()
        for name in names
    }


def _same(value: date | datetime) -> date | datetime:
    return value


def _made_empty(kind: Any) -> Callable[..., Any]:
    def make(**members: Any) -> Any:
        made = kind()
        for name, value in members.items():
            setattr(made, name, value)
        return made

    return make
