"""Every element of a resource, at any depth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ipt_fhir.rawjson import JsonObject


def elements(value: Any) -> Iterator[JsonObject]:
    """The objects within a value, the value itself first when it is one."""
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from elements(child)
