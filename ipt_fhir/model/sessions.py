"""Sessions as the plan counts them: number, date, whether held, how. No narrative exists (decision-D20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Phase(StrEnum):
    """Where a course stands; our code system ``ipt-phase``."""

    SUITABILITY = "suitability"
    INITIAL = "initial"
    MIDDLE = "middle"
    TERMINATION = "termination"
    MAINTENANCE = "maintenance"
    CLOSED = "closed"


class Attendance(StrEnum):
    """What became of the appointment."""

    ATTENDED = "attended"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Mode(StrEnum):
    """How patient and therapist met."""

    IN_PERSON = "in-person"
    VIDEO = "video"
    PHONE = "phone"
    HOME_VISIT = "home-visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session. It counts against the contract once closed; until then it exists in this app only."""

    number: int
    date: date
    phase: Phase
    attendance: Attendance = Attendance.ATTENDED
    mode: Mode = Mode.IN_PERSON
    closed: bool = True

    def __post_init__(self) -> None:
        """Session numbers start at 1."""
        if self.number < 1:
            raise ValueError("session numbers start at 1")
