"""A measure over time: points, bands behind them, the line that counts as response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from smart_app.charts import svg

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 320, 116, 124, 4, 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A band of scores with its name, both ends included."""

    name: str
    low: int
    high: int


def trend(totals: Sequence[Decimal | int | None], zones: Sequence[Zone], highest: Decimal | int, title: str) -> Markup:
    """Totals in order of time as SVG; None leaves a gap, because an incomplete form has no total."""
    body = "".join(_zone(zone, index, highest) for index, zone in enumerate(zones))
    body += _line(totals, highest)
    return svg.picture(_WIDTH, _HEIGHT, title, body, "trend")


def _y(total: Decimal | int, highest: Decimal | int) -> float:
    return _BOTTOM - float(Decimal(total) / highest) * (_BOTTOM - _TOP)


def _x(index: int, count: int) -> float:
    return _LEFT + 12 + index * (_WIDTH - _LEFT - 24) / max(count - 1, 1)


def _zone(zone: Zone, index: int, highest: Decimal | int) -> str:
    top, bottom = _y(min(zone.high + 1, highest), highest), _y(zone.low, highest)
    stripe = "zone" if index % 2 else "zone shaded"
    shape = svg.element("rect", x=_LEFT, y=top, width=_WIDTH - _LEFT, height=bottom - top, class_=stripe)
    return shape + svg.words(zone.name, x=_LEFT - 6, y=(top + bottom) / 2 + 3.5, text_anchor="end", class_="zone-name")


def _line(totals: Sequence[Decimal | int | None], highest: Decimal | int) -> str:
    path, dots, before = "", "", None
    for index, total in enumerate(totals):
        if total is not None:
            x, y = _x(index, len(totals)), _y(total, highest)
            # After a gap the pen is lifted: a line across it would claim a total nobody has.
            path += f" {'M' if before is None else 'L'}{x:.1f} {y:.1f}"
            dots += svg.element("circle", cx=x, cy=y, r=3.5, class_="dot")
        before = total
    return (svg.element("path", d=path.strip(), class_="line") if "L" in path else "") + dots
