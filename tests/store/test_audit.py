"""The audit chain: what was done is written down, and nobody changes that unnoticed (attack-A75)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from smart_app.store import audit, intents
from smart_app.store.audit import Action, AuditEvent, Outcome
from smart_app.store.encryption import Cipher, Place
from smart_app.store.errors import SealBroken, StoreContradicted
from smart_app.store.store import Store
from smart_app.store.transactions import Transaction
from tests.store.given import ANNA, NOON, THERAPIST, SetClock, at_once, made_key

READ = AuditEvent(
    action=Action.READ, actor=THERAPIST.sub, issuer=ANNA.issuer, patient=ANNA.patient, entity="CarePlan/17"
)
REFUSED = AuditEvent(action=Action.LAUNCH, outcome=Outcome.REFUSED)


@pytest.fixture
def written(store: Store, clock: SetClock) -> Store:
    """Five rows, a second apart."""
    for number in range(5):
        with store.write() as tx:
            audit.append(tx, REFUSED if number == 3 else READ)
        clock.move(seconds=1)
    return store


def broken(store: Store, *statements: str) -> audit.Break | None:
    with store.write() as tx:
        for statement in statements:
            tx.connection.execute(text(statement))
    with store.read() as tx:
        return audit.verify_chain(tx)


def test_a_fresh_chain_is_whole(store: Store) -> None:
    assert broken(store) is None


def test_a_written_chain_is_whole(written: Store) -> None:
    assert broken(written) is None


def test_the_acts_on_one_patient_are_listed_in_order(written: Store) -> None:
    with written.read() as tx:
        listed = audit.events(tx, ANNA.issuer, ANNA.patient)
    assert listed == [(NOON + timedelta(seconds=second), READ) for second in (0, 1, 2, 4)]


@pytest.mark.parametrize(
    "change",
    [
        "at = '2026-01-05T12:00:03+00:00'",
        "at = ''",
        "actor = 'sub-2'",
        "actor = x'00ff'",
        "action = 'no such action'",
        "outcome = 'failed'",
        "issuer = ''",
        "patient = 'boris'",
        "entity = 'CarePlan/18'",
        "previous = digest",
        "digest = previous",
        "number = 9",
    ],
)
def test_a_changed_row_is_found(written: Store, change: str) -> None:
    """attack-A75."""
    found = broken(written, f"UPDATE audit_rows SET {change} WHERE number = 3")  # noqa: S608 - the test's own words
    assert found is not None
    assert found.number == 3


def test_two_rows_that_changed_places_are_found(written: Store) -> None:
    """attack-A75."""
    moves = [f"UPDATE audit_rows SET number = {new} WHERE number = {old}" for old, new in ((2, 9), (3, 2), (9, 3))]  # noqa: S608
    assert broken(written, *moves) == (2, "this row was changed")


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_deleted_row_is_found(written: Store, number: int) -> None:
    """attack-A75: the last one too, which a bare chain would not miss."""
    found = broken(written, f"DELETE FROM audit_rows WHERE number = {number}")  # noqa: S608
    assert found == (number, "this row is missing")


def test_emptying_the_table_is_found(written: Store) -> None:
    """attack-A75."""
    assert broken(written, "DELETE FROM audit_rows") == (1, "this row is missing")


def test_an_added_row_is_found(written: Store) -> None:
    """attack-A75: the digest of an added row can be right; the sealed head knows nothing of it."""
    with written.write() as tx:
        last = dict(tx.connection.execute(text("SELECT * FROM audit_rows WHERE number = 5")).mappings().one())
        added = last | {"number": 6, "previous": last["digest"]}
        added["digest"] = audit._digest(added)
        columns = ", ".join(f":{name}" for name in added)
        tx.connection.execute(text(f"INSERT INTO audit_rows VALUES ({columns})"), added)  # noqa: S608
        found = audit.verify_chain(tx)
    assert found == (6, "the chain was written anew without the key")


def test_a_changed_row_with_a_digest_made_to_fit_is_found_at_the_next(written: Store) -> None:
    """attack-A75: anybody can compute a digest; the row after it remembers the old one."""
    with written.write() as tx:
        row = dict(tx.connection.execute(text("SELECT * FROM audit_rows WHERE number = 3")).mappings().one())
        fitting = audit._digest(row | {"actor": "sub-2"})
        change = text("UPDATE audit_rows SET actor = 'sub-2', digest = :fitting WHERE number = 3")
        tx.connection.execute(change, {"fitting": fitting})
        found = audit.verify_chain(tx)
    assert found == (4, "this row was changed")


@pytest.mark.parametrize(
    "statement", ["DELETE FROM audit_head", "UPDATE audit_head SET content = substr(content, 1, 1)"]
)
def test_without_its_head_the_chain_is_broken_and_nothing_is_added(written: Store, statement: str) -> None:
    """attack-A75: what cannot be audited is not done."""
    found = broken(written, statement)
    assert found is not None
    assert found.number == 5
    with written.write() as tx, pytest.raises(SealBroken):
        audit.append(tx, READ)


def test_a_head_written_without_the_key_is_refused(written: Store) -> None:
    """attack-A75."""
    forged = Cipher([made_key("attacker")]).seal(
        Place("audit_head", "content", ("audit",)), json.dumps([5, ""]).encode()
    )
    with written.write() as tx:
        tx.connection.execute(text("UPDATE audit_head SET content = :forged"), {"forged": forged})
        assert audit.verify_chain(tx) is not None


def test_an_act_that_is_taken_back_leaves_no_row(store: Store) -> None:
    with pytest.raises(StoreContradicted), store.write() as tx:
        _act_and_fail(tx)
    with store.read() as tx:
        assert audit.events(tx, ANNA.issuer, ANNA.patient) == []
    assert broken(store) is None


def _act_and_fail(tx: Transaction) -> None:
    audit.append(tx, READ)
    intents.add(tx, ANNA, "no such course", THERAPIST.sub, b"payload")


def test_parallel_acts_make_one_chain(store: Store) -> None:
    def act(_number: int) -> None:
        with store.write() as tx:
            audit.append(tx, READ)

    at_once(16, act)
    with store.read() as tx:
        assert len(audit.events(tx, ANNA.issuer, ANNA.patient)) == 16
    assert broken(store) is None
