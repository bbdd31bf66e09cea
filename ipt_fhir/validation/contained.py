"""Contained resources and the references to them (R4 references.html, Contained Resources: dom-2 to dom-5, ref-1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ipt_fhir.rawjson import JsonObject

Found = tuple[str, str]


def contained_ids(resource: JsonObject) -> set[str]:
    """The ids that ``#id`` may point to inside this resource."""
    return {inner["id"] for _, inner in inner_resources(resource) if isinstance(inner.get("id"), str)}


def inner_resources(resource: JsonObject) -> list[tuple[int, JsonObject]]:
    """Place and content of the contained resources that are objects at all; the others the schema reports."""
    contained = resource.get("contained")
    listed = contained if isinstance(contained, list) else []
    return [(index, inner) for index, inner in enumerate(listed) if isinstance(inner, dict)]


def spelled_out(resource: JsonObject) -> JsonObject:
    """The resource with each ``#id`` that finds its target written ``Type/id``, so that its type can be judged."""
    addresses = {
        f"#{inner.get('id')}": f"{inner.get('resourceType')}/{inner.get('id')}"
        for _, inner in inner_resources(resource)
    }
    # Inside, "#" is the container (R4 references.html 2.3.0.3); outside it leads nowhere.
    container = {"#": f"{resource.get('resourceType')}/container"}
    written: JsonObject = _written({**resource, "contained": []}, addresses)
    return written | {"contained": _written(resource["contained"], addresses | container)}


def _written(value: Any, addresses: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            name: addresses.get(member, member)
            if name == "reference" and isinstance(member, str)
            else _written(member, addresses)
            for name, member in value.items()
        }
    return [_written(item, addresses) for item in value] if isinstance(value, list) else value


def broken_rules(resource: JsonObject) -> Iterator[Found]:
    """(location below the resource, rule) of each contained resource that breaks dom-2 to dom-5 or has another's id."""
    pointed_to = set(_local_references(resource))
    seen: set[str] = set()
    for index, inner in inner_resources(resource):
        place = f"contained[{index}]"
        if str(inner.get("id")) in seen:
            yield place, "contained-id"
        seen.add(str(inner.get("id")))
        if f"#{inner.get('id')}" not in pointed_to and "#" not in set(_local_references(inner)):
            yield place, "dom-3"
        yield from ((place, rule) for rule in _rules_of_one(inner))


def _rules_of_one(inner: JsonObject) -> Iterator[str]:
    meta = inner.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    if "contained" in inner:
        yield "dom-2"
    if "versionId" in meta or "lastUpdated" in meta:
        yield "dom-4"
    if "security" in meta:
        yield "dom-5"


def _local_references(value: Any) -> Iterator[str]:
    """Every text that begins with ``#``: references, canonicals and uris may all point inside."""
    if isinstance(value, dict):
        for member in value.values():
            yield from _local_references(member)
    elif isinstance(value, list):
        for item in value:
            yield from _local_references(item)
    elif isinstance(value, str) and value.startswith("#"):
        yield value
