"""Read a JSON object somebody else wrote, member by member, and note whatever could not be understood.

Nothing here raises: a wrong shape is a note and an empty answer. What was never asked for is noted at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ipt_fhir.mapping.members import MEMBERS, SILENT, STATUSES, step
from ipt_fhir.model.foreign import NotUnderstood, Reason
from ipt_fhir.rawjson import JsonObject, Spelled
from ipt_fhir.terminology import systems

_OURS = frozenset(value for name, value in vars(systems).items() if name.startswith("EXTENSION_"))
# R4 datatypes.html: date, dateTime, instant and time, without the check of the calendar.
_TIME = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?|\d\d:\d\d:\d\d(\.\d+)?", re.ASCII)


class Notes:
    """Everything that was read of one resource, and what was not understood."""

    def __init__(self) -> None:
        self.found: list[NotUnderstood] = []
        self.elements: list[Element] = []

    def add(self, location: str, reason: Reason, detail: str = "") -> None:
        """Note one part."""
        self.found.append(NotUnderstood(location, reason, detail))

    def closed(self) -> tuple[NotUnderstood, ...]:
        """All notes, with what nobody asked for; each once."""
        for element in self.elements:
            element.close()
        return tuple(dict.fromkeys(self.found))


class Element:
    """One object of a resource: ``kind`` is its row in ``MEMBERS``, ``where`` its FHIRPath."""

    def __init__(self, content: JsonObject, kind: str, where: str, notes: Notes) -> None:
        self.content = content
        self.kind = kind
        self.where = where
        self.notes = notes
        self._asked: set[str] = set()
        notes.elements.append(self)

    def at(self, name: str) -> str:
        """The FHIRPath of a member."""
        return f"{self.where}.{step(self.kind, name)}"

    def words(self, name: str) -> str:
        """A text; empty when there is none."""
        value = self._take(name)
        return str(value) if self._shaped(name, isinstance(value, str), "text") else ""

    def code(self, name: str) -> str:
        """A status or the like, as spelled; a code R4 does not have is noted and shown all the same."""
        value = self.words(name)
        if value == "entered-in-error":
            self.notes.add(self.at(name), Reason.ENTERED_IN_ERROR)
        elif value and value not in STATUSES[f"{self.kind}.{name}"]:
            self.notes.add(self.at(name), Reason.CODE)
        return value

    def moment(self, name: str) -> str:
        """A date, dateTime, instant or time as spelled, however many digits its seconds have."""
        value = self.words(name)
        if value and not _TIME.fullmatch(value):
            self.notes.add(self.at(name), Reason.TIME)
        return value

    def number(self, name: str) -> str:
        """A number as spelled; a number in quotes is no number (Oracle Health writes ``"value": "20"``)."""
        value = self._take(name)
        known = isinstance(value, int | float | Decimal | Spelled) and not isinstance(value, bool)
        return spelled(value) if self._shaped(name, known, "number") else ""

    def flag(self, name: str) -> bool | None:
        """True, false, or None when it is not said."""
        value = self._take(name)
        return value if self._shaped(name, isinstance(value, bool), "true or false") else None

    def texts(self, name: str) -> list[str]:
        """The texts of a list of primitive values; a null beside an extension is left out."""
        values = self._list(name, "list of texts")
        found = [value for value in values if isinstance(value, str)]
        if len(found) + values.count(None) != len(values):
            self.notes.add(self.at(name), Reason.OTHER_TYPE, "list of texts")
        return found

    def one(self, name: str, kind: str) -> Element | None:
        """The object of a member."""
        value = self._take(name)
        shaped = self._shaped(name, isinstance(value, dict), kind)
        return Element(value, kind, self.at(name), self.notes) if shaped else None

    def many(self, name: str, kind: str) -> list[Element]:
        """The objects of a list; what is no object is noted."""
        found = []
        for index, value in enumerate(self._list(name, f"list of {kind}")):
            where = f"{self.at(name)}[{index}]"
            if isinstance(value, dict):
                found.append(Element(value, kind, where, self.notes))
            else:
                self.notes.add(where, Reason.OTHER_TYPE, kind)
        return found

    def objects(self, name: str) -> list[tuple[int, JsonObject]]:
        """Place and content of a list of resources, which have no row of their own; what is no object is noted."""
        listed = list(enumerate(self._list(name, "list of resources")))
        for index, value in listed:
            if not isinstance(value, dict):
                self.notes.add(f"{self.at(name)}[{index}]", Reason.OTHER_TYPE, "resource")
        return [(index, value) for index, value in listed if isinstance(value, dict)]

    def has(self, name: str) -> bool:
        """Whether the member is there at all."""
        return name in self.content

    def close(self) -> None:
        """Note each member that nobody asked for."""
        for name in self.content:
            if name not in self._asked and name not in SILENT:
                self._note_unread(name)

    def _note_unread(self, name: str) -> None:
        plain = name.removeprefix("_")
        if name not in MEMBERS[self.kind] and plain not in MEMBERS[self.kind]:
            self.notes.add(f"{self.where}.{name}", Reason.UNKNOWN_ELEMENT)
        elif name in {"extension", "modifierExtension"}:
            self._note_extensions(self.content[name], f"{self.where}.{name}", name == "modifierExtension")
        elif name == "implicitRules":
            self.notes.add(self.at(name), Reason.RULES, str(self.content[name]))
        elif name.startswith("_"):
            self._note_sibling(name, self.content[name])
        else:
            self.notes.add(self.at(name), Reason.NOT_SHOWN)

    def _note_sibling(self, name: str, sibling: Any) -> None:
        """What stands beside a primitive value; the members of a list of primitives have one each.

        The ``_id`` of a MongoDB export looks like one and is none.
        """
        where = self.at(name[1:])
        for index, item in enumerate(sibling if isinstance(sibling, list) else [sibling]):
            place = f"{where}[{index}]" if isinstance(sibling, list) else where
            if isinstance(item, dict):
                self._note_extensions(item.get("extension", []), f"{place}.extension", changes=False)
                if item.keys() - {"id", "extension"}:
                    self.notes.add(f"{self.where}.{name}", Reason.UNKNOWN_ELEMENT)
            elif item is not None or not isinstance(sibling, list):
                self.notes.add(f"{self.where}.{name}", Reason.UNKNOWN_ELEMENT)

    def _note_extensions(self, listed: Any, where: str, changes: bool) -> None:
        for index, item in enumerate(listed if isinstance(listed, list) else [listed]):
            url = item.get("url") if isinstance(item, dict) else None
            if not isinstance(url, str):
                self.notes.add(f"{where}[{index}]", Reason.OTHER_TYPE, "Extension")
            elif changes:
                self.notes.add(f"{where}[{index}]", Reason.MODIFIER, url)
            else:
                self.notes.add(f"{where}[{index}]", Reason.NOT_SHOWN if url in _OURS else Reason.EXTENSION, url)

    def _take(self, name: str) -> Any:
        self._asked.add(name)
        return self.content.get(name)

    def _list(self, name: str, wanted: str) -> list[Any]:
        value = self._take(name)
        return value if self._shaped(name, isinstance(value, list), wanted) else []

    def _shaped(self, name: str, fits: bool, wanted: str) -> bool:
        """Whether it has the wanted shape; if not, that is noted, unless nothing was there."""
        if not fits and name in self.content:
            self.notes.add(self.at(name), Reason.OTHER_TYPE, wanted)
        return fits


def spelled(number: Any) -> str:
    """A number as it stands in the document."""
    return number.text if isinstance(number, Spelled) else str(number)


def joined(parts: Iterable[str], between: str = " ") -> str:
    """The parts that say something."""
    return between.join(part for part in parts if part)
