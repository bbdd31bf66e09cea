"""Numbers and quantities, where the official cases say nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.questionnaires.expressions.answers import refusal, value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0.1 + 0.2", Decimal("0.3")),
        ("1 / 3 * 3", Decimal("0.9999999999999999999999999999")),
        ("7 div 2", 3),
        ("-7 div 2", -3),
        ("-7 mod 2", -1),
        ("2.power(3)", 8),
        ("(-2).power(3)", -8),
        ("2.5.round()", Decimal(3)),
        ("(-2.5).round()", Decimal(-3)),
        ("1.005.round(2)", Decimal("1.01")),
        ("3.7.truncate()", 3),
        ("100.log(10)", 2),
        ("(1 | 2 | 3).sum()", 6),
        ("(1 | 2).avg()", Decimal("1.5")),
        ("(3 | 1 | 2).min()", 1),
        ("(3 | 1 | 2).max()", 3),
        ("'a' + 'b'", "ab"),
        ("'a' & {}", "a"),
        ("{} & {}", ""),
    ],
)
def test_a_result(expression: str, expected: object) -> None:
    (found,) = value(expression)
    assert found == expected
    assert isinstance(found, bool) == isinstance(expected, bool)


@pytest.mark.parametrize(
    "expression",
    ["{}.sum()", "{}.avg()", "{}.min()", "{}.max()", "1 / 0", "1 mod 0", "1 + {}", "0.ln()", "(-1).sqrt()"],
)
def test_of_nothing_there_is_no_result(expression: str) -> None:
    """decision-D52: the total of a form nobody filled in is not 0."""
    assert value(expression) == []


@pytest.mark.parametrize(
    "expression",
    ["(1 | 'a').sum()", "'a' - 'b'", "true + 1", "'a' * 2", "%codings.sum()", "(1 | 2) + 1", "1.round(99)"],
)
def test_what_cannot_be_computed_is_refused(expression: str) -> None:
    refusal(expression, codings=[{"code": "a"}])


@given(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9).filter(bool))
def test_parts_make_the_whole(number: int, by: int) -> None:
    """Law of div and mod: a = (a div b) * b + a mod b."""
    assert value("(%a div %b) * %b + %a mod %b", a=number, b=by) == [number]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("185 '[lb_av]'.toQuantity('kg').value", "83.91458845"),
        ("70 '[in_i]'.toQuantity('m').value", "1.7780"),
        ("5.9 '[ft_i]'.toQuantity('cm').value", "179.832"),
        ("(80 'kg' / (1.8 'm' * 1.8 'm')).value", "24691.35802469135802469135802"),
        ("(1 'kg' + 1 'g').value", "1.001"),
        ("(2 'd').toQuantity('h').value", "48"),
    ],
)
def test_a_quantity_is_converted_exactly(expression: str, expected: str) -> None:
    """The library would round 83.9 kg up to 84."""
    assert value(expression) == [Decimal(expected)]


@pytest.mark.parametrize(
    "expression",
    ["5 'kg'.toQuantity('m')", "5 '[iU]'.toQuantity('mg')", "1 'kg' + 1 'm'", "5 'Cel'.toQuantity('[degF]')"],
)
def test_a_unit_that_cannot_be_reached_is_an_error(expression: str) -> None:
    refusal(expression)
