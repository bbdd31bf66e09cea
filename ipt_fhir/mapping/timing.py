"""How often and how long <-> R4 Timing.repeat and Duration, in UCUM units."""

from __future__ import annotations

from typing import Final

from ipt_fhir.model.episode import Frequency
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems

PACES: Final = {
    Frequency.WEEKLY: (1, 1, "wk"),
    Frequency.TWICE_WEEKLY: (2, 1, "wk"),
    Frequency.FORTNIGHTLY: (1, 2, "wk"),
    Frequency.MONTHLY: (1, 1, "mo"),
}
"""Timing.repeat of each frequency: times, length of the period, unit."""


def pace(frequency: Frequency) -> JsonObject:
    """The members of Timing.repeat that say how often."""
    times, period, unit = PACES[frequency]
    return {"frequency": times, "period": period, "periodUnit": unit}


def read_pace(repeated: JsonObject) -> Frequency:
    """How often, from such members. Raises KeyError for a pace that is none of ours."""
    found = (repeated["frequency"], repeated["period"], repeated["periodUnit"])
    return {members: frequency for frequency, members in PACES.items()}[found]


def repeat(frequency: Frequency, minutes: int, count: int, most: int | None = None) -> JsonObject:
    """A Timing of so many sessions (R4 tim-1 to tim-10: countMax stands beside count)."""
    limits = {"count": count, "countMax": most} if most is not None and most > count else {"count": count}
    return {"repeat": {**limits, "duration": minutes, "durationUnit": "min", **pace(frequency)}}


def days(number: int) -> JsonObject:
    """A Duration in days."""
    return {"value": number, "unit": "days", "system": systems.UCUM, "code": "d"}


def weeks(number: int) -> JsonObject:
    """A Duration in weeks."""
    return {"value": number, "unit": "weeks", "system": systems.UCUM, "code": "wk"}
