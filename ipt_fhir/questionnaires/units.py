"""Compare amounts in different UCUM units (https://ucum.org/ucum).

Only what questionnaires measure is known: length, mass, time, volume, pressure, temperature, energy, amount. A unit
that is not known is said to be unknown, never taken for another one. Conversion is exact.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class _Unit:
    """An amount in this unit is ``(amount * factor + offset)`` of the base units, whose powers are ``dimension``."""

    factor: Fraction
    dimension: frozenset[tuple[str, int]] = frozenset()
    offset: Fraction = Fraction(0)


_BASE = ("m", "s", "g", "rad", "K", "C", "cd")
# Atom -> its definition: factor and unit (UCUM, tables 4 to 15). What others are made of stands first.
_ATOMS: dict[str, tuple[str, str]] = {
    "10*": ("10", "1"),
    "10^": ("10", "1"),
    "%": ("0.01", "1"),
    "[ppth]": ("0.001", "1"),
    "[ppm]": ("0.000001", "1"),
    "mol": ("602213670000000000000000", "1"),
    "eq": ("1", "mol"),
    "osm": ("1", "mol"),
    "min": ("60", "s"),
    "h": ("60", "min"),
    "d": ("24", "h"),
    "wk": ("7", "d"),
    "a": ("365.25", "d"),
    "a_j": ("365.25", "d"),
    "a_g": ("365.2425", "d"),
    "mo": ("30.4375", "d"),
    "mo_j": ("30.4375", "d"),
    "mo_g": ("30.436875", "d"),
    "l": ("1", "dm3"),
    "L": ("1", "l"),
    "t": ("1000", "kg"),
    "N": ("1", "kg.m/s2"),
    "Pa": ("1", "N/m2"),
    "bar": ("100000", "Pa"),
    "J": ("1", "N.m"),
    "W": ("1", "J/s"),
    "Hz": ("1", "s-1"),
    "cal": ("4.184", "J"),
    "[Cal]": ("1", "kcal"),
    "m[Hg]": ("133.3220", "kPa"),
    "m[H2O]": ("9.80665", "kPa"),
    "[in_i]": ("2.54", "cm"),
    "[ft_i]": ("12", "[in_i]"),
    "[yd_i]": ("3", "[ft_i]"),
    "[mi_i]": ("5280", "[ft_i]"),
    "[lb_av]": ("453.59237", "g"),
    "[oz_av]": ("28.349523125", "g"),
    "[stone_av]": ("14", "[lb_av]"),
    "[gal_us]": ("231", "[in_i]3"),
    "[pt_us]": ("0.125", "[gal_us]"),
    "[cup_us]": ("0.5", "[pt_us]"),
    "[foz_us]": ("0.0078125", "[gal_us]"),
    "deg": ("0.017453292519943295", "rad"),
    "U": ("1", "umol/min"),
    "kat": ("1", "mol/s"),
}
_METRIC = {
    *_BASE,
    "mol",
    "eq",
    "osm",
    "l",
    "L",
    "t",
    "N",
    "Pa",
    "bar",
    "J",
    "W",
    "Hz",
    "cal",
    "[Cal]",
    "m[Hg]",
    "m[H2O]",
}
_METRIC |= {"U", "kat", "[iU]", "[IU]"}
# Arbitrary units mean nothing outside the assay they come from: each is a dimension of its own (UCUM §24).
_ARBITRARY = {"[iU]": "[iU]", "[IU]": "[iU]"}
_TEMPERATURES = {
    "Cel": _Unit(Fraction(1), frozenset({("K", 1)}), Fraction("273.15")),
    "[degF]": _Unit(Fraction(5, 9), frozenset({("K", 1)}), Fraction(45967, 180)),
}
_PREFIXES = {
    "da": 1,
    "h": 2,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
    "d": -1,
    "c": -2,
    "m": -3,
    "u": -6,
    "n": -9,
    "p": -12,
    "f": -15,
}
# A unit and an amount come from whoever sent the response; nobody shall keep us busy with a power of a billion.
_LONGEST, _MOST_DIGITS = 60, 60
_ANNOTATION = re.compile(r"\{[^{}]*\}")
_COMPONENT = re.compile(
    r"([./]?)((?:10[*^]|\d{1,9}|(?=[A-Za-z_%\[])[A-Za-z_%]*(?:\[[^\]]*\])?[A-Za-z_]*))([+-]?\d{1,2})?"
)


def comparison(left: tuple[Decimal, str], right: tuple[Decimal, str]) -> int | None:
    """-1, 0 or 1 for two amounts with their UCUM codes; None when they measure different things.

    Raises UnknownUnit for a unit this file does not know.
    """
    if left[1] == right[1]:
        return (left[0] > right[0]) - (left[0] < right[0])
    one, other = _read(left[1]), _read(right[1])
    if max(abs(left[0].adjusted()), abs(right[0].adjusted())) > _MOST_DIGITS:
        raise UnknownUnit("an amount out of all proportion")
    if one.dimension != other.dimension:
        return None
    amounts = [Fraction(amount) * unit.factor + unit.offset for (amount, _), unit in ((left, one), (right, other))]
    return (amounts[0] > amounts[1]) - (amounts[0] < amounts[1])


class UnknownUnit(ValueError):
    """No unit we can compare; it may be right all the same."""


@lru_cache(maxsize=256)
def _read(code: str) -> _Unit:
    """A unit expression: atoms with prefix and exponent, joined by ``.`` and ``/``, without brackets."""
    bare = _ANNOTATION.sub("", code[:_LONGEST]) or "1"
    if len(code) > _LONGEST:
        raise UnknownUnit("too long")
    if bare in _TEMPERATURES:
        return _TEMPERATURES[bare]
    factor, powers, at = Fraction(1), Counter[str](), 0
    while at < len(bare):
        found = _COMPONENT.match(bare, at)
        if not found or found[1] not in (("", "/") if at == 0 else (".", "/")):
            raise UnknownUnit(code)
        at = found.end()
        atom = _atom(found[2])
        power = int(found[3] or 1) * (-1 if found[1] == "/" else 1)
        factor *= atom.factor**power
        for base, times in atom.dimension:
            powers[base] += times * power
    return _Unit(factor, frozenset((base, power) for base, power in powers.items() if power))


@lru_cache(maxsize=256)
def _atom(name: str) -> _Unit:
    if name.isdigit():
        return _Unit(Fraction(int(name)))
    if name in _BASE or name in _ARBITRARY:
        return _Unit(Fraction(1), frozenset({(_ARBITRARY.get(name, name), 1)}))
    if name in _ATOMS:
        factor, unit = _ATOMS[name]
        made_of = _read(unit)
        return _Unit(Fraction(factor) * made_of.factor, made_of.dimension)
    for prefix, power in _PREFIXES.items():
        if name.startswith(prefix) and name[len(prefix) :] in _METRIC:
            metric = _atom(name[len(prefix) :])
            return _Unit(metric.factor * Fraction(10) ** power, metric.dimension)
    raise UnknownUnit(name)
