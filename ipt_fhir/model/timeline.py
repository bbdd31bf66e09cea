"""The timeline: events of life against changes of mood. Local (decision-D20)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ipt_fhir.model.limits import check_text

_PARTIAL_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


class EventKind(StrEnum):
    """What kind of event it was."""

    ONSET = "onset"
    DEATH = "death"
    LOSS = "loss"
    DISPUTE = "dispute"
    TRANSITION = "transition"
    GAIN = "gain"
    ILLNESS = "illness"
    TREATMENT = "treatment"
    ANNIVERSARY = "anniversary"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """One event. ``when`` is as exact as the memory: ``2026``, ``2026-03`` or ``2026-03-14``.

    ``mood`` is its effect from -3 (much worse) to +3 (much better); ``person`` the id of an inventory entry.
    """

    id: str
    when: str
    kind: EventKind
    text: str
    mood: int | None = None
    person: str | None = None

    def __post_init__(self) -> None:
        """Refuse a date that is none and an effect off its scale."""
        check_text(self, "text")
        if not _PARTIAL_DATE.fullmatch(self.when):
            raise ValueError("an event has a year, a month or a day")
        if self.mood is not None and not -3 <= self.mood <= 3:
            raise ValueError("the effect on mood runs from -3 to +3")
