"""What the resources beside the plan need to change only what is ours: statuses, references and people added once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TypeVar

from ipt_fhir.mapping import editing
from ipt_fhir.model.people import Person
from ipt_fhir.rawjson import JsonObject

Value = TypeVar("Value", bound=Enum)

WITHDRAWN = "entered-in-error"
"""The status by which a clinician says that an entry should never have been: nothing of it is changed any more."""


class Withdrawn(ValueError):
    """Somebody marked the entry in the chart as entered in error; it no longer counts."""

    def __init__(self, resource: JsonObject) -> None:
        super().__init__(f"{resource.get('resourceType')} was entered in error, as the chart says; it does not count")


def put_status(element: JsonObject, value: Value, ours: Mapping[Value, str], others: Mapping[str, Value]) -> None:
    """Set ``status`` unless the present word already means ``value`` (``arrived`` is still to come)."""
    present = element.get("status")
    if present is None or meaning(present, ours, others) is not value:
        element["status"] = ours[value]


def meaning(word: str, ours: Mapping[Value, str], others: Mapping[str, Value]) -> Value:
    """What a status word means to us; raises ValueError for a word neither we nor the standard use for it."""
    for value, known in ours.items():
        if known == word:
            return value
    if word not in others:
        raise ValueError(f"the status {word} is not one of {', '.join([*ours.values(), *others])}")
    return others[word]


def is_withdrawn(resource: JsonObject) -> bool:
    """Whether its status says that it was entered in error."""
    return resource.get("status") == WITHDRAWN


def refuse_withdrawn(resource: JsonObject) -> None:
    """Raise Withdrawn for an entry that was entered in error."""
    if is_withdrawn(resource):
        raise Withdrawn(resource)


def add_reference(element: JsonObject, name: str, target: str | None) -> None:
    """See to it that a list of references has one to ``target``; the others in it stay."""
    if target is not None:
        ours = [editing.reference(target)]
        editing.put_ours(element, name, ours, lambda item: target if editing.target_of(item) == target else None)


def person(someone: Person) -> JsonObject:
    """A Reference to somebody of the care team, by name at least."""
    return editing.reference(someone.reference, someone.display)


def put_span(resource: JsonObject, name: str, day: date, starts: datetime | None, minutes: int | None) -> None:
    """Set a Period: from start to end where the clock was noted, else the day."""
    period = resource.setdefault(name, {})
    if starts is None:
        editing.put_date(period, "start", day)
        editing.put_date(period, "end", day)
        return
    editing.put_time(period, "start", starts)
    if minutes:
        editing.put_time(period, "end", starts + timedelta(minutes=minutes))
    elif "end" in period and _is_before(period["end"], starts):
        editing.put(period, "end", None)


def read_span(element: JsonObject) -> tuple[datetime, int]:
    """When something starts, and the minutes to its end. Raises KeyError or ValueError without exact start and end."""
    starts, ends = editing.required_time(element["start"]), editing.required_time(element["end"])
    return starts, round((ends - starts).total_seconds() / 60)


def _is_before(written: str, moment: datetime) -> bool:
    """Whether a date or dateTime lies before a moment (per-1: what ends does not end before it starts)."""
    exact, day = editing.read_time(written), editing.read_date(written)
    return exact < moment if exact else day is not None and day < moment.date()
