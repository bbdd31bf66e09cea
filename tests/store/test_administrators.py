"""Accounts of administrators, on both databases: one a name, passwords sealed, sessions that end, tries that count."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from smart_app.store import administrators
from smart_app.store.store import Store
from smart_app.store.tables import administrators as accounts
from tests.store.given import SetClock, at_once

IDLE = timedelta(minutes=15)
WINDOW = timedelta(minutes=15)


def made(store: Store, name: str = "ada", digest: str = "digest-1") -> bool:
    with store.write() as tx:
        return administrators.add(tx, name, digest)


def begun(store: Store, secret: str = "secret", digest: str = "digest-1", name: str = "ada") -> bool:
    with store.write() as tx:
        return administrators.begin(tx, name, digest, secret)


def seen(store: Store, secret: str = "secret") -> str | None:
    with store.write() as tx:
        return administrators.seen(tx, secret, IDLE)


def test_a_name_is_taken_once_also_when_two_ask_at_once(store: Store) -> None:
    assert sorted(at_once(4, lambda number: made(store, "ada", f"digest-{number}"))) == [False, False, False, True]
    with store.read() as tx:
        assert [account.name for account in administrators.listed(tx)] == ["ada"]


def test_the_digest_of_a_password_is_sealed_and_nobody_has_none(store: Store) -> None:
    made(store)
    with store.read() as tx:
        stored = tx.connection.execute(select(accounts.c.password)).scalar_one()
        assert b"digest-1" not in stored
        assert administrators.password_of(tx, "ada") == "digest-1"
        assert administrators.password_of(tx, "nobody") is None


def test_a_session_begins_with_the_password_it_was_held_against_and_with_no_older_one(store: Store) -> None:
    made(store)
    with store.write() as tx:
        assert administrators.put_password(tx, "ada", "digest-2")
        assert not administrators.put_password(tx, "nobody", "digest-2")
    assert not begun(store)
    assert seen(store) is None
    assert begun(store, digest="digest-2")
    assert seen(store) == "ada"


def test_a_session_ends_when_idle_when_old_when_the_clock_went_back_and_with_its_account(
    store: Store, clock: SetClock
) -> None:
    made(store)
    begun(store)
    clock.move(minutes=14)
    assert seen(store) == "ada"
    clock.move(minutes=16)
    assert seen(store) is None
    begun(store, "second")
    for _ in range(60):
        clock.move(minutes=10)
        seen(store, "second")
    assert seen(store, "second") == "ada"
    clock.move(minutes=10)
    assert seen(store, "second") is None
    begun(store, "third")
    clock.move(hours=-1)
    assert seen(store, "third") is None
    clock.move(hours=1)
    assert seen(store, "third") == "ada"
    with store.write() as tx:
        assert administrators.remove(tx, "ada")
        assert not administrators.remove(tx, "ada")
    assert seen(store, "third") is None


def test_tries_are_counted_together_and_forgotten_after_their_time(store: Store, clock: SetClock) -> None:
    def tried(_number: int = 0) -> int:
        with store.write() as tx:
            return administrators.count_try(tx, [("address", 6), ("ada", 3)], WINDOW)

    assert sorted(at_once(4, tried)) == [0, 0, 0, 1]
    with store.write() as tx:
        administrators.forget_tries(tx, "ada")
    assert tried() == 0
    assert tried() == 0
    assert tried() == 1
    clock.move(minutes=15)
    assert tried() == 0
