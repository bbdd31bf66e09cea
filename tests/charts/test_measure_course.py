"""The picture of a measure: every reading where it belongs, nothing outside, and no total where there is none."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_app.charts.measure_course import Ground, Line, Point, Span, Tick, measure_course
from tests.charts.test_charts import HOSTILE, ZONES, drawn, found

START = date(2026, 1, 5)
GROUND = Ground(lowest=Decimal(0), highest=Decimal(27), zones=ZONES)
series = st.lists(st.none() | st.integers(0, 27), min_size=1, max_size=40)


def week(number: int) -> date:
    return START + timedelta(weeks=number)


def picture(totals: list[int | None], ground: Ground = GROUND, mark: str = "") -> ElementTree.Element:
    points = [
        Point(
            day=week(index),
            total=None if total is None else Decimal(total),
            mark=mark if index == len(totals) - 1 else "",
        )
        for index, total in enumerate(totals)
    ]
    return drawn(measure_course(points, ground, "first", "last", "PHQ-9"))


@given(series)
def test_each_total_is_a_dot_and_a_missing_one_is_a_cross_and_lifts_the_pen(totals: list[int | None]) -> None:
    made = picture(totals)
    known = [total for total in totals if total is not None]
    assert len(found(made, "circle", "dot")) == len(known)
    assert len(found(made, "path", "no-total")) == len(totals) - len(known)
    path = "".join(item.get("d") or "" for item in found(made, "path", "course-of"))
    joined = sum(1 for one, other in pairwise(totals) if one is not None and other is not None)
    assert path.count("L") == joined


@given(series, st.integers(-40, 60))
def test_nothing_lies_outside_the_picture(totals: list[int | None], line: int) -> None:
    ground = Ground(
        lowest=Decimal(0),
        highest=Decimal(27),
        zones=ZONES,
        spans=(
            Span(name="Initial phase", first=week(0), last=week(3)),
            Span(name="Middle", first=week(4), last=week(9)),
        ),
        ticks=tuple(Tick(day=week(number), number=number, held=number % 2 == 0) for number in range(1, 10)),
        lines=(Line(total=Decimal(line), name="response", style="response"),),
    )
    made = picture(totals, ground, "off track")
    _, _, width, height = (float(value) for value in (made.get("viewBox") or "").split())
    for item in made.iter():
        for name, end in (("x", width), ("cx", width), ("y", height), ("cy", height)):
            if value := item.get(name):
                assert 0 <= float(value) <= end, (item.tag, name, value)


def test_a_better_total_lies_lower_on_a_scale_where_less_is_better() -> None:
    first, second = found(picture([20, 5]), "circle", "dot")
    assert float(first.get("cy") or 0) < float(second.get("cy") or 0)
    assert float(first.get("cx") or 0) < float(second.get("cx") or 0)


def test_a_reading_stands_on_its_day_and_not_at_its_place_in_the_list() -> None:
    days = (0, 1, 9)
    points = [Point(day=week(number), total=Decimal(10)) for number in days]
    made = drawn(measure_course(points, GROUND, "a", "b", "t"))
    left, middle, right = (float(item.get("cx") or 0) for item in found(made, "circle", "dot"))
    assert (middle - left) * 8 == pytest.approx(right - middle, rel=0.01)


def test_sessions_lines_phases_and_the_mark_are_named() -> None:
    ground = Ground(
        lowest=Decimal(0),
        highest=Decimal(27),
        spans=(
            Span(name="Initial phase", first=week(0), last=week(4)),
            Span(name="Middle phase", first=week(5), last=week(9)),
        ),
        ticks=(Tick(day=week(1), number=1, held=True), Tick(day=week(2), number=2, held=False)),
        lines=(
            Line(total=Decimal(12), name="reliable change: 12 or less", style="reliable"),
            Line(total=Decimal(9), name="response: 9 or less", style="response"),
        ),
    )
    made = picture([18, 18, 17, 15, 15, 15, 15, 15, 15], ground, "off track")
    words = [item.text for item in made.iter() if item.text]
    for name in ("Initial phase", "Middle phase", "reliable change: 12 or less", "response: 9 or less", "off track"):
        assert name in words
    assert [item.get("class") for item in made.iter() if (item.get("class") or "").startswith("tick")] == [
        "tick held",
        "tick missed",
    ]
    assert len(found(made, "path", "flag")) == 1


def test_every_word_is_printed_as_text() -> None:
    ground = Ground(
        lowest=Decimal(0),
        highest=Decimal(27),
        spans=(Span(name=HOSTILE, first=week(0), last=week(1)),),
        lines=(Line(total=Decimal(9), name=HOSTILE, style="response"),),
    )
    made = measure_course([Point(day=week(0), total=Decimal(9), mark=HOSTILE)], ground, HOSTILE, HOSTILE, HOSTILE)
    assert "<script" not in made
    assert not re.search(r"fill=|stroke=|style=", made)
    drawn(made)


def test_nothing_measured_is_nothing_to_draw() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        measure_course([], GROUND, "", "", "")
