"""Reading is strict, and reads what the library reads wrongly."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.questionnaires.fhirpath import ExpressionRefused, evaluate
from tests.questionnaires.expressions.answers import refusal, value


@pytest.mark.parametrize(
    ("expression", "at"),
    [
        ("1 1", "1"),
        ("a.b..c", "."),
        ("not (", "the end"),
        ("", "the end"),
        ("item[0", "the end"),
        ("@2020-13-01", "@2020-13-01"),
    ],
)
def test_what_is_no_fhirpath_is_refused_where_the_trouble_begins(expression: str, at: str) -> None:
    assert refusal(expression).named == at


@given(st.text(max_size=60))
def test_any_text_is_evaluated_or_refused(text: str) -> None:
    """Law: no other error ever comes out."""
    with suppress(ExpressionRefused):
        evaluate(text, None, {})


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("1", 1),
        ("1.0", Decimal("1.0")),
        ("1.50", Decimal("1.50")),
        ("true", True),
        ("'a'", "a"),
        (r"'it\'s'", "it's"),
        (r"'\\n'", r"\n"),
        (r"'\n'", "\n"),
        (r"'\u00e9'", "é"),
        (r"'\u2014 \\ \t'", "— \\ \t"),
        ("@2026-08-01", "2026-08-01"),
        ("@2026-08", "2026-08"),
        ("@T09:30", "09:30"),
        ("@2026-08-01T09:30:00+02:00", "2026-08-01T09:30:00+02:00"),
    ],
)
def test_a_literal_is_what_it_says(literal: str, expected: object) -> None:
    (found,) = value(literal)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("literal", ["@2015T", "@2015-02T", "@2015-02-04T"])
def test_a_date_time_without_time_is_refused_by_name(literal: str) -> None:
    assert refusal(f"{literal}.is(DateTime)").named == literal


def test_a_minus_leaves_the_variable_alone() -> None:
    assert value("(-%x).combine(%x)", x=[3]) == [-3, 3]


def test_a_type_test_binds_tighter_than_a_union() -> None:
    assert value("(1 | 1 is Integer).count()") == [2]


def test_a_call_of_where_on_link_id_means_what_it_says() -> None:
    items = {"resourceType": "QuestionnaireResponse", "item": [{"linkId": "a"}, {"linkId": "b"}, {}]}
    assert value("item.where(linkId = 'a').linkId", items) == value("item.where('a' = linkId).linkId", items) == ["a"]
    assert value("item.where(linkId = 'a' or linkId = 'b').count()", items) == [2]


def test_a_variable_may_have_any_name() -> None:
    assert value("%`a b` + %'c-d'", **{"a b": 1, "c-d": 2}) == [3]
