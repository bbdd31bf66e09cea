"""Read and write JSON without changing it (decision-D3).

Rules of this file:
1. What is not edited is written as it was read: key order, unknown members, time and number spellings. Strings are
   equal by value; their escapes may be respelled, and a bare ``-0`` becomes ``0``.
2. Hostile input is refused: size, depth, node count and long numbers before it is parsed, NaN and lone surrogates by
   the parser, duplicate keys behind it (attack-A50, attack-A53, attack-A54). msgspec alone would keep the last of two
   equal keys and say nothing.
3. Ordinary text must not pay for that: each check begins with a question whose cheap "no" settles it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
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
_TREES = (dict, list)
_ONE_KIND = bytes.maketrans(b"{}[]", b"()()")
_AS_ZEROS = bytes.maketrans(b"123456789", b"000000000")
# What is dropped when only these are looked for.
_NOT_OPENING, _NOT_BRACKETS, _NOT_STARTS, _NOT_COLONS = (
    bytes(set(range(256)) - set(wanted)) for wanted in (b"{[", b'{}[]"', b'{[,"', b':"')
)
_ESCAPED = re.compile(rb"\\.", re.DOTALL)


def parse(data: bytes, limits: Limits = _LIMITS) -> Any:
    """Turn JSON text (UTF-8, no byte order mark) into dicts, lists, str, bool, None, int, Decimal and Spelled.

    Raises JsonRefused for text that is malformed, beyond the limits, or ambiguous (a name twice in one object).
    """
    if len(data) > limits.size:
        raise JsonRefused(f"larger than {limits.size} bytes")
    _check_shape(data, limits)
    try:
        value = _DECODER.decode(data)
        lost = _lost_a_member(data, value)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise JsonRefused(f"not JSON: {wrong}") from wrong
    except RecursionError as wrong:
        raise JsonRefused("nested deeper than the parser goes") from wrong
    if lost:
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
    return left is right or _is_written_alike(left, right) or _equal(left, right)


def _is_written_alike(left: Any, right: Any) -> bool:
    """Whether two trees come out as the same text, which settles it in two short steps."""
    if not (isinstance(left, _TREES) and isinstance(right, _TREES)):
        return False
    try:
        return _ENCODER.encode(left) == _ENCODER.encode(right)
    except (TypeError, ValueError):
        # Something is in there that no JSON text can hold.
        return False


def _equal(left: Any, right: Any) -> bool:
    if left is right:
        return True
    if isinstance(left, str):
        return bool(left == right)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and _all_equal(left.values(), map(right.__getitem__, left))
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and _all_equal(left, right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(number(left) == number(right))


def _all_equal(left: Iterable[Any], right: Iterable[Any]) -> bool:
    # What is compared is mostly equal and small, so a generator would cost more than the comparing.
    for one, other in zip(left, right, strict=True):  # noqa: SIM110 - a plain loop is faster
        if not _equal(one, other):
            return False
    return True


def number(value: Any) -> Any:
    """The Decimal of a Spelled number; everything else as it is."""
    return value.decimal if isinstance(value, Spelled) else value


def with_plain_numbers(value: Any) -> Any:
    """A copy of a JSON tree for libraries that do not know Spelled: its numbers as int and Decimal."""
    if isinstance(value, dict):
        return {name: with_plain_numbers(member) for name, member in value.items()}
    if isinstance(value, list):
        return [with_plain_numbers(item) for item in value]
    return number(value)


def copy(value: Any) -> Any:
    """A deep copy of a JSON tree; leaves are immutable and shared."""
    if isinstance(value, dict):
        return {name: copy(member) if isinstance(member, _TREES) else member for name, member in value.items()}
    if isinstance(value, list):
        return [copy(item) if isinstance(item, _TREES) else item for item in value]
    return value


def _check_shape(data: bytes, limits: Limits) -> None:
    """Hold the text against the limits, before a parser recurses into it."""
    if len(data) > limits.nodes and len(_outside_strings(data, _NOT_STARTS)) > limits.nodes:
        raise JsonRefused(f"more than {limits.nodes} values")
    if len(data.translate(None, _NOT_OPENING)) > limits.depth:
        brackets = _outside_strings(data, _NOT_BRACKETS)
        if not _is_within(limits.depth, brackets.translate(_ONE_KIND)):
            raise JsonRefused(f"nested deeper than {limits.depth}, or brackets do not match")
    too_many = b"0" * (limits.digits + 1)
    if too_many in data.translate(_AS_ZEROS) and too_many in _outside_strings(data.translate(_AS_ZEROS), b""):
        raise JsonRefused(f"a number of more than {limits.digits} digits")


def _is_within(depth: int, brackets: bytes) -> bool:
    """Whether the brackets close, at most so many inside each other: each round takes the innermost pairs away."""
    for _ in range(depth):
        if not brackets:
            return True
        brackets = brackets.replace(b"()", b"")
    return not brackets


def _outside_strings(data: bytes, dropped: bytes) -> bytes:
    """The text outside strings, less some bytes. Of an unbalanced text anything may be left; the parser refuses it.

    Strings of dropped bytes shrink to two quotes; taking such pairs away leaves the others inside or outside as they
    were.
    """
    kept = _ESCAPED.sub(b"", data).translate(None, dropped).replace(b'""', b"")
    return b"".join(kept.split(b'"')[::2])


def _lost_a_member(data: bytes, value: Any) -> bool:
    """Whether the parser dropped a member, which it does with the first of two equal names.

    Nothing is written longer than it was read, so what comes out in full length is whole. Otherwise (white space,
    escapes) colons are compared: every member has one of its own, and colons in strings are written as they were read.
    Only a colon that was escaped (``\\u003a``) would come back as one more: then members are counted.
    """
    written = _ENCODER.encode(value)
    if len(written) == len(data):
        return False
    if b"\\u003" in data:
        return len(_outside_strings(data, _NOT_COLONS)) != _count_members(value)
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
