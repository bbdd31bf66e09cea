"""What is read from the chart about illness and medication. Never written, never invented by us."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A Condition of the chart. ``codes`` are (system, code) pairs as recorded; ``onset`` and ``status`` as written.

    ``categories`` are the codes of Condition.category (``problem-list-item``, ``encounter-diagnosis``,
    ``health-concern``).
    """

    reference: str
    words: str
    codes: tuple[tuple[str, str], ...] = ()
    categories: tuple[str, ...] = ()
    status: str | None = None
    onset: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Medication:
    """A MedicationRequest of the chart: what, its status, and the dosage as the prescriber wrote it."""

    reference: str
    words: str
    status: str
    authored: str | None = None
    dosage: tuple[str, ...] = ()
