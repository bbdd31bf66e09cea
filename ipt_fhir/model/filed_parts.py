"""Which parts of an episode are filed in the hospital's record and which stay in this app (decisions D2 and D20).

The table names every field of every value in an episode; a test fails when a field is missing. Nothing else in the
code decides where a field goes: the mapping writes what ``filed_part`` leaves, and a plan rebuilt from the hospital's
server alone equals it. Some parts travel only where the site allows what carries them: a resource type beside the
plan (Consent, Communication ...) or a code system. ``carried`` names what is allowed; without it a part stays here.
"""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from operator import is_
from typing import TYPE_CHECKING, TypeVar, cast

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.measures import Response, ResponseStatus
from ipt_fhir.model.totals import EnteredTotal

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
else:
    DataclassInstance = object


Carried = frozenset[str]
"""What a site allows beside the plan: resource types (``Consent``), code systems (``ICD-10-CM``), and the forms that
stay local elsewhere, each by its address and by the id of its instrument."""

ICD_10_CM = "ICD-10-CM"
USUAL: Carried = frozenset({ICD_10_CM})
"""What is allowed where a site says nothing."""


class Destination(StrEnum):
    """Where a field lives: in the chart (we keep a copy), in this app's database only, or as the site decides."""

    CHART = "chart"
    LOCAL = "local"
    BY_SITE = "by-site"


_CHART_FIELDS = {
    "Episode": "id variant status phase started therapist diagnoses problem_areas contract goals activities sessions "
    "responses forms totals safety_items setting links review",
    "Person": "display reference",
    "DiagnosisLink": "reference display",
    "ProblemArea": "code rank proposed_by agreed_by_patient agreed_on closed_on",
    "Contract": "sessions frequency minutes agreed_on ends_on",
    "Goal": "id kind text template area status achievement start due target stage levels ratings status_date "
    "expressed_by",
    "ScoreTarget": "measure comparator value",
    "ScaleLevel": "level text",
    "Rating": "id rated level by",
    "Activity": "id kind code text status due owner starts minutes outcome inline by_us",
    "Session": "number date phase kind attendance mode starts minutes closed",
    "Response": "id instrument authored author answers focus_goal status replaces self_entered",
    "Answer": "link_id code number",
    "FilledForm": "id form title authored author items status replaces self_entered",
    "EnteredTotal": "id instrument total authored author worrying focus_goal status replaces",
    "SafetyItem": "id response link_id answer opened act settled settled_by handed_to owner",
    "RecordLink": "relation reference display",
    "TerminationReview": "reason ended_on dispositions reviewed_on",
    "ConsentDecision": "id kind permitted decided_on withdrawn_on",
    "Message": "id kind sent sender",
    "Document": "id kind written author",
}

_LOCAL_FIELDS = {
    "Episode": "sick_role_on inventory timeline formulations role_sheet grief_sheet contact_ladder fidelity "
    "relapse_plan session_corrections ending_agreed_on skipped_phases former_areas",
    "ProblemArea": "rationale about stages",
    "StageOn": "day stage",
    "FormerArea": "area left_on reason",
    "SkippedPhase": "phase reason day",
    "Session": "focus mood_link mood_event techniques step step_outcome",
    "SessionCorrection": "number kind day at by reason taken_out",
    "ConsentDecision": "recorded_by withdrawal_recorded_by",
    "Response": "local withdrawn",
    "FilledForm": "local withdrawn",
    "EnteredTotal": "withdrawn",
    "Withdrawal": "at by reason never_filed",
    "SafetyItem": "reason",
    "TerminationReview": "gains unmet confidence",
    "InventoryEntry": "id role initial before now wanted contact lives_with confiding support_received support_given "
    "conflict expectations reciprocal strengths problems changes_wanted effect_of_symptoms norms "
    "safety_concern in_plan",
    "Expectation": "mine text agreed",
    "TimelineEvent": "id when kind text mood person",
    "Formulation": "version text author agreed_on",
    "RoleSheet": "old_good old_bad new_good new_bad",
    "GriefSheet": "good hard changed ahead",
    "LadderStep": "id text person wanted done_on",
    "Fidelity": "id session rated_on marks rater",
    "FidelityMark": "item mark",
    "RelapsePlan": "signs actions contacts review_on",
}

CARRIER_OF_PART = {
    "ProblemArea.z_code": ICD_10_CM,
    "Episode.supervisor": "CareTeam",
    "Episode.consents": "Consent",
    "Episode.messages": "Communication",
    "Episode.documents": "DocumentReference",
}
"""Parts of which the site decides, and what must be allowed for each to be filed."""

FILED_PARTS: dict[str, Destination] = {
    f"{value}.{field}": destination
    for table, destination in ((_CHART_FIELDS, Destination.CHART), (_LOCAL_FIELDS, Destination.LOCAL))
    for value, fields in table.items()
    for field in fields.split()
} | dict.fromkeys(CARRIER_OF_PART, Destination.BY_SITE)


def filed_part(episode: Episode, carried: Carried = USUAL) -> Episode:
    """The episode as the chart holds it: local fields emptied; what is not finished, or is local as a whole, left out.

    Not finished are sessions that are not closed and questionnaires in progress.
    """
    closed = tuple(session for session in episode.sessions if session.closed)
    finished = tuple(item for item in episode.responses if is_filed(item, carried))
    forms = tuple(item for item in episode.forms if is_filed(item, carried))
    totals = tuple(item for item in episode.totals if is_filed(item, carried))
    held = (episode.sessions, episode.responses, episode.forms, episode.totals)
    if tuple(map(len, (closed, finished, forms, totals))) != tuple(map(len, held)):
        episode = dataclasses.replace(episode, sessions=closed, responses=finished, forms=forms, totals=totals)
    return cast(Episode, _without_local(episode, carried))


def with_local(filed: Episode, here: Episode, carried: Carried = USUAL) -> Episode:
    """The chart's course with what only this app holds: local fields of the same items, and what is never filed.

    An open session whose place the chart already has is closed there and is not brought back.
    """
    places = {session.place for session in filed.sessions}
    still_open = (item for item in here.sessions if not item.closed and item.place not in places)
    restored = cast(Episode, _restored(filed, here, carried))
    return dataclasses.replace(
        restored,
        sessions=tuple(sorted((*restored.sessions, *still_open), key=lambda session: session.place)),
        responses=_with_kept(restored.responses, here.responses, carried),
        forms=_with_kept(restored.forms, here.forms, carried),
        totals=_with_kept(restored.totals, here.totals, carried),
    )


Answered = TypeVar("Answered", bound=Response | FilledForm | EnteredTotal)


def _with_kept(filed: Sequence[Answered], here: Sequence[Answered], carried: Carried) -> tuple[Answered, ...]:
    known = {item.id for item in filed}
    kept = (item for item in here if item.id not in known and not is_filed(item, carried))
    return tuple(sorted((*filed, *kept), key=lambda item: (item.authored, item.id)))


def is_filed(version: Response | FilledForm | EnteredTotal, carried: Carried) -> bool:
    """Whether these answers go to the chart: they are finished, the form is not one that stays here, and they were not
    withdrawn before the chart ever had them."""
    name = version.address if isinstance(version, FilledForm) else version.instrument
    stays = version.local and name not in carried
    recalled = version.withdrawn is not None and version.withdrawn.never_filed
    return version.status is not ResponseStatus.IN_PROGRESS and not stays and not recalled


def _restored(filed: object, here: object, carried: Carried) -> object:
    if isinstance(filed, tuple) and isinstance(here, tuple):
        known = {_identity(item): item for item in here}
        return tuple(_restored(item, known.get(_identity(item)), carried) for item in filed)
    if not dataclasses.is_dataclass(filed) or isinstance(filed, type) or type(here) is not type(filed):
        return filed
    fields = {}
    for field in dataclasses.fields(filed):
        ours, theirs = getattr(here, field.name), getattr(filed, field.name)
        local = _is_local(f"{type(filed).__name__}.{field.name}", carried)
        fields[field.name] = ours if local else _restored(theirs, ours, carried)
    return dataclasses.replace(filed, **fields)


def _identity(item: object) -> object:
    """What makes two items of a list the same thing: an id, a session's place, or the code of a problem area."""
    return next((found for name in ("id", "place", "code") if (found := getattr(item, name, None))), item)


def _without_local(value: object, carried: Carried) -> object:
    """The value without its local fields; the very same object when it has none, so that little is built anew."""
    if isinstance(value, tuple):
        items = tuple(_without_local(item, carried) for item in value)
        return value if all(map(is_, items, value)) else items
    changed = {}
    for name, default, local in _to_look_at(type(value).__name__, carried):
        present = getattr(value, name)
        filed = default if local else _without_local(present, carried)
        if filed is not present:
            changed[name] = filed
    return dataclasses.replace(cast("DataclassInstance", value), **changed) if changed else value


@cache
def _to_look_at(kind: str, carried: Carried) -> tuple[tuple[str, object, bool], ...]:
    """Name, default and "is it local" of each field that is local or may hold something local; none for other types."""
    value = _values().get(kind)
    if value is None:
        return ()
    rows = ((field, _is_local(f"{kind}.{field.name}", carried)) for field in dataclasses.fields(value))
    return tuple(
        (field.name, field.default, local)
        for field, local in rows
        if local or any(_to_look_at(inner, carried) for inner in _kinds_in(field))
    )


def _kinds_in(field: dataclasses.Field[object]) -> set[str]:
    """The values of the model an annotation names: ``tuple[Goal, ...]`` -> ``Goal``."""
    return _values().keys() & set(re.findall(r"\w+", str(field.type)))


def _values_in(kind: type[DataclassInstance]) -> dict[str, type[DataclassInstance]]:
    """A value of the model and all it may hold, by name."""
    hints = typing.get_type_hints(kind)
    found = {kind.__name__: kind}
    for hint in hints.values():
        for inner in (hint, *typing.get_args(hint)):
            if isinstance(inner, type) and dataclasses.is_dataclass(inner):
                found |= _values_in(inner)
    return found


@cache
def _values() -> dict[str, type[DataclassInstance]]:
    return _values_in(Episode)


def _is_local(part: str, carried: Carried) -> bool:
    destination = FILED_PARTS[part]
    return destination is Destination.LOCAL or (
        destination is Destination.BY_SITE and CARRIER_OF_PART[part] not in carried
    )
