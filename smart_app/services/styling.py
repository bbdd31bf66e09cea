"""The hospital's own colours (SMART App Launch 2.2, "styling"): taken over where our texts stay readable on them.

The launch names a document of colours, ``smart_style_url``. It is fetched here, from the hospital's origins only and
without a token, never by the browser. A colour counts when it is plain hex and every pair it is part of keeps its
contrast (docs/design.md); what does not is left out and noted. It is for light pages; in the dark ours stay.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

from ipt_fhir.ehr.addresses import is_within
from ipt_fhir.ehr.errors import EhrError
from ipt_fhir.ehr.issuer import Issuer
from smart_app.services.practice import Practice

Style = tuple[tuple[str, str], ...]
"""Variables of our sheet and their values, in the order of the table."""

VARIABLES: Mapping[str, str] = {
    "color_background": "--ground",
    "color_text": "--ink",
    "color_highlight": "--accent",
    "color_error": "--danger",
    "color_success": "--good",
}
"""Which of our colours each of SMART's stands for."""

LIGHT: Mapping[str, str] = {
    "--paper": "#fff",
    "--field": "#fff",
    "--ground": "#f2f4f6",
    "--band": "#f2f4f6",
    "--ink": "#14212b",
    "--soft": "#4a5965",
    "--edge": "#6f7f8c",
    "--accent": "#0b5563",
    "--on-accent": "#fff",
    "--accent-soft": "#e1eff1",
    "--warn": "#6f4300",
    "--warn-edge": "#b37a00",
    "--warn-soft": "#fff2d0",
    "--danger": "#8a1515",
    "--danger-edge": "#b3261e",
    "--danger-soft": "#fdebeb",
    "--good": "#155a36",
    "--good-edge": "#2b8a57",
    "--good-soft": "#e4f3ea",
    "--focus": "#b86e00",
}
"""Our light colours (app.css), as far as a taken colour meets them."""

_SURFACES = ("--paper", "--ground", "--accent-soft", "--warn-soft", "--danger-soft", "--good-soft", "--band")
PAIRS: tuple[tuple[str, str, float], ...] = (
    *(("--ink", surface, 4.5) for surface in (*_SURFACES, "--field")),
    *(("--accent", surface, 4.5) for surface in _SURFACES),
    *((tone, surface, 4.5) for tone in ("--warn", "--danger", "--good") for surface in ("--paper", "--ground")),
    ("--danger", "--danger-soft", 4.5),
    ("--good", "--good-soft", 4.5),
    ("--soft", "--ground", 4.5),
    ("--on-accent", "--accent", 4.5),
    *((edge, "--ground", 3.0) for edge in ("--edge", "--focus", "--warn-edge", "--danger-edge", "--good-edge")),
)
"""Drawn, on what, and the least contrast: every pair of docs/design.md that a taken colour can be part of."""

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_ROUND = re.compile(r"(?:[0-9]|1[0-6])px")
_LARGEST = 16 * 1024
_log = logging.getLogger(__name__)


def style_of(practice: Practice, issuer: Issuer, url: str | None) -> Style:
    """What of the hospital's style is taken over; nothing where it names none or it cannot be read."""
    if url is None:
        return ()
    origins = (issuer.origin, *issuer.allowed_origins)
    if not is_within(url, origins):
        _log.warning("%s: smart_style_url leads to another server and was not asked", issuer.iss)
        return ()
    try:
        stated = practice.published.get(
            url, origins=origins, what="style of the hospital", cap=_LARGEST, stale_is_fine=True
        )
    except EhrError as error:
        _log.warning("%s: the style of the hospital could not be read: %s", issuer.iss, error.code)
        return ()
    taken, refused = readable(stated)
    if refused:
        _log.warning("%s: not taken over from the hospital's style: %s", issuer.iss, ", ".join(refused))
    return taken


def readable(stated: Mapping[str, object]) -> tuple[Style, tuple[str, ...]]:
    """What can be taken over, as our variables, and the SMART names of what was refused."""
    taken: dict[str, str] = {}
    refused: list[str] = []
    for name, variable in VARIABLES.items():
        value = stated.get(name)
        if value is None:
            continue
        if isinstance(value, str) and _HEX.fullmatch(value) and _holds({**LIGHT, **taken, variable: value}, variable):
            taken[variable] = value.lower()
        else:
            refused.append(name)
    if "--accent" in taken:
        taken |= {"--accent-strong": taken["--accent"], "--accent-line": taken["--accent"]}
    radius = stated.get("dim_border_radius")
    if isinstance(radius, str) and _ROUND.fullmatch(radius):
        taken["--radius"] = radius
    elif radius is not None:
        refused.append("dim_border_radius")
    return tuple(taken.items()), tuple(refused)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2.2), from 1 to 21."""
    lower, higher = sorted((_luminance(one), _luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


def _holds(colours: Mapping[str, str], changed: str) -> bool:
    met = (pair for pair in PAIRS if changed in pair)
    return all(contrast(colours[drawn], colours[surface]) >= least for drawn, surface, least in met)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
