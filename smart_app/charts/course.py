"""The course as a line: sessions held and to come, phases above, today marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from smart_app.charts import svg

_WIDTH, _EDGE = 1200, 2
_HEIGHT, _HEIGHT_WITH_NOTES = 60, 78
_STRIP = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One session on the line. ``state`` is held, missed, today or ahead; ``note`` stands below it."""

    number: int
    state: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One phase: its name and the sessions it spans, both ends included."""

    name: str
    first: int
    last: int


def course_line(stops: Sequence[Stop], phases: Sequence[Stretch], title: str) -> Markup:
    """The line as SVG; ``title`` says the same in one sentence for those who do not see it."""
    step = (_WIDTH - 2 * _EDGE) / max(len(stops), 1)
    body = "".join(_phase(phase, step) for phase in phases)
    body += "".join(_segment(stop, step) for stop in stops)
    body += "".join(_stop(stop, step) for stop in stops)
    height = _HEIGHT_WITH_NOTES if any(stop.note for stop in stops) else _HEIGHT
    return svg.picture(_WIDTH, height, title, body, "course")


def course_strip(stops: Sequence[Stop], title: str) -> Markup:
    """The same line for a phone: the sessions as segments, the numbers of the first, of today's and of the last."""
    step = (_STRIP - 2 * _EDGE) / max(len(stops), 1)
    body = "".join(
        svg.element(
            "rect", x=_x(stop.number, step) + 1, y=2, width=step - 2, height=8, rx=2, class_=f"segment {stop.state}"
        )
        for stop in stops
    )
    named = [stop for stop in stops if stop.number in {1, len(stops)} or stop.state == "today"]
    for stop in named:
        middle = min(max(_x(stop.number + 0.5, step), 8), _STRIP - 8)
        body += svg.words(str(stop.number), x=middle, y=26, text_anchor="middle", class_=f"stop {stop.state}")
    return svg.picture(_STRIP, 32, title, body, "course-strip")


def _x(number: float, step: float) -> float:
    return _EDGE + (number - 1) * step


def _phase(phase: Stretch, step: float) -> str:
    return svg.words(phase.name, x=_x(phase.first, step) + 3, y=12, class_="phase")


def _segment(stop: Stop, step: float) -> str:
    return svg.element(
        "rect", x=_x(stop.number, step) + 2, y=20, width=step - 4, height=8, rx=3, class_=f"segment {stop.state}"
    )


def _stop(stop: Stop, step: float) -> str:
    middle = _x(stop.number + 0.5, step)
    ring = svg.element("circle", cx=middle, cy=45, r=13, class_="ring") if stop.state == "today" else ""
    label = svg.words(stop.label, x=middle, y=50, text_anchor="middle", class_=f"stop {stop.state}")
    note = svg.words(stop.note, x=middle, y=72, text_anchor="middle", class_=f"note {stop.state}") if stop.note else ""
    return ring + label + note
