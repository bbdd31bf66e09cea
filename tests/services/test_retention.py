"""What is older than the clinic keeps it goes; what is in use, waits or is younger stays (decision-D92)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ipt_fhir.model import snapshot
from ipt_fhir.model.ending import TerminationReason, TerminationReview
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.sync.intent import IntentState
from smart_app.app import build_practice
from smart_app.config import ConfigRefused, Retention, kept_from
from smart_app.demo import demo_config
from smart_app.services import retention
from smart_app.services.practice import Practice
from smart_app.store import audit, claims, drafts, episodes, intents, persons, received_forms
from smart_app.store.drafts import DraftKey
from smart_app.store.lanes import Lane
from smart_app.store.received_forms import ReceivedForm
from tests.services.given import measured, new_course
from tests.store.given import ANNA, BORIS, SetClock, at_once, opened_launch

OVER = new_course(
    status=EpisodeStatus.COMPLETED,
    review=TerminationReview(reason=TerminationReason.COMPLETED, ended_on=date(2026, 1, 5)),
)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def practice(tmp_path: Path, clock: SetClock) -> Iterator[Practice]:
    found = build_practice(demo_config(tmp_path, "http://localhost:1", "http://127.0.0.1:2", 2), clock)
    with found.store:
        yield replace(found, retention=Retention(launches=30, drafts=20, sent=40, courses=100, audit=200))


def course(practice: Practice, lane: Lane = ANNA, episode: Episode = OVER) -> None:
    with practice.store.write() as tx:
        content = snapshot.dump(replace(episode, id=lane.patient))
        episodes.save(tx, lane, lane.patient, content, expected_revision=episodes.NEW)


def filed(practice: Practice, state: IntentState = IntentState.DONE) -> None:
    with practice.store.write() as tx:
        intents.add(tx, ANNA, "anna", "sub-1", b"[]")
        claimed = claims.claim(tx, ANNA, "worker", 60)
        assert claimed is not None
        claims.release(tx, claims.record(tx, claimed, state))


def held(practice: Practice, lane: Lane = ANNA) -> dict[str, int]:
    with practice.store.read() as tx:
        return persons.counts(tx, lane)


def expired(practice: Practice) -> list[str]:
    with practice.store.read() as tx:
        assert audit.verify_chain(tx) is None
        found = audit.search(tx, audit.Asked(action="expire"), 99)
    return [entry.event.entity for entry in reversed(found)]


def test_each_thing_goes_on_its_day_and_not_before(practice: Practice, clock: SetClock) -> None:
    course(practice)
    filed(practice)
    filed(practice)
    with practice.store.write() as tx:
        opened_launch(tx, ANNA)
        drafts.save(tx, DraftKey.of(ANNA, "sub-1", "phq-9"), "typed")
    whole = held(practice)
    seen = []
    for day in (20, 1, 10, 10, 59, 1, 100):
        clock.move(days=day)
        retention.apply(practice, "worker")
        seen.append({name: number - held(practice).get(name, 0) for name, number in whole.items()})
    changed = [{name: number for name, number in gone.items() if number} for gone in seen]
    drafts_gone, launches_too = {"drafts": 1}, {"drafts": 1, "launches": 1}
    sent_too = launches_too | {"intents": 1, "attempts": 1}
    assert changed == [{}, drafts_gone, launches_too, sent_too, sent_too, whole, whole]
    assert expired(practice) == ["Draft/1", "Launch/1", "Intent/1", "Erasure/retention"]


def test_a_course_that_has_not_ended_stays_and_so_does_one_somebody_opened_again(
    practice: Practice, clock: SetClock
) -> None:
    course(practice, ANNA, new_course(status=EpisodeStatus.ACTIVE))
    course(practice, BORIS)
    clock.move(days=99)
    with practice.store.write() as tx:
        episodes.save(tx, BORIS, "boris", snapshot.dump(replace(OVER, id="boris")), expected_revision=1)
    clock.move(days=99)
    assert retention.apply(practice, "worker") == 0
    clock.move(days=2)
    assert retention.apply(practice, "worker") == 1
    assert (held(practice, ANNA), held(practice, BORIS)) == ({"episodes": 1}, {})


def test_a_course_with_a_filing_that_is_not_in_the_record_stays(practice: Practice, clock: SetClock) -> None:
    course(practice)
    filed(practice, IntentState.HELD)
    clock.move(days=1000)
    retention.apply(practice, "worker")
    assert held(practice)["intents"] == 1


def test_a_course_in_which_a_safety_answer_waits_stays(practice: Practice, clock: SetClock) -> None:
    """Also where no list says who has to act: the clinic entered it."""
    course(practice, episode=replace(measured(OVER, "222111001"), status=OVER.status))
    clock.move(days=1000)
    assert retention.apply(practice, "worker") == 0
    assert held(practice) == {"episodes": 1}


def test_a_course_with_a_form_nobody_has_opened_stays(practice: Practice, clock: SetClock) -> None:
    course(practice)
    with practice.store.write() as tx:
        form = ReceivedForm(id="r", form="phq-9", author="own-device", content=b"{}", sent=tx.now)
        received_forms.add(tx, ANNA, form)
    clock.move(days=1000)
    assert retention.apply(practice, "worker") == 0
    assert held(practice) == {"episodes": 1, "received_forms": 1}


def test_the_newest_filing_of_a_course_stays_as_long_as_the_course(practice: Practice, clock: SetClock) -> None:
    course(practice, ANNA, new_course(status=EpisodeStatus.ACTIVE))
    filed(practice)
    clock.move(days=1000)
    retention.apply(practice, "worker")
    assert held(practice)["intents"] == 1


def test_nothing_is_kept_for_ever_only_where_the_clinic_says_so(practice: Practice, clock: SetClock) -> None:
    for_ever = replace(practice, retention=Retention(launches=0, drafts=0, sent=0, courses=0, audit=0))
    course(for_ever)
    clock.move(days=30000)
    assert retention.apply(for_ever, "worker") == 0
    assert held(for_ever) == {"episodes": 1}


def test_the_audit_log_is_cut_and_says_so(practice: Practice, clock: SetClock) -> None:
    for _ in range(3):
        with practice.store.write() as tx:
            audit.append(tx, audit.AuditEvent(action=audit.Action.READ))
    clock.move(days=201)
    assert retention.apply(practice, "worker") == 3
    assert expired(practice) == ["AuditEvent/3"]


def test_one_round_an_hour_also_after_the_clock_went_back(practice: Practice, clock: SetClock) -> None:
    course(practice)
    clock.move(days=50)
    retention.apply(practice, "worker")
    clock.move(minutes=59)
    with practice.store.write() as tx:
        drafts.save(tx, DraftKey.of(BORIS, "sub-1", "phq-9"), "typed")
    clock.move(days=-300)
    assert retention.apply(practice, "worker") == 0
    clock.move(days=400)
    assert retention.apply(practice, "worker") == 2


def test_of_four_workers_at_once_one_deletes_each_thing(practice: Practice, clock: SetClock) -> None:
    course(practice)
    clock.move(days=101)
    assert sum(at_once(4, lambda _number: retention.apply(practice, "worker"))) == 1
    assert expired(practice) == ["Erasure/retention"]


@pytest.mark.parametrize("days", ["-1", "36526", "a year", "1.5"])
def test_a_time_that_is_none_refuses_the_start(days: str) -> None:
    with pytest.raises(ConfigRefused, match="IPT_FHIR_KEEP_DRAFT_DAYS"):
        kept_from({"IPT_FHIR_KEEP_DRAFT_DAYS": days})


def test_what_is_not_said_is_the_documented_default() -> None:
    assert kept_from({"IPT_FHIR_KEEP_AUDIT_DAYS": "0"}) == Retention(audit=0)
