"""The steps of a course: what is allowed from where, what blocks it, and what a step does to phase and status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.model.activities import ActivityStatus
from ipt_fhir.model.ending import RelapsePlan, TerminationReason, TerminationReview
from ipt_fhir.model.episode import Contract, Episode, EpisodeStatus, Frequency
from ipt_fhir.model.measures import ResponseStatus
from ipt_fhir.model.sessions import Phase, Session, SkipReason
from ipt_fhir.protocol.catalogue import schools
from ipt_fhir.protocol.course import EVALUATION, Step, StepRefused, allowed_steps, maintenance_contract, step_of, take
from ipt_fhir.protocol.course_guards import Decisions
from ipt_fhir.protocol.rules import breaches
from tests.protocol.acting import last_day, with_session
from tests.protocol.cases import case
from tests.protocol.walking import walk

TODAY = date(2026, 12, 31)
REFERRED = walk("ipt-adult-16")[0]
PLANNED = case("A", 0)
INITIAL = case("A", 3)
MIDDLE = case("A", 8)
ENDING = case("A", 15)
REVIEWED = TerminationReview(
    reason=TerminationReason.COMPLETED, ended_on=date(2026, 4, 27), reviewed_on=date(2026, 4, 27)
)
OTHER_REASONS = sorted(set(TerminationReason) - {TerminationReason.COMPLETED, TerminationReason.DECLINED})


def codes(course: Episode, step: Step, decisions: Decisions | None = None) -> list[str]:
    """What blocks the step."""
    found = allowed_steps(course, TODAY, decisions or Decisions())[step]
    return [obstacle.code for obstacle in found]


def at_session(course: Episode, number: int) -> Episode:
    """The course with a session opened."""
    day = course.started + timedelta(weeks=number)
    return with_session(course, Session(number=number, date=day, phase=course.phase, closed=False))


def ended(course: Episode, reason: TerminationReason, **parts: object) -> Episode:
    """The course with its review, and whatever else is said."""
    review = replace(REVIEWED, reason=reason)
    return replace(course, review=review, **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("course", "step", "ahead"),
    [
        (REFERRED, Step.REFERRAL, [Step.SUITABILITY, Step.PLANNED, Step.INITIAL]),
        (take(REFERRED, Step.SUITABILITY, TODAY), Step.SUITABILITY, [Step.PLANNED, Step.INITIAL, Step.MIDDLE]),
        (PLANNED, Step.PLANNED, [Step.INITIAL, Step.MIDDLE, Step.TERMINATION]),
        (INITIAL, Step.INITIAL, [Step.MIDDLE, Step.TERMINATION, Step.MAINTENANCE]),
        (MIDDLE, Step.MIDDLE, [Step.TERMINATION, Step.MAINTENANCE, Step.ON_HOLD]),
        (ENDING, Step.TERMINATION, [Step.MAINTENANCE, Step.ON_HOLD, Step.CLOSED]),
        (case("D", "last"), Step.MAINTENANCE, [Step.ON_HOLD, Step.CLOSED]),
        (case("A", "last"), Step.CLOSED, []),
    ],
    ids=lambda value: value.value if isinstance(value, Step) else "",
)
def test_steps_lie_ahead_in_their_order(course: Episode, step: Step, ahead: list[Step]) -> None:
    assert step_of(course) is step
    assert list(allowed_steps(course, TODAY))[: len(ahead)] == ahead


def test_no_step_goes_back() -> None:
    with pytest.raises(StepRefused, match="cannot take this step") as refused:
        take(MIDDLE, Step.INITIAL, TODAY)
    assert [item.code for item in refused.value.obstacles] == ["not-from-here"]


def test_accepting_a_referral_is_seen_in_its_evaluation() -> None:
    def evaluation(course: Episode) -> ActivityStatus:
        return next(item.status for item in course.activities if item.code == EVALUATION)

    looked_at = take(REFERRED, Step.SUITABILITY, TODAY)
    accepted = take(looked_at, Step.PLANNED, TODAY)
    assert (evaluation(looked_at), evaluation(accepted)) == (ActivityStatus.PLANNED, ActivityStatus.COMPLETED)
    assert (accepted.phase, accepted.status) == (Phase.INITIAL, EpisodeStatus.DRAFT)


def test_the_first_session_makes_the_plan_active() -> None:
    assert codes(PLANNED, Step.INITIAL) == ["first-session"]
    begun = take(at_session(PLANNED, 1), Step.INITIAL, TODAY)
    assert (begun.phase, begun.status) == (Phase.INITIAL, EpisodeStatus.ACTIVE)


def _open(course: Episode) -> Episode:
    first, *others = course.safety_items
    waiting = replace(first, act=None, settled=None, settled_by=None)
    return replace(course, safety_items=(waiting, *others))


def _unfinished(course: Episode) -> Episode:
    started = tuple(replace(item, status=ResponseStatus.IN_PROGRESS) for item in course.responses)
    return replace(course, responses=started)


def _incomplete(course: Episode) -> Episode:
    return replace(course, responses=tuple(replace(item, answers=item.answers[:8]) for item in course.responses))


@pytest.mark.parametrize(
    ("without", "obstacle"),
    [
        (lambda course: replace(course, diagnoses=()), "diagnosis"),
        (lambda course: replace(course, responses=()), "baseline-measure"),
        (_unfinished, "baseline-measure"),
        (_incomplete, "baseline-measure"),
        (lambda course: replace(course, problem_areas=()), "problem-area"),
        (lambda course: replace(course, contract=None), "contract"),
        (_open, "safety"),
    ],
)
def test_the_first_phase_is_left_only_when_its_work_is_done(
    without: Callable[[Episode], Episode], obstacle: str
) -> None:
    assert codes(INITIAL, Step.MIDDLE) == []
    course = without(INITIAL)
    assert codes(course, Step.MIDDLE) == [obstacle]
    with pytest.raises(StepRefused):
        take(course, Step.MIDDLE, TODAY)


def test_every_missing_thing_is_named_at_once() -> None:
    bare = replace(INITIAL, diagnoses=(), responses=(), problem_areas=(), contract=None)
    assert codes(bare, Step.MIDDLE) == ["diagnosis", "baseline-measure", "problem-area", "contract"]


@pytest.mark.parametrize(("number", "blocked"), [(13, ["too-early"]), (14, []), (15, [])])
def test_the_ending_begins_two_sessions_before_the_last(number: int, blocked: list[str]) -> None:
    course = at_session(case("A", number - 1), number)
    course = replace(course, phase=Phase.MIDDLE, sessions=course.sessions)
    assert codes(course, Step.TERMINATION) == blocked


def test_an_ending_needs_to_know_how_many_sessions_were_agreed() -> None:
    """A plan in its middle phase whose contract was taken away in the chart."""
    assert codes(replace(MIDDLE, contract=None), Step.TERMINATION) == ["contract"]


def test_maintenance_sessions_alone_need_their_contract_too() -> None:
    planned = next(course for course in walk("ipt-maintenance-12") if step_of(course) is Step.PLANNED)
    assert codes(planned, Step.MAINTENANCE) == ["first-session", "contract"]
    assert list(allowed_steps(planned, TODAY)) == [Step.MAINTENANCE, Step.ON_HOLD, Step.CLOSED]


def test_both_may_decide_to_begin_the_ending_early() -> None:
    assert codes(MIDDLE, Step.TERMINATION) == ["too-early"]
    ending = take(MIDDLE, Step.TERMINATION, TODAY, Decisions(ending_agreed=True))
    assert ending.phase is Phase.TERMINATION


def test_a_school_with_a_longer_ending_may_begin_it_in_its_own_session() -> None:
    """IPT-UK: sessions 13 to 16 are the ending."""
    course = replace(at_session(case("A", 12), 13), phase=Phase.MIDDLE)
    assert codes(course, Step.TERMINATION, Decisions(school=schools()["ipt-uk"])) == []
    assert codes(course, Step.TERMINATION, Decisions(school=schools()["stuart-robertson"])) == ["too-early"]


def test_a_phase_is_left_out_only_with_a_reason_and_its_guards_stay() -> None:
    near = at_session(INITIAL, 14)
    assert codes(near, Step.TERMINATION) == ["skip-reason"]
    decided = Decisions(skip=SkipReason.HELD_ELSEWHERE)
    after = take(near, Step.TERMINATION, TODAY, decided)
    assert after.phase is Phase.TERMINATION
    (skipped,) = after.skipped_phases
    assert (skipped.phase, skipped.reason, skipped.day) == (Phase.MIDDLE, SkipReason.HELD_ELSEWHERE, TODAY)
    both = replace(decided, ending_agreed=True)
    assert take(MIDDLE, Step.TERMINATION, TODAY, both).skipped_phases == ()
    assert codes(replace(near, contract=None), Step.TERMINATION, decided) == ["contract"]


@pytest.mark.parametrize("course", [REFERRED, PLANNED, INITIAL, MIDDLE, ENDING], ids=lambda item: item.phase.value)
def test_a_course_on_hold_goes_on_where_it_stood(course: Episode) -> None:
    here = step_of(course)
    held = take(course, Step.ON_HOLD, TODAY)
    assert (held.status, step_of(held)) == (EpisodeStatus.ON_HOLD, Step.ON_HOLD)
    assert list(allowed_steps(held, TODAY)) == [here, Step.CLOSED]
    again = take(held, here, TODAY)
    assert (step_of(again), again.status, again.phase) == (here, course.status, course.phase)


def test_a_course_closes_only_with_a_reason() -> None:
    assert codes(MIDDLE, Step.CLOSED) == ["reason"]


@pytest.mark.parametrize("reason", OTHER_REASONS)
def test_any_other_reason_ends_a_course_from_anywhere(reason: TerminationReason) -> None:
    closed = take(ended(MIDDLE, reason), Step.CLOSED, TODAY)
    assert (closed.phase, closed.status) == (Phase.CLOSED, EpisodeStatus.REVOKED)


def test_a_referral_can_be_declined_and_a_begun_course_cannot() -> None:
    declined = take(ended(take(REFERRED, Step.SUITABILITY, TODAY), TerminationReason.DECLINED), Step.CLOSED, TODAY)
    assert declined.status is EpisodeStatus.REVOKED
    assert codes(ended(MIDDLE, TerminationReason.DECLINED), Step.CLOSED) == ["started-already"]


@pytest.mark.parametrize(
    ("week", "without", "obstacles"),
    [
        (16, {}, []),
        (15, {}, ["last-session"]),
        (16, {"relapse_plan": None}, ["relapse-plan"]),
        (16, {"review": replace(REVIEWED, reviewed_on=None)}, ["termination-review"]),
        (8, {}, ["not-from-here"]),
    ],
)
def test_a_completed_course_has_all_its_sessions_its_review_and_its_plan(
    week: int, without: dict[str, object], obstacles: list[str]
) -> None:
    whole = {"review": REVIEWED, "relapse_plan": RelapsePlan(signs=("Sleep gets short",))}
    course = replace(case("A", week), status=EpisodeStatus.ACTIVE, **{**whole, **without})  # type: ignore[arg-type]
    if week == 16:
        course = replace(course, phase=Phase.TERMINATION)
    assert codes(course, Step.CLOSED) == obstacles


def test_both_may_end_a_completed_course_before_its_last_session() -> None:
    course = ended(ENDING, TerminationReason.COMPLETED, relapse_plan=RelapsePlan(signs=("Sleep gets short",)))
    assert codes(course, Step.CLOSED, Decisions(ending_agreed=True)) == []


def test_an_acute_phase_in_a_course_of_maintenance_alone_still_leads_on() -> None:
    """A colleague changed the phase in the chart; the course is asked all the same."""
    course = replace(walk("ipt-maintenance-12")[-1], phase=Phase.MIDDLE, status=EpisodeStatus.ACTIVE)
    assert Step.MAINTENANCE in allowed_steps(course, TODAY)


def test_maintenance_follows_the_last_session_and_ends_with_its_contract() -> None:
    assert codes(ENDING, Step.MAINTENANCE) == ["last-session"]
    course = ended(case("D", "last"), TerminationReason.COMPLETED)
    assert course.contract is not None
    before, after = course.contract.ends_on - timedelta(days=1), course.contract.ends_on
    assert [item.code for item in allowed_steps(course, before)[Step.CLOSED]] == ["contract-end"]
    assert take(course, Step.CLOSED, after).status is EpisodeStatus.COMPLETED


def test_a_maintenance_contract_counts_on_and_ends_with_its_last_session() -> None:
    contract = Contract(
        sessions=16, frequency=Frequency.WEEKLY, minutes=50, agreed_on=date(2026, 1, 5), ends_on=date(2026, 4, 27)
    )
    more = maintenance_contract(contract, 3, Frequency.MONTHLY, date(2026, 4, 27))
    assert (more.sessions, more.frequency, more.ends_on) == (19, Frequency.MONTHLY, date(2026, 7, 26))


def test_an_unknown_variant_does_not_stop_a_course() -> None:
    """A plan filed by a later version of this software."""
    assert codes(replace(INITIAL, variant="ipt-of-tomorrow"), Step.MIDDLE) == []


def test_an_obstacle_says_what_to_do() -> None:
    (obstacle,) = allowed_steps(MIDDLE, TODAY)[Step.CLOSED]
    assert obstacle.words() == "The reason for the ending is missing. Choose one."


@given(st.sampled_from(walk("ipt-late-life-16")), st.lists(st.sampled_from(Step), max_size=6))
def test_whatever_steps_are_tried_phase_and_status_agree(course: Episode, steps: list[Step]) -> None:
    """A step is taken as offered or refused with reasons; nothing in between."""
    for step in steps:
        offered = allowed_steps(course, TODAY).get(step)
        if offered == ():
            course = take(course, step, TODAY)
            assert step_of(course) is step
        else:
            with pytest.raises(StepRefused) as refused:
                take(course, step, TODAY)
            assert refused.value.obstacles
        found = breaches(course, today=max(TODAY, last_day(course)))
        assert "ipt-3" not in {breach.rule for breach in found}
