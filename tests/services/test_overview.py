"""Where the therapy stands: counting sessions, phases, scores, and what is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.model.episode import Contract, Episode, Frequency
from ipt_fhir.model.measures import SafetyAct
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode
from ipt_fhir.model.sessions import Attendance, Phase, Session
from ipt_fhir.protocol.response_states import amend
from ipt_fhir.questionnaires.answers import as_answers
from smart_app.services.overview import Due, course, due, measure
from smart_app.services.plan_form import PlanForm
from smart_app.services.planning import agree
from smart_app.services.safety import SafetyForm, settle
from smart_app.services.sessions import SessionForm, record
from tests.mapping.strategies import episodes
from tests.protocol.cases import case
from tests.services.given import NINE, PHQ9, STARTED, THERAPIST, answers, measured, new_course

GRIEF = ProblemArea(code=ProblemAreaCode.GRIEF, agreed_by_patient=True, agreed_on=STARTED)
LATER = STARTED + timedelta(days=400)


def contracted(sessions: int) -> Contract:
    return Contract(sessions=sessions, frequency=Frequency.WEEKLY, minutes=50, agreed_on=STARTED, ends_on=LATER)


def held(count: int, sessions: int = 16) -> Episode:
    episode = new_course(contract=contracted(sessions), variant="ipt-adult-12" if sessions == 12 else "ipt-adult-16")
    for _ in range(count):
        episode, problems = record(episode, SessionForm(date=STARTED.isoformat(), close=True), LATER)
        assert not problems
    return episode


@pytest.mark.parametrize(
    ("sessions", "phases"),
    [
        (12, ((Phase.INITIAL, 1, 3), (Phase.MIDDLE, 4, 10), (Phase.TERMINATION, 11, 12))),
        (16, ((Phase.INITIAL, 1, 3), (Phase.MIDDLE, 4, 13), (Phase.TERMINATION, 14, 16))),
    ],
)
def test_phases_follow_from_the_number_of_the_session(
    sessions: int, phases: tuple[tuple[Phase, int, int], ...]
) -> None:
    """ISIPT: 3 initial sessions; the last 2 of 12 or 3 of 16 are for the ending."""
    assert course(held(0, sessions)).phases == phases
    for phase, first, last in phases:
        assert {course(held(number - 1, sessions)).phase for number in (first, last)} == {phase}


def test_a_course_begins_with_session_one_of_the_usual_number() -> None:
    found = course(new_course())
    assert (found.today, found.contracted, found.held, found.open_session, found.complete) == (1, 16, 0, None, False)


def test_a_missed_session_counts_as_a_number_and_not_as_held() -> None:
    episode, _ = record(held(2), SessionForm(date=STARTED.isoformat(), attendance="missed", close=True), LATER)
    found = course(episode)
    assert (found.today, found.held) == (4, 2)


def test_an_open_session_is_today_and_is_not_counted_yet() -> None:
    episode, _ = record(held(2), SessionForm(date=STARTED.isoformat()), LATER)
    found = course(episode)
    assert found.open_session is not None
    assert (found.today, found.held, len(found.sessions)) == (3, 2, 2)


def test_a_course_is_complete_when_every_contracted_session_is_behind() -> None:
    assert not course(held(15)).complete
    assert course(held(16)).complete
    assert course(held(16)).phase is Phase.TERMINATION


@given(episodes())
def test_any_course_can_be_counted(episode: Episode) -> None:
    found = course(episode)
    assert 0 <= found.held <= len(found.sessions) <= len(episode.sessions)
    assert all(session.number != found.today for session in found.sessions if session.kind.counts)
    spans = [number for _, first, last in found.phases for number in range(first, last + 1)]
    assert spans == list(range(1, found.contracted + 1))


@given(episodes())
def test_any_measure_can_be_read(episode: Episode) -> None:
    found = measure(episode, "phq-9")
    filled_in = [response for response in episode.responses if response.instrument == "phq-9"]
    assert len(found.readings) == sum(response.stands for response in filled_in)
    totals = [item.total for item in found.readings if item.total is not None]
    assert all(0 <= total <= found.highest for total in totals)
    assert (found.change is None) == (len(totals) < 2)
    if found.change:
        assert found.change.points == totals[-1] - totals[0]


def test_change_counts_from_the_first_total_and_skips_forms_without_one() -> None:
    found = measure(measured(new_course(), "11 111111", "222222220", "2 2222220", "111111110"))
    assert [item.total for item in found.readings] == [None, 16, None, 8]
    assert found.change is not None
    assert (found.change.points, found.change.reliable) == (Decimal(-8), True)


def test_a_correction_takes_the_place_of_the_form_it_corrects() -> None:
    """decision-D65: a slip mended weeks later moves neither baseline nor trend, and is no new measurement."""
    episode = measured(new_course(), "222222220", "111111110")
    first = episode.responses[0]
    later = NINE + timedelta(weeks=5)
    corrected = amend(episode, first.id, new_id="again", answers=as_answers(PHQ9, answers("222222200")), authored=later)
    found = measure(corrected)
    assert [(item.total, item.at) for item in found.readings] == [
        (Decimal(14), NINE),
        (Decimal(8), NINE + timedelta(weeks=1)),
    ]
    assert found.change is not None
    assert found.change.points == Decimal(-6)
    assert Due.MEASURE in due(corrected, later.date(), 0)


@pytest.mark.parametrize(
    ("after", "reliable"), [("222220000", False), ("222221000", False), ("222222000", True), ("111110000", False)]
)
def test_a_change_is_reliable_from_six_points_on(after: str, reliable: bool) -> None:
    found = measure(measured(new_course(), "222000000", after))
    assert found.change is not None
    assert found.change.reliable is reliable


def test_without_a_second_total_there_is_no_change() -> None:
    assert measure(measured(new_course(), "111111111")).change is None
    assert measure(new_course()).latest is None


def test_what_is_due_stands_in_the_order_in_which_it_should_be_done() -> None:
    episode, _ = record(measured(new_course(), "000000001"), SessionForm(date=STARTED.isoformat()), LATER)
    assert due(episode, LATER, unfiled=3) == [
        Due.SAFETY,
        Due.MEASURE,
        Due.FOCUS,
        Due.PLAN,
        Due.SESSION,
        Due.FILING,
    ]


def test_each_thing_stops_being_due_when_it_is_done() -> None:
    episode = measured(new_course(), "000000001")
    assert Due.MEASURE not in due(episode, STARTED, 0)
    episode, _ = settle(episode, episode.safety_items[0], SafetyForm(act=SafetyAct.DISCUSSED.value), THERAPIST, NINE)
    assert Due.SAFETY not in due(episode, STARTED, 0)
    form = PlanForm(goals=("G-02",), texts={"text-G-02": "Feel well.", "due-G-02": "2026-04-01"})
    agreed, problems = agree(replace(episode, problem_areas=(GRIEF,), contract=contracted(16)), form, STARTED, set())
    assert not problems
    assert Due.PLAN not in due(replace(agreed, contract=contracted(16)), STARTED, 0)


def test_a_course_in_order_has_nothing_due() -> None:
    form = PlanForm(
        contract_agreed=True,
        sessions="16",
        minutes="50",
        contract_on="2026-01-05",
        goals=("G-02",),
        texts={"text-G-02": "Feel well.", "due-G-02": "2026-04-01"},
    )
    episode, problems = agree(measured(new_course(problem_areas=(GRIEF,)), "111111110"), form, STARTED, set())
    assert not problems
    assert due(episode, STARTED, unfiled=0) == []


@pytest.mark.parametrize(
    ("day", "today", "sentence"),
    [
        ("2026-01-04", "2026-01-05", "before the start"),
        ("2026-01-06", "2026-01-05", "in the future"),
        ("05.01.2026", "2026-01-05", "full date"),
    ],
)
def test_a_session_lies_between_the_start_and_today(day: str, today: str, sentence: str) -> None:
    before = new_course()
    after, problems = record(before, SessionForm(date=day, close=True), date.fromisoformat(today))
    assert after == before
    assert sentence in problems[0].sentence


def test_a_session_does_not_close_while_a_safety_item_is_open() -> None:
    """decision-D21; it may be kept open meanwhile."""
    before = measured(new_course(), "000000001")
    after, problems = record(before, SessionForm(date="2026-01-05", close=True), LATER)
    assert (after, [problem.field for problem in problems]) == (before, ["safety"])
    kept, problems = record(before, SessionForm(date="2026-01-05"), LATER)
    assert not problems
    assert not kept.sessions[0].closed


def test_a_course_in_maintenance_stays_there_however_its_sessions_are_counted() -> None:
    """Case D goes on monthly; session 17 of 22 is not its middle phase."""
    before = case("D", "last")
    assert course(before).phase is Phase.MAINTENANCE
    form = SessionForm(date=(before.sessions[-1].date + timedelta(days=30)).isoformat(), close=True)
    after, problems = record(before, form, LATER)
    assert not problems
    assert (after.sessions[-1].number, after.sessions[-1].phase, after.phase) == (
        17,
        Phase.MAINTENANCE,
        Phase.MAINTENANCE,
    )


@given(episodes(), st.booleans(), st.sampled_from(Attendance))
def test_recording_a_session_changes_sessions_status_and_phase_only(
    episode: Episode, close: bool, attendance: Attendance
) -> None:
    form = SessionForm(date=episode.started.isoformat(), attendance=attendance.value, close=close)
    after, problems = record(episode, form, LATER + timedelta(days=5000))
    if problems:
        assert after == episode
        return
    assert replace(after, sessions=(), status=episode.status, phase=episode.phase) == replace(episode, sessions=())
    this = (False, course(episode).today, "")
    others: tuple[Session, ...] = tuple(item for item in episode.sessions if item.place != this)
    assert tuple(item for item in after.sessions if item.place != this) == others
