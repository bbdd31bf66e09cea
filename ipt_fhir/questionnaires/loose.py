"""Take members out of JSON of which nothing is known: what is not built as expected is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.rawjson import JsonObject


def inside(node: object, *names: str) -> Any:
    """The member at the end of a way through objects; None where the way ends earlier."""
    for name in names:
        node = node.get(name) if isinstance(node, dict) else None
    return node


def words(node: object, *names: str) -> str:
    """The string there; empty for anything else."""
    found = inside(node, *names)
    return found if isinstance(found, str) else ""


def rows(node: object, *names: str) -> list[JsonObject]:
    """The objects of a list there."""
    found = inside(node, *names)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def extensions_of(element: object, known: Known) -> Iterator[JsonObject]:
    """The extensions with that address."""
    return (extension for extension in rows(element, "extension") if extension.get("url") == known)
