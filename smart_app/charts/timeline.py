"""Events of life against mood, and below them a measure, on one axis of time.

An event is a numbered dot at the height of its effect on mood; a bar shows the days it may have been on. An event of
which nobody noted an effect is a square on the line in the middle.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape

from markupsafe import Markup

from smart_app.charts import svg
from smart_app.charts.trend import Zone

_WIDTH, _LEFT, _RIGHT = 976, 116, 946
_TOP, _STEP, _RADIUS = 16, 27, 10
_MOOD_BOTTOM = _TOP + 6 * _STEP + 14
_AXIS = _MOOD_BOTTOM + 32
_SCORE_TOP, _SCORE_BOTTOM = _AXIS + 20, _AXIS + 128
_MOST_TICKS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event: its number in the table, the days it may have been on, its effect from -3 to +3."""

    number: str
    first: date
    last: date
    mood: int | None
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One reading of the measure; None where answers were missing."""

    day: date
    total: Decimal | int | None
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The measure below: its name, highest total, bands, readings in order of time."""

    name: str
    highest: Decimal | int
    zones: Sequence[Zone]
    points: Sequence[Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A date on the axis with its words."""

    day: date
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What stands at the three heights of the mood, and title and description of the picture."""

    better: str
    even: str
    worse: str
    title: str
    description: str


class _Axis:
    """Days to places, left to right."""

    def __init__(self, days: Sequence[date]) -> None:
        self.first, self.last = min(days), max(days)
        self._span = max((self.last - self.first).days, 1)

    def x(self, day: date) -> float:
        return _LEFT + 14 + (day - self.first).days / self._span * (_RIGHT - _LEFT - 28)


def timeline(
    happenings: Sequence[Happening],
    measured: Measured | None,
    ticks: Sequence[Tick],
    words: Words,
    start: Tick | None = None,
) -> Markup:
    """The picture as SVG; there is at least one event or one reading. ``start`` is the first day of the course."""
    points = measured.points if measured else ()
    days = [day for item in happenings for day in (item.first, item.last)]
    edges = [tick.day for tick in (*ticks, start) if tick]
    axis = _Axis([*days, *(point.day for point in points), *edges])
    body = svg.element("desc", escape(words.description)) + _moods(words)
    body += "".join(_tick(tick, axis, lower=bool(points)) for tick in ticks)
    body += _start(start, axis, lower=bool(points)) if start else ""
    body += "".join(_events(happenings, axis))
    body += _measure(measured, axis) if measured and points else ""
    height = _SCORE_BOTTOM + 8 if points else _AXIS + 8
    return svg.picture(_WIDTH, height, words.title, body, "timeline")


def tick_days(first: date, last: date) -> list[date]:
    """The days to mark between two: years, quarters or months, so many as can be read."""
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((size for size in (1, 3, 6, 12, 24, 60, 120, 240) if months / size <= _MOST_TICKS), 600)
    begin = first.year * 12 + first.month - 1
    begin += -begin % step
    found = (date(number // 12, number % 12 + 1, 1) for number in range(begin, last.year * 12 + last.month, step))
    return [day for day in found if first <= day <= last]


def _y(mood: int) -> float:
    return _TOP + 8 + (3 - mood) * _STEP


def _moods(words: Words) -> str:
    lines = "".join(
        svg.element("line", x1=_LEFT, x2=_RIGHT, y1=_y(mood), y2=_y(mood), class_="even" if mood == 0 else "mood")
        for mood in range(-3, 4)
    )
    named = ((3, words.better), (0, words.even), (-3, words.worse))
    return lines + "".join(
        svg.words(name, x=_LEFT - 8, y=_y(mood) + 4, text_anchor="end", class_="mood-name") for mood, name in named
    )


def _tick(tick: Tick, axis: _Axis, *, lower: bool) -> str:
    x = axis.x(tick.day)
    line = svg.element("line", x1=x, x2=x, y1=_TOP, y2=_SCORE_BOTTOM if lower else _MOOD_BOTTOM, class_="tick")
    anchor = "start" if x < _LEFT + 40 else "end" if x > _RIGHT - 40 else "middle"
    return line + svg.words(tick.words, x=x, y=_MOOD_BOTTOM + 22, text_anchor=anchor, class_="tick-name")


def _start(start: Tick, axis: _Axis, *, lower: bool) -> str:
    x = axis.x(start.day)
    line = svg.element("line", x1=x, x2=x, y1=_TOP, y2=_SCORE_BOTTOM if lower else _MOOD_BOTTOM, class_="start")
    anchor = "end" if x > (_LEFT + _RIGHT) / 2 else "start"
    return line + svg.words(start.words, x=x, y=_TOP - 4, text_anchor=anchor, class_="start-name")


def _events(happenings: Sequence[Happening], axis: _Axis) -> Iterator[str]:
    for mood in range(-3, 4):
        row = [item for item in happenings if (item.mood or 0) == mood]
        middles = [axis.x(item.first + (item.last - item.first) / 2) for item in row]
        for item, x in zip(row, _apart(middles), strict=True):
            yield _event(item, x, axis)


def _apart(places: Sequence[float]) -> list[float]:
    """The places of dots on one height, moved right, then left, until none hides another; in their order."""
    gap = min(2 * _RADIUS + 3, (_RIGHT - _LEFT - 2 * _RADIUS) / max(len(places), 1))
    order = sorted(range(len(places)), key=lambda item: places[item])
    moved = list(places)
    least = float(_LEFT + _RADIUS)
    for item in order:
        moved[item] = max(moved[item], least)
        least = moved[item] + gap
    most = float(_RIGHT - _RADIUS)
    for item in reversed(order):
        moved[item] = min(moved[item], most)
        most = moved[item] - gap
    return moved


def _event(item: Happening, x: float, axis: _Axis) -> str:
    y = _y(item.mood or 0)
    first, last = axis.x(item.first), axis.x(item.last)
    bar = ""
    if item.last > item.first:
        bar = svg.element("rect", x=first, y=y - 4, width=max(last - first, 2), height=8, rx=4, class_="maybe")
    shape = (
        svg.element("rect", x=x - _RADIUS, y=y - _RADIUS, width=2 * _RADIUS, height=2 * _RADIUS, rx=3, class_="unsaid")
        if item.mood is None
        else svg.element("circle", cx=x, cy=y, r=_RADIUS, class_=_course(item.mood))
    )
    number = svg.words(item.number, x=x, y=y + 4, text_anchor="middle", class_="number")
    return bar + svg.element("g", svg.element("title", escape(item.label)) + shape + number, class_="event")


def _course(mood: int) -> str:
    return "worse" if mood < 0 else "better" if mood > 0 else "neither"


def _measure(measured: Measured, axis: _Axis) -> str:
    def y(total: Decimal | int) -> float:
        share = min(float(Decimal(total) / measured.highest), 1.0)
        return _SCORE_BOTTOM - share * (_SCORE_BOTTOM - _SCORE_TOP)

    drawn = svg.words(measured.name, x=_LEFT - 8, y=_SCORE_TOP - 5, text_anchor="end", class_="measure-name")
    for index, zone in enumerate(measured.zones):
        top, bottom = y(min(zone.high + 1, measured.highest)), y(zone.low)
        css = "zone" if index % 2 else "zone shaded"
        drawn += svg.element("rect", x=_LEFT, y=top, width=_RIGHT - _LEFT, height=bottom - top, class_=css)
        drawn += svg.words(zone.name, x=_LEFT - 8, y=(top + bottom) / 2 + 4, text_anchor="end", class_="zone-name")
    path, dots, before = "", "", None
    for point in measured.points:
        if point.total is not None:
            x, height = axis.x(point.day), y(point.total)
            # After a gap the pen is lifted: a line across it would claim a total nobody has.
            path += f" {'M' if before is None else 'L'}{x:.1f} {height:.1f}"
            dot = svg.element("circle", cx=x, cy=height, r=4, class_="score")
            dots += svg.element("g", svg.element("title", escape(point.label)) + dot)
        before = point.total
    ends = ((0, "0"), (measured.highest, str(measured.highest)))
    drawn += "".join(
        svg.words(name, x=_RIGHT + 3, y=y(total) + (0 if total else 1), class_="scale") for total, name in ends
    )
    return drawn + (svg.element("path", d=path.strip(), class_="line") if "L" in path else "") + dots
