"""Variants and templates written as PlanDefinition and ActivityDefinition come back as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ipt_fhir import rawjson
from ipt_fhir.mapping.activitydefinition import read_activity_definition, write_activity_definition
from ipt_fhir.mapping.plan_actions import phase_counts
from ipt_fhir.mapping.plandefinition import read_plan_definition, write_plan_definition
from ipt_fhir.model.episode import Frequency
from ipt_fhir.model.sessions import Phase
from ipt_fhir.protocol.activities import ActivityTemplate
from ipt_fhir.protocol.catalogue import activity_templates, goal_templates, variants
from ipt_fhir.protocol.pace import day_of_session
from ipt_fhir.protocol.variants import Maintenance, Variant
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from tests.mapping.example import START

EVERY = pytest.mark.parametrize("variant", variants().values(), ids=lambda item: item.id)
ADULT = variants()["ipt-adult-16"]


def read_back(variant: Variant) -> Variant:
    return read_plan_definition(rawjson.parse_object(rawjson.write(write_plan_definition(variant))))


@EVERY
def test_a_variant_comes_back_from_its_plan_definition(variant: Variant) -> None:
    assert read_back(variant) == variant


@given(
    sessions=st.integers(6, 40),
    initial=st.integers(1, 3),
    ending=st.integers(1, 3),
    spread=st.integers(0, 4),
    minutes=st.integers(20, 120),
    frequency=st.sampled_from(Frequency),
    later=st.none()
    | st.builds(
        Maintenance,
        sessions=st.integers(1, 36),
        frequency=st.sampled_from(Frequency),
        until=st.just("a year after the acute phase"),
    ),
)
def test_any_length_split_and_pace_comes_back(
    sessions: int,
    initial: int,
    ending: int,
    spread: int,
    minutes: int,
    frequency: Frequency,
    later: Maintenance | None,
) -> None:
    variant = replace(
        ADULT,
        sessions=sessions,
        least=sessions - min(spread, 2),
        most=sessions + spread,
        initial=initial,
        ending=ending,
        minutes=minutes,
        frequency=frequency,
        maintenance=later,
    )
    assert read_back(variant) == variant


@pytest.mark.parametrize("template", activity_templates().values(), ids=lambda item: item.id)
def test_an_activity_comes_back_from_its_definition(template: ActivityTemplate) -> None:
    """Where a template stands in plans is said by the plans."""
    alone = replace(template, default=False, formats=(), extra=False)
    assert read_activity_definition(write_activity_definition(template)) == alone


@EVERY
def test_a_protocol_cites_its_source_and_says_what_is_from_memory(variant: Variant) -> None:
    written = write_plan_definition(variant)["relatedArtifact"]
    assert [item["citation"] for item in written if item["type"] == "citation"] == [variant.source]
    remarks = [item["display"] for item in written if item["type"] == "documentation"]
    assert remarks == ([] if variant.checked else [variant.recalled])


@EVERY
def test_a_variant_that_cannot_be_used_yet_is_a_draft(variant: Variant) -> None:
    assert write_plan_definition(variant)["status"] == ("active" if variant.supported else "draft")


def phases(plan: JsonObject) -> dict[str, JsonObject]:
    return {action["id"]: action for action in plan["action"][0]["action"]}


@EVERY
def test_the_days_of_a_phase_are_those_of_its_sessions(variant: Variant) -> None:
    found = phases(write_plan_definition(variant))
    first = 0
    for phase in (Phase.INITIAL, Phase.MIDDLE, Phase.TERMINATION):
        count = phase_counts(variant).get(phase, 0)
        if count:
            days = found[phase.value]["timingRange"]
            expected = [day_of_session(START, number, variant.frequency) for number in (first + 1, first + count)]
            assert [(day - START).days for day in expected] == [days["low"]["value"], days["high"]["value"]]
        first += count


@EVERY
def test_prechecked_work_is_what_every_new_plan_of_the_variant_holds(variant: Variant) -> None:
    work = [item for action in phases(write_plan_definition(variant)).values() for item in action.get("action", [])]
    checked = {item["id"] for item in work if item.get("precheckBehavior") == "yes"}
    assert checked == {item.id for item in activity_templates().values() if item.is_default_for(variant)}


def test_every_goal_that_can_be_measured_is_in_a_protocol_with_its_week() -> None:
    goals = {goal["id"]: goal for goal in write_plan_definition(ADULT)["goal"]}
    assert set(goals) == {item.id for item in goal_templates().values() if item.available}
    assert goals["G-02"]["target"][0]["due"]["value"] == goal_templates()["G-02"].week


def test_the_plan_of_a_course_names_the_plan_definition() -> None:
    assert write_plan_definition(ADULT)["url"] == f"{systems.PLAN_DEFINITION}/{ADULT.id}"


def test_what_is_no_protocol_of_ours_is_not_read() -> None:
    with pytest.raises(KeyError):
        read_plan_definition({"resourceType": "PlanDefinition", "url": "http://example.org/PlanDefinition/x"})
