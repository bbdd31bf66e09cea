"""Planned work inside the plan (``activity.detail``) <-> as a resource the plan points to (R4 CarePlan.activity).

One law: an activity changes its style only when changing it back loses nothing. What has no place in the other style
therefore stays as it is, and is named. For our own activities the result is what our mapping writes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from ipt_fhir import rawjson
from ipt_fhir.mapping import editing, narrative
from ipt_fhir.mapping.site import Site
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems
from ipt_fhir.validation.profile_sets import claims

STYLED = ("ServiceRequest", "Task")
"""The kinds of activity that can be either."""

_STATUS = {
    "ServiceRequest": {
        "not-started": "draft",
        "scheduled": "active",
        "on-hold": "on-hold",
        "completed": "completed",
        "cancelled": "revoked",
        "unknown": "unknown",
        "entered-in-error": "entered-in-error",
    },
    "Task": {
        "not-started": "draft",
        "scheduled": "requested",
        "in-progress": "in-progress",
        "on-hold": "on-hold",
        "completed": "completed",
        "cancelled": "cancelled",
        "entered-in-error": "entered-in-error",
    },
}
# Element of the detail -> element of the resource, where both mean and hold the same.
_SAME: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "ServiceRequest": {
            "code": "code",
            "instantiatesCanonical": "instantiatesCanonical",
            "instantiatesUri": "instantiatesUri",
            "reasonCode": "reasonCode",
            "reasonReference": "reasonReference",
            "doNotPerform": "doNotPerform",
            "scheduledTiming": "occurrenceTiming",
            "performer": "performer",
            "quantity": "quantityQuantity",
        },
        "Task": {"code": "code", "description": "description"},
    }
)
_LANGUAGE = re.compile(r'\blang="([A-Za-z-]{2,})"')
# Kept by the server or made from the rest, so nothing is lost with them.
_OWN_TO_A_COPY = ("id", "meta", "text")


def resource_of(detail: JsonObject, key: str, plan: JsonObject, *, ours: bool) -> JsonObject:
    """The ServiceRequest or Task that says what a detail says, as far as it can; ``ours`` gives it our identifier."""
    kind = detail["kind"]
    resource: JsonObject = {"resourceType": kind}
    if ours:
        editing.put_identifier(resource, key)
    resource["status"] = _STATUS[kind].get(detail.get("status", ""), "draft")
    resource["intent"] = "plan"
    for name, other in _SAME[kind].items():
        editing.put(resource, other, detail.get(name))
    if ours:
        _put_narrative(resource, detail, plan)
    (_complete_request if kind == "ServiceRequest" else _complete_task)(resource, detail, plan, ours=ours)
    return resource


def detail_of(resource: JsonObject) -> JsonObject:
    """The detail that says what such a resource says, as far as it can."""
    kind = resource["resourceType"]
    ours = {status: word for word, status in _STATUS[kind].items()}
    detail: JsonObject = {"kind": kind}
    for name, other in _SAME[kind].items():
        editing.put(detail, name, resource.get(other))
    editing.put(detail, "status", ours.get(resource.get("status", ""), "unknown"))
    if kind == "ServiceRequest":
        _describe_request(detail, resource)
    else:
        _describe_task(detail, resource)
    return detail


def lost(before: JsonObject, after: JsonObject) -> list[str]:
    """The members of the one that the other has not or says differently, by name; more in the other is no loss."""
    return sorted(name for name, member in before.items() if not rawjson.equal(member, after.get(name)))


def essence(resource: JsonObject) -> JsonObject:
    """A resource without what belongs to one copy of it: id, versions, and a narrative that was generated."""
    generated = resource.get("text", {}).get("status") == "generated"
    own = {name for name in _OWN_TO_A_COPY if name != "text" or generated}
    return {name: member for name, member in resource.items() if name not in own}


def _complete_request(resource: JsonObject, detail: JsonObject, plan: JsonObject, *, ours: bool) -> None:
    if ours and systems.US_CORE_CAREPLAN in claims(plan):
        editing.put_profile(resource, systems.US_CORE_SERVICEREQUEST, Site())
    if ours and _uses_snomed(plan):
        resource["category"] = [editing.codeable(Site(), concepts.COUNSELLING)]
    words = detail.get("description")
    if words and "code" not in detail:
        resource["code"] = {"text": words}
    editing.put(resource, "subject", plan.get("subject"))
    editing.put(resource, "requester", plan.get("author"))
    period = detail.get("scheduledPeriod", {})
    if period.keys() == {"end"}:
        resource["occurrenceDateTime"] = period["end"]
    elif period:
        resource["occurrencePeriod"] = period
    if "location" in detail:
        resource["locationReference"] = [detail["location"]]


def _describe_request(detail: JsonObject, resource: JsonObject) -> None:
    code = resource.get("code", {})
    if "text" in code:
        detail["description"] = code["text"]
    if "occurrenceDateTime" in resource:
        detail["scheduledPeriod"] = {"end": resource["occurrenceDateTime"]}
    elif "occurrencePeriod" in resource:
        detail["scheduledPeriod"] = resource["occurrencePeriod"]
    if "locationReference" in resource:
        detail["location"] = resource["locationReference"][0]


def _complete_task(resource: JsonObject, detail: JsonObject, plan: JsonObject, *, ours: bool) -> None:
    del ours
    editing.put(resource, "for", plan.get("subject"))
    if "scheduledPeriod" in detail:
        resource["restriction"] = {"period": detail["scheduledPeriod"]}
    if detail.get("performer"):
        resource["owner"] = detail["performer"][0]


def _describe_task(detail: JsonObject, resource: JsonObject) -> None:
    if "period" in resource.get("restriction", {}):
        detail["scheduledPeriod"] = resource["restriction"]["period"]
    if "owner" in resource:
        detail["performer"] = [resource["owner"]]


def _put_narrative(resource: JsonObject, detail: JsonObject, plan: JsonObject) -> None:
    """In the language of the plan, where its narrative is one of ours and says which."""
    language = _LANGUAGE.search(plan.get("text", {}).get("div", ""))
    words = detail.get("description")
    if language and words:
        narrative.put_text(resource, narrative.of_sentences(words), Site(language=language[1]))


def _uses_snomed(plan: JsonObject) -> bool:
    return any(editing.codes_of(item, systems.SNOMED_CT) for item in plan.get("category", []))
