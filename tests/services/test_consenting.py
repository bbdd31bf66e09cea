"""Decisions of the patient: added, never edited, withdrawn by themselves; and what follows (decision-D93)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.model.consents import ConsentKind, is_stopped, newest
from ipt_fhir.model.episode import Episode
from smart_app.services.consenting import Answer, ConsentForm, decided
from smart_app.services.course_resources import fileable
from tests.services.given import THERAPIST, new_course

TODAY = date(2026, 2, 2)
SHARING = ConsentKind.DATA_SHARING


def said(episode: Episode, answer: str, on: str = "2026-02-02", kind: ConsentKind = SHARING) -> Episode:
    course, problems = decided(episode, ConsentForm(kind=kind, answer=answer, on=on), THERAPIST, TODAY)
    assert problems == []
    return course


def refused(episode: Episode, answer: str, on: str = "2026-02-02") -> str:
    course, problems = decided(episode, ConsentForm(kind=SHARING, answer=answer, on=on), THERAPIST, TODAY)
    assert course is episode
    return problems[0].sentence


def test_where_nobody_asked_nothing_is_stopped() -> None:
    assert not is_stopped(new_course().consents, SHARING)


def test_a_decision_keeps_its_day_and_who_wrote_it_down() -> None:
    (decision,) = said(new_course(), "allowed", "2026-01-20").consents
    assert (decision.permitted, decision.decided_on, decision.recorded_by) == (True, date(2026, 1, 20), THERAPIST)


def test_a_withdrawal_closes_the_permission_and_deletes_nothing() -> None:
    course = said(said(new_course(), "allowed", "2026-01-20"), "withdrawn")
    (decision,) = course.consents
    assert (decision.decided_on, decision.withdrawn_on) == (date(2026, 1, 20), TODAY)
    assert decision.withdrawal_recorded_by == THERAPIST
    assert is_stopped(course.consents, SHARING)
    again = said(course, "allowed")
    assert again.consents[0] == decision
    assert not is_stopped(again.consents, SHARING)


def test_each_kind_is_decided_by_itself() -> None:
    course = said(said(new_course(), "allowed"), "refused", kind=ConsentKind.RECORDING)
    assert not is_stopped(course.consents, SHARING)
    assert is_stopped(course.consents, ConsentKind.RECORDING)


def test_what_cannot_be_said_is_refused() -> None:
    allowed = said(new_course(), "allowed", "2026-01-20")
    assert refused(allowed, "allowed") == "This is allowed already."
    assert refused(allowed, "refused") == "This is allowed now: record that the patient withdrew it."
    assert refused(new_course(), "withdrawn") == "There is nothing to withdraw."
    assert refused(new_course(), "") == refused(new_course(), "perhaps") == "Choose what the patient said."
    assert refused(new_course(), "allowed", "2026-02-03") == "A decision cannot lie in the future."
    assert refused(new_course(), "allowed", "") == "Enter a full date."
    assert refused(allowed, "withdrawn", "2026-01-19").startswith("The decision before is younger.")


def test_without_sharing_only_decisions_are_filed() -> None:
    resources = {"a": {"resourceType": "CarePlan"}, "b": {"resourceType": "Consent"}}
    assert fileable(new_course(), resources) == resources
    assert fileable(said(new_course(), "refused"), resources) == {"b": resources["b"]}


ACTS = st.lists(st.tuples(st.sampled_from(ConsentKind), st.sampled_from(Answer), st.integers(0, 3)), max_size=12)


@given(acts=ACTS)
def test_whatever_is_said_in_whatever_order_nothing_said_is_lost_and_the_last_word_counts(
    acts: list[tuple[ConsentKind, Answer, int]],
) -> None:
    course, day, last = new_course(), date(2026, 1, 5), dict[ConsentKind, Answer]()
    for kind, answer, later in acts:
        day += timedelta(days=later)
        form = ConsentForm(kind=kind, answer=answer, on=day.isoformat())
        after, problems = decided(course, form, THERAPIST, date(2027, 1, 1))
        assert (after is course) == bool(problems)
        for old in course.consents:
            kept = next(item for item in after.consents if item.id == old.id)
            assert (kept.kind, kept.permitted, kept.decided_on) == (old.kind, old.permitted, old.decided_on)
            assert old.withdrawn_on in {None, kept.withdrawn_on}
        if not problems:
            last[kind] = answer
        course = after
    for kind in ConsentKind:
        assert is_stopped(course.consents, kind) == (last.get(kind, Answer.ALLOWED) is not Answer.ALLOWED)
        open_ones = [item for item in course.consents if item.kind is kind and item.in_force]
        assert len(open_ones) <= 1
        assert not open_ones or newest(course.consents, kind) == open_ones[0]


@pytest.fixture(autouse=True)
def _words(page_language: None) -> None:
    """Sentences are said in the language of a page."""
