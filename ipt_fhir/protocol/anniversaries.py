"""The days of a loss that come round every year, read from the timeline: when each is next, and how far away."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.timeline import EventKind, TimelineEvent

OF_A_LOSS = (EventKind.DEATH, EventKind.LOSS, EventKind.ANNIVERSARY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anniversary:
    """A day that comes round. ``on`` is the next time, or the first of its month where only the month is known.

    ``days`` until then, 0 today (or in that month); ``years`` since the event by then.
    """

    event: TimelineEvent
    on: date
    days: int
    years: int
    exact: bool


def anniversaries(episode: Episode, today: date) -> list[Anniversary]:
    """Those of death, loss and anniversary, the next one first; what is dated to a year only has none."""
    found = (_next(event, today) for event in episode.timeline if event.kind in OF_A_LOSS)
    return sorted((item for item in found if item), key=lambda item: (item.on, item.event.when, item.event.id))


def events_of_loss(episode: Episode, person: str | None = None) -> list[TimelineEvent]:
    """The sequence of the loss in the order of time; with ``person``, only what names that person or nobody."""
    events = (event for event in episode.timeline if event.kind in OF_A_LOSS)
    return sorted(
        (event for event in events if person is None or event.person in {None, person}),
        key=lambda event: (event.when, event.id),
    )


def _next(event: TimelineEvent, today: date) -> Anniversary | None:
    year, *rest = (int(part) for part in event.when.split("-"))
    if not rest or max(year, today.year) + 2 > MAXYEAR:
        return None
    exact = len(rest) > 1
    # A year after it at the earliest; a day or a month that is over this year comes again in the next.
    first = max(today.year, year + 1)
    on = _in_year(first, *rest)
    if on < (today if exact else today.replace(day=1)):
        on = _in_year(first + 1, *rest)
    return Anniversary(event=event, on=on, days=max(0, (on - today).days), years=on.year - year, exact=exact)


def _in_year(year: int, month: int, day: int = 1) -> date:
    """That day in a year; one the month does not have (29 February) is remembered on its last."""
    return date(year, month, min(day, monthrange(year, month)[1]))
