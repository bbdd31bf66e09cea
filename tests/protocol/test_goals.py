"""Goal templates as data, and a template becoming the goal of one patient."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from string import Formatter

import pytest
from msgspec import structs

from ipt_fhir.instruments.catalogue import instruments
from ipt_fhir.model.episode import Contract, Frequency
from ipt_fhir.model.goals import Comparator, GoalKind, GoalStatus, ScoreTarget
from ipt_fhir.model.inventory import InventoryEntry, Role
from ipt_fhir.model.limits import TEXT_LIMITS
from ipt_fhir.model.problem_areas import DisputeStage, ProblemAreaCode
from ipt_fhir.protocol.catalogue import GoalTemplate, goal_templates
from ipt_fhir.protocol.goal_refusals import (
    BaselineMissing,
    FillInMissing,
    NotMeasurableYet,
    PersonNotInPlan,
    TargetOutOfRange,
)
from ipt_fhir.protocol.goals import propose_goal
from ipt_fhir.terminology.scores import SCORES

STARTED = date(2026, 1, 5)
HUSBAND = InventoryEntry(id="h", role=Role.HUSBAND, initial="H", in_plan=True)
NUMBERS = {"n": 4, "m": 2}
CONTRACT = Contract(
    sessions=16, frequency=Frequency.WEEKLY, minutes=50, agreed_on=date(2026, 1, 19), ends_on=date(2026, 5, 4)
)
ALL = pytest.mark.parametrize("template", goal_templates().values(), ids=lambda item: item.id)


def every_text() -> Iterator[str]:
    """Every text in the data of the protocol, whatever it is called there."""
    for name in ("variants", "schools", "goals", "activities"):
        table = tomllib.loads((files("ipt_fhir.protocol") / f"{name}.toml").read_text("utf-8"))
        yield from strings(table)


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (found for member in value.values() for found in strings(member))
    elif isinstance(value, list):
        yield from (found for member in value for found in strings(member))


def test_there_are_32_templates_in_order() -> None:
    assert list(goal_templates()) == [f"G-{number:02d}" for number in range(1, 33)]


@ALL
def test_a_template_is_whole(template: GoalTemplate) -> None:
    assert len(template.text) <= TEXT_LIMITS["Goal.text"]
    assert all(len(words) <= TEXT_LIMITS["ScaleLevel.text"] for words in template.levels)
    assert len(template.levels) == (5 if template.kind is GoalKind.GAS else 0)
    is_score = template.kind is GoalKind.PROM
    assert is_score == (template.measure in SCORES) == (template.comparator is not None) == (template.value is not None)
    assert is_score or template.measure == {GoalKind.GAS: "gas"}.get(
        template.kind, "stage" if template.stage else "done"
    )
    assert ("m" in template.fill_ins) == (template.value == "m")


def test_no_text_has_another_placeholder_than_a_person_and_two_numbers() -> None:
    """decision-D20: a fill-in is a role or initial from the inventory, or a number; never typed free."""
    found = {name for words in every_text() for _, name, _, _ in Formatter().parse(words) if name is not None}
    assert found == {"person", "n", "m"}


@pytest.mark.parametrize(
    ("name", "measure", "comparator", "value"),
    [
        ("G-02", "44261-6", "<", 5),
        ("G-04", "70274-6", "<", 8),
        ("G-05", "70274-6", "<=", "drop-4"),
        ("G-06", "wsas-total", "<", 10),
        ("G-07", "who-5-percent", ">", 50),
        ("G-08", "99046-5", "<", 10),
        ("G-09", "binge-week", "<=", 1),
        ("G-10", "101698-9", "<=", "drop-10"),
        ("G-15", "relationship-nrs", ">=", "rise-2"),
        ("G-21", "confidence-nrs", ">=", 7),
        ("G-27", "contact-week", ">=", "m"),
        ("G-28", "106421-1", "<=", 5),
        ("G-30", "conversation-week", ">=", 1),
        ("G-29", "76512-3", ">=", "rise-1"),
    ],
)
def test_a_score_goal_aims_where_the_reference_says(name: str, measure: str, comparator: str, value: int | str) -> None:
    template = goal_templates()[name]
    assert (template.measure, template.comparator, template.value) == (measure, Comparator(comparator), value)


def test_a_goal_is_available_once_its_instrument_exists() -> None:
    for template in goal_templates().values():
        assert template.available == (template.instrument is None or template.instrument in instruments())
    assert all(template.available for template in goal_templates().values())


def test_a_goal_of_a_measure_that_is_not_here_is_refused_by_name() -> None:
    template = structs.replace(goal_templates()["G-01"], measure="gone")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(SCORES, "gone", replace(SCORES["44261-6"], instrument="taken-out"))
        with pytest.raises(NotMeasurableYet, match="taken-out"):
            propose_goal(template, "goal", STARTED, baseline=17, contract=CONTRACT)


def test_a_person_is_named_by_role_and_initial_only() -> None:
    words = goal_templates()["G-11"].fill(HUSBAND, {})
    assert "with H (husband) about" in words
    nobody = InventoryEntry(id="x", role=Role.OTHER, in_plan=True)
    assert "with another person about" in goal_templates()["G-11"].fill(nobody, {})


def test_numbers_stand_in_the_wording() -> None:
    words = goal_templates()["G-13"].fill(HUSBAND, NUMBERS)
    assert words == "Get from 4 hostile exchanges a week with H (husband) to 2 or fewer."


@pytest.mark.parametrize(
    ("name", "person", "numbers", "missing"),
    [
        ("G-11", None, {}, "person"),
        ("G-11", None, {"person": 3}, "person"),
        ("G-13", HUSBAND, {"n": 4}, "m"),
        ("G-21", None, {"m": 4}, "n"),
    ],
)
def test_a_missing_fill_in_is_named(
    name: str, person: InventoryEntry | None, numbers: dict[str, int], missing: str
) -> None:
    with pytest.raises(FillInMissing, match=f"{name} needs {missing}") as refused:
        goal_templates()[name].fill(person, numbers)
    assert refused.value.fill_in == missing


def test_a_person_the_inventory_keeps_out_of_the_plan_is_not_named() -> None:
    hidden = InventoryEntry(id="h", role=Role.HUSBAND, initial="H")
    with pytest.raises(PersonNotInPlan):
        goal_templates()["G-11"].fill(hidden, {})


@ALL
def test_every_template_becomes_a_goal_or_says_why_not(template: GoalTemplate) -> None:
    first = 3 if str(template.value).startswith("rise") else 17
    goal = propose_goal(template, "goal", STARTED, baseline=first, contract=CONTRACT, person=HUSBAND, numbers=NUMBERS)
    assert (goal.kind, goal.template, goal.area, goal.status) == (
        template.kind,
        template.id,
        template.area,
        GoalStatus.PROPOSED,
    )
    assert STARTED <= goal.due <= CONTRACT.ends_on
    assert "{" not in goal.text
    assert [level.level for level in goal.levels] == (list(range(-2, 3)) if template.levels else [])


@pytest.mark.parametrize(
    ("value", "baseline", "numbers", "reach"),
    [
        ("half", 17, {}, 8),
        ("drop-6", 17, {}, 11),
        ("drop-4", 17, {}, 13),
        ("drop-10", 17, {}, 7),
        ("rise-1", 3, {}, 4),
        ("rise-2", 3, {}, 5),
        ("m", None, {"m": 3}, 3),
        (5, None, {}, 5),
        ("half", None, {}, None),
        ("m", 17, {}, None),
    ],
)
def test_a_target_is_worked_out_from_the_first_score_or_the_number_agreed(
    value: int | str, baseline: int | None, numbers: dict[str, int], reach: int | None
) -> None:
    template = GoalTemplate(id="G-99", kind=GoalKind.PROM, text="x", measure="44261-6", week=1, value=value)
    assert template.target_value(baseline, numbers) == (None if reach is None else Decimal(reach))


def test_a_goal_that_counts_from_a_first_score_is_refused_without_one() -> None:
    with pytest.raises(BaselineMissing, match="G-01"):
        propose_goal(goal_templates()["G-01"], "goal", STARTED)


def test_a_target_off_the_scale_is_refused() -> None:
    with pytest.raises(TargetOutOfRange, match="-1"):
        propose_goal(goal_templates()["G-03"], "goal", STARTED, baseline=5)


def test_a_target_carries_score_comparator_and_points() -> None:
    goal = propose_goal(goal_templates()["G-03"], "goal", STARTED, baseline=17)
    assert goal.target == ScoreTarget(measure="44261-6", comparator=Comparator.AT_MOST, value=Decimal(11))


def test_the_dispute_goal_aims_at_a_stage() -> None:
    goal = propose_goal(goal_templates()["G-14"], "goal", STARTED)
    assert (goal.kind, goal.stage, goal.area) == (
        GoalKind.PLAIN,
        DisputeStage.RENEGOTIATION,
        ProblemAreaCode.ROLE_DISPUTE,
    )


@pytest.mark.parametrize(
    ("name", "contract", "before", "due"),
    [
        ("G-01", None, None, STARTED + timedelta(weeks=12)),
        ("G-02", CONTRACT, None, STARTED + timedelta(weeks=16)),
        ("G-32", CONTRACT, None, STARTED),
        ("G-31", CONTRACT, None, date(2026, 4, 27)),
        ("G-31", None, None, STARTED + timedelta(weeks=15)),
        ("G-26", CONTRACT, date(2026, 3, 14), date(2026, 3, 13)),
        ("G-26", CONTRACT, date(2025, 3, 14), STARTED),
        ("G-26", CONTRACT, None, STARTED + timedelta(weeks=12)),
    ],
)
def test_a_goal_is_due_by_its_rule(name: str, contract: Contract | None, before: date | None, due: date) -> None:
    assert goal_templates()[name].due_on(STARTED, contract, before) == due


def test_no_goal_is_due_after_the_course() -> None:
    brief = Contract(sessions=8, frequency=Frequency.WEEKLY, minutes=50, agreed_on=STARTED, ends_on=date(2026, 2, 23))
    assert goal_templates()["G-02"].due_on(STARTED, brief) == brief.ends_on
