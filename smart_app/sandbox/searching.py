"""Search: from the parameters of a request to a test that a resource passes or not (FHIR R4 search)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from smart_app.sandbox import dates
from smart_app.sandbox.json_text import JsonObject
from smart_app.sandbox.outcomes import Refused
from smart_app.sandbox.references import target
from smart_app.sandbox.resource_types import TYPES, Parameter, values
from smart_app.sandbox.store import Version

Pairs = tuple[tuple[str, str], ...]
Test = Callable[[JsonObject], bool]

_SORTS = {"_lastUpdated": False, "-_lastUpdated": True}
# Parameters about the answer's form, which say nothing about the resources.
_FORMAT = {"_format", "_pretty"}


@dataclass(frozen=True, slots=True)
class Search:
    """A search that was understood: the tests a match passes, the parameters used, and those that were not known."""

    resource_type: str
    tests: tuple[Test, ...]
    used: Pairs
    unknown: tuple[str, ...]
    count: int | None
    newest_first: bool | None

    def matches(self, versions: Iterable[Version]) -> list[Version]:
        """The versions that pass every test, sorted as asked."""
        found = [item for item in versions if all(test(item.resource) for test in self.tests)]
        if self.newest_first is not None:
            found.sort(key=lambda item: item.sequence, reverse=self.newest_first)
        return found

    def patients(self, base: str) -> Iterator[str]:
        """The ids of the patients the search names."""
        for name, text in self.used:
            if name in {"patient", "subject"}:
                yield from filter(None, (_patient(part, base) for part in text.split(",")))


def understand(resource_type: str, pairs: Pairs, base: str) -> Search:
    """Read search parameters.

    Unknown names are collected, not refused. Raises Refused (400) for an unknown modifier or a bad value, which FHIR
    forbids to ignore: the answer would hold more than was asked for.
    """
    known = TYPES[resource_type].search
    tests, used, unknown = [], [], []
    count, newest_first = None, None
    for name, text in pairs:
        stem, colon, modifier = name.partition(":")
        if name == "_count":
            count = _whole_number(text)
        elif name == "_sort" and text in _SORTS:
            newest_first = _SORTS[text]
        elif stem not in known:
            unknown += [name] if name not in _FORMAT else []
            continue
        elif colon:
            raise Refused(400, "not-supported", f"The modifier :{modifier} is not supported for {stem}")
        else:
            tests.append(_test(known[stem], text, base))
        used.append((name, text))
    return Search(resource_type, tuple(tests), tuple(used), tuple(unknown), count, newest_first)


def _test(parameter: Parameter, text: str, base: str) -> Test:
    """A comma means or; the same parameter twice means and."""
    try:
        choices = [_choice(parameter, part, base) for part in text.split(",")]
    except ValueError as error:
        raise Refused(400, "invalid", f"The search value {text!r} cannot be read: {error}") from error
    return lambda resource: any(choice(value) for value in values(resource, parameter.path) for choice in choices)


def _choice(parameter: Parameter, text: str, base: str) -> Callable[[Any], bool]:
    if not text:
        raise ValueError("it is empty")
    if parameter.kind == "date":
        return dates.test_for(text)
    if parameter.kind == "reference":
        return lambda value: _refers(value, text, base)
    if parameter.kind == "uri":
        return lambda value: value == text
    return lambda value: any(_is_token(held, text) for held in _codings(value))


def _codings(value: Any) -> list[tuple[str | None, str]]:
    """The (system, code) pairs of a code, Coding, CodeableConcept or Identifier; system None: the element has none."""
    if isinstance(value, bool):
        return [(None, str(value).lower())]
    if isinstance(value, str):
        return [(None, value)]
    if not isinstance(value, dict):
        return []
    if "coding" in value:
        return [pair for coding in values(value, "coding") for pair in _codings(coding)]
    code = value.get("code", value.get("value"))
    return [(value.get("system", ""), code)] if isinstance(code, str) else []


def _is_token(held: tuple[str | None, str], text: str) -> bool:
    system, bar, code = text.rpartition("|")
    system_fits = not bar or held[0] is None or held[0] == system
    return system_fits and (held[1] == code or (bar == "|" and not code))


def _refers(value: Any, text: str, base: str) -> bool:
    """``text`` is a bare id, Type/id or an absolute URL."""
    reference = value.get("reference") if isinstance(value, dict) else None
    if not isinstance(reference, str):
        return False
    held = target(reference, base)
    if held is None:
        return reference == text
    return text == held.id if "/" not in text else str(held) == str(target(text, base))


def _patient(text: str, base: str) -> str | None:
    if "/" not in text:
        return text
    place = target(text, base)
    return place.id if place and place.resource_type == "Patient" else None


def _whole_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Refused(400, "invalid", f"_count is a whole number, not {text!r}")
    return int(text)
