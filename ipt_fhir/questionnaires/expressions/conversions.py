"""Conversions between types, and what a value's type is (FHIRPath N1, sections 5.5 and 6.3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from fhirpathpy.engine.nodes import TypeInfo

from ipt_fhir.locale.texts import N_
from ipt_fhir.questionnaires.expressions.amounts import CALENDAR, Amount, amount, converted
from ipt_fhir.questionnaires.expressions.hooks import (
    Collection,
    Function,
    Scope,
    Table,
    function,
    meaning,
    one,
    text_of,
    type_operator,
)
from ipt_fhir.questionnaires.expressions.moments import Moment
from ipt_fhir.questionnaires.expressions.r4 import parent_of, types
from ipt_fhir.questionnaires.expressions.refusal import ExpressionRefused
from ipt_fhir.questionnaires.expressions.values import (
    Item,
    amount_node,
    is_number,
    moment_node,
    node,
    now_node,
    type_of,
)

_TRUE = {"true", "t", "yes", "y", "1", "1.0"}
_FALSE = {"false", "f", "no", "n", "0", "0.0"}
_INTEGER = re.compile(r"[+-]?\d{1,28}")
_DECIMAL = re.compile(r"[+-]?\d{1,28}(\.\d{1,28})?")
_QUANTITY = re.compile(r"(?P<value>[+-]?\d{1,28}(?:\.\d{1,28})?)\s*(?P<unit>'[^']+'|[a-z]+)?")
_SYSTEM_TYPES = {"Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity", "Any"}


def _to_boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if is_number(value):
        return bool(value) if value in {0, 1} else None
    word = value.lower() if isinstance(value, str) else ""
    return True if word in _TRUE else False if word in _FALSE else None


def _to_integer(value: Any) -> int | None:
    if isinstance(value, bool | int):
        return int(value)
    return int(value) if isinstance(value, str) and _INTEGER.fullmatch(value) else None


def _to_decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool | int | Decimal):
        return Decimal(value)
    return Decimal(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else None


def _to_string(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value) if isinstance(value, str | int | Moment | Amount) else None


def _to_moment(kind: str) -> Callable[[Any], Item | None]:
    def convert(value: Any) -> Item | None:
        if isinstance(value, Moment):
            cut = str(value)[:10] if kind == "Date" else str(value)
            return moment_node(cut, kind) if (value.kind == "Time") == (kind == "Time") else None
        return moment_node(value, kind) if isinstance(value, str) else None

    return convert


def _to_quantity(value: Any) -> Amount | None:
    if isinstance(value, Amount):
        return value
    if isinstance(value, bool | int | Decimal):
        return Amount(Decimal(value), "1")
    found = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return None
    unit = found["unit"] or "'1'"
    known = unit.startswith("'") or unit.removesuffix("s") in CALENDAR
    return amount(Decimal(found["value"]), unit) if known else None


def _quantity(_scope: Scope, focus: Collection, unit: Collection | None = None) -> Item | None:
    """In the unit asked for; a unit that cannot be reached is an error, since an empty weight would pass for none."""
    found = _to_quantity(meaning(focus, "toQuantity"))
    wanted = text_of(unit or [], "toQuantity")
    if found is None or wanted is None:
        return None if found is None else amount_node(found)
    word = wanted.strip("'")
    there = converted(found, CALENDAR.get(word.removesuffix("s"), word))
    if there is None:
        raise ExpressionRefused(N_("A quantity cannot be turned into “{named}”."), word)
    return amount_node(there)


def _converting(name: str, convert: Callable[[Any], Any]) -> Function:
    def run(_scope: Scope, focus: Collection) -> Any:
        value = meaning(focus, name)
        return None if value is None else convert(value)

    return run


def _convertible(name: str, convert: Callable[[Any], Any]) -> Function:
    def run(_scope: Scope, focus: Collection) -> bool | None:
        return None if one(focus, name) is None else convert(meaning(focus, name)) is not None

    return run


def _is(_scope: Scope, focus: Collection, wanted: TypeInfo) -> bool | None:
    item = one(focus, "is")
    return None if item is None else _is_a(item, wanted, kinds=True)


def _as(_scope: Scope, focus: Collection, wanted: TypeInfo) -> Item | None:
    item = one(focus, "as")
    return item if item is not None and _is_a(item, wanted, kinds=False) else None


def _of_type(_scope: Scope, focus: Collection, wanted: TypeInfo) -> Collection:
    return [item for item in focus if _is_a(item, wanted, kinds=False)]


def _is_a(item: Item, wanted: TypeInfo, *, kinds: bool) -> bool:
    """Whether an item is of that type. ``kinds`` takes a code for a string; ``as`` and ``ofType`` do so for complex
    types only, which is how the official cases have it."""
    namespace, name = type_of(item)
    if wanted.name not in _SYSTEM_TYPES | types():
        raise ExpressionRefused(N_("The expression names a type that FHIR R4 does not have: “{named}”."), wanted.name)
    if wanted.namespace not in {None, namespace}:
        return False
    if namespace == "System":
        return bool(name == wanted.name)
    return wanted.name in (_ancestry(name) if kinds or name[:1].isupper() else (name,))


def _ancestry(name: str) -> list[str]:
    found = [name]
    while (parent := parent_of(found[-1])) and parent not in found:
        found.append(parent)
    return found


def _type(_scope: Scope, focus: Collection) -> Collection:
    named = (type_of(item) for item in focus)
    return [node({"namespace": namespace, "name": name}, "System.TypeInfo") for namespace, name in named]


def _moment_now(kind: str, name: str) -> Function:
    def tell(scope: Scope, _focus: Collection) -> Item:
        if scope["now"] is None:
            raise ExpressionRefused(N_("“{named}” needs to know what time it is."), name)
        return now_node(scope["now"], kind)

    return tell


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "Boolean": _to_boolean,
    "Integer": _to_integer,
    "Decimal": _to_decimal,
    "String": _to_string,
    "Date": _to_moment("Date"),
    "DateTime": _to_moment("DateTime"),
    "Time": _to_moment("Time"),
}
CONVERSIONS: Table = {
    **{f"to{name}": function(_converting(f"to{name}", convert)) for name, convert in _CONVERSIONS.items()},
    **{
        f"convertsTo{name}": function(_convertible(f"convertsTo{name}", convert))
        for name, convert in {**_CONVERSIONS, "Quantity": _to_quantity}.items()
    },
    "toQuantity": function(_quantity, "", "V"),
    "is": function(_is, "T"),
    "as": function(_as, "T"),
    "isOp": type_operator(_is),
    "asOp": type_operator(_as),
    "ofType": function(_of_type, "T"),
    "type": function(_type),
    "now": function(_moment_now("DateTime", "now")),
    "today": function(_moment_now("Date", "today")),
    "timeOfDay": function(_moment_now("Time", "timeOfDay")),
}
