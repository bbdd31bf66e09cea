"""What a course leaves in or takes from the chart beside its plan: links, messages, documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ipt_fhir.model.people import Person


class Relation(StrEnum):
    """How an entry of the chart stands to the plan: the element of CarePlan that names it."""

    BASED_ON = "based-on"
    PART_OF = "part-of"
    SUPPORTED_BY = "supported-by"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLink:
    """An entry of the chart that the plan points to and never changes: a wider plan, a medication, a report.

    ``reference`` is relative (``CarePlan/9``, ``MedicationRequest/7``).
    """

    relation: Relation
    reference: str
    display: str | None = None


class MessageKind(StrEnum):
    """Whom somebody was told something, by role; our code system ``ipt-message``."""

    FAMILY_DOCTOR = "letter-to-family-doctor"
    CAREGIVER = "caregiver-contact"
    SCHOOL = "school-liaison"
    HAND_OVER = "handed-over-to-colleague"
    CRISIS_CONTACT = "crisis-contact-called"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """That somebody was informed, and when. What was said has no field here. ``id`` is a UUID."""

    id: str
    kind: MessageKind
    sent: datetime
    sender: Person | None = None

    def __post_init__(self) -> None:
        """A time has its zone."""
        if self.sent.tzinfo is None:
            raise ValueError("the time of a message has its zone")


class DocumentKind(StrEnum):
    """Documents that are written from the structure of the course."""

    PROGRESS = "progress-note"
    DISCHARGE = "discharge-summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that was filed; its text is generated from the course, never typed. ``id`` is a UUID."""

    id: str
    kind: DocumentKind
    written: datetime
    author: Person | None = None

    def __post_init__(self) -> None:
        """A time has its zone."""
        if self.written.tzinfo is None:
            raise ValueError("the time of a document has its zone")
