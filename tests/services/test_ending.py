"""The end of a course: what blocks it, what it leaves behind, and the short ways out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipt_fhir.model import snapshot
from ipt_fhir.model.activities import COURSE, Activity, ActivityKind, ActivityStatus
from ipt_fhir.model.ending import Disposition, TerminationReason
from ipt_fhir.model.episode import Episode, EpisodeStatus, Frequency
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.model.goals import Achievement, GoalStatus
from ipt_fhir.model.measures import SafetyItem
from ipt_fhir.model.sessions import Phase, SkipReason
from ipt_fhir.protocol.course import Step, left_out
from ipt_fhir.protocol.rules import breaches
from smart_app.services import ending
from smart_app.services.ending_forms import EndingForm, of_course
from smart_app.services.overview import course, ended
from tests.protocol import acting
from tests.protocol.case_facts import CASES
from tests.protocol.cases import case

LAST = CASES["A"].day0 + timedelta(weeks=16)
PLAN = {"signs": "Sleep gets short\n\n Calls are not returned ", "actions": "Walk", "contacts": ("family doctor",)}


APPOINTMENT = Activity(
    id="next",
    kind=ActivityKind.APPOINTMENT,
    code="individual-sessions",
    text="Session",
    starts=acting.at(LAST + timedelta(weeks=1)),
    minutes=50,
    inline=True,
)


def before_the_end() -> Episode:
    """Case A with all sixteen sessions held, nothing ended."""
    done = case("A", "last")
    return replace(done, review=None, relapse_plan=None, phase=Phase.TERMINATION, status=EpisodeStatus.ACTIVE)


def filled(episode: Episode, **changes: object) -> EndingForm:
    usual: dict[str, object] = {
        "reason": "completed",
        "final": True,
        "confidence": "8",
        "gains": "Speaks sooner",
        **PLAN,
    }
    usual |= {"reviewed_on": LAST.isoformat()}
    return replace(of_course(episode, LAST.isoformat()), **{**usual, **changes})  # type: ignore[arg-type]


def test_a_completed_course_has_review_plan_and_settled_goals() -> None:
    episode = before_the_end()
    goals = {goal.id: "achieved" for goal in episode.goals[:2]} | {goal.id: "" for goal in episode.goals[2:]}
    ended, problems = ending.end(episode, filled(episode, achievements=goals, dispositions=("maintenance",)), LAST)
    assert list(problems) == []
    assert (ended.status, ended.phase) == (EpisodeStatus.COMPLETED, Phase.CLOSED)
    assert ended.review is not None
    assert (ended.review.reason, ended.review.ended_on) == (TerminationReason.COMPLETED, LAST)
    assert ended.review.dispositions == (Disposition.MAINTENANCE,)
    assert ended.relapse_plan is not None
    assert ended.relapse_plan.signs == ("Sleep gets short", "Calls are not returned")
    assert [goal.status for goal in ended.goals[:2]] == [GoalStatus.COMPLETED] * 2
    assert {goal.status for goal in ended.goals[2:]} == {GoalStatus.CANCELLED}
    assert breaches(ended, today=LAST) == breaches(episode, today=LAST)
    filed = filed_part(ended)
    assert filed.relapse_plan is None
    assert filed.review is not None
    assert (filed.review.gains, filed.review.confidence) == (None, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "tired"}, "reason"),
        ({"final": False}, "final"),
        ({"reviewed_on": ""}, "reviewed_on"),
        ({"signs": "", "actions": "", "contacts": ()}, "signs"),
        ({"ended_on": "soon"}, "ended_on"),
        ({"ended_on": (LAST + timedelta(days=1)).isoformat()}, "ended_on"),
        ({"ended_on": (LAST - timedelta(days=1)).isoformat()}, "ended_on"),
        ({"gains": "x" * 501}, "gains"),
        ({"confidence": "11"}, "confidence"),
        ({"signs": "x" * 201}, "signs"),
        ({"signs": "\n".join(map(str, range(13)))}, "signs"),
        ({"contacts": ("x" * 81,)}, "contact"),
        ({"reason": "declined"}, "reason"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_ends(changes: dict[str, object], field: str) -> None:
    episode = before_the_end()
    after, problems = ending.end(episode, filled(episode, **changes), LAST)
    assert field in problems.by_field()
    assert after == episode


def test_a_safety_answer_blocks_every_ending() -> None:
    episode = before_the_end()
    waits = SafetyItem(
        id="waits", response=episode.responses[-1].id, link_id="x", answer="y", opened=acting.at(LAST, 10)
    )
    episode = replace(episode, safety_items=(*episode.safety_items, waits))
    for reason in ("completed", "died", "lost-contact"):
        after, problems = ending.end(episode, filled(episode, reason=reason), LAST)
        assert "safety" in problems.by_field()
        assert after == episode


@pytest.mark.parametrize("reason", ["died", "moved", "lost-contact"])
def test_the_short_way_asks_nothing_of_the_patient(reason: str) -> None:
    episode = case("A", 6)
    day = CASES["A"].day0 + timedelta(weeks=7)
    form = EndingForm(reason=reason, ended_on=day.isoformat(), final=True, confidence="99", signs="x" * 999)
    ended, problems = ending.end(episode, form, day)
    assert list(problems) == []
    assert (ended.status, ended.phase) == (EpisodeStatus.REVOKED, Phase.CLOSED)
    assert ended.review is not None
    assert (ended.review.confidence, ended.review.reviewed_on) == (None, None)
    assert ended.relapse_plan == episode.relapse_plan


@pytest.mark.parametrize(
    ("reason", "status"), [("completed", ActivityStatus.COMPLETED), ("died", ActivityStatus.CANCELLED)]
)
def test_nobody_is_expected_after_the_end(reason: str, status: ActivityStatus) -> None:
    before = before_the_end()
    episode = replace(before, activities=(*(item for item in before.activities if item.starts is None), APPOINTMENT))
    ended, problems = ending.end(episode, filled(episode, reason=reason), LAST)
    assert list(problems) == []
    now = {item.id: item for item in ended.activities}
    assert now[APPOINTMENT.id].status is ActivityStatus.CANCELLED
    assert {item.status for item in ended.activities if item.code == COURSE} == {status}


WORK = (
    ("role-play", ActivityStatus.PLANNED),
    ("crisis-plan", ActivityStatus.COMPLETED),
    ("psychiatric-follow-up", ActivityStatus.PLANNED),
    ("maintenance-sessions", ActivityStatus.PLANNED),
    ("other", ActivityStatus.PLANNED),
)


@pytest.mark.parametrize(
    ("reason", "dispositions", "cancelled"),
    [
        ("completed", (), {"role-play", "maintenance-sessions"}),
        ("completed", ("maintenance",), {"role-play"}),
        ("moved", (), {"role-play", "maintenance-sessions"}),
        ("died", (), {"role-play", "maintenance-sessions", "psychiatric-follow-up", "other"}),
    ],
)
def test_what_belonged_to_the_course_and_was_not_done_is_cancelled_and_what_outlives_it_stays(
    reason: str, dispositions: tuple[str, ...], cancelled: set[str]
) -> None:
    """decision-D107: nobody is asked any more to do it, and nothing is called done that nobody marked."""
    course_itself = tuple(item for item in before_the_end().activities if item.code == COURSE)
    work = tuple(Activity(id=code, kind=ActivityKind.TASK, code=code, text=code, status=now) for code, now in WORK)
    theirs = Activity(id="chart-1", kind=ActivityKind.SERVICE, text="Of a colleague", by_us=False)
    episode = replace(before_the_end(), activities=(*course_itself, *work, theirs))
    assert {item.code for item in ending.undone(episode)} == {"role-play", "maintenance-sessions"}
    ended, problems = ending.end(episode, filled(episode, reason=reason, dispositions=dispositions), LAST)
    assert list(problems) == []
    changed = {now.code for now, was in zip(ended.activities, episode.activities, strict=True) if now != was}
    assert changed - {COURSE} == cancelled
    assert all(
        item.status is ActivityStatus.CANCELLED for item in ended.activities if item.by_us and item.code in cancelled
    )


def test_the_ending_begins_early_only_when_both_say_so_and_stays_begun() -> None:
    episode, day = case("A", 6), CASES["A"].day0 + timedelta(weeks=6)
    waits = ending.can_begin(episode, day)
    assert waits
    assert [item.code for item in waits] == ["too-early"]
    begun, problems = ending.begin(episode, day)
    assert list(problems) == []
    assert begun.phase is Phase.TERMINATION
    assert course(begun).phase is Phase.TERMINATION
    assert ending.can_begin(begun, day) is None


def test_why_a_phase_is_left_out_is_kept_and_stays_here() -> None:
    episode, day = replace(case("A", 3), phase=Phase.INITIAL), CASES["A"].day0 + timedelta(weeks=3)
    assert left_out(episode, Step.TERMINATION) == (Phase.MIDDLE,)
    begun, problems = ending.begin(episode, day, why="course-shortened")
    assert list(problems) == []
    (skipped,) = begun.skipped_phases
    assert (skipped.phase, skipped.reason, skipped.day) == (Phase.MIDDLE, SkipReason.COURSE_SHORTENED, day)
    assert filed_part(begun).skipped_phases == ()
    assert snapshot.load(snapshot.dump(begun)) == begun
    later = replace(case("A", 6), phase=Phase.MIDDLE)
    assert (left_out(later, Step.TERMINATION), left_out(later, Step.MAINTENANCE)) == ((), (Phase.TERMINATION,))


def test_a_course_written_before_these_fields_existed_opens() -> None:
    old = msgspec.json.decode(snapshot.dump(case("A", 6)))
    for name in ("skipped_phases", "former_areas"):
        del old[name]
    assert snapshot.load(msgspec.json.encode(old)) == case("A", 6)


def test_the_ending_does_not_begin_before_the_first_phase_is_done() -> None:
    episode, day = case("A", 1), CASES["A"].day0 + timedelta(weeks=1)
    after, problems = ending.begin(episode, day)
    assert after == episode
    assert problems


def test_maintenance_counts_on_and_keeps_the_course_open() -> None:
    episode = before_the_end()
    form = filled(episode, sessions="6", frequency="monthly", minutes="45")
    went_on, problems = ending.maintain(episode, form, LAST)
    assert list(problems) == []
    assert (went_on.phase, went_on.status, went_on.review) == (Phase.MAINTENANCE, EpisodeStatus.ACTIVE, None)
    assert went_on.contract is not None
    assert (went_on.contract.sessions, went_on.contract.frequency, went_on.contract.minutes) == (
        22,
        Frequency.MONTHLY,
        45,
    )
    assert went_on.relapse_plan is not None


def test_maintenance_has_as_many_sessions_as_agreed_also_after_one_beyond_the_contract() -> None:
    episode = before_the_end()
    seventeenth = replace(episode.sessions[-1], number=17, date=LAST)
    episode = replace(episode, sessions=(*episode.sessions, seventeenth))
    went_on, problems = ending.maintain(episode, filled(episode, sessions="6"), LAST)
    assert list(problems) == []
    counted = course(went_on)
    assert (counted.today, counted.contracted) == (18, 23)


def test_maintenance_waits_for_the_last_session() -> None:
    episode = case("A", 14)
    after, problems = ending.maintain(episode, filled(episode), CASES["A"].day0 + timedelta(weeks=14))
    assert after == episode
    assert "ending_agreed" in problems.by_field()


def test_saving_keeps_the_plan_and_the_goals_and_files_no_ending() -> None:
    episode = case("A", 14)
    goal = episode.goals[0]
    kept, problems = ending.keep(episode, filled(episode, achievements={goal.id: "not-attainable"}))
    assert list(problems) == []
    assert kept.review is None
    assert kept.goals[0].achievement is Achievement.NOT_ATTAINABLE
    assert kept.relapse_plan is not None


def test_an_ended_course_stays_ended() -> None:
    episode = case("A", "last")
    form = filled(episode)
    acts = (
        ending.keep(episode, form),
        ending.end(episode, form, LAST),
        ending.maintain(episode, form, LAST),
        ending.begin(episode, LAST),
    )
    for after, problems in acts:
        assert after == episode
        assert problems
    assert date.fromisoformat(of_course(episode, "2026-05-01").ended_on) == LAST


_DAYS = st.sampled_from(["", "soon", "2026-01-04", "2026-03-01", "2026-04-27", "2027-01-01"])
_TEXTS = st.sampled_from(["", "  ", "Sleep gets short", "x" * 201, "x" * 501, "a\nb\x00\n\nb", "= #panic()"])
FORMS = st.builds(
    EndingForm,
    reason=st.sampled_from(["", "tired", *TerminationReason]),
    ended_on=_DAYS,
    reviewed_on=_DAYS,
    ending_agreed=st.booleans(),
    gains=_TEXTS,
    unmet=_TEXTS,
    confidence=st.sampled_from(["", "0", "10", "11", "-1", "\N{SUPERSCRIPT TWO}"]),
    dispositions=st.lists(st.sampled_from(["maintenance", "referral", "referral", "else"]), max_size=3).map(tuple),
    signs=_TEXTS,
    actions=_TEXTS,
    contacts=st.lists(_TEXTS, max_size=2).map(tuple),
    review_on=_DAYS,
    sessions=st.sampled_from(["", "6", "0", "99"]),
    frequency=st.sampled_from(["", "monthly"]),
    minutes=st.sampled_from(["", "50"]),
    final=st.booleans(),
)
COURSES = [case("A", 1), case("B", 7), case("D", 15), case("C", "last"), case("D", "last")]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=FORMS, episode=st.sampled_from(COURSES), act=st.sampled_from([ending.end, ending.maintain, ending.keep]))
def test_whatever_is_typed_the_course_stays_whole(form: EndingForm, episode: Episode, act: Callable[..., Any]) -> None:
    """Either something is wrong, said at a field, and nothing changed; or the step was taken as a whole."""
    known = {rule.rule for rule in breaches(episode, today=LAST)}
    after, problems = act(episode, form) if act is ending.keep else act(episode, form, LAST)
    if problems:
        assert after == episode
        assert all(item.field and item.sentence for item in problems)
        return
    assert {rule.rule for rule in breaches(after, today=LAST)} <= known
    over = act is ending.end
    assert (after.review is not None) == over
    assert ended(after) == over
    assert (after.status is EpisodeStatus.COMPLETED) == (over and form.reason == "completed")
    assert not (over and {goal.status for goal in after.goals} & {GoalStatus.ACTIVE, GoalStatus.ON_HOLD})
