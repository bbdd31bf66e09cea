"""One course of Interpersonal Psychotherapy for one patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ipt_fhir.model.activities import COURSE, Activity
from ipt_fhir.model.goals import Goal
from ipt_fhir.model.measures import Response, SafetyItem
from ipt_fhir.model.people import DiagnosisLink, Person
from ipt_fhir.model.problem_areas import ProblemArea, Rank
from ipt_fhir.model.sessions import Phase, Session


class EpisodeStatus(StrEnum):
    """The state of the course; the words of CarePlan.status that apply."""

    DRAFT = "draft"
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    REVOKED = "revoked"


class Frequency(StrEnum):
    """How often sessions are held; our code system ``ipt-frequency``."""

    WEEKLY = "weekly"
    TWICE_WEEKLY = "twice-weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What was agreed at the start: how many sessions, how often, how long (minutes), until when."""

    sessions: int
    frequency: Frequency
    minutes: int
    agreed_on: date
    ends_on: date

    def __post_init__(self) -> None:
        """A contract has at least one session and ends after it was agreed."""
        if self.sessions < 1 or self.minutes < 1:
            raise ValueError("a contract has sessions and minutes")
        if self.ends_on < self.agreed_on:
            raise ValueError("a contract ends after it was agreed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A course of IPT: one CarePlan in the hospital's record (decision-D5).

    ``id`` is a UUID, ``variant`` a code of ``protocol/variants.toml``. Which fields are filed and which stay in this
    app is the table in ``filed_parts``.
    """

    id: str
    variant: str
    status: EpisodeStatus = EpisodeStatus.DRAFT
    phase: Phase = Phase.INITIAL
    started: date
    therapist: Person | None = None
    diagnoses: tuple[DiagnosisLink, ...] = ()
    problem_areas: tuple[ProblemArea, ...] = ()
    contract: Contract | None = None
    goals: tuple[Goal, ...] = ()
    activities: tuple[Activity, ...] = ()
    sessions: tuple[Session, ...] = ()
    responses: tuple[Response, ...] = ()
    safety_items: tuple[SafetyItem, ...] = ()

    def __post_init__(self) -> None:
        """The rules no mapping and no page may break: each raises ValueError with its sentence."""
        _check_areas(self.problem_areas)
        _check_sessions(self)
        if self.contract and self.contract.ends_on < self.started:
            raise ValueError("a contract ends after the course has started")
        _check_order([(item.authored, item.id) for item in self.responses])
        _check_order([(item.opened, item.id) for item in self.safety_items])
        _check_unique(
            [self.id]
            + [goal.id for goal in self.goals]
            + [activity.id for activity in self.activities]
            + [response.id for response in self.responses]
            + [item.id for item in self.safety_items]
        )

    @property
    def primary_area(self) -> ProblemArea | None:
        """The leading problem area, if one is chosen."""
        return next((area for area in self.problem_areas if area.rank is Rank.PRIMARY), None)

    @property
    def open_safety_items(self) -> tuple[SafetyItem, ...]:
        """Items on which nobody has acted."""
        return tuple(item for item in self.safety_items if item.open)


def _check_areas(areas: tuple[ProblemArea, ...]) -> None:
    primary = [area for area in areas if area.rank is Rank.PRIMARY]
    if len(areas) > 2 or (areas and len(primary) != 1) or len({area.code for area in areas}) != len(areas):
        raise ValueError("a course has one primary problem area and at most one secondary, different one")


def _check_sessions(episode: Episode) -> None:
    numbers = [session.number for session in episode.sessions]
    if numbers != sorted(set(numbers)):
        raise ValueError("session numbers are unique and rise")
    if numbers and all(activity.code != COURSE for activity in episode.activities):
        raise ValueError("sessions are the progress of the course, so the course is among the activities")


def _check_order(stamps: Sequence[tuple[datetime, str]]) -> None:
    if list(stamps) != sorted(stamps):
        raise ValueError("responses and safety items stand in the order of their time")


def _check_unique(ids: Iterable[str]) -> None:
    ids = list(ids)
    if len(set(ids)) != len(ids):
        raise ValueError("ids within an episode are unique")
