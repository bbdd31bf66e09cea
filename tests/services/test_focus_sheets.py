"""The four sheets: what is typed becomes the sheet, or a problem at its field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.model.formulation import GriefSheet, RoleSheet
from ipt_fhir.model.inventory import Contact, InventoryEntry, Role
from ipt_fhir.model.problem_areas import DisputeStage, ProblemArea, ProblemAreaCode, StageOn
from smart_app.services.focus_sheets import MOST_STEPS, area_of, stages_of, typed_of, write
from smart_app.services.typed import Typed
from tests.services.given import STARTED, new_course

TODAY = STARTED + timedelta(weeks=3)
DISPUTE, TRANSITION, GRIEF, DEFICITS = ProblemAreaCode
NEIGHBOUR = InventoryEntry(id="n", role=Role.NEIGHBOUR, initial="N", contact=Contact.RARE)
DISPUTED = new_course(problem_areas=(ProblemArea(code=DISPUTE),))


def fields(**values: str) -> Typed:
    return Typed({name.replace("__", "-"): (value,) for name, value in values.items()})


def test_a_role_sheet_has_four_columns_and_an_empty_one_is_none() -> None:
    course, _ = write(new_course(), TRANSITION, fields(old_good="Praised", new_bad=" No script "), "keep", TODAY)
    assert course.role_sheet == RoleSheet(old_good="Praised", new_bad="No script")
    assert write(course, TRANSITION, typed_of(course, TRANSITION), "keep", TODAY) == (course, [])
    assert write(course, TRANSITION, Typed(), "keep", TODAY)[0].role_sheet is None


def test_a_grief_sheet_keeps_what_changed() -> None:
    course, _ = write(new_course(), GRIEF, fields(changed="Meals alone", ahead="The choir"), "keep", TODAY)
    assert course.grief_sheet == GriefSheet(changed="Meals alone", ahead="The choir")
    assert write(course, GRIEF, typed_of(course, GRIEF), "keep", TODAY) == (course, [])


@pytest.mark.parametrize(("code", "field"), [(TRANSITION, "old_bad"), (GRIEF, "hard")])
def test_a_column_that_is_too_long_is_a_problem(code: ProblemAreaCode, field: str) -> None:
    course, problems = write(new_course(), code, fields(**{field: "x" * 501}), "keep", TODAY)
    assert (course, [item.field for item in problems]) == (new_course(), [field])


def test_stages_are_a_history_by_day_and_a_day_has_one() -> None:
    course, _ = write(DISPUTED, DISPUTE, fields(stage="impasse", day="2026-01-12"), "keep", TODAY)
    course, _ = write(course, DISPUTE, fields(stage="dissolution", day="2026-01-05"), "keep", TODAY)
    course, _ = write(course, DISPUTE, fields(stage="renegotiation", day="2026-01-12"), "keep", TODAY)
    area = area_of(course, DISPUTE)
    assert area is not None
    assert area.stages == (
        StageOn(day=date(2026, 1, 5), stage=DisputeStage.DISSOLUTION),
        StageOn(day=date(2026, 1, 12), stage=DisputeStage.RENEGOTIATION),
    )
    assert area.stage is DisputeStage.RENEGOTIATION
    assert [item.day.day for item in stages_of(area)] == [12, 5]
    course, _ = write(course, DISPUTE, Typed(), "drop-2026-01-12", TODAY)
    assert [item.day.day for item in course.problem_areas[0].stages] == [5]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (fields(day="2026-01-12"), "stage"),
        (fields(stage="war", day="2026-01-12"), "stage"),
        (fields(stage="impasse"), "day"),
        (fields(stage="impasse", day="2026-03-12"), "day"),
    ],
)
def test_a_stage_needs_its_name_and_a_day_that_was(typed: Typed, field: str) -> None:
    course, problems = write(DISPUTED, DISPUTE, typed, "keep", TODAY)
    assert (course, [item.field for item in problems]) == (DISPUTED, [field])


def test_a_stage_of_a_dispute_that_is_not_the_focus_is_refused() -> None:
    _, problems = write(new_course(), DISPUTE, fields(stage="impasse", day="2026-01-12"), "keep", TODAY)
    assert [item.field for item in problems] == ["stage"]


def ladder() -> Typed:
    return fields(
        text__0="Greet N",
        person__0="n",
        wanted__0="weekly",
        text__1="Stay a minute",
        text__4="Invite N",
        done__4="2026-01-12",
    )


def test_a_ladder_keeps_its_steps_in_order_and_moves_one_up() -> None:
    course, problems = write(new_course(inventory=(NEIGHBOUR,)), DEFICITS, ladder(), "keep", TODAY)
    assert not problems
    first, second, third = course.contact_ladder
    assert (first.person, first.wanted, third.done_on) == ("n", Contact.WEEKLY, date(2026, 1, 12))
    assert write(course, DEFICITS, typed_of(course, DEFICITS), "keep", TODAY) == (course, [])
    moved, _ = write(course, DEFICITS, typed_of(course, DEFICITS), "up-2", TODAY)
    assert moved.contact_ladder == (first, third, second)
    assert write(course, DEFICITS, typed_of(course, DEFICITS), "up-0", TODAY)[0] == course


def test_a_step_without_words_is_taken_out() -> None:
    course, _ = write(new_course(inventory=(NEIGHBOUR,)), DEFICITS, ladder(), "keep", TODAY)
    kept = dict(typed_of(course, DEFICITS).values) | {"text-0": ("",)}
    after, _ = write(course, DEFICITS, Typed(kept), "keep", TODAY)
    assert after.contact_ladder == course.contact_ladder[1:]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"person__0": "gone"}, "person-0"),
        ({"wanted__0": "hourly"}, "wanted-0"),
        ({"done__1": "soon"}, "done-1"),
        ({"done__1": "2026-03-12"}, "done-1"),
        ({"text__1": "x" * 201}, "text-1"),
    ],
)
def test_a_step_with_a_problem_says_where(change: dict[str, str], field: str) -> None:
    before = new_course(inventory=(NEIGHBOUR,))
    values = Typed({**ladder().values, **fields(**change).values})
    course, problems = write(before, DEFICITS, values, "keep", TODAY)
    assert (course, [item.field for item in problems]) == (before, [field])


@given(
    st.dictionaries(
        st.builds(
            "{}-{}".format, st.sampled_from(["id", "text", "person", "wanted", "done"]), st.integers(0, MOST_STEPS)
        ),
        st.tuples(st.text(max_size=20) | st.sampled_from(["n", "weekly", "2026-01-12", "same"])),
    ),
    st.sampled_from(["keep", "up-0", "up-1", "up-11", "up-x"]),
)
def test_whatever_is_typed_is_a_ladder_or_a_problem(values: dict[str, tuple[str, ...]], act: str) -> None:
    before, _ = write(new_course(inventory=(NEIGHBOUR,)), DEFICITS, ladder(), "keep", TODAY)
    known = before.contact_ladder[0].id
    sent = {name: (known,) if found == ("same",) else found for name, found in values.items()}
    after, problems = write(before, DEFICITS, Typed(sent), act, TODAY)
    if problems:
        assert after == before
    assert replace(after, contact_ladder=()) == replace(before, contact_ladder=())
