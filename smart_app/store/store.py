"""Open the store, and hold transactions on it.

    with store.write() as tx:
        revision = episodes.save(tx, lane, episode_id, content, expected_revision=3)
        intents.add(tx, lane, episode_id, author, payload)

Both rows are there afterwards, or neither (invariant I6).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from smart_app.keys import Key
from smart_app.store import audit, keyring
from smart_app.store.dialects import BUSY_SECONDS, Remains, Turns, check_file, connect, explained, settle_files, writing
from smart_app.store.encryption import Cipher
from smart_app.store.migrating import migrate
from smart_app.store.transactions import Clock, ReadTransaction, Transaction, utc_now


class Store:
    """A database, the cipher of its sealed columns, and a clock. Safe to share between threads."""

    def __init__(
        self, engine: Engine, cipher: Cipher, clock: Clock = utc_now, busy_seconds: float = BUSY_SECONDS
    ) -> None:
        self.clock = clock
        self._engine = engine
        self._writing = writing(engine)
        self._turns = Turns(engine, busy_seconds)
        self._cipher = cipher

    @contextmanager
    def read(self) -> Iterator[ReadTransaction]:
        """Look at one moment of the database. Raises StoreError."""
        with explained(), self._engine.begin() as connection:
            yield ReadTransaction(connection, self._cipher, self.clock())

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Save everything that is written inside, or nothing when anything is raised.

        Raises StoreBusy when another writer does not finish in time; on SQLite there is one at a time, so hold no
        write over a network call.
        """
        with self._turns.turn(), explained(), self._writing.begin() as connection:
            yield Transaction(connection, self._cipher, self.clock())

    def settle_files(self) -> Remains:
        """After something was deleted for good: let it leave the files too, as far as this can be done from here.

        Raises StoreError.
        """
        with self._turns.turn(), explained():
            return settle_files(self._engine)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """Use the store as a context that closes itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


def open_store(url: str, keys: Sequence[Key], clock: Clock = utc_now, *, busy_seconds: float = BUSY_SECONDS) -> Store:
    """Open a database and bring it up to date. The first key encrypts, all decrypt.

    Raises StartRefused: the database is newer than this code, was written with a key that is missing, or lies where
    locks do not hold.
    """
    with ExitStack() as undo:
        engine = connect(url, busy_seconds)
        undo.callback(engine.dispose)
        check_file(engine)
        migrate(engine)
        store = Store(engine, Cipher(keys), clock, busy_seconds)
        with store.write() as tx:
            _meet(tx)
        undo.pop_all()
    return store


def _meet(tx: Transaction) -> None:
    """A fresh database learns its first key and begins its audit chain; an old one must know ours."""
    if not keyring.recorded_keys(tx):
        audit.begin_chain(tx)
    keyring.check_keys(tx)
