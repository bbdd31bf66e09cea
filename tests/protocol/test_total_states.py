"""A total read off a sheet: what may be entered, what it obliges to, how it is corrected and withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ipt_fhir.instruments.catalogue import UnknownInstrument, instrument, instruments
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.goals import Comparator, Goal, GoalKind, GoalStatus, ScoreTarget
from ipt_fhir.model.measures import ResponseStatus
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.protocol.course_guards import has_baseline
from ipt_fhir.protocol.response_states import ResponseMoveRefused, UnknownResponse, withdraw
from ipt_fhir.protocol.rules import breaches
from ipt_fhir.protocol.total_states import WORRYING, TotalRefused, amend_total, check_total, enter_total

STARTED = date(2026, 1, 5)
SHEET = datetime(2026, 1, 3, 18, 0, tzinfo=UTC)
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
COURSE = Episode(id="course", variant="ipt-perinatal-8", started=STARTED)


def total(points: str, name: str = "epds", **parts: Any) -> EnteredTotal:
    said = {"worrying": False} if instrument(name).safety else {}
    fields = {"id": "total", "authored": SHEET, **said, **parts}
    return EnteredTotal(instrument=name, total=Decimal(points), **fields)


def test_a_total_of_every_instrument_without_a_form_can_be_entered() -> None:
    for name, found in instruments().items():
        if not found.has_form:
            assert found.scale is not None
            course = enter_total(COURSE, total(str(found.scale.lowest), name), NOW)
            assert [item.total for item in course.totals] == [found.scale.lowest]


@pytest.mark.parametrize(
    ("name", "points", "sentence"),
    [
        ("epds", "31", "EPDS has totals from 0 to 30 in steps of 1. Correct 31."),
        ("epds", "-1", "Correct -1."),
        ("epds", "12.5", "Correct 12.5."),
        ("who-5", "50", "WHO-5 has totals from 0 to 100 in steps of 4. Correct 50."),
        ("k10", "9", "from 10 to 50"),
        ("ede-q", "6.01", "from 0 to 6 in steps of 0.01"),
        ("phq-9", "12", "PHQ-9 has a form here. Fill it in"),
        ("phq-9m", "12", "PHQ-9M has a form here."),
    ],
)
def test_a_total_that_cannot_be_is_refused_in_a_sentence(name: str, points: str, sentence: str) -> None:
    with pytest.raises(TotalRefused) as refused:
        check_total(instrument(name), Decimal(points), worrying=False)
    assert sentence in refused.value.sentence()


@pytest.mark.parametrize("number", ["NaN", "Infinity"])
def test_what_is_no_number_is_no_total(number: str) -> None:
    with pytest.raises(TotalRefused):
        check_total(instrument("epds"), Decimal(number), worrying=False)
    with pytest.raises(ValueError, match="a total is a number"):
        total(number)


def test_where_the_sheet_asks_about_self_harm_the_answer_must_be_said_decision_d21() -> None:
    with pytest.raises(TotalRefused, match="Say whether item 10 of EPDS was answered above its lowest answer"):
        enter_total(COURSE, total("12", worrying=None), NOW)
    assert enter_total(COURSE, total("12", "wsas"), NOW).totals[0].worrying is None


def test_a_worrying_answer_opens_a_safety_item_from_the_moment_it_is_entered_decision_d21() -> None:
    course = enter_total(COURSE, total("3", worrying=True), NOW)
    (item,) = course.open_safety_items
    assert (item.response, item.link_id, item.answer, item.opened) == ("total", "10", WORRYING, NOW)
    assert breaches(course, today=STARTED) == ()
    forgotten = replace(course, safety_items=())
    assert [(found.rule, found.place) for found in breaches(forgotten, today=STARTED)] == [("ipt-7", "totals[0]")]
    assert not enter_total(COURSE, total("25", worrying=False), NOW).safety_items


def test_a_sheet_of_the_future_breaks_the_order_of_days() -> None:
    course = enter_total(COURSE, total("3", authored=NOW + timedelta(days=2)), NOW)
    assert [found.place for found in breaches(course, today=STARTED)] == ["totals[0].authored"]


def test_an_entered_total_is_a_first_measure() -> None:
    """A perinatal course leads with the EPDS, whose form no clinic may get from us."""
    assert not has_baseline(COURSE)
    entered = enter_total(COURSE, total("12"), NOW)
    assert has_baseline(entered)
    assert not has_baseline(withdraw(entered, "total"))
    assert not has_baseline(enter_total(COURSE, total("12", "wsas"), NOW))


def test_a_total_is_about_the_active_goal_that_aims_at_it() -> None:
    target = ScoreTarget(measure="99046-5", comparator=Comparator.LESS, value=Decimal(10))
    goal = Goal(id="goal", kind=GoalKind.PROM, text="Feel well", start=STARTED, due=STARTED, target=target)
    for status, about in ((GoalStatus.ACTIVE, "goal"), (GoalStatus.PROPOSED, None)):
        course = replace(COURSE, goals=(replace(goal, status=status),))
        assert enter_total(course, total("12"), NOW).totals[0].focus_goal == about
        assert enter_total(course, total("12", "wsas"), NOW).totals[0].focus_goal is None


def test_a_correction_is_a_total_of_its_own_and_the_first_no_longer_counts() -> None:
    first = enter_total(COURSE, total("9"), NOW)
    course = amend_total(first, "total", total("14", id="second", worrying=True), NOW, reason="Read the line above")
    old, new = sorted(course.totals, key=lambda item: item.id, reverse=True)
    assert (old.status, old.total, old.withdrawn and old.withdrawn.reason) == (
        ResponseStatus.ENTERED_IN_ERROR,
        Decimal(9),
        "Read the line above",
    )
    assert (new.status, new.replaces, new.stands) == (ResponseStatus.AMENDED, "total", True)
    assert [item.response for item in course.open_safety_items] == ["second"]


def test_a_correction_is_held_to_the_same_rules_and_changes_nothing_when_it_is_refused() -> None:
    first = enter_total(COURSE, total("9"), NOW)
    with pytest.raises(TotalRefused):
        amend_total(first, "total", total("99", id="second"), NOW)


def test_only_what_stands_is_withdrawn_and_what_is_unknown_is_named() -> None:
    gone = withdraw(enter_total(COURSE, total("9"), NOW), "total")
    assert not gone.totals[0].stands
    with pytest.raises(ResponseMoveRefused, match="entered-in-error"):
        withdraw(gone, "total")
    with pytest.raises(UnknownResponse, match="other"):
        withdraw(gone, "other")
    with pytest.raises(UnknownInstrument):
        enter_total(COURSE, EnteredTotal(id="t", instrument="nobody", total=Decimal(1), authored=SHEET), NOW)
