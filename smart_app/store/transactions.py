"""One database transaction, handed to every function that reads or writes: what shares it is saved together or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from smart_app.store.encryption import Cipher

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of the machine; tests bring their own."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ReadTransaction:
    """A view of the database that does not move while it is held. ``now`` is one instant for the whole transaction."""

    connection: Connection
    cipher: Cipher
    now: datetime


@dataclass(frozen=True, slots=True)
class Transaction(ReadTransaction):
    """The only writer for as long as it is held; functions that write ask for this type."""
