"""Charts are well-formed SVG with a name, and every value in them is escaped (decision-D17)."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_app.charts.course import Stop, Stretch, course_line
from smart_app.charts.trend import Zone, trend

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "\"'><script>alert(1)</script>&amp;"
ZONES = (Zone(name="none", low=0, high=4), Zone(name="mild", low=5, high=9), Zone(name="severe", low=10, high=27))
printable = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)
totals = st.lists(st.none() | st.integers(0, 27), max_size=20)


def drawn(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)  # noqa: S314 - what we made a moment ago


def found(picture: ElementTree.Element, tag: str, css: str) -> list[ElementTree.Element]:
    return [item for item in picture.iter(f"{SVG}{tag}") if item.get("class") == css]


def stops(*states: str) -> list[Stop]:
    return [Stop(number=number, state=state, label=str(number)) for number, state in enumerate(states, start=1)]


@given(printable, printable, printable)
def test_every_word_of_a_course_is_printed_as_text(label: str, name: str, title: str) -> None:
    line = course_line(
        [Stop(number=1, state="today", label=label, note=label)], [Stretch(name=name, first=1, last=1)], title
    )
    picture = drawn(line)
    assert {item.text or "" for item in picture.iter(f"{SVG}text")} >= {label, name}
    assert picture.find(f"{SVG}title") is not None
    assert (picture.findtext(f"{SVG}title"), picture.get("aria-label")) == (title, title)


def test_no_value_becomes_markup() -> None:
    line = course_line(
        [Stop(number=1, state=HOSTILE, label=HOSTILE)], [Stretch(name=HOSTILE, first=1, last=1)], HOSTILE
    )
    curve = trend([1], [Zone(name=HOSTILE, low=0, high=27)], 27, HOSTILE)
    for picture in (line, curve):
        assert "<script" not in picture
        assert {item.tag.removeprefix(SVG) for item in drawn(picture).iter()} <= {
            "svg", "title", "text", "rect", "circle", "path",
        }  # fmt: skip


def test_a_course_line_has_one_stop_a_session_from_left_to_right() -> None:
    picture = drawn(course_line(stops("held", "missed", "today", "ahead"), [], "Course"))
    assert [len(found(picture, "rect", f"segment {state}")) for state in ("held", "missed", "today", "ahead")] == [
        1
    ] * 4
    places = [float(item.get("x", "")) for item in picture.iter(f"{SVG}text")]
    assert places == sorted(places)
    assert len(found(picture, "circle", "ring")) == 1


@pytest.mark.parametrize("count", [0, 1, 12, 16, 40])
def test_a_course_of_any_length_fits_its_picture(count: int) -> None:
    picture = drawn(course_line(stops(*["held"] * count), [Stretch(name="all", first=1, last=max(count, 1))], "Course"))
    width = float(picture.get("viewBox", "").split()[2])
    assert all(0 <= float(item.get("x", "")) <= width for item in picture.iter(f"{SVG}text"))
    assert picture.get("role") == "img"


def test_a_note_makes_room_for_itself() -> None:
    plain = drawn(course_line(stops("today"), [], "Course"))
    noted = drawn(course_line([Stop(number=1, state="today", label="1", note="open")], [], "Course"))
    assert float(noted.get("viewBox", "").split()[3]) > float(plain.get("viewBox", "").split()[3])


@given(totals)
def test_every_total_is_a_dot_and_a_form_without_total_is_none(values: list[int | None]) -> None:
    picture = drawn(trend(values, ZONES, 27, "PHQ-9"))
    assert len(found(picture, "circle", "dot")) == sum(value is not None for value in values)
    heights = [float(item.get("cy", "")) for item in found(picture, "circle", "dot")]
    scores = [value for value in values if value is not None]
    assert sorted(range(len(scores)), key=lambda i: -heights[i]) == sorted(range(len(scores)), key=lambda i: scores[i])


def test_a_form_without_a_total_leaves_its_place_empty_on_the_line() -> None:
    """The dots around it stay where they are."""
    gap = [float(item.get("cx", "")) for item in found(drawn(trend([9, None, 3], ZONES, 27, "x")), "circle", "dot")]
    full = [float(item.get("cx", "")) for item in found(drawn(trend([9, 6, 3], ZONES, 27, "x")), "circle", "dot")]
    assert gap == [full[0], full[2]]


def test_the_line_is_not_drawn_across_a_gap() -> None:
    """A line through a missing total would claim a value nobody measured."""
    (line,) = found(drawn(trend([9, 8, None, 3, 2], ZONES, 27, "x")), "path", "line")
    assert line.get("d", "").count("M") == 2
    assert found(drawn(trend([9], ZONES, 27, "x")), "path", "line") == []


def test_bands_lie_below_each_other_without_a_gap() -> None:
    picture = drawn(trend([5], ZONES, 27, "PHQ-9"))
    edges = [(float(item.get("y", "")), float(item.get("height", ""))) for item in picture.iter(f"{SVG}rect")]
    for (top, _), (lower_top, lower_height) in pairwise(edges):
        assert lower_top + lower_height == pytest.approx(top, abs=0.11)
