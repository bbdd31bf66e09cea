"""Agreeing a plan: a course and a form in, a course and problems out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.instruments.catalogue import instrument
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.goals import Comparator, GoalKind, GoalStatus, ScoreTarget
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.protocol.catalogue import GoalTemplate, goal_templates
from smart_app.services.goal_planning import baseline, offered_goals
from smart_app.services.measuring import complete
from smart_app.services.plan_form import PlanForm
from smart_app.services.planning import agree
from smart_app.services.work_planning import offered_activities
from tests.services.given import NINE, STARTED, THERAPIST, measured, new_course

TODAY = STARTED + timedelta(weeks=3)
FULL = PlanForm(
    contract_agreed=True,
    sessions="16",
    minutes="50",
    contract_on="2026-01-19",
    goals=("G-02",),
    texts={"text-G-02": "Feel well.", "due-G-02": "2026-04-01"},
)
typed = st.text(max_size=40) | st.sampled_from(["12", "16", "2026-01-19", "yes", "9999-12-31"])


def texts_for(template: GoalTemplate, person: str = "my mother") -> dict[str, str]:
    texts = {f"text-{template.id}": template.text, f"due-{template.id}": "2026-04-01", f"person-{template.id}": person}
    levels = zip(range(-2, 3), template.levels, strict=False)
    texts |= {f"number-{name}-{template.id}": number for name, number in (("n", "4"), ("m", "2"))}
    return texts | {f"level-{template.id}-{level}": words for level, words in levels}


def focused(code: ProblemAreaCode = ProblemAreaCode.ROLE_DISPUTE) -> Episode:
    """A course whose area is agreed."""
    return new_course(problem_areas=(ProblemArea(code=code, agreed_by_patient=True, agreed_on=STARTED),))


def rated(course: Episode) -> Episode:
    """The course with a rating of the relationship: 3 of 10."""
    return complete(course, instrument("rating-0-10"), {"relationship-nrs": Decimal(3)}, THERAPIST, NINE)


@pytest.mark.parametrize(
    ("sessions", "frequency", "ends"),
    [
        ("16", "weekly", date(2026, 5, 4)),
        ("12", "weekly", date(2026, 4, 6)),
        ("16", "twice-weekly", date(2026, 3, 12)),
        ("12", "fortnightly", date(2026, 6, 22)),
        ("12", "monthly", date(2026, 12, 15)),
    ],
)
def test_a_contract_ends_with_its_last_session(sessions: str, frequency: str, ends: date) -> None:
    """The first session is on the day of the agreement, so there is one interval less than sessions."""
    course, problems = agree(new_course(), replace(FULL, sessions=sessions, frequency=frequency), TODAY, set())
    assert not problems
    assert course.contract is not None
    assert course.contract.ends_on == ends


@pytest.mark.parametrize(
    ("sessions", "variant"),
    [("12", "ipt-adult-12"), ("13", "ipt-adult-12"), ("15", "ipt-adult-12"), ("16", "ipt-adult-16")],
)
def test_the_variant_follows_from_the_number_of_sessions(sessions: str, variant: str) -> None:
    course, _ = agree(new_course(), replace(FULL, sessions=sessions), TODAY, set())
    assert course.variant == variant


@pytest.mark.parametrize(
    ("missing", "status"),
    [
        ({}, EpisodeStatus.ACTIVE),
        ({"contract_agreed": False}, EpisodeStatus.DRAFT),
        ({"goals": ()}, EpisodeStatus.DRAFT),
    ],
)
def test_a_plan_is_active_once_area_contract_and_a_goal_are_agreed(
    missing: dict[str, object], status: EpisodeStatus
) -> None:
    course, problems = agree(focused(), replace(FULL, **missing), TODAY, set())  # type: ignore[arg-type]
    assert not problems
    assert course.status is status


@pytest.mark.parametrize("area", [None, ProblemArea(code=ProblemAreaCode.GRIEF)])
def test_a_plan_without_an_agreed_area_is_a_draft(area: ProblemArea | None) -> None:
    course, problems = agree(new_course(problem_areas=(area,) if area else ()), FULL, TODAY, set())
    assert not problems
    assert course.status is EpisodeStatus.DRAFT


@pytest.mark.parametrize("status", [EpisodeStatus.ON_HOLD, EpisodeStatus.COMPLETED, EpisodeStatus.REVOKED])
def test_a_course_that_was_ended_or_held_in_the_chart_stays_so(status: EpisodeStatus) -> None:
    course, _ = agree(new_course(status=status), FULL, TODAY, set())
    assert course.status is status


def with_a_first_reading(template: GoalTemplate) -> Episode:
    """A course in which what the goal is measured by was filled in once."""
    if template.instrument is None:
        return new_course()
    form = instrument(template.instrument)
    if form.scale and not form.has_form:
        total = EnteredTotal(id="total", instrument=form.id, total=form.scale.lowest, authored=NINE)
        return replace(new_course(), totals=(total,))
    items = [item for item in form.items if item.link_id in form.counted]
    given = {item.link_id: item.options[2].code if item.options else Decimal(3) for item in items}
    return complete(new_course(), form, given, THERAPIST, NINE)


@pytest.mark.parametrize(
    "template",
    [item for item in goal_templates().values() if item.available],
    ids=lambda item: item.id,
)
def test_every_template_that_can_be_measured_becomes_a_goal(template: GoalTemplate) -> None:
    form = replace(FULL, goals=(template.id,), texts=texts_for(template))
    course, problems = agree(with_a_first_reading(template), form, TODAY, set())
    assert not problems
    (goal,) = course.goals
    assert (goal.kind, goal.template, goal.start) == (template.kind, template.id, STARTED)
    assert "{" not in goal.text
    assert (goal.target is not None) == (goal.kind is GoalKind.PROM)
    assert tuple(level.text for level in goal.levels) == template.levels
    assert goal.stage is template.stage


def test_a_goal_nobody_can_measure_yet_is_not_offered() -> None:
    offered = {template.id for template in offered_goals(new_course())}
    assert {"G-01", "G-13", "G-14", "G-20", "G-27", "G-30", "G-32"} <= offered
    missing = [template for template in goal_templates().values() if not template.available]
    assert not {template.id for template in missing} & offered
    for template in missing:
        form = replace(FULL, goals=(template.id,), texts=texts_for(template))
        course, _ = agree(new_course(), form, TODAY, set())
        assert course.goals == ()


def test_the_numbers_of_a_wording_are_asked_and_become_its_target() -> None:
    template = goal_templates()["G-13"]
    form = replace(FULL, goals=("G-13",), texts=texts_for(template))
    course, problems = agree(new_course(), form, TODAY, set())
    assert not problems
    (goal,) = course.goals
    assert goal.text == "Get from 4 hostile exchanges a week with my mother to 2 or fewer."
    assert goal.target == ScoreTarget(measure="hostile-week", comparator=Comparator.AT_MOST, value=Decimal(2))


@pytest.mark.parametrize("typed", ["", "many", "-1", "1000", "2.5"])
def test_a_number_that_is_missing_or_none_is_a_problem_at_its_field(typed: str) -> None:
    texts = texts_for(goal_templates()["G-13"]) | {"number-m-G-13": typed}
    course, problems = agree(new_course(), replace(FULL, goals=("G-13",), texts=texts), TODAY, set())
    assert course.goals == ()
    assert {item.field for item in problems} == {"number-m-G-13"}


def test_a_goal_counts_from_the_first_score_of_its_own_measure() -> None:
    """Not from a PHQ-9: a relationship of 3 that is to be two points better is to be 5."""
    course = measured(new_course(), "222222221")
    template = goal_templates()["G-15"]
    assert baseline(course, template) is None
    assert baseline(rated(course), template) == 3
    assert baseline(rated(course), goal_templates()["G-21"]) is None
    form = replace(FULL, goals=("G-15",), texts=texts_for(template))
    assert {item.field for item in agree(course, form, TODAY, set())[1]} == {"goal-G-15"}
    goal = agree(rated(course), form, TODAY, set())[0].goals[0]
    assert goal.target is not None
    assert goal.target.value == 5


def test_a_variant_outside_the_adult_family_stays_what_it_is() -> None:
    course, _ = agree(new_course(variant="ipt-eating-20"), FULL, TODAY, set())
    assert course.variant == "ipt-eating-20"


def test_work_of_another_variant_is_not_offered() -> None:
    adult = {template.id for template in offered_activities(new_course())}
    adolescent = {template.id for template in offered_activities(new_course(variant="ipt-adolescent-12"))}
    assert adolescent - adult == {"caregiver-session", "school-contact"}
    assert "weekly-rhythm-form" not in adult | adolescent


@pytest.mark.parametrize(("name", "value"), [("G-01", 8), ("G-02", 5), ("G-03", 11)])
def test_relative_targets_count_from_the_first_total(name: str, value: int) -> None:
    course = measured(new_course(), "1 1111111", "222222221", "111111110")
    assert baseline(course, goal_templates()[name]) == 17
    form = replace(FULL, goals=(name,), texts=texts_for(goal_templates()[name]))
    agreed, problems = agree(course, form, TODAY, set())
    assert not problems
    assert agreed.goals[0].target is not None
    assert agreed.goals[0].target.value == value


@pytest.mark.parametrize("forms", [(), ("11 111111",), ("100000000",)])
def test_a_relative_target_that_cannot_be_worked_out_is_a_problem(forms: tuple[str, ...]) -> None:
    """No total yet, or a target below zero points."""
    course = measured(new_course(), *forms)
    form = replace(FULL, goals=("G-03",), texts=texts_for(goal_templates()["G-03"]))
    after, problems = agree(course, form, TODAY, set())
    assert (after, [problem.field for problem in problems]) == (course, ["goal-G-03"])


def test_a_template_is_used_once() -> None:
    course, _ = agree(new_course(), FULL, TODAY, set())
    assert "G-02" not in {template.id for template in offered_goals(course)}
    (goal,) = course.goals
    texts = {**FULL.texts, f"text-{goal.id}": "Feel better.", f"due-{goal.id}": "2026-05-01"}
    again, problems = agree(course, replace(FULL, goals=("G-02", goal.id), texts=texts), TODAY, set())
    assert not problems
    assert again.goals == (replace(goal, text="Feel better.", due=date(2026, 5, 1)),)


@pytest.mark.parametrize("filed", [False, True])
def test_a_goal_that_is_given_up_is_cancelled_once_the_chart_has_it(filed: bool) -> None:
    course, _ = agree(new_course(), FULL, TODAY, set())
    (goal,) = course.goals
    after, _ = agree(course, replace(FULL, goals=()), TODAY, {goal.id} if filed else set())
    given_up = replace(goal, status=GoalStatus.CANCELLED, status_date=TODAY)
    assert after.goals == ((given_up,) if filed else ())


def test_a_contract_from_before_the_first_launch_may_be_entered_and_a_bygone_one_not() -> None:
    """The course in the app begins with its first launch; therapy may have begun a little before."""
    _, problems = agree(new_course(), replace(FULL, contract_on="2025-12-15"), TODAY, set())
    assert not problems
    _, problems = agree(new_course(), replace(FULL, contract_on="2024-01-01"), TODAY, set())
    assert [problem.field for problem in problems] == ["contract_on"]


@given(
    st.builds(
        PlanForm,
        contract_agreed=st.booleans(),
        sessions=typed,
        minutes=typed,
        contract_on=typed,
        goals=st.lists(st.sampled_from([*goal_templates(), "unknown"]), max_size=4).map(tuple),
        activities=st.lists(st.sampled_from(["crisis-plan", "unknown"])).map(tuple),
        texts=st.dictionaries(st.sampled_from(["text-G-02", "due-G-02", "text-G-17", "due-G-17"]), typed),
    )
)
def test_whatever_is_typed_is_a_plan_or_a_problem(form: PlanForm) -> None:
    """Nobody meets an error page, and with a problem the course is as it was."""
    before = measured(new_course(), "222222220")
    after, problems = agree(before, form, TODAY, set())
    if problems:
        assert after == before
        assert len({problem.field for problem in problems}) == len(problems)
