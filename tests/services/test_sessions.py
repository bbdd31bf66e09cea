"""Close a session: what one screen asks becomes the course, and nothing else of it changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.mapping.episode import from_fhir, to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.activities import Activity, ActivityKind, ActivityStatus, Outcome
from ipt_fhir.model.ending import TerminationReason, TerminationReview
from ipt_fhir.model.episode import Contract, Episode, EpisodeStatus, Frequency
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.model.goals import Goal, GoalKind, RatedBy, ScaleLevel
from ipt_fhir.model.measures import SafetyAct
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode
from ipt_fhir.model.sessions import Attendance, MoodLink, Phase, SessionKind, Technique
from ipt_fhir.model.timeline import EventKind, TimelineEvent
from smart_app.services.appointments import planned
from smart_app.services.overview import course
from smart_app.services.progress_note import progress_note
from smart_app.services.session_correcting import CorrectionForm, correct, is_last, session_at
from smart_app.services.session_standing import Reminder, standing
from smart_app.services.sessions import REVIEW, SessionForm, last_step, prefilled, record
from tests.services.given import NINE, STARTED, THERAPIST, measured, new_course

LATER = STARTED + timedelta(days=400)
AT = datetime(2026, 2, 9, 15, 0, tzinfo=UTC)
FOCUS = ProblemArea(code=ProblemAreaCode.ROLE_DISPUTE, agreed_by_patient=True, agreed_on=STARTED)
CONTRACT = Contract(sessions=16, frequency=Frequency.WEEKLY, minutes=50, agreed_on=STARTED, ends_on=LATER)
GOAL = Goal(
    id="goal",
    kind=GoalKind.GAS,
    text="Talk with my husband.",
    start=STARTED,
    due=LATER,
    levels=tuple(ScaleLevel(level=level, text=f"level {level}") for level in range(-2, 3)),
)


def agreed(**parts: object) -> Episode:
    return new_course(problem_areas=(FOCUS,), contract=CONTRACT, goals=(GOAL,), **parts)


def closed(episode: Episode, day: date = STARTED, **fields: object) -> Episode:
    form = SessionForm(date=day.isoformat(), close=True, **fields)  # type: ignore[arg-type]
    after, problems = record(episode, form, LATER, now=AT)
    assert not problems, problems
    return after


def held(count: int, **fields: object) -> Episode:
    episode = agreed()
    for week in range(count):
        episode = closed(episode, STARTED + timedelta(weeks=week), **fields)
    return episode


def test_everything_the_screen_asks_is_in_the_course() -> None:
    event = TimelineEvent(id="event", when="2026-01", kind=EventKind.DISPUTE, text="A quarrel")
    after = closed(
        agreed(timeline=(event,)),
        start="14:00",
        minutes="45",
        mood_link="worse-after-event",
        mood_event="event",
        focus="role-dispute",
        techniques=("role-play", "clarification", "no-such-thing"),
        ratings={"goal": "1"},
        step="  Say one wish.  ",
        next="other",
        next_date="2026-01-12",
        next_time="14:00",
    )
    (session,) = after.sessions
    assert (session.mood_link, session.mood_event, session.focus) == (
        MoodLink.WORSE_AFTER_EVENT,
        "event",
        ProblemAreaCode.ROLE_DISPUTE,
    )
    assert (session.minutes, session.techniques) == (45, (Technique.CLARIFICATION, Technique.ROLE_PLAY))
    assert session.starts
    assert session.starts.astimezone().strftime("%H:%M") == "14:00"
    assert session.step == "Say one wish."
    (rating,) = after.goals[0].ratings
    assert (rating.level, rating.by, rating.rated.date()) == (1, RatedBy.PATIENT, STARTED)
    appointment = planned(after)
    assert appointment
    assert appointment.starts
    assert appointment.starts.astimezone().date() == date(2026, 1, 12)


@pytest.mark.parametrize("attendance", ["missed", "cancelled"])
def test_a_session_that_did_not_take_place_is_asked_nothing_about(attendance: str) -> None:
    after = closed(
        agreed(),
        attendance=attendance,
        minutes="50",
        mood_link="no-link",
        focus="role-dispute",
        techniques=("role-play",),
        ratings={"goal": "2"},
    )
    (session,) = after.sessions
    assert (session.minutes, session.mood_link, session.focus, session.techniques) == (None, None, None, ())
    assert after.goals == (GOAL,)
    assert session.attendance is Attendance(attendance)


def test_the_form_opens_with_what_was_usual_last_time() -> None:
    form = prefilled(held(1, start="14:00", minutes="45", mode="video", focus="role-dispute"), LATER)
    assert (form.start, form.minutes, form.mode, form.focus) == ("14:00", "45", "video", "role-dispute")
    assert (form.mood_link, form.techniques, form.step, form.ratings) == ("", (), "", {})
    first = prefilled(agreed(), STARTED)
    assert (first.minutes, first.start, first.attendance) == ("50", "", "attended")


def test_what_came_of_the_last_step_is_said_once() -> None:
    episode = held(2, step="Say one wish.")
    assert last_step(episode) is episode.sessions[1]
    after = closed(episode, STARTED + timedelta(weeks=2), last_outcome="partly-done")
    assert [item.step_outcome for item in after.sessions] == [None, Outcome.PARTLY_DONE, None]
    assert last_step(after) is None


def test_the_next_appointment_is_one_entry_that_moves() -> None:
    """decision-D84."""
    episode = held(1, start="14:00", next="2026-01-12T14:00:00+00:00")
    first = planned(episode)
    after = closed(episode, date(2026, 1, 12), start="14:00", next="2026-01-19T14:00:00+00:00")
    moved = planned(after)
    assert first
    assert moved
    assert (moved.id, moved.starts) == (first.id, datetime(2026, 1, 19, 14, 0, tzinfo=UTC))
    done = closed(after, date(2026, 1, 19), next="none")
    assert planned(done) is None
    assert [item.status for item in done.activities if item.kind is ActivityKind.APPOINTMENT] == [
        ActivityStatus.COMPLETED
    ]


def test_a_course_with_an_appointment_comes_back_from_the_chart() -> None:
    episode = held(1, start="14:00", next="2026-01-12T14:00:00+00:00")
    resources = to_fhir(episode, Writing(patient="p"), {})
    assert "Appointment" not in {item["resourceType"] for item in resources.values()}
    there = [{**item, "id": f"i{number}"} for number, item in enumerate(resources.values())]
    references = {key: f"{item['resourceType']}/{item['id']}" for key, item in zip(resources, there, strict=True)}
    resources = to_fhir(episode, Writing(patient="p", known=references), {})
    there = [{**item, "id": f"i{number}"} for number, item in enumerate(resources.values())]
    assert from_fhir(there).episode == filed_part(episode)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"start": "25:00"}, "start"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "many"}, "minutes"),
        ({"step": "x" * 201}, "step"),
        ({"ratings": {"goal": "3"}}, "rating-goal"),
        ({"next": "other", "next_date": "", "next_time": "14:00"}, "next_date"),
        ({"next": "other", "next_date": "2026-01-12", "next_time": "soon"}, "next_time"),
        ({"next": "other", "next_date": "2025-01-12", "next_time": "14:00"}, "next_date"),
        ({"next": "yesterday"}, "next"),
        ({"kind": "caregiver", "close": False}, "kind"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_half_written(fields: dict[str, object], field: str) -> None:
    episode = agreed()
    form = SessionForm(date=STARTED.isoformat(), **{"close": True, **fields})  # type: ignore[arg-type]
    after, problems = record(episode, form, LATER)
    assert (after, [problem.field for problem in problems]) == (episode, [field])


def test_a_session_cannot_lie_before_the_one_before_it() -> None:
    episode = held(2)
    after, problems = record(episode, SessionForm(date=STARTED.isoformat(), close=True), LATER)
    assert after == episode
    assert "cannot lie before it" in problems[0].sentence


def test_no_session_is_added_to_a_course_that_ended() -> None:
    review = TerminationReview(reason=TerminationReason.MOVED, ended_on=LATER)
    episode = replace(held(1), phase=Phase.CLOSED, status=EpisodeStatus.REVOKED, review=review)
    after, problems = record(episode, SessionForm(date=LATER.isoformat(), close=True), LATER)
    assert (after, problems[0].field) == (episode, "ended")
    assert not standing(episode).may_close


def test_a_meeting_beside_the_contract_is_counted_on_its_own() -> None:
    """decision-D35."""
    episode = closed(held(2), LATER, kind="caregiver")
    episode = closed(episode, LATER, kind="caregiver")
    assert [(item.kind, item.number) for item in episode.sessions[2:]] == [
        (SessionKind.CAREGIVER, 1),
        (SessionKind.CAREGIVER, 2),
    ]
    assert course(episode).today == 3
    joint = closed(episode, LATER, kind="conjoint")
    assert [item.number for item in joint.sessions if item.kind is SessionKind.CONJOINT] == [3]


def test_a_review_of_the_contract_does_the_planned_work_and_ends_the_reminder() -> None:
    work = Activity(id="review", kind=ActivityKind.TASK, code=REVIEW, text="Mid-point review")
    episode = held(7)
    episode = replace(episode, activities=(*episode.activities, work))
    assert Reminder.REVIEW_CONTRACT in standing(episode).reminders
    after = closed(episode, STARTED + timedelta(weeks=7), techniques=("contract-review",))
    assert after.activities[-1].status is ActivityStatus.COMPLETED
    assert standing(after).reminders == ()


def test_the_time_limit_and_what_the_next_phase_needs_are_said_with_their_reasons() -> None:
    begun = standing(new_course())
    assert (begun.number, begun.left, begun.next_phase, begun.begins) == (1, 15, Phase.MIDDLE, 4)
    assert [item.code for item in begun.missing] == ["diagnosis", "baseline-measure", "problem-area", "contract"]
    assert standing(held(15)).reminders == (Reminder.LAST_SESSION,)
    assert standing(held(16)).reminders == (Reminder.BEYOND_CONTRACT,)
    assert standing(held(14)).reminders == (Reminder.NAME_THE_ENDING,)
    waiting = standing(measured(agreed(), "000000001"))
    assert (waiting.waiting, waiting.may_close) == (1, False)


def test_both_may_decide_that_the_ending_begins_early() -> None:
    episode = closed(held(7), STARTED + timedelta(weeks=7), ending=True)
    assert (episode.sessions[-1].phase, episode.phase) == (Phase.TERMINATION, Phase.TERMINATION)
    assert episode.ending_agreed_on == STARTED + timedelta(weeks=7)
    reopened, problems = correct(
        episode, episode.sessions[-1], CorrectionForm(act="reopen", reason="Not yet"), THERAPIST, AT
    )
    assert not problems
    assert (reopened.phase, reopened.ending_agreed_on) == (Phase.MIDDLE, None)


@pytest.mark.parametrize("act", ["reopen", "take-out"])
def test_the_last_session_is_mended_with_a_reason_that_stays_here(act: str) -> None:
    """decision-D85."""
    episode = held(3, step="Say one wish.")
    last = episode.sessions[-1]
    after, problems = correct(episode, last, CorrectionForm(act=act, reason=" Wrong day "), THERAPIST, AT)
    assert not problems
    (note,) = after.session_corrections
    assert (note.number, note.day, note.reason, note.taken_out) == (3, last.date, "Wrong day", act == "take-out")
    assert course(after).today == 3
    assert len(filed_part(after).sessions) == 2
    assert filed_part(after).session_corrections == ()
    if act == "reopen":
        assert prefilled(after, LATER).step == "Say one wish."


@pytest.mark.parametrize(
    ("number", "form", "field"),
    [
        (3, CorrectionForm(act="reopen"), "reason"),
        (3, CorrectionForm(reason="Wrong"), "act"),
        (3, CorrectionForm(act="reopen", reason="x" * 301), "reason"),
        (2, CorrectionForm(act="reopen", reason="Wrong"), "act"),
    ],
)
def test_a_correction_that_says_too_little_changes_nothing(number: int, form: CorrectionForm, field: str) -> None:
    episode = held(3)
    session = session_at(episode, SessionKind.INDIVIDUAL, number)
    assert session
    assert is_last(episode, session) is (number == 3)
    after, problems = correct(episode, session, form, THERAPIST, AT)
    assert (after, [problem.field for problem in problems]) == (episode, [field])


def test_the_note_says_what_the_fields_say_and_the_step_is_its_only_typed_text() -> None:
    event = TimelineEvent(id="event", when="2026-01", kind=EventKind.DISPUTE, text="TYPED-EVENT")
    area = replace(FOCUS, rationale="TYPED-RATIONALE")
    episode = measured(agreed(timeline=(event,)), "222222220")
    episode = replace(episode, problem_areas=(area,), goals=(replace(GOAL, text="TYPED-GOAL"),))
    form: dict[str, Any] = {
        "mood_link": "worse-after-event",
        "mood_event": "event",
        "focus": "role-dispute",
        "ratings": {"goal": "0"},
    }
    after = closed(episode, start="14:00", minutes="50", step="TYPED-STEP", techniques=("role-play",), **form)
    note = progress_note(after, after.sessions[-1])
    for words in (
        "session 1 of 16",
        "50 minutes",
        "PHQ-9: 16 (moderately severe)",
        "Mood worse after an event (event of 2026-01)",
        "Role dispute",
        "Role play",
        "Goal 1 of the plan: 0 (Expected outcome)",
        "Until next time: TYPED-STEP",
        "15 sessions of the contract are left.",
    ):
        assert words in note
    assert note.count("TYPED") == 1


def test_the_note_of_a_safety_step_says_what_a_person_did_and_no_answer() -> None:
    episode = measured(agreed(), "000000002")
    item = replace(episode.safety_items[0], act=SafetyAct.DISCUSSED, settled=NINE, settled_by=THERAPIST, reason="R")
    after = closed(replace(episode, safety_items=(item,)))
    note = progress_note(after, after.sessions[-1])
    assert "Safety step: Discussed with the patient in the session" in note
    assert "More than half" not in note


@given(
    st.sampled_from(Attendance),
    st.lists(st.sampled_from(Technique), unique=True),
    st.sampled_from([*MoodLink, ""]),
    st.text(max_size=200),
)
def test_what_was_kept_open_closes_as_it_was_entered(
    attendance: Attendance, techniques: list[Technique], mood: str, step: str
) -> None:
    """A law of the form: kept open, shown again and closed is closed at once."""
    form = SessionForm(
        date=STARTED.isoformat(),
        attendance=attendance.value,
        techniques=tuple(techniques),
        mood_link=str(mood),
        step=step,
        focus="role-dispute",
    )
    kept, problems = record(agreed(), form, LATER)
    assert not problems
    again, _ = record(kept, replace(prefilled(kept, LATER), close=True), LATER)
    at_once, _ = record(agreed(), replace(form, close=True), LATER)
    assert again.sessions == at_once.sessions
