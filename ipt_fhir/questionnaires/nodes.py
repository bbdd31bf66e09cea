"""Take members out of raw JSON that may be wrong, and name what is wrong instead of failing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.form import Effect, Translation, Unsupported, Value
from ipt_fhir.questionnaires.support import Kind, effect_of
from ipt_fhir.rawjson import JsonObject, number

_WORDS = {"true": True, "false": False}
_SHORT = 60
_ANYWHERE = {"id", "extension", "modifierExtension"}
_COMPUTED = (Known.EXPRESSION, Known.CALCULATED_VALUE)
_MAY_BE_COMPUTED = {Known.MIN_VALUE, Known.MAX_VALUE, Known.MIN_QUANTITY, Known.MAX_QUANTITY}


@dataclass(frozen=True, slots=True)
class Node:
    """One object of a Questionnaire, where it stands (a FHIRPath), and the list that takes what is wrong with it."""

    raw: JsonObject
    place: str
    found: list[Unsupported]

    def note(self, kind: str, name: str, effect: Effect, member: str = "") -> None:
        """Name something wrong or unsupported here."""
        place = f"{self.place}.{member}" if member else self.place
        self.found.append(Unsupported(kind=kind, name=name, place=place, effect=effect))

    def consult(self, kind: Kind, name: str, member: str = "") -> bool:
        """Ask the table of support, and name what it does not support. True: supported."""
        effect = effect_of(kind, name)
        if effect is not None:
            self.note(kind, name, effect, member)
        return effect is None

    def wrong(self, member: str, effect: Effect) -> None:
        """Name a member that holds another type than it should."""
        self.note("wrong-type", f"{member}: {str(self.raw.get(member))[:_SHORT]}", effect, member)

    def words(self, member: str) -> str:
        """A string; empty if absent. Anything else is named; a number or boolean is read as its spelling."""
        value = self.raw.get(member)
        if value is None or isinstance(value, str):
            return value or ""
        plain = isinstance(value, int | Decimal)
        self.wrong(member, Effect.READ_AS_MEANT if plain else Effect.READ_ONLY)
        return str(value) if plain else ""

    def flag(self, member: str) -> bool:
        """A boolean; False if absent. ``"true"`` as a string is read as meant, anything else is named."""
        value = self.raw.get(member)
        if value is None or isinstance(value, bool):
            return bool(value)
        meant = _WORDS.get(value) if isinstance(value, str) else None
        self.wrong(member, Effect.READ_ONLY if meant is None else Effect.READ_AS_MEANT)
        return bool(meant)

    def amount(self, member: str) -> Decimal | None:
        """A number; None if absent. A number in a string is read as meant, anything else is named."""
        value = number(self.raw.get(member))
        if value is None:
            return None
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return Decimal(value)
        meant = _decimal(value)
        self.wrong(member, Effect.READ_ONLY if meant is None else Effect.READ_AS_MEANT)
        return meant

    def count(self, member: str) -> int | None:
        """A whole number from 0 on; None if absent."""
        amount = self.amount(member)
        if amount is None:
            return None
        if amount < 0 or amount != amount.to_integral_value():
            self.wrong(member, Effect.READ_ONLY)
            return None
        return int(amount)

    def rows(self, member: str) -> list[Node]:
        """The objects of a repeating member; what is no object is named."""
        value = self.raw.get(member)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(member, Effect.READ_ONLY)
            return []
        nodes = []
        for index, row in enumerate(value):
            if isinstance(row, dict):
                nodes.append(Node(row, f"{self.place}.{member}[{index}]", self.found))
            else:
                self.note("wrong-type", f"{member}: {str(row)[:_SHORT]}", Effect.READ_ONLY, f"{member}[{index}]")
        return nodes

    def child(self, member: str) -> Node:
        """The object in a member; an empty one if absent or no object."""
        value = self.raw.get(member)
        if value is not None and not isinstance(value, dict):
            self.wrong(member, Effect.READ_ONLY)
        return Node(value if isinstance(value, dict) else {}, f"{self.place}.{member}", self.found)

    def extensions(self, known: Known) -> list[Node]:
        """The extensions with that address."""
        rows = self.raw.get("extension")
        if not rows or not isinstance(rows, list):
            return []
        return [
            Node(row, f"{self.place}.extension[{index}]", self.found)
            for index, row in enumerate(rows)
            if isinstance(row, dict) and row.get("url") == known
        ]

    def extension(self, known: Known) -> Node | None:
        """The first extension with that address."""
        return next(iter(self.extensions(known)), None) if "extension" in self.raw else None

    def part(self, name: str) -> Node | None:
        """The extension inside this one that has a plain name for its address."""
        rows = self.raw.get("extension")
        for index, row in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(row, dict) and row.get("url") == name:
                return Node(row, f"{self.place}.extension[{index}]", self.found)
        return None

    def value(self) -> Value | None:
        """The value[x] of this extension, option or initial; None where there is none."""
        return value_of(self.raw)

    def consult_extensions(self) -> None:
        """Ask the table about every extension and modifier extension that stands here."""
        for member, kind in (("extension", Kind.EXTENSION), ("modifierExtension", Kind.MODIFIER_EXTENSION)):
            if member in self.raw:
                for row in self.rows(member):
                    address = str(row.raw.get("url"))
                    if row.consult(kind, address) and address not in _MAY_BE_COMPUTED:
                        row.consult_beside()

    def consult_members(self, element: str, choice: str) -> None:
        """Ask the table about every member of this part of an item; ``choice`` is the name of its choice of types."""
        for member in self.raw:
            plain = member.removeprefix("_")
            if plain not in _ANYWHERE:
                chosen = plain.startswith(choice) and plain[len(choice) : len(choice) + 1].isupper()
                name = f"{choice}[x]" if chosen else plain
                self.consult(Kind.ELEMENT, f"{element}.{name}", member)

    def consult_beside(self, *texts: str) -> None:
        """Ask the table about the extensions that stand beside primitive members, in ``_member``.

        A value that would have to be computed (cqf-expression, cqf-calculatedValue) is not; a text is shown as it is.
        """
        for member in self.raw:
            if member.startswith("_"):
                beside = self.child(member)
                beside.consult_extensions()
                effect = Effect.SHOWN_PLAINER if member[1:] in texts else Effect.READ_ONLY
                for extension in (found for known in _COMPUTED for found in beside.extensions(known)):
                    extension.note(Kind.EXTENSION, str(extension.raw["url"]), effect)

    def translations(self, member: str) -> tuple[Translation, ...]:
        """The translations of a string: the extensions beside it, in ``_member``."""
        return tuple(self._translations(member)) if f"_{member}" in self.raw else ()

    def _translations(self, member: str) -> Iterator[Translation]:
        for extension in self.child(f"_{member}").extensions(Known.TRANSLATION):
            language, words = extension.part("lang"), extension.part("content")
            spoken, said = (_said(part.value() if part else None) for part in (language, words))
            if spoken and said:
                yield Translation(spoken, said)


def value_of(raw: JsonObject, prefix: str = "value") -> Value | None:
    """The value[x] of an object, None where there is none."""
    for member, content in raw.items():
        if member.startswith(prefix) and member[len(prefix) : len(prefix) + 1].isupper():
            return Value(f"value{member[len(prefix) :]}", content)
    return None


def _said(value: Value | None) -> str:
    return value.content if value and isinstance(value.content, str) else ""


def _decimal(value: Any) -> Decimal | None:
    try:
        found = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None
