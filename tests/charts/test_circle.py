"""The closeness circle: everybody once, in the right zone, nobody on top of another, every word escaped."""

from __future__ import annotations

import math
import re
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smart_app.charts.circle import RINGS, UNPLACED, Mark, Zone, closeness_circle
from tests.charts.test_charts import HOSTILE, SVG, drawn, found, printable

ZONES = [Zone(code=code, name=f"{code} ring", title=code) for code in ("in", "mid", "out", "lost", "dead", "")]
places = st.integers(0, UNPLACED)
RADIUS = 16


@st.composite
def people(draw: st.DrawFn, most: int = 40) -> list[Mark]:
    count = draw(st.integers(1, most))
    one_ring = draw(st.none() | places)
    return [
        Mark(
            key=str(number),
            sign=draw(st.sampled_from(["M", "Mi", str(number)])),
            role=draw(printable),
            label=draw(printable),
            place=draw(places) if one_ring is None else one_ring,
            aim=draw(st.none() | st.integers(0, 4)),
        )
        for number in range(count)
    ]


def spots(picture: ElementTree.Element, css: str) -> list[tuple[float, float]]:
    shifts = [re.findall(r"-?[\d.]+", item.get("transform", "")) for item in found(picture, "g", css)]
    return [(float(x), float(y)) for x, y in shifts]


def drawn_circle(marks: list[Mark]) -> ElementTree.Element:
    return drawn(closeness_circle(marks, ZONES, "me", "Circle", "who is where"))


@settings(max_examples=25)
@given(people())
def test_everybody_stands_once_in_the_right_zone_inside_the_picture(marks: list[Mark]) -> None:
    picture = drawn_circle(marks)
    persons = found(picture, "g", "person")
    assert [item.get("data-person") for item in persons] == [mark.key for mark in marks]
    width, height = (float(size) for size in picture.get("viewBox", "").split()[2:])
    edges = [float(found(picture, "circle", f"ring zone-{zone}")[0].get("r", "")) for zone in range(RINGS)]
    middle = float(found(picture, "circle", "me")[0].get("cx", ""))
    for mark, (x, y) in zip(marks, spots(picture, "person"), strict=True):
        assert RADIUS <= x <= width - RADIUS
        assert RADIUS <= y <= height - RADIUS
        far = math.hypot(x - middle, y - middle)
        if mark.place < RINGS:
            assert ([0.0, *edges][mark.place]) < far < edges[mark.place]
        else:
            assert far > edges[-1] or x > 2 * middle


@settings(max_examples=25)
@given(people())
def test_nobody_hides_another(marks: list[Mark]) -> None:
    """From one person to forty, all in one ring or spread out, with those who shall move."""
    picture = drawn_circle(marks)
    for (x, y), (other_x, other_y) in combinations([*spots(picture, "person"), *spots(picture, "ghost")], 2):
        assert math.hypot(x - other_x, y - other_y) > 2 * RADIUS


@given(people(8))
def test_whoever_shall_move_has_an_arrow_and_nobody_else(marks: list[Mark]) -> None:
    picture = drawn_circle(marks)
    movers = [mark for mark in marks if mark.aim is not None and mark.aim != mark.place]
    assert len(found(picture, "g", "ghost")) == len(movers)
    assert len(found(picture, "polygon", "tip")) == len(movers)


@pytest.mark.parametrize(("count", "roles"), [(1, 1), (14, 14), (15, 0), (40, 0)])
def test_few_people_have_their_role_below_and_many_only_their_initial(count: int, roles: int) -> None:
    marks = [Mark(key=str(n), sign="M", role="mother", label="M, mother", place=n % 3) for n in range(count)]
    picture = drawn_circle(marks)
    assert len(found(picture, "text", "role")) == roles
    assert len([item for item in found(picture, "g", "person") if item.findtext(f"{SVG}title") == "M, mother"]) == count


@settings(max_examples=25)
@given(people())
def test_nobody_stands_on_the_name_of_a_ring(marks: list[Mark]) -> None:
    picture = drawn_circle(marks)
    names = [item for item in found(picture, "text", "zone-name") if item.get("text-anchor") == "middle"]
    assert len(names) == RINGS
    for name in names:
        place = float(name.get("x", "")), float(name.get("y", "")) - 4
        for spot in (*spots(picture, "person"), *spots(picture, "ghost")):
            assert math.dist(place, spot) > RADIUS


def test_nobody_is_a_picture_too() -> None:
    picture = drawn_circle([])
    assert picture.get("role") == "img"
    assert len(found(picture, "circle", "me")) == 1


def test_no_value_becomes_markup() -> None:
    mark = Mark(key=HOSTILE, sign=HOSTILE, role=HOSTILE, label=HOSTILE, place=0, aim=3)
    zones = [Zone(code=HOSTILE, name=HOSTILE, title=HOSTILE)] * 6
    picture = closeness_circle([mark], zones, HOSTILE, HOSTILE, HOSTILE)
    assert "<script" not in picture
    assert drawn(picture).findtext(f"{SVG}desc") == HOSTILE
    assert {item.tag.removeprefix(SVG) for item in drawn(picture).iter()} <= {
        "svg", "title", "desc", "text", "rect", "circle", "line", "polygon", "g",
    }  # fmt: skip
