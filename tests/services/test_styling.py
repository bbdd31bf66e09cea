"""What of a hospital's colours is taken over: plain hex, and only where every pair keeps its contrast."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_app.services.styling import LIGHT, PAIRS, VARIABLES, contrast, readable
from tests.web.test_design import EDGES, SCHEMES, TEXTS
from tests.web.test_design import contrast as judged

colours = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


def test_our_colours_and_pairs_are_those_of_the_sheet() -> None:
    assert {name: SCHEMES["light"][name] for name in LIGHT} == dict(LIGHT)
    listed = {(drawn, surface, 4.5) for drawn, surface in TEXTS} | {(drawn, surface, 3.0) for drawn, surface in EDGES}
    met = {pair for pair in listed if set(pair[:2]) & set(VARIABLES.values())}
    stronger = {(drawn, surface) for drawn, surface, least in PAIRS if least == 4.5}
    assert {pair for pair in met - set(PAIRS) if pair[:2] not in stronger} <= {("--on-accent", "--accent-strong", 4.5)}


def test_readable_colours_are_taken_over() -> None:
    taken, refused = readable({"color_highlight": "#5A2D82", "color_background": "#edeae3", "dim_border_radius": "3px"})
    assert dict(taken) == {
        "--accent": "#5a2d82",
        "--accent-strong": "#5a2d82",
        "--accent-line": "#5a2d82",
        "--ground": "#edeae3",
        "--radius": "3px",
    }
    assert refused == ()


@pytest.mark.parametrize(
    "value",
    [
        "#ffffff",
        "#ffcc00",
        "red",
        "#12345",
        "#123456;}body{display:none",
        "url(https://elsewhere.example/x)",
        "rgb(0,0,0)",
        "",
        7,
        ["#000000"],
    ],
)
def test_what_is_no_hex_or_not_readable_is_refused(value: object) -> None:
    assert readable({"color_highlight": value}) == ((), ("color_highlight",))


@pytest.mark.parametrize("value", ["3", "99px", "3px;}", "-1px", "1em", 3])
def test_a_radius_is_a_few_pixels(value: object) -> None:
    assert readable({"dim_border_radius": value}) == ((), ("dim_border_radius",))


@given(st.dictionaries(st.sampled_from([*VARIABLES, "color_modal_backdrop", "font_family_body"]), colours))
def test_whatever_a_hospital_states_every_pair_stays_readable(stated: dict[str, str]) -> None:
    taken, refused = readable(stated)
    palette = {**LIGHT, **dict(taken)}
    assert all(judged(palette[drawn], palette[surface]) >= least for drawn, surface, least in PAIRS)
    assert set(refused) <= set(stated)


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
