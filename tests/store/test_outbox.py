"""Intents, lanes and claims: in order, by one worker at a time, and never sent again without a look."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import text

from ipt_fhir.sync.intent import IntentState
from smart_app.store import claims, intents, lanes
from smart_app.store.claims import Claim
from smart_app.store.errors import SealBroken, StaleFence, StaleRevision, StoreContradicted
from smart_app.store.lanes import Lane
from smart_app.store.store import Store
from tests.store.given import ANNA, BORIS, NOON, THERAPIST, SetClock, at_once, saved_episode

LEASE = 60


@pytest.fixture
def course(store: Store) -> str:
    """The id of Anna's course, with two intents in her lane."""
    with store.write() as tx:
        episode_id = saved_episode(tx)
        intents.add(tx, ANNA, episode_id, THERAPIST.sub, b"first")
        intents.add(tx, ANNA, episode_id, THERAPIST.sub, b"second")
    return episode_id


def claimed(store: Store, worker: str = "worker-1", lane: Lane = ANNA) -> Claim | None:
    with store.write() as tx:
        return claims.claim(tx, lane, worker, LEASE)


def surely_claimed(store: Store, worker: str = "worker-1") -> Claim:
    claim = claimed(store, worker)
    assert claim is not None
    return claim


def recorded(store: Store, claim: Claim, state: IntentState, **more: object) -> Claim:
    with store.write() as tx:
        return claims.record(tx, claim, state, **more)  # type: ignore[arg-type]


def states(store: Store) -> list[str]:
    with store.read() as tx:
        return list(tx.connection.execute(text("SELECT state FROM intents ORDER BY place")).scalars())


@pytest.mark.usefixtures("course")
def test_the_oldest_intent_is_claimed_first(store: Store) -> None:
    """Invariant I5."""
    claim = surely_claimed(store)
    assert (claim.intent.payload, claim.intent.place, claim.intent.author) == (b"first", 1, THERAPIST.sub)
    assert not claim.interrupted


@pytest.mark.usefixtures("course")
def test_the_next_one_follows_when_the_first_is_done(store: Store) -> None:
    done = recorded(store, surely_claimed(store), IntentState.DONE)
    with store.write() as tx:
        claims.release(tx, done)
    assert surely_claimed(store).intent.payload == b"second"


@pytest.mark.usefixtures("course")
def test_a_lane_is_held_by_one_worker(store: Store) -> None:
    """Invariant I7."""
    assert claimed(store)
    assert claimed(store, "worker-2") is None


@pytest.mark.usefixtures("course")
def test_of_sixteen_workers_one_gets_the_lane(store: Store) -> None:
    """Invariant I7."""
    got = at_once(16, lambda number: claimed(store, f"worker-{number}"))
    assert sum(claim is not None for claim in got) == 1


def test_an_empty_lane_gives_nothing(store: Store) -> None:
    assert claimed(store) is None


@pytest.mark.usefixtures("course")
def test_a_worker_paused_beyond_its_lease_records_nothing(store: Store, clock: SetClock) -> None:
    """fault-F58, invariant I7: the fence, not the time, decides who may record."""
    paused = recorded(store, surely_claimed(store), IntentState.SENDING)
    clock.move(seconds=LEASE)
    second = surely_claimed(store, "worker-2")
    before = states(store)
    for state in IntentState:
        with pytest.raises(StaleFence):
            recorded(store, paused, state)
    with store.write() as tx, pytest.raises(StaleFence):
        claims.renew(tx, paused, LEASE)
    with store.write() as tx:
        claims.release(tx, paused)
        assert len(intents.attempts_of(tx, paused.intent.id)) == 2
    assert states(store) == before
    assert claimed(store, "worker-3") is None
    recorded(store, second, IntentState.DONE)


@pytest.mark.usefixtures("course")
def test_a_worker_that_took_its_lane_again_does_not_record_under_the_old_claim(store: Store, clock: SetClock) -> None:
    """fault-F58: two threads of one name."""
    first = surely_claimed(store)
    clock.move(seconds=LEASE)
    second = surely_claimed(store)
    with pytest.raises(StaleFence):
        recorded(store, first, IntentState.DONE)
    recorded(store, second, IntentState.DONE)


@pytest.mark.usefixtures("course")
def test_a_worker_late_but_not_replaced_may_record(store: Store, clock: SetClock) -> None:
    claim = surely_claimed(store)
    clock.move(days=1)
    recorded(store, claim, IntentState.DONE)
    assert states(store) == ["done", "waiting"]


@pytest.mark.usefixtures("course")
def test_a_renewed_lease_lasts_longer(store: Store, clock: SetClock) -> None:
    claim = surely_claimed(store)
    clock.move(seconds=LEASE - 1)
    with store.write() as tx:
        claims.renew(tx, claim, LEASE)
    clock.move(seconds=LEASE - 1)
    assert claimed(store, "worker-2") is None
    clock.move(seconds=1)
    assert claimed(store, "worker-2")


@pytest.mark.usefixtures("course")
def test_a_crash_while_sending_is_found_and_not_sent_again(store: Store, clock: SetClock) -> None:
    """fault-F52: what may have reached the hospital is unknown, never waiting."""
    recorded(store, surely_claimed(store), IntentState.SENDING)
    clock.move(seconds=LEASE)
    claim = surely_claimed(store, "worker-2")
    assert claim.interrupted
    assert states(store) == ["unknown", "waiting"]
    clock.move(seconds=LEASE)
    assert surely_claimed(store, "worker-3").interrupted


@pytest.mark.usefixtures("course")
def test_an_intent_that_waits_for_a_person_holds_its_lane(store: Store) -> None:
    """Nothing behind it overtakes; other patients go on (invariants I5, I9)."""
    claim = recorded(store, surely_claimed(store), IntentState.HELD, reason="refused", detail="ZZTEST-Anna was refused")
    with store.write() as tx:
        claims.release(tx, claim)
        intents.add(tx, BORIS, saved_episode(tx, BORIS), THERAPIST.sub, b"of Boris")
    assert claimed(store) is None
    assert claimed(store, lane=BORIS)


@pytest.mark.parametrize("state", [IntentState.CONFLICT, IntentState.HELD, IntentState.NEEDS_SIGN_IN])
@pytest.mark.parametrize(("decision", "next_payload"), [(IntentState.WAITING, b"first"), (IntentState.DONE, b"second")])
@pytest.mark.usefixtures("course")
def test_a_person_settles_it(store: Store, state: IntentState, decision: IntentState, next_payload: bytes) -> None:
    claim = recorded(store, surely_claimed(store), state)
    with store.write() as tx:
        claims.release(tx, claim)
        intents.settle(tx, ANNA, claim.intent.id, decision, "took-theirs")
    assert surely_claimed(store).intent.payload == next_payload


@pytest.mark.usefixtures("course")
def test_only_what_waits_for_a_person_of_this_patient_is_settled(store: Store) -> None:
    """attack-A28: not through another patient's launch; and not under a worker's hands."""
    claim = surely_claimed(store)
    with store.write() as tx, pytest.raises(StaleRevision):
        intents.settle(tx, ANNA, claim.intent.id, IntentState.DONE, "too early")
    recorded(store, claim, IntentState.CONFLICT)
    with store.write() as tx, pytest.raises(StaleRevision):
        intents.settle(tx, BORIS, claim.intent.id, IntentState.DONE, "another patient")
    with store.write() as tx, pytest.raises(ValueError, match="settled"):
        intents.settle(tx, ANNA, claim.intent.id, IntentState.SENDING, "no decision")
    assert states(store) == ["conflict", "waiting"]


@pytest.mark.usefixtures("course")
def test_what_is_done_is_not_recorded_again(store: Store) -> None:
    done = recorded(store, surely_claimed(store), IntentState.DONE)
    with pytest.raises(StaleFence):
        recorded(store, done, IntentState.WAITING)
    with store.read() as tx:
        assert len(intents.attempts_of(tx, done.intent.id)) == 1


@pytest.mark.usefixtures("course")
def test_an_intent_waits_until_its_next_try(store: Store, clock: SetClock) -> None:
    """fault-F14: never earlier than the hospital asked for."""
    claim = surely_claimed(store)
    waiting = recorded(store, claim, IntentState.WAITING, reason="throttled", next_try=clock.now + timedelta(minutes=2))
    with store.write() as tx:
        claims.release(tx, waiting)
    clock.move(seconds=119)
    assert claimed(store) is None
    clock.move(seconds=1)
    assert surely_claimed(store).intent.reason == "throttled"


@pytest.mark.usefixtures("course")
def test_lanes_that_are_due_are_listed_the_longest_waiting_first(store: Store, clock: SetClock) -> None:
    clock.move(seconds=1)
    with store.write() as tx:
        intents.add(tx, BORIS, saved_episode(tx, BORIS), THERAPIST.sub, b"of Boris")
    with store.read() as tx:
        assert lanes.due_lanes(tx) == [ANNA, BORIS]
        assert lanes.due_lanes(tx, limit=1) == [ANNA]
    claim = surely_claimed(store)
    with store.read() as tx:
        assert lanes.due_lanes(tx) == [BORIS]
    held = recorded(store, claim, IntentState.HELD)
    with store.write() as tx:
        claims.release(tx, held)
        assert lanes.due_lanes(tx) == [BORIS]


@pytest.mark.parametrize("days", [-1, 1])
@pytest.mark.usefixtures("course")
def test_a_clock_that_jumps_leaves_no_lane_locked(store: Store, clock: SetClock, days: int) -> None:
    """fault-F60: a lease made in a future that was taken back does not hold; the fence keeps its owner out."""
    clock.move(days=2)
    first = surely_claimed(store)
    clock.move(days=days)
    assert surely_claimed(store, "worker-2").intent == first.intent
    with pytest.raises(StaleFence):
        recorded(store, first, IntentState.DONE)


def test_a_lease_has_an_upper_limit(store: Store) -> None:
    with store.write() as tx, pytest.raises(ValueError, match="lease"):
        claims.claim(tx, ANNA, "worker-1", 3600)


def test_each_attempt_is_kept(store: Store, course: str, clock: SetClock) -> None:
    claim = recorded(store, surely_claimed(store), IntentState.SENDING)
    clock.move(seconds=5)
    recorded(store, claim, IntentState.UNKNOWN, reason="ambiguous", http_status=504)
    with store.read() as tx:
        tried = intents.attempts_of(tx, claim.intent.id)
        latest = intents.latest(tx, course)
    assert [(one.number, one.at, one.state, one.outcome, one.http_status) for one in tried] == [
        (1, NOON, "sending", "", None),
        (2, clock.now, "unknown", "ambiguous", 504),
    ]
    assert latest is not None
    assert latest.payload == b"second"


@pytest.mark.usefixtures("course")
def test_open_intents_are_those_not_done_in_order(store: Store) -> None:
    done = recorded(store, surely_claimed(store), IntentState.DONE)
    with store.read() as tx:
        assert [intent.payload for intent in intents.open_intents(tx, ANNA)] == [b"second"]
        assert intents.find(tx, ANNA, done.intent.id) == done.intent
        assert intents.find(tx, BORIS, done.intent.id) is None


@pytest.mark.usefixtures("course")
def test_the_detail_comes_back_and_is_sealed(store: Store) -> None:
    recorded(store, surely_claimed(store), IntentState.HELD, detail="ZZTEST-Anna was refused")
    with store.read() as tx:
        head = intents.head(tx, ANNA)
        stored = tx.connection.execute(text("SELECT detail FROM intents WHERE place = 1")).scalar_one()
    assert head is not None
    assert head.detail == "ZZTEST-Anna was refused"
    assert b"ZZTEST" not in stored


def test_an_intent_cannot_name_a_course_of_another_patient(store: Store, course: str) -> None:
    """attack-A28, invariant I15: the database itself refuses the mix-up."""
    with pytest.raises(StoreContradicted), store.write() as tx:
        intents.add(tx, BORIS, course, THERAPIST.sub, b"of Anna")
    with store.read() as tx:
        assert intents.open_intents(tx, BORIS) == []
        assert lanes.due_lanes(tx) == [ANNA]


@pytest.mark.usefixtures("course")
def test_a_payload_copied_from_another_intent_is_refused(store: Store) -> None:
    """attack-A74."""
    with store.write() as tx:
        tx.connection.execute(text("UPDATE intents SET payload = (SELECT payload FROM intents WHERE place = 2)"))
        with pytest.raises(SealBroken):
            intents.open_intents(tx, ANNA)


def test_places_grow_without_gaps_under_parallel_saves(store: Store, course: str) -> None:
    """fault-F61: order is the lane's own, not that of ids or clocks."""

    def save(number: int) -> int:
        with store.write() as tx:
            return intents.add(tx, ANNA, course, THERAPIST.sub, str(number).encode()).place

    assert sorted(at_once(16, save)) == list(range(3, 19))


def test_ids_are_uuids_of_version_7_that_never_repeat_in_one_millisecond(store: Store, course: str) -> None:
    """fault-F61."""
    with store.write() as tx:
        ids = [uuid.UUID(intents.add(tx, ANNA, course, THERAPIST.sub, b"").id) for _ in range(50)]
    assert len(set(ids)) == 50
    assert {(one.version, one.variant, one.int >> 80) for one in ids} == {(7, uuid.RFC_4122, NOON.timestamp() * 1000)}
