"""A measure in words and as a picture: the latest total, its band, the change since the start and what that means."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from smart_app.charts.sparkline import sparkline
from smart_app.charts.trend import Zone, trend
from smart_app.language import gettext as _
from smart_app.language import ngettext
from smart_app.services.overview import Measure
from smart_app.services.titles import title_of
from smart_app.web import words


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureShown:
    """A measure as the overview shows it. ``rule`` says what change would count, ``meaning`` what this one means."""

    title: str
    total: str
    band: str
    change: str
    meaning: str
    rule: str
    last: str
    picture: Markup
    line: Markup


def shown(found: Measure) -> MeasureShown:
    """The measure in words."""
    latest = found.latest
    return MeasureShown(
        title=title_of(found.instrument),
        total="–" if latest is None or latest.total is None else str(latest.total),
        band=_band(found),
        change=_change(found),
        meaning=", ".join(words.change_meaning(found.change)) if found.change else "",
        rule="" if words.are_plain() else rule_words(found),
        last=words.day(latest.at.date()) if latest else "",
        picture=measure_picture(found),
        line=sparkline([item.total for item in found.readings], _listed(found)),
    )


def measure_picture(measured: Measure) -> Markup:
    """The totals of a measure over its bands."""
    totals = [item.total for item in measured.readings]
    zones = [Zone(name=words.band(band.label), low=band.low, high=band.high) for band in measured.bands]
    return trend(totals, zones, measured.highest, _listed(measured))


def rule_words(found: Measure) -> str:
    """What change counts as reliable, from the table of the instrument; "" where nobody published that."""
    reliable = found.instrument.change.reliable
    if reliable is None:
        return _("Nobody published from what change on it counts as reliable.")
    points = f"{reliable.value.normalize():f}"
    said = _("A change of %(points)s points or more counts as reliable.", points=points)
    return said if reliable.verified else _("%(said)s The figure was not checked at its source.", said=said)


def _listed(measured: Measure) -> str:
    """The picture in one sentence."""
    totals = [item.total for item in measured.readings]
    listed = ", ".join("–" if total is None else str(total) for total in totals)
    return ngettext(
        "%(name)s, %(num)s reading: %(list)s",
        "%(name)s, %(num)s readings: %(list)s",
        len(totals),
        name=measured.title,
        list=listed,
    )


def _band(found: Measure) -> str:
    latest = found.latest
    if latest is None:
        return ""
    if latest.total is None:
        return _("no total: %(done)s of %(all)s answered", done=latest.answered, all=latest.of)
    return words.band(latest.band.label) if latest.band else ""


def _change(found: Measure) -> str:
    moved = found.change
    if moved is None:
        latest = found.latest
        return _("baseline, %(date)s", date=words.day(latest.at.date())) if latest else ""
    if not moved.points:
        return _("no change since the start")
    if moved.points < 0:
        return _("down %(points)s since the start", points=-moved.points)
    return _("up %(points)s since the start", points=moved.points)
