"""Spoil a right response in one known way, seeded; what must be found, and where.

Each way is a function that changes the response in place and says what it did, or None where it can spoil nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.findings import FindingKind
from ipt_fhir.questionnaires.form import Form, FormItem, ItemType
from ipt_fhir.rawjson import JsonObject


@dataclass(frozen=True, slots=True)
class Spoilt:
    """What must be found: a kind, about which item, at or below which place (a FHIRPath into the response)."""

    kind: FindingKind
    link_id: str
    place: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A row of a response with its item: in which list it stands, whose that is, and what may stand beside it."""

    item: FormItem
    row: JsonObject
    rows: list[JsonObject]
    holder: JsonObject
    level: Sequence[FormItem]

    @property
    def answers(self) -> list[JsonObject]:
        """Its answers."""
        found: list[JsonObject] = self.row.get("answer", [])
        return found


Way = Callable[[Form, JsonObject, Random], "tuple[FindingKind, str, JsonObject] | None"]


def spoilt(way: str, form: Form, right: JsonObject, seed: int) -> tuple[JsonObject, Spoilt] | None:
    """A copy of the response, spoilt that way; None where it cannot be."""
    response: JsonObject = rawjson.copy(right)
    found = WAYS[way](form, response, Random(f"{way} {seed}"))
    if found is None:
        return None
    kind, link_id, node = found
    return response, Spoilt(kind, link_id, place_of(response, node))


def place_of(response: JsonObject, node: JsonObject) -> str:
    """The FHIRPath of an object inside the response."""
    return next(place for place, found in _nodes(response, "QuestionnaireResponse") if found is node)


def _nodes(node: JsonObject, place: str) -> Iterator[tuple[str, JsonObject]]:
    yield place, node
    for member in ("item", "answer"):
        for index, below in enumerate(node.get(member, [])):
            yield from _nodes(below, f"{place}.{member}[{index}]")


def spots(form: Form, response: JsonObject) -> list[Spot]:
    """Every row of a response with its item."""
    return list(_spots(response, form.items))


def _spots(holder: JsonObject, level: Sequence[FormItem]) -> Iterator[Spot]:
    items = {item.link_id: item for item in level}
    for row in holder.get("item", []):
        item = items[row["linkId"]]
        yield Spot(item, row, holder["item"], holder, level)
        for below in (row, *row.get("answer", [])):
            yield from _spots(below, item.items)


def _one(form: Form, response: JsonObject, chance: Random, wanted: Callable[[Spot], Any]) -> Spot | None:
    found = [spot for spot in spots(form, response) if wanted(spot)]
    return chance.choice(found) if found else None


def _unknown(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    spot = _one(form, response, chance, lambda _: True)
    rows = spot.rows if spot else response.setdefault("item", [])
    row = {"linkId": "no-such-item", "answer": [{"valueString": "x"}]}
    rows.insert(chance.randint(0, len(rows)), row)
    return FindingKind.UNKNOWN_ITEM, "no-such-item", row


def _misplaced(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    spot = _one(form, response, chance, lambda found: found.holder is not response)
    if spot is None:
        return None
    row = rawjson.copy(spot.row)
    response["item"].append(row)
    return FindingKind.MISPLACED, spot.item.link_id, row


def _out_of_order(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    def has_another_behind(found: Spot) -> bool:
        at = _index(found)
        return at + 1 < len(found.rows) and found.rows[at + 1]["linkId"] != found.row["linkId"]

    spot = _one(form, response, chance, has_another_behind)
    if spot is None:
        return None
    at = _index(spot)
    spot.rows[at], spot.rows[at + 1] = spot.rows[at + 1], spot.rows[at]
    return FindingKind.OUT_OF_ORDER, spot.item.link_id, spot.row


def _index(spot: Spot) -> int:
    return next(index for index, row in enumerate(spot.rows) if row is spot.row)


def _missing(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    spot = _one(form, response, chance, lambda found: found.item.required)
    if spot is None:
        return None
    kept = [row for row in spot.rows if row["linkId"] != spot.item.link_id]
    if spot.holder is not response and not kept:
        # An empty group would be a defect of its own.
        return None
    spot.rows[:] = kept
    if not kept:
        del spot.holder["item"]
    return FindingKind.MISSING, spot.item.link_id, spot.holder


def _unanswered(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    spot = _one(form, response, chance, lambda found: found.item.required and found.item.type.asks)
    if spot is None:
        return None
    del spot.row["answer"]
    return FindingKind.MISSING, spot.item.link_id, spot.row


def _empty_group(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    spot = _one(form, response, chance, lambda found: found.item.required and found.item.type is ItemType.GROUP)
    if spot is None:
        return None
    del spot.row["item"]
    return FindingKind.MISSING, spot.item.link_id, spot.row


def _two_answers(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    spot = _one(form, response, chance, lambda found: found.answers and not found.item.repeats)
    if spot is None:
        return None
    spot.answers.append(rawjson.copy(spot.answers[0]))
    return FindingKind.TOO_MANY, spot.item.link_id, spot.row


def _beyond_the_most(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    def is_bounded(found: Spot) -> bool:
        return bool(found.answers and found.item.repeats and found.item.limits.max_occurs and not found.item.items)

    spot = _one(form, response, chance, is_bounded)
    if spot is None:
        return None
    most = spot.item.limits.max_occurs or 0
    spot.row["answer"] = [rawjson.copy(spot.answers[0]) for _ in range(most + 1)]
    return FindingKind.TOO_MANY, spot.item.link_id, spot.row


def _below_the_least(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    spot = _one(form, response, chance, lambda found: found.answers and (found.item.limits.min_occurs or 0) > 1)
    if spot is None:
        return None
    del spot.answers[1:]
    return FindingKind.TOO_FEW, spot.item.link_id, spot.row


def _group_twice(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    spot = _one(form, response, chance, lambda f: f.item.type is ItemType.GROUP and not f.item.repeats)
    if spot is None:
        return None
    again = rawjson.copy(spot.row)
    spot.rows.insert(_index(spot) + 1, again)
    return FindingKind.TOO_MANY, spot.item.link_id, again


def _answer_to_a_group(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    spot = _one(form, response, chance, lambda found: found.item.type is ItemType.GROUP)
    if spot is None:
        return None
    spot.row["answer"] = [{"valueString": "x"}]
    return FindingKind.NO_ANSWER_ALLOWED, spot.item.link_id, spot.row


def _answer_to_a_display(
    form: Form, response: JsonObject, chance: Random
) -> tuple[FindingKind, str, JsonObject] | None:
    displays = [item for item in form.items if item.type is ItemType.DISPLAY]
    if not displays:
        return None
    item = chance.choice(displays)
    order = [found.link_id for found in form.items]
    rows = response.setdefault("item", [])
    before = [row for row in rows if order.index(row["linkId"]) < order.index(item.link_id)]
    row: JsonObject = {"linkId": item.link_id, "answer": [{"valueString": "x"}]}
    rows.insert(len(before), row)
    return FindingKind.NO_ANSWER_ALLOWED, item.link_id, row


def _item_beside_answer(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    spot = _one(form, response, chance, lambda found: found.answers)
    if spot is None:
        return None
    spot.row["item"] = [{"linkId": spot.item.link_id}]
    return FindingKind.ANSWER_AND_ITEM, spot.item.link_id, spot.row


def _wrong_type(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    spot = _one(form, response, chance, lambda found: found.answers)
    if spot is None:
        return None
    value = {"valueInteger": 1} if spot.item.type is ItemType.BOOLEAN else {"valueBoolean": True}
    return FindingKind.WRONG_TYPE, spot.item.link_id, _revalued(chance.choice(spot.answers), value)


def _revalued(answer: JsonObject, value: JsonObject) -> JsonObject:
    for name in [name for name in answer if name.startswith("value")]:
        del answer[name]
    answer |= value
    return answer


def _no_such_day(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    spot = _one(form, response, chance, lambda found: found.answers and found.item.type is ItemType.DATE)
    if spot is None:
        return None
    answer = _revalued(chance.choice(spot.answers), {"valueDate": "2026-02-30"})
    return FindingKind.WRONG_TYPE, spot.item.link_id, answer


def _not_offered(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    spot = _one(form, response, chance, lambda found: found.answers and found.item.options)
    if spot is None:
        return None
    member = spot.item.options[0].value.member
    coding = {"system": "http://example.org/CodeSystem/moods", "code": "no-such-code"}
    strange = {"valueCoding": coding, "valueString": "no such choice"}.get(member)
    if strange is None or (member == "valueString" and spot.item.type is ItemType.OPEN_CHOICE):
        return None
    answer = _revalued(chance.choice(spot.answers), {member: strange})
    return FindingKind.NOT_OFFERED, spot.item.link_id, answer


def _not_alone(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    def has_exclusive(found: Spot) -> bool:
        return found.item.repeats and any(option.exclusive for option in found.item.options) and not found.item.items

    spot = _one(form, response, chance, has_exclusive)
    if spot is None:
        return None
    first = next(option for option in spot.item.options if option.exclusive)
    second = next(option for option in spot.item.options if not option.exclusive)
    spot.row["answer"] = [{option.value.member: rawjson.copy(option.value.content)} for option in (second, first)]
    return FindingKind.NOT_ALONE, spot.item.link_id, spot.row


def _other_text(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
    spot = _one(form, response, chance, lambda found: "text" in found.row)
    if spot is None:
        return None
    spot.row["text"] = "Another question?"
    return FindingKind.OTHER_TEXT, spot.item.link_id, spot.row


def _valued(kind: FindingKind, wanted: Callable[[FormItem], Any], value: Callable[[FormItem], JsonObject]) -> Way:
    """A way that replaces the value of an answer to an item of a certain kind."""

    def way(form: Form, response: JsonObject, chance: Random) -> tuple[FindingKind, str, JsonObject] | None:
        spot = _one(form, response, chance, lambda found: found.answers and wanted(found.item))
        if spot is None:
            return None
        return kind, spot.item.link_id, _revalued(chance.choice(spot.answers), value(spot.item))

    return way


def _beyond(edge: str, step: int) -> Callable[[FormItem], JsonObject]:
    """A value just outside the range: below ``least`` with step -1, above ``most`` with step 1."""

    def value(item: FormItem) -> JsonObject:
        limit = getattr(item.limits, edge)
        content = limit.content
        if isinstance(content, dict):
            return {limit.member: {**content, "value": rawjson.number(content["value"]) + step}}
        if isinstance(content, str):
            strange = {"valueDate": ("1901-01-01", "2199-12-31"), "valueTime": ("00:00:00", "23:59:59")}
            return {limit.member: strange[limit.member][step > 0]}
        return {limit.member: rawjson.number(content) + step}

    return value


def _has_range(edge: str) -> Callable[[FormItem], bool]:
    types = {ItemType.INTEGER, ItemType.DECIMAL, ItemType.DATE, ItemType.TIME, ItemType.QUANTITY}
    return lambda item: getattr(item.limits, edge) is not None and item.type in types and not item.options


_TEXTS = {ItemType.STRING}
_BIG = base64.b64encode(b"x" * 100_000).decode()
WAYS: Mapping[str, Way] = {
    "unknown item": _unknown,
    "item at another place": _misplaced,
    "items out of order": _out_of_order,
    "required item removed": _missing,
    "required answer removed": _unanswered,
    "required group emptied": _empty_group,
    "two answers where one is asked": _two_answers,
    "more answers than the most": _beyond_the_most,
    "fewer answers than the least": _below_the_least,
    "group twice": _group_twice,
    "answer to a group": _answer_to_a_group,
    "answer to a display": _answer_to_a_display,
    "item beside an answer": _item_beside_answer,
    "answer of another type": _wrong_type,
    "no such day": _no_such_day,
    "answer that is not offered": _not_offered,
    "exclusive choice with another": _not_alone,
    "other words of the question": _other_text,
    "too long": _valued(
        FindingKind.TOO_LONG,
        lambda item: item.limits.max_length is not None and item.type in _TEXTS,
        lambda item: {"valueString": "x" * ((item.limits.max_length or 0) + 1)},
    ),
    "too short": _valued(
        FindingKind.TOO_SHORT,
        lambda item: (item.limits.min_length or 0) > 1 and item.type in _TEXTS,
        lambda item: {"valueString": "x" * ((item.limits.min_length or 0) - 1)},
    ),
    "not the pattern": _valued(
        FindingKind.OTHER_PATTERN,
        lambda item: item.limits.regex is not None and item.type in _TEXTS,
        lambda _: {"valueString": "?!"},
    ),
    "too low": _valued(FindingKind.TOO_LOW, _has_range("least"), _beyond("least", -1)),
    "too high": _valued(FindingKind.TOO_HIGH, _has_range("most"), _beyond("most", 1)),
    "too precise": _valued(
        FindingKind.TOO_PRECISE,
        lambda item: item.limits.max_decimal_places is not None and item.type is ItemType.DECIMAL,
        lambda _: {"valueDecimal": rawjson.parse(b"1.2345")},
    ),
    "another unit": _valued(
        FindingKind.OTHER_UNIT,
        lambda item: item.units and item.type is ItemType.QUANTITY,
        lambda _: {"valueQuantity": {"value": 9, "unit": "t", "system": "http://unitsofmeasure.org", "code": "t"}},
    ),
    "reference to another type": _valued(
        FindingKind.OTHER_TARGET,
        lambda item: item.limits.reference_types and item.type is ItemType.REFERENCE,
        lambda _: {"valueReference": {"reference": "Slot/1"}},
    ),
    "no such type of reference": _valued(
        FindingKind.OTHER_TARGET,
        lambda item: item.type is ItemType.REFERENCE,
        lambda _: {"valueReference": {"reference": "Chicken/1"}},
    ),
    "file of another kind": _valued(
        FindingKind.OTHER_MEDIA_TYPE,
        lambda item: item.limits.mime_types,
        lambda _: {"valueAttachment": {"contentType": "video/mp4", "data": "YQ=="}},
    ),
    "file too big": _valued(
        FindingKind.TOO_BIG,
        lambda item: item.limits.max_size is not None and item.limits.max_size < len(_BIG),
        lambda item: {"valueAttachment": {"contentType": (item.limits.mime_types or ("text/plain",))[0], "data": _BIG}},
    ),
    "file of another size": _valued(
        FindingKind.OTHER_SIZE,
        lambda item: item.type is ItemType.ATTACHMENT,
        lambda item: {
            "valueAttachment": {
                "contentType": (item.limits.mime_types or ("text/plain",))[0],
                "data": "YQ==",
                "size": 7,
            }
        },
    ),
}
"""What to do -> how. An answer to an item that is switched off comes from ``responding.although_off``."""
