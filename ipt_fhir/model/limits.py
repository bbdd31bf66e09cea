"""The fields in which a person may type, and how much (decision-D20).

There is no field for what was said in a session, and this table is the complete list: a typed field that is not
listed here does not exist.
"""

from __future__ import annotations

import re

from ipt_fhir.locale.texts import N_

TEXT_LIMITS: dict[str, int] = {
    "Goal.text": 300,
    "ScaleLevel.text": 200,
    "ProblemArea.rationale": 300,
    "SafetyItem.reason": 500,
    "Withdrawal.reason": 300,
    "SafetyItem.handed_to": 80,
    "Session.step": 200,
    "SessionCorrection.reason": 300,
    "TimelineEvent.text": 200,
    "Formulation.text": 2000,
    "InventoryEntry.strengths": 300,
    "InventoryEntry.problems": 300,
    "InventoryEntry.changes_wanted": 300,
    "InventoryEntry.effect_of_symptoms": 300,
    "InventoryEntry.norms": 300,
    "Expectation.text": 200,
    "RoleSheet.old_good": 500,
    "RoleSheet.old_bad": 500,
    "RoleSheet.new_good": 500,
    "RoleSheet.new_bad": 500,
    "GriefSheet.good": 500,
    "GriefSheet.hard": 500,
    "GriefSheet.changed": 500,
    "GriefSheet.ahead": 500,
    "LadderStep.text": 200,
    "TerminationReview.gains": 500,
    "TerminationReview.unmet": 500,
    "RelapsePlan.signs": 200,
    "RelapsePlan.actions": 200,
    "RelapsePlan.contacts": 80,
}


_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class TextTooLong(ValueError):
    """A typed text is longer than its field; the text itself is not in the message."""

    msgid = N_("This text is longer than the {limit} characters its field holds. Please shorten it.")

    def __init__(self, field: str, limit: int) -> None:
        super().__init__(f"{field} holds {limit} characters")
        self.field = field
        self.limit = limit


def check_text(owner: object, name: str) -> None:
    """Hold a typed field to its limit and to what FHIR calls a string (no control characters, never blank).

    Raises TextTooLong, or ValueError for text that no FHIR server could keep.
    """
    field = f"{type(owner).__name__}.{name}"
    value: str | None = getattr(owner, name)
    if value is None:
        return
    if len(value) > TEXT_LIMITS[field]:
        raise TextTooLong(field, TEXT_LIMITS[field])
    if not value.strip() or value != value.strip() or _UNWRITABLE.search(value):
        raise ValueError(f"{field} is blank, has blanks around it, or holds control characters")


def clean_text(typed: str) -> str:
    """What was typed without blanks around it, control characters, or Windows line ends; may be empty."""
    return _UNWRITABLE.sub("", typed.replace("\r\n", "\n")).strip()
