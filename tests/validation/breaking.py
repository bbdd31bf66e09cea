"""How to break an invariant of a type in an object that keeps it; False where the object gives no occasion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ipt_fhir.rawjson import JsonObject

Spoil = Callable[[JsonObject], bool]


def _with(**members: Any) -> Spoil:
    """Put these members in."""

    def spoil(element: JsonObject) -> bool:
        element.update(members)
        return True

    return spoil


def _without(kept: str, *gone: str) -> Spoil:
    """Where ``kept`` stands, take the others away."""

    def spoil(element: JsonObject) -> bool:
        if kept not in element:
            return False
        for name in [name for name in element if any(name == other or name == f"_{other}" for other in gone)]:
            del element[name]
        return True

    return spoil


def _beside(present: str, **members: Any) -> Spoil:
    """Where ``present`` stands, put what excludes it beside it."""

    def spoil(element: JsonObject) -> bool:
        element.update(members if present in element else {})
        return present in element

    return spoil


def _twice(name: str) -> Spoil:
    def spoil(element: JsonObject) -> bool:
        element[name] = element.get(name, []) * 2
        return bool(element[name])

    return spoil


def _nested_answers(item: JsonObject) -> bool:
    inner = [{"linkId": "inner", "answer": [{"valueString": "x"}]}]
    item.update(item=inner, answer=[{"valueString": "x"}])
    return True


def _entered_in_error(condition: JsonObject) -> bool:
    terminology = "http://terminology.hl7.org/CodeSystem"
    status = {"coding": [{"system": f"{terminology}/condition-ver-status", "code": "entered-in-error"}]}
    active = {"coding": [{"system": f"{terminology}/condition-clinical", "code": "active"}]}
    condition.update(verificationStatus=status, clinicalStatus=active)
    return True


def _still_active(condition: JsonObject) -> bool:
    clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    if any(name.startswith("abatement") for name in condition):
        return False
    condition.update(
        clinicalStatus={"coding": [{"system": clinical, "code": "active"}]}, abatementDateTime="2026-01-05"
    )
    return True


BREAKS: Mapping[str, Mapping[str, Spoil]] = {
    "Appointment": {"app-2": _without("start", "end")},
    "Attachment": {"att-1": _without("data", "contentType")},
    "Bundle": {
        "bdl-1": lambda bundle: bundle["type"] not in {"searchset", "history"} and _with(total=1)(bundle),
        "bdl-7": lambda bundle: (
            bundle["type"] != "history" and "fullUrl" in bundle.get("entry", [{}])[0] and _twice("entry")(bundle)
        ),
    },
    "CarePlan": {
        "cpl-3": _with(activity=[{"detail": {"status": "scheduled"}, "reference": {"reference": "Task/1"}}]),
    },
    "CodeSystem": {"csd-1": _twice("concept")},
    "Composition": {"cmp-1": _with(section=[{"title": "x"}])},
    "Condition": {
        "con-1": _with(stage=[{"type": {"text": "x"}}]),
        "con-4": _still_active,
        "con-5": _entered_in_error,
    },
    "Consent": {"ppc-1": _without("scope", "policy", "policyRule")},
    "ContactPoint": {"cpt-2": _without("value", "system")},
    "Extension": {
        "ext-1": _with(valueString="x", extension=[{"url": "http://example.org/x", "valueString": "x"}]),
    },
    "Goal": {"gol-1": _with(target=[{"detailString": "x"}])},
    "MedicationRequest": {"per-1": _with(dispenseRequest={"validityPeriod": {"start": "2026-02", "end": "2026-01"}})},
    "Narrative": {
        "txt-2": _with(div='<div xmlns="http://www.w3.org/1999/xhtml"> </div>'),
    },
    "Observation": {
        "obs-3": _with(referenceRange=[{"type": {"text": "x"}}]),
        "obs-6": lambda observation: (
            any(name.startswith("value") for name in observation) and _with(dataAbsentReason={"text": "x"})(observation)
        ),
    },
    "Patient": {"pat-1": _with(contact=[{"gender": "female"}])},
    "Period": {"per-1": _with(start="2026-02-02", end="2026-02-01")},
    "Quantity": {"qty-3": _without("code", "system")},
    "Questionnaire": {"que-2": _twice("item")},
    "QuestionnaireResponse": {
        "qrs-1": lambda response: bool(response.get("item")) and _nested_answers(response["item"][0])
    },
    "Ratio": {"rat-1": _without("numerator", "denominator")},
    "Reference": {"ref-1": _with(reference="#nobody-is-here")},
    "ServiceRequest": {
        "prr-1": lambda request: _without("status", "code")(request) and _with(orderDetail=[{"text": "x"}])(request)
    },
    "Task": {"inv-1": _with(authoredOn="2026-02-02T10:00:00Z", lastModified="2026-02-01T10:00:00Z")},
    "ValueSet": {"vsd-1": _with(compose={"include": [{"version": "1"}]})},
}
