"""The timeline: partial dates as people say them, events in their order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.model.timeline import EventKind, TimelineEvent
from smart_app.services.events import (
    MOST_EVENTS,
    find_event,
    in_order,
    keep_event,
    read_event,
    read_when,
    remove_event,
    span_of,
    typed_of,
)
from smart_app.services.problems import Problems
from smart_app.services.typed import Typed
from tests.services.given import STARTED, new_course
from tests.services.test_people import MOTHER

ROW = TimelineEvent(id="t", when="2026-03-14", kind=EventKind.DISPUTE, text="A row", mood=-2, person=MOTHER.id)
COURSE = new_course(inventory=(MOTHER,), timeline=(ROW,))


@pytest.mark.parametrize(
    ("typed", "when"),
    [
        ("2026", "2026"),
        ("2026-03", "2026-03"),
        ("2026-3-1", "2026-03-01"),
        ("14.3.2026", "2026-03-14"),
        ("14. 3. 2026", "2026-03-14"),
        ("3.2026", "2026-03"),
        ("03/2026", "2026-03"),
        (" 1987 ", "1987"),
    ],
)
def test_a_date_is_as_exact_as_the_memory(typed: str, when: str) -> None:
    problems = Problems()
    assert read_when(typed, STARTED, problems) == when
    assert not problems


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter a year, a month or a day"),
        ("spring 2025", "Enter a year, a month or a day"),
        ("3/4/2026", "Enter a year, a month or a day"),
        ("\N{FULLWIDTH DIGIT TWO}026", "Enter a year, a month or a day"),
        ("2026-02-30", "There is no such day."),
        ("2026-13", "There is no such day."),
        ("0", "Enter a year, a month or a day"),
        ("1066", "Enter a year from 1900 to 2036."),
        ("2037", "Enter a year from 1900 to 2036."),
    ],
)
def test_a_date_that_is_none_is_named(typed: str, sentence: str) -> None:
    problems = Problems()
    assert read_when(typed, STARTED, problems) is None
    assert sentence in problems.by_field()["when"]


@given(st.dates(date(1, 1, 1), date(9998, 12, 31)))
def test_a_day_lies_in_its_month_and_its_month_in_its_year(day: date) -> None:
    exact, month, year = (span_of(day.isoformat()[:length]) for length in (10, 7, 4))
    assert exact.first == exact.last == day
    assert year.first <= month.first <= day <= month.last <= year.last
    assert (month.first.day, (month.last - month.first).days) >= (1, 27)


@given(st.from_regex(r"\A\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?\Z"))
def test_every_date_the_model_takes_has_days(when: str) -> None:
    """Also 30 February and the year 0: a course from elsewhere may hold them."""
    if when.isascii():
        assert span_of(when).first <= span_of(when).middle <= span_of(when).last


def test_what_is_shown_and_saved_again_stays_as_it_was() -> None:
    assert read_event("t", typed_of(ROW), COURSE, STARTED) == (ROW, [])
    bare = replace(ROW, mood=None, person=None)
    assert read_event("t", typed_of(bare), COURSE, STARTED) == (bare, [])


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("kind", "", "Choose what kind of event it was."),
        ("kind", "wedding", "Choose one of the list."),
        ("text", " ", "Say in a few words what happened."),
        ("text", "x" * 201, "This is longer than 200 characters."),
        ("mood", "4", "Choose one of the list."),
        ("person", "nobody", "This person is not in the list any more."),
    ],
)
def test_a_field_that_cannot_be_used_is_named(field: str, value: str, sentence: str) -> None:
    event, problems = read_event("t", Typed({**typed_of(ROW).values, field: (value,)}), COURSE, STARTED)
    assert event is None
    assert problems.by_field()[field] == sentence


def test_events_stand_in_the_order_of_their_days_the_more_exact_first() -> None:
    names = ("2026-03", "2025-12-31", "2026", "2026-03-01", "2025")
    events = tuple(replace(ROW, id=name, when=name) for name in names)
    assert [event.when for event in in_order(events)] == ["2025", "2025-12-31", "2026", "2026-03-01", "2026-03"]


def test_an_event_is_changed_added_and_taken_out() -> None:
    course, _ = keep_event(COURSE, replace(ROW, text="Words"))
    course, _ = keep_event(course, replace(ROW, id="u"))
    assert [(event.id, event.text) for event in course.timeline] == [("t", "Words"), ("u", "A row")]
    course = remove_event(course, "t")
    assert find_event(course, "t") is None
    assert len(course.timeline) == 1


def test_a_timeline_that_is_full_takes_nothing_more_and_says_so() -> None:
    full = new_course(timeline=tuple(replace(ROW, id=str(number)) for number in range(MOST_EVENTS)))
    after, problems = keep_event(full, replace(ROW, id="one more"))
    assert after == full
    assert "80 events" in problems.by_field()["text"]
    assert not keep_event(full, replace(ROW, id="7", text="Reworded"))[1]
