"""The inventory: a form in, an entry out; people added, changed, moved, taken out."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.model.inventory import Confiding, Contact, Expectation, InventoryEntry, Ring, Role, Support
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode
from ipt_fhir.model.timeline import EventKind, TimelineEvent
from smart_app.services.people import (
    MOST_EXPECTATIONS,
    MOST_PEOPLE,
    Time,
    expectation_rows,
    keep_person,
    place,
    read_person,
    remove_person,
    ring_at,
    ties_of,
    typed_of,
)
from smart_app.services.typed import Typed
from tests.services.given import new_course

MOTHER = InventoryEntry(
    id="3f0c8f0e-2f63-4b7a-9d5c-0d7a7b1e9a01",
    role=Role.MOTHER,
    initial="M",
    before=Ring.INNER,
    now=Ring.MIDDLE,
    wanted=Ring.INNER,
    contact=Contact.WEEKLY,
    lives_with=True,
    confiding=Confiding.PARTLY,
    support_received=(Support.EMOTIONAL,),
    support_given=(Support.PRACTICAL, Support.INFORMATIONAL),
    conflict=2,
    expectations=(
        Expectation(mine=True, text="Listen", agreed=False),
        Expectation(mine=False, text="Good news only", agreed=None),
    ),
    reciprocal=False,
    strengths="She calls.",
    norms="A daughter does not argue.",
    safety_concern=True,
    in_plan=True,
)
texts = st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=40).map(str.strip).map(
    lambda text: text or None
)
rings = st.none() | st.sampled_from(Ring)
expectations = st.builds(Expectation, mine=st.booleans(), text=texts.filter(bool), agreed=st.none() | st.booleans())
supports = st.sets(st.sampled_from(Support)).map(lambda kinds: tuple(kind for kind in Support if kind in kinds))
entries = st.builds(
    InventoryEntry,
    id=st.uuids(version=4).map(str),
    role=st.sampled_from(Role),
    initial=st.sampled_from([None, "M", "Ä", "Mi", "李"]),
    before=rings,
    now=rings,
    wanted=rings,
    contact=st.none() | st.sampled_from(Contact),
    lives_with=st.booleans(),
    confiding=st.none() | st.sampled_from(Confiding),
    support_received=supports,
    support_given=supports,
    conflict=st.none() | st.integers(0, 3),
    expectations=st.lists(expectations, max_size=8).map(
        lambda found: tuple(sorted(found, key=lambda item: not item.mine))
    ),
    reciprocal=st.none() | st.booleans(),
    strengths=texts,
    problems=texts,
    changes_wanted=texts,
    effect_of_symptoms=texts,
    norms=texts,
    safety_concern=st.booleans(),
    in_plan=st.booleans(),
)


def changed(**fields: str) -> Typed:
    return Typed({**typed_of(MOTHER).values, **{name.replace("_at_", "-"): (value,) for name, value in fields.items()}})


@given(entries)
def test_what_is_shown_and_saved_again_stays_as_it_was(entry: InventoryEntry) -> None:
    """Also more expectations than the page offers fields for: nothing of an entry is lost by opening it."""
    again, problems = read_person(entry.id, typed_of(entry))
    assert (again, list(problems)) == (entry, [])


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"role": ""}, "role", "Choose who this is, by role."),
        ({"role": "QUEEN"}, "role", "Choose one of the list."),
        ({"initial": "Mia"}, "initial", "One or two letters, never a name."),
        ({"initial": "M1"}, "initial", "One or two letters, never a name."),
        ({"now": "near"}, "now", "Choose one of the list."),
        ({"conflict": "4"}, "conflict", "Choose one of the list."),
        ({"norms": "x" * 301}, "norms", "This is longer than 300 characters."),
        ({"mine_at_0": "x" * 201}, "mine-0", "This is longer than 200 characters."),
    ],
)
def test_a_field_that_cannot_be_used_is_named(fields: dict[str, str], field: str, sentence: str) -> None:
    entry, problems = read_person(MOTHER.id, changed(**fields))
    assert entry is None
    assert problems.by_field()[field] == sentence


def test_an_expectation_without_words_is_none_and_the_others_close_up() -> None:
    entry, _ = read_person(MOTHER.id, changed(mine_at_0="  ", mine_at_2="Call before you come"))
    assert entry is not None
    assert [item.text for item in entry.expectations if item.mine] == ["Call before you come"]


def test_there_is_always_room_for_one_more_expectation_up_to_the_limit() -> None:
    full = {f"mine-{number}": (f"wish {number}",) for number in range(MOST_EXPECTATIONS)}
    assert expectation_rows(Typed(), "mine") == 1
    assert expectation_rows(typed_of(MOTHER), "mine") == 2
    assert expectation_rows(Typed(full), "mine") == MOST_EXPECTATIONS
    assert expectation_rows(Typed({"mine-999999": ("x",), "mine-agreed-7": ("yes",)}), "mine") == 1


def test_an_entry_keeps_its_place_in_the_list_and_a_new_one_comes_last() -> None:
    course = new_course(inventory=(MOTHER, replace(MOTHER, id="b", initial="B")))
    course, _ = keep_person(course, replace(MOTHER, initial="N"))
    course, problems = keep_person(course, replace(MOTHER, id="c", initial="C"))
    assert [entry.initial for entry in course.inventory] == ["N", "B", "C"]
    assert not problems


def test_a_list_that_is_full_takes_nobody_more_and_says_so() -> None:
    people = tuple(replace(MOTHER, id=str(UUID(int=number))) for number in range(MOST_PEOPLE))
    course = new_course(inventory=people)
    after, problems = keep_person(course, replace(MOTHER, id=str(uuid4())))
    assert after == course
    assert "60 people" in problems.by_field()["role"]


def test_who_is_taken_out_leaves_events_and_focus_which_name_nobody() -> None:
    course = new_course(
        inventory=(MOTHER,),
        timeline=(TimelineEvent(id="t", when="2026", kind=EventKind.DISPUTE, text="A row", person=MOTHER.id),),
        problem_areas=(ProblemArea(code=ProblemAreaCode.ROLE_DISPUTE, about=MOTHER.id),),
    )
    assert (ties_of(course, MOTHER.id).events, ties_of(course, MOTHER.id).focus) == (1, True)
    after = remove_person(course, MOTHER.id)
    assert after.inventory == ()
    assert (after.timeline[0].text, after.timeline[0].person, after.problem_areas[0].about) == ("A row", None, None)


@pytest.mark.parametrize("time", list(Time))
@pytest.mark.parametrize("ring", [*Ring, ""])
def test_moving_somebody_changes_one_circle_and_nothing_else(time: Time, ring: str) -> None:
    course = new_course(inventory=(MOTHER, replace(MOTHER, id="b")))
    after, problems = place(course, time, {MOTHER.id: ring, "nobody": "inner"})
    assert not problems
    moved, other = after.inventory
    wanted = {item: ring_at(MOTHER, item) for item in Time} | {time: Ring(ring) if ring else None}
    assert moved == replace(MOTHER, before=wanted[Time.BEFORE], now=wanted[Time.NOW], wanted=wanted[Time.WANTED])
    assert other == course.inventory[1]


def test_a_ring_that_does_not_exist_moves_nobody() -> None:
    course = new_course(inventory=(MOTHER,))
    after, problems = place(course, Time.NOW, {MOTHER.id: "moon"})
    assert after == course
    assert list(problems.by_field()) == [f"ring-{MOTHER.id}"]
