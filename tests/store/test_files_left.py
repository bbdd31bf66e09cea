"""What lies in SQLite's files after an erasure: nothing of the person (decision-D121)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from smart_app.store import episodes, persons
from smart_app.store.dialects import Remains, _prepare_sqlite
from smart_app.store.lanes import Lane
from smart_app.store.store import Store
from smart_app.store.tables import metadata
from tests.store.given import BORIS, SetClock, opened_launch
from tests.store.persons_given import fill

ZOE = Lane("https://ehr.example/fhir", "zztest-zoe-4711")
_SHORTEST, _PIECE = 6, 48


def stored(folder: Path) -> set[bytes]:
    """Every text, time and sealed value of the database as its bytes lie in the file, in pieces that fit on a page."""
    with closing(sqlite3.connect(folder / "store.db")) as connection:
        rows = [row for table in metadata.tables for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608
    found = {value.encode() if isinstance(value, str) else value for row in rows for value in row}
    texts = [value for value in found if isinstance(value, bytes)]
    pieces = {text[start : start + _PIECE] for text in texts for start in range(0, len(text), _PIECE)}
    return {piece for piece in pieces if len(piece) >= _SHORTEST}


def raw(folder: Path) -> bytes:
    """The files as somebody finds them who copies the disk."""
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()) if file.name.startswith("store.db"))


def live(store: Store, folder: Path, lane: Lane, saves: int = 3) -> set[bytes]:
    """A course that was saved often and grew and shrank, a row in every table, a launch: pages are split and freed.
    What was stored at any time."""
    seen: set[bytes] = set()
    with store.write() as tx:
        fill(tx, lane)
        opened_launch(tx, lane)
    with store.write() as tx:
        course = episodes.load(tx, lane)
        assert course is not None
        revision, ident = course.revision, course.id
    for number in range(saves):
        content = lane.patient.encode() * (1 + 700 * (number % 3))
        with store.write() as tx:
            revision = episodes.save(tx, lane, ident, content, expected_revision=revision)
        seen |= stored(folder)
    return seen


def test_after_an_erasure_no_id_and_no_sealed_byte_is_left_in_the_files(
    file_store: Store, clock: SetClock, tmp_path: Path
) -> None:
    others = [Lane(ZOE.issuer, f"zztest-other-{number}") for number in range(12)]
    for lane in others[:6]:
        live(file_store, tmp_path, lane)
    before = stored(tmp_path)
    clock.move(minutes=17)
    hers = live(file_store, tmp_path, ZOE, saves=9) - before
    clock.move(minutes=17)
    for lane in others[6:]:
        live(file_store, tmp_path, lane)
    assert ZOE.patient.encode() in hers
    copied = raw(tmp_path)
    assert sum(piece in copied for piece in hers) > 0.9 * len(hers), "but for pieces that lie across two pages"
    with file_store.write() as tx:
        persons.erase(tx, ZOE)
    assert file_store.settle_files() is Remains.NOTHING
    left = raw(tmp_path)
    assert {piece for piece in hers if piece in left} == set()
    assert (tmp_path / "store.db-wal").stat().st_size == 0
    assert others[0].patient.encode() in left


def test_a_log_that_somebody_reads_is_emptied_the_next_time(file_store: Store, tmp_path: Path) -> None:
    with file_store.write() as tx:
        fill(tx, BORIS)
    with closing(sqlite3.connect(tmp_path / "store.db")) as another:
        another.execute("BEGIN")
        another.execute("SELECT count(*) FROM episodes").fetchone()
        with file_store.write() as tx:
            persons.erase(tx, BORIS)
        assert file_store.settle_files() is Remains.LOG_IN_USE
        another.execute("ROLLBACK")
    assert file_store.settle_files() is Remains.NOTHING


def test_what_is_deleted_is_overwritten_whatever_the_library_was_built_with(tmp_path: Path) -> None:
    """Debian builds SQLite so that it does; others do not."""
    with closing(sqlite3.connect(tmp_path / "any.db")) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        _prepare_sqlite(connection, None)
        assert connection.execute("PRAGMA secure_delete").fetchone() == (1,)
