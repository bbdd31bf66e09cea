"""One measure as a card of the assessment page: its picture, what the picture shows in words, and the table beside."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from markupsafe import Markup

from ipt_fhir.questionnaires.off_track import Track
from ipt_fhir.questionnaires.readings import Reading
from ipt_fhir.questionnaires.scoring import Change
from smart_app.charts.measure_course import Ground, Line, Point, Span, Tick, days_of, measure_course
from smart_app.charts.trend import Zone
from smart_app.language import gettext as _
from smart_app.language import ngettext
from smart_app.services.assessing import Trend, phase_days, session_days
from smart_app.services.desk import Desk
from smart_app.services.titles import title_of
from smart_app.web import words
from smart_app.web.history import Row, row_of
from smart_app.web.off_track import track_name


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One reading of the table: the version of answers, and the session of its day."""

    row: Row
    day: str
    session: str
    since_first: str
    meaning: tuple[str, ...]
    flagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureCard:
    """What the page prints of one measure; ``picture`` is empty where no reading has a total."""

    key: str
    title: str
    total: str
    band: str
    change: tuple[str, ...]
    picture: Markup
    lines: tuple[str, ...]
    legend: tuple[str, ...]
    rows: tuple[TableRow, ...]
    set_aside: str


def measure_card(trend: Trend, desk: Desk, waiting: Set[str]) -> MeasureCard:
    """The card of one measure; ``waiting`` are the keys that wait to be filed."""
    total, band = with_total(trend.readings[-1])
    moved = trend.series.measure.change if trend.series.measure else None
    change = (words.change_words(moved.points, None), *words.change_meaning(moved)) if moved else ()
    return MeasureCard(
        key=trend.instrument.id,
        title=title_of(trend.instrument),
        total=total,
        band=band,
        change=change,
        picture=_picture(trend, desk) if trend.drawn else Markup(""),
        lines=tuple(line.name for line in _lines(trend)) if trend.drawn else (),
        legend=_legend(trend, desk),
        rows=_rows(trend, desk, waiting),
        set_aside=_set_aside(trend),
    )


def with_total(reading: Reading) -> tuple[str, str]:
    """A total and its band in words; a dash, and what is missing, where there is none."""
    if reading.total is None and reading.of and reading.answered < reading.of:
        return "–", _("no total: %(done)s of %(all)s answered", done=reading.answered, all=reading.of)
    if reading.total is None:
        return "–", ""
    return f"{reading.total:f}", words.band(reading.band.label) if reading.band else ""


def _picture(trend: Trend, desk: Desk) -> Markup:
    flagged = trend.flagged
    points = [
        Point(
            day=item.at.astimezone().date(),
            total=item.total,
            mark=track_name(Track.OFF) if flagged and item.source.id == flagged.source.id else "",
        )
        for item in trend.readings
    ]
    ground = Ground(
        lowest=trend.lowest,
        highest=trend.highest,
        zones=tuple(Zone(name=words.band(band.label), low=band.low, high=band.high) for band in trend.instrument.bands),
        spans=tuple(
            Span(name=words.phase(item.phase), first=item.first, last=item.last) for item in phase_days(desk.episode)
        ),
        ticks=tuple(Tick(day=item.day, number=item.number, held=item.held) for item in session_days(desk.episode)),
        lines=tuple(_lines(trend)),
    )
    days = days_of(points, ground)
    return measure_course(points, ground, words.day(days[0]), words.day(days[-1]), _title(trend, points))


def _title(trend: Trend, points: list[Point]) -> str:
    """The picture in one sentence."""
    listed = ", ".join("–" if item.total is None else f"{item.total:f}" for item in points)
    said = ngettext(
        "%(name)s, %(num)s reading: %(list)s",
        "%(name)s, %(num)s readings: %(list)s",
        len(points),
        name=title_of(trend.instrument),
        list=listed,
    )
    marked = next((item for item in points if item.mark), None)
    lines = [line.name for line in _lines(trend)]
    told = [said, *lines, *([f"{marked.mark}: {words.day(marked.day)}"] if marked else [])]
    return ". ".join(told)


def _lines(trend: Trend) -> list[Line]:
    if words.are_plain():
        return []
    lower = trend.instrument.scale is None or trend.instrument.scale.better == "lower"
    found = []
    if trend.reliable is not None:
        shown = f"{trend.reliable:f}"
        name = (
            _("reliable change: %(total)s or less", total=shown)
            if lower
            else _("reliable change: %(total)s or more", total=shown)
        )
        found.append(Line(total=trend.reliable, name=name, style="reliable"))
    if trend.response is not None:
        shown = f"{trend.response:f}"
        name = _("response: %(total)s or less", total=shown) if lower else _("response: %(total)s or more", total=shown)
        found.append(Line(total=trend.response, name=name, style="response"))
    return found


def _legend(trend: Trend, desk: Desk) -> tuple[str, ...]:
    """What the marks of the picture mean, only those that are in it."""
    found: list[str] = []
    if any(item.total is None for item in trend.readings):
        found.append(_("✕ no total: answers are missing"))
    if any(not item.held for item in session_days(desk.episode)):
        found.append(_("□ session missed"))
    change = trend.instrument.change
    if (change.reliable and not change.reliable.verified) or (
        change.response_percent and not change.response_percent.verified
    ):
        found.append(_("No line for a figure that was not checked at its source."))
    return tuple(found)


def _rows(trend: Trend, desk: Desk, waiting: Set[str]) -> tuple[TableRow, ...]:
    """The newest first, like everywhere; what does not count stands in the history."""
    numbers = {item.date: item.number for item in desk.episode.sessions if item.kind.counts}
    flagged = trend.flagged
    return tuple(
        TableRow(
            row=row_of(entry, desk, waiting),
            day=words.day(entry.at.astimezone().date()),
            since_first=words.points_moved(entry.since_first),
            meaning=_noteworthy(entry.since_first),
            session=str(numbers.get(entry.at.astimezone().date(), "")),
            flagged=flagged is not None and entry.version.id == flagged.source.id,
        )
        for entry in trend.series.entries
        if entry.version.stands
    )


def _noteworthy(moved: Change | None) -> tuple[str, ...]:
    """What a change means, where it is larger than measurement error."""
    if moved is None or not (moved.reliable or moved.response or moved.remission or moved.recovery):
        return ()
    return tuple(words.change_meaning(moved))


def _set_aside(trend: Trend) -> str:
    """How many versions stand in the history only."""
    parts = []
    if trend.corrected:
        parts.append(ngettext("%(num)s was corrected", "%(num)s were corrected", trend.corrected))
    if trend.withdrawn:
        parts.append(ngettext("%(num)s does not count", "%(num)s do not count", trend.withdrawn))
    return ", ".join(parts)
