"""The ten rules: each broken once, found with its id and its place; and the constructors that hold the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given

from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.goals import Comparator, Goal, GoalKind, ScoreTarget
from ipt_fhir.model.inventory import InventoryEntry, Role
from ipt_fhir.model.people import Person
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode
from ipt_fhir.model.sessions import Phase, Session
from ipt_fhir.protocol import rules
from ipt_fhir.protocol.course import Step, allowed_steps
from ipt_fhir.protocol.rules import breaches
from tests.mapping.strategies import days, episodes
from tests.protocol.acting import last_day
from tests.protocol.cases import case

SOUND = case("A", 8)
GRIEF = case("B", 8)
OVER = case("A", "last")


def found(course: Episode, today: date | None = None, born: date | None = None) -> set[tuple[str, str]]:
    return {(item.rule, item.place) for item in breaches(course, today=today or last_day(course), born=born)}


def with_(course: Episode, place: int, **parts: object) -> Episode:
    """The course with one session changed."""
    sessions = list(course.sessions)
    sessions[place] = replace(sessions[place], **parts)  # type: ignore[arg-type]
    return replace(course, sessions=tuple(sessions))


def waiting(course: Episode) -> Episode:
    """The course in which nobody acted on the last safety answer."""
    *others, last = course.safety_items
    return replace(course, safety_items=(*others, replace(last, act=None, settled=None, settled_by=None)))


def naive(course: Episode) -> Episode:
    """The course with a time without its zone."""
    first = course.responses[0]
    return replace(course, responses=(replace(first, authored=first.authored.replace(tzinfo=None)),))


BROKEN: dict[str, tuple[Callable[[], Episode], set[tuple[str, str]]]] = {
    "a phase that goes back": (lambda: with_(SOUND, 5, phase=Phase.INITIAL), {("ipt-3", "sessions[5].phase")}),
    "ended by status, not by phase": (
        lambda: replace(OVER, phase=Phase.TERMINATION),
        {("ipt-3", "phase")},
    ),
    "closed by phase, not by status": (
        lambda: replace(OVER, status=EpisodeStatus.ACTIVE),
        {("ipt-3", "phase")},
    ),
    "no leading area": (lambda: replace(SOUND, problem_areas=()), {("ipt-4", "problem_areas")}),
    "grief for nobody": (
        lambda: replace(GRIEF, inventory=(), timeline=()),
        {("ipt-4", "problem_areas[0]")},
    ),
    "a day before the session before": (
        lambda: with_(SOUND, 5, date=SOUND.sessions[3].date, starts=None),
        {("ipt-5", "sessions[5].date")},
    ),
    "a phase not reached": (lambda: with_(SOUND, 7, phase=Phase.TERMINATION), {("ipt-5", "sessions[7].phase")}),
    "an end without a reason": (lambda: replace(OVER, review=None), {("ipt-6", "review")}),
    "a session after the end": (
        lambda: replace(OVER, review=replace(OVER.review, ended_on=OVER.sessions[-2].date)) if OVER.review else OVER,
        {("ipt-6", "review.ended_on")},
    ),
    "completed without a relapse plan": (lambda: replace(OVER, relapse_plan=None), {("ipt-6", "relapse_plan")}),
    "a worrying answer without its item": (
        lambda: replace(SOUND, safety_items=SOUND.safety_items[1:]),
        {("ipt-7", "responses[0]")},
    ),
    "a session closed while an answer waited": (
        lambda: waiting(case("A", 2)),
        {("ipt-7", "sessions[1]")},
    ),
    "a session before the start": (
        lambda: with_(SOUND, 0, date=SOUND.started - timedelta(days=1), starts=None),
        {("ipt-8", "sessions[0].date")},
    ),
    "a time without its zone": (lambda: naive(case("A", 0)), {("ipt-8", "responses[0].authored")}),
    "who treats supervises": (lambda: replace(SOUND, supervisor=SOUND.therapist), {("ipt-9", "supervisor")}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_found_with_its_place_and_no_other(name: str) -> None:
    broken, expected = BROKEN[name]
    assert found(broken()) == expected


def test_the_future_and_a_birth_after_the_start_are_found() -> None:
    yesterday = last_day(SOUND) - timedelta(days=1)
    assert found(SOUND, today=yesterday) == {("ipt-8", "sessions[7].date"), ("ipt-8", "responses[8].authored")}
    assert found(SOUND, born=SOUND.started + timedelta(days=1)) == {("ipt-8", "started")}
    assert ("ipt-8", "started") in found(SOUND, today=SOUND.started - timedelta(days=1))


@pytest.mark.parametrize("course", [SOUND, GRIEF, OVER, case("C", 8), case("D", 8)], ids=lambda item: item.variant)
def test_a_sound_course_breaks_none(course: Episode) -> None:
    assert found(course, born=date(1980, 1, 1)) == set()


@given(episodes(), days)
def test_any_course_can_be_asked(course: Episode, today: date) -> None:
    """What a chart holds is never an error page: rules and steps answer for every course there can be."""
    assert all(breach.words() for breach in breaches(course, today=today))
    assert allowed_steps(course, today).keys() <= set(Step)


def test_answers_to_an_instrument_that_is_not_here_break_nothing() -> None:
    foreign = replace(SOUND.responses[0], id="foreign", instrument="phq-99")
    assert found(replace(SOUND, responses=(SOUND.responses[0], foreign))) == set()


def test_a_deceased_person_or_a_death_is_enough_for_grief() -> None:
    assert found(replace(GRIEF, timeline=())) == set()
    assert found(replace(GRIEF, inventory=())) == set()


def test_two_therapists_of_the_same_name_are_two_people() -> None:
    one, other = (
        Person(display="ZZTEST Kim", reference="Practitioner/1"),
        Person(display="ZZTEST Kim", reference="Practitioner/2"),
    )
    assert found(replace(SOUND, therapist=one, supervisor=other)) == set()
    unnamed = Person(display="ZZTEST Kim")
    assert found(replace(SOUND, therapist=one, supervisor=unnamed)) == {("ipt-9", "supervisor")}


def test_a_breach_says_what_to_do() -> None:
    (breach,) = breaches(replace(SOUND, problem_areas=()), today=last_day(SOUND))
    assert breach.words() == "The first phase is over and no problem area leads. Choose one."


def test_the_table_names_every_rule() -> None:
    assert rules.__doc__
    assert all(f"ipt-{number} " in rules.__doc__ for number in range(1, 11))


def test_a_goal_without_its_due_date_or_with_a_stray_target_cannot_be_made() -> None:
    """ipt-1, held by the constructor; one score target at most is its type."""
    day = date(2026, 1, 5)
    target = ScoreTarget(measure="44261-6", comparator=Comparator.LESS, value=Decimal(5))
    with pytest.raises(ValueError, match="PROM goal has a score target"):
        Goal(id="g", kind=GoalKind.PROM, text="x", start=day, due=day)
    with pytest.raises(ValueError, match="PROM goal has a score target"):
        Goal(id="g", kind=GoalKind.GAS, text="x", start=day, due=day, target=target)
    with pytest.raises(ValueError, match="due after it starts"):
        Goal(id="g", kind=GoalKind.GAS, text="x", start=day, due=day - timedelta(days=1))


def test_two_leading_areas_and_doubled_numbers_cannot_be_made() -> None:
    """ipt-4 and ipt-5, held by the constructor."""
    areas = (ProblemArea(code=ProblemAreaCode.GRIEF), ProblemArea(code=ProblemAreaCode.ROLE_DISPUTE))
    with pytest.raises(ValueError, match="one primary problem area"):
        replace(SOUND, problem_areas=areas)
    again = Session(number=8, date=last_day(SOUND), phase=Phase.MIDDLE)
    with pytest.raises(ValueError, match="unique and rise"):
        replace(SOUND, sessions=(*SOUND.sessions, again))


def test_a_third_person_has_no_field_for_a_name() -> None:
    """ipt-10: what is not kept cannot be sent."""
    with pytest.raises(ValueError, match="never a name"):
        InventoryEntry(id="h", role=Role.HUSBAND, initial="Hans")
