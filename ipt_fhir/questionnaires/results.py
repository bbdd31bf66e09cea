"""Turn what an expression came to into answers of the item's type; what does not fit is refused, never bent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ipt_fhir.questionnaires.form import FormItem, ItemType, Option, Value
from ipt_fhir.questionnaires.nodes import value_of
from ipt_fhir.questionnaires.problems import TOO_MANY, WRONG_KIND
from ipt_fhir.rawjson import JsonObject, number

_DATE = r"\d{4}(-\d\d(-\d\d)?)?"
_DATE_TIME = rf"{_DATE}(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?"
_SHAPES = {
    ItemType.DATE: ("valueDate", re.compile(_DATE)),
    ItemType.DATETIME: ("valueDateTime", re.compile(_DATE_TIME)),
    ItemType.TIME: ("valueTime", re.compile(r"\d\d:\d\d:\d\d(\.\d+)?")),
    ItemType.STRING: ("valueString", re.compile(r"[\s\S]+")),
    ItemType.TEXT: ("valueString", re.compile(r"[\s\S]+")),
    ItemType.URL: ("valueUri", re.compile(r"\S+")),
}


class WrongResult(ValueError):
    """An expression came to something that is no answer to its item. ``reason`` is a message id with ``{named}``."""

    def __init__(self, reason: str, named: str) -> None:
        super().__init__(reason.format(named=named))
        self.reason = reason
        self.named = named


def answers_of(item: FormItem, results: Sequence[Any], options: Sequence[Option] | None) -> tuple[Value, ...]:
    """The results as answers to the item, none for none. Raises WrongResult.

    ``options`` are the permitted answers: a bare code means the option that has it (SDC, initialExpression).
    """
    if len(results) > 1 and not item.repeats:
        raise WrongResult(TOO_MANY, str(len(results)))
    return tuple(_answer(item, number(result), options) for result in results)


def _answer(item: FormItem, result: Any, options: Sequence[Option] | None) -> Value:
    found: Value | None = None
    if item.type is ItemType.BOOLEAN:
        found = Value("valueBoolean", result) if isinstance(result, bool) else None
    elif item.type in {ItemType.DECIMAL, ItemType.INTEGER}:
        found = _number(item, result)
    elif item.type is ItemType.QUANTITY:
        found = _quantity(item, result)
    elif item.type in _SHAPES:
        found = _text(item.type, result)
    elif item.type in {ItemType.CHOICE, ItemType.OPEN_CHOICE}:
        found = _choice(item, result, options)
    elif item.type is ItemType.REFERENCE:
        found = _reference(result)
    elif item.type is ItemType.ATTACHMENT and isinstance(result, dict) and "contentType" in result:
        found = Value("valueAttachment", result)
    if found is None:
        raise WrongResult(WRONG_KIND, _kind(result))
    return found


def _number(item: FormItem, result: Any) -> Value | None:
    """A number; of a quantity its value, where the item has a unit and it is that one (SDC, calculatedExpression)."""
    if isinstance(result, dict) and "value" in result and _is_in(result, item.unit):
        result = number(result["value"])
    if isinstance(result, bool) or not isinstance(result, int | Decimal):
        return None
    if item.type is ItemType.DECIMAL:
        return Value("valueDecimal", result)
    whole = Decimal(result).to_integral_value()
    return Value("valueInteger", int(whole)) if whole == result else None


def _is_in(quantity: JsonObject, unit: JsonObject | None) -> bool:
    named = quantity.get("code") or quantity.get("unit")
    return unit is not None and named in (unit.get("code"), unit.get("display"))


def _quantity(item: FormItem, result: Any) -> Value | None:
    if isinstance(result, dict):
        return Value("valueQuantity", result) if "value" in result else None
    if isinstance(result, bool) or not isinstance(result, int | Decimal):
        return None
    return Value("valueQuantity", {"value": result, **unit_members(item.unit)})


def unit_members(unit: JsonObject | None) -> JsonObject:
    """The members of a Quantity that say its unit, from the Coding of the unit."""
    if not unit:
        return {}
    named = unit.get("display") or unit.get("code")
    members = {"unit": named, "system": unit.get("system"), "code": unit.get("code")}
    return {name: value for name, value in members.items() if value}


def _text(kind: ItemType, result: Any) -> Value | None:
    member, shape = _SHAPES[kind]
    if not isinstance(result, str):
        return None
    if kind is ItemType.DATE:
        result = result.partition("T")[0]
    return Value(member, result) if shape.fullmatch(result) else None


def _choice(item: FormItem, result: Any, options: Sequence[Option] | None) -> Value | None:
    if isinstance(result, dict) and "coding" not in result and ("code" in result or "display" in result):
        return Value("valueCoding", result)
    for option in options or ():
        content = option.value.content
        if result == (content.get("code") if isinstance(content, dict) else number(content)):
            return option.value
    typed = item.type is ItemType.OPEN_CHOICE and isinstance(result, str)
    return Value("valueString", result) if typed else None


def _reference(result: Any) -> Value | None:
    if isinstance(result, str) and result:
        return Value("valueReference", {"reference": result})
    if isinstance(result, dict) and "resourceType" in result and "id" in result:
        return Value("valueReference", {"reference": f"{result['resourceType']}/{result['id']}"})
    return Value("valueReference", result) if isinstance(result, dict) and "reference" in result else None


def _kind(result: Any) -> str:
    """What it is, without what it says: problems are logged, answers are not."""
    if isinstance(result, dict):
        inner = value_of(result)
        return str(result.get("resourceType") or (inner.member if inner else "an object"))
    names = {bool: "true or false", int: "a number", Decimal: "a number", str: "a text"}
    return next((name for kind, name in names.items() if isinstance(result, kind)), "nothing")
