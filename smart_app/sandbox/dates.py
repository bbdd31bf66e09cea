"""FHIR dates as stretches of time, and comparing them (FHIR R4 search, "date")."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

Stretch = tuple[datetime, datetime]

_ALWAYS: Final = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
_MONTH: Final = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2}))?")
_PREFIXED: Final = re.compile(r"(?P<prefix>eq|ne|gt|lt|ge|le)?(?P<date>[0-9].*)")

_COMPARE: Final[dict[str, Callable[[Stretch, Stretch], bool]]] = {
    "eq": lambda held, asked: asked[0] <= held[0] and held[1] <= asked[1],
    "ne": lambda held, asked: not (asked[0] <= held[0] and held[1] <= asked[1]),
    "gt": lambda held, asked: held[1] > asked[1],
    "lt": lambda held, asked: held[0] < asked[0],
    "ge": lambda held, asked: held[1] > asked[1] or (asked[0] <= held[0] and held[1] <= asked[1]),
    "le": lambda held, asked: held[0] < asked[0] or (asked[0] <= held[0] and held[1] <= asked[1]),
}


def stretch(value: Any) -> Stretch:
    """The time a date, dateTime, instant or Period covers, end excluded; a date without a zone is taken as UTC.

    Raises ValueError for anything else.
    """
    if isinstance(value, dict):
        start = stretch(value["start"])[0] if "start" in value else _ALWAYS[0]
        return start, stretch(value["end"])[1] if "end" in value else _ALWAYS[1]
    if not isinstance(value, str):
        raise ValueError("not a date")
    if match := _MONTH.fullmatch(value):
        return _months(int(match["year"]), int(match["month"]) if match["month"] else None)
    moment = datetime.fromisoformat(value)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if len(value) == len("2026-01-05"):
        return moment, _later(moment, timedelta(days=1))
    return moment, _later(moment, timedelta(microseconds=1) if "." in value else timedelta(seconds=1))


def test_for(text: str) -> Callable[[Any], bool]:
    """A test of element values against a search value such as ``ge2026-01-05``. Raises ValueError."""
    match = _PREFIXED.fullmatch(text)
    if not match:
        raise ValueError(f"{text} is not a date")
    asked, compare = stretch(match["date"]), _COMPARE[match["prefix"] or "eq"]
    return lambda value: _compared(compare, value, asked)


def _compared(compare: Callable[[Stretch, Stretch], bool], value: Any, asked: Stretch) -> bool:
    try:
        return compare(stretch(value), asked)
    except ValueError:  # A resource may hold nonsense; it matches no date.
        return False


def _months(year: int, month: int | None) -> Stretch:
    first = datetime(year, month or 1, 1, tzinfo=UTC)
    last = datetime(year, month or 12, calendar.monthrange(year, month or 12)[1], tzinfo=UTC)
    return first, _later(last, timedelta(days=1))


def _later(moment: datetime, amount: timedelta) -> datetime:
    """Python's calendar ends with the year 9999."""
    return moment + amount if moment.year < _ALWAYS[1].year else _ALWAYS[1]
