"""Which resource types a Reference may point to (R4 references.html 2.3.0.1)."""

from __future__ import annotations

from collections.abc import Iterable

from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.generation.packages import Published
from ipt_fhir.validation.generation.primitives import Schema

_NOT_RELATIVE = "^(?:#|[A-Za-z][A-Za-z0-9+.-]*:)"
_ID = r"[A-Za-z0-9.-]{1,64}"


def target_types(published: Published, kind: JsonObject) -> list[str]:
    """The types behind a Reference's ``targetProfile``; empty when any resource may be meant."""
    if kind.get("code") != "Reference":
        return []
    found = {published.structure(url)["type"] for url in kind.get("targetProfile", [])}
    return [] if "Resource" in found else sorted(found)


def restful(types: Iterable[str]) -> str:
    """A pattern for ``Patient/1`` and ``https://server/fhir/Patient/1/_history/2`` of these types."""
    return rf"^(?:https?://\S+/)?(?:{'|'.join(types)})/{_ID}(?:/_history/{_ID})?(?:#\S*)?$"


def pointing_to(types: list[str]) -> Schema:
    """A Reference whose type can be seen must have one of these; urn:uuid, #contained and foreign addresses pass."""
    foreign = {"pattern": _NOT_RELATIVE, "not": {"$ref": "datatypes.json#/$defs/restfulAddress"}}
    # What begins with urn: is foreign as well; saying so first spares two regular expressions.
    address = {"anyOf": [{"pattern": "^urn:"}, {"pattern": restful(types)}, foreign]}
    named = {"pattern": rf"^(?:{'|'.join(types)}|[a-z]+:.*)$"}
    return {"rule": "reference-target", "types": types, "properties": {"reference": address, "type": named}}
