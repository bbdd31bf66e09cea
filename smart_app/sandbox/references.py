"""References inside resources: finding them, following them, and resolving the temporary ones of a bundle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from smart_app.sandbox.json_text import JsonObject
from smart_app.sandbox.resource_types import TYPES, values

_RELATIVE = re.compile(r"(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})(?:/_history/(?P<version>[0-9]{1,9}))?")
_URI_ELEMENT = re.compile(r"reference|uri|instantiatesUri|value(?:Uri|Url|Uuid|Oid)")
_LINK_IN_NARRATIVE = re.compile(r"""(?<=(?:href|.src)=["'])[^"']+(?=["'])""")


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference points to inside this hospital."""

    resource_type: str
    id: str
    version: int | None = None

    def __str__(self) -> str:
        return f"{self.resource_type}/{self.id}"


def target(reference: str, base: str) -> Target | None:
    """The resource a literal reference points to, relative or absolute under the FHIR base; None: somewhere else."""
    match = _RELATIVE.fullmatch(reference.removeprefix(f"{base}/"))
    if not match:
        return None
    return Target(match["type"], match["id"], int(match["version"]) if match["version"] else None)


def found_in(node: Any) -> Iterator[str]:
    """Every literal reference in a resource, contained ones included."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "reference" and isinstance(value, str):
                yield value
            else:
                yield from found_in(value)
    elif isinstance(node, list):
        for item in node:
            yield from found_in(item)


def resolved(node: Any, places: Mapping[str, str], name: str = "") -> Any:
    """A copy with the full URLs of a bundle replaced by the places the entries got (FHIR R4 http, "Transactions").

    Replaced are references, uri elements and links of narratives; strings, such as Identifier.value, are data.
    """
    if isinstance(node, dict):
        return {key: resolved(value, places, key) for key, value in node.items()}
    if isinstance(node, list):
        return [resolved(item, places, name) for item in node]
    if isinstance(node, str) and name == "div":
        return _LINK_IN_NARRATIVE.sub(lambda link: places.get(link[0], link[0]), node)
    if isinstance(node, str) and _URI_ELEMENT.fullmatch(name):
        return places.get(node, node)
    return node


def owner(resource: JsonObject, base: str) -> str | None:
    """The id of the patient in whose chart a resource lies; None for what belongs to no patient."""
    if resource["resourceType"] == "Patient":
        return str(resource["id"]) if "id" in resource else None
    path = TYPES[resource["resourceType"]].patient
    for reference in values(resource, f"{path}.reference") if path else ():
        place = target(reference, base) if isinstance(reference, str) else None
        if place and place.resource_type == "Patient":
            return place.id
    return None
