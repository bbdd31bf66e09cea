"""Days that come round: the law, and the days a calendar plays tricks with."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.model.timeline import EventKind, TimelineEvent
from ipt_fhir.protocol.anniversaries import anniversaries, events_of_loss
from tests.services.given import new_course


def event(when: str, kind: EventKind = EventKind.DEATH, ident: str = "e", person: str | None = None) -> TimelineEvent:
    return TimelineEvent(id=ident, when=when, kind=kind, text="Death of P", person=person)


@given(st.dates(date(1930, 1, 1), date(2040, 12, 31)), st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_the_next_time_is_never_over_and_never_more_than_a_year_away(day: date, today: date) -> None:
    (found,) = anniversaries(new_course(timeline=(event(day.isoformat()),)), today)
    assert found.on >= today
    assert found.days == (found.on - today).days
    assert found.years == found.on.year - day.year >= 1
    assert (found.on.month, found.on.day) in {(day.month, day.day), (2, 28)}
    if day <= today:
        assert found.on - today <= timedelta(days=366)


@pytest.mark.parametrize(
    ("when", "today", "on", "days", "exact"),
    [
        ("2024-02-29", date(2026, 2, 27), date(2026, 2, 28), 1, True),
        ("2024-02-29", date(2027, 12, 1), date(2028, 2, 29), 90, True),
        ("2025-11-20", date(2026, 11, 20), date(2026, 11, 20), 0, True),
        ("2025-11-20", date(2026, 11, 21), date(2027, 11, 20), 364, True),
        ("2025-11", date(2026, 11, 30), date(2026, 11, 1), 0, False),
        ("2025-11", date(2026, 12, 1), date(2027, 11, 1), 335, False),
        ("2026-11-20", date(2026, 11, 21), date(2027, 11, 20), 364, True),
        ("2025-04-31", date(2026, 4, 1), date(2026, 4, 30), 29, True),
    ],
)
def test_days_and_months(when: str, today: date, on: date, days: int, exact: bool) -> None:
    (found,) = anniversaries(new_course(timeline=(event(when),)), today)
    assert (found.on, found.days, found.exact) == (on, days, exact)


@pytest.mark.parametrize("when", ["2025", "9999-01-01"])
def test_what_has_no_day_or_never_comes_again_is_none(when: str) -> None:
    assert anniversaries(new_course(timeline=(event(when),)), date(2026, 1, 1)) == []


def test_only_losses_come_round_and_the_next_one_first() -> None:
    timeline = (
        event("2025-06-01", EventKind.ANNIVERSARY, "b"),
        event("2025-03-01", EventKind.LOSS, "a"),
        event("2025-02-01", EventKind.DISPUTE, "c"),
    )
    found = anniversaries(new_course(timeline=timeline), date(2026, 1, 1))
    assert [item.event.id for item in found] == ["a", "b"]


def test_the_story_of_a_loss_leaves_out_what_names_somebody_else() -> None:
    timeline = (
        event("2025-03", ident="b", person="p"),
        event("2025", ident="a"),
        event("2025-04", ident="c", person="d"),
    )
    assert [item.id for item in events_of_loss(new_course(timeline=timeline), "p")] == ["a", "b"]
