"""The resources of a Bundle as if each stood alone: references by an entry's address name the resource itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ipt_fhir.exchange.reading import Place, entries
from ipt_fhir.mapping.editing import identifier_of, target_of
from ipt_fhir.rawjson import JsonObject


def unfolded(place: Place, value: JsonObject) -> list[tuple[Place, JsonObject]]:
    """A resource as it is; of a Bundle each resource with its place.

    An address ``urn:uuid:...`` holds inside its Bundle only (R4 bundle.html 2.36.4), so that references by it are
    rewritten: to our identifier, or to ``Type/id``. Everything else stays, and a resource without such references is
    the very same object.
    """
    if value.get("resourceType") != "Bundle":
        return [(place, value)]
    found = [(where, entry) for where, entry in entries(place, value) if isinstance(entry.get("resource"), dict)]
    names = dict(filter(None, (_renamed(entry) for _, entry in found)))
    return [(where, _with_names(entry["resource"], names)) for where, entry in found]


def own_name(resource: JsonObject) -> str | None:
    """What a resource can be referred to by anywhere: our identifier as a urn, else ``Type/id``."""
    ours = identifier_of(resource)
    if ours:
        return f"urn:uuid:{ours}"
    kind, name = resource.get("resourceType"), resource.get("id")
    return f"{kind}/{name}" if isinstance(kind, str) and isinstance(name, str) else None


def nameless(place: Place, bundle: JsonObject) -> Iterator[Place]:
    """The entries that others point to by an address of the Bundle and that nothing else could name outside of it."""
    found = [(where, entry) for where, entry in entries(place, bundle) if isinstance(entry.get("resource"), dict)]
    unnamed = [(where, entry["fullUrl"]) for where, entry in found if _is_unnamed(entry)]
    pointed = {target for _, entry in found for target in targets_in(entry["resource"])} if unnamed else set()
    yield from (where for where, address in unnamed if address in pointed)


def targets_in(value: Any) -> Iterator[str]:
    """Where every Reference in a resource points."""
    if isinstance(value, dict):
        target = target_of(value)
        if target:
            yield target
        for member in value.values():
            yield from targets_in(member)
    elif isinstance(value, list):
        for item in value:
            yield from targets_in(item)


def _is_unnamed(entry: JsonObject) -> bool:
    address = entry.get("fullUrl")
    return isinstance(address, str) and address.startswith("urn:") and own_name(entry["resource"]) is None


def _renamed(entry: JsonObject) -> tuple[str, str] | None:
    address, name = entry.get("fullUrl"), own_name(entry["resource"])
    if not isinstance(address, str) or not address.startswith("urn:") or name in {None, address}:
        return None
    return address, str(name)


def _with_names(resource: JsonObject, names: Mapping[str, str]) -> JsonObject:
    named: JsonObject = _replaced(resource, names) if names else resource
    return named


def _replaced(value: Any, names: Mapping[str, str]) -> Any:
    """The tree with the targets of References replaced; whatever holds none stays the same object."""
    if isinstance(value, dict):
        found = {name: _replaced(member, names) for name, member in value.items()}
        target = value.get("reference")
        if isinstance(target, str) and target in names:
            found["reference"] = names[target]
        return found if any(found[name] is not member for name, member in value.items()) else value
    if isinstance(value, list):
        items = [_replaced(item, names) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value
