"""Change the style of the activities of the plans in a list of resources (``activity_styles`` has the law)."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ipt_fhir.exchange.activity_styles import STYLED, detail_of, essence, lost, resource_of
from ipt_fhir.exchange.bundles import targets_in
from ipt_fhir.exchange.reading import Place
from ipt_fhir.mapping import editing
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems

_ROOM = uuid.UUID("7e4d8d8e-2b64-5c55-9f0b-55f3f3b2c7d0")
_UNREADABLE = (KeyError, ValueError, TypeError, IndexError, AttributeError)


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource and where it came from.

    ``address`` is the fullUrl it has in its Bundle; ``in_bundle`` is False when it leaves that Bundle.
    """

    place: Place
    resource: JsonObject
    address: str | None = None
    in_bundle: bool = True


@dataclass(slots=True)
class Restyled:
    """The entries with another style, and a sentence for each activity that stayed as it was."""

    entries: list[Entry]
    remarks: list[str] = field(default_factory=list)


def to_references(entry: Entry) -> Restyled:
    """A plan whose details became resources, which follow it; any other resource as it is."""
    plan = entry.resource
    listed = plan.get("activity") if plan.get("resourceType") == "CarePlan" else None
    result = Restyled([entry])
    if not isinstance(listed, list):
        return result
    activities = []
    for index, element in enumerate(listed):
        made = _referenced(entry, index, element, result.remarks)
        activities.append(made[0] if made else element)
        result.entries += [made[1]] if made else []
    if len(result.entries) > 1:
        result.entries[0] = replace(entry, resource={**plan, "activity": activities})
    return result


def to_details(entries: list[Entry]) -> Restyled:
    """Plans that hold what they pointed to, without the resources that are now inside; needs all resources at once."""
    found = {name: entry for entry in entries for name in _names(entry)}
    pointed = Counter(target for entry in entries for target in targets_in(entry.resource))
    result = Restyled([])
    inside: set[int] = set()
    for entry in entries:
        plan = entry.resource
        if plan.get("resourceType") == "CarePlan" and isinstance(plan.get("activity"), list):
            entry = _with_details(entry, found, pointed, inside, result.remarks)  # noqa: PLW2901 - the plan as it is now
        result.entries.append(entry)
    result.entries = [entry for entry in result.entries if id(entry.resource) not in inside]
    return result


def _referenced(entry: Entry, index: int, element: Any, remarks: list[str]) -> tuple[JsonObject, Entry] | None:
    detail = element.get("detail") if isinstance(element, dict) else None
    if not isinstance(detail, dict) or "reference" in element:
        return None
    kind = detail.get("kind")
    place = f"{entry.place}: CarePlan.activity[{index}].detail"
    if kind not in STYLED:
        remarks.append(f"{place}: no kind that can be a resource ({', '.join(STYLED)}); it stays")
        return None
    try:
        key, ours = _key(entry, index, element)
        resource = resource_of(detail, key, entry.resource, ours=ours)
        missing = lost(detail, detail_of(resource))
    except _UNREADABLE:
        remarks.append(f"{place}: it is not FHIR; it stays")
        return None
    if missing:
        remarks.append(f"{place}: a {kind} has no place for {', '.join(missing)}; it stays")
        return None
    made, target = _addressed(entry, resource, key)
    rest = {name: member for name, member in element.items() if name not in {"detail", "id" if ours else ""}}
    words = detail.get("description")
    return {**rest, "reference": editing.reference(target, words)}, made


def _key(entry: Entry, index: int, element: JsonObject) -> tuple[str, bool]:
    """Our activities keep their id, which is what our identifier holds; for others one that is the same every time."""
    ours = bool(editing.codes_of(element["detail"].get("code"), systems.IPT_ACTIVITY)) and "id" in element
    plan = entry.address or entry.resource.get("id") or editing.identifier_of(entry.resource) or entry.place
    return (str(element["id"]), True) if ours else (str(uuid.uuid5(_ROOM, f"{plan}/{index}")), False)


def _addressed(entry: Entry, resource: JsonObject, key: str) -> tuple[Entry, str]:
    """The new resource with its own id, or known by its address alone where the plan is."""
    kind = resource["resourceType"]
    address = entry.address
    if address is None or not address.startswith("urn:") or not entry.in_bundle:
        server = address.rpartition("CarePlan/")[0] if address else None
        named = {"resourceType": kind, "id": key, **resource}
        return Entry(entry.place, named, f"{server}{kind}/{key}" if server else None), f"{kind}/{key}"
    return Entry(entry.place, resource, f"urn:uuid:{key}"), f"urn:uuid:{key}"


def _with_details(
    entry: Entry, found: dict[str, Entry], pointed: Counter[str], inside: set[int], remarks: list[str]
) -> Entry:
    activities = []
    for index, element in enumerate(entry.resource["activity"]):
        target = editing.target_of(element.get("reference")) if isinstance(element, dict) else None
        pointing = found.get(target or "")
        place = f"{entry.place}: CarePlan.activity[{index}].reference"
        if target is None:
            activities.append(element)
        elif pointing is None:
            remarks.append(f"{place}: what it points to is not among what was read; it stays")
            activities.append(element)
        else:
            why = _why_not(element, pointing, entry.resource, pointed)
            remarks += [f"{place}: {why}; it stays"] if why else []
            activities.append(element if why else _held(element, pointing.resource))
            inside |= set() if why else {id(pointing.resource)}
    if not inside:
        return entry
    return replace(entry, resource={**entry.resource, "activity": activities})


def _why_not(element: JsonObject, pointing: Entry, plan: JsonObject, pointed: Counter[str]) -> str | None:
    """Why the resource cannot move into the plan; None when it can."""
    resource = pointing.resource
    kind = resource.get("resourceType")
    if kind not in STYLED:
        return f"it points to a resource that is none of {', '.join(STYLED)}"
    if sum(pointed[name] for name in set(_names(pointing))) > 1:
        return f"the {kind} is pointed to from elsewhere too"
    ours = editing.identifier_of(resource)
    try:
        detail = detail_of(resource)
        missing = lost(essence(resource), resource_of(detail, ours or "", plan, ours=ours is not None))
    except _UNREADABLE:
        return f"the {kind} is not FHIR"
    again = {**editing.reference(None, detail.get("description")), "reference": element["reference"]["reference"]}
    missing += [f"reference.{name}" for name in lost(element["reference"], again)]
    return f"a detail has no place for {', '.join(missing)} of the {kind}" if missing else None


def _held(element: JsonObject, resource: JsonObject) -> JsonObject:
    ours = editing.identifier_of(resource)
    rest = {name: member for name, member in element.items() if name != "reference"}
    return ({"id": ours} if ours else {}) | rest | {"detail": detail_of(resource)}


def _names(entry: Entry) -> Iterator[str]:
    resource = entry.resource
    if editing.identifier_of(resource):
        yield f"urn:uuid:{editing.identifier_of(resource)}"
    if "id" in resource:
        yield f"{resource.get('resourceType')}/{resource['id']}"
    if entry.address and entry.address.startswith("urn:"):
        yield entry.address
