"""Equality and order, where the official cases say nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.questionnaires.expressions.answers import refusal, value

CODING = {"system": "http://loinc.org", "code": "LA6568-5", "display": "Not at all"}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("true = 1", [False]),
        ("1 = 1.0", [True]),
        ("'1' = 1", [False]),
        ("%date = @2026-08-01", [True]),
        ("%date < today() + 1 day", [True]),
        ("%coding = %coding", [True]),
        ("%coding in %coding", [True]),
        ("%coding.code in ('a' | 'LA6568-5')", [True]),
        ("%pounds = 1 'kg'", [False]),
        ("1000 'g' = 1 'kg'", [True]),
        ("1 'kg' > 2 '[lb_av]'", [True]),
        ("1 'kg' > 2 'm'", []),
        ("1 'kg/m2' = 1000 'g/m2'", [True]),
        ("5 '{beats}/min' = 5 '/min'", [True]),
        ("1 year = 12 months", [True]),
        ("1 year = 1 'a'", []),
        ("1 year ~ 1 'a'", [True]),
        ("1 = 1 '1'", [True]),
        ("'A  b' ~ 'a B'", [True]),
        ("(1 | 1.00 | true).count()", [2]),
        ("(1 'kg' | 1000 'g' | 1 'm').count()", [2]),
        ("(1 year | 12 months | 1 'a').count()", [2]),
        ("(@2026-08-01 | @2026-08-01 | @2026-08).count()", [2]),
        ("(@2026-08-01T10:00:00Z | @2026-08-01T12:00:00+02:00).count()", [1]),
    ],
)
def test_a_comparison(expression: str, expected: list[object]) -> None:
    known = {"date": "2026-08-01", "coding": CODING, "pounds": {"value": 1, "unit": "lb", "code": "[lb_av]"}}
    assert value(expression, **known) == expected


@pytest.mark.parametrize("expression", ["1 < 'a'", "true < false", "(1 | 2) < 3", "%coding < %coding", "(1 | 2) in 3"])
def test_what_cannot_be_compared_is_refused(expression: str) -> None:
    refusal(expression, coding=CODING)


@given(
    st.lists(
        st.one_of(st.integers(), st.booleans(), st.text(max_size=3), st.decimals(allow_nan=False, places=1)), max_size=8
    )
)
def test_a_distinct_collection_is_distinct(items: list[object]) -> None:
    """Laws: nothing is left twice, nothing is lost."""
    once = value("%items.distinct()", items=items)
    assert value("%once.isDistinct()", once=once) == [True]
    assert value("%items.subsetOf(%once)", items=items, once=once) == [True]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("true and {}", []),
        ("false and {}", [False]),
        ("{} and false", [False]),
        ("{} or true", [True]),
        ("false or {}", []),
        ("{} implies true", [True]),
        ("{} implies false", []),
        ("false implies {}", [True]),
        ("true xor {}", []),
    ],
)
def test_what_is_not_known_stays_unknown(expression: str, expected: list[bool]) -> None:
    assert value(expression) == expected
