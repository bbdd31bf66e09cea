"""The resources inside a Bundle, each with its place, and the addresses they go by (R4 bundle.html 2.36.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ipt_fhir.rawjson import JsonObject

_RESTFUL = re.compile(r"^https?://.+/([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})$")


def entry_resources(resource: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """``entry[3].resource`` and what stands there, where it is an object at all; nothing for other types.

    A response may carry an outcome, which is a resource too.
    """
    for place, entry in _entries(resource):
        response = entry.get("response")
        outcome = response.get("outcome") if isinstance(response, dict) else None
        for step, inner in (("resource", entry.get("resource")), ("response.outcome", outcome)):
            if isinstance(inner, dict):
                yield f"{place}.{step}", inner


def misnamed(resource: JsonObject) -> Iterator[str]:
    """``entry[3].fullUrl`` where a RESTful address disagrees with the resource it names (R4 Bundle.entry.fullUrl)."""
    for place, entry in _entries(resource):
        address, inner = entry.get("fullUrl"), entry.get("resource")
        named = _RESTFUL.match(address) if isinstance(address, str) else None
        if (
            named
            and isinstance(inner, dict)
            and "id" in inner
            and named[1] != f"{inner.get('resourceType')}/{inner['id']}"
        ):
            yield f"{place}.fullUrl"


def _entries(resource: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    listed = resource.get("entry") if resource.get("resourceType") == "Bundle" else None
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(entry, dict):
            yield f"entry[{index}]", entry
