"""Nothing an episode holds is without a destination (decisions D2 and D20)."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from types import ModuleType

from ipt_fhir.model import (
    activities,
    consents,
    ending,
    episode,
    fidelity,
    forms,
    formulation,
    goals,
    inventory,
    limits,
    measures,
    people,
    problem_areas,
    records,
    sessions,
    timeline,
    totals,
)
from ipt_fhir.model.activities import COURSE, Activity, ActivityKind
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import FILED_PARTS, Destination, filed_part
from ipt_fhir.model.measures import SafetyAct, SafetyItem
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode
from ipt_fhir.model.sessions import Phase, Session

MODULES: tuple[ModuleType, ...] = (
    activities,
    consents,
    ending,
    episode,
    fidelity,
    forms,
    formulation,
    goals,
    inventory,
    measures,
    people,
    problem_areas,
    records,
    sessions,
    timeline,
    totals,
)
DAY = date(2026, 1, 5)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def model_values() -> list[type]:
    return [
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == module.__name__
    ]


def test_every_field_of_the_model_has_a_destination() -> None:
    fields = {f"{value.__name__}.{field.name}" for value in model_values() for field in dataclasses.fields(value)}
    assert fields == set(FILED_PARTS)


def test_every_typed_text_names_a_field_and_its_destination() -> None:
    assert set(limits.TEXT_LIMITS) <= set(FILED_PARTS)


def test_the_model_has_no_field_for_a_narrative() -> None:
    """decision-D20: no note, narrative or transcript anywhere."""
    forbidden = {"note", "notes", "narrative", "transcript", "content", "summary"}
    assert not forbidden & {name.split(".")[1] for name in FILED_PARTS}


def test_local_fields_and_open_sessions_stay_here() -> None:
    course = Episode(
        id="e",
        variant="ipt-adult-16",
        started=DAY,
        problem_areas=(ProblemArea(code=ProblemAreaCode.GRIEF, rationale="closest to onset"),),
        activities=(Activity(id="a", kind=ActivityKind.SERVICE, code=COURSE, text="Course"),),
        sessions=(
            Session(number=1, date=DAY, phase=Phase.INITIAL),
            Session(number=2, date=DAY, phase=Phase.INITIAL, closed=False),
        ),
        safety_items=(
            SafetyItem(
                id="s",
                response="r",
                link_id="/44260-8",
                answer="LA6569-3",
                opened=NOON,
                act=SafetyAct.NOT_APPLICABLE,
                settled=NOON,
                reason="misread the question",
            ),
        ),
    )
    filed = filed_part(course)
    assert filed.problem_areas[0].rationale is None
    assert filed.safety_items[0].reason is None
    assert [session.number for session in filed.sessions] == [1]
    assert filed_part(filed) == filed


def test_the_two_destinations_are_both_used() -> None:
    assert set(FILED_PARTS.values()) == set(Destination)
