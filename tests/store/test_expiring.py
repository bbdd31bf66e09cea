"""What is older than its time is deleted, on both databases: by one conditional statement each (decision-D92)."""

from __future__ import annotations

from datetime import timedelta

from ipt_fhir.sync.intent import IntentState
from smart_app.store import claims, drafts, expiring, intents, worker_runs
from smart_app.store.drafts import DraftKey
from smart_app.store.store import Store
from tests.store.given import ANNA, BORIS, NOON, SetClock, at_once, opened_launch, saved_episode

DAY = timedelta(days=1)


def filed(store: Store, state: IntentState = IntentState.DONE) -> None:
    with store.write() as tx:
        intents.add(tx, ANNA, "episode-of-anna", "sub-1", b"[]")
        claimed = claims.claim(tx, ANNA, "worker", 60)
        assert claimed is not None
        claims.release(tx, claims.record(tx, claimed, state))


def test_a_draft_nobody_went_on_with_goes_and_a_fresh_one_stays(store: Store, clock: SetClock) -> None:
    keys = [DraftKey.of(lane, "sub-1", "plan") for lane in (ANNA, BORIS)]
    for key in keys:
        with store.write() as tx:
            drafts.save(tx, key, "typed")
        clock.move(days=10)
    with store.write() as tx:
        assert expiring.drafts_before(tx, NOON + DAY) == 1
        assert [drafts.load(tx, key) is not None for key in keys] == [False, True]


def test_two_windows_that_keep_the_same_draft_at_once_both_succeed(store: Store) -> None:
    """What two pages send in the same moment; on PostgreSQL the second one failed."""
    key = DraftKey.of(ANNA, "sub-1", "plan")

    def keep(number: int) -> None:
        with store.write() as tx:
            drafts.save(tx, key, f"typed {number}")

    at_once(6, keep)
    with store.read() as tx:
        found = drafts.load(tx, key)
    assert found is not None
    assert found.text.startswith("typed ")


def test_a_launch_in_use_stays_and_one_nobody_used_goes(store: Store, clock: SetClock) -> None:
    with store.write() as tx:
        opened_launch(tx)
    clock.move(days=10)
    with store.write() as tx:
        opened_launch(tx, BORIS)
    assert at_once(3, lambda _number: gone(store)) in ([1, 0, 0], [0, 1, 0], [0, 0, 1])
    with store.write() as tx:
        assert expiring.launches_before(tx, NOON + 20 * DAY) == 1


def gone(store: Store) -> int:
    with store.write() as tx:
        return expiring.launches_before(tx, NOON + DAY)


def test_of_filings_the_newest_stays_and_so_does_one_that_waits(store: Store, clock: SetClock) -> None:
    with store.write() as tx:
        saved_episode(tx)
    for state in (IntentState.DONE, IntentState.DONE, IntentState.HELD):
        filed(store, state)
    clock.move(days=10)
    with store.write() as tx:
        assert expiring.sent_before(tx, NOON + DAY) == 2
        assert expiring.sent_before(tx, NOON + DAY) == 0
        waiting = intents.latest(tx, "episode-of-anna")
    assert waiting is not None
    assert waiting.state is IntentState.HELD


def test_a_course_that_was_changed_since_is_not_among_the_old_ones(store: Store, clock: SetClock) -> None:
    with store.write() as tx:
        saved_episode(tx)
    clock.move(days=10)
    with store.write() as tx:
        saved_episode(tx, BORIS, b"young")
    with store.read() as tx:
        assert expiring.courses_before(tx, NOON + DAY) == [(ANNA, b"course")]
        assert [expiring.is_unchanged(tx, lane, NOON + DAY) for lane in (ANNA, BORIS)] == [True, False]


def test_a_worker_tells_when_it_did_its_round_last(store: Store, clock: SetClock) -> None:
    def note(_number: int) -> None:
        with store.write() as tx:
            worker_runs.note(tx, "retention")

    at_once(3, note)
    clock.move(minutes=5)
    note(0)
    with store.read() as tx:
        assert worker_runs.listed(tx) == {"retention": NOON + timedelta(minutes=5)}
        assert worker_runs.last(tx, "reassign") is None
