"""The law of decision-D3: whatever we edit, what others wrote stays, token by token, at its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.mapping.beside import BESIDE_TYPES
from ipt_fhir.mapping.episode import changed, from_fhir, to_fhir
from ipt_fhir.mapping.ownership import parts_of_ours
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.activities import Activity, ActivityKind, ActivityStatus, Outcome, Owner
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.goals import Achievement, Goal, GoalStatus
from ipt_fhir.model.measures import ResponseStatus
from ipt_fhir.model.sessions import Mode, Phase, Session
from ipt_fhir.rawjson import JsonObject
from tests.mapping.example import EXAMPLE
from tests.mapping.full import FULL
from tests.mapping.sprinkling import Planted, Sprinkled, is_kept, sprinkled, tokens
from tests.mapping.test_episode import server_copies

# Planned work the plan holds itself, and a site that files everything there is: every type we write is in the chart.
INLINE = (
    Activity(
        id="3f2a9c1e-5b7d-4e8f-9a0b-000000000023",
        kind=ActivityKind.TASK,
        code="mid-point-review",
        text="Bring the rhythm form",
        owner=Owner.PATIENT,
        due=date(2026, 2, 2),
        outcome=Outcome.PARTLY_DONE,
        inline=True,
    ),
    Activity(
        id="3f2a9c1e-5b7d-4e8f-9a0b-000000000024",
        kind=ActivityKind.APPOINTMENT,
        code="mid-point-review",
        text="Meet for the review",
        starts=datetime(2026, 2, 2, 9, tzinfo=UTC),
        minutes=50,
    ),
)
COURSE = replace(EXAMPLE, activities=(*EXAMPLE.activities, *INLINE), forms=FULL.forms[:2])
SITE = Site(files=BESIDE_TYPES)
COPIES, KNOWN = server_copies(to_fhir(COURSE, Writing(patient="alma", site=SITE)))
KNOWING = Writing(patient="alma", known=KNOWN, site=SITE)

STATUSES = ("achievementStatus", "clinicalStatus", "verificationStatus")

Edit = Callable[[Episode], Episode]


def goal_edit(**members: Any) -> Edit:
    def edit(episode: Episode) -> Episode:
        first, *rest = episode.goals
        return replace(episode, goals=(replace(first, **members), *rest))

    return edit


def next_session(episode: Episode) -> Episode:
    day = max(session.date for session in episode.sessions) + timedelta(7)
    added = Session(number=len(episode.sessions) + 1, date=day, phase=Phase.MIDDLE, mode=Mode.PHONE)
    return replace(episode, sessions=(*episode.sessions, added))


def later_end(episode: Episode) -> Episode:
    assert episode.contract
    return replace(episode, contract=replace(episode.contract, sessions=12, ends_on=date(2026, 6, 1)))


def work_done(episode: Episode) -> Episode:
    done = [replace(item, status=ActivityStatus.COMPLETED) if item.by_us else item for item in episode.activities]
    return replace(episode, activities=tuple(done))


def second_area_agreed(episode: Episode) -> Episode:
    first, second = episode.problem_areas
    return replace(episode, problem_areas=(first, replace(second, agreed_by_patient=True, agreed_on=date(2026, 2, 2))))


def goal_added(episode: Episode) -> Episode:
    new = replace(episode.goals[0], id="3f2a9c1e-5b7d-4e8f-9a0b-000000000099", text="And one more.")
    return replace(episode, goals=(*episode.goals, new))


def example_chart() -> dict[str, JsonObject]:
    return COPIES


def form_withdrawn(episode: Episode) -> Episode:
    first, second = episode.forms
    return replace(episode, forms=(first, replace(second, status=ResponseStatus.ENTERED_IN_ERROR)))


EDITS: tuple[Edit, ...] = (
    lambda episode: episode,
    lambda episode: replace(episode, status=EpisodeStatus.ON_HOLD),
    lambda episode: replace(episode, phase=Phase.TERMINATION),
    goal_edit(text="Feel like myself again."),
    goal_edit(status=GoalStatus.COMPLETED, achievement=Achievement.ACHIEVED),
    goal_edit(due=date(2026, 5, 1)),
    next_session,
    later_end,
    work_done,
    second_area_agreed,
    goal_added,
    form_withdrawn,
)
edits = st.lists(st.sampled_from(EDITS), min_size=1, max_size=3, unique=True)


def edited(chart: dict[str, JsonObject], edits_: list[Edit]) -> dict[str, JsonObject]:
    """Read the chart, change the course, write it over the chart: what the app does."""
    reading = from_fhir(chart.values())
    assert not reading.unread, reading.unread
    episode = reading.episode
    for edit in edits_:
        episode = edit(episode)
    return to_fhir(episode, KNOWING, chart)


def may_go(planted: Planted) -> bool:
    """A coding somebody put into a status of ours translates that status; it goes when another one is set."""
    return planted.names[:2] in {(name, "coding") for name in STATUSES}


@given(sprinkled(example_chart), edits)
def test_no_edit_touches_what_others_put_into_the_chart(sprinkled_: Sprinkled, edits_: list[Edit]) -> None:
    after = edited(sprinkled_.chart, edits_)
    lost = [item for item in sprinkled_.planted if not is_kept(item, after) and not may_go(item)]
    assert lost == []


@given(sprinkled(example_chart))
def test_an_edit_that_changes_nothing_leaves_the_chart_as_it_is(sprinkled_: Sprinkled) -> None:
    """But for a diagnosis that a colleague added to the plan: the EpisodeOfCare names it too with the next filing."""
    assume(all(item.names[0] != "addresses" for item in sprinkled_.planted))
    before = sprinkled_.chart
    after = edited(before, [])
    assert changed(after, before) == []
    assert {key: tokens(item) for key, item in after.items()} == {key: tokens(before[key]) for key in after}


@given(sprinkled(example_chart), edits)
def test_outside_the_parts_that_are_ours_nothing_changes(sprinkled_: Sprinkled, edits_: list[Edit]) -> None:
    before = sprinkled_.chart
    after = edited(before, edits_)
    known = [*KNOWN.values(), "urn:uuid:3f2a9c1e-5b7d-4e8f-9a0b-000000000099"]
    for key, resource in before.items():
        if resource["resourceType"] in {"CarePlan", "Goal"}:
            assert tokens(theirs(resource, known)) == tokens(theirs(after[key], known))


def theirs(resource: JsonObject, known: list[str]) -> JsonObject:
    """A resource without the parts that are ours."""
    left: JsonObject = rawjson.copy(resource)
    for part in parts_of_ours(resource, known):
        steps = [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", part)[1:]]
        owner: Any = left
        for step in steps[:-1]:
            owner = owner[step]
        owner[steps[-1]] = None
    cleared: JsonObject = _cleared(left)
    return cleared


def _cleared(value: Any) -> Any:
    """Without what was taken out, and without the objects and lists that held nothing else."""
    if isinstance(value, dict):
        members = {name: _cleared(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if member not in (None, {}, [])}
    if isinstance(value, list):
        return [item for item in map(_cleared, value) if item not in (None, {}, [])]
    return value


def test_the_parts_that_are_ours_are_named() -> None:
    plan = set(parts_of_ours(COPIES[EXAMPLE.id], KNOWN.values()))
    assert {"CarePlan.status", "CarePlan.period.end", "CarePlan.goal[1]", "CarePlan.activity[2].reference"} <= plan
    assert "CarePlan.activity[0].progress[2]" in plan
    assert not {part for part in plan if part.startswith(("CarePlan.addresses[0]", "CarePlan.id.", "CarePlan.meta.v"))}
    goal: Goal = EXAMPLE.goals[0]
    assert "Goal.target[0]" in parts_of_ours(COPIES[goal.id])


def test_in_a_plan_of_somebody_else_nothing_is_ours() -> None:
    plan = {name: value for name, value in COPIES[EXAMPLE.id].items() if name != "identifier"}
    assert parts_of_ours(plan, KNOWN.values()) == ()
    assert parts_of_ours({"resourceType": "Patient"}) == ()


def test_a_target_that_somebody_put_before_ours_is_not_taken_for_ours() -> None:
    goal = rawjson.copy(COPIES[EXAMPLE.goals[0].id])
    goal["target"].insert(0, {"measure": {"text": "steps a day"}, "dueDate": "2027-01-01"})
    chart = {**COPIES, EXAMPLE.goals[0].id: goal}
    after = edited(chart, [goal_edit(due=date(2026, 5, 1))])[EXAMPLE.goals[0].id]
    assert after["target"][0] == goal["target"][0]
    assert after["target"][1]["dueDate"] == "2026-05-01"


def test_a_title_that_somebody_gave_the_plan_stays_and_ours_follows_the_contract() -> None:
    plan = COPIES[COURSE.id]
    assert COURSE.contract
    longer = replace(COURSE, contract=replace(COURSE.contract, sessions=14))
    named = {**COPIES, COURSE.id: {**plan, "title": "IPT on the ward"}}
    assert to_fhir(longer, KNOWING, named)[COURSE.id]["title"] == "IPT on the ward"
    ours = to_fhir(longer, KNOWING, COPIES)[COURSE.id]["title"]
    assert ours == "Interpersonal Psychotherapy (IPT), 14 sessions" != plan["title"]
