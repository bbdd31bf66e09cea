"""What the library hands its functions, and what goes in and out: JSON with the name of its type.

The library wraps whatever comes out of a resource into a node with the name of its FHIR type. Here literals and results
are such nodes too (``System.Date``, ``System.Quantity``), so that nothing is told apart by its spelling.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias, TypeGuard, cast

from fhirpathpy.engine.nodes import ResourceNode

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.expressions.amounts import CALENDAR, Amount, amount
from ipt_fhir.questionnaires.expressions.moments import Moment, read_moment
from ipt_fhir.questionnaires.expressions.r4 import parent_of
from ipt_fhir.terminology.systems import UCUM

Item: TypeAlias = Any
"""One item of a collection: a node of the library, or a plain bool, int, Decimal or str."""
Plain: TypeAlias = bool | int | Decimal | str | Moment | Amount | dict[str, Any] | list[Any] | None
"""What an item means."""

_MOMENTS = {"date": "Date", "dateTime": "DateTime", "instant": "DateTime", "time": "Time"}
_SYSTEM_NAMES: dict[type, str] = {bool: "Boolean", int: "Integer", Decimal: "Decimal", str: "String"}
_ASIDE = {"extension", "id"}


def node(data: Any, path: str | None) -> Item:
    """An item of that type."""
    return ResourceNode(data, path)


def moment_node(text: str, kind: str) -> Item | None:
    """A Date, DateTime or Time, or None where the text spells none."""
    return node(text, f"System.{kind}") if read_moment(text, kind) else None


def quantity_node(value: Decimal, word: str) -> Item:
    """From a literal: its value and its unit, a quoted UCUM code or a calendar word."""
    return amount_node(amount(value, word))


def amount_node(made: Amount) -> Item:
    """A quantity as JSON, typed as FHIRPath's own Quantity."""
    code = CALENDAR.get(made.unit, made.unit) if made.calendar else made.unit
    return node({"value": made.value, "unit": made.unit, "system": UCUM, "code": code}, "System.Quantity")


def now_node(now: datetime, kind: str) -> Item:
    """The moment of the evaluation as Date, DateTime or Time, to the millisecond, in its own zone."""
    text = now.isoformat(timespec="milliseconds")
    return node({"Date": text[:10], "DateTime": text, "Time": text[11:23]}[kind], f"System.{kind}")


def wrapped(value: object) -> Item:
    """JSON from outside as an item; what carries no resourceType is recognised by its shape."""
    if isinstance(value, ResourceNode):
        return value
    if isinstance(value, dict):
        return node(value, _shape(value))
    return rawjson.number(value)


def _shape(value: dict[str, Any]) -> str | None:
    """The path of an element that stands alone (an item, an answer, a Coding, a Quantity)."""
    if "resourceType" in value:
        return str(value["resourceType"])
    if "linkId" in value:
        return "Questionnaire.item" if "type" in value else "QuestionnaireResponse.item"
    if any(name.startswith("value") and len(name) > 5 for name in value) and "url" not in value:
        return "QuestionnaireResponse.item.answer"
    if "value" in value and value.keys() & {"unit", "code"} and not isinstance(value["value"], str):
        return "Quantity"
    if value.keys() & {"code", "display"} and value.keys() <= {
        "system",
        "version",
        "code",
        "display",
        "userSelected",
        *_ASIDE,
    }:
        return "Coding"
    return "Extension" if "url" in value else None


def type_of(item: Item) -> tuple[str, str]:
    """Namespace (System or FHIR) and name of an item's type; a backbone element answers BackboneElement."""
    path = (item.path or "Element") if isinstance(item, ResourceNode) else "System."
    if not path.startswith("System."):
        return "FHIR", "BackboneElement" if "." in path else path
    if (name := path.removeprefix("System.")) and "." not in name:
        return "System", name
    data = data_of(item)
    if isinstance(data, dict):
        return "FHIR", str(data.get("resourceType", "Element"))
    return "System", _SYSTEM_NAMES.get(type(data), "Any")


def plain(item: Item) -> Plain:
    """What an item means: a moment for a date, an amount for a quantity, otherwise its JSON."""
    if not isinstance(item, ResourceNode):
        return cast(Plain, item)
    data = item.data
    if isinstance(data, str):
        return _plain_text(data, item.path or "")
    if isinstance(data, dict):
        return _amount(data, item.path) if is_quantity(item) else data
    return cast(Plain, rawjson.number(data))


def _plain_text(data: str, path: str) -> Plain:
    kind = path.removeprefix("System.") if path.startswith("System.") else _MOMENTS.get(path)
    if kind not in {"Date", "DateTime", "Time"}:
        return data
    return read_moment(data, kind) or (read_moment(data, "Date") if kind == "DateTime" else None) or data


def is_quantity(item: Item) -> bool:
    """Whether an item is a Quantity of FHIR or FHIRPath, or one of its kinds (Age, Duration ...)."""
    return isinstance(item, ResourceNode) and (
        item.path in {"Quantity", "System.Quantity"} or parent_of(item.path) == "Quantity"
    )


def _amount(data: dict[str, Any], path: str) -> Plain:
    value = rawjson.number(data.get("value"))
    if not isinstance(value, int | Decimal) or "comparator" in data:
        return data
    unit, code = str(data.get("unit", "1")), data.get("code")
    if path == "System.Quantity" and unit in CALENDAR:
        return Amount(Decimal(value), unit, calendar=True)
    return Amount(Decimal(value), str(code) if code is not None else unit)


def is_number(value: object) -> TypeGuard[int | Decimal]:
    """Integer or decimal; a boolean is neither."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def present(items: Iterable[Item]) -> list[Item]:
    """The items of a collection in FHIRPath's sense.

    The library hands out the extensions of a primitive (``_birthDate``) as items of their own, beside the value or,
    for a list, behind it, with holes for nulls. A primitive that has extensions only stays, at its place.
    """
    kept = [item for item in items if not (isinstance(item, ResourceNode) and item.data is None)]
    beside = [item for item in kept if _is_aside(item)]
    if not beside:
        return kept
    valued = {item.propName for item in kept if isinstance(item, ResourceNode) and not isinstance(item.data, dict)}
    lone = [item for item in beside if item.propName not in valued]
    kept = [item for item in kept if not _is_aside(item)]
    for item in lone:
        _insert(kept, item)
    return kept


def _is_aside(item: Item) -> bool:
    """Whether this is the ``_name`` half of a primitive."""
    return (
        isinstance(item, ResourceNode)
        and isinstance(item.data, dict)
        and item.data.keys() <= _ASIDE
        and is_primitive_type(item.path)
    )


def is_primitive_type(path: str | None) -> bool:
    """Whether a path names a primitive type: those of FHIR are written small, and some are System types."""
    return (
        path is not None
        and (path[:1].islower() or path.startswith("System."))
        and "." not in path.removeprefix("System.")
    )


def _insert(items: list[Item], lone: Item) -> None:
    later = [at for at, item in enumerate(items) if isinstance(item, ResourceNode) and _follows(item, lone)]
    items.insert(later[0] if later else len(items), lone)


def _follows(item: Item, lone: Item) -> bool:
    same = str(item.propName).rpartition("[")[0] == str(lone.propName).rpartition("[")[0]
    return same and (item.index or 0) > (lone.index or 0)


def as_json(items: Iterable[Item]) -> list[Any]:
    """A collection as JSON, apart from what it was taken from; a primitive without value is no value."""
    return [rawjson.copy(data_of(item)) for item in present(items) if not _is_aside(item)]


def data_of(item: Item) -> Any:
    """The JSON of an item; a number is an int or Decimal."""
    return rawjson.number(item.data if isinstance(item, ResourceNode) else item)
