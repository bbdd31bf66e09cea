"""Courses, the server's copies of them, and drafts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from smart_app.store import drafts, episodes, intents, server_copies
from smart_app.store.drafts import DraftKey
from smart_app.store.errors import SealBroken, StaleRevision, StoreContradicted
from smart_app.store.server_copies import StoredCopy
from smart_app.store.store import Store
from tests.store.given import ANNA, BORIS, COLLEAGUE, NOON, THERAPIST, SetClock, at_once, saved_episode

PLAN = StoredCopy(
    key="careplan",
    resource_type="CarePlan",
    server_id="17",
    version="3",
    last_updated="2026-01-05T12:00:00.000+01:00",
    content=b'{"resourceType": "CarePlan", "ordinal": 1.10}',
    filed_at=NOON,
    verified=True,
    differences=("CarePlan.activity[0].detail.kind",),
)


def test_a_course_comes_back_as_it_was_saved(store: Store) -> None:
    with store.write() as tx:
        episode_id = saved_episode(tx, content=b'{"ordinal": 1.10}')
    with store.read() as tx:
        found = episodes.load(tx, ANNA)
    assert found == episodes.StoredEpisode(episode_id, b'{"ordinal": 1.10}', 1, NOON)


def test_a_patient_without_a_course_has_none(store: Store) -> None:
    with store.write() as tx:
        saved_episode(tx, ANNA)
        assert episodes.load(tx, BORIS) is None


def test_each_save_needs_the_revision_it_was_made_from(store: Store, clock: SetClock) -> None:
    with store.write() as tx:
        episode_id = saved_episode(tx)
    clock.move(minutes=1)
    with store.write() as tx:
        assert episodes.save(tx, ANNA, episode_id, b"second", expected_revision=1) == 2
        with pytest.raises(StaleRevision):
            episodes.save(tx, ANNA, episode_id, b"from an old tab", expected_revision=1)
    with store.read() as tx:
        assert episodes.load(tx, ANNA) == episodes.StoredEpisode(episode_id, b"second", 2, clock.now)


def test_a_course_is_not_saved_through_another_patients_launch(store: Store) -> None:
    """attack-A28, attack-A32."""
    with store.write() as tx:
        episode_id = saved_episode(tx, ANNA)
    with store.write() as tx, pytest.raises(StaleRevision):
        episodes.save(tx, BORIS, episode_id, b"of Boris", expected_revision=1)
    with store.write() as tx, pytest.raises(StaleRevision):
        episodes.save(tx, BORIS, episode_id, b"of Boris", expected_revision=episodes.NEW)
    with store.read() as tx:
        assert episodes.load(tx, BORIS) is None
        assert episodes.load(tx, ANNA) == episodes.StoredEpisode(episode_id, b"course", 1, NOON)


def test_of_sixteen_tabs_one_saves_and_the_others_are_told(store: Store) -> None:
    """fault-F72, attack-A77: one course, one intent."""

    def save(number: int) -> bool:
        try:
            with store.write() as tx:
                episode_id = saved_episode(tx, content=f"tab {number}".encode())
                intents.add(tx, ANNA, episode_id, THERAPIST.sub, b"payload")
        except StaleRevision:
            return False
        return True

    assert sum(at_once(16, save)) == 1
    with store.read() as tx:
        assert len(intents.open_intents(tx, ANNA)) == 1


def test_content_copied_from_another_patient_is_refused(store: Store) -> None:
    """attack-A74."""
    with store.write() as tx:
        saved_episode(tx, ANNA)
        saved_episode(tx, BORIS)
        copied = "UPDATE episodes SET content = (SELECT content FROM episodes WHERE patient = 'boris')"
        tx.connection.execute(text(copied))
        with pytest.raises(SealBroken):
            episodes.load(tx, ANNA)


def test_copies_come_back_as_they_were_kept(store: Store) -> None:
    goal = replace(PLAN, key="goal-1", resource_type="Goal", version=None, last_updated=None, verified=False)
    with store.write() as tx:
        episode_id = saved_episode(tx)
        server_copies.put(tx, episode_id, goal)
        server_copies.put(tx, episode_id, PLAN)
    with store.read() as tx:
        assert server_copies.of_episode(tx, episode_id) == [PLAN, goal]


def test_a_copy_takes_the_place_of_the_one_before(store: Store) -> None:
    newer = replace(PLAN, version="4", differences=())
    with store.write() as tx:
        episode_id = saved_episode(tx)
        server_copies.put(tx, episode_id, PLAN)
        server_copies.put(tx, episode_id, newer)
        assert server_copies.of_episode(tx, episode_id) == [newer]
        server_copies.remove(tx, episode_id, PLAN.key)
        assert server_copies.of_episode(tx, episode_id) == []


def test_replacing_all_copies_leaves_other_courses_alone(store: Store) -> None:
    goal = replace(PLAN, key="goal-1")
    with store.write() as tx:
        anna, boris = saved_episode(tx, ANNA), saved_episode(tx, BORIS)
        server_copies.put(tx, anna, PLAN)
        server_copies.put(tx, boris, PLAN)
        server_copies.replace_all(tx, anna, [goal])
        assert server_copies.of_episode(tx, anna) == [goal]
        assert server_copies.of_episode(tx, boris) == [PLAN]


def test_a_copy_needs_its_course(store: Store) -> None:
    with pytest.raises(StoreContradicted), store.write() as tx:
        server_copies.put(tx, "no such course", PLAN)


def test_a_draft_comes_back_to_its_author_for_its_patient_only(store: Store, clock: SetClock) -> None:
    """fault-F71: the launch ended while somebody typed; the draft outlives it, and goes to nobody else."""
    mine = DraftKey.of(ANNA, THERAPIST.sub, "phq-9")
    with store.write() as tx:
        drafts.save(tx, mine, "typed for forty minutes")
    clock.move(hours=11)
    others = [
        DraftKey.of(BORIS, THERAPIST.sub, "phq-9"),
        DraftKey.of(ANNA, COLLEAGUE.sub, "phq-9"),
        DraftKey.of(ANNA, THERAPIST.sub, "plan"),
        replace(mine, issuer="https://other.example/fhir"),
    ]
    with store.read() as tx:
        assert drafts.load(tx, mine) == ("typed for forty minutes", NOON)
        assert [drafts.load(tx, key) for key in others] == [None] * 4


def test_a_draft_is_kept_once_and_can_be_discarded(store: Store) -> None:
    mine, other = DraftKey.of(ANNA, THERAPIST.sub, "phq-9"), DraftKey.of(ANNA, THERAPIST.sub, "plan")
    with store.write() as tx:
        drafts.save(tx, mine, "first")
        drafts.save(tx, mine, "second")
        drafts.save(tx, other, "other")
        assert drafts.load(tx, mine) == ("second", NOON)
        drafts.discard(tx, mine)
        assert drafts.load(tx, mine) is None
        assert drafts.load(tx, other) is not None


def test_a_draft_copied_to_another_patient_is_refused(store: Store) -> None:
    """attack-A74."""
    with store.write() as tx:
        drafts.save(tx, DraftKey.of(ANNA, THERAPIST.sub, "phq-9"), "about Anna")
        tx.connection.execute(text("UPDATE drafts SET patient = 'boris'"))
        with pytest.raises(SealBroken):
            drafts.load(tx, DraftKey.of(BORIS, THERAPIST.sub, "phq-9"))
