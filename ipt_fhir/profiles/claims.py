"""Which of our profiles a resource of a course is meant to meet."""

from __future__ import annotations

from ipt_fhir.mapping import editing
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems
from ipt_fhir.terminology.scores import SCORES


def profile_of(resource: JsonObject) -> str | None:
    """The canonical address of our profile for a CarePlan, a Goal or a score; None for everything else."""
    kind = resource.get("resourceType")
    if kind == "CarePlan":
        return systems.IPT_CAREPLAN
    if kind == "Goal":
        return _of_goal(resource)
    if kind == "Observation" and _is_score(resource):
        return systems.IPT_SCORE if resource.get("derivedFrom") else systems.IPT_ENTERED_SCORE
    return None


def claimed(resource: JsonObject) -> JsonObject:
    """The resource, declaring our profile beside those it declares already."""
    profile = profile_of(resource)
    if profile is None:
        return resource
    meta = resource.get("meta", {})
    return {**resource, "meta": {**meta, "profile": [*meta.get("profile", []), profile]}}


def _of_goal(resource: JsonObject) -> str:
    target: JsonObject = next(iter(resource.get("target", [])), {})
    if "detailQuantity" in target:
        return systems.IPT_PROM_GOAL
    scaled = concepts.GAS_GOAL_MEASURE.code in editing.codes_of(target.get("measure"), systems.LOINC)
    return systems.IPT_GAS_GOAL if scaled else systems.IPT_PLAIN_GOAL


def _is_score(resource: JsonObject) -> bool:
    code = resource.get("code")
    found = (*editing.codes_of(code, systems.LOINC), *editing.codes_of(code, systems.IPT_GOAL_MEASURE))
    return any(item in SCORES for item in found)
