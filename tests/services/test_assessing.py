"""Which measures are due and done, and what is drawn of each: only figures that were checked, only what counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ipt_fhir.instruments.catalogue import SHIPPED
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.measures import ResponseStatus
from ipt_fhir.model.sessions import Attendance, Phase, Session
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.questionnaires.off_track import OffTrackPolicy
from smart_app.services.assessing import Rhythm, measure_states, phase_days, session_days, trends
from tests.protocol.cases import case
from tests.services.given import STARTED, measured, new_course

POLICY = OffTrackPolicy()


def states(episode: Episode, today: date, **asked: datetime) -> dict[str, tuple[bool, Rhythm]]:
    found = measure_states(episode, SHIPPED, {key.replace("_", "-"): at for key, at in asked.items()}, today)
    return {item.instrument.id: (item.is_due, item.rhythm) for item in found}


def total(instrument: str, value: str, week: int = 0) -> EnteredTotal:
    return EnteredTotal(
        id=f"{instrument}-{week}",
        instrument=instrument,
        total=Decimal(value),
        authored=datetime(2026, 1, 5, 12, tzinfo=UTC) + timedelta(weeks=week),
    )


def held(*numbers: int) -> tuple[Session, ...]:
    return tuple(
        Session(number=number, date=STARTED + timedelta(weeks=number), phase=Phase.INITIAL) for number in numbers
    )


def test_at_the_start_the_measures_of_the_variant_are_due() -> None:
    assert states(new_course(), STARTED) == {
        "phq-9": (True, Rhythm.EVERY_SESSION),
        "gad-7": (True, Rhythm.EVERY_FOURTH),
    }


@pytest.mark.parametrize(("days", "due"), [(0, False), (5, False), (6, True), (30, True)])
def test_the_leading_measure_comes_due_with_the_next_session(days: int, due: bool) -> None:
    course = measured(new_course(), "222222220")
    assert states(course, STARTED + timedelta(days=days))["phq-9"][0] is due


def test_the_second_measure_comes_due_after_four_sessions() -> None:
    course = replace(new_course(), totals=(total("gad-7", "12"),))
    three = replace(course, sessions=held(1, 2, 3))
    assert states(three, date(2026, 1, 30))["gad-7"][0] is False
    assert states(replace(course, sessions=held(1, 2, 3, 4)), date(2026, 2, 5))["gad-7"][0] is True


def test_what_a_patient_was_asked_for_is_due_and_stands_first() -> None:
    course = measured(new_course(), "222222220")
    found = measure_states(course, SHIPPED, {"phq-9": datetime(2026, 1, 6, tzinfo=UTC)}, date(2026, 1, 6))
    assert [(item.instrument.id, item.is_due) for item in found] == [("phq-9", True), ("gad-7", True)]


def test_nothing_is_due_in_a_course_that_rests_or_ended() -> None:
    for course in (replace(new_course(), status=EpisodeStatus.ON_HOLD), case("A", "last")):
        assert not any(due for due, _ in states(course, date(2027, 1, 1)).values())


def test_a_measure_somebody_chose_is_listed_and_never_due() -> None:
    course = replace(new_course(), totals=(total("wsas", "20"),))
    assert states(course, date(2027, 1, 1))["wsas"] == (False, Rhythm.NONE)


def test_the_leading_measure_stands_first_with_its_verdict_and_the_others_without() -> None:
    course = replace(case("B", 8), totals=(total("gad-7", "14"), total("gad-7", "12", 5)))
    leading, second = trends(course, SHIPPED, POLICY)
    assert (leading.instrument.id, second.instrument.id) == ("phq-9", "gad-7")
    assert leading.flagged == leading.readings[-1]
    assert second.verdict is None
    assert trends(course, SHIPPED, None)[0].flagged is None


def test_lines_are_those_of_checked_figures_only() -> None:
    (phq,) = trends(case("B", 4), SHIPPED, None)
    assert [phq.reliable, phq.response] == [12, 9]  # the first total is 18
    unchecked = replace(new_course(), totals=(total("core-10", "20"),))
    (core,) = trends(unchecked, SHIPPED, None)
    assert [core.reliable, core.response] == [None, None]


def test_where_so_little_is_wrong_response_means_nothing() -> None:
    (found,) = trends(measured(new_course(), "111100000"), SHIPPED, None)
    assert found.response is None
    assert found.reliable is None  # the scale ends before


def test_an_odd_first_total_gives_a_line_that_exists() -> None:
    (found,) = trends(measured(new_course(), "222222210"), SHIPPED, None)
    assert found.response == 7  # half of 15, as the scale counts


def test_corrected_and_withdrawn_versions_are_counted_and_not_drawn() -> None:
    course = measured(new_course(), "222222220", "111111110", "111111100")
    first, second, third = course.responses
    gone = replace(first, status=ResponseStatus.ENTERED_IN_ERROR)
    old = replace(second, status=ResponseStatus.ENTERED_IN_ERROR)
    new = replace(
        second, id="new", status=ResponseStatus.AMENDED, replaces=old.id, authored=third.authored + timedelta(1)
    )
    (found,) = trends(replace(course, responses=(gone, old, third, new)), SHIPPED, None)
    assert [item.source.id for item in found.readings] == ["new", third.id]
    assert (found.corrected, found.withdrawn) == (1, 1)


def test_a_form_without_a_total_is_there_and_not_drawn() -> None:
    (found,) = trends(measured(new_course(), "22222222 "), SHIPPED, None)
    assert not found.drawn
    assert found.readings[0].total is None


def test_phases_are_the_days_of_their_sessions() -> None:
    course = case("A", 15)
    assert [item.phase for item in phase_days(course)] == [Phase.INITIAL, Phase.MIDDLE, Phase.TERMINATION]
    missed = replace(course.sessions[-1], attendance=Attendance.MISSED)
    cancelled = replace(course.sessions[-2], attendance=Attendance.CANCELLED)
    days = session_days(replace(course, sessions=(*course.sessions[:-2], cancelled, missed)))
    assert [item.held for item in days[-2:]] == [True, False]
    assert days[-1].number == missed.number
