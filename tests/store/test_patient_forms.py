"""Forms asked of a patient, and what came back and nobody has seen: of one patient each, sealed, and counted once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from smart_app.store import begun_forms, received_forms, requested_forms
from smart_app.store.errors import SealBroken, StoreContradicted
from smart_app.store.received_forms import ReceivedForm
from smart_app.store.store import Store
from tests.store.given import ANNA, BORIS, NOON, SetClock, at_once, opened

SENT = ReceivedForm(id="r-1", form="phq-9", author="own-device", content=b'{"item":["canary"]}', sent=NOON)


def test_a_form_is_asked_for_once_and_the_last_asking_counts(store: Store, clock: SetClock) -> None:
    with store.write() as tx:
        requested_forms.request(tx, ANNA, "phq-9", "sub-1")
    clock.move(days=1)
    with store.write() as tx:
        requested_forms.request(tx, ANNA, "gad-7", "sub-1")
        requested_forms.request(tx, ANNA, "phq-9", "sub-2")
    with store.read() as tx:
        assert requested_forms.of_patient(tx, ANNA) == {"gad-7": clock.now, "phq-9": clock.now}
        assert requested_forms.of_patient(tx, BORIS) == {}


def test_what_is_withdrawn_is_not_asked_for(store: Store) -> None:
    with store.write() as tx:
        requested_forms.request(tx, ANNA, "phq-9", "sub-1")
        requested_forms.withdraw(tx, BORIS, "phq-9")
        assert list(requested_forms.of_patient(tx, ANNA)) == ["phq-9"]
        requested_forms.withdraw(tx, ANNA, "phq-9")
        assert requested_forms.of_patient(tx, ANNA) == {}


def test_a_form_that_was_begun_has_one_response_until_it_ends(store: Store, clock: SetClock) -> None:
    with store.write() as tx:
        first = begun_forms.begin(tx, ANNA, "own-device", "phq-9")
        assert begun_forms.begin(tx, ANNA, "own-device", "phq-9") == first
        others = [
            begun_forms.begin(tx, ANNA, "tablet", "phq-9"),
            begun_forms.begin(tx, ANNA, "own-device", "gad-7"),
            begun_forms.begin(tx, BORIS, "own-device", "phq-9"),
        ]
        assert len({first.response, *(other.response for other in others)}) == 4
        assert first.begun == clock.now
        begun_forms.end(tx, ANNA, "own-device", "phq-9")
        assert begun_forms.find(tx, ANNA, "own-device", "phq-9") is None
        assert begun_forms.find(tx, BORIS, "own-device", "phq-9") is not None


@pytest.mark.parametrize("is_begun", [True, False])
def test_of_windows_that_send_one_form_at_once_each_sees_what_the_one_before_did(store: Store, is_begun: bool) -> None:
    """attack-A77; a form that is sent as it was proposed was not begun."""
    if is_begun:
        with store.write() as tx:
            begun_forms.begin(tx, ANNA, "own-device", "phq-9")

    def send(_number: int) -> None:
        with store.write() as tx:
            begun = begun_forms.take(tx, ANNA, "own-device", "phq-9")
            if not received_forms.of_patient(tx, ANNA):
                received_forms.add(tx, ANNA, replace(SENT, id=begun.response))
            begun_forms.end(tx, ANNA, "own-device", "phq-9")

    at_once(4, send)
    with store.read() as reading:
        assert len(received_forms.of_patient(reading, ANNA)) == 1


def test_what_was_sent_waits_for_that_patient_only(store: Store) -> None:
    with store.write() as tx:
        received_forms.add(tx, ANNA, SENT)
    with store.read() as tx:
        assert received_forms.of_patient(tx, ANNA) == [SENT]
        assert received_forms.of_patient(tx, BORIS) == []


def test_what_is_taken_into_the_course_waits_no_more(store: Store) -> None:
    with store.write() as tx:
        received_forms.add(tx, ANNA, SENT)
        received_forms.remove(tx, BORIS, SENT)
        assert received_forms.of_patient(tx, ANNA) == [SENT]
        received_forms.remove(tx, ANNA, SENT)
        assert received_forms.of_patient(tx, ANNA) == []


def test_a_form_sent_twice_is_kept_once(store: Store) -> None:
    """attack-A77: a double click."""
    with store.write() as tx:
        received_forms.add(tx, ANNA, SENT)
    with pytest.raises(StoreContradicted), store.write() as tx:
        received_forms.add(tx, ANNA, SENT)


def test_answers_are_sealed_and_bound_to_their_row(tmp_path: Path, clock: SetClock) -> None:
    """attack-A74."""
    with opened(tmp_path, clock=clock) as store:
        with store.write() as tx:
            received_forms.add(tx, ANNA, SENT)
            received_forms.add(tx, BORIS, ReceivedForm(id="r-2", form="x", author="a", content=b"boris", sent=NOON))
        with store.write() as tx:
            swap = "UPDATE received_forms SET content = (SELECT content FROM received_forms WHERE id = 'r-2')"
            tx.connection.exec_driver_sql(f"{swap} WHERE id = 'r-1'")
        with pytest.raises(SealBroken), store.read() as tx:
            received_forms.of_patient(tx, ANNA)
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"canary" not in content
