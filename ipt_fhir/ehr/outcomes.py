"""What a server says in an OperationOutcome (FHIR R4, operationoutcome): its words and its codes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TypeGuard

from ipt_fhir.rawjson import JsonObject, JsonRefused, Limits, parse_object

_ISSUES = 5
_LETTERS = 300
_LIMITS = Limits(size=1024 * 1024, nodes=20_000)


def is_outcome(resource: object) -> TypeGuard[JsonObject]:
    """Is this an OperationOutcome?"""
    return isinstance(resource, dict) and resource.get("resourceType") == "OperationOutcome"


def outcome_in(body: bytes) -> JsonObject:
    """The OperationOutcome a body holds, or an empty object: proxies answer errors in HTML and plain text."""
    try:
        resource = parse_object(body, _LIMITS)
    except JsonRefused:
        return {}
    return resource if is_outcome(resource) else {}


def texts(outcome: JsonObject) -> tuple[str, ...]:
    """The words of the first issues as plain text: limited, without control and direction characters (A49, A71).

    They are not HTML-escaped: the page does that with everything it shows.
    """
    return tuple(text for issue in list(issues(outcome))[:_ISSUES] if (text := plain(_words(issue))))


def errors(outcome: JsonObject) -> tuple[str, ...]:
    """The issue codes (http://hl7.org/fhir/issue-type) of severity error or fatal; empty when all went well."""
    grave = (issue for issue in issues(outcome) if issue.get("severity") not in {"information", "warning"})
    return tuple(str(issue.get("code", "")) for issue in grave)


def issues(outcome: JsonObject) -> Iterator[JsonObject]:
    """The well-formed issues."""
    listed = outcome.get("issue")
    return (issue for issue in (listed if isinstance(listed, list) else []) if isinstance(issue, dict))


def plain(words: object) -> str:
    """One line of printable text of limited length."""
    if not isinstance(words, str):
        return ""
    kept = (letter if unicodedata.category(letter)[0] != "C" else " " for letter in words[: 4 * _LETTERS])
    line = " ".join("".join(kept).split())
    return line if len(line) <= _LETTERS else f"{line[: _LETTERS - 1]}…"


def _words(issue: JsonObject) -> object:
    details = issue.get("details")
    if isinstance(details, dict):
        codings = details.get("coding")
        first = codings[0] if isinstance(codings, list) and codings and isinstance(codings[0], dict) else {}
        return details.get("text") or issue.get("diagnostics") or first.get("display")
    return issue.get("diagnostics") or issue.get("code")
