"""Everything we emit, gathered for a judge: courses by name, each resource once, and the profiles it must meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ipt_fhir import rawjson
from ipt_fhir.mapping.editing import codes_of
from ipt_fhir.mapping.episode import to_fhir
from ipt_fhir.mapping.rating import is_rating
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.goals import GoalKind
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import concepts, systems
from tests.mapping.example import EXAMPLE

BARE = replace(
    EXAMPLE,
    problem_areas=(),
    contract=None,
    goals=(),
    responses=(),
    safety_items=(),
    sessions=(),
    therapist=None,
    diagnoses=(),
)
"""A course before anything is agreed."""

PCO = "http://hl7.org/fhir/us/pco/StructureDefinition"
PCO_PLAN = f"{PCO}/pco-care-plan"
PCO_GOALS = {
    GoalKind.PROM: f"{PCO}/pco-prom-goal-profile",
    GoalKind.GAS: f"{PCO}/pco-gas-goal-profile",
    GoalKind.PLAIN: f"{PCO}/pco-goal-profile",
}

US_CORE = {
    "CarePlan": systems.US_CORE_CAREPLAN,
    "CareTeam": systems.US_CORE_CARETEAM,
    "Condition": systems.US_CORE_HEALTH_CONCERN,
    "DocumentReference": systems.US_CORE_DOCUMENTREFERENCE,
    "Encounter": systems.US_CORE_ENCOUNTER,
    "Goal": systems.US_CORE_GOAL,
    "Observation": systems.US_CORE_SCREENING_ASSESSMENT,
    "Procedure": systems.US_CORE_PROCEDURE,
    "QuestionnaireResponse": systems.US_CORE_QUESTIONNAIRERESPONSE,
    "ServiceRequest": systems.US_CORE_SERVICEREQUEST,
}
"""The US Core profile of each type that has one; the others meet base R4."""


def written(episode: Episode, site: Site | None = None) -> list[JsonObject]:
    """The resources of a course as a server holds them: with ids, and references that name them."""
    writing = Writing(patient="alma", site=site or Site())
    places = {key: f"{item['resourceType']}/{key}" for key, item in to_fhir(episode, writing).items()}
    there = Writing(patient="alma", site=writing.site, known=places)
    return [{**item, "id": key} for key, item in to_fhir(episode, there).items()]


def each_once(courses: Iterable[Iterable[JsonObject]]) -> Iterator[JsonObject]:
    """Resources of many courses, those that say the same only once."""
    seen: set[bytes] = set()
    for course in courses:
        for resource in course:
            content = rawjson.write(resource)
            if content not in seen:
                seen.add(content)
                yield resource


def profiles_of(resource: JsonObject) -> list[str]:
    """The profiles of others that a resource must meet by itself: US Core, and Person-Centered Outcomes."""
    kind = resource["resourceType"]
    profiles = [US_CORE[kind]] if kind in US_CORE else []
    if kind == "Goal":
        profiles.append(PCO_GOALS[kind_of_goal(resource)])
    if kind == "Observation" and "valueQuantity" in resource:
        profiles.append(f"{PCO}/pco-prom-score-observation")
    if kind == "Observation" and is_rating(resource):
        profiles.append(f"{PCO}/pco-gas-score-observation")
    return profiles


def kind_of_goal(resource: JsonObject) -> GoalKind:
    """By what its target measures; the goal itself may be broken on purpose."""
    target = resource["target"][0]
    if "detailQuantity" in target:
        return GoalKind.PROM
    scaled = concepts.GAS_GOAL_MEASURE.code in codes_of(target.get("measure"), systems.LOINC)
    return GoalKind.GAS if scaled else GoalKind.PLAIN


def bundled(resources: Iterable[JsonObject], plan_profile: str, leave_out: str = "") -> JsonObject:
    """Plan and goals in a collection in which references resolve, each declaring its profiles: slices by reference."""
    entries = []
    for resource in resources:
        kind = resource["resourceType"]
        if kind in {"CarePlan", "Goal"} and kind != leave_out:
            profiles = [plan_profile] if kind == "CarePlan" else profiles_of(resource)
            meta = {**resource.get("meta", {}), "profile": profiles}
            url = f"http://hospital.example/{kind}/{resource['id']}"
            entries.append({"fullUrl": url, "resource": {**resource, "meta": meta}})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}
