"""One person's rows: all of them, in every table there is, and nobody else's (decision-D91)."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from smart_app.store import audit, persons
from smart_app.store.lanes import Lane
from smart_app.store.persons import NOBODYS, person_tables
from smart_app.store.store import Store
from smart_app.store.tables import metadata
from tests.store.given import ANNA, BORIS, Crash, SetClock, count_statements, crash_before, opened
from tests.store.persons_given import everything, fill

ELSEWHERE = Lane("https://other.example/fhir", "anna")
TABLES = {table.name for table in person_tables()}


def test_every_table_is_about_persons_or_said_to_be_about_nobody() -> None:
    """A new table without a decision fails here."""
    assert TABLES | NOBODYS | {"audit_rows"} == set(metadata.tables)
    assert not TABLES & NOBODYS


def test_tables_that_hang_on_a_persons_row_are_found() -> None:
    assert {"server_copies", "attempts", "hand_overs", "episodes", "drafts"} <= TABLES


def test_no_table_about_nobody_names_a_patient() -> None:
    named = {name for name in NOBODYS if "patient" in metadata.tables[name].c}
    assert named == set()


def test_every_sealed_column_opens_from_the_key_of_its_row(store: Store) -> None:
    """The export unseals by what the table says; a place spelled otherwise would be left out of it."""
    with store.write() as tx:
        fill(tx, ANNA)
    with store.read() as tx:
        found = dict(persons.rows(tx, ANNA))
    assert found.keys() == TABLES
    for table, row in found.items():
        sealed = [column.name for column in metadata.tables[table].c if "sealed" in column.info]
        assert {row.get(name, b'"anna"') for name in sealed} <= {b'"anna"'}
        assert not persons.CREDENTIALS & row.keys()


def test_what_is_erased_is_gone_from_every_table_and_nobody_elses_row_has_moved(store: Store) -> None:
    with store.write() as tx:
        for lane in (BORIS, ELSEWHERE):
            fill(tx, lane)
        before = everything(tx)
        fill(tx, ANNA)
    with store.write() as tx:
        erased = persons.erase(tx, ANNA)
    assert erased.counts == dict.fromkeys(TABLES, 1)
    with store.read() as tx:
        assert persons.counts(tx, ANNA) == {}
        assert everything(tx) == before
        assert audit.verify_chain(tx) is None


def test_the_digest_is_that_of_what_was_erased(store: Store) -> None:
    digests = set()
    for content in ("", "-changed"):
        with store.write() as tx:
            fill(tx, ANNA, content)
            digests.add(persons.erase(tx, ANNA).digest)
    assert len(digests) == 2


def _looked(store: Store) -> None:
    with store.read() as tx:
        persons.counts(tx, ANNA)


LANES = st.builds(Lane, st.sampled_from(["a", "b", "https://a"]), st.sampled_from(["1", "2", "12", "a"]))


@settings(max_examples=settings().max_examples // 3)
@given(lanes=st.sets(LANES, min_size=2, max_size=6), data=st.data())
def test_whoever_is_erased_everybody_else_stays_byte_by_byte(lanes: set[Lane], data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from(sorted(lanes, key=str)))
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as store:
        with store.write() as tx:
            for lane in sorted(lanes - {chosen}, key=str):
                fill(tx, lane)
            before = everything(tx)
            fill(tx, chosen)
            persons.erase(tx, chosen)
        with store.read() as tx:
            assert everything(tx) == before
            assert {lane for lane in lanes if persons.counts(tx, lane)} == lanes - {chosen}


def test_an_erasure_that_fails_leaves_everything(store: Store) -> None:
    with store.write() as tx:
        fill(tx, ANNA)
        before = everything(tx)
    engine = store._engine
    steps = count_statements(engine, lambda: _looked(store))
    for step in range(steps, 3 * steps):
        with crash_before(engine, step), suppress(Crash), store.write() as tx:
            persons.erase(tx, ANNA)
            raise Crash
    with store.read() as tx:
        assert everything(tx) == before


def test_the_audit_log_is_cut_at_its_beginning_and_the_rest_still_holds(store: Store, clock: SetClock) -> None:
    """decision-D92, attack-A75: rows whose time is over go, and nobody can pass off another cut for that one."""
    for _ in range(6):
        with store.write() as tx:
            audit.append(tx, audit.AuditEvent(action=audit.Action.READ, issuer=ANNA.issuer, patient=ANNA.patient))
        clock.move(days=1)
    with store.write() as tx:
        assert audit.cut(tx, tx.now) == 6
        audit.append(tx, audit.AuditEvent(action=audit.Action.EXPIRE, entity="AuditEvent/6"))
        assert audit.verify_chain(tx) is None
    clock.move(days=1)
    with store.write() as tx:
        audit.append(tx, audit.AuditEvent(action=audit.Action.READ))
        assert audit.cut(tx, clock.now) == 1
        assert audit.cut(tx, clock.now) == 0
        assert audit.verify_chain(tx) is None
        assert [entry.number for entry in audit.search(tx, audit.Asked(), 9)] == [8]
        tx.connection.exec_driver_sql("DELETE FROM audit_rows")
        assert audit.verify_chain(tx) is not None


def test_a_cut_stops_at_the_first_row_that_is_young(store: Store, clock: SetClock) -> None:
    """fault-F60: a row written while the clock was ahead keeps those behind it, so that the chain has no hole."""
    for days in (0, 10, -9):
        clock.move(days=days)
        with store.write() as tx:
            audit.append(tx, audit.AuditEvent(action=audit.Action.READ))
    with store.write() as tx:
        clock.move(days=5)
        assert audit.cut(tx, clock.now) == 1
        assert audit.verify_chain(tx) is None
