"""SMART scopes, version 1 and 2 (SMART App Launch 2.2, section Scopes and Launch Context)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_SCOPE = re.compile(r"(patient|user|system)/([A-Z][A-Za-z]+|\*)\.(read|write|\*|c?r?u?d?s?)(\?[^\s?]+)?")
_VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}


class Scope(NamedTuple):
    """One clinical scope. ``permissions`` are letters of ``cruds``, ``resource_type`` may be ``*``.

    ``narrowed`` is the query of a granular scope (``category=survey``), empty when the whole type is meant.
    """

    context: str
    resource_type: str
    permissions: str
    narrowed: str = ""


def parse(text: str) -> Scope | None:
    """A clinical scope, or None for any other (``openid``, ``launch``) and for what breaks the grammar (``.dus``)."""
    found = _SCOPE.fullmatch(text)
    if found is None or not found[3]:
        return None
    return Scope(found[1], found[2], _VERSION_1.get(found[3], found[3]), (found[4] or "").removeprefix("?"))


def allows(granted: Iterable[str], resource_type: str, permission: str) -> bool:
    """Do the granted scopes cover this letter of ``cruds`` on the type?

    A granular scope counts: whether a resource falls into it, only the server can tell (with a 403).
    """
    scopes = filter(None, map(parse, granted))
    return any(permission in scope.permissions and scope.resource_type in {resource_type, "*"} for scope in scopes)
