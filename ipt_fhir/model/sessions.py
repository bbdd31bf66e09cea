"""Sessions as the plan counts them: number, date, whether held, how. No narrative exists (decision-D20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ipt_fhir.model.activities import Outcome
from ipt_fhir.model.limits import check_text
from ipt_fhir.model.people import Person
from ipt_fhir.model.problem_areas import ProblemAreaCode


class Phase(StrEnum):
    """Where a course stands; our code system ``ipt-phase``."""

    SUITABILITY = "suitability"
    INITIAL = "initial"
    MIDDLE = "middle"
    TERMINATION = "termination"
    MAINTENANCE = "maintenance"
    CLOSED = "closed"


class SkipReason(StrEnum):
    """Why a phase is left out. Chosen, never typed."""

    HELD_ELSEWHERE = "held-elsewhere"
    AGREED_TOGETHER = "agreed-together"
    COURSE_SHORTENED = "course-shortened"


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedPhase:
    """A phase the course left out: why, and on which day that was decided. Local."""

    phase: Phase
    reason: SkipReason
    day: date


class SessionKind(StrEnum):
    """Who meets; our code system ``ipt-session-type``."""

    INDIVIDUAL = "individual"
    GROUP = "group"
    CONJOINT = "conjoint"
    CAREGIVER = "caregiver"
    PRE_GROUP = "pre-group"
    ENGAGEMENT = "engagement"

    @property
    def counts(self) -> bool:
        """Whether it is one of the contracted sessions; meetings beside them are numbered on their own."""
        return self not in _BESIDE_THE_CONTRACT


# A tuple: sessions are told apart all the time, and an enum is quicker compared than hashed.
_BESIDE_THE_CONTRACT = (SessionKind.CAREGIVER, SessionKind.PRE_GROUP, SessionKind.ENGAGEMENT)


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


class MoodLink(StrEnum):
    """How mood and an interpersonal event were linked in the session: the question every IPT session opens with."""

    BETTER_AFTER_EVENT = "better-after-event"
    WORSE_AFTER_EVENT = "worse-after-event"
    EVENT_AFTER_MOOD = "event-after-mood"
    NO_LINK = "no-link"


class Technique(StrEnum):
    """What the therapist did; our code system ``ipt-technique``, which fidelity raters need."""

    EXPLORATION = "exploration"
    CLARIFICATION = "clarification"
    ENCOURAGEMENT_OF_AFFECT = "encouragement-of-affect"
    COMMUNICATION_ANALYSIS = "communication-analysis"
    DECISION_ANALYSIS = "decision-analysis"
    ROLE_PLAY = "role-play"
    THERAPEUTIC_RELATIONSHIP = "therapeutic-relationship"
    MOOD_EVENT_LINKING = "mood-event-linking"
    PSYCHOEDUCATION = "psychoeducation"
    ROLE_EXPECTATIONS = "role-expectations"
    SUPPORT_MOBILISATION = "support-mobilisation"
    PROBLEM_SOLVING = "problem-solving"
    CONJOINT_SESSION = "conjoint-session"
    WORK_AT_HOME = "work-at-home"
    TERMINATION_WORK = "termination-work"
    CONTRACT_REVIEW = "contract-review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session. It counts against the contract once closed; until then it exists in this app only.

    ``starts`` carries its zone, ``minutes`` is how long it lasted. Focus, mood link, techniques and the step until next
    time stay local; ``mood_event`` is the id of a timeline event, ``step`` what the patient will try (200 characters)
    and ``step_outcome`` what came of it by the next time.
    """

    number: int
    date: date
    phase: Phase
    kind: SessionKind = SessionKind.INDIVIDUAL
    attendance: Attendance = Attendance.ATTENDED
    mode: Mode = Mode.IN_PERSON
    starts: datetime | None = None
    minutes: int | None = None
    closed: bool = True
    focus: ProblemAreaCode | None = None
    mood_link: MoodLink | None = None
    mood_event: str | None = None
    techniques: tuple[Technique, ...] = ()
    step: str | None = None
    step_outcome: Outcome | None = None

    def __post_init__(self) -> None:
        """Session numbers start at 1; a start lies on the day of the session; a length is a positive number."""
        check_text(self, "step")
        if self.number < 1:
            raise ValueError("session numbers start at 1")
        if self.minutes is not None and self.minutes < 1:
            raise ValueError("a session lasts at least a minute")
        if self.starts is not None and (self.starts.tzinfo is None or self.starts.date() != self.date):
            raise ValueError("the start of a session has a zone and lies on its day")

    @property
    def place(self) -> tuple[bool, int, str]:
        """What tells sessions of a course apart and puts them in order: counted ones first, by number."""
        return session_place(self.kind, self.number)


def session_place(kind: SessionKind, number: int) -> tuple[bool, int, str]:
    """``Session.place`` of a session of that kind and number."""
    counts = kind.counts
    return (not counts, number, "" if counts else kind.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCorrection:
    """That a closed session was opened again or taken out, in this app only: which, when, by whom, and why it was.

    ``number`` and ``kind`` name the session, ``day`` is the day it had. ``taken_out`` tells that it never took place.
    The typed ``reason`` has at most 300 characters.
    """

    number: int
    kind: SessionKind = SessionKind.INDIVIDUAL
    day: date
    at: datetime
    by: Person | None = None
    reason: str
    taken_out: bool = False

    def __post_init__(self) -> None:
        """A time has its zone; there is a reason, and it keeps to its field."""
        check_text(self, "reason")
        if self.at.tzinfo is None:
            raise ValueError("the time of a correction has its zone")
