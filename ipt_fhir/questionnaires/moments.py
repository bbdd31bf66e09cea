"""Compare dates and times that may be told with different precision (FHIR R4, Datatypes)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MOMENT = re.compile(
    r"(?P<date>\d{4}(-\d\d(-\d\d)?)?)(T(?P<time>\d\d:\d\d(:\d\d(\.\d+)?)?)(?P<zone>Z|[+-]\d\d:\d\d)?)?"
)


def compared_moments(left: str, right: str) -> int | None:
    """-1, 0 or 1; None where one does not say enough (``2024`` beside ``2024-05-01``) or is no date.

    Times with zones are compared as moments. A time that names no zone is taken as it is told.
    """
    one, other = _utc(left), _utc(right)
    if one == other:
        return 0
    length = min(len(one), len(other))
    if one[:length] != other[:length]:
        return (one[:length] > other[:length]) - (one[:length] < other[:length])
    # What follows is a fraction of a second: the precision is the same (FHIRPath N1, 6.1.1).
    longer = one if len(one) > length else other
    return (1 if longer is one else -1) if longer[length] == "." else None


def _utc(told: str) -> str:
    """The same moment in UTC where it names a zone, without trailing zeros of seconds."""
    found = _MOMENT.fullmatch(told)
    if not found or not found["zone"]:
        return _without_zeros(told)
    try:
        moment = datetime.fromisoformat(told.replace("Z", "+00:00")).astimezone(UTC)
    except (ValueError, OverflowError):
        return told
    spelled = moment.isoformat(timespec="auto" if moment.microsecond else "seconds")
    return _without_zeros(spelled.removesuffix("+00:00"))


def _without_zeros(told: str) -> str:
    head, dot, fraction = told.partition(".")
    fraction = fraction.rstrip("0")
    return f"{head}{dot}{fraction}" if fraction else head
