"""What the patient allowed or refused: separate, dated decisions that can be withdrawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ipt_fhir.model.people import Person


class ConsentKind(StrEnum):
    """What is decided about; our code system ``ipt-consent``."""

    APP_USE = "app-use"
    DATA_SHARING = "data-sharing"
    RECORDING = "recording"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDecision:
    """One decision. Withdrawing it stops what it allowed; it deletes nothing from the record. ``id`` is a UUID.

    Who wrote decision and withdrawal down stays local: R4 has no element for it on a Consent, only the patient's part.
    """

    id: str
    kind: ConsentKind
    permitted: bool
    decided_on: date
    withdrawn_on: date | None = None
    recorded_by: Person | None = None
    withdrawal_recorded_by: Person | None = None

    def __post_init__(self) -> None:
        """Only a permission can be withdrawn, and not before it was given."""
        if self.withdrawn_on and (not self.permitted or self.withdrawn_on < self.decided_on):
            raise ValueError("a permission is withdrawn after it was given")

    @property
    def in_force(self) -> bool:
        """Whether what it speaks of is allowed now."""
        return self.permitted and self.withdrawn_on is None

    @property
    def last_on(self) -> date:
        """The day on which something was said last: the withdrawal, else the decision."""
        return self.withdrawn_on or self.decided_on


def newest(decisions: Iterable[ConsentDecision], kind: ConsentKind) -> ConsentDecision | None:
    """What the patient said last about this; None when nobody asked.

    Of one day what is in force counts: a permission is only refused after it was withdrawn, so nothing came later.
    """
    found = [decision for decision in decisions if decision.kind is kind]
    return max(found, key=lambda decision: (decision.last_on, decision.in_force), default=None)


def is_stopped(decisions: Iterable[ConsentDecision], kind: ConsentKind) -> bool:
    """Whether the patient refused or withdrew this. Where nobody asked, nothing is stopped: that is the clinic's."""
    last = newest(decisions, kind)
    return last is not None and not last.in_force
