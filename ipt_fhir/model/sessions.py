"""Sessions as the plan counts them: number, date, whether held, how. No narrative exists (decision-D20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ipt_fhir.model.limits import check_text
from ipt_fhir.model.problem_areas import ProblemAreaCode


class Phase(StrEnum):
    """Where a course stands; our code system ``ipt-phase``."""

    SUITABILITY = "suitability"
    INITIAL = "initial"
    MIDDLE = "middle"
    TERMINATION = "termination"
    MAINTENANCE = "maintenance"
    CLOSED = "closed"


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
    time stay local; ``mood_event`` is the id of a timeline event, ``step`` what the patient will try (200 characters).
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
        counts = self.kind.counts
        return (not counts, self.number, "" if counts else self.kind.value)
