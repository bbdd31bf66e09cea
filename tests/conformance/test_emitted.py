"""Everything we emit is valid under HL7's own engine, with the profiles named; a silent engine cannot pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ipt_fhir import rawjson
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.episode import Episode
from ipt_fhir.protocol.catalogue import variants
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from tests.conformance.courses import BARE, PCO_PLAN, bundled, each_once, profiles_of, written
from tests.mapping.example import EXAMPLE
from tests.mapping.form_strategies import courses_with_forms
from tests.mapping.full import EVERYTHING, FULL
from tests.peers.fixtures import JudgeWith
from tests.peers.judge import Judge
from tests.protocol.cases import Week, case
from tests.protocol.walking import walk

pytestmark = pytest.mark.proof

WEEKS: tuple[Week, ...] = (0, 4, 8, "last")
US_CORE_VERSIONS = ("6.1.0", "7.0.0", "8.0.0")


def courses() -> dict[str, Iterable[JsonObject]]:
    """What is judged, by name."""
    return {
        "a course under way": written(EXAMPLE),
        "a course before anything is agreed": written(BARE),
        "a finished course, on a site that files everything": written(FULL, EVERYTHING),
        "a site without SNOMED CT and ICD-10-CM": written(FULL, Site(snomed=False, icd10cm=False)),
        "a site in German": written(FULL, replace(EVERYTHING, language="de")),
        **{f"case {name}, week {week}": written(case(name, week)) for name in "ABCD" for week in WEEKS},
        **{f"variant {name}": written(ended(name)) for name in supported()},
    }


def supported() -> list[str]:
    """Variants that can be walked."""
    return [variant.id for variant in variants().values() if variant.not_supported_yet is None]


def refusals(judge: Judge, resources: Iterable[JsonObject]) -> list[str]:
    return [
        f"{resource['resourceType']}: {issue.location}: {issue.message}"
        for resource in resources
        for issue in judge.judge(resource, *profiles_of(resource)).errors
    ]


@pytest.mark.parametrize("version", US_CORE_VERSIONS)
def test_everything_is_valid_under_us_core_and_person_centered_outcomes(judge_with: JudgeWith, version: str) -> None:
    """decision-D5, decision-D6."""
    assert refusals(judge_with(us_core=version), each_once(courses().values())) == []


def test_the_plan_is_a_person_centered_care_plan(judge: Judge) -> None:
    """Once goals are agreed. They must resolve to conforming goals, so plan and goals are judged together, in a Bundle.

    The guide knows no activity that the plan holds itself (CarePlan.activity.detail is prohibited).
    """
    referenced = replace(FULL, activities=tuple(item for item in FULL.activities if not item.inline))
    courses = [
        EXAMPLE,
        referenced,
        *(case(name, week) for name in "ABCD" for week in WEEKS[1:]),
        *map(ended, supported()),
    ]
    refused = [judge.judge(bundled(written(course), PCO_PLAN)).errors for course in courses]
    assert refused == [()] * len(courses)
    assert all(judge.judge(bundled(written(course), PCO_PLAN, leave_out="Goal")).errors for course in courses[:2])


def ended(variant_id: str) -> Episode:
    """A course of that variant after its last session."""
    return walk(variant_id)[-1]


def test_a_site_without_snomed_ct_and_icd_gets_none_of_their_codes() -> None:
    text = rawjson.write(written(FULL, Site(snomed=False, icd10cm=False))).decode()
    assert systems.SNOMED_CT not in text
    assert systems.ICD_10_CM not in text


@given(episode=courses_with_forms())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_course_is_valid_under_us_core(judge: Judge, episode: Episode) -> None:
    assert refusals(judge, written(episode, EVERYTHING)) == []


def without(*names: str) -> Callable[[JsonObject], Any]:
    return lambda resource: [resource.pop(name) for name in names]


DEFECTS: dict[str, Callable[[JsonObject], Any]] = {
    "CarePlan": without("category"),
    "Goal": lambda resource: resource.update(lifecycleStatus="nope"),
    "QuestionnaireResponse": without("subject"),
    "Observation": lambda resource: resource.update(valueString="and a second value"),
    "ServiceRequest": without("code"),
    "Task": lambda resource: resource.update(status="finished"),
    "Appointment": without("status"),
    "CareTeam": lambda resource: resource.update(status="gone"),
    "Communication": without("status"),
    "Condition": without("category"),
    "Consent": without("scope"),
    "DocumentReference": without("content"),
    "Encounter": without("class"),
    "EpisodeOfCare": lambda resource: resource.update(status="over"),
    "Procedure": without("subject"),
}


def test_every_type_we_emit_has_a_defect_planted() -> None:
    assert {resource["resourceType"] for resource in written(FULL, EVERYTHING)} == set(DEFECTS)


@pytest.mark.parametrize("version", US_CORE_VERSIONS)
@pytest.mark.parametrize("kind", DEFECTS)
def test_a_planted_defect_of_each_type_is_found(judge_with: JudgeWith, kind: str, version: str) -> None:
    """In the same run as the passes above, so that an engine that says nothing fails."""
    whole = written(FULL, EVERYTHING)
    resource = rawjson.copy(next(item for item in whole if item["resourceType"] == kind))
    DEFECTS[kind](resource)
    assert judge_with(us_core=version).judge(resource, *profiles_of(resource)).errors
