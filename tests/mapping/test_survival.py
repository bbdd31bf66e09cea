"""What survives in a hospital that keeps only standard elements: no extensions of ours, nothing contained, no text.

The table of what is lost is in docs/conformance.md, "What only our extensions carry"; tests/test_docs.py compares them.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from fhirclient.models.careplan import CarePlan
from fhirclient.models.goal import Goal

from ipt_fhir import rawjson
from ipt_fhir.mapping.episode import from_fhir, to_fhir
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.terminology import systems
from tests.mapping.example import EXAMPLE
from tests.mapping.full import FULL
from tests.mapping.test_episode import WRITING, server_copies

COPIES, KNOWN = server_copies(to_fhir(EXAMPLE, WRITING))
LOST_OF_ANSWERS = {"FilledForm.title", "FilledForm.replaces", "Response.replaces"}
LOST_OF_PLAN = {
    "Episode.phase",
    "Episode.problem_areas",
    "Episode.contract",
    "Episode.sessions",
    "Goal.template",
    "Goal.levels",
}


def stripped(value: Any) -> Any:
    """Without extensions of ours (and of guides the hospital does not know), contained resources and narrative."""
    if isinstance(value, dict):
        kept = {
            name: stripped(member) for name, member in value.items() if name not in {"extension", "contained", "text"}
        }
        if isinstance(value.get("text"), str):
            kept["text"] = value["text"]
        return kept
    return [stripped(item) for item in value] if isinstance(value, list) else value


LOST = LOST_OF_PLAN | LOST_OF_ANSWERS

STRIPPED = {key: stripped(resource) for key, resource in COPIES.items()}


def differing(left: Episode, right: Episode) -> set[str]:
    found = {f"Episode.{name}" for name in Episode.__slots__ if getattr(left, name) != getattr(right, name)} - {
        "Episode.goals"
    }
    for ours, theirs in zip(left.goals, right.goals, strict=True):
        found |= {f"Goal.{name}" for name in type(ours).__slots__ if getattr(ours, name) != getattr(theirs, name)}
    return found


def test_title_status_period_goals_targets_activities_and_addresses_survive() -> None:
    plan = STRIPPED[EXAMPLE.id]
    assert plan["title"] == "Interpersonal Psychotherapy (IPT), 16 sessions"
    assert plan["status"] == "active"
    assert plan["period"] == {"start": "2026-01-05", "end": "2026-05-04"}
    read = from_fhir(STRIPPED.values()).episode
    assert [goal.text for goal in read.goals] == [goal.text for goal in EXAMPLE.goals]
    assert [goal.target for goal in read.goals] == [goal.target for goal in EXAMPLE.goals]
    assert read.activities == EXAMPLE.activities
    assert read.diagnoses == EXAMPLE.diagnoses
    assert read.responses == EXAMPLE.responses


def test_nothing_else_is_lost() -> None:
    read = from_fhir(STRIPPED.values()).episode
    assert differing(read, filed_part(EXAMPLE)) == LOST_OF_PLAN


def test_of_answers_a_title_and_the_version_they_correct_are_lost_and_nothing_else() -> None:
    """A form is then known by its address, and a corrected one still counts in the place of the first."""
    copies, _ = server_copies(to_fhir(FULL, WRITING))
    reading = from_fhir([stripped(resource) for resource in copies.values()])
    filed = filed_part(FULL)
    read = reading.episode
    lost = {
        f"{type(ours).__name__}.{field.name}"
        for kind in ("responses", "forms")
        for ours, theirs in zip(getattr(filed, kind), getattr(read, kind), strict=True)
        for field in fields(ours)
        if ours != replace(ours, **{field.name: getattr(theirs, field.name)})
    }
    assert (lost, reading.unread) == (LOST_OF_ANSWERS, ())
    assert [form.title for form in reading.episode.forms] == [form.form for form in filed.forms]
    assert [item.stands for item in reading.episode.responses] == [item.stands for item in filed.responses]


def test_a_generic_client_reads_goals_and_activities() -> None:
    """fhirclient, SMART's own Python client, knows nothing of us."""
    plan = CarePlan(rawjson.parse(rawjson.write(COPIES[EXAMPLE.id])))
    assert [reference.display for reference in plan.goal] == [goal.text for goal in EXAMPLE.goals]
    assert [item.reference.display for item in plan.activity] == [item.text for item in EXAMPLE.activities]
    goal = Goal(rawjson.parse(rawjson.write(COPIES[EXAMPLE.goals[0].id])))
    assert (goal.target[0].detailQuantity.comparator, int(goal.target[0].detailQuantity.value)) == ("<", 5)
    assert goal.target[0].measure.coding[0].system == systems.LOINC
