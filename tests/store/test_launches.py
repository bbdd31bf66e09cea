"""Launches: the right person, the right patient, the right browser, and not for ever."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from smart_app.store import launches
from smart_app.store.errors import SealBroken
from smart_app.store.store import Store
from tests.store.given import ANNA, BORIS, BROWSER, COLLEAGUE, THERAPIST, SetClock, opened_launch


def begun(store: Store, **how: object) -> str:
    with store.write() as tx:
        return opened_launch(tx, **how)  # type: ignore[arg-type]


def found(store: Store, handle: str, browser: str = BROWSER) -> launches.Launch | None:
    with store.read() as tx:
        return launches.find(tx, handle, browser)


def test_a_launch_is_found_as_it_was_opened(store: Store, clock: SetClock) -> None:
    launch = found(store, begun(store))
    assert launch is not None
    assert (launch.lane, launch.user, launch.need_patient_banner) == (ANNA, THERAPIST, True)
    assert launch.grant.access_token == "token-anna"
    assert launch.grant.expires == clock.now + timedelta(hours=1)
    assert launch.grant.scopes == ("launch", "openid")
    assert (launch.created, launch.last_seen, launch.background) == (clock.now, clock.now, None)


def test_another_browser_does_not_find_it(store: Store) -> None:
    """attack-A27: the address was stolen."""
    assert found(store, begun(store), "another browser") is None


def test_a_handle_that_was_never_given_is_not_found(store: Store) -> None:
    """attack-A26: the attacker chose the handle."""
    begun(store)
    assert found(store, "chosen-by-an-attacker") is None


def test_two_patients_in_one_browser_stay_apart(store: Store) -> None:
    """attack-A28: the later launch does not change the earlier one."""
    anna, boris = begun(store, lane=ANNA), begun(store, lane=BORIS)
    first, second = found(store, anna), found(store, boris)
    assert first is not None
    assert second is not None
    assert (first.lane, first.grant.access_token) == (ANNA, "token-anna")
    assert (second.lane, second.grant.access_token) == (BORIS, "token-boris")


def test_two_browsers_cannot_swap_their_launches(store: Store) -> None:
    anna, boris = begun(store, lane=ANNA, browser="one"), begun(store, lane=BORIS, browser="two")
    assert found(store, anna, "two") is None
    assert found(store, boris, "one") is None


def test_handles_hold_128_bits_and_never_repeat(store: Store) -> None:
    """attack-A68: 128 bits are 22 characters."""
    handles = {begun(store) for _ in range(20)}
    assert len(handles) == 20
    assert all(len(handle) >= 22 for handle in handles)


def test_a_launch_sleeps_in_after_fifteen_minutes(store: Store, clock: SetClock) -> None:
    handle = begun(store)
    clock.move(minutes=15)
    assert found(store, handle)
    clock.move(seconds=1)
    assert found(store, handle) is None


def test_touching_keeps_it_awake_but_not_beyond_ten_hours(store: Store, clock: SetClock) -> None:
    handle = begun(store)
    for _ in range(60):
        clock.move(minutes=10)
        assert found(store, handle)
        with store.write() as tx:
            launches.touch(tx, handle)
    clock.move(seconds=1)
    assert found(store, handle) is None


def test_an_ended_launch_stays_ended_and_its_token_is_gone(store: Store) -> None:
    """attack-A78: a request that was under way does not wake it up."""
    handle = begun(store)
    with store.write() as tx:
        launches.remember(tx, handle, b"background")
        launches.end(tx, handle)
        launches.touch(tx, handle)
        launches.remember(tx, handle, b"background")
        row = tx.connection.execute(text("SELECT secrets, background FROM launches")).one()
    assert tuple(row) == (None, None)
    assert found(store, handle) is None


def test_a_new_launch_forgets_the_tokens_of_those_too_old(store: Store, clock: SetClock) -> None:
    begun(store)
    clock.move(hours=10, seconds=1)
    begun(store)
    with store.read() as tx:
        kept = tx.connection.execute(text("SELECT count(secrets) FROM launches")).scalar_one()
    assert kept == 1


def test_the_background_is_kept_for_its_launch(store: Store) -> None:
    handle = begun(store)
    with store.write() as tx:
        launches.remember(tx, handle, b'{"name": "ZZTEST"}')
    launch = found(store, handle)
    assert launch is not None
    assert launch.background == b'{"name": "ZZTEST"}'


def test_a_token_copied_from_another_launch_is_refused(store: Store) -> None:
    """attack-A74: somebody with the database swaps two rows' tokens."""
    anna, boris = begun(store, lane=ANNA), begun(store, lane=BORIS)
    with store.write() as tx:
        swap = "UPDATE launches SET secrets = (SELECT secrets FROM launches WHERE handle = :boris) WHERE handle = :anna"
        tx.connection.execute(text(swap), {"anna": anna, "boris": boris})
    with pytest.raises(SealBroken, match="another row"):
        found(store, anna)
    assert found(store, boris)


def test_an_intent_goes_under_its_authors_launch_only(store: Store, clock: SetClock) -> None:
    begun(store, user=COLLEAGUE)
    begun(store, lane=BORIS, user=THERAPIST)
    with store.read() as tx:
        assert launches.find_grant(tx, ANNA, THERAPIST.sub) is None
    clock.move(minutes=1)
    newest = begun(store, user=THERAPIST)
    with store.read() as tx:
        launch = launches.find_grant(tx, ANNA, THERAPIST.sub)
    assert launch is not None
    assert launch.handle == newest


def test_a_token_that_has_run_out_is_no_grant(store: Store, clock: SetClock) -> None:
    handle = begun(store)
    for _ in range(4):
        clock.move(minutes=15)
        with store.write() as tx:
            launches.touch(tx, handle)
    assert found(store, handle)
    with store.read() as tx:
        assert launches.find_grant(tx, ANNA, THERAPIST.sub) is None


def test_the_database_shows_neither_token_nor_names(file_store: Store, tmp_path: Path) -> None:
    begun(file_store)
    file_store.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"sub-1" in stored
    for secret in (b"token-anna", b"ZZTEST", BROWSER.encode()):
        assert secret not in stored
