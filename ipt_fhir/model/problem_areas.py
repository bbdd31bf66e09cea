"""The interpersonal problem area on which a course of IPT works."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ipt_fhir.model.limits import check_text

_Z_CODE = re.compile(r"Z\d\d(\.\d{1,4})?")


class ProblemAreaCode(StrEnum):
    """The four areas of the Weissman and Klerman line; our code system ``ipt-problem-area``."""

    ROLE_DISPUTE = "role-dispute"
    ROLE_TRANSITION = "role-transition"
    GRIEF = "grief"
    INTERPERSONAL_DEFICITS = "interpersonal-deficits"


class DisputeStage(StrEnum):
    """Where a role dispute stands; our code system ``ipt-dispute-stage``."""

    RENEGOTIATION = "renegotiation"
    IMPASSE = "impasse"
    DISSOLUTION = "dissolution"


class Rank(StrEnum):
    """One area leads; a second may stand beside it."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class FocusChange(StrEnum):
    """Why the leading area was changed. Chosen, never typed."""

    NEW_INFORMATION = "new-information"
    WORKED_THROUGH = "worked-through"
    PATIENT_WISH = "patient-wish"
    NOT_THE_FOCUS = "not-the-focus"


class ProposedBy(StrEnum):
    """Who brought the area up; IPT agrees a focus, it does not assign one."""

    PATIENT = "patient"
    THERAPIST = "therapist"
    TOGETHER = "together"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOn:
    """The stage of a role dispute as it was seen on a day."""

    day: date
    stage: DisputeStage


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemArea:
    """The chosen area, who proposed it, and whether and when the patient agreed; ``closed_on`` when work on it ended.

    ``z_code`` is an ICD-10-CM code of the list beside the area (``terminology.z_codes``); it describes a circumstance
    and is never the billed diagnosis. ``rationale``, the inventory entry the area is about (``about``, its id) and the
    ``stages`` of a dispute stay local.
    """

    code: ProblemAreaCode
    rank: Rank = Rank.PRIMARY
    proposed_by: ProposedBy = ProposedBy.TOGETHER
    agreed_by_patient: bool = False
    agreed_on: date | None = None
    closed_on: date | None = None
    z_code: str | None = None
    rationale: str | None = None
    about: str | None = None
    stages: tuple[StageOn, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a rationale beyond its field, an agreement without a date, a code of another chapter, odd stages."""
        check_text(self, "rationale")
        if self.agreed_by_patient and self.agreed_on is None:
            raise ValueError("an agreement has a date")
        if self.z_code is not None and not _Z_CODE.fullmatch(self.z_code):
            raise ValueError("a circumstance is a Z code of ICD-10-CM, such as Z63.0")
        if self.stages and self.code is not ProblemAreaCode.ROLE_DISPUTE:
            raise ValueError("only a role dispute has stages")

    @property
    def stage(self) -> DisputeStage | None:
        """Where the dispute stands now."""
        return max(self.stages, key=lambda item: item.day).stage if self.stages else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerArea:
    """An area that led and was given up: as it was agreed, the day, and why where somebody said so. Local."""

    area: ProblemArea
    left_on: date
    reason: FocusChange | None = None
