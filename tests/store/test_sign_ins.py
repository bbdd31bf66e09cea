"""Sign-ins: once, soon, and by the browser that began."""

from __future__ import annotations

from pathlib import Path

from smart_app.store import sign_ins
from smart_app.store.store import Store
from tests.store.given import BROWSER, SetClock, at_once

ISSUER = "https://ehr.example/fhir"


def begun(store: Store) -> str:
    with store.write() as tx:
        return sign_ins.begin(tx, issuer=ISSUER, code_verifier="verifier", nonce="nonce", browser_secret=BROWSER)


def test_the_callback_finds_what_was_begun(store: Store, clock: SetClock) -> None:
    state = begun(store)
    with store.write() as tx:
        found = sign_ins.consume(tx, state)
    assert found is not None
    assert (found.issuer, found.code_verifier, found.nonce, found.started) == (ISSUER, "verifier", "nonce", clock.now)


def test_another_browser_did_not_begin_it(store: Store) -> None:
    """attack-A14: the victim's browser is given the attacker's callback."""
    state = begun(store)
    with store.write() as tx:
        found = sign_ins.consume(tx, state)
    assert found is not None
    assert found.begun_by(BROWSER)
    assert not found.begun_by("another browser")


def test_an_unknown_state_and_no_state_find_nothing(store: Store) -> None:
    """attack-A12."""
    begun(store)
    with store.write() as tx:
        assert sign_ins.consume(tx, "unknown") is None
        assert sign_ins.consume(tx, "") is None


def test_a_state_works_once(store: Store) -> None:
    """attack-A12."""
    state = begun(store)
    with store.write() as tx:
        assert sign_ins.consume(tx, state)
    with store.write() as tx:
        assert sign_ins.consume(tx, state) is None


def test_a_state_works_for_five_minutes_and_is_burned_after(store: Store, clock: SetClock) -> None:
    """attack-A12."""
    in_time, late = begun(store), begun(store)
    clock.move(minutes=5)
    with store.write() as tx:
        assert sign_ins.consume(tx, in_time)
    clock.move(seconds=1)
    with store.write() as tx:
        assert sign_ins.consume(tx, late) is None
    clock.move(minutes=-1)
    with store.write() as tx:
        assert sign_ins.consume(tx, late) is None


def test_exactly_one_of_fifty_parallel_callbacks_wins(store: Store) -> None:
    """attack-A77."""
    state = begun(store)

    def call_back(_number: int) -> bool:
        with store.write() as tx:
            return sign_ins.consume(tx, state) is not None

    assert sum(at_once(50, call_back)) == 1


def test_states_are_long_and_never_equal(store: Store) -> None:
    """attack-A68: 256 bits are 43 characters."""
    states = [begun(store) for _ in range(20)]
    assert len(set(states)) == 20
    assert all(len(state) >= 43 for state in states)


def test_the_database_holds_neither_state_nor_verifier(file_store: Store, tmp_path: Path) -> None:
    state = begun(file_store)
    file_store.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert ISSUER.encode() in stored
    assert state.encode() not in stored
    assert b"verifier" not in stored
    assert BROWSER.encode() not in stored


def test_beginning_forgets_the_old_ones(store: Store, clock: SetClock) -> None:
    """attack-A69: a flood of launches leaves no rows behind."""
    first = begun(store)
    clock.move(minutes=6)
    begun(store)
    clock.move(minutes=-6)
    with store.write() as tx:
        assert sign_ins.consume(tx, first) is None
