"""What a patient is asked: what a clinician wants to have, and what the plan has at every session; nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ipt_fhir.instruments.catalogue import SHIPPED
from ipt_fhir.model.activities import Activity, ActivityKind, ActivityStatus
from ipt_fhir.model.episode import Contract, Episode, EpisodeStatus, Frequency
from ipt_fhir.model.measures import Answer, Response, ResponseStatus
from ipt_fhir.protocol.activities import SESSIONAL
from smart_app.services.due_forms import Answered, due_forms, for_patients

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TODAY = NOON.astimezone().date()
AT_EVERY_SESSION = Activity(
    id="a", kind=ActivityKind.TASK, code=SESSIONAL, text="PHQ-9 at every session", status=ActivityStatus.PLANNED
)
COURSE = Episode(id="e", variant="ipt-adult-16", started=date(2026, 1, 5), activities=(AT_EVERY_SESSION,))


def answered(days: int, status: ResponseStatus = ResponseStatus.COMPLETED) -> Response:
    """A PHQ-9 of so many days ago."""
    at = NOON - timedelta(days=days)
    answers = (Answer(link_id="/44250-9", code="LA6568-5"),)
    return Response(id=f"r-{days}", instrument="phq-9", authored=at, answers=answers, status=status)


def due(episode: Episode, *received: Answered, **requested: datetime) -> list[str]:
    wanted = {key.replace("_", "-"): at for key, at in requested.items()}
    return [item.key for item in due_forms(episode, SHIPPED, wanted, received, TODAY)]


@pytest.mark.parametrize(
    ("status", "keys"),
    [(ActivityStatus.PLANNED, ["phq-9"]), (ActivityStatus.PROPOSED, []), (ActivityStatus.CANCELLED, [])],
)
def test_the_measure_of_every_session_is_due_while_it_is_planned(status: ActivityStatus, keys: list[str]) -> None:
    """A course that nobody agreed yet asks nothing of a patient."""
    assert due(replace(COURSE, activities=(replace(AT_EVERY_SESSION, status=status),))) == keys


@pytest.mark.parametrize("status", [EpisodeStatus.ON_HOLD, EpisodeStatus.REVOKED])
def test_a_course_that_rests_or_ended_asks_nothing(status: EpisodeStatus) -> None:
    assert due(replace(COURSE, status=status)) == []


@pytest.mark.parametrize(
    ("frequency", "days", "keys"),
    [
        (Frequency.WEEKLY, 0, []),
        (Frequency.WEEKLY, 5, []),
        (Frequency.WEEKLY, 6, ["phq-9"]),
        (Frequency.TWICE_WEEKLY, 1, []),
        (Frequency.TWICE_WEEKLY, 2, ["phq-9"]),
        (Frequency.FORTNIGHTLY, 12, []),
        (Frequency.FORTNIGHTLY, 13, ["phq-9"]),
        (Frequency.MONTHLY, 29, ["phq-9"]),
    ],
)
def test_it_comes_due_again_a_day_before_sessions_usually_follow(
    frequency: Frequency, days: int, keys: list[str]
) -> None:
    contract = Contract(
        sessions=16, frequency=frequency, minutes=50, agreed_on=date(2026, 1, 5), ends_on=date(2026, 6, 1)
    )
    assert due(replace(COURSE, contract=contract, responses=(answered(days),))) == keys


def test_what_was_sent_and_nobody_has_seen_counts_as_answered() -> None:
    assert due(COURSE, Answered(key="phq-9", at=NOON)) == []
    assert due(COURSE, Answered(key="gad-7", at=NOON)) == ["phq-9"]


def test_an_answer_that_was_withdrawn_does_not_count() -> None:
    assert due(replace(COURSE, responses=(answered(0, ResponseStatus.ENTERED_IN_ERROR),))) == ["phq-9"]


def test_what_a_clinician_asks_for_is_due_first_and_until_it_comes() -> None:
    assert due(COURSE, gad_7=NOON) == ["gad-7", "phq-9"]
    assert due(COURSE, Answered(key="gad-7", at=NOON - timedelta(minutes=1)), gad_7=NOON) == ["gad-7", "phq-9"]
    assert due(COURSE, Answered(key="gad-7", at=NOON + timedelta(minutes=1)), gad_7=NOON) == ["phq-9"]


def test_a_form_is_due_once_even_if_plan_and_clinician_want_it() -> None:
    assert due(COURSE, phq_9=NOON) == ["phq-9"]
    assert due(replace(COURSE, responses=(answered(1),)), phq_9=NOON) == ["phq-9"]


def test_a_form_that_is_not_for_patients_is_never_due() -> None:
    for key in ("fidelity-rating", "interpersonal-inventory", "epds", "unknown"):
        assert key not in for_patients(SHIPPED)
        assert due(replace(COURSE, activities=()), **{key.replace("-", "_"): NOON}) == []
    assert {"phq-9", "gad-7"} <= set(for_patients(SHIPPED))


def test_adolescents_are_asked_a_measure_whose_texts_are_here() -> None:
    """The adolescent PHQ-9 ships without texts, so the next measure of the variant takes its place."""
    assert due(replace(COURSE, variant="ipt-adolescent-12")) == ["gad-7"]
