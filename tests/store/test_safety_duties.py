"""Who has to act on a safety answer: raised once, given to the backup once, over kills, races and clocks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from smart_app.store import safety_duties
from smart_app.store.safety_duties import SafetyDuty
from smart_app.store.store import Store
from tests.store.given import (
    ANNA,
    BORIS,
    NOON,
    Crash,
    SetClock,
    at_once,
    crash_before,
    opened,
)

HOUR = timedelta(hours=1)
DUTY, BACKUP = "Practitioner/duty", "Practitioner/backup"


def duty(item: str = "i-1", **changed: object) -> SafetyDuty:
    values = {
        "item": item,
        "lane": ANNA,
        "response": "r-1",
        "raised": NOON,
        "owner": DUTY,
        "owner_name": "ZZTEST Duty",
        "detail": b'{"answer":"LA6570-1"}',
    }
    return SafetyDuty(**(values | changed))  # type: ignore[arg-type]


def opened_duty(store: Store, item: str = "i-1", **changed: object) -> bool:
    with store.write() as tx:
        return safety_duties.open_duty(tx, duty(item, **changed))


def reassigned(store: Store, issuer: str = ANNA.issuer) -> list[str]:
    with store.write() as tx:
        return [item.item for item in safety_duties.reassign(tx, issuer, HOUR, BACKUP, "ZZTEST Backup")]


def reassigned_and_killed(store: Store) -> None:
    """The worker dies between its statement and the end of its transaction."""
    with store.write() as tx:
        assert safety_duties.reassign(tx, ANNA.issuer, HOUR, BACKUP, "ZZTEST Backup")
        raise Crash


def listed(store: Store, owner: str) -> list[str]:
    with store.read() as tx:
        return [item.item for item in safety_duties.of_owner(tx, ANNA.issuer, owner)]


def test_an_item_is_opened_once_however_often_it_is_raised(store: Store) -> None:
    assert opened_duty(store)
    assert not opened_duty(store)
    with store.read() as tx:
        assert safety_duties.of_patient(tx, ANNA) == [duty()]
        assert safety_duties.of_patient(tx, BORIS) == []


def test_an_item_somebody_has_acted_on_is_not_opened_again_and_its_answer_is_forgotten(store: Store) -> None:
    opened_duty(store)
    with store.write() as tx:
        safety_duties.acknowledge(tx, ANNA, ["i-1", "unknown"])
    assert not opened_duty(store)
    assert listed(store, DUTY) == []


def test_one_patients_items_are_not_acknowledged_for_another(store: Store) -> None:
    opened_duty(store)
    with store.write() as tx:
        safety_duties.acknowledge(tx, BORIS, ["i-1"])
    assert listed(store, DUTY) == ["i-1"]


@pytest.mark.parametrize(("minutes", "given"), [(59, []), (60, ["i-1"]), (60 * 24 * 30, ["i-1"])])
def test_the_backup_gets_what_nobody_acted_on_in_time(
    store: Store, clock: SetClock, minutes: int, given: list[str]
) -> None:
    opened_duty(store)
    clock.move(minutes=minutes)
    assert reassigned(store) == given
    assert listed(store, BACKUP) == given


def test_it_is_given_once(store: Store, clock: SetClock) -> None:
    opened_duty(store)
    clock.move(hours=2)
    assert (reassigned(store), reassigned(store)) == (["i-1"], [])


def test_what_somebody_acted_on_in_time_is_not_given(store: Store, clock: SetClock) -> None:
    opened_duty(store)
    with store.write() as tx:
        safety_duties.acknowledge(tx, ANNA, ["i-1"])
    clock.move(hours=2)
    assert reassigned(store) == []


def test_items_of_another_hospital_are_not_touched(store: Store, clock: SetClock) -> None:
    opened_duty(store)
    clock.move(hours=2)
    assert reassigned(store, "https://other.example/fhir") == []


def test_of_sixteen_workers_at_once_each_item_goes_to_one(store: Store, clock: SetClock) -> None:
    for number in range(5):
        opened_duty(store, f"i-{number}")
    clock.move(hours=2)
    given = at_once(16, lambda _number: reassigned(store))
    assert sorted(item for items in given for item in items) == [f"i-{number}" for number in range(5)]


def test_a_worker_killed_before_or_after_its_statement_leaves_the_item_to_the_next(
    tmp_path: Path, clock: SetClock
) -> None:
    """fault-F52: the transaction of a worker that dies never was."""
    with opened(tmp_path, clock=clock) as store:
        opened_duty(store)
        clock.move(hours=2)
        with crash_before(store._engine, 0), pytest.raises(Crash):
            reassigned(store)
        with pytest.raises(Crash):
            reassigned_and_killed(store)
        assert listed(store, DUTY) == ["i-1"]
    with opened(tmp_path, clock=clock) as store:
        assert reassigned(store) == ["i-1"]


def test_a_clock_set_back_a_little_makes_the_backup_wait_no_longer_than_twice(store: Store, clock: SetClock) -> None:
    """fault-F60."""
    clock.move(minutes=50)
    opened_duty(store, raised=clock.now)
    clock.move(minutes=-50)
    assert reassigned(store) == []
    clock.move(minutes=110)
    assert reassigned(store) == ["i-1"]


def test_an_item_raised_under_a_clock_that_was_far_ahead_is_given_at_once(store: Store, clock: SetClock) -> None:
    """fault-F60: nobody waits until next year."""
    clock.move(days=365)
    opened_duty(store, raised=clock.now)
    clock.move(days=-365)
    assert reassigned(store) == ["i-1"]


def test_a_list_shows_what_was_re_assigned_first_and_then_the_oldest(store: Store, clock: SetClock) -> None:
    opened_duty(store, "theirs-new", owner=BACKUP, raised=NOON + HOUR / 2)
    opened_duty(store, "late", raised=NOON)
    clock.move(hours=1)
    reassigned(store)
    opened_duty(store, "theirs-newest", owner=BACKUP, raised=NOON + HOUR)
    assert listed(store, BACKUP) == ["late", "theirs-new", "theirs-newest"]


def test_a_changed_answer_is_kept_until_somebody_has_acted(store: Store) -> None:
    opened_duty(store)
    with store.write() as tx:
        safety_duties.put_detail(tx, duty(), b"changed")
    with store.read() as tx:
        assert [item.detail for item in safety_duties.of_patient(tx, ANNA)] == [b"changed"]


def test_the_answer_is_nowhere_in_the_open(tmp_path: Path, clock: SetClock) -> None:
    with opened(tmp_path, clock=clock) as store:
        opened_duty(store)
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"i-1" in content
    assert b"LA6570-1" not in content
