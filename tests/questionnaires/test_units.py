"""Amounts in different units: exact where they can be compared, unknown where they cannot."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.questionnaires.units import UnknownUnit, comparison


def sign(left: str, right: str) -> int | None:
    """Compare two amounts spelled ``5 kg``."""
    (one, unit), (other, beside) = left.split(), right.split()
    return comparison((Decimal(one), unit), (Decimal(other), beside))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("1 kg", "1000 g"),
        ("0.45359237 kg", "1 [lb_av]"),
        ("37 Cel", "98.6 [degF]"),
        ("0 Cel", "273.15 K"),
        ("16 kPa", "16000 Pa"),
        ("760 mm[Hg]", "101.32472 kPa"),
        ("60 /min", "1 Hz"),
        ("1 10*3/uL", "1 10*9/L"),
        ("7 d", "1 wk"),
        ("12 mo", "1 a"),
        ("1 mL", "1 cm3"),
        ("5 {score}", "5 1"),
        ("50 %", "0.5 1"),
        ("1 m[iU]/mL", "1 [iU]/L"),
        ("1 m", "100 cm"),
        ("180 cm", "1.8 m"),
        ("1 kg/m2", "1 kg.m-2"),
        ("3 smoot", "3 smoot"),
    ],
)
def test_amounts_that_are_the_same_compare_as_equal(left: str, right: str) -> None:
    assert sign(left, right) == sign(right, left) == 0


def test_what_is_more_is_more() -> None:
    assert (sign("1 kg", "999 g"), sign("999 g", "1 kg"), sign("98.7 [degF]", "37 Cel")) == (1, -1, 1)


@pytest.mark.parametrize(
    ("left", "right"), [("1 kg", "1 m"), ("1 mmol/L", "1 mg/dL"), ("1 [iU]", "1 g"), ("1 h", "1 Hz")]
)
def test_what_measures_something_else_cannot_be_compared(left: str, right: str) -> None:
    assert sign(left, right) is None


@pytest.mark.parametrize("unit", ["smoot", "kgm", "m(s", "m999999999999", "1" * 200, "m//s", "kg.", "k", "x" * 5000])
def test_a_unit_that_is_not_known_is_said_to_be_unknown_at_once(unit: str) -> None:
    with pytest.raises(UnknownUnit):
        sign("1 kg", f"1 {unit}")


def test_an_amount_out_of_all_proportion_does_not_keep_us_busy() -> None:
    with pytest.raises(UnknownUnit):
        sign("1e999999999 kg", "1 g")


@given(st.decimals(-(10**9), 10**9, places=6), st.decimals(-(10**9), 10**9, places=6))
def test_a_prefix_changes_no_order(left: Decimal, right: Decimal) -> None:
    plain = comparison((left, "g"), (right, "g"))
    assert comparison((left, "g"), (right * 1000, "mg")) == comparison((left, "kg"), (right * 1000, "g")) == plain
