"""What lies on the desk of one launch: the patient, the course, the chart's copies, and what is being filed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.people import Person
from smart_app.patient_devices import PatientDevices
from smart_app.roles import Role
from smart_app.services.filed_copies import FiledCopies
from smart_app.services.unread import NotRead
from smart_app.services.wider_chart import WiderChart
from smart_app.store.lanes import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientCard:
    """Who the patient is, as the chart shows it; the banner of every page (decision-D12)."""

    id: str
    name: str
    birth_date: str | None = None
    sex: str | None = None
    record_number: str | None = None

    def age(self, today: date) -> int | None:
        """Full years, when the birth date is known to the day."""
        if self.birth_date is None or len(self.birth_date) != len("2026-01-05"):
            return None
        born = date.fromisoformat(self.birth_date)
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A Condition of the chart: where it is and how it reads there."""

    reference: str
    display: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What was read from the chart at the launch and belongs to others: shown, never written.

    ``not_read`` is what of our own course could not be read.

    ``diagnoses_unread``: the hospital did not give them, which is not the same as "there are none". ``read_at`` is how
    old all of it is. ``style`` are the hospital's colours (``styling``).
    """

    patient: PatientCard
    hospital: str
    diagnoses: tuple[Diagnosis, ...] = ()
    diagnoses_unread: bool = False
    read_at: datetime | None = None
    style: tuple[tuple[str, str], ...] = ()
    wider: WiderChart = field(default_factory=WiderChart)
    not_read: NotRead = field(default_factory=NotRead)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything one page of one launch may show or change.

    ``revision`` guards against two tabs (fault-F72). ``before`` is the same unless this request took in what a patient
    sent: then it is what pages shown until now carry. ``devices`` is how the clinic lets patients answer,
    ``role`` what the person who launched may do (None: nothing).
    """

    handle: str
    lane: Lane
    user_sub: str
    therapist: Person
    scopes: frozenset[str]
    background: Background
    episode: Episode
    revision: int
    before: int
    chart: FiledCopies
    today: date
    frame_ancestors: tuple[str, ...] = ()
    devices: PatientDevices | None = None
    role: Role | None = None

    @property
    def patient(self) -> PatientCard:
        """The patient of this launch."""
        return self.background.patient

    @property
    def only_reads(self) -> bool:
        """Whether this person looks and changes nothing."""
        return self.role is Role.SUPERVISOR

    @property
    def sees_diagnoses(self) -> bool:
        """Whether diagnoses are part of this person's work."""
        return self.role in {Role.THERAPIST, Role.SUPERVISOR}
