"""How far sessions lie apart."""

from __future__ import annotations

from datetime import date, timedelta

from ipt_fhir.model.episode import Frequency

DAYS_BETWEEN = {
    Frequency.WEEKLY: 7.0,
    Frequency.TWICE_WEEKLY: 3.5,
    Frequency.FORTNIGHTLY: 14.0,
    Frequency.MONTHLY: 30.0,
}


def day_of_session(first: date, number: int, frequency: Frequency) -> date:
    """The day of session ``number`` when session 1 is on ``first``; a contract ends with its last session."""
    return first + timedelta(days=round((number - 1) * DAYS_BETWEEN[frequency]))
