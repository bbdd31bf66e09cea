"""What the hospital's server answered last, resource by resource: the base of the next change, and the receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, insert, select

from smart_app.store.encryption import Cipher, Place
from smart_app.store.tables import server_copies
from smart_app.store.transactions import ReadTransaction, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What is told of one resource on the server: where it is, which version, since when.

    ``key`` names it within the course; ``last_updated`` is spelled as the server spells it; ``differences`` are the
    paths the server did not keep; ``verified`` says that it was read back after filing.
    """

    key: str
    resource_type: str
    server_id: str
    version: str | None
    last_updated: str | None
    filed_at: datetime
    verified: bool
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCopy(Receipt):
    """One resource as the server has it; ``content`` is its JSON as it was read."""

    content: bytes


class SealedCopy(NamedTuple):
    """A copy whose content nobody has asked for yet; ``unseal`` raises SealBroken."""

    receipt: Receipt
    unseal: Callable[[], bytes]


def sealed(tx: ReadTransaction, episode_id: str) -> list[SealedCopy]:
    """Every copy of a course, by key; may be unsealed after the transaction."""
    return [SealedCopy(Receipt(**_told(row)), partial(_unsealed, tx.cipher, row)) for row in _rows(tx, episode_id)]


def of_episode(tx: ReadTransaction, episode_id: str) -> list[StoredCopy]:
    """Every copy of a course, by key. Raises SealBroken."""
    return [StoredCopy(**_told(row), content=_unsealed(tx.cipher, row)) for row in _rows(tx, episode_id)]


def versions(tx: ReadTransaction, episode_id: str) -> dict[str, str | None]:
    """The version of every copy of a course, by key; nothing is unsealed."""
    columns = select(server_copies.c.key, server_copies.c.version)
    return {
        row.key: row.version for row in tx.connection.execute(columns.where(server_copies.c.episode_id == episode_id))
    }


def put(tx: Transaction, episode_id: str, copy: StoredCopy) -> None:
    """Keep a copy in the place of the one with its key. Raises StoreContradicted for a course we do not have."""
    remove(tx, episode_id, copy.key)
    tx.connection.execute(insert(server_copies).values(_row(tx, episode_id, copy)))


def replace_all(tx: Transaction, episode_id: str, copies: Iterable[StoredCopy]) -> None:
    """Keep these copies of a course and no others."""
    tx.connection.execute(delete(server_copies).where(server_copies.c.episode_id == episode_id))
    for copy in copies:
        tx.connection.execute(insert(server_copies).values(_row(tx, episode_id, copy)))


def remove(tx: Transaction, episode_id: str, key: str) -> None:
    """Forget one copy, if there is one."""
    mine = (server_copies.c.episode_id == episode_id, server_copies.c.key == key)
    tx.connection.execute(delete(server_copies).where(*mine))


def _place(episode_id: str, key: str) -> Place:
    return Place("server_copies", "content", (episode_id, key))


def _row(tx: Transaction, episode_id: str, copy: StoredCopy) -> dict[str, object]:
    return {
        "episode_id": episode_id,
        "key": copy.key,
        "resource_type": copy.resource_type,
        "server_id": copy.server_id,
        "version": copy.version,
        "last_updated": copy.last_updated,
        "content": tx.cipher.seal(_place(episode_id, copy.key), copy.content),
        "filed_at": copy.filed_at,
        "verified": copy.verified,
        "differences": list(copy.differences),
    }


def _rows(tx: ReadTransaction, episode_id: str) -> Iterable[Row[Any]]:
    mine = select(server_copies).where(server_copies.c.episode_id == episode_id)
    return tx.connection.execute(mine.order_by(server_copies.c.key))


def _told(row: Row[Any]) -> dict[str, Any]:
    return {
        "key": row.key,
        "resource_type": row.resource_type,
        "server_id": row.server_id,
        "version": row.version,
        "last_updated": row.last_updated,
        "filed_at": row.filed_at,
        "verified": row.verified,
        "differences": tuple(row.differences),
    }


def _unsealed(cipher: Cipher, row: Row[Any]) -> bytes:
    return cipher.unseal(_place(row.episode_id, row.key), row.content)
