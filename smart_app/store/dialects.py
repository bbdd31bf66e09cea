"""All that differs between SQLite and PostgreSQL; no other file knows which of the two it speaks to.

SQLite: WAL and ``synchronous=FULL`` (an acknowledged save survives a power cut, fault-F53), foreign keys on, a bounded
wait for the other writer (fault-F56), and ``BEGIN IMMEDIATE`` for writers, because a reader that turns into a writer
half-way cannot wait and fails at once. What is deleted is overwritten (``secure_delete``), and ``settle_files`` empties
the log, which holds it too (decision-D121).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from smart_app.store.errors import (
    StoreBusy,
    StoreContradicted,
    StoreError,
    StoreFull,
    StoreUnreachable,
    UnsafeFile,
)

BUSY_SECONDS = 10.0
_WRITER = "ipt_fhir_writer"
_SUPPORTED = {"sqlite", "postgresql"}
_SQLITE_ERRORS = {sqlite3.SQLITE_BUSY: StoreBusy, sqlite3.SQLITE_LOCKED: StoreBusy, sqlite3.SQLITE_FULL: StoreFull}
# PostgreSQL, appendix A: 53100 is a full disk; the others are locks and transactions that could not wait.
_SQLSTATES = {"53100": StoreFull} | dict.fromkeys(("55P03", "57014", "40001", "40P01"), StoreBusy)
_NETWORK_FILE_SYSTEMS = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "lustre", "fuse.sshfs", "fuse.gluster", "fuse.s3")
_MIGRATION_LOCK = 0x1B7F41
_CHECKPOINT_MILLISECONDS = 1000


def connect(url: str, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """Open the database of that URL; a new SQLite file is readable by its owner only. Raises UnsafeFile."""
    if make_url(url).get_backend_name() not in _SUPPORTED:
        raise UnsafeFile("only SQLite and PostgreSQL are supported")
    if not _is_sqlite(url):
        patience = f"-c lock_timeout={int(busy_seconds * 1000)}"
        return create_engine(url, pool_pre_ping=True, connect_args={"options": patience})
    _create_file(url)
    engine = create_engine(url, connect_args={"timeout": busy_seconds})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def writing(engine: Engine) -> Engine:
    """The same database, each transaction of which is a writer from its first statement."""
    return engine.execution_options(**{_WRITER: True})


class Turns:
    """Lets the writers of one process take turns.

    SQLite lets a waiting writer sleep and try again by chance: of 50 saves at once the slowest took 0.7 s, with turns
    0.1 s. PostgreSQL needs none, its writers wait for rows only.
    """

    def __init__(self, engine: Engine, busy_seconds: float) -> None:
        self._lock = Lock() if engine.dialect.name == "sqlite" else None
        self._busy_seconds = busy_seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn. Raises StoreBusy."""
        if self._lock is None:
            yield
            return
        if not self._lock.acquire(timeout=self._busy_seconds):
            raise StoreBusy("another thread has not finished writing")
        try:
            yield
        finally:
            self._lock.release()


def lock_for_migration(connection: Connection) -> None:
    """Let one process migrate at a time. A writer on SQLite is alone already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})


class Remains(StrEnum):
    """What of deleted rows is still in the files of the database."""

    NOTHING = "nothing"
    LOG_IN_USE = "until-the-log-is-emptied"
    UNTIL_VACUUM = "until-vacuum"


def settle_files(engine: Engine) -> Remains:
    """Bring SQLite's write-ahead log into the file and empty it; a process that reads just now keeps it from that.

    PostgreSQL decides by itself when room is used again; docs/administration.md says what its owner can do.
    """
    if engine.dialect.name != "sqlite":
        return Remains.UNTIL_VACUUM
    # Not through a connection of SQLAlchemy: that would begin a transaction, and inside one no log is emptied.
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        (patience,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={_CHECKPOINT_MILLISECONDS}")  # Saves wait for as long as this one waits.
        (busy, _frames, _moved) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={patience}")
    return Remains.LOG_IN_USE if busy else Remains.NOTHING


def insert_if_absent(connection: Connection, table: Table, **values: object) -> bool:
    """Insert a row unless its key is there; tells whether it was inserted."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    # The row itself is the answer: of an INSERT on PostgreSQL SQLAlchemy does not keep the count of rows.
    inserted = dialect.insert(table).values(values).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(inserted).first() is not None


def put_row(connection: Connection, table: Table, **values: object) -> None:
    """Insert a row, or renew the one with its key: two that put it at the same time both succeed, the later one stays.

    A DELETE before an INSERT does not do that on PostgreSQL, where the second one finds the row of the first.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    key = [column.name for column in table.primary_key]
    rest = {name: value for name, value in values.items() if name not in key}
    connection.execute(dialect.insert(table).values(values).on_conflict_do_update(index_elements=key, set_=rest))


def check_file(engine: Engine, mounts: str | None = None) -> None:
    """Refuse a SQLite file on a network share, or where WAL and locks do not work (fault-F59).

    ``mounts`` is the text of ``/proc/self/mounts``; by default it is read where there is one. Raises UnsafeFile.
    """
    if engine.dialect.name != "sqlite":
        return
    path = Path(engine.url.database or "").absolute()
    kind = _file_system(path, _mounts() if mounts is None else mounts)
    if kind.startswith(_NETWORK_FILE_SYSTEMS):
        raise UnsafeFile(f"{path} lies on a network share ({kind}); move it to a local disk or use PostgreSQL")
    with explained(), engine.connect() as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        if mode != "wal":
            raise UnsafeFile(
                f"SQLite cannot keep a write-ahead log at {path} (it says {mode!r}); use a file on a local disk"
            )


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the database driver raises into our own tree."""
    try:
        yield
    except PoolExhausted as error:
        raise StoreBusy("every connection to the database is in use") from error
    except IntegrityError as error:
        raise StoreContradicted(type(error.orig).__name__) from error
    except DBAPIError as error:
        raise _kind(error)(_without_values(error)) from error
    except SQLAlchemyError as error:
        raise StoreUnreachable(type(error).__name__) from error


def _kind(error: DBAPIError) -> type[StoreError]:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE_ERRORS.get(code & 0xFF, StoreUnreachable)  # The low byte is the primary result code.
    return _SQLSTATES.get(getattr(error.orig, "sqlstate", None) or "", StoreUnreachable)


def _without_values(error: DBAPIError) -> str:
    """What SQLAlchemy would print holds the bound values, and those hold patients."""
    code = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
    return f"{type(error.orig).__name__} {code}"


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def _create_file(url: str) -> None:
    database = make_url(url).database
    if not database or database == ":memory:":
        raise UnsafeFile("an in-memory database forgets everything; name a file")
    if not database.startswith("file:"):
        path = Path(database)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # Without this the driver begins transactions of its own.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(_WRITER)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _mounts() -> str:
    mounts = Path("/proc/self/mounts")
    return mounts.read_text(errors="replace") if mounts.exists() else ""


def _file_system(path: Path, mounts: str) -> str:
    """The kind of file system a path lies on: that of the longest mount point above it; empty where nobody says."""
    rows = [line.split() for line in mounts.splitlines()]
    above = [(row[1], row[2]) for row in rows if len(row) > 2 and path.is_relative_to(row[1])]
    return max(above, key=lambda mount: len(mount[0]), default=("", ""))[1]
