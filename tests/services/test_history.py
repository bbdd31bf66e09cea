"""What the history tells of each set of answers, and what a correction or a withdrawal does to a course."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given

from ipt_fhir.instruments.catalogue import SHIPPED
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.measures import SafetyAct
from ipt_fhir.protocol.response_states import Content, ResponseMoveRefused, UnknownResponse
from ipt_fhir.questionnaires.answers import as_answers
from smart_app.services.correcting import REASON, correct, withdraw
from smart_app.services.history import Entry, entry_of, history
from smart_app.services.problems import Problems
from smart_app.services.safety import SafetyForm, settle
from tests.mapping.form_strategies import courses_with_forms
from tests.mapping.full import FULL
from tests.services.given import NINE, PHQ9, THERAPIST, answers, measured, new_course

LATER = NINE + timedelta(weeks=5)


def corrected(
    course: Episode, place: int, digits: str | None = None, reason: str = "a slip", items: str = ""
) -> tuple[Episode, Problems]:
    """The course with the response at that place corrected five weeks later."""
    content: Content = items if digits is None else as_answers(PHQ9, answers(digits))
    known = course.forms if digits is None else course.responses
    return correct(course, known[place].id, content, reason, THERAPIST, LATER, SHIPPED)


def entries(course: Episode) -> tuple[Entry, ...]:
    """The only series of a course."""
    (series,) = history(course, SHIPPED)
    return series.entries


def test_each_total_is_told_beside_the_baseline_and_the_one_before_the_newest_first() -> None:
    found = entries(measured(new_course(), "222222220", "2 2222220", "111111110", "111111100"))
    told = [
        (
            entry.result.total if entry.result else None,
            entry.since_first.points if entry.since_first else None,
            entry.since_last.points if entry.since_last else None,
        )
        for entry in found
    ]
    assert told == [
        (Decimal(7), Decimal(-9), Decimal(-1)),
        (Decimal(8), Decimal(-8), Decimal(-8)),
        (None, None, None),
        (Decimal(16), None, None),
    ]
    assert found[0].since_first is not None
    assert (found[0].since_first.reliable, found[0].since_first.response) == (True, True)


def test_what_does_not_count_changes_no_change_and_stands_where_it_was() -> None:
    course = measured(new_course(), "333333330", "222222220", "111111110")
    course, problems = withdraw(course, course.responses[0].id, " Another patient ", THERAPIST, LATER)
    assert not problems
    newest, middle, oldest = entries(course)
    assert newest.since_first is not None
    assert (newest.since_first.points, middle.since_first, oldest.version.stands) == (Decimal(-8), None, False)
    why = oldest.version.withdrawn
    assert why is not None
    assert (why.reason, why.by, why.at) == ("Another patient", THERAPIST, LATER)


def test_a_correction_stands_in_the_place_and_at_the_time_of_what_it_corrects() -> None:
    """decision-D65."""
    course, problems = corrected(measured(new_course(), "222222220", "111111110"), 0, "222222200")
    assert not problems
    newest, correction, first = entries(course)
    assert (newest.at, correction.at, first.at) == (NINE + timedelta(weeks=1), NINE, NINE)
    assert (correction.corrects, first.corrected_by) == (first.version.id, correction.version.id)
    assert newest.since_first is not None
    assert newest.since_first.points == Decimal(8 - 14)
    assert correction.version.author == THERAPIST


@pytest.mark.parametrize(
    ("digits", "reason", "field"),
    [
        ("222222220", "a slip", "answers"),
        ("222222200", " \x07 ", "reason"),
        ("222222200", "x" * (REASON + 1), "reason"),
    ],
)
def test_a_correction_changes_something_and_says_why(digits: str, reason: str, field: str) -> None:
    course = measured(new_course(), "222222220")
    after, problems = corrected(course, 0, digits, reason)
    assert (list(problems.by_field()), after) == ([field], course)


def test_a_form_spelled_otherwise_is_not_corrected() -> None:
    course = replace(FULL, safety_items=FULL.safety_items)
    spelled = FULL.forms[1].items.replace("58.0", "5.80e1")
    assert list(corrected(course, 1, items=spelled)[1].by_field()) == ["answers"]
    after, problems = corrected(course, 1, items=FULL.forms[1].items.replace("58.0", "59"))
    assert not problems
    assert [form.stands for form in after.forms[:2]] == [False, False]


class TestSafety:
    """decision-D21: what somebody must act on stays until somebody has."""

    def test_a_correction_to_above_not_at_all_opens_a_safety_item_at_once(self) -> None:
        course, _ = corrected(measured(new_course(), "222222220"), 0, "222222221")
        (item,) = course.open_safety_items
        assert (item.response, item.opened) == (course.responses[-1].id, LATER)

    def test_an_answer_that_was_corrected_away_still_waits_for_a_person(self) -> None:
        course, _ = corrected(measured(new_course(), "222222221"), 0, "222222220")
        (item,) = course.open_safety_items
        assert item.response == course.responses[0].id

    def test_what_was_settled_stays_settled_as_it_was(self) -> None:
        course = measured(new_course(), "222222221")
        form = SafetyForm(act=SafetyAct.PLAN_REVIEWED.value)
        course, _ = settle(course, course.safety_items[0], form, THERAPIST, NINE)
        after, _ = corrected(course, 0, "222222220")
        assert after.safety_items == course.safety_items

    def test_a_withdrawn_form_leaves_its_safety_item_open(self) -> None:
        course = measured(new_course(), "222222221")
        after, _ = withdraw(course, course.responses[0].id, "wrong form", THERAPIST, LATER)
        assert after.safety_items == course.safety_items

    def test_one_step_settles_the_same_question_of_every_version_of_the_form(self) -> None:
        course, _ = corrected(measured(new_course(), "222222221", "000000001"), 0, "222222222")
        assert len(course.open_safety_items) == 3
        newest = course.safety_items[-1]
        after, _ = settle(course, newest, SafetyForm(act=SafetyAct.DISCUSSED.value, reason="seen"), THERAPIST, LATER)
        (other,) = after.open_safety_items
        assert other.response == course.responses[1].id
        assert {(item.act, item.reason) for item in after.safety_items if not item.open} == {
            (SafetyAct.DISCUSSED, "seen")
        }


def test_only_what_counts_is_corrected_or_withdrawn() -> None:
    course = measured(new_course(), "222222220")
    gone, _ = withdraw(course, course.responses[0].id, "wrong form", THERAPIST, LATER)
    with pytest.raises(ResponseMoveRefused):
        withdraw(gone, gone.responses[0].id, "again", THERAPIST, LATER)
    with pytest.raises(ResponseMoveRefused):
        corrected(gone, 0, "000000000")
    with pytest.raises(UnknownResponse):
        withdraw(course, "elsewhere", "why", THERAPIST, LATER)


def test_forms_stand_behind_instruments_each_in_a_series_of_its_own() -> None:
    found = history(FULL, SHIPPED)
    titles = ["PHQ-9", "Weekly count", "EPDS", "ZZTEST intake", "Interpersonal inventory"]
    assert [series.title for series in found] == titles
    assert [series.measure is not None for series in found] == [True, True, True, False, False]
    intake = found[3].entries
    assert [entry.version.stands for entry in intake] == [True, False]


def test_answers_to_an_instrument_that_is_not_here_have_no_score() -> None:
    gone = replace(FULL.responses[0], id="gone", instrument="taken-out")
    (series,) = history(replace(FULL, responses=(gone,), totals=(), forms=()), SHIPPED)
    assert (series.title, series.measure, series.entries[0].result) == ("taken-out", None, None)


@given(courses_with_forms())
def test_any_course_has_a_history_of_everything_that_was_answered(course: Episode) -> None:
    found = history(course, SHIPPED)
    listed = [entry.version.id for series in found for entry in series.entries]
    assert sorted(listed) == sorted(item.id for item in (*course.measured, *course.forms))
    for series in found:
        times = [entry.at for entry in series.entries]
        assert times == sorted(times, reverse=True)
        assert all(entry_of(course, entry.version.id, SHIPPED) == entry for entry in series.entries)
