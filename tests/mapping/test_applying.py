"""The protocol applied to a patient: what is proposed and when, what becomes of it, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from ipt_fhir import rawjson
from ipt_fhir.mapping.accepting import course_from
from ipt_fhir.mapping.activitydefinition import write_activity_definition
from ipt_fhir.mapping.apply_refusals import CannotApply
from ipt_fhir.mapping.applying import Chosen, Proposal, apply_protocol
from ipt_fhir.mapping.plandefinition import write_plan_definition
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.activities import ActivityStatus
from ipt_fhir.model.episode import EpisodeStatus
from ipt_fhir.model.goals import GoalStatus
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.protocol.catalogue import activity_templates, variants
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from tests.mapping.example import START, THERAPIST

SUPPORTED = [variant.id for variant in variants().values() if variant.supported]
ALL_CHOSEN = Chosen(areas=tuple(ProblemAreaCode), baselines={"44261-6": 17})


def plan_of(variant_id: str = "ipt-adult-16") -> JsonObject:
    return write_plan_definition(variants()[variant_id])


def work() -> list[JsonObject]:
    return [write_activity_definition(template) for template in activity_templates().values()]


def proposed(variant_id: str = "ipt-adult-16", patient: str = "alma", chosen: Chosen = ALL_CHOSEN) -> Proposal:
    return apply_protocol(plan_of(variant_id), work(), Writing(patient=patient), START, author=THERAPIST, chosen=chosen)


def of_type(proposal: Proposal, kind: str) -> list[JsonObject]:
    return [item for item in proposal.resources.values() if item["resourceType"] == kind]


def coded(proposal: Proposal, code: str) -> JsonObject:
    return next(
        item for item in proposal.resources.values() if f'"{code}"' in rawjson.write(item.get("code", {})).decode()
    )


@pytest.mark.parametrize("variant_id", SUPPORTED)
def test_everything_is_a_proposal_and_names_what_it_was_made_from(variant_id: str) -> None:
    made = proposed(variant_id)
    plan = of_type(made, "CarePlan")[0]
    assert (plan["status"], plan["intent"]) == ("draft", "proposal")
    assert plan["instantiatesCanonical"] == [f"{systems.PLAN_DEFINITION}/{variant_id}|{plan_of()['version']}"]
    for resource in of_type(made, "ServiceRequest"):
        assert (resource["status"], resource["intent"]) == ("draft", "proposal")
        assert resource["instantiatesCanonical"][0].startswith(f"{systems.ACTIVITY_DEFINITION}/")
    for task in of_type(made, "Task"):
        assert (task["status"], task["intent"]) == ("draft", "proposal")
        assert task["instantiatesCanonical"].startswith(f"{systems.ACTIVITY_DEFINITION}/")
    assert {goal["lifecycleStatus"] for goal in of_type(made, "Goal")} == {"proposed"}


def test_the_same_call_gives_the_same_proposal_and_another_patient_another() -> None:
    assert proposed().resources == proposed().resources
    assert not set(proposed().resources) & set(proposed(patient="berta").resources)


def test_dates_come_from_the_timing_of_the_protocol() -> None:
    made = proposed()
    course = coded(made, "ipt-course")
    assert course["quantityQuantity"]["value"] == 16
    assert course["occurrenceTiming"]["repeat"]["boundsPeriod"] == {"start": "2026-01-05", "end": "2026-04-20"}
    assert of_type(made, "CarePlan")[0]["period"] == {"start": "2026-01-05", "end": "2026-04-20"}
    assert end_of(coded(made, "agree-contract")) == START + timedelta(weeks=2)
    assert end_of(coded(made, "mid-point-review")) == START + timedelta(weeks=7)
    assert end_of(coded(made, "relapse-plan")) == START + timedelta(weeks=15)


def test_a_timing_that_was_changed_in_the_protocol_is_followed() -> None:
    plan = plan_of()
    initial = next(action for action in plan["action"][0]["action"] if action["id"] == "initial")
    initial["timingRange"]["high"]["value"] = 10
    made = apply_protocol(plan, work(), Writing(patient="alma"), START)
    assert end_of(coded(made, "agree-contract")) == START + timedelta(days=10)


def end_of(task: JsonObject) -> date:
    return date.fromisoformat(task["restriction"]["period"]["end"])


def test_goals_that_need_a_choice_first_are_left_out_with_the_reason() -> None:
    bare = proposed(chosen=Chosen())
    assert "problem area" in bare.left_out["G-17"]
    assert "first score" in bare.left_out["G-01"]
    assert "person" in proposed().left_out["G-11"]
    assert not {"G-01", "G-17"} & set(proposed().left_out)
    assert len(of_type(bare, "Goal")) < len(of_type(proposed(), "Goal"))


@pytest.mark.parametrize("variant_id", SUPPORTED)
def test_an_accepted_proposal_is_the_draft_of_a_new_course(variant_id: str) -> None:
    made = proposed(variant_id)
    course = course_from(made.resources.values())
    assert (course.variant, course.status, course.started) == (variant_id, EpisodeStatus.DRAFT, START)
    assert course.therapist == THERAPIST
    assert course.contract is None
    assert {activity.status for activity in course.activities} == {ActivityStatus.PLANNED}
    assert {goal.status for goal in course.goals} == {GoalStatus.PROPOSED}
    assert len(course.goals) == len(of_type(made, "Goal"))
    assert {item.code for item in course.activities} == {
        item.id for item in activity_templates().values() if item.is_default_for(variants()[variant_id])
    }


def test_a_course_has_keys_of_its_own_and_the_same_each_time() -> None:
    made = proposed()
    course, again = course_from(made.resources.values()), course_from(made.resources.values())
    assert course == again
    keys = {course.id, *(item.id for item in course.goals), *(item.id for item in course.activities)}
    assert not keys & set(made.resources)


def test_a_course_is_made_from_a_whole_proposal_only() -> None:
    made = proposed()
    without_goals = [item for item in made.resources.values() if item["resourceType"] != "Goal"]
    with pytest.raises(CannotApply, match="not among the resources"):
        course_from(without_goals)
    agreed = [{**item, "intent": "plan"} for item in made.resources.values()]
    with pytest.raises(CannotApply, match="proposal"):
        course_from(agreed)


def first_action(plan: JsonObject) -> Any:
    return plan["action"][0]["action"][1]["action"][1]


REFUSED: dict[str, Callable[[JsonObject], Any]] = {
    "PlanDefinition.url": lambda plan: plan.update(url="http://example.org/PlanDefinition/other"),
    "PlanDefinition.library": lambda plan: plan.update(library=["http://example.org/Library/x"]),
    "condition": lambda plan: first_action(plan).update(condition=[{"kind": "applicability"}]),
    "dynamicValue": lambda plan: first_action(plan).update(dynamicValue=[{"path": "status"}]),
    "trigger": lambda plan: first_action(plan).update(trigger=[{"type": "named-event", "name": "x"}]),
    "is not among those given": lambda plan: first_action(plan).update(definitionCanonical="http://example.org/x"),
    "definitionUri": lambda plan: first_action(plan).update(definitionUri="http://example.org/x"),
    "is none of this version": lambda plan: plan["goal"].append({"id": "G-99", "description": {"text": "x"}}),
    "not as we write it": lambda plan: plan["action"][0].pop("timingTiming"),
    "is not a PlanDefinition": lambda plan: plan.update(resourceType="ActivityDefinition"),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_not_applied_is_refused_by_name(words: str) -> None:
    plan = plan_of()
    REFUSED[words](plan)
    with pytest.raises(CannotApply, match=words):
        apply_protocol(plan, work(), Writing(patient="alma"), START)


@pytest.mark.parametrize("element", ["dynamicValue", "transform", "library", "dosage"])
def test_an_activity_that_would_have_to_be_evaluated_is_refused_by_name(element: str) -> None:
    definitions = work()
    definitions[0][element] = [{"path": "status"}]
    with pytest.raises(CannotApply, match=element):
        apply_protocol(plan_of(), definitions, Writing(patient="alma"), START)


def test_an_activity_of_others_is_refused() -> None:
    with pytest.raises(CannotApply, match="not an activity of ours"):
        apply_protocol(plan_of(), [{"resourceType": "ActivityDefinition"}], Writing(patient="alma"), START)


def test_a_variant_that_is_not_supported_yet_is_refused_with_the_reason() -> None:
    later = next(variant for variant in variants().values() if not variant.supported)
    with pytest.raises(CannotApply, match="rhythm form"):
        proposed(later.id)
