"""What speaks for which problem area, on the four cases and at the edges."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.inventory import InventoryEntry, Ring, Role
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.model.timeline import EventKind, TimelineEvent
from ipt_fhir.protocol.focus_criteria import Sign, criteria, near_onset, onset_of, unsafe
from tests.protocol.case_facts import CASES
from tests.protocol.cases import case
from tests.services.given import new_course

ONSET = TimelineEvent(id="onset", when="2026-03", kind=EventKind.ONSET, text="Sleep is lost")


def signs(episode: Episode) -> dict[ProblemAreaCode, int]:
    return {code: sum(item.sign is Sign.YES for item in questions) for code, questions in criteria(episode).items()}


@pytest.mark.parametrize("name", CASES)
def test_the_area_that_was_chosen_in_a_case_has_its_first_sign(name: str) -> None:
    facts = CASES[name]
    first = criteria(case(name, 9))[facts.area][0]
    assert first.sign is Sign.YES
    assert first.people or first.events


@pytest.mark.parametrize("name", CASES)
def test_grief_is_suggested_only_where_somebody_died(name: str) -> None:
    first = criteria(case(name, 9))[ProblemAreaCode.GRIEF][0]
    assert (first.sign is Sign.YES) == (name == "B")


def test_nothing_recorded_says_nothing_against_an_area_either() -> None:
    """An empty inventory is no sign of isolation."""
    found = criteria(new_course())
    assert {item.sign for questions in found.values() for item in questions} == {Sign.UNKNOWN}


def test_isolation_is_suggested_only_where_no_other_area_fits() -> None:
    by_name = {name: criteria(case(name, 9))[ProblemAreaCode.INTERPERSONAL_DEFICITS][-1].sign for name in CASES}
    assert by_name == {"A": Sign.NO, "B": Sign.NO, "C": Sign.NO, "D": Sign.YES}


@pytest.mark.parametrize(
    ("when", "is_near"),
    [("2025-03", True), ("2025-02-28", False), ("2026-04-30", True), ("2026-05", False), ("2026", False)],
)
def test_near_is_a_year_before_to_a_month_after(when: str, is_near: bool) -> None:
    event = TimelineEvent(id="e", when=when, kind=EventKind.DISPUTE, text="A row")
    episode = new_course(timeline=(ONSET, event))
    assert bool(near_onset(episode, EventKind.DISPUTE)) is is_near


def test_without_an_onset_nothing_is_near() -> None:
    event = TimelineEvent(id="e", when="2026-03", kind=EventKind.DEATH, text="Death of P")
    episode = new_course(timeline=(event,))
    assert onset_of(episode) is None
    assert near_onset(episode, EventKind.DEATH) == ()
    assert criteria(episode)[ProblemAreaCode.GRIEF][1].sign is Sign.UNKNOWN


def test_the_onset_of_this_episode_is_the_latest() -> None:
    earlier = replace(ONSET, id="earlier", when="2019")
    assert onset_of(new_course(timeline=(earlier, ONSET))) == ONSET


def test_people_with_whom_violence_is_marked_are_named() -> None:
    entry = InventoryEntry(id="h", role=Role.HUSBAND, initial="H", safety_concern=True)
    assert unsafe(new_course(inventory=(entry,))) == (entry,)


def test_somebody_who_died_is_no_tie_that_broke_off_or_moved_away() -> None:
    entry = InventoryEntry(id="p", role=Role.DOMESTIC_PARTNER, before=Ring.INNER, now=Ring.DECEASED)
    found = signs(new_course(inventory=(entry,)))
    assert found[ProblemAreaCode.ROLE_TRANSITION] == 0
    assert found[ProblemAreaCode.INTERPERSONAL_DEFICITS] == 0
