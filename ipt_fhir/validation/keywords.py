"""What our schemas say beyond JSON Schema: ``choice``, ``paired`` and ``invariants``, run by jsonschema-rs.

It calls ``validate`` while it walks, with the very object that was handed in, so nothing is walked or copied twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.invariants import INVARIANTS

# Put behind a key when the row could not even be asked; the cause is reported by another keyword.
STUMBLED = "?"

_STUMBLES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Broken(ValueError):
    """The keyword does not hold; the message is the rule's key, or the element it is about."""


class Choice:
    """``"choice": {"value[x]": [names]}``: of each group at most one type is there (R4 formats.html 2.6.1.6)."""

    def __init__(self, _schema: JsonObject, groups: dict[str, list[str]], _path: list[str | int]) -> None:
        self._groups = {element: frozenset(names) | {f"_{name}" for name in names} for element, names in groups.items()}

    def validate(self, instance: Any) -> None:
        for element, names in self._groups.items():
            found = names.intersection(instance) if isinstance(instance, dict) else ()
            if len(found) > 1 and len({name.lstrip("_") for name in found}) > 1:
                raise Broken(element)


class Paired:
    """``"paired": "given"``: an item is null only where ``_given`` says something (R4 json.html 2.6.2.2)."""

    def __init__(self, _schema: JsonObject, name: str, _path: list[str | int]) -> None:
        self._name = name

    def validate(self, instance: Any) -> None:
        if not isinstance(instance, dict):
            return
        values, extras = instance.get(self._name, []), instance[f"_{self._name}"]
        both_lists = isinstance(values, list) and isinstance(extras, list)
        if both_lists and any(value is None and extra is None for value, extra in zip_longest(values, extras)):
            raise Broken(self._name)


class Invariants:
    """``"invariants": ["per-1"]``: rows of ``invariants.INVARIANTS`` this element must satisfy."""

    def __init__(self, _schema: JsonObject, keys: list[str], _path: list[str | int]) -> None:
        self._rows = [(key, INVARIANTS[key]) for key in keys]

    def validate(self, instance: Any) -> None:
        # The same as iter_errors, without a generator: this runs for each Period of every resource.
        for key, row in self._rows:
            try:
                if row(instance):
                    continue
            except _STUMBLES:
                pass
            raise Broken(key)

    def iter_errors(self, instance: Any) -> Iterator[Broken]:
        for key, row in self._rows:
            try:
                holds = row(instance)
            except _STUMBLES:
                yield Broken(key + STUMBLED)
            else:
                if not holds:
                    yield Broken(key)


KEYWORDS = {"choice": Choice, "paired": Paired, "invariants": Invariants}
