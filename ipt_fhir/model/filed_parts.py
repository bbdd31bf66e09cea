"""Which parts of an episode are filed in the hospital's record and which stay in this app (decisions D2 and D20).

The table names every field of every value in an episode; a test fails when a field is missing. Nothing else in the
code decides where a field goes: the mapping writes what ``filed_part`` leaves, and a plan rebuilt from the hospital's
server alone equals it.
"""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from functools import cache
from operator import is_
from typing import TYPE_CHECKING, Any, cast

from ipt_fhir.model.episode import Episode

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Destination(StrEnum):
    """Where a field lives: in the chart (we keep a copy), or in this app's database only."""

    CHART = "chart"
    LOCAL = "local"


_CHART_FIELDS = {
    "Episode": "id variant status phase started therapist diagnoses problem_areas contract goals activities sessions "
    "responses safety_items",
    "Person": "display reference",
    "DiagnosisLink": "reference display",
    "ProblemArea": "code rank proposed_by agreed_by_patient agreed_on",
    "Contract": "sessions frequency minutes agreed_on ends_on",
    "Goal": "id kind text template area status achievement start due target levels expressed_by",
    "ScoreTarget": "measure comparator value",
    "ScaleLevel": "level text",
    "Activity": "id kind code text status inline by_us",
    "Session": "number date phase attendance mode closed",
    "Response": "id instrument authored author answers focus_goal",
    "Answer": "link_id code",
    "SafetyItem": "id response link_id answer opened act settled settled_by handed_to",
}

_LOCAL_FIELDS = {
    "ProblemArea": "rationale",
    "SafetyItem": "reason",
}

FILED_PARTS: dict[str, Destination] = {
    f"{value}.{field}": destination
    for table, destination in ((_CHART_FIELDS, Destination.CHART), (_LOCAL_FIELDS, Destination.LOCAL))
    for value, fields in table.items()
    for field in fields.split()
}


def filed_part(episode: Episode) -> Episode:
    """The episode as the chart holds it: local fields emptied, sessions that are not closed left out."""
    closed = tuple(session for session in episode.sessions if session.closed)
    return cast(Episode, _without_local(dataclasses.replace(episode, sessions=closed)))


def with_local(filed: Episode, here: Episode) -> Episode:
    """The chart's course with what only this app holds: local fields of the same items, and open sessions.

    An open session whose number the chart already has is closed there and is not brought back.
    """
    numbers = {session.number for session in filed.sessions}
    still_open = tuple(item for item in here.sessions if not item.closed and item.number not in numbers)
    sessions = tuple(sorted((*filed.sessions, *still_open), key=lambda session: session.number))
    return dataclasses.replace(cast(Episode, _restored(filed, here)), sessions=sessions)


def _restored(filed: object, here: object) -> object:
    if isinstance(filed, tuple) and isinstance(here, tuple):
        known = {_identity(item): item for item in here}
        return tuple(_restored(item, known.get(_identity(item))) for item in filed)
    if not dataclasses.is_dataclass(filed) or isinstance(filed, type) or type(here) is not type(filed):
        return filed
    fields = {}
    for field in dataclasses.fields(filed):
        local = FILED_PARTS[f"{type(filed).__name__}.{field.name}"] is Destination.LOCAL
        ours, theirs = getattr(here, field.name), getattr(filed, field.name)
        fields[field.name] = ours if local else _restored(theirs, ours)
    return dataclasses.replace(filed, **fields)


def _identity(item: object) -> object:
    """What makes two items of a list the same thing: an id, or the code of a problem area."""
    return getattr(item, "id", None) or getattr(item, "code", None) or item


def _without_local(value: object) -> object:
    """The value without its local fields; the very same object when it has none, so that little is built anew."""
    if isinstance(value, tuple):
        items = tuple(map(_without_local, value))
        return value if all(map(is_, items, value)) else items
    changed = {}
    kind: Any = type(value)
    for name, default, local in _destinations(kind):
        present = getattr(value, name)
        filed = default if local else _without_local(present)
        if filed is not present:
            changed[name] = filed
    return dataclasses.replace(cast("DataclassInstance", value), **changed) if changed else value


@cache
def _destinations(kind: type) -> tuple[tuple[str, object, bool], ...]:
    """Name, default and "is it local" of each field of a value of the model; nothing for any other type."""
    if not dataclasses.is_dataclass(kind):
        return ()
    return tuple(
        (field.name, field.default, FILED_PARTS[f"{kind.__name__}.{field.name}"] is Destination.LOCAL)
        for field in dataclasses.fields(kind)
    )
