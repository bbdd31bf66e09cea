"""Answers to questionnaires, and what a worrying answer obliges a person to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ipt_fhir.model.limits import check_text
from ipt_fhir.model.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answered item: its canonical linkId and the code of the chosen answer (decision-D7)."""

    link_id: str
    code: str


class ResponseStatus(StrEnum):
    """QuestionnaireResponse.status, http://hl7.org/fhir/questionnaire-answers-status."""

    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    AMENDED = "amended"
    ENTERED_IN_ERROR = "entered-in-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A questionnaire with its answers. Immutable once filed; scores are computed from the answers, never typed.

    A correction is a new response with status ``amended`` that ``replaces`` the first (its id), which becomes
    ``entered-in-error``. ``self_entered`` tells that the patient filled the form in alone. ``focus_goal`` is the id of
    the PROM goal whose score this response measured, when there was one.
    """

    id: str
    instrument: str
    authored: datetime
    author: Person | None = None
    answers: tuple[Answer, ...]
    focus_goal: str | None = None
    status: ResponseStatus = ResponseStatus.COMPLETED
    replaces: str | None = None
    self_entered: bool = False

    def __post_init__(self) -> None:
        """A form nobody answered is not a completed one; who entered it is one person; a correction corrects."""
        if not self.answers and self.status is not ResponseStatus.IN_PROGRESS:
            raise ValueError("a completed questionnaire has an answer")
        if self.self_entered and self.author:
            raise ValueError("a response the patient entered has no other author")
        if self.status is ResponseStatus.AMENDED and self.replaces is None:
            raise ValueError("an amended response replaces another one")
        if self.replaces and self.status in {ResponseStatus.COMPLETED, ResponseStatus.IN_PROGRESS}:
            raise ValueError("only an amended response replaces another one")

    @property
    def stands(self) -> bool:
        """Whether its answers count: it is finished and nobody withdrew it."""
        return self.status in {ResponseStatus.COMPLETED, ResponseStatus.AMENDED}


class SafetyAct(StrEnum):
    """What a person did about a safety item; our code system ``ipt-safety-step`` (decision-D21). Not a risk level."""

    DISCUSSED = "discussed-in-session"
    PLAN_REVIEWED = "safety-plan-reviewed"
    MEANS_RESTRICTION = "means-restriction"
    CONTACT_CALLED = "contact-called"
    ESCALATED_ON_CALL = "escalated-on-call"
    REFERRED_EMERGENCY = "referred-emergency"
    HANDED_OVER = "handed-over"
    NOT_APPLICABLE = "not-applicable-with-reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyItem:
    """An answer that a person must act on before the session closes.

    ``reason`` is typed, at most 500 characters, and stays local. ``handed_to`` names the colleague who accepted.
    """

    id: str
    response: str
    link_id: str
    answer: str
    opened: datetime
    act: SafetyAct | None = None
    settled: datetime | None = None
    settled_by: Person | None = None
    handed_to: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        """An act has a time; a hand-over has a person who accepted; "not applicable" has a reason or is unfiled."""
        check_text(self, "reason")
        check_text(self, "handed_to")
        if (self.act is None) != (self.settled is None):
            raise ValueError("a safety act has a time, and a time has an act")
        if (self.act is SafetyAct.HANDED_OVER) != bool(self.handed_to):
            raise ValueError("a hand-over names the person who accepted")

    @property
    def open(self) -> bool:
        """Nobody has acted yet."""
        return self.act is None
