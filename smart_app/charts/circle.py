"""The closeness circle: the patient in the middle, people around by role and initial, arrows to where they shall be.

Three rings, and two shelves beside them for contact that was lost and for the dead. Everybody keeps a direction in all
pictures, so that a move reads as a step in or out. Few people have their role written below; many only their initial.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from smart_app.charts import svg

RINGS = 3
UNPLACED = 5
"""Zones: 0 to 2 are the rings from the inside, 3 contact lost, 4 deceased, 5 not placed."""
_FEW = 14
_RADIUS, _ME = 16, 25
_TOP, _GAP, _SHELF = 10, 30, 176
_LINE, _LONGEST_LINE = 13, 14
_NAMES = math.radians(60)
_ARC = math.tau - _NAMES
"""At the top the rings have their names; so much of the circle is kept free there, the rest is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One person: ``sign`` stands in the dot, ``role`` below it, ``label`` is read out. ``aim`` is where they shall be.

    ``place`` and ``aim`` are zones.
    """

    key: str
    sign: str
    role: str
    label: str
    place: int
    aim: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A ring or a shelf: its ``code`` in a form, its name as it is read out, its title in the picture."""

    code: str
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class _Member:
    mark: Mark
    angle: float
    ghost: bool


@dataclass(frozen=True, slots=True)
class _Spot:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class _Grain:
    """How much room a person takes: along a ring, between rings, and on a shelf."""

    along: float
    between: float
    cell: tuple[float, float]
    thinnest: float


_ROOMY = _Grain(along=80, between=66, cell=(86, 66), thinnest=66)
_TIGHT = _Grain(along=38, between=38, cell=(38, 38), thinnest=52)


def closeness_circle(marks: Sequence[Mark], zones: Sequence[Zone], me: str, title: str, description: str) -> Markup:
    """The picture as SVG. ``zones`` are the six zones in order, ``me`` stands in the middle."""
    grain = _ROOMY if len(marks) <= _FEW else _TIGHT
    members = list(_members(marks))
    by_zone = [[item for item in members if _zone(item) == zone] for zone in range(UNPLACED + 1)]
    edges = _edges([len(found) for found in by_zone[:RINGS]], grain)
    middle = _Spot(edges[-1] + _TOP, edges[-1] + _TOP)
    shelves = _shelves(by_zone, zones, 2 * middle.x + _GAP, grain)
    spots = dict(_ring_spots(by_zone, edges, middle, grain))
    for shelf in shelves:
        spots |= shelf.spots
    height = max(2 * middle.y, *(shelf.bottom + _TOP for shelf in shelves))
    body = svg.element("desc", escape(description))
    body += "".join(_ring(zone, zones[zone], edges[zone], middle) for zone in reversed(range(RINGS)))
    body += "".join(shelf.drawn for shelf in shelves)
    body += "".join(_arrows(members, spots, roomy=grain is _ROOMY))
    body += svg.element("circle", cx=middle.x, cy=middle.y, r=_ME, class_="me")
    body += svg.words(me, x=middle.x, y=middle.y + 4.5, text_anchor="middle", class_="me-name")
    body += "".join(_person(item, spots[item], roomy=grain is _ROOMY) for item in members)
    return svg.picture(math.ceil(2 * middle.x + _GAP + _SHELF + 2), math.ceil(height), title, body, "closeness")


def _members(marks: Sequence[Mark]) -> Iterator[_Member]:
    """Everybody once, and once more where they shall be if that is elsewhere."""
    for place, mark in enumerate(marks):
        angle = _angle(place, len(marks))
        yield _Member(mark, angle, ghost=False)
        if mark.aim is not None and mark.aim != mark.place:
            yield _Member(mark, angle, ghost=True)


def _angle(place: int, count: int) -> float:
    """The direction of one of so many, evenly around from the name's right side to its left."""
    return (place + 0.5) * _ARC / count + _NAMES / 2 - math.pi / 2


def _zone(member: _Member) -> int:
    aim = member.mark.aim
    return aim if member.ghost and aim is not None else member.mark.place


def _rows(count: int, inner: float, grain: _Grain) -> list[tuple[float, int]]:
    """The circles of one ring from the inside, each with its radius and how many stand on it."""
    rows: list[tuple[float, int]] = []
    radius = inner + grain.between / 2
    while count > 0:
        fits = max(int(_ARC * radius / grain.along), 1)
        rows.append((radius, min(fits, count)))
        count, radius = count - fits, radius + grain.between
    return rows


def _edges(counts: Sequence[int], grain: _Grain) -> list[float]:
    """The outer radius of each ring."""
    edges: list[float] = []
    inner = float(_ME + 4)
    for count in counts:
        inner += max(grain.thinnest, len(_rows(count, inner, grain)) * grain.between)
        edges.append(inner)
    return edges


def _ring_spots(
    by_zone: Sequence[Sequence[_Member]], edges: Sequence[float], middle: _Spot, grain: _Grain
) -> Iterator[tuple[_Member, _Spot]]:
    inner = float(_ME + 4)
    for zone in range(RINGS):
        waiting = list(by_zone[zone])
        rows = _rows(len(waiting), inner, grain)
        # A ring that is wider than its people need holds them in its middle.
        spare = (edges[zone] - inner - max(len(rows), 1) * grain.between) / 2
        for radius, count in rows:
            row, waiting = waiting[:count], waiting[count:]
            placed = _spread([item.angle for item in row], grain.along / radius)
            for member, angle in zip(row, placed, strict=True):
                far = radius + spare
                yield member, _Spot(middle.x + far * math.cos(angle), middle.y + far * math.sin(angle))
        inner = edges[zone]


def _spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Directions as wanted where the gap allows it, else evenly around, in the same order."""
    order = sorted(range(len(wanted)), key=lambda item: wanted[item])
    ranked = [wanted[item] for item in order]
    after = [*ranked[1:], ranked[0] + math.tau] if ranked else []
    if all(later - earlier >= gap for earlier, later in zip(ranked, after, strict=True)):
        return list(wanted)
    return [_angle(order.index(item), len(wanted)) for item in range(len(wanted))]


@dataclass(frozen=True, slots=True)
class _Shelf:
    drawn: str
    bottom: float
    spots: dict[_Member, _Spot]


def _shelves(by_zone: Sequence[Sequence[_Member]], zones: Sequence[Zone], x: float, grain: _Grain) -> list[_Shelf]:
    """Beside the rings, below each other; one for those without a place only where there are any."""
    found: list[_Shelf] = []
    top = float(_TOP)
    for zone in range(RINGS, UNPLACED + 1):
        if zone != UNPLACED or by_zone[zone]:
            found.append(_shelf(by_zone[zone], zone, zones[zone], _Spot(x, top), grain))
            top = found[-1].bottom + 12
    return found


def _shelf(members: Sequence[_Member], zone: int, named: Zone, corner: _Spot, grain: _Grain) -> _Shelf:
    wide, high = grain.cell
    columns = int(_SHELF / wide)
    rows = max(math.ceil(len(members) / columns), 1)
    height = 30 + rows * high + 4
    margin = (_SHELF - columns * wide) / 2
    spots = {
        member: _Spot(
            corner.x + margin + (place % columns + 0.5) * wide, corner.y + 26 + (place // columns + 0.5) * high
        )
        for place, member in enumerate(members)
    }
    box = svg.element(
        "rect",
        x=corner.x,
        y=corner.y,
        width=_SHELF,
        height=height,
        rx=8,
        class_=f"shelf zone-{zone}",
        data_zone=str(zone),
        data_code=named.code,
        data_name=named.name,
    )
    name = svg.words(named.title, x=corner.x + 10, y=corner.y + 18, class_="zone-name")
    return _Shelf(box + name, corner.y + height, spots)


def _ring(zone: int, named: Zone, edge: float, middle: _Spot) -> str:
    ring = svg.element(
        "circle",
        cx=middle.x,
        cy=middle.y,
        r=edge,
        class_=f"ring zone-{zone}",
        data_zone=str(zone),
        data_code=named.code,
        data_name=named.name,
    )
    return ring + svg.words(named.title, x=middle.x, y=middle.y - edge + 15, text_anchor="middle", class_="zone-name")


def _person(member: _Member, spot: _Spot, *, roomy: bool) -> str:
    mark = member.mark
    lines = _lines(mark.role) if roomy else []
    raised = _raised(mark, roomy=roomy)
    dot = svg.element("circle", cy=-raised, r=_RADIUS, class_="dot")
    sign = svg.words(mark.sign, y=5 - raised, text_anchor="middle", class_="sign")
    below = "".join(
        svg.words(line, y=_RADIUS + 13 + row * _LINE - raised, text_anchor="middle", class_="role")
        for row, line in enumerate(lines)
    )
    place = f"translate({spot.x:.1f} {spot.y:.1f})"
    if member.ghost:
        return svg.element("g", dot + sign, class_="ghost", transform=place)
    inside = svg.element("title", escape(mark.label)) + dot + sign + below
    data = {"data_person": mark.key, "data_zone": str(mark.place), "data_label": mark.label}
    return svg.element("g", inside, class_="person", transform=place, **data)


def _lines(role: str) -> list[str]:
    """A role in at most two short lines."""
    return textwrap.wrap(role, _LONGEST_LINE, max_lines=2, placeholder="…", break_long_words=True)


def _raised(mark: Mark, *, roomy: bool) -> float:
    """How far a dot stands above its place when its role is written below: both together are in the middle."""
    return len(_lines(mark.role)) * _LINE / 2 if roomy else 0


def _arrows(members: Sequence[_Member], spots: dict[_Member, _Spot], *, roomy: bool) -> Iterator[str]:
    starts = {item.mark.key: spots[item] for item in members if not item.ghost}
    for member in members:
        if member.ghost:
            start, end = starts[member.mark.key], spots[member]
            raised = _raised(member.mark, roomy=roomy)
            yield _arrow(_Spot(start.x, start.y - raised), _Spot(end.x, end.y - raised))


def _arrow(start: _Spot, end: _Spot) -> str:
    long = math.hypot(end.x - start.x, end.y - start.y)
    if long <= 2 * _RADIUS + 8:
        return ""
    dx, dy = (end.x - start.x) / long, (end.y - start.y) / long
    tip = _Spot(end.x - dx * (_RADIUS + 2), end.y - dy * (_RADIUS + 2))
    heel = _Spot(tip.x - dx * 9, tip.y - dy * 9)
    wings = f"{heel.x - dy * 5:.1f},{heel.y + dx * 5:.1f} {heel.x + dy * 5:.1f},{heel.y - dx * 5:.1f}"
    line = svg.element(
        "line", x1=start.x + dx * _RADIUS, y1=start.y + dy * _RADIUS, x2=heel.x, y2=heel.y, class_="arrow"
    )
    return line + svg.element("polygon", points=f"{tip.x:.1f},{tip.y:.1f} {wings}", class_="tip")
