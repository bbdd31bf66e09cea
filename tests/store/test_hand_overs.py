"""The tablet in a patient's hands: the browser is locked, and five wrong PINs leave the chart as the only way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from smart_app.store import hand_overs, launches, persons
from smart_app.store.hand_overs import MOST_TRIES, HandOver
from smart_app.store.launches import Grant, SignInFor, User
from smart_app.store.store import Store
from tests.store.given import ANNA, BORIS, BROWSER, SetClock, at_once, opened, opened_launch

PIN = "482913"


def handed_over(store: Store, browser: str = BROWSER) -> tuple[str, str]:
    """A clinician's launch and the hand-over that locks it."""
    with store.write() as tx:
        launch = opened_launch(tx, ANNA, browser=browser)
        handle = hand_overs.begin(
            tx,
            ANNA,
            launch=launch,
            given_by="sub-1",
            browser_secret=browser,
            form="phq-9",
            background=b"canary",
            pin=PIN,
        )
    return launch, handle


def standing(store: Store, browser: str = BROWSER) -> HandOver | None:
    with store.read() as tx:
        return hand_overs.of_browser(tx, browser)


def is_open(store: Store, handle: str, browser: str = BROWSER, role: SignInFor = SignInFor.CLINICIAN) -> bool:
    with store.read() as tx:
        return launches.find(tx, handle, browser, role=role) is not None


def tried(store: Store, handle: str, pin: str) -> bool:
    with store.write() as tx:
        return hand_overs.take_back(tx, handle, pin)


def test_while_it_stands_no_chart_opens_in_that_browser_not_even_one_opened_before(store: Store) -> None:
    """The button "back" leads to the patient before; a second tab to the same."""
    with store.write() as tx:
        before = opened_launch(tx, BORIS)
    launch, handle = handed_over(store)
    assert not is_open(store, launch)
    assert not is_open(store, before)
    assert tried(store, handle, PIN)
    assert is_open(store, launch)
    assert is_open(store, before)


def test_a_patient_who_signed_in_alone_in_that_browser_is_locked_out_too(store: Store) -> None:
    with store.write() as tx:
        grant = Grant(access_token="", expires=tx.now, scopes=())
        theirs = launches.open_launch(
            tx,
            BORIS,
            User("boris", None, "Boris"),
            grant,
            browser_secret=BROWSER,
            need_patient_banner=False,
            role=SignInFor.PATIENT,
        )
    assert is_open(store, theirs, role=SignInFor.PATIENT)
    handed_over(store)
    assert not is_open(store, theirs, role=SignInFor.PATIENT)


def test_other_browsers_of_the_clinician_stay_open(store: Store) -> None:
    with store.write() as tx:
        desk = opened_launch(tx, ANNA, browser="at the desk")
    handed_over(store)
    assert is_open(store, desk, "at the desk")


def test_it_is_known_to_its_own_browser_only(store: Store) -> None:
    """attack-A27."""
    _, handle = handed_over(store)
    found = standing(store)
    assert found is not None
    assert (found.handle, found.lane, found.form, found.finished) == (handle, ANNA, "phq-9", None)
    assert standing(store, "another browser") is None


@pytest.mark.parametrize("wrong", ["", "482914", "482913 ", "0", "x" * 500])
def test_a_wrong_pin_opens_nothing_and_counts(store: Store, wrong: str) -> None:
    launch, handle = handed_over(store)
    assert not tried(store, handle, wrong)
    found = standing(store)
    assert found is not None
    assert found.tries_left == MOST_TRIES - 1
    assert not is_open(store, launch)


def test_after_five_wrong_pins_the_right_one_is_worth_nothing(store: Store) -> None:
    """attack-A68: ten thousand PINs are few."""
    launch, handle = handed_over(store)
    assert [tried(store, handle, f"{number:06}") for number in range(MOST_TRIES)] == [False] * MOST_TRIES
    assert not tried(store, handle, PIN)
    assert not is_open(store, launch)


def test_pins_tried_at_once_are_all_counted(store: Store) -> None:
    """attack-A77: twenty tabs, five tries."""
    _, handle = handed_over(store)
    at_once(20, lambda number: tried(store, handle, f"{number:06}"))
    found = standing(store)
    assert found is not None
    assert found.tries == MOST_TRIES


def test_a_pin_serves_once(store: Store) -> None:
    _, handle = handed_over(store)
    assert tried(store, handle, PIN)
    assert not tried(store, handle, PIN)


def test_a_new_launch_ends_what_stands_in_this_browser_and_says_what_that_was(store: Store) -> None:
    launch, handle = handed_over(store)
    handed_over(store, "another browser")
    with store.write() as tx:
        ended = hand_overs.end_all(tx, BROWSER)
    assert [item.handle for item in ended] == [handle]
    assert is_open(store, launch)
    assert standing(store, "another browser") is not None


def test_it_stands_longer_than_any_launch_lives(store: Store, clock: SetClock) -> None:
    """A lock that went away by waiting would open the chart."""
    launch, _ = handed_over(store)
    clock.move(hours=9, minutes=59)
    assert standing(store) is not None
    clock.move(minutes=2)
    assert not is_open(store, launch)


def test_it_survives_a_restart_and_a_clock_that_is_set_back(tmp_path: Path, clock: SetClock) -> None:
    with opened(tmp_path, clock=clock) as store:
        launch, _ = handed_over(store)
    clock.move(days=-1)
    with opened(tmp_path, clock=clock) as store:
        assert standing(store) is not None
        assert not is_open(store, launch)


def test_the_pin_is_nowhere_in_the_database(tmp_path: Path, clock: SetClock) -> None:
    with opened(tmp_path, clock=clock) as store:
        handed_over(store)
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"phq-9" in content
    assert PIN.encode() not in content
    assert b"canary" not in content


def test_an_erasure_forgets_the_lock_and_ends_whatever_it_locked(store: Store) -> None:
    """Without its row the browser would open the chart of whoever was looked at before, and ask for no PIN."""
    with store.write() as tx:
        before = opened_launch(tx, BORIS)
        desk = opened_launch(tx, BORIS, browser="at the desk")
    handed_over(store)
    with store.write() as tx:
        persons.erase(tx, ANNA)
    assert standing(store) is None
    assert not is_open(store, before)
    assert is_open(store, desk, "at the desk")


def test_an_erasure_leaves_a_browser_alone_that_was_taken_back(store: Store) -> None:
    with store.write() as tx:
        before = opened_launch(tx, BORIS)
    _, handle = handed_over(store)
    assert tried(store, handle, PIN)
    with store.write() as tx:
        persons.erase(tx, ANNA)
    assert is_open(store, before)


def test_a_form_on_the_tablet_is_finished_once_and_not_after_it_was_taken_back(store: Store) -> None:
    _, handle = handed_over(store)
    with store.write() as tx:
        assert [hand_overs.finish(tx, handle) for _ in range(2)] == [True, False]
    _, other = handed_over(store, "another browser")
    assert tried(store, other, PIN)
    with store.write() as tx:
        assert not hand_overs.finish(tx, other)
