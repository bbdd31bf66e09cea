"""Events against mood, and a measure below: everything once, in its order, at its height, every word escaped."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smart_app.charts.timeline import Happening, Measured, Point, Tick, Words, tick_days, timeline
from tests.charts.test_charts import HOSTILE, SVG, ZONES, drawn, found, printable

WORDS = Words(better="better", even="even", worse="worse", title="Events", description="what happened")
days = st.dates(date(1900, 1, 1), date(2036, 12, 31))


@st.composite
def happenings(draw: st.DrawFn) -> list[Happening]:
    count = draw(st.integers(1, 80))
    first = draw(days)
    return [
        Happening(
            number=str(number),
            first=(begin := draw(st.just(first) | days)),
            last=begin + timedelta(days=draw(st.sampled_from([0, 30, 364]))),
            mood=draw(st.none() | st.integers(-3, 3)),
            label=draw(printable),
        )
        for number in range(count)
    ]


measures = st.lists(st.tuples(days, st.none() | st.integers(0, 27)), max_size=30).map(
    lambda readings: Measured(
        name="PHQ-9",
        highest=27,
        zones=ZONES,
        points=[Point(day=day, total=total, label="x") for day, total in sorted(readings, key=lambda item: item[0])],
    )
)


def dots(picture: ElementTree.Element) -> list[tuple[str, float, float]]:
    """Number and place of each event."""
    numbers = [item for item in picture.iter(f"{SVG}text") if item.get("class") == "number"]
    return [(item.text or "", float(item.get("x", "")), float(item.get("y", ""))) for item in numbers]


def event(number: str, day: date, mood: int | None = -1, last: date | None = None) -> Happening:
    return Happening(number=number, first=day, last=last or day, mood=mood, label=number)


@settings(max_examples=20)
@given(happenings(), measures)
def test_every_event_and_every_total_is_drawn_once_inside_the_picture(
    events: list[Happening], measured: Measured
) -> None:
    ticks = [Tick(day=events[0].first, words="then")]
    picture = drawn(timeline(events, measured, ticks, WORDS))
    assert sorted(number for number, _x, _y in dots(picture)) == sorted(item.number for item in events)
    assert len(found(picture, "circle", "score")) == sum(point.total is not None for point in measured.points)
    width, height = (float(size) for size in picture.get("viewBox", "").split()[2:])
    assert all(0 <= x <= width and 0 <= y <= height for _number, x, y in dots(picture))


@settings(max_examples=25)
@given(happenings())
def test_events_at_one_height_stand_in_the_order_of_time(events: list[Happening]) -> None:
    placed = {number: (x, y) for number, x, y in dots(drawn(timeline(events, None, [], WORDS)))}
    middle = {item.number: item.first + (item.last - item.first) / 2 for item in events}
    for height in {y for _x, y in placed.values()}:
        row = sorted((number for number, (_x, y) in placed.items() if y == height), key=lambda one: placed[one][0])
        assert [middle[number] for number in row] == sorted(middle[number] for number in row)


def test_events_of_one_day_stand_beside_each_other() -> None:
    events = [event(str(number), date(2026, 3, 14)) for number in range(20)]
    places = sorted(x for _number, x, _y in dots(drawn(timeline(events, None, [], WORDS))))
    assert all(later - earlier >= 20 for earlier, later in pairwise(places))


def test_the_better_the_mood_the_higher_the_dot_and_no_effect_noted_is_another_shape() -> None:
    events = [event(str(mood), date(2026, 1, 1), mood) for mood in range(-3, 4)]
    picture = drawn(timeline([*events, event("?", date(2026, 2, 1), None)], None, [], WORDS))
    heights = {number: y for number, _x, y in dots(picture)}
    assert sorted(range(-3, 4), key=lambda mood: heights[str(mood)]) == list(range(3, -4, -1))
    assert heights["?"] == heights["0"]
    assert len(found(picture, "rect", "unsaid")) == 1


def test_a_year_is_a_bar_and_a_day_is_none() -> None:
    year, day = event("1", date(2025, 1, 1), last=date(2025, 12, 31)), event("2", date(2026, 6, 1))
    bars = found(drawn(timeline([year, day], None, [], WORDS)), "rect", "maybe")
    assert len(bars) == 1
    assert float(bars[0].get("width", "")) > 400


def test_a_total_nobody_has_leaves_a_gap_in_the_line() -> None:
    points = [Point(day=date(2026, 1, day), total=total, label="") for day, total in enumerate((9, 8, None, 3, 2), 1)]
    measured = Measured(name="PHQ-9", highest=27, zones=ZONES, points=points)
    (line,) = found(drawn(timeline([event("1", date(2026, 1, 1))], measured, [], WORDS)), "path", "line")
    assert line.get("d", "").count("M") == 2


@pytest.mark.parametrize("years", [0, 1, 2, 5, 20, 60, 136])
def test_the_axis_has_marks_that_can_be_read(years: int) -> None:
    first, last = date(1900, 2, 3), date(1900 + years, 12, 30)
    found_days = tick_days(first, last)
    assert 1 <= len(found_days) <= 12
    assert all(first <= day <= last and day.day == 1 for day in found_days)
    assert found_days == sorted(set(found_days))


def test_no_value_becomes_markup() -> None:
    words = Words(better=HOSTILE, even=HOSTILE, worse=HOSTILE, title=HOSTILE, description=HOSTILE)
    happened = Happening(number=HOSTILE, first=date(2026, 1, 1), last=date(2026, 1, 31), mood=1, label=HOSTILE)
    point = Point(day=date(2026, 1, 1), total=3, label=HOSTILE)
    measured = Measured(name=HOSTILE, highest=27, zones=ZONES, points=[point])
    picture = timeline([happened], measured, [Tick(day=date(2026, 1, 1), words=HOSTILE)], words)
    assert "<script" not in picture
    assert drawn(picture).findtext(f"{SVG}desc") == HOSTILE
