"""Conversions and types, where the official cases say nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.questionnaires.expressions.answers import refusal, value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'2026-08-01T10:00:00Z'.toDateTime().toDate()", ["2026-08-01"]),
        ("'10:00'.toTime()", ["10:00"]),
        ("'2026-13-01'.toDate()", []),
        ("@2026-08-01.toDateTime() is DateTime", [True]),
        ("'1.50'.toDecimal()", [Decimal("1.50")]),
        ("1.5.toInteger()", []),
        ("'x'.toInteger()", []),
        ("0.00000010.toString()", ["0.00000010"]),
        ("%coding.toString()", []),
        ("'3 days'.toQuantity() = 3 days", [True]),
        ("'3 stone'.toQuantity()", []),
        ("@2026-08-01 is Date", [True]),
        ("@2026-08-01 is DateTime", [False]),
        ("'2026-08-01' is Date", [False]),
        ("(1 | 'a' | 2.5).ofType(Integer)", [1]),
        ("(1 | 'a').ofType(System.String)", ["a"]),
        ("{} is Integer", []),
    ],
)
def test_a_conversion(expression: str, expected: list[object]) -> None:
    assert value(expression, coding={"code": "a"}) == expected


def test_an_answer_has_the_type_its_name_says() -> None:
    answer = {"valueQuantity": {"value": 5, "code": "kg", "system": "http://unitsofmeasure.org"}}
    item = {"linkId": "a", "answer": [answer, {"valueDate": "2026-08-01"}, {"valueCoding": {"code": "x"}}]}
    assert value("answer.value.ofType(Quantity).value", item) == [5]
    assert value("answer.value.ofType(date)", item) == ["2026-08-01"]
    assert value("answer.value.ofType(Coding).code", item) == ["x"]
    assert value("answer.valueQuantity.value", item) == [5]


@pytest.mark.parametrize(
    "expression", ["1 is Patiens", "1.ofType(string1)", "(1 | 2) is Integer", "(1 | 2).toInteger()"]
)
def test_what_cannot_be_decided_is_refused(expression: str) -> None:
    refusal(expression)
