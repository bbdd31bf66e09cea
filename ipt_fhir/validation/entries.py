"""The resources inside a Bundle, each with its place (R4 bundle.html 2.36.1)."""

from __future__ import annotations

from collections.abc import Iterator

from ipt_fhir.rawjson import JsonObject


def entry_resources(resource: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """``entry[3].resource`` and what stands there, where it is an object at all; nothing for other types."""
    entries = resource.get("entry") if resource.get("resourceType") == "Bundle" else None
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        inner = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(inner, dict):
            yield f"entry[{index}].resource", inner
