"""The interpersonal formulation and the role sheet: how onset, people and problem area hang together. Local (D20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ipt_fhir.model.limits import check_text
from ipt_fhir.model.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Formulation:
    """One version of the formulation: five to eight sentences, fed back to the patient and agreed, or not yet."""

    version: int
    text: str
    author: Person | None = None
    agreed_on: date | None = None

    def __post_init__(self) -> None:
        """Versions start at 1; the text keeps to its field."""
        check_text(self, "text")
        if self.version < 1:
            raise ValueError("versions start at 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSheet:
    """Two columns for a role transition: what the old role gave and cost, what the new one gives and costs."""

    old_good: str | None = None
    old_bad: str | None = None
    new_good: str | None = None
    new_bad: str | None = None

    def __post_init__(self) -> None:
        """Hold each column to its field."""
        for field in ("old_good", "old_bad", "new_good", "new_bad"):
            check_text(self, field)
