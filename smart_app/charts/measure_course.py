"""A measure against the days of the course: bands, phases, sessions, published lines, and where a rule applied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import Markup

from smart_app.charts import svg
from smart_app.charts.trend import Zone

_WIDTH, _HEIGHT = 760, 268
_LEFT, _RIGHT, _TOP, _BOTTOM = 150, 752, 26, 214
_SESSIONS, _DATES = 228, 258
_LINE_OF_TEXT, _LETTER = 14, 6.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A reading: its day, its total (None: answers were missing) and what stands over it, such as "off track"."""

    day: date
    total: Decimal | None
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A phase on the days it lasts, both ends included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A session on its day: its number, and whether it was held."""

    day: date
    number: int
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A published line: a total, what reaching it means, and its style (``reliable`` or ``response``)."""

    total: Decimal
    name: str
    style: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the readings are laid on: lowest and highest total, bands, phases, sessions, lines."""

    lowest: Decimal
    highest: Decimal
    zones: tuple[Zone, ...] = ()
    spans: tuple[Span, ...] = ()
    ticks: tuple[Tick, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a day and a total lie in the picture."""

    first: date
    days: int
    lowest: Decimal
    height: Decimal

    def x(self, day: date) -> float:
        share = (day - self.first).days / self.days if self.days else 0.5
        return _LEFT + 14 + share * (_RIGHT - _LEFT - 28)

    def y(self, total: Decimal | int) -> float:
        share = float((Decimal(total) - self.lowest) / self.height)
        return _BOTTOM - min(max(share, 0.0), 1.0) * (_BOTTOM - _TOP)


def measure_course(points: Sequence[Point], ground: Ground, first_day: str, last_day: str, title: str) -> Markup:
    """The picture. ``title`` says the same in words; ``first_day`` and ``last_day`` stand below its two ends.

    Raises ValueError without a point: there is nothing to draw.
    """
    days = days_of(points, ground)
    height = ground.highest - ground.lowest
    place = _Place(days[0], (days[-1] - days[0]).days, ground.lowest, height if height > 0 else Decimal(1))
    body = "".join(
        [
            *_zones(ground, place),
            *_spans(ground.spans, place),
            *_lines(ground.lines, place),
            *_ticks(ground.ticks, place),
            *_readings(points, place),
            *_ends(ground, place, first_day, last_day),
        ]
    )
    return svg.picture(_WIDTH, _HEIGHT, title, body, "measured")


def days_of(points: Sequence[Point], ground: Ground) -> list[date]:
    """Every day with something on it, in order: the ends of the picture. Raises ValueError without a point."""
    if not points:
        raise ValueError("nothing was measured")
    return sorted([*(point.day for point in points), *(tick.day for tick in ground.ticks)])


def _zones(ground: Ground, place: _Place) -> Iterator[str]:
    for index, zone in enumerate(ground.zones):
        top, bottom = place.y(min(Decimal(zone.high + 1), ground.highest)), place.y(zone.low)
        stripe = "zone" if index % 2 else "zone shaded"
        yield svg.element("rect", x=_LEFT, y=top, width=_RIGHT - _LEFT, height=bottom - top, class_=stripe)
        if bottom - top >= _LINE_OF_TEXT - 4:
            middle = (top + bottom) / 2 + 4
            yield svg.words(zone.name, x=_LEFT - 34, y=middle, text_anchor="end", class_="zone-name")


def _ends(ground: Ground, place: _Place, first_day: str, last_day: str) -> Iterator[str]:
    """The scale at the left, the days below."""
    values = {ground.lowest, ground.highest, *(Decimal(zone.low) for zone in ground.zones)}
    shown: list[float] = []
    for value in sorted(values):
        y = place.y(value)
        if value <= ground.highest and all(abs(y - other) >= _LINE_OF_TEXT - 2 for other in shown):
            shown.append(y)
            yield svg.words(f"{value:f}", x=_LEFT - 8, y=y + 4, text_anchor="end", class_="scale")
    yield svg.element("path", d=f"M{_LEFT} {_BOTTOM} H{_RIGHT}", class_="axis")
    if place.days:
        yield svg.words(first_day, x=_LEFT, y=_DATES, class_="day")
        yield svg.words(last_day, x=_RIGHT, y=_DATES, text_anchor="end", class_="day")
    else:
        yield svg.words(first_day, x=place.x(place.first), y=_DATES, text_anchor="middle", class_="day")


def _spans(spans: Sequence[Span], place: _Place) -> Iterator[str]:
    """Phases: a line between them, every second one hatched by a soft ground, each named above."""
    taken = float(_LEFT)
    for index, span in enumerate(spans):
        start = _LEFT if index == 0 else place.x(span.first) - 6
        stop = _RIGHT if index == len(spans) - 1 else place.x(spans[index + 1].first) - 6
        if index % 2:
            width, height = max(stop - start, 0), _BOTTOM - _TOP
            yield svg.element("rect", x=start, y=_TOP, width=width, height=height, class_="span")
        if index:
            yield svg.element("path", d=f"M{start:.1f} {_TOP - 8} V{_BOTTOM}", class_="border")
        room = _LETTER * len(span.name)
        if stop - start > room:
            yield svg.words(span.name, x=start + 4, y=_TOP - 10, class_="span-name")
            taken = start + room
        elif stop == _RIGHT and taken < _RIGHT - room:
            yield svg.words(span.name, x=_RIGHT, y=_TOP - 10, text_anchor="end", class_="span-name")


def _lines(lines: Sequence[Line], place: _Place) -> Iterator[str]:
    """Published lines, named at the left: what is better than the first total is seldom there. Of two close ones the
    lower is named below it."""
    before: float | None = None
    for line in sorted(lines, key=lambda item: place.y(item.total)):
        y = place.y(line.total)
        close = before is not None and y - before < _LINE_OF_TEXT
        before = y
        yield svg.element("path", d=f"M{_LEFT} {y:.1f} H{_RIGHT}", class_=f"line-of {line.style}")
        yield svg.words(line.name, x=_LEFT + 6, y=y + 12 if close else y - 4, class_="line-name")


def _ticks(ticks: Sequence[Tick], place: _Place) -> Iterator[str]:
    """Sessions: a bar for one that was held, an open one for one that was not; numbers where there is room."""
    last = -100.0
    for tick in ticks:
        x = place.x(tick.day)
        state = "held" if tick.held else "missed"
        yield svg.element("rect", x=x - 3, y=_BOTTOM + 4, width=6, height=8, class_=f"tick {state}")
        if x - last >= 18:
            last = x
            yield svg.words(str(tick.number), x=x, y=_SESSIONS + 12, text_anchor="middle", class_="number")


def _readings(points: Sequence[Point], place: _Place) -> Iterator[str]:
    path, before = "", False
    for point in points:
        if point.total is not None:
            # After a gap the pen is lifted: a line across it would claim a total nobody has.
            path += f" {'L' if before else 'M'}{place.x(point.day):.1f} {place.y(point.total):.1f}"
        before = point.total is not None
    if "L" in path:
        yield svg.element("path", d=path.strip(), class_="course-of")
    for point in points:
        x = place.x(point.day)
        if point.total is None:
            yield svg.element("path", d=f"M{x - 4:.1f} {_TOP + 4} l8 8 m-8 0 l8 -8", class_="no-total")
            continue
        y = place.y(point.total)
        yield svg.element("circle", cx=x, cy=y, r=4, class_="dot")
        if point.mark:
            yield from _mark(point.mark, x, y)


def _mark(words: str, x: float, y: float) -> Iterator[str]:
    """A flag over a point, below it where the point lies high; its words keep inside the picture."""
    below = y - _TOP < 34
    tip = y + 10 if below else y - 10
    turn = 1 if below else -1
    yield svg.element("path", d=f"M{x:.1f} {tip:.1f} l6 {turn * 11} h-12 z", class_="flag")
    anchor = "end" if x > _RIGHT - 60 else "start" if x < _LEFT + 60 else "middle"
    shift = {"end": 8, "start": -8, "middle": 0}[anchor]
    yield svg.words(words, x=x + shift, y=tip + (24 if below else -15), text_anchor=anchor, class_="flag-name")
