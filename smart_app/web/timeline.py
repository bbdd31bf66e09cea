"""The timeline: events of life against mood, with the scores of the course below them on one axis of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.timeline import TimelineEvent
from smart_app.charts.timeline import Happening, Measured, Point, Tick, Words, tick_days, timeline
from smart_app.charts.trend import Zone
from smart_app.language import day, moment, month
from smart_app.language import gettext as _
from smart_app.services.events import in_order, span_of, typed_of, when_words
from smart_app.services.overview import Measure, measure
from smart_app.services.people import find_person
from smart_app.web import people_words, words
from smart_app.web.desks import desk_of, page, practice
from smart_app.web.typed_forms import begun

blueprint = Blueprint("timeline", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One event in the table beside the picture."""

    key: str
    number: int
    when: str
    kind: str
    text: str
    mood: str
    person: str


@blueprint.get("/people/timeline")
def show(handle: str) -> str:
    """Picture and table."""
    desk = desk_of(handle)
    events = in_order(desk.episode.timeline)
    measured = measure(desk.episode, catalogue=practice().catalogue)
    saved = {event.id: typed_of(event).filled() for event in events}
    open_drafts = [item for item in begun(desk, "event") if saved.get(item.key) != item.draft.typed.filled()]
    return page(
        "people/timeline.html",
        desk,
        rows=[event_row(event, number, desk.episode) for number, event in enumerate(events, start=1)],
        picture=timeline_picture(desk.episode, events, measured) if events else "",
        measure=measured,
        begun=[(item.key, item.draft.typed.one("text"), moment(item.draft.updated)) for item in open_drafts],
        scores=[(day(item.at.date()), item) for item in measured.readings],
    )


def event_row(event: TimelineEvent, number: int, episode: Episode) -> EventRow:
    """An event in words."""
    person = find_person(episode, event.person) if event.person else None
    return EventRow(
        key=event.id,
        number=number,
        when=when_words(event.when),
        kind=str(people_words.KINDS[event.kind]),
        text=event.text,
        mood="" if event.mood is None else mood_words(event.mood),
        person=people_words.name(person) if person else "",
    )


def mood_words(mood: int) -> str:
    """An effect on mood: its number and what it means."""
    return f"{mood:+d} · {people_words.MOODS[mood]}" if mood else f"0 · {people_words.MOODS[0]}"


def timeline_picture(episode: Episode, events: Sequence[TimelineEvent], measured: Measure) -> str:
    """The picture; there is at least one event."""
    rows = [event_row(event, number, episode) for number, event in enumerate(events, start=1)]
    spans = [span_of(event.when) for event in events]
    happenings = [
        Happening(
            number=str(row.number),
            first=span.first,
            last=span.last,
            mood=event.mood,
            label=" · ".join(part for part in (row.when, row.kind, row.text, row.mood, row.person) if part),
        )
        for row, span, event in zip(rows, spans, events, strict=True)
    ]
    points = [
        Point(
            day=item.at.date(),
            total=item.total,
            label=f"{day(item.at.date())}: {item.total if item.total is not None else '–'}",
        )
        for item in measured.readings
    ]
    days = (
        [episode.started]
        + [edge for span in spans for edge in (span.first, span.last)]
        + [point.day for point in points]
    )
    curve = Measured(name=measured.title, highest=measured.highest, zones=_zones(measured), points=points)
    said = "; ".join(f"{row.number}: {item.label}" for row, item in zip(rows, happenings, strict=True))
    names = Words(
        better=_("mood better"),
        even=_("no change"),
        worse=_("mood worse"),
        title=_("Events of life against mood, and %(measure)s", measure=measured.title),
        description=said,
    )
    start = Tick(day=episode.started, words=_("the course begins"))
    return timeline(happenings, curve, _ticks(min(days), max(days)), names, start)


def _zones(measured: Measure) -> list[Zone]:
    return [Zone(name=words.band(band.label), low=band.low, high=band.high) for band in measured.bands]


def _ticks(first: date, last: date) -> list[Tick]:
    found = tick_days(first, last)
    yearly = all(item.month == 1 for item in found)
    return [Tick(day=item, words=str(item.year) if yearly else month(item)) for item in found]
