"""Did the server keep what we sent? (fault-F33, fault-F34, fault-F35)

Servers answer 201 and drop what they do not know (HAPI drops unknown elements silently; Oracle Health ignores
unsupported fields). So every write is read back and compared, and only what was kept counts as in the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.mapping.editing import read_time, target_of
from ipt_fhir.rawjson import JsonObject

_SERVER_OWNED = {"id", "meta"}
_TAG = re.compile(r"<[^>]*>")


def differences(sent: JsonObject, stored: JsonObject, assigned: Mapping[str, str]) -> list[str]:
    """The paths (FHIRPath) of elements we sent that the stored resource does not have, in document order.

    What the server added does not count, nor ``id`` and ``meta``, another spelling of the same instant or number, or
    another order in a list. ``assigned`` maps the urn:uuid references of the bundle to the ``Type/id`` the server gave.
    """
    root = str(sent["resourceType"])
    names = [name for name in sent if name not in _SERVER_OWNED]
    return [path for name in names for path in _missing(sent[name], stored.get(name), f"{root}.{name}", assigned)]


def _missing(sent: Any, stored: Any, path: str, assigned: Mapping[str, str]) -> Iterator[str]:
    if isinstance(sent, dict) and isinstance(stored, dict):
        for name, value in sent.items():
            yield from _missing(value, stored.get(name), f"{path}.{name}", assigned)
    elif isinstance(sent, list) and isinstance(stored, list):
        yield from _missing_items(sent, stored, path, assigned)
    elif not _same(sent, stored, path, assigned):
        yield path


def _missing_items(sent: list[Any], stored: list[Any], path: str, assigned: Mapping[str, str]) -> Iterator[str]:
    """Each sent item must be kept somewhere; when it is not, tell what is missing against the item in its place."""
    free = list(stored)
    for index, item in enumerate(sent):
        kept = next((other for other in free if not any(_missing(item, other, path, assigned))), None)
        if kept is not None:
            free.remove(kept)
        else:
            place = stored[index] if index < len(stored) else None
            yield from _missing(item, place, f"{path}[{index}]", assigned)


def _same(sent: Any, stored: Any, path: str, assigned: Mapping[str, str]) -> bool:
    if rawjson.equal(sent, stored):
        return True
    if not isinstance(sent, str) or not isinstance(stored, str):
        return False
    if path.endswith(".reference"):
        return target_of({"reference": stored}) == (assigned.get(sent) or target_of({"reference": sent}))
    if path.endswith(".div"):
        return _words(sent) == _words(stored)
    instant = read_time(sent)
    return instant is not None and instant == read_time(stored)


def _words(xhtml: str) -> str:
    """The text of a narrative without markup: servers re-indent XHTML and drop language attributes."""
    return " ".join(unescape(_TAG.sub(" ", xhtml)).split())
