"""An accepted proposal (``mapping.applying``) becomes a course."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace

from ipt_fhir import rawjson
from ipt_fhir.mapping.apply_refusals import CannotApply
from ipt_fhir.mapping.episode import from_fhir
from ipt_fhir.model.activities import ActivityStatus
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.rawjson import JsonObject

_NAMESPACE = uuid.UUID("a6d0c3f8-27be-5b44-9e61-70c4d2b9f115")


def course_from(proposal: Iterable[JsonObject]) -> Episode:
    """The new course of an accepted proposal: a draft with keys of its own, work planned, goals still proposed.

    A request keeps its intent for life (R4 "Request Pattern"), so the plan of the course is another resource than the
    proposal. Contract and problem area are agreed with the patient, so there are none. Raises CannotApply.
    """
    found = _read(list(proposal))
    activities = (replace(item, id=_accepted(item.id), status=ActivityStatus.PLANNED) for item in found.activities)
    return replace(
        found,
        id=_accepted(found.id),
        status=EpisodeStatus.DRAFT,
        goals=tuple(replace(item, id=_accepted(item.id)) for item in found.goals),
        activities=tuple(activities),
    )


def _read(resources: list[JsonObject]) -> Episode:
    plans = [item for item in resources if item.get("resourceType") == "CarePlan"]
    if len(plans) != 1 or plans[0].get("intent") != "proposal":
        raise CannotApply("CarePlan.intent", "a course is made from one proposal")
    reading = from_fhir(_as_plan(item) for item in resources)
    if reading.unread:
        raise CannotApply(reading.unread[0].resource_type, reading.unread[0].reason)
    found = reading.episode
    if len(found.goals) != len(plans[0].get("goal", [])) or not all(item.by_us for item in found.activities):
        raise CannotApply("CarePlan", "it points to goals or work that is not among the resources")
    return found


def _as_plan(resource: JsonObject) -> JsonObject:
    """A copy that reads as a plan: a proposal in a chart is nobody's course, so it is passed over there."""
    copy: JsonObject = rawjson.copy(resource)
    if copy.get("resourceType") == "CarePlan":
        copy["intent"] = "plan"
    return copy


def _accepted(key: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, key))
