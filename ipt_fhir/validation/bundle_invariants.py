"""The invariants of a Bundle (R4 bundle.html, Constraints): which members its type asks for, and its entries' names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ipt_fhir.rawjson import JsonObject

_ASKING = {"batch", "transaction", "history"}
_ANSWERING = {"batch-response", "transaction-response", "history"}


def _entries(bundle: JsonObject) -> list[JsonObject]:
    return list(bundle.get("entry", []))


def _every_entry(member: str, kinds: set[str]) -> Callable[[Any], bool]:
    """Each entry of a Bundle of these types has the member, and none of another type has it."""
    return lambda bundle: all((member in entry) == (bundle["type"] in kinds) for entry in _entries(bundle))


def _distinct(bundle: JsonObject) -> bool:
    """Two entries may share a fullUrl where they are two versions."""
    named = [
        (entry["fullUrl"], entry.get("resource", {}).get("meta", {}).get("versionId"))
        for entry in _entries(bundle)
        if "fullUrl" in entry
    ]
    return bundle["type"] == "history" or len(named) == len(set(named))


def _identified(bundle: JsonObject) -> bool:
    return bundle["type"] != "document" or {"system", "value"} <= set(bundle.get("identifier", {}))


def _begins_with(kind: str, first: str) -> Callable[[Any], bool]:
    """A Bundle of that type has a resource of that type in its first entry."""

    def row(bundle: JsonObject) -> bool:
        first_entry = next(iter(_entries(bundle)), {})
        return bundle["type"] != kind or bool(first_entry.get("resource", {}).get("resourceType") == first)

    return row


BUNDLE_INVARIANTS: Mapping[str, Callable[[Any], bool]] = MappingProxyType(
    {
        "bdl-1": lambda bundle: "total" not in bundle or bundle["type"] in {"searchset", "history"},
        "bdl-2": lambda bundle: bundle["type"] == "searchset" or not any("search" in item for item in _entries(bundle)),
        "bdl-3": _every_entry("request", _ASKING),
        "bdl-4": _every_entry("response", _ANSWERING),
        "bdl-7": _distinct,
        "bdl-8": lambda entry: "/_history/" not in entry.get("fullUrl", ""),
        "bdl-9": _identified,
        "bdl-10": lambda bundle: bundle["type"] != "document" or "timestamp" in bundle,
        "bdl-11": _begins_with("document", "Composition"),
        "bdl-12": _begins_with("message", "MessageHeader"),
    }
)
