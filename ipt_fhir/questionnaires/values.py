"""Answers as typed values: whether what stands in a value[x] is of its type, and how it compares with a limit.

Raw JSON stays as it came (decision-D3); nothing here changes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.questionnaires import units
from ipt_fhir.questionnaires.form import Value
from ipt_fhir.rawjson import JsonObject, Spelled, number

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_TIME = r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?"
_MOMENT = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d)T{_TIME}(Z|[+-](?:0\d|1[0-4]):[0-5]\d)")
_TIME_ONLY = re.compile(_TIME)
WRITTEN = frozenset({"valueString", "valueUri"})
"""The members whose value is a text."""
_INTEGERS = range(-(2**31), 2**31)


class NotComparable(ValueError):
    """The two measure different things, or one of them has no unit that a machine understands."""


def is_number(content: Any) -> bool:
    """Whether it is a JSON number (``true`` is none)."""
    return isinstance(content, int | Decimal | Spelled) and not isinstance(content, bool)


def _is_integer(content: Any) -> bool:
    return isinstance(content, int) and not isinstance(content, bool) and content in _INTEGERS


def _is_text(content: Any) -> bool:
    return isinstance(content, str) and content != ""


def _is_object(content: Any) -> bool:
    return isinstance(content, dict) and bool(content)


def _is_date(content: Any) -> bool:
    return isinstance(content, str) and _DATE.fullmatch(content) is not None and first_moment(content) is not None


def _is_moment(content: Any) -> bool:
    return isinstance(content, str) and first_moment(content) is not None


def _is_time(content: Any) -> bool:
    return isinstance(content, str) and _TIME_ONLY.fullmatch(content) is not None


_SHAPES: Mapping[str, Callable[[Any], bool]] = {
    "valueBoolean": lambda content: isinstance(content, bool),
    "valueDecimal": is_number,
    "valueInteger": _is_integer,
    "valueDate": _is_date,
    "valueDateTime": _is_moment,
    "valueTime": _is_time,
    "valueString": _is_text,
    "valueUri": _is_text,
    "valueAttachment": _is_object,
    "valueCoding": _is_object,
    "valueQuantity": _is_object,
    "valueReference": _is_object,
}


def is_of_its_type(value: Value) -> bool:
    """Whether the content of a value[x] is what its name says (FHIR R4, datatypes.html)."""
    fits = _SHAPES.get(value.member)
    return fits is not None and fits(value.content)


def compared(value: Value, limit: Value) -> int:
    """-1, 0 or 1 for a value of its type beside a limit.

    A date that leaves out its day or month counts as the first one: so HL7's engine compares, and a limit of ``2020``
    is kept by every day of that year. Raises NotComparable, and units.UnknownUnit for a unit that we do not know.
    """
    if value.member == "valueQuantity":
        return _quantities(value.content, limit)
    left, right = _comparable(value), _comparable(limit)
    if isinstance(left, datetime) and isinstance(right, datetime) and (left.tzinfo is None or right.tzinfo is None):
        # A day has no zone: its own calendar decides.
        left, right = left.replace(tzinfo=None), right.replace(tzinfo=None)
    if type(left) is not type(right):
        raise NotComparable(limit.member)
    return int(left > right) - int(left < right)


def spelled(value: Value) -> str:
    """A value of the form, a limit say, as a person reads it."""
    content = value.content
    if isinstance(content, dict):
        return f"{spelled(Value('', content.get('value')))} {content.get('unit', content.get('code', ''))}".strip()
    return content if isinstance(content, str) else rawjson.write(content).decode()


def decimal_places(content: Any) -> int:
    """The digits behind the point as they were written: ``1.50`` has two."""
    plain = number(content)
    return max(0, -int(plain.as_tuple().exponent)) if isinstance(plain, Decimal) else 0


def _comparable(value: Value) -> Any:
    content = value.content
    if is_number(content):
        return Decimal(number(content))
    if isinstance(content, str) and value.member in {"valueDate", "valueDateTime"}:
        return first_moment(content)
    found = _TIME_ONLY.fullmatch(content) if isinstance(content, str) else None
    if found and value.member == "valueTime":
        return _clock(found.groups())
    raise NotComparable(value.member)


def first_moment(content: str) -> datetime | None:
    """The moment a date or dateTime begins at; None for what is no day of the calendar. Without a zone it has none."""
    try:
        if found := _DATE.fullmatch(content):
            return datetime.combine(date(int(found[1]), int(found[2] or 1), int(found[3] or 1)), time())
        if found := _MOMENT.fullmatch(content):
            year, month, day, *clock, zone = found.groups()
            moment = datetime.combine(date(int(year), int(month), int(day)), _clock(clock))
            return moment.replace(tzinfo=datetime.strptime(zone, "%z").tzinfo).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return None


def _clock(parts: Any) -> time:
    """A leap second counts as the one before it."""
    hour, minute, second, fraction = parts
    return time(int(hour), int(minute), min(int(second), 59), int((fraction or "0")[:6].ljust(6, "0")))


def _quantities(quantity: JsonObject, limit: Value) -> int:
    """Both need a coded unit, of one system (R4 Quantity: the unit as text is for people)."""
    amount = _amount(quantity)
    if is_number(limit.content):
        bound = Decimal(number(limit.content))
        return int(amount > bound) - int(amount < bound)
    other = limit.content if isinstance(limit.content, dict) else {}
    bound, unit, asked = _amount(other), quantity.get("code"), other.get("code")
    system = quantity.get("system")
    if not isinstance(unit, str) or not isinstance(asked, str) or system is None or system != other.get("system"):
        raise NotComparable("no coded unit")
    if unit != asked and system != units.UCUM:
        raise NotComparable("two units")
    order = units.comparison((amount, unit), (bound, asked))
    if order is None:
        raise NotComparable("two dimensions")
    return order


def _amount(quantity: JsonObject) -> Decimal:
    amount = quantity.get("value")
    if not is_number(amount):
        raise NotComparable("no amount")
    return Decimal(number(amount))
