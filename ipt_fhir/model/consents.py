"""What the patient allowed or refused: separate, dated decisions that can be withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ConsentKind(StrEnum):
    """What is decided about; our code system ``ipt-consent``."""

    APP_USE = "app-use"
    DATA_SHARING = "data-sharing"
    RECORDING = "recording"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDecision:
    """One decision. Withdrawing it stops what it allowed; it deletes nothing from the record. ``id`` is a UUID."""

    id: str
    kind: ConsentKind
    permitted: bool
    decided_on: date
    withdrawn_on: date | None = None

    def __post_init__(self) -> None:
        """Only a permission can be withdrawn, and not before it was given."""
        if self.withdrawn_on and (not self.permitted or self.withdrawn_on < self.decided_on):
            raise ValueError("a permission is withdrawn after it was given")

    @property
    def in_force(self) -> bool:
        """Whether what it speaks of is allowed now."""
        return self.permitted and self.withdrawn_on is None
