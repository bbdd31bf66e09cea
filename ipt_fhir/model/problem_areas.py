"""The interpersonal problem area on which a course of IPT works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ipt_fhir.model.limits import check_text


class ProblemAreaCode(StrEnum):
    """The four areas of the Weissman and Klerman line; our code system ``ipt-problem-area``."""

    ROLE_DISPUTE = "role-dispute"
    ROLE_TRANSITION = "role-transition"
    GRIEF = "grief"
    INTERPERSONAL_DEFICITS = "interpersonal-deficits"


class Rank(StrEnum):
    """One area leads; a second may stand beside it."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class ProposedBy(StrEnum):
    """Who brought the area up; IPT agrees a focus, it does not assign one."""

    PATIENT = "patient"
    THERAPIST = "therapist"
    TOGETHER = "together"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemArea:
    """The chosen area, who proposed it, and whether and when the patient agreed. ``rationale`` stays local."""

    code: ProblemAreaCode
    rank: Rank = Rank.PRIMARY
    proposed_by: ProposedBy = ProposedBy.TOGETHER
    agreed_by_patient: bool = False
    agreed_on: date | None = None
    rationale: str | None = None

    def __post_init__(self) -> None:
        """Refuse a rationale beyond its field and an agreement without a date."""
        check_text(self, "rationale")
        if self.agreed_by_patient and self.agreed_on is None:
            raise ValueError("an agreement has a date")
