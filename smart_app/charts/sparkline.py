"""A measure over time in the height of a line: where it began, where it is, and what lies between."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

from smart_app.charts import svg

_WIDTH, _HEIGHT, _EDGE = 96, 24, 4


def sparkline(totals: Sequence[Decimal | int | None], title: str) -> Markup:
    """Totals in order of time as SVG, from the lowest to the highest of them; None leaves a gap."""
    known = [total for total in totals if total is not None]
    low, high = (min(known), max(known)) if known else (0, 0)
    line, before = "", None
    for index, total in enumerate(totals):
        if total is not None:
            line += f" {'M' if before is None else 'L'}{_x(index, len(totals)):.1f} {_y(total, low, high):.1f}"
        before = total
    body = svg.element("path", d=line.strip(), class_="line") if "L" in line else ""
    if known:
        last = max(index for index, total in enumerate(totals) if total is not None)
        body += svg.element("circle", cx=_x(last, len(totals)), cy=_y(known[-1], low, high), r=3, class_="dot")
    return svg.picture(_WIDTH, _HEIGHT, title, body, "sparkline")


def _x(index: int, count: int) -> float:
    return _EDGE + index * (_WIDTH - 2 * _EDGE) / max(count - 1, 1)


def _y(total: Decimal | int, low: Decimal | int, high: Decimal | int) -> float:
    share = float(Decimal(total - low) / (high - low)) if high > low else 0.5
    return _HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE)
