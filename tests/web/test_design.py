"""The colours of the pages: in one place, each pair with its contrast, in light and in dark (docs/design.md)."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

import smart_app

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(smart_app.__file__).parent
STATIC = PACKAGE / "web" / "static"
SHEETS = sorted(STATIC.glob("*.css"))
PAGE = (ROOT / "docs" / "design.md").read_text()
APP = (STATIC / "app.css").read_text()
_LITERAL = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|color-mix)\(|\b(?:white|black|red|green|blue|gray|grey)\b(?!-)"
)
_ROOT = re.compile(r":root\s*\{([^}]*)\}")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SAID = re.compile(r"^\| (`--[^|]*) \| (`--[^|]*) \|$", re.MULTILINE)


def without_comments(sheet: str) -> str:
    return re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)


def tokens(block: str) -> dict[str, str]:
    """The colours a :root block sets."""
    return dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-fA-F]{3,6})\s*;", block))


def schemes() -> dict[str, dict[str, str]]:
    light, dark = (tokens(block) for block in _ROOT.findall(without_comments(APP)) if "--ink" in block)
    return {"light": light, "dark": light | dark}


SCHEMES = schemes()


def light_of(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lower, higher = sorted((light_of(one), light_of(other)))
    return (higher + 0.05) / (lower + 0.05)


def pairs(heading: str) -> list[tuple[str, str]]:
    """The pairs a table of the page lists."""
    part = PAGE.split(heading, 1)[1].split("\n### ", 1)[0].split("\n## ", 1)[0]
    rows = [[re.findall(r"--[\w-]+", cell) for cell in row] for row in _SAID.findall(part)]
    return [pair for drawn, on in rows for pair in product(drawn, on)]


TEXTS, EDGES = pairs("### Text on what it lies on"), pairs("### Edges, rings")


def test_black_on_white_is_21() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("listed", "least"), [(TEXTS, 4.5), (EDGES, 3.0)], ids=["texts", "edges"])
def test_every_pair_has_its_contrast(scheme: str, listed: list[tuple[str, str]], least: float) -> None:
    colours = SCHEMES[scheme]
    found = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in listed}
    assert len(found) > 15
    assert {pair: value for pair, value in found.items() if value < least} == {}


def test_every_colour_has_a_value_for_dark_or_is_the_same_in_both() -> None:
    same = {"--on-banner", "--banner-soft", "--banner-focus"}
    dark = tokens([block for block in _ROOT.findall(APP) if "--ink" in block][1])
    assert set(SCHEMES["light"]) - set(dark) == same


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_colour_is_written_in_the_tokens_and_nowhere_else(sheet: Path) -> None:
    rest = _ROOT.sub("", without_comments(sheet.read_text()))
    values = " ".join(body for _, body in _RULE.findall(rest))
    assert _LITERAL.findall(values) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_variable_that_is_used_exists(sheet: Path) -> None:
    text = sheet.read_text()
    made = set(re.findall(r"(--[\w-]+)\s*:", APP + text))
    assert set(re.findall(r"var\((--[\w-]+)", text)) - made == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_text_and_surface_of_one_rule_are_a_listed_pair(sheet: Path) -> None:
    """What a rule sets together lies on each other."""
    unlisted = set()
    for selector, body in _RULE.findall(without_comments(sheet.read_text())):
        text = re.search(r"(?:^|[;{\s])color:\s*var\((--[\w-]+)\)", body)
        surface = re.search(r"background(?:-color)?:\s*var\((--[\w-]+)\)", body)
        if text and surface and (text[1], surface[1]) not in TEXTS:
            unlisted.add((selector.strip(), text[1], surface[1]))
    assert unlisted == set()


def test_the_page_names_every_colour() -> None:
    named = set(re.findall(r"--[\w-]+", PAGE))
    series = {f"--series-{number}" for number in range(1, 7)}
    grouped = {f"--{tone}-{kind}" for tone in ("danger", "good") for kind in ("soft", "line", "edge")}
    assert set(SCHEMES["light"]) - named - series - grouped == set()


def test_charts_and_templates_carry_no_colour_and_no_style() -> None:
    for folder, kind in ((PACKAGE / "charts", "*.py"), (PACKAGE / "web" / "templates", "*.html")):
        for path in folder.rglob(kind):
            written = path.read_text()
            assert not re.search(r"#[0-9a-fA-F]{6}\b|\bstyle=|fill=\"|stroke=\"", written), path.name
