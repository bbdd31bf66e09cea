"""Dates and times are added to and compared as a calendar and a clock do."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.questionnaires.expressions.moments import add, compare, read_moment
from tests.questionnaires.expressions.answers import refusal, value

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("@2024-02-29 + 1 year", "2025-02-28"),
        ("@2026-01-31 + 1 month", "2026-02-28"),
        ("@2026-03-31 - 1 month", "2026-02-28"),
        ("@2014 + 24 months", "2016"),
        ("@2014-01 + 31 days", "2014-02"),
        ("@2026-08-01 + 25 hours", "2026-08-02"),
        ("@2026-08-01T23:30:00+02:00 + 1 hour", "2026-08-02T00:30:00+02:00"),
        ("@2026-08-01T10:00:00.000Z + 1500 milliseconds", "2026-08-01T10:00:01.500Z"),
        ("@T23:30 + 45 minutes", "00:15"),
        ("@2026-08-01 - 2 weeks", "2026-07-18"),
        ("now() as date + 1 day", None),
    ],
)
def test_a_length_of_time_is_added(expression: str, expected: str | None) -> None:
    assert value(expression) == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    "expression", ["@2026-08-01 + 1 'mo'", "@2026-08-01 + 1 'kg'", "@9999-12-31 + 1 day", "@T10:00 + 1 month"]
)
def test_what_is_no_length_of_time_is_refused(expression: str) -> None:
    refusal(expression)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("2026", "2025", 1),
        ("2026", "2026-08", None),
        ("2026-08-01", "2026-08-01T10:00:00Z", None),
        ("2026-08-01", "2026-08-02T10:00:00Z", -1),
        ("2026-08-01T10:00:00Z", "2026-08-01T12:00:00+02:00", 0),
        ("2026-08-01T10:00:00Z", "2026-08-01T10:00:00", None),
        ("2026-08-01T10:00:00Z", "2026-08-04T10:00:00", -1),
        ("2026-08-01T10:00:00", "2026-08-01T10:00:00.000", 0),
    ],
)
def test_moments_are_compared_as_far_as_both_go(left: str, right: str, expected: int | None) -> None:
    one, other = (read_moment(text, "Date") or read_moment(text, "DateTime") for text in (left, right))
    assert one
    assert other
    assert compare(one, other) == expected
    assert compare(other, one) == (None if expected is None else -expected)


@pytest.mark.parametrize("text", ["2026-13-01", "2026-02-30", "26", "2026-08-01T", "25:00", "2026-08T10:00", "", "x"])
def test_what_is_no_moment_is_not_read(text: str) -> None:
    assert not any(read_moment(text, kind) for kind in ("Date", "DateTime", "Time"))


@given(DAYS, st.integers(-20_000, 20_000))
def test_days_are_counted_as_the_calendar_does(day: date, days: int) -> None:
    moment = read_moment(day.isoformat(), "Date")
    assert moment
    assert str(add(moment, Decimal(days), "day")) == (day + timedelta(days=days)).isoformat()


@given(DAYS, DAYS)
def test_dates_are_in_the_order_of_the_calendar(one: date, other: date) -> None:
    left, right = read_moment(one.isoformat(), "Date"), read_moment(other.isoformat(), "Date")
    assert left
    assert right
    assert compare(left, right) == (one > other) - (one < other)
