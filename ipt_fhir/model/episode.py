"""One course of Interpersonal Psychotherapy for one patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ipt_fhir.model.activities import COURSE, Activity
from ipt_fhir.model.consents import ConsentDecision
from ipt_fhir.model.ending import RelapsePlan, TerminationReview
from ipt_fhir.model.fidelity import Fidelity
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.formulation import Formulation, GriefSheet, LadderStep, RoleSheet
from ipt_fhir.model.goals import Goal
from ipt_fhir.model.inventory import InventoryEntry
from ipt_fhir.model.measures import Response, SafetyItem
from ipt_fhir.model.people import DiagnosisLink, Person
from ipt_fhir.model.problem_areas import FormerArea, ProblemArea, Rank
from ipt_fhir.model.records import Document, Message, RecordLink
from ipt_fhir.model.sessions import Phase, Session, SessionCorrection, SkippedPhase
from ipt_fhir.model.timeline import TimelineEvent
from ipt_fhir.model.totals import EnteredTotal


class EpisodeStatus(StrEnum):
    """The state of the course; the words of CarePlan.status that apply."""

    DRAFT = "draft"
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    REVOKED = "revoked"


class Setting(StrEnum):
    """Where the therapy takes place; our code system ``ipt-setting``."""

    OUTPATIENT = "outpatient"
    WARD = "ward"
    COMMUNITY = "community"
    PRIMARY_CARE = "primary-care"
    SCHOOL = "school"


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

    ``id`` is a UUID, ``variant`` a code of ``protocol/variants.toml``. ``sick_role_on`` is the day on which the patient
    was told about the illness and the part to play in recovery, ``ending_agreed_on`` the day on which both decided that
    the ending begins before its number comes; ``skipped_phases`` are those left out, ``former_areas`` the leading areas
    that were given up, oldest first. Which fields are filed and which stay in this app is
    the table in ``filed_parts``.
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
    forms: tuple[FilledForm, ...] = ()
    totals: tuple[EnteredTotal, ...] = ()
    safety_items: tuple[SafetyItem, ...] = ()
    setting: Setting | None = None
    supervisor: Person | None = None
    links: tuple[RecordLink, ...] = ()
    consents: tuple[ConsentDecision, ...] = ()
    messages: tuple[Message, ...] = ()
    documents: tuple[Document, ...] = ()
    review: TerminationReview | None = None
    sick_role_on: date | None = None
    inventory: tuple[InventoryEntry, ...] = ()
    timeline: tuple[TimelineEvent, ...] = ()
    formulations: tuple[Formulation, ...] = ()
    role_sheet: RoleSheet | None = None
    grief_sheet: GriefSheet | None = None
    contact_ladder: tuple[LadderStep, ...] = ()
    fidelity: tuple[Fidelity, ...] = ()
    relapse_plan: RelapsePlan | None = None
    session_corrections: tuple[SessionCorrection, ...] = ()
    ending_agreed_on: date | None = None
    skipped_phases: tuple[SkippedPhase, ...] = ()
    former_areas: tuple[FormerArea, ...] = ()

    def __post_init__(self) -> None:
        """The rules no mapping and no page may break: each raises ValueError with its sentence."""
        _check_areas(self.problem_areas)
        _check_sessions(self)
        if self.contract and self.contract.ends_on < self.started:
            raise ValueError("a contract ends after the course has started")
        if self.review and self.review.ended_on < self.started:
            raise ValueError("a course ends after it has started")
        _check_order([(item.authored, item.id) for item in self.responses])
        _check_order([(item.authored, item.id) for item in self.forms])
        _check_order([(item.authored, item.id) for item in self.totals])
        _check_order([(item.opened, item.id) for item in self.safety_items])
        _check_order([(item.sent, item.id) for item in self.messages])
        _check_order([(item.written, item.id) for item in self.documents])
        decisions = [(item.decided_on, item.id) for item in self.consents]
        if decisions != sorted(decisions):
            raise ValueError("consents stand in the order of their days")
        versions = [item.version for item in self.formulations]
        if versions != sorted(set(versions)):
            raise ValueError("versions of the formulation are unique and rise")
        _check_unique(_ids(self))

    @property
    def primary_area(self) -> ProblemArea | None:
        """The leading problem area, if one is chosen."""
        return next((area for area in self.problem_areas if area.rank is Rank.PRIMARY), None)

    @property
    def measured(self) -> tuple[Response | EnteredTotal, ...]:
        """What was answered to instruments, and totals read off sheets; also what no longer counts."""
        return (*self.responses, *self.totals)

    @property
    def open_safety_items(self) -> tuple[SafetyItem, ...]:
        """Items on which nobody has acted."""
        return tuple(item for item in self.safety_items if item.open)


def _check_areas(areas: tuple[ProblemArea, ...]) -> None:
    primary = [area for area in areas if area.rank is Rank.PRIMARY]
    if len(areas) > 2 or (areas and len(primary) != 1) or len({area.code for area in areas}) != len(areas):
        raise ValueError("a course has one primary problem area and at most one secondary, different one")


def _check_sessions(episode: Episode) -> None:
    places = [session.place for session in episode.sessions]
    if places != sorted(set(places)):
        raise ValueError("session numbers are unique and rise")
    if places and all(activity.code != COURSE for activity in episode.activities):
        raise ValueError("sessions are the progress of the course, so the course is among the activities")


def _check_order(stamps: Sequence[tuple[datetime, str]]) -> None:
    if list(stamps) != sorted(stamps):
        raise ValueError("answers, totals, safety items, messages and documents stand in the order of their time")


def _ids(episode: Episode) -> Iterable[str]:
    yield episode.id
    for items in (
        episode.goals,
        episode.activities,
        episode.responses,
        episode.forms,
        episode.totals,
        episode.safety_items,
        episode.consents,
        episode.messages,
        episode.documents,
        episode.inventory,
        episode.timeline,
        episode.contact_ladder,
        episode.fidelity,
    ):
        yield from (item.id for item in items)
    yield from (rating.id for goal in episode.goals for rating in goal.ratings)


def _check_unique(ids: Iterable[str]) -> None:
    ids = list(ids)
    if len(set(ids)) != len(ids):
        raise ValueError("ids within an episode are unique")
