"""People as the plan names them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone of the care team: the name as the hospital shows it and, if known, the directory entry.

    ``reference`` is relative (``Practitioner/7``). Third parties of the patient's life are never a Person; they are
    roles or initials (decision-D20).
    """

    display: str
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosisLink:
    """A Condition of the chart that the course of therapy addresses; read from the EHR, never invented by us."""

    reference: str
    display: str | None = None
