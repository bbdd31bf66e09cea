"""Which parts of an episode are filed in the hospital's record and which stay in this app (decisions D2 and D20).

The table names every field of every value in an episode; a test fails when a field is missing. Nothing else in the
code decides where a field goes: the mapping writes what ``filed_part`` leaves, and a plan rebuilt from the hospital's
server alone equals it.
"""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import TYPE_CHECKING, cast

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


def _without_local(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_without_local(item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(value, **_filed_fields(value))
    return value


def _filed_fields(value: DataclassInstance) -> dict[str, object]:
    """New values for the fields of one dataclass: local ones get their default, the others are walked."""
    fields: dict[str, object] = {}
    for field in dataclasses.fields(value):
        local = FILED_PARTS[f"{type(value).__name__}.{field.name}"] is Destination.LOCAL
        fields[field.name] = field.default if local else _without_local(getattr(value, field.name))
    return fields
