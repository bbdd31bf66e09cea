"""The interpersonal formulation, and the sheets of the problem areas: role, grief, contact. Local (decision-D20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ipt_fhir.model.inventory import Contact
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


@dataclass(frozen=True, slots=True, kw_only=True)
class GriefSheet:
    """The lost relationship, good and hard, what changed with the death, and what may come: new ties and activities."""

    good: str | None = None
    hard: str | None = None
    changed: str | None = None
    ahead: str | None = None

    def __post_init__(self) -> None:
        """Hold each part to its field."""
        for field in ("good", "hard", "changed", "ahead"):
            check_text(self, field)


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """One small step towards more contact; the steps of a ladder stand in the order in which they are to be tried.

    ``person`` is the id of an inventory entry, or None for somebody who is not there yet; ``wanted`` how often the two
    are to be in touch; ``done_on`` the day on which the step was taken. ``id`` is a UUID.
    """

    id: str
    text: str
    person: str | None = None
    wanted: Contact | None = None
    done_on: date | None = None

    def __post_init__(self) -> None:
        """Hold the text to its field."""
        check_text(self, "text")
