"""Compares two JSON texts token by token; shares no code with the library it judges.

Equal are texts with the same members in the same order and the same values, where a number is equal only if it is
spelled the same (``1.0`` is not ``1.00``), a string whatever its escapes, and blanks between tokens do not count.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Number:
    """A number as it is spelled."""

    text: str


@dataclass(frozen=True)
class Object:
    """The members in their order, a name that stands twice included."""

    members: tuple[tuple[str, Any], ...]


def tree(text: bytes) -> Any:
    """A JSON text with nothing lost that could tell two texts apart."""
    return json.loads(text, object_pairs_hook=_object, parse_float=Number, parse_int=Number, parse_constant=Number)


def identical(left: bytes, right: bytes) -> bool:
    """The same token by token."""
    return bool(tree(left) == tree(right))


def same_content(left: bytes, right: bytes) -> bool:
    """As ``identical``, but the order of members does not count: a favour to libraries that sort them."""
    return bool(_sorted(tree(left)) == _sorted(tree(right)))


def _object(pairs: list[tuple[str, Any]]) -> Object:
    return Object(tuple(pairs))


def _sorted(value: Any) -> Any:
    if isinstance(value, Object):
        return Object(
            tuple(sorted(((name, _sorted(member)) for name, member in value.members), key=lambda pair: pair[0]))
        )
    return [_sorted(item) for item in value] if isinstance(value, list) else value
