"""Quantities: exact conversion between units, so far as units are known here.

A small table, exact factors, no rounding: the library would round 83.9 kg up to 84. A unit that is not in the table is
itself and nothing else: equal to the same unit, never converted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

Dimension = tuple[tuple[str, int], ...]
"""Powers of base units, sorted: ``(("g", 1), ("m", -2))``."""

# UCUM's own tables (http://unitsofmeasure.org). Calendar months are no fixed number of days; words without quotes.
_ATOMS: dict[str, tuple[Decimal, Dimension]] = {
    "1": (Decimal(1), ()),
    "%": (Decimal("0.01"), ()),
    "m": (Decimal(1), (("m", 1),)),
    "[in_i]": (Decimal("0.0254"), (("m", 1),)),
    "[ft_i]": (Decimal("0.3048"), (("m", 1),)),
    "g": (Decimal(1), (("g", 1),)),
    "[lb_av]": (Decimal("453.59237"), (("g", 1),)),
    "[oz_av]": (Decimal("28.349523125"), (("g", 1),)),
    "L": (Decimal("0.001"), (("m", 3),)),
    "l": (Decimal("0.001"), (("m", 3),)),
    "mol": (Decimal(1), (("mol", 1),)),
    "m[Hg]": (Decimal(1), (("m[Hg]", 1),)),
    "s": (Decimal(1), (("s", 1),)),
    "min": (Decimal(60), (("s", 1),)),
    "h": (Decimal(3_600), (("s", 1),)),
    "d": (Decimal(86_400), (("s", 1),)),
    "wk": (Decimal(604_800), (("s", 1),)),
    "mo": (Decimal(2_629_800), (("s", 1),)),
    "a": (Decimal(31_557_600), (("s", 1),)),
}
_PREFIXED = {"m", "g", "L", "l", "s", "mol", "m[Hg]"}
_PREFIXES = {"k": 3, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9}
_COMPONENT = re.compile(r"(?P<atom>(?:\[[^\]]*\]|[A-Za-z%]|^1$)+)(?P<power>[+-]?\d+)?|(?P<number>\d+)")
CALENDAR = {
    "year": "a",
    "month": "mo",
    "week": "wk",
    "day": "d",
    "hour": "h",
    "minute": "min",
    "second": "s",
    "millisecond": "ms",
}
"""FHIRPath's calendar words and the UCUM code that goes with each."""
_MONTHS = {"year": Decimal(12), "month": Decimal(1)}


@dataclass(frozen=True, slots=True)
class Amount:
    """A value with its unit: a UCUM code, or a calendar word in the singular where ``calendar`` is set."""

    value: Decimal
    unit: str
    calendar: bool = False

    def __str__(self) -> str:
        written = format(self.value, "f")
        return f"{written} {self.unit}" if self.calendar else f"{written} '{self.unit}'"

    @property
    def length(self) -> str | None:
        """The calendar word that says how long this is; None for a unit that cannot be added to a date."""
        if self.calendar:
            return self.unit
        words = {code: word for word, code in CALENDAR.items() if word not in _MONTHS}
        return words.get(self.unit) or (_singular(self.unit) if _singular(self.unit) in CALENDAR else None)


def amount(value: Decimal, word: str) -> Amount:
    """From a literal's unit: a quoted UCUM code, or a calendar word in singular or plural."""
    if word.startswith("'"):
        return Amount(value, word[1:-1])
    return Amount(value, _singular(word), calendar=True)


def compared(left: Amount, right: Amount, *, calendar_is_ucum: bool = False) -> tuple[Decimal, Decimal] | None:
    """Both values in one unit, or None where the units do not go together.

    A calendar year is not the UCUM year ``a``; only equivalence takes them for the same (FHIRPath N1, Quantity).
    """
    if left.unit == right.unit and left.calendar == right.calendar:
        return left.value, right.value
    one, other = (_measured(item, calendar_is_ucum) for item in (left, right))
    if one is None or other is None or one[1] != other[1]:
        return None
    return left.value * one[0], right.value * other[0]


def normal(item: Amount) -> tuple[Dimension, Decimal]:
    """The same for amounts that are equal: the dimension, and the value in base units."""
    found = _measured(item, False)
    if found is None:
        return ((item.unit, 1),), item.value
    return found[1], item.value * found[0]


def converted(source: Amount, unit: str) -> Amount | None:
    """The same amount in another unit, or None where it cannot be said."""
    target = Amount(Decimal(1), unit)
    if source.unit == unit and not source.calendar:
        return source
    pair = compared(source, target)
    return Amount(_plain(pair[0] / pair[1]), unit) if pair else None


def multiplied(left: Amount, right: Amount, sign: int) -> Amount | None:
    """The product (sign 1) or quotient (sign -1) in base units; None for a unit that is not known."""
    one, other = _measured(left, False), _measured(right, False)
    if one is None or other is None or (sign < 0 and right.value == 0):
        return None
    factor = one[0] * (other[0] if sign > 0 else 1 / other[0])
    value = left.value * (right.value if sign > 0 else 1 / right.value)
    return Amount(_plain(value * factor), _written(_sum(one[1], other[1], sign)))


def _singular(word: str) -> str:
    return word.removesuffix("s")


def _plain(value: Decimal) -> Decimal:
    """Without zeros a division left behind."""
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()


def _measured(item: Amount, calendar_is_ucum: bool) -> tuple[Decimal, Dimension] | None:
    if item.calendar and item.unit in _MONTHS and not calendar_is_ucum:
        return _MONTHS[item.unit], (("month", 1),)
    return _of_unit(CALENDAR.get(item.unit, item.unit) if item.calendar else item.unit)


def _of_unit(unit: str) -> tuple[Decimal, Dimension] | None:
    """Factor and dimension of a UCUM code such as ``kg/m2``; None when some part is not understood."""
    factor, sign = Decimal(1), 1
    dimension: Dimension = ()
    for part in re.split(r"([./])", re.sub(r"\{[^}]*\}", "", unit)):
        if part in {".", "/"}:
            sign = -1 if part == "/" else 1
            continue
        found = _COMPONENT.fullmatch(part) if part else None
        if part and not found:
            return None
        if found and found["atom"]:
            size, base = _atom(found["atom"])
            power = sign * int(found["power"] or 1)
            factor, dimension = factor * size**power, _sum(dimension, base, power)
        elif found:
            factor *= Decimal(part) ** sign
    return factor, dimension


def _atom(name: str) -> tuple[Decimal, Dimension]:
    if name in _ATOMS:
        return _ATOMS[name]
    if name[:1] in _PREFIXES and name[1:] in _PREFIXED:
        size, base = _ATOMS[name[1:]]
        return size * Decimal(10) ** _PREFIXES[name[0]], base
    return Decimal(1), ((name, 1),)


def _sum(left: Dimension, right: Dimension, times: int) -> Dimension:
    powers = dict(left)
    for unit, power in right:
        powers[unit] = powers.get(unit, 0) + power * times
    return tuple(sorted((unit, power) for unit, power in powers.items() if power))


def _written(dimension: Dimension) -> str:
    """The UCUM code of base units: ``g/m2``."""
    over = ".".join(f"{unit}{power if power > 1 else ''}" for unit, power in dimension if power > 0)
    under = "".join(f"/{unit}{-power if power < -1 else ''}" for unit, power in dimension if power < 0)
    return f"{over}{under}" if over or under else "1"
