"""How a course ends: why and when, what comes next, and the plan against relapse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ipt_fhir.model.limits import TEXT_LIMITS, TextTooLong, check_text


class TerminationReason(StrEnum):
    """Why a course ended; our code system ``ipt-termination-reason``."""

    COMPLETED = "completed"
    EARLY_MUTUAL = "early-mutual"
    PATIENT_ENDED = "patient-ended"
    THERAPIST_ENDED = "therapist-ended"
    DECLINED = "declined"
    REFERRAL = "referral"
    DETERIORATION = "deterioration"
    LOST_CONTACT = "lost-contact"
    MOVED = "moved"
    DIED = "died"
    OTHER = "other"


class Disposition(StrEnum):
    """What comes next; our code system ``ipt-disposition``."""

    NO_FURTHER_TREATMENT = "no-further-treatment"
    MAINTENANCE = "maintenance"
    OTHER_THERAPY = "other-therapy"
    MEDICATION_REVIEW = "medication-review"
    REFERRAL = "referral"


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminationReview:
    """The end of the course. ``gains``, ``unmet`` and the patient's own ``confidence`` (0 to 10) stay local."""

    reason: TerminationReason
    ended_on: date
    dispositions: tuple[Disposition, ...] = ()
    reviewed_on: date | None = None
    gains: str | None = None
    unmet: str | None = None
    confidence: int | None = None

    def __post_init__(self) -> None:
        """Refuse texts beyond their fields and a confidence off its scale."""
        check_text(self, "gains")
        check_text(self, "unmet")
        if self.confidence is not None and not 0 <= self.confidence <= 10:
            raise ValueError("confidence runs from 0 to 10")
        if list(self.dispositions) != sorted(set(self.dispositions)):
            raise ValueError("dispositions are different ones, in the order of their codes")


@dataclass(frozen=True, slots=True, kw_only=True)
class RelapsePlan:
    """Warning signs, what to do, whom to turn to (by role), and when to look at the plan again. Local."""

    signs: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    review_on: date | None = None

    def __post_init__(self) -> None:
        """Hold each line to its field; raises TextTooLong."""
        for field in ("signs", "actions", "contacts"):
            limit = TEXT_LIMITS[f"RelapsePlan.{field}"]
            if any(len(line) > limit for line in getattr(self, field)):
                raise TextTooLong(f"RelapsePlan.{field}", limit)
