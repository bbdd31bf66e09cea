"""How far sessions lie apart."""

from __future__ import annotations

from datetime import date, timedelta

from ipt_fhir.model.episode import Episode, Frequency

DAYS_BETWEEN = {
    Frequency.WEEKLY: 7.0,
    Frequency.TWICE_WEEKLY: 3.5,
    Frequency.FORTNIGHTLY: 14.0,
    Frequency.MONTHLY: 30.0,
}


def day_of_session(first: date, number: int, frequency: Frequency) -> date:
    """The day of session ``number`` when session 1 is on ``first``; a contract ends with its last session."""
    return first + timedelta(days=round((number - 1) * DAYS_BETWEEN[frequency]))


def days_until_due(episode: Episode) -> int:
    """How many days after it was filled in a measure that opens every session is due again: a day before the usual
    distance of sessions is over, because sessions move by a day."""
    frequency = episode.contract.frequency if episode.contract else Frequency.WEEKLY
    return max(1, int(DAYS_BETWEEN[frequency]) - 1)
