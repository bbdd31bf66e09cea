"""Functions on strings (FHIRPath N1, section 5.6). Patterns run in linear time (RE2), whatever they say."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

from ipt_fhir.locale.texts import N_
from ipt_fhir.questionnaires.expressions.hooks import (
    Collection,
    Scope,
    Table,
    function,
    integer_of,
    text_of,
    wrong_kind,
)
from ipt_fhir.questionnaires.expressions.refusal import ExpressionRefused
from ipt_fhir.questionnaires.expressions.values import data_of
from ipt_fhir.questionnaires.patterns import PatternRefused, compiled


def _of(name: str, does: Callable[..., Any], *signatures: str) -> Any:
    """A function of a string and, as a rule, of strings: empty when one of them is missing."""

    def run(_scope: Scope, focus: Collection, *arguments: Collection) -> Any:
        texts = [text_of(collection, name) for collection in (focus, *arguments)]
        return None if None in texts else does(*texts)

    return function(run, *signatures)


def _substring(_scope: Scope, focus: Collection, start: Collection, length: Collection | None = None) -> str | None:
    text, first = text_of(focus, "substring"), integer_of(start, "substring")
    if text is None or first is None or not 0 <= first < len(text):
        return None
    count = integer_of(length, "substring") if length else None
    return text[first:] if count is None else text[first : first + max(0, count)]


def _join(scope: Scope, focus: Collection, separator: Collection | None = None) -> str | None:
    parts = [data_of(item) for item in focus]
    if not all(isinstance(part, str) for part in parts):
        raise wrong_kind("join")
    between = text_of(separator or [], "join") or ""
    scope["budget"].hold_size(range(sum(map(len, parts)) + len(between) * len(parts)))
    return between.join(parts) if parts else None


def _replace(scope: Scope, focus: Collection, pattern: Collection, substitution: Collection) -> str | None:
    text, old, new = (text_of(argument, "replace") for argument in (focus, pattern, substitution))
    if text is None or old is None or new is None:
        return None
    scope["budget"].hold_size(range(len(text) + (text.count(old) if old else len(text) + 1) * len(new)))
    return text.replace(old, new)


def _replace_matches(scope: Scope, focus: Collection, pattern: Collection, substitution: Collection) -> str | None:
    """``$1`` and ``${name}`` in the substitution stand for groups. An empty pattern replaces nothing."""
    text, old, new = (text_of(argument, "replaceMatches") for argument in (focus, pattern, substitution))
    if text is None or old is None or new is None or not old:
        return text if old == "" and new is not None else None
    template = re.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", new.replace("\\", r"\\"))
    scope["budget"].hold_size(range((len(text) + 1) * max(1, len(new))))
    return str(_pattern(old).sub(template, text))


def _matches(text: str, pattern: str) -> bool:
    return _pattern(f"(?s:{pattern})").search(text) is not None


def _matches_whole(text: str, pattern: str) -> bool:
    return _pattern(f"(?s:{pattern})").fullmatch(text) is not None


def _pattern(pattern: str) -> Any:
    try:
        return compiled(pattern)
    except PatternRefused:
        raise ExpressionRefused(N_("The pattern “{named}” is not supported."), pattern[:80]) from None


def _encode(text: str, way: str) -> str | None:
    found = _ENCODINGS.get(way)
    return found[0](text) if found else None


def _decode(text: str, way: str) -> str | None:
    found = _ENCODINGS.get(way)
    try:
        return found[1](text) if found else None
    except (binascii.Error, ValueError):
        raise wrong_kind("decode") from None


_ENCODINGS: dict[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    "hex": (lambda text: text.encode().hex(), lambda text: bytes.fromhex(text).decode()),
    "base64": (
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.b64decode(text, validate=True).decode(),
    ),
    "urlbase64": (
        lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
        lambda text: base64.urlsafe_b64decode(text).decode(),
    ),
}

TEXTS: Table = {
    "indexOf": _of("indexOf", str.find, "V"),
    "startsWith": _of("startsWith", str.startswith, "V"),
    "endsWith": _of("endsWith", str.endswith, "V"),
    "contains": _of("contains", str.__contains__, "V"),
    "matches": _of("matches", _matches, "V"),
    "matchesFull": _of("matchesFull", _matches_whole, "V"),
    "upper": _of("upper", str.upper),
    "lower": _of("lower", str.lower),
    "trim": _of("trim", str.strip),
    "length": _of("length", len),
    "toChars": _of("toChars", list),
    "split": _of("split", lambda text, at: text.split(at) if at else [text], "V"),
    "encode": _of("encode", _encode, "V"),
    "decode": _of("decode", _decode, "V"),
    "substring": function(_substring, "V", "VV"),
    "join": function(_join, "", "V"),
    "replace": function(_replace, "VV"),
    "replaceMatches": function(_replace_matches, "VV"),
}
