"""The timeline: events of life, added, changed, taken out, beside the scores that were measured. Pure.

All of it stays in this app (decision-D20).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.timeline import EventKind, TimelineEvent
from smart_app import language
from smart_app.language import gettext as _
from smart_app.services.people import find_person
from smart_app.services.problems import Problems
from smart_app.services.typed import Typed, read_choice, read_text

MOST_EVENTS = 80
MOODS = tuple(range(-3, 4))
_EARLIEST, _AHEAD = 1900, 10
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_DOTTED = re.compile(r"(?:(?:(\d{1,2})\.\s?)?(\d{1,2})[./]\s?)(\d{4})")
"""14.3.2026, 3.2026 and 3/2026: no other country reads these otherwise. 3/4/2026 is not among them."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days an event may have been on: one day, a month, or a year; both ends included."""

    first: date
    last: date

    @property
    def middle(self) -> date:
        """The day in the middle."""
        return self.first + (self.last - self.first) / 2


def span_of(when: str) -> Span:
    """The days of a partial date; of a day that is in no calendar (30 February) its month."""
    year, month, day = (int(part) for part in f"{when}-0-0".split("-")[:3])
    year = min(max(year, date.min.year), date.max.year - 1)
    first = date(year, month or 1, 1)
    after = date(year + (month in {0, 12}), 1 if month in {0, 12} else month + 1, 1)
    if day and day <= (after - first).days:
        return Span(first.replace(day=day), first.replace(day=day))
    return Span(first, after - timedelta(days=1))


def when_words(when: str) -> str:
    """A partial date as a person reads it: 2026, Mar 2026, 14 Mar 2026."""
    span = span_of(when)
    if span.first == span.last:
        return language.day(span.first)
    return language.month(span.first) if len(when) > len("2026") else when


def in_order(events: tuple[TimelineEvent, ...]) -> list[TimelineEvent]:
    """As they happened; of what may have been on one day the more exact first."""
    return sorted(events, key=lambda event: (span_of(event.when).first, span_of(event.when).last, event.id))


def typed_of(event: TimelineEvent) -> Typed:
    """An event as its form shows it."""
    return Typed(
        {
            "when": (event.when,),
            "kind": (event.kind.value,),
            "text": (event.text,),
            "mood": () if event.mood is None else (str(event.mood),),
            "person": (event.person,) if event.person else (),
        }
    )


def read_event(key: str, typed: Typed, episode: Episode, today: date) -> tuple[TimelineEvent | None, Problems]:
    """The event a form says, or what is wrong with it. ``key`` is a UUID and becomes the event's id."""
    problems = Problems()
    when = read_when(typed.one("when"), today, problems)
    kind = read_choice(typed, "kind", EventKind, problems)
    if kind is None:
        problems.add("kind", _("Choose what kind of event it was."))
    text = read_text(typed, "text", "TimelineEvent.text", problems)
    if text is None:
        problems.add("text", _("Say in a few words what happened."))
    mood = typed.one("mood")
    if mood and mood not in {str(step) for step in MOODS}:
        problems.add("mood", _("Choose one of the list."))
    person = typed.one("person") or None
    if person and find_person(episode, person) is None:
        problems.add("person", _("This person is not in the list any more."))
    if problems or when is None or kind is None or text is None:
        return None, problems
    effect = int(mood) if mood else None
    return TimelineEvent(id=key, when=when, kind=kind, text=text, mood=effect, person=person), problems


def read_when(typed: str, today: date, problems: Problems) -> str | None:
    """A year, a month or a day as it was typed: 2026, 2026-03, 2026-03-14, also 14.3.2026, 3.2026 and 3/2026."""
    plain = typed.strip()
    iso, dotted = _ISO.fullmatch(plain), _DOTTED.fullmatch(plain)
    parts = iso.groups() if iso else tuple(reversed(dotted.groups())) if dotted else ()
    numbers = [int(part) for part in parts if part]
    if not plain.isascii() or not numbers:
        problems.add("when", _("Enter a year, a month or a day: 2026, 2026-03 or 2026-03-14."))
        return None
    when = "-".join(f"{number:04d}" if place == 0 else f"{number:02d}" for place, number in enumerate(numbers))
    if not _EARLIEST <= numbers[0] <= today.year + _AHEAD:
        problems.add("when", _("Enter a year from %(least)s to %(most)s.", least=_EARLIEST, most=today.year + _AHEAD))
        return None
    if not _in_calendar(numbers):
        problems.add("when", _("There is no such day."))
        return None
    return when


def find_event(episode: Episode, key: str) -> TimelineEvent | None:
    """The event with that id."""
    return next((event for event in episode.timeline if event.id == key), None)


def keep_event(episode: Episode, event: TimelineEvent) -> tuple[Episode, Problems]:
    """The course with this event in its place, or added."""
    problems = Problems()
    others = tuple(item for item in episode.timeline if item.id != event.id)
    if len(others) >= MOST_EVENTS:
        problems.add("text", _("This timeline holds %(most)s events.", most=MOST_EVENTS))
        return episode, problems
    if len(others) != len(episode.timeline):
        return replace(
            episode, timeline=tuple(event if item.id == event.id else item for item in episode.timeline)
        ), problems
    return replace(episode, timeline=(*episode.timeline, event)), problems


def remove_event(episode: Episode, key: str) -> Episode:
    """The course without this event."""
    return replace(episode, timeline=tuple(event for event in episode.timeline if event.id != key))


def _in_calendar(numbers: list[int]) -> bool:
    year, month, day = (*numbers, 1, 1)[:3]
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
