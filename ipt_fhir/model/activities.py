"""Planned work of the course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

COURSE = "ipt-course"
"""The activity that stands for the course itself; sessions held are its progress."""

OTHER = "other"
"""An activity outside the catalogue."""


class ActivityKind(StrEnum):
    """What the plan orders: a service (ServiceRequest), a piece of work (Task), or a time to meet (Appointment)."""

    SERVICE = "service"
    TASK = "task"
    APPOINTMENT = "appointment"


class ActivityStatus(StrEnum):
    """Where a planned activity stands."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Owner(StrEnum):
    """Who does a piece of work."""

    PATIENT = "patient"
    THERAPIST = "therapist"


class Outcome(StrEnum):
    """What came of an activity; our code system ``ipt-activity-outcome``."""

    DONE = "done"
    PARTLY_DONE = "partly-done"
    NOT_DONE = "not-done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One planned activity. ``code`` names an entry of ``protocol/activities.toml``.

    ``starts`` (with its zone) and ``minutes`` belong to an appointment and only to one; ``owner`` to a task.

    ``by_us`` is False for an activity that somebody added to the plan in the chart: it is shown, never changed.
    ``inline`` tells that the plan holds it as ``activity.detail`` and not as a resource of its own.
    """

    id: str
    kind: ActivityKind
    code: str = OTHER
    text: str
    status: ActivityStatus = ActivityStatus.PLANNED
    due: date | None = None
    owner: Owner | None = None
    starts: datetime | None = None
    minutes: int | None = None
    outcome: Outcome | None = None
    inline: bool = False
    by_us: bool = True

    def __post_init__(self) -> None:
        """An appointment has a time and a length, and nothing else has; only a task has an owner; the course no due."""
        times = [item for item in (self.starts, self.minutes) if item is not None]
        if len(times) != (2 if self.kind is ActivityKind.APPOINTMENT and self.by_us else 0):
            raise ValueError("an appointment of ours has a start and minutes, no other activity has")
        if self.starts is not None and self.starts.tzinfo is None:
            raise ValueError("the start of an appointment has its zone")
        if self.owner is not None and self.kind is not ActivityKind.TASK:
            raise ValueError("only a task has an owner")
        if self.due is not None and (self.code == COURSE or self.kind is ActivityKind.APPOINTMENT):
            raise ValueError("the contract says when the course ends, and an appointment has its time")
