"""Together or not at all, and still there after the worst."""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from smart_app.store import episodes, intents, sign_ins
from smart_app.store.dialects import check_file, connect
from smart_app.store.errors import StoreBusy, StoreError, StoreFull, StoreUnreachable, UnsafeFile
from smart_app.store.lanes import Lane
from smart_app.store.store import Store, open_store
from smart_app.store.transactions import ReadTransaction
from tests.store.given import (
    ANNA,
    THERAPIST,
    Crash,
    SetClock,
    count_statements,
    crash_before,
    made_key,
    opened,
    saved_episode,
    url_in,
)

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import sys
from pathlib import Path
from smart_app.store import episodes, intents
from tests.store.given import ANNA, opened, saved_episode
store = opened(Path(sys.argv[1]))
with store.write() as tx:
    episode_id = saved_episode(tx)
revision = 1
while True:
    with store.write() as tx:
        revision = episodes.save(tx, ANNA, episode_id, b"x" * 4000, expected_revision=revision)
        intents.add(tx, ANNA, episode_id, "sub-1", str(revision).encode())
    print(revision, flush=True)
"""


def save(store: Store, revision: int) -> None:
    """One save as a clinician makes it: the course and its intent."""
    with store.write() as tx:
        episodes.save(tx, ANNA, "episode-of-anna", b"changed", expected_revision=revision)
        intents.add(tx, ANNA, "episode-of-anna", THERAPIST.sub, b"payload")


def saved(tx: ReadTransaction) -> tuple[int, int]:
    """The revision of the course and the number of intents; equal but for the first save."""
    course = episodes.load(tx, ANNA)
    assert course is not None
    return course.revision, len(intents.open_intents(tx, ANNA))


def test_a_crash_at_any_statement_leaves_course_and_intent_together(store: Store) -> None:
    """Invariant I6, fault-F52."""
    with store.write() as tx:
        saved_episode(tx)
    steps = count_statements(store._engine, lambda: save(store, 1))
    assert steps > 5
    for step in range(steps):
        with crash_before(store._engine, step), pytest.raises(Crash):
            save(store, 2)
        with store.read() as after:
            assert saved(after) == (2, 1)


def test_a_crash_before_the_commit_leaves_nothing(store: Store) -> None:
    """Invariant I6, fault-F52."""
    with store.write() as tx:
        saved_episode(tx)

    def crash(*_connection: object) -> None:
        raise Crash

    event.listen(store._engine, "commit", crash)
    with pytest.raises(Crash):
        save(store, 1)
    event.remove(store._engine, "commit", crash)
    with store.read() as after:
        assert saved(after) == (1, 0)


@pytest.mark.parametrize("acknowledged", [1, 7, 40])
def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path, acknowledged: int) -> None:
    """fault-F52, fault-F53: kill -9 at a moment nobody chose, and the next start finds every acknowledged save."""
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        for _ in range(acknowledged):
            told = int(writer.stdout.readline())
        writer.kill()
        told = max([told, *map(int, re.findall(r"(\d+)\n", writer.stdout.read()))])
    with opened(tmp_path) as store, store.read() as tx:
        revision, count = saved(tx)
        assert tx.connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    assert revision >= told
    assert count == revision - 1


def test_an_acknowledged_save_is_flushed_to_the_disk(file_store: Store) -> None:
    """fault-F53: WAL with synchronous=FULL (2) is what survives a power cut."""
    with file_store.write() as tx:
        settings = {name: _pragma(tx.connection, name) for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def _pragma(connection: Connection, name: str) -> object:
    return connection.execute(text(f"PRAGMA {name}")).scalar()


def test_a_full_disk_is_said_and_leaves_no_half_rows(file_store: Store) -> None:
    """fault-F54, fault-F55."""
    with file_store.write() as tx:
        saved_episode(tx)
    with pytest.raises(StoreFull) as full:
        _save_on_a_full_disk(file_store)
    assert not full.value.retryable
    assert ANNA.patient not in str(full.value)
    with file_store.read() as tx:
        assert saved(tx) == (1, 0)


def _save_on_a_full_disk(store: Store) -> None:
    with store.write() as tx:
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {_pragma(tx.connection, 'page_count')}")
        intents.add(tx, ANNA, "episode-of-anna", THERAPIST.sub, b"small")
        episodes.save(tx, ANNA, "episode-of-anna", b"x" * 1_000_000, expected_revision=1)


def test_a_busy_database_is_waited_for_and_then_said(tmp_path: Path) -> None:
    """fault-F56: bounded wait, nothing lost, try again."""
    with opened(tmp_path) as first, opened(tmp_path, busy_seconds=0.05) as second:
        with first.write() as tx:
            saved_episode(tx)
            with pytest.raises(StoreBusy) as busy:
                save(second, 1)
        assert busy.value.retryable
        save(second, 1)
        with first.read() as tx:
            assert saved(tx) == (2, 1)


def test_a_thread_waits_its_turn_and_then_says_so(tmp_path: Path) -> None:
    """fault-F56: also within one process; and the turn is given back."""
    with opened(tmp_path, busy_seconds=0.05) as store:
        with store.write() as tx:
            saved_episode(tx)
            with ThreadPoolExecutor(1) as other, pytest.raises(StoreBusy):
                other.submit(save, store, 1).result()
        save(store, 1)
        with store.read() as after:
            assert saved(after) == (2, 1)


def test_readers_do_not_wait_for_a_writer(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        with store.write() as tx:
            saved_episode(tx)
        with store.read() as before, store.write() as tx:
            assert saved(before) == (1, 0)
            episodes.save(tx, ANNA, "episode-of-anna", b"changed", expected_revision=1)
            assert saved(before) == (1, 0)


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(StoreUnreachable):
        opened(tmp_path)


def test_a_damaged_database_is_said(store: Store) -> None:
    with store.write() as tx:
        tx.connection.execute(text("ALTER TABLE episodes RENAME TO lost"))
    with pytest.raises(StoreUnreachable), store.read() as tx:
        episodes.load(tx, ANNA)


def test_errors_hold_no_patient_data(store: Store) -> None:
    """attack-A72: SQLAlchemy's own message would show the values of the row."""
    with pytest.raises(StoreError) as refused, store.write() as tx:
        intents.add(tx, Lane("iss", "ZZTEST-Anna"), "no such course", "ZZTEST-Tess", b"payload")
    assert "ZZTEST" not in str(refused.value)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs"])
def test_a_database_on_a_network_share_is_refused(tmp_path: Path, kind: str) -> None:
    """fault-F59: two machines on one SQLite file ruin it."""
    mounts = f"/dev/sda1 / ext4 rw 0 0\nserver:/share {tmp_path.parent} {kind} rw 0 0\nproc /proc proc rw 0 0\n"
    engine = connect(url_in(tmp_path))
    with pytest.raises(UnsafeFile, match=kind):
        check_file(engine, mounts)
    check_file(engine, mounts.replace(str(tmp_path.parent), "/elsewhere"))
    engine.dispose()


def test_a_place_without_working_locks_is_refused(tmp_path: Path) -> None:
    """fault-F59: SQLite's own lockless mode stands for a share that says it locks and does not."""
    opened(tmp_path).close()
    url = f"sqlite:///file:{tmp_path / 'other.db'}?vfs=unix-none&uri=true"
    with pytest.raises(UnsafeFile, match="write-ahead log"):
        open_store(url, [made_key("first")])


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/ipt"])
def test_a_database_that_forgets_or_is_unknown_is_refused(url: str) -> None:
    with pytest.raises(UnsafeFile):
        open_store(url, [made_key("first")])


def test_a_time_without_a_zone_is_never_stored(store: Store, clock: SetClock) -> None:
    clock.now = clock.now.replace(tzinfo=None)
    with pytest.raises(StoreError), store.write() as tx:
        sign_ins.begin(tx, issuer="iss", code_verifier="", nonce="", browser_secret="")
