"""Totals that somebody entered because the form is not here: its texts belong to others, or it was filled on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ipt_fhir.model.measures import ResponseStatus, Withdrawal, check_version
from ipt_fhir.model.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredTotal:
    """The total of an instrument without a form here, read off its sheet; never computed. Immutable once filed.

    ``authored`` is when the sheet was filled in, ``author`` who entered its total. ``worrying`` tells whether the item
    the instrument names for it (EPDS item 10) was answered above its lowest answer; None where it names none. A
    correction, ``focus_goal`` and ``withdrawn`` are as in ``Response``.
    """

    id: str
    instrument: str
    total: Decimal
    authored: datetime
    author: Person | None = None
    worrying: bool | None = None
    focus_goal: str | None = None
    status: ResponseStatus = ResponseStatus.COMPLETED
    replaces: str | None = None
    withdrawn: Withdrawal | None = None

    def __post_init__(self) -> None:
        """A total is finished when it is entered, it is a number, and its time has a zone."""
        if self.status is ResponseStatus.IN_PROGRESS:
            raise ValueError("an entered total is finished")
        if not self.total.is_finite():
            raise ValueError("a total is a number")
        if self.authored.tzinfo is None:
            raise ValueError("the time of a total has its zone")
        check_version(self)

    @property
    def self_entered(self) -> bool:
        """Never by the patient alone: somebody read it off the sheet."""
        return False

    @property
    def local(self) -> bool:
        """Never: a score is part of the record."""
        return False

    @property
    def stands(self) -> bool:
        """Whether it counts: nobody withdrew it."""
        return self.status.stands
