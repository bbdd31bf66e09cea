"""The notes behind the list of one's patients: whose list it is on, what is counted now, how few statements."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from smart_app.store import caseload, episodes, intents, received_forms, safety_duties, server_copies
from smart_app.store.caseload import ListedCase
from smart_app.store.lanes import Lane
from smart_app.store.launches import Grant, SignInFor, open_launch
from smart_app.store.received_forms import ReceivedForm
from smart_app.store.safety_duties import SafetyDuty
from smart_app.store.server_copies import StoredCopy
from smart_app.store.store import Store
from tests.store.given import (
    ANNA,
    BORIS,
    COLLEAGUE,
    NOON,
    THERAPIST,
    SetClock,
    at_once,
    count_statements,
    opened_launch,
    saved_episode,
)

OTHER_HOSPITAL = Lane("https://other.example/fhir", "anna")


def note(store: Store, lane: Lane = ANNA, revision: int = 1, content: bytes = b"note") -> None:
    with store.write() as tx:
        caseload.put(tx, lane, f"episode-of-{lane.patient}", revision, content)


def launch(store: Store, lane: Lane = ANNA, **who: object) -> None:
    with store.write() as tx:
        opened_launch(tx, lane, **who)  # type: ignore[arg-type]


def listed(
    store: Store, user: str = THERAPIST.sub, issuer: str = ANNA.issuer, since: datetime = NOON
) -> list[ListedCase]:
    with store.read() as tx:
        return caseload.of_user(tx, issuer, user, since)


def test_a_person_finds_whom_they_launched_and_nobody_else(store: Store) -> None:
    for lane in (ANNA, BORIS, OTHER_HOSPITAL):
        note(store, lane, content=lane.issuer.encode())
    launch(store, ANNA)
    launch(store, BORIS, user=COLLEAGUE)
    launch(store, OTHER_HOSPITAL)
    (found,) = listed(store)
    assert (found.lane, found.content) == (ANNA, ANNA.issuer.encode())
    assert [item.lane for item in listed(store, COLLEAGUE.sub)] == [BORIS]
    assert [item.lane for item in listed(store, issuer=OTHER_HOSPITAL.issuer)] == [OTHER_HOSPITAL]
    assert listed(store, "somebody") == []


def test_a_note_that_was_not_counted_is_never_current(store: Store) -> None:
    with store.write() as tx:
        episode = saved_episode(tx)
        caseload.put(tx, ANNA, episode, 1, b"note", counted=False)
        assert not caseload.is_current(tx, ANNA, episode, 1)
        caseload.put(tx, ANNA, episode, 1, b"note")
        assert caseload.is_current(tx, ANNA, episode, 1)


def test_two_pages_that_note_a_course_at_once_leave_one_note(store: Store) -> None:
    at_once(4, lambda number: note(store, revision=number))
    launch(store)
    assert len(listed(store)) == 1


def test_a_patients_own_sign_in_puts_nobody_on_a_list(store: Store) -> None:
    note(store)
    with store.write() as tx:
        grant = Grant(access_token="", expires=NOON + timedelta(hours=1), scopes=())
        open_launch(tx, ANNA, THERAPIST, grant, browser_secret="x", need_patient_banner=True, role=SignInFor.PATIENT)
    assert listed(store) == []


def test_the_newest_launch_counts_and_an_old_one_does_not(store: Store, clock: SetClock) -> None:
    note(store)
    launch(store)
    clock.move(days=3)
    launch(store)
    (found,) = listed(store)
    assert (found.launched, found.noted) == (NOON + timedelta(days=3), NOON)
    assert listed(store, since=NOON + timedelta(days=4)) == []


def test_what_waits_is_counted_as_of_now_for_each_patient_alone(store: Store) -> None:
    for lane in (ANNA, BORIS):
        note(store, lane)
        launch(store, lane)
    with store.write() as tx:
        for number in range(2):
            form = ReceivedForm(id=f"r-{number}", form="phq-9", author="own-device", content=b"{}", sent=NOON)
            received_forms.add(tx, ANNA, form)
        for lane in (ANNA, OTHER_HOSPITAL):
            duty = SafetyDuty(
                item=f"i-{lane.issuer}",
                lane=lane,
                response="r",
                raised=NOON,
                owner="Practitioner/duty",
                owner_name="Duty",
                detail=b"{}",
            )
            safety_duties.open_duty(tx, duty)
        saved_episode(tx, BORIS)
        intents.add(tx, BORIS, "episode-of-boris", THERAPIST.sub, b"[]")
    by_patient = {item.lane.patient: (item.received, item.waiting, item.held) for item in listed(store)}
    assert by_patient == {"anna": (2, 1, 0), "boris": (0, 0, 0)}  # a filing under way is not held


def test_a_note_is_current_until_the_course_or_its_filing_moves(store: Store, clock: SetClock) -> None:
    with store.write() as tx:
        episode = saved_episode(tx)
    note(store, revision=1)
    with store.write() as tx:
        assert caseload.is_current(tx, ANNA, episode, 1)
        assert not caseload.is_current(tx, BORIS, episode, 1)
        episodes.save(tx, ANNA, episode, b"more", expected_revision=1)
        assert not caseload.is_current(tx, ANNA, episode, 2)
    launch(store)
    assert [item.moved_on for item in listed(store)] == [True]
    note(store, revision=2)
    assert [item.moved_on for item in listed(store)] == [False]
    clock.move(hours=1)
    with store.write() as tx:
        assert caseload.is_current(tx, ANNA, episode, 2)
        copy = StoredCopy(
            key="plan",
            resource_type="CarePlan",
            server_id="1",
            version="1",
            last_updated=None,
            content=b"{}",
            filed_at=clock.now,
            verified=True,
        )
        server_copies.put(tx, episode, copy)
        assert not caseload.is_current(tx, ANNA, episode, 2)
        caseload.forget(tx, ANNA)
        assert not caseload.is_current(tx, ANNA, episode, 2)


@pytest.mark.parametrize("patients", [1, 300])
def test_a_list_of_any_length_takes_four_statements(store: Store, patients: int) -> None:
    for number in range(patients):
        lane = Lane(ANNA.issuer, f"p{number}")
        note(store, lane)
        launch(store, lane)
    assert len(listed(store)) == patients
    sent = count_statements(store._engine, lambda: listed(store))
    assert sent <= 5  # SQLite is also told to begin


def test_what_stands_in_a_note_lies_sealed(store: Store) -> None:
    note(store, content=b"A. Z. ZZ-100001")
    with store.read() as tx:
        (kept,) = tx.connection.exec_driver_sql("SELECT content FROM caseload").one()
    assert b"ZZ-100001" not in bytes(kept)
