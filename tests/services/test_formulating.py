"""The formulation: its versions, and the draft that the course itself writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ipt_fhir.model.formulation import Formulation
from smart_app.services.formulating import draft, newest, typed_of, write
from smart_app.services.typed import Typed
from tests.protocol.cases import case
from tests.services.given import STARTED, THERAPIST, new_course

TODAY = STARTED + timedelta(weeks=3)


def form(words: str, agreed_on: str = "") -> Typed:
    agreed = {"agreed": ("yes",), "agreed_on": (agreed_on,)} if agreed_on else {}
    return Typed({"text": (words,), **agreed})


def test_new_words_are_a_new_version_and_the_same_words_only_an_agreement() -> None:
    first, _ = write(new_course(), form("It began with silence."), THERAPIST, TODAY)
    agreed, _ = write(first, form("It began with silence.", "2026-01-19"), THERAPIST, TODAY)
    second, _ = write(agreed, form("It began with a move."), THERAPIST, TODAY)
    assert [(item.version, item.text, bool(item.agreed_on)) for item in second.formulations] == [
        (1, "It began with silence.", True),
        (2, "It began with a move.", False),
    ]
    assert second.formulations[0].author == THERAPIST
    assert newest(second) == second.formulations[-1]


def test_what_is_saved_reads_back_as_the_same() -> None:
    course = new_course(formulations=(Formulation(version=1, text="Once.", author=THERAPIST, agreed_on=STARTED),))
    assert write(course, typed_of(newest(course)), THERAPIST, TODAY) == (course, [])


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (form("  "), "text"),
        (form("x" * 2001), "text"),
        (form("Once.", "2026-02-30"), "agreed_on"),
        (form("Once.", "2026-03-01"), "agreed_on"),
    ],
)
def test_what_cannot_be_kept_is_a_problem_and_changes_nothing(typed: Typed, field: str) -> None:
    course, problems = write(new_course(), typed, THERAPIST, TODAY)
    assert (course, [item.field for item in problems]) == (new_course(), [field])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("A", ["Sleep is lost", "H takes a second job unasked", "Role dispute with H (husband)", "Renegotiation"]),
        ("B", ["Death of P", "Grief for P (partner)", "Support comes from: S (sibling), N (neighbour)"]),
        ("C", ["Moves country and leads a team", "Known and praised", "No script"]),
        ("D", ["Interpersonal deficits with B (sibling)", "You want to be closer to: B (sibling)"]),
    ],
)
def test_the_draft_repeats_what_is_recorded_people_by_role(name: str, said: list[str]) -> None:
    words = draft(case(name, 9), ["Depressive disorder (F32.1)"]).text
    assert [part for part in said if part not in words] == []
    assert 4 <= words.count(". ") + 1 <= 9
    assert len(words) <= 2000


def test_the_draft_of_an_empty_course_says_what_is_missing() -> None:
    found = draft(new_course(), [])
    assert found.text == ""
    assert found.missing == ("the onset in the timeline", "the problem area", "the people of the inventory")


def test_the_longest_course_still_gives_a_draft_that_fits() -> None:
    course = case("A", 9)
    long = tuple(replace(event, text="x" * 200) for event in course.timeline)
    people = tuple(replace(entry, norms="y" * 300) for entry in course.inventory)
    assert len(draft(replace(course, timeline=long, inventory=people), ["z" * 200]).text) <= 2000
