"""Contained resources: judged in full, pointed to, and without a life of their own (dom-2 to dom-5, ref-1)."""

from __future__ import annotations

from typing import Any

import pytest

from ipt_fhir.validation.issues import Issue, errors
from ipt_fhir.validation.validator import validate
from tests.validation.examples import US_CORE_PROFILES, careplan, goal


def issues(*inner: Any, refer_to: str = "#g") -> list[Issue]:
    return validate(careplan(contained=list(inner), goal=[{"reference": refer_to}]))


def test_a_contained_goal_passes() -> None:
    assert not issues(goal(id="g"))


def test_a_contained_resource_is_judged_where_it_stands() -> None:
    found = issues(goal(id="g", lifecycleStatus="doing"))
    assert [(issue.location, issue.rule) for issue in found] == [("CarePlan.contained[0].lifecycleStatus", "binding")]


def test_a_contained_resource_may_point_to_its_container() -> None:
    about = {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "x"}}
    assert not validate(careplan(contained=[{**about, "basedOn": [{"reference": "#"}]}]))


def test_a_contained_resource_of_another_type_needs_to_be_one_fhir_knows() -> None:
    def supporting(inner: dict[str, Any]) -> list[str]:
        resource = careplan(contained=[inner], supportingInfo=[{"reference": "#g"}])
        return [issue.rule for issue in validate(resource)]

    assert supporting({"resourceType": "Medication", "id": "g"}) == []
    assert supporting({"resourceType": "Potion", "id": "g"}) == ["binding"]
    assert supporting({"id": "g"}) == ["required"]


@pytest.mark.parametrize(
    ("inner", "rule"),
    [
        (goal(id="other"), "dom-3"),
        (goal(id="g", contained=[goal(id="h")]), "dom-2"),
        (goal(id="g", meta={"versionId": "1"}), "dom-4"),
        (goal(id="g", meta={"security": [{"code": "R"}]}), "dom-5"),
    ],
)
def test_rule_of_containment(inner: dict[str, Any], rule: str) -> None:
    assert rule in {issue.rule for issue in issues(inner)}


def test_a_local_reference_needs_its_target() -> None:
    assert [(issue.location, issue.rule) for issue in validate(careplan(goal=[{"reference": "#g"}]))] == [
        ("CarePlan.goal[0].reference", "ref-1")
    ]
    assert [issue.rule for issue in validate(careplan(goal=[{"reference": "#"}]))] == ["ref-1"]


@pytest.mark.parametrize("nonsense", [None, 5, "x", [], {}, [None], ["x"], [[]], [{"resourceType": {}}], [{"id": []}]])
def test_nonsense_in_contained_is_an_issue_and_no_crash(nonsense: Any) -> None:
    assert validate(careplan(contained=nonsense))


def test_a_local_reference_leads_to_a_type_that_is_allowed_there() -> None:
    home = {"resourceType": "Location", "id": "home", "name": "x"}
    found = validate(careplan(contained=[home], subject={"reference": "#home"}))
    assert [(issue.location, issue.rule) for issue in found] == [("CarePlan.subject.reference", "reference-target")]
    nested = validate(
        careplan(contained=[home, goal(id="g", subject={"reference": "#home"})], goal=[{"reference": "#g"}])
    )
    assert ("CarePlan.contained[1].subject.reference", "reference-target") in {
        (issue.location, issue.rule) for issue in nested
    }


def test_a_reference_to_the_container_is_one_to_its_type() -> None:
    inner = goal(id="g", subject={"reference": "#"})
    assert ("CarePlan.contained[0].subject.reference", "reference-target") in {
        (issue.location, issue.rule) for issue in issues(inner)
    }


def test_a_profile_judges_the_target_of_a_local_reference_too() -> None:
    group = {"resourceType": "Group", "id": "g", "type": "person", "actual": True}
    grouped = goal(contained=[group], subject={"reference": "#g"})
    assert not errors(validate(grouped))
    found = errors(validate(grouped, [f"{US_CORE_PROFILES}/us-core-goal"]))
    assert [(issue.location, issue.rule) for issue in found] == [("Goal.subject.reference", "reference-target")]


def test_two_contained_resources_with_one_id_are_refused() -> None:
    assert "contained-id" in {issue.rule for issue in issues(goal(id="g"), goal(id="g"))}
