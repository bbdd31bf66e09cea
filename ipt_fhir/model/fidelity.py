"""How closely a session kept to IPT, as the therapist or a rater saw it. Local (decision-D20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ipt_fhir.model.people import Person


class FidelityItem(StrEnum):
    """What is rated, in our own words; our code system ``ipt-fidelity-item``."""

    OPENED_WITH_MOOD_AND_EVENTS = "opened-with-mood-and-events"
    WORKED_ON_FOCUS = "worked-on-focus"
    LINKED_SYMPTOMS_AND_RELATIONSHIPS = "linked-symptoms-and-relationships"
    STAYED_IN_THE_PRESENT = "stayed-in-the-present"
    ENCOURAGED_AFFECT = "encouraged-affect"
    USED_AN_IPT_TECHNIQUE = "used-an-ipt-technique"
    NAMED_THE_TIME_LIMIT = "named-the-time-limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class FidelityMark:
    """One item, from 0 (not at all) to 3 (throughout)."""

    item: FidelityItem
    mark: int

    def __post_init__(self) -> None:
        """Refuse a mark off the scale."""
        if not 0 <= self.mark <= 3:
            raise ValueError("fidelity is marked from 0 to 3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fidelity:
    """The rating of one session (its number). ``rater`` is nobody but the therapist where it is None."""

    id: str
    session: int
    rated_on: date
    marks: tuple[FidelityMark, ...]
    rater: Person | None = None
