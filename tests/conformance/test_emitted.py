"""Everything we emit is valid under HL7's own engine, with the profiles named; a silent engine cannot pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

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
from tests.mapping.full import FULL
from tests.mapping.strategies import episodes
from tests.peers.judge import Judge

pytestmark = pytest.mark.proof

PCO = "http://hl7.org/fhir/us/pco/StructureDefinition"
PCO_PLAN = f"{PCO}/pco-care-plan"
PCO_GOALS = {
    GoalKind.PROM: "pco-prom-goal-profile",
    GoalKind.GAS: "pco-gas-goal-profile",
    GoalKind.PLAIN: "pco-goal-profile",
}
KNOWN = {
    key: f"{resource['resourceType']}/s{index}"
    for index, (key, resource) in enumerate(to_fhir(EXAMPLE, Writing(patient="alma")).items())
}
PROFILES = {
    "CarePlan": [systems.US_CORE_CAREPLAN],
    "Goal": [systems.US_CORE_GOAL],
    "QuestionnaireResponse": [systems.US_CORE_QUESTIONNAIRERESPONSE],
    "Observation": [systems.US_CORE_SCREENING_ASSESSMENT],
    "ServiceRequest": [systems.US_CORE_SERVICEREQUEST],
    "Task": [],
}


def profiles_of(resource: JsonObject) -> list[str]:
    """The profiles a resource must meet: US Core 6.1.0, and the Person-Centered Outcomes guide where it applies."""
    profiles = list(PROFILES[resource["resourceType"]])
    if resource["resourceType"] == "Goal":
        profiles.append(f"{PCO}/{PCO_GOALS[kind_of_goal(resource)]}")
    if resource["resourceType"] == "Observation" and "valueQuantity" in resource:
        profiles.append(f"{PCO}/pco-prom-score-observation")
    if resource["resourceType"] == "Observation" and is_rating(resource):
        profiles.append(f"{PCO}/pco-gas-score-observation")
    return profiles


def kind_of_goal(resource: JsonObject) -> GoalKind:
    """By what its target measures; the goal itself may be broken on purpose."""
    target = resource["target"][0]
    if "detailQuantity" in target:
        return GoalKind.PROM
    scaled = concepts.GAS_GOAL_MEASURE.code in codes_of(target.get("measure"), systems.LOINC)
    return GoalKind.GAS if scaled else GoalKind.PLAIN


def written(episode: Episode, site: Site | None = None) -> list[JsonObject]:
    known = {
        key: f"{resource['resourceType']}/s{index}"
        for index, (key, resource) in enumerate(to_fhir(episode, Writing(patient="alma")).items())
    }
    return list(to_fhir(episode, Writing(patient="alma", known=known, site=site or Site())).values())


def refusals(judge: Judge, resources: list[JsonObject]) -> list[str]:
    return [
        f"{resource['resourceType']}: {issue.location}: {issue.message}"
        for resource in resources
        for issue in judge.judge(resource, *profiles_of(resource)).errors
    ]


def test_a_full_course_is_valid_under_us_core_and_person_centered_outcomes(judge: Judge) -> None:
    """decision-D5, decision-D6."""
    assert refusals(judge, written(EXAMPLE)) == []
    assert refusals(judge, written(FULL)) == []


def test_the_plan_is_a_person_centered_care_plan(judge: Judge) -> None:
    """Its goals must resolve to conforming goals, so plan and goals are judged together, in a Bundle."""
    assert not judge.judge(bundled(PCO_PLAN)).errors
    assert judge.judge(bundled(PCO_PLAN, leave_out="Goal")).errors


def bundled(plan_profile: str, leave_out: str = "") -> JsonObject:
    """The example as a collection in which references resolve; the plan declares the profile."""
    entries = []
    for resource in written(EXAMPLE):
        if resource["resourceType"] != leave_out:
            declared = [plan_profile] if resource["resourceType"] == "CarePlan" else profiles_of(resource)
            declared_resource = {**resource, "meta": {"profile": declared}}
            entries.append(
                {
                    "fullUrl": f"http://hospital.example/{where(resource)}",
                    "resource": {**declared_resource, "id": where(resource).split("/")[1]},
                }
            )
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def where(resource: JsonObject) -> str:
    return KNOWN[next(key for key, item in zip(KNOWN, written(EXAMPLE), strict=True) if item == resource)]


def test_a_site_without_snomed_ct_gets_a_valid_course_without_a_snomed_code(judge: Judge) -> None:
    resources = written(EXAMPLE, Site(snomed=False))
    assert systems.SNOMED_CT not in rawjson.write(resources).decode()
    assert refusals(judge, resources) == []


@given(episode=episodes())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_course_is_valid_under_us_core(judge: Judge, episode: Episode) -> None:
    assert refusals(judge, written(episode)) == []


def without(*names: str) -> Callable[[JsonObject], Any]:
    return lambda resource: [resource.pop(name) for name in names]


DEFECTS: dict[str, Callable[[JsonObject], Any]] = {
    "CarePlan": without("category"),
    "Goal": lambda resource: resource.update(lifecycleStatus="nope"),
    "QuestionnaireResponse": without("subject"),
    "Observation": lambda resource: resource.update(valueString="and a second value"),
    "ServiceRequest": without("code"),
    "Task": lambda resource: resource.update(status="finished"),
}


@pytest.mark.parametrize("kind", PROFILES)
def test_a_planted_defect_of_each_type_is_found(judge: Judge, kind: str) -> None:
    """In the same run as the passes above, so that an engine that says nothing fails."""
    resource = rawjson.copy(next(item for item in written(EXAMPLE) if item["resourceType"] == kind))
    DEFECTS[kind](resource)
    assert judge.judge(resource, *profiles_of(resource)).errors


def test_a_course_is_valid_before_anything_is_agreed(judge: Judge) -> None:
    bare = replace(
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
    assert refusals(judge, written(bare)) == []
