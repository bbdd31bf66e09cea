"""Planned work of the course."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

COURSE = "ipt-course"
"""The activity that stands for the course itself; sessions held are its progress."""

OTHER = "other"
"""An activity outside the catalogue."""


class ActivityKind(StrEnum):
    """What the plan orders: a service (ServiceRequest) or a piece of work (Task)."""

    SERVICE = "service"
    TASK = "task"


class ActivityStatus(StrEnum):
    """Where a planned activity stands."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One planned activity. ``code`` names an entry of ``protocol/activities.toml``.

    ``by_us`` is False for an activity that somebody added to the plan in the chart: it is shown, never changed.
    ``inline`` tells that the plan holds it as ``activity.detail`` and not as a resource of its own.
    """

    id: str
    kind: ActivityKind
    code: str = OTHER
    text: str
    status: ActivityStatus = ActivityStatus.PLANNED
    inline: bool = False
    by_us: bool = True
