"""Dates, times and moments as FHIRPath counts them: compared precision by precision, added to in calendar steps.

The library's own arithmetic turns a moment into UTC and compares some precisions the wrong way round.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias

Part: TypeAlias = int | Decimal
_MOMENT = re.compile(
    r"(?:(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?)?"
    r"(?:(?P<mark>T)?(?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d(?:\.\d+)?))?)?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?"
)
_FIELDS = ("year", "month", "day", "hour", "minute", "second")
_LEAST: dict[str, Part] = {"year": 1, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": Decimal(0)}
_SECONDS = {"week": 604_800, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
_TO_COARSER = (
    ("month", 12, "year"),
    ("day", 30, "month"),
    ("hour", 24, "day"),
    ("minute", 60, "hour"),
    ("second", 60, "minute"),
)
_DAY = Decimal(86_400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date, dateTime or time. ``parts`` are year to second for the first two, hour to second for a time; as many as
    are known. ``zone`` is the offset in minutes, None where none is given; ``mark`` is how the zone is written."""

    kind: str
    parts: tuple[Part, ...]
    zone: int | None = None
    mark: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the parts."""
        return (_FIELDS[3:] if self.kind == "Time" else _FIELDS)[: len(self.parts)]

    def __str__(self) -> str:
        day = [f"{part:0{4 if name == 'year' else 2}d}" for name, part in self._named() if name in _FIELDS[:3]]
        clock = [_two_digits(part) for name, part in self._named() if name in _FIELDS[3:]]
        if not clock:
            return "-".join(day)
        return "T".join(filter(None, ("-".join(day), ":".join(clock)))) + self.mark

    def _named(self) -> list[tuple[str, Part]]:
        return list(zip(self.fields, self.parts, strict=True))


def read_moment(text: str, kind: str) -> Moment | None:
    """The moment a text spells, ``kind`` being Date, DateTime or Time; None when it spells none."""
    found = _MOMENT.fullmatch(text)
    if not found or not _fits(found, kind):
        return None
    names = _FIELDS[3:] if kind == "Time" else _FIELDS
    parts = tuple(_part(name, found[name]) for name in names if found[name] is not None)
    moment = Moment(kind=kind, parts=parts, zone=_minutes(found["zone"]), mark=found["zone"] or "")
    return moment if _exists(moment) else None


def compare(left: Moment, right: Moment) -> int | None:
    """-1, 0 or 1; None where they agree as far as both go and one goes on, or where a missing zone decides."""
    if (left.kind == "Time") != (right.kind == "Time"):
        return None
    if left.zone is not None and right.zone is not None:
        left, right = in_utc(left), in_utc(right)
    elif (left.zone is None) != (right.zone is None) and _has_clock(left) and _has_clock(right):
        return _compare_across_zones(left, right)
    for one, other in zip(left.parts, right.parts, strict=False):
        if one != other:
            return -1 if one < other else 1
    return 0 if len(left.parts) == len(right.parts) else None


def add(moment: Moment, amount: Decimal, unit: str) -> Moment | None:
    """The moment so many units later; fractions of a unit are left out. None for a unit or result that is none.

    What is finer than the moment is counted in its own precision: a year plus 24 months is two years later.
    """
    count = int(amount)
    if unit == "millisecond":
        return (
            _add_seconds(moment, Decimal(count) / 1000)
            if "second" in moment.fields
            else add(moment, amount / 1000, "second")
        )
    if unit == "week":
        count, unit = count * 7, "day"
    for finer, size, coarser in reversed(_TO_COARSER):
        if unit == finer and finer not in moment.fields and (moment.kind != "Time" or coarser in moment.fields):
            count, unit = int(Decimal(count) / size), coarser
    if unit in {"year", "month"}:
        return None if moment.kind == "Time" else _add_months(moment, count * (12 if unit == "year" else 1))
    return _add_seconds(moment, Decimal(count * _SECONDS[unit])) if unit in _SECONDS else None


def _two_digits(part: Part) -> str:
    whole, _, fraction = str(part).partition(".")
    return whole.zfill(2) + (f".{fraction}" if fraction else "")


def _fits(found: re.Match[str], kind: str) -> bool:
    if kind == "Time":
        return found["year"] is None and found["hour"] is not None and not found["zone"] and not found["mark"]
    if found["year"] is None or (found["hour"] is not None and (kind == "Date" or not found["mark"])):
        return False
    return not (found["mark"] and found["day"] is None) and not (found["zone"] and found["hour"] is None)


def _part(name: str, text: str) -> Part:
    return Decimal(text) if name == "second" else int(text)


def _minutes(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone == "Z":
        return 0
    return (-1 if zone[0] == "-" else 1) * (int(zone[1:3]) * 60 + int(zone[4:6]))


def _exists(moment: Moment) -> bool:
    named = dict(zip(moment.fields, moment.parts, strict=True))
    year, month, day = (int(named.get(name, 1)) for name in _FIELDS[:3])
    if not (1 <= month <= 12 and 1 <= year <= 9999 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return False
    return named.get("hour", 0) < 24 and named.get("minute", 0) < 60 and named.get("second", 0) < 60


def _has_clock(moment: Moment) -> bool:
    return "hour" in moment.fields


def in_utc(moment: Moment) -> Moment:
    """The same moment told in UTC; one without zone or clock as it is."""
    if not moment.zone or not _has_clock(moment):
        return moment
    shifted = _at(moment, _position(moment) - moment.zone * 60)
    return replace(shifted, zone=0, mark="Z")


def _compare_across_zones(left: Moment, right: Moment) -> int | None:
    """Without its zone a moment is known to a day only; a zone is at most 14 hours from Greenwich."""
    apart = _position(left) - _position(right)
    if abs(apart) <= _DAY:
        return None
    return -1 if apart < 0 else 1


def _position(moment: Moment) -> Decimal:
    """Seconds since the first day there is."""
    named = {**_LEAST, **dict(zip(moment.fields, moment.parts, strict=True))}
    days = date(*(int(named[name]) for name in _FIELDS[:3])).toordinal()
    return days * _DAY + Decimal(named["hour"]) * 3_600 + Decimal(named["minute"]) * 60 + Decimal(named["second"])


def _at(moment: Moment, position: Decimal) -> Moment:
    """A moment at that position, as precise as the one given."""
    days, seconds = int(position // _DAY), position % _DAY
    day = date.fromordinal(1) + timedelta(days=days - 1)
    clock: tuple[Part, ...] = (int(seconds // 3_600), int(seconds % 3_600 // 60), seconds % 60)
    parts = clock if moment.kind == "Time" else (day.year, day.month, day.day, *clock)
    return replace(moment, parts=parts[: len(moment.parts)])


def _add_seconds(moment: Moment, seconds: Decimal) -> Moment | None:
    """A time runs on into the next day, as a clock does."""
    position = _position(moment) + seconds
    if moment.kind == "Time":
        position = _DAY + position % _DAY
    try:
        return _at(moment, position)
    except OverflowError:
        return None


def _add_months(moment: Moment, months: int) -> Moment | None:
    """Where the month has no such day, its last one (FHIRPath N1, Date/Time Arithmetic)."""
    year, month, *rest = (*moment.parts, 1)[: max(2, len(moment.parts))]
    year, month = divmod(int(year) * 12 + int(month) - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    if rest:
        rest[0] = min(int(rest[0]), calendar.monthrange(year, month + 1)[1])
    return replace(moment, parts=(year, month + 1, *rest)[: len(moment.parts)])
