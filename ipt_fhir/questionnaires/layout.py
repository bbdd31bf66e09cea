"""Where answers stand: the items of a response laid over the items of its form.

Each occurrence of an item has a path that is unique on a page and stable while answers around it change. What fits no
item is kept and named, never lost.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ipt_fhir.questionnaires.form import FormItem, ItemType, Value
from ipt_fhir.questionnaires.nodes import value_of
from ipt_fhir.rawjson import JsonObject

MOST_BLANKS = 20


class Misfit(StrEnum):
    """Why something in a response fits no place of the form."""

    UNKNOWN = "unknown"
    """The form has no item with that linkId at that place."""
    ONCE = "once"
    """The group may stand there once and stands there again."""
    UNASKED = "unasked"
    """An answer to a group or a display, which ask nothing."""
    NO_ITEM = "no-item"
    """Not built like an item or an answer at all."""


class Unplaced(NamedTuple):
    """A part of a response that fits nowhere, as it came."""

    reason: Misfit
    link_id: str
    row: object


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Occurrence:
    """One occurrence of an item. ``answers`` are those that hold a value, as raw JSON, nested items included, and
    ``values`` what they hold.

    ``scope`` names the level it stands on: the path of the parent, with the number of the answer above it where there
    are several. ``above`` is that answer's position. ``row`` is the item as it came, empty if nobody has answered.
    """

    item: FormItem
    path: str
    scope: str
    position: int
    parent: Occurrence | None
    above: int
    row: JsonObject
    answers: tuple[JsonObject, ...]
    values: tuple[Value, ...]

    def ancestors(self) -> Iterator[Occurrence]:
        """The occurrences around this one, the nearest first."""
        around = self.parent
        while around:
            yield around
            around = around.parent


def given(at: Occurrence) -> tuple[Value, ...]:
    """The answers of an occurrence as they were given, whatever the form computes."""
    return at.values


class Span(NamedTuple):
    """The positions of everything below a scope: from ``first`` up to but not including ``end``."""

    first: int
    end: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Layout:
    """A form with the answers given to it, before anything is computed.

    ``occurrences`` stand in printed order; ``levels`` are those of one scope, ``spans`` all below it. ``by_link`` and
    ``by_place`` are the positions of an item's occurrences, by its linkId and by its place in the form.
    """

    occurrences: tuple[Occurrence, ...]
    levels: dict[str, tuple[Occurrence, ...]]
    spans: dict[str, Span]
    by_link: dict[str, list[int]]
    by_place: dict[str, list[int]]
    unplaced: tuple[Unplaced, ...]

    def nearest(self, link_id: str, seen_from: Occurrence, answered: Callable[[Occurrence], bool]) -> Occurrence | None:
        """The occurrence an enableWhen means: in the smallest scope around both (decision-D54).

        Where there are several in that scope, those without an answer would not be in a response; of the others the
        last before, else the first after. None where no occurrence, or none of several, is meant.
        """
        positions = self.by_link.get(link_id, [])
        if len(positions) <= 1:
            return self.occurrences[positions[0]] if positions else None
        at: Occurrence | None = seen_from
        while at:
            if at.parent and at.parent.item.link_id == link_id:
                return at.parent
            span = self.spans[at.scope]
            first, end = bisect_left(positions, span.first), bisect_left(positions, span.end)
            if end > first + 1:
                return self._nearest_of(positions[first:end], seen_from.position, answered)
            if end > first:
                return self.occurrences[positions[first]]
            at = at.parent
        return None

    def _nearest_of(
        self, positions: Sequence[int], position: int, answered: Callable[[Occurrence], bool]
    ) -> Occurrence | None:
        here = bisect_left(positions, position)
        in_turn = (*reversed(positions[:here]), *positions[here:])
        return next((found for found in map(self.occurrences.__getitem__, in_turn) if answered(found)), None)


@dataclass(slots=True)
class _Sheet:
    """A layout while it is being written."""

    occurrences: list[Occurrence]
    levels: dict[str, tuple[Occurrence, ...]]
    spans: dict[str, Span]
    by_link: dict[str, list[int]]
    by_place: dict[str, list[int]]
    unplaced: list[Unplaced]


def lay_out(items: Sequence[FormItem], rows: object) -> Layout:
    """Lay the items of a response over those of a form."""
    sheet = _Sheet([], {}, {}, {}, {}, [])
    _level(sheet, items, _rows(sheet, rows), "", None, 0)
    occurrences, unplaced = tuple(sheet.occurrences), tuple(sheet.unplaced)
    return Layout(occurrences, sheet.levels, sheet.spans, sheet.by_link, sheet.by_place, unplaced)


def scope_of(occurrence: Occurrence, answer: int) -> str:
    """The scope below one answer of a question, or below a group (answer 0)."""
    asks, repeats = occurrence.item.type.asks, occurrence.item.repeats
    return f"{occurrence.path}:{answer}" if asks and (repeats or answer) else occurrence.path


def _level(
    sheet: _Sheet,
    items: Sequence[FormItem],
    rows: Sequence[JsonObject],
    scope: str,
    parent: Occurrence | None,
    above: int,
) -> None:
    first = len(sheet.occurrences)
    found = _by_link(sheet, items, rows)
    level: list[Occurrence] = []
    for index, item in enumerate(items):
        path = f"{scope}.{index}" if scope else str(index)
        for place, row in _places(sheet, item, path, found.get(item.link_id, [])):
            answers, values = _answers(sheet, item, row)
            position = len(sheet.occurrences)
            occurrence = Occurrence(item, place, scope, position, parent, above, row, answers, values)
            sheet.occurrences.append(occurrence)
            sheet.by_link.setdefault(item.link_id, []).append(position)
            sheet.by_place.setdefault(item.place, []).append(position)
            level.append(occurrence)
            _below(sheet, occurrence)
    sheet.levels[scope] = tuple(level)
    sheet.spans[scope] = Span(first, len(sheet.occurrences))


def _below(sheet: _Sheet, occurrence: Occurrence) -> None:
    """The levels below an occurrence: one below a group, one below each answer of a question.

    Items below a question that has no answer (yet) hang in the row itself; they go to the first answer when it comes.
    """
    item, loose = occurrence.item, _rows(sheet, occurrence.row.get("item"))
    if not item.type.asks or len(occurrence.answers) <= 1:
        rows = [*loose, *(row for answer in occurrence.answers for row in _rows(sheet, answer.get("item")))]
        if item.items or rows:
            _level(sheet, item.items, rows, scope_of(occurrence, 0), occurrence, 0)
        return
    for number, answer in enumerate(occurrence.answers):
        rows = [*(loose if number == 0 else ()), *_rows(sheet, answer.get("item"))]
        if item.items or rows:
            _level(sheet, item.items, rows, scope_of(occurrence, number), occurrence, number)


def _by_link(sheet: _Sheet, items: Iterable[FormItem], rows: Iterable[JsonObject]) -> dict[str, list[JsonObject]]:
    found: dict[str, list[JsonObject]] = {item.link_id: [] for item in items if item.link_id}
    for row in rows:
        link_id = row.get("linkId")
        if isinstance(link_id, str) and link_id in found:
            found[link_id].append(row)
        else:
            sheet.unplaced.append(Unplaced(Misfit.UNKNOWN, str(link_id or ""), row))
    return found


def _places(sheet: _Sheet, item: FormItem, path: str, rows: list[JsonObject]) -> Iterator[tuple[str, JsonObject]]:
    """Where an item stands, and what was given there: a repeating group once for each row, anything else once."""
    if item.type is ItemType.GROUP and item.repeats:
        blanks = max(1, min(item.limits.min_occurs or 1, MOST_BLANKS)) - len(rows)
        for number, row in enumerate([*rows, *({} for _ in range(blanks))]):
            yield f"{path}:{number}", row
    elif item.type.asks:
        yield path, _joined(rows)
    else:
        yield path, rows[0] if rows else {}
        for row in rows[1:]:
            sheet.unplaced.append(Unplaced(Misfit.ONCE, item.link_id, row))


def _joined(rows: list[JsonObject]) -> JsonObject:
    """One row of a question. Some senders write a row for each answer; R4 wants one with all of them."""
    if len(rows) <= 1:
        return rows[0] if rows else {}
    joined = dict(rows[0])
    for member in ("answer", "item"):
        held = [row[member] for row in rows if isinstance(row.get(member), list)]
        if held:
            joined[member] = [part for parts in held for part in parts]
    return joined


def _answers(sheet: _Sheet, item: FormItem, row: JsonObject) -> tuple[tuple[JsonObject, ...], tuple[Value, ...]]:
    """The answers of a row that hold a value, and their values."""
    given = row.get("answer")
    if given is None:
        return (), ()
    if not isinstance(given, list) or not item.type.asks:
        sheet.unplaced.append(Unplaced(Misfit.UNASKED, item.link_id, row["answer"]))
        return (), ()
    answers, values = [], []
    for answer in given:
        value = value_of(answer) if isinstance(answer, dict) else None
        if value:
            answers.append(answer)
            values.append(value)
        elif answer:
            sheet.unplaced.append(Unplaced(Misfit.NO_ITEM, item.link_id, answer))
    return tuple(answers), tuple(values)


def _rows(sheet: _Sheet, rows: object) -> list[JsonObject]:
    if rows is None:
        return []
    if not isinstance(rows, list):
        sheet.unplaced.append(Unplaced(Misfit.NO_ITEM, "", rows))
        return []
    sheet.unplaced.extend(Unplaced(Misfit.NO_ITEM, "", row) for row in rows if not isinstance(row, dict))
    return [row for row in rows if isinstance(row, dict)]
