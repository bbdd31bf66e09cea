"""Read and write JSON without changing it (decision-D3).

Rules of this file:
1. What is not edited is written as it was read: key order, unknown members, time and number spellings. Strings are
   equal by value; their escapes may be respelled, and a bare ``-0`` becomes ``0``.
2. Hostile input is refused before it is parsed: size, depth, node count, duplicate keys, NaN, lone surrogates
   (attack-A50, attack-A53, attack-A54). msgspec alone would keep the last of two equal keys and say nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec

JsonObject = dict[str, Any]


class JsonRefused(ValueError):
    """The text is not JSON we accept; the message says which rule it breaks, in words for IT."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost us: bytes of text, nesting depth, number of values, digits of an integer."""

    size: int = 16 * 1024 * 1024
    depth: int = 64
    nodes: int = 1_000_000
    digits: int = 30


class Spelled:
    """A number that Decimal would spell differently (``1e2``, ``1.50E-3``, ``0.00000010``); kept as written.

    Not a dataclass: msgspec would write one as an object.
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    @property
    def decimal(self) -> Decimal:
        """The value, for comparing and validating."""
        return Decimal(self.text)


_LIMITS = Limits()
_STEP = 10
_QUOTE = b'"'
_STRUCTURE = b'"{}[]:,'
_NOT_STRUCTURE = bytes(set(range(256)) - set(_STRUCTURE))
_NOT_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_ONE_KIND = bytes.maketrans(b"{}[]", b"()()")


def parse(data: bytes, limits: Limits = _LIMITS) -> Any:
    """Turn JSON text (UTF-8, no byte order mark) into dicts, lists, str, bool, None, int, Decimal and Spelled.

    Raises JsonRefused for text that is malformed, beyond the limits, or ambiguous (a name twice in one object).
    """
    if len(data) > limits.size:
        raise JsonRefused(f"larger than {limits.size} bytes")
    skeleton = _skeleton(data)
    _check_shape(skeleton, limits)
    _check_digits(data, limits)
    try:
        value = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise JsonRefused(f"not JSON: {wrong}") from wrong
    if _lost_a_member(data, skeleton, value):
        raise JsonRefused("the same name stands twice in one object")
    return value


def parse_object(data: bytes, limits: Limits = _LIMITS) -> JsonObject:
    """As parse, and the document must be a JSON object (a FHIR resource, a token response, a key set)."""
    value = parse(data, limits)
    if not isinstance(value, dict):
        raise JsonRefused("not a JSON object")
    return value


def write(value: Any) -> bytes:
    """Write as compact UTF-8 JSON; numbers keep their spelling."""
    return _ENCODER.encode(value)


def equal(left: Any, right: Any) -> bool:
    """Equal by value: ``1.0`` equals ``1.00``, member order does not count, ``true`` does not equal ``1``."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(value, right[name]) for name, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(number(left) == number(right))


def number(value: Any) -> Any:
    """The Decimal of a Spelled number; everything else as it is."""
    return value.decimal if isinstance(value, Spelled) else value


def copy(value: Any) -> Any:
    """A deep copy of a JSON tree; leaves are immutable and shared."""
    if isinstance(value, dict):
        return {name: copy(member) for name, member in value.items()}
    if isinstance(value, list):
        return [copy(item) for item in value]
    return value


def _check_shape(skeleton: bytes, limits: Limits) -> None:
    """Hold the text without its strings against the limits, before a parser recurses into it."""
    if skeleton.count(b",") + skeleton.count(b"{") + skeleton.count(b"[") > limits.nodes:
        raise JsonRefused(f"more than {limits.nodes} values")
    if not _is_within(limits.depth, skeleton.translate(_ONE_KIND, _NOT_BRACKETS)):
        raise JsonRefused(f"nested deeper than {limits.depth}, or brackets do not match")


def _is_within(depth: int, brackets: bytes) -> bool:
    """Whether the brackets close, at most so many inside each other: each round takes the innermost pairs away."""
    for _ in range(depth):
        if not brackets:
            return True
        brackets = brackets.replace(b"()", b"")
    return not brackets


def _check_digits(data: bytes, limits: Limits) -> None:
    """Refuse a number of too many digits.

    A run so long shows in every tenth byte as several digits in a row. Where little else does, the place itself is
    looked at, and only a run that is really there sends us through all strings to see whether it lies in one.
    """
    too_many, in_a_row = _digit_patterns(limits.digits)
    if limits.digits >= _STEP:
        sampled = in_a_row.finditer(data[::_STEP])
        spans = ((_STEP * (found.start() - 1), _STEP * (found.end() + 1)) for found in sampled)
        if not any(too_many.search(data, max(0, start), end) for start, end in spans):
            return
    if too_many.search(b"".join(_without_escapes(data).split(_QUOTE)[::2])):
        raise JsonRefused(f"a number of more than {limits.digits} digits")


@cache
def _digit_patterns(digits: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """More digits than allowed, and what every tenth byte of them shows at least."""
    return re.compile(rb"[0-9]{%d}" % (digits + 1)), re.compile(rb"[0-9]{%d,}" % max(1, digits // _STEP))


def _skeleton(data: bytes) -> bytes:
    """Brackets, colons and commas outside strings. Of an unbalanced text anything may be left; the parser refuses it.

    Once escapes and all other bytes are gone, most strings are two quotes side by side and vanish in one go; taking
    two neighbouring quotes away never changes what lies inside a string and what outside.
    """
    marks = _without_escapes(data).translate(None, _NOT_STRUCTURE).replace(b'""', b"")
    return b"".join(marks.split(_QUOTE)[::2])


def _without_escapes(data: bytes) -> bytes:
    """The text without each backslash and the byte it escapes."""
    first, *others = data.split(b"\\")
    kept, escaped = [first], True
    for part in others:
        if escaped and not part:
            escaped = False  # a backslash escapes the next one
            continue
        kept.append(part[1:] if escaped else part)
        escaped = True
    return b"".join(kept)


def _lost_a_member(data: bytes, skeleton: bytes, value: Any) -> bool:
    """Whether the parser dropped a member, which it does with the first of two equal names.

    Text that is written back byte by byte lost nothing. Otherwise: every member has a colon of its own, and colons in
    strings are written back as they were read; so a lost member is a lost colon. Only a colon that was escaped
    (``\\u003a``) would come back as one more: then members are counted.
    """
    written = _ENCODER.encode(value)
    if written == data:
        return False
    if b"\\u003" in data:
        return skeleton.count(b":") != _count_members(value)
    return data.count(b":") != written.count(b":")


def _count_members(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(_count_members(member) for member in value.values() if isinstance(member, dict | list))
    if isinstance(value, list):
        return sum(_count_members(item) for item in value if isinstance(item, dict | list))
    return 0


def _number_from(text: str) -> Decimal | Spelled:
    value = Decimal(text)
    return value if str(value) == text else Spelled(text)


def _encode_special(value: Any) -> Any:
    if isinstance(value, Spelled):
        return msgspec.Raw(value.text.encode("ascii"))
    raise TypeError(f"{type(value).__name__} is not a JSON value")


_DECODER = msgspec.json.Decoder(float_hook=_number_from)
_ENCODER = msgspec.json.Encoder(enc_hook=_encode_special, decimal_format="number")
