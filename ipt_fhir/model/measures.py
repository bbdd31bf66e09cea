"""Answers to questionnaires, and what a worrying answer obliges a person to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from ipt_fhir.model.limits import check_text
from ipt_fhir.model.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answered item: its canonical linkId and the code of the chosen answer (decision-D7), or a number."""

    link_id: str
    code: str | None = None
    number: Decimal | None = None

    def __post_init__(self) -> None:
        """An answer is exactly one of the two."""
        if (self.code is None) == (self.number is None):
            raise ValueError("an answer is either a code or a number")

    @property
    def given(self) -> str | Decimal:
        """What was answered: the number, or else the code."""
        return self.number if self.number is not None else self.code or ""


class ResponseStatus(StrEnum):
    """QuestionnaireResponse.status, http://hl7.org/fhir/questionnaire-answers-status."""

    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    AMENDED = "amended"
    ENTERED_IN_ERROR = "entered-in-error"

    @property
    def stands(self) -> bool:
        """Whether answers in this state count: they are finished and nobody withdrew them."""
        return self in {ResponseStatus.COMPLETED, ResponseStatus.AMENDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """That answers no longer count, in this app only (decision-D65): when, by whom, and the typed ``reason``.

    The chart says it by the status; R4 has no element for a reason. At most 300 characters. What was ``never_filed``
    when it was withdrawn stays here for good: it may be about somebody else.
    """

    at: datetime
    by: Person | None = None
    reason: str
    never_filed: bool = False

    def __post_init__(self) -> None:
        """A time has its zone; there is a reason, and it keeps to its field."""
        check_text(self, "reason")
        if self.at.tzinfo is None:
            raise ValueError("the time of a withdrawal has its zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A questionnaire with its answers. Immutable once filed; scores are computed from the answers, never typed.

    A correction is a new response with status ``amended`` that ``replaces`` the first (its id), which becomes
    ``entered-in-error``. ``self_entered`` tells that the patient filled the form in alone. ``focus_goal`` is the id of
    the PROM goal whose score this response measured, when there was one. Answers to a form of ours that is ``local``
    stay in this app unless the site turns its instrument on. ``withdrawn`` says why they no longer count.
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
    local: bool = False
    withdrawn: Withdrawal | None = None

    def __post_init__(self) -> None:
        """A form nobody answered is not a completed one; who entered it is one person; a correction corrects."""
        if not self.answers and self.status is not ResponseStatus.IN_PROGRESS:
            raise ValueError("a completed questionnaire has an answer")
        check_version(self)

    @property
    def stands(self) -> bool:
        """Whether its answers count: it is finished and nobody withdrew it."""
        return self.status.stands


class Version(Protocol):
    """What a response says of itself, whatever was answered: who entered it, and what became of it."""

    @property
    def id(self) -> str:
        """Its id, a UUID."""

    @property
    def authored(self) -> datetime:
        """When its answers were entered or, in a correction, corrected."""

    @property
    def author(self) -> Person | None:
        """Who entered it, unless the patient did."""

    @property
    def self_entered(self) -> bool:
        """Whether the patient filled it in alone."""

    @property
    def status(self) -> ResponseStatus:
        """Whether it is in progress, counts, or was withdrawn."""

    @property
    def replaces(self) -> str | None:
        """The id of the version it corrects."""

    @property
    def local(self) -> bool:
        """Whether it stays in this app where the site does not say otherwise."""

    @property
    def withdrawn(self) -> Withdrawal | None:
        """Why it no longer counts, where this app knows."""


def check_version(version: Version) -> None:
    """Who entered it is one person, what corrects another is a correction, only what was withdrawn has a reason for it.

    A correction of ours names what it corrects. One without that name was corrected in place by somebody else, or its
    server does not keep the name. Raises ValueError.
    """
    if version.self_entered and version.author:
        raise ValueError("a response the patient entered has no other author")
    if version.replaces and version.status in {ResponseStatus.COMPLETED, ResponseStatus.IN_PROGRESS}:
        raise ValueError("only an amended response replaces another one")
    if version.withdrawn and version.status is not ResponseStatus.ENTERED_IN_ERROR:
        raise ValueError("what counts has no reason for being withdrawn")


def answered_at(version: Version, versions: Iterable[Version]) -> datetime:
    """When the answers were given: the time of the first of the versions that lead to this one.

    A correction says when it was corrected (``authored``); the score it corrects is still that of the earlier day.
    """
    known = {item.id: item for item in versions}
    seen: set[str] = set()
    while version.replaces in known and version.id not in seen:
        seen.add(version.id)
        version = known[version.replaces]
    return version.authored


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

    ``response`` is the id of the response it stands in, which may not be finished yet. ``owner`` is who has to act,
    where that was said: the person on duty, after a while the backup. ``reason`` is typed, at most 500 characters, and
    stays local. ``handed_to`` names the colleague who accepted.
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
    owner: Person | None = None

    def __post_init__(self) -> None:
        """An act has a time; a hand-over names who accepted, no owner; "not applicable" has a reason or is unfiled."""
        check_text(self, "reason")
        check_text(self, "handed_to")
        if (self.act is None) != (self.settled is None):
            raise ValueError("a safety act has a time, and a time has an act")
        if (self.act is SafetyAct.HANDED_OVER) != bool(self.handed_to):
            raise ValueError("a hand-over names the person who accepted")
        if self.handed_to and self.owner:
            raise ValueError("who accepted a hand-over takes the place of the owner")

    @property
    def open(self) -> bool:
        """Nobody has acted yet."""
        return self.act is None
