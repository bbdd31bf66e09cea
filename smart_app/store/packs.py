"""The packs of this installation, each version with all its files. Opaque here; sealed, so no change goes unnoticed.

Removing a pack ends its use. Its files stay, because answers that were given to them must stay readable.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from smart_app.store.encryption import Place
from smart_app.store.errors import SealBroken
from smart_app.store.tables import packs
from smart_app.store.transactions import ReadTransaction, Transaction


@dataclass(frozen=True, slots=True)
class StoredPack:
    """One version of a pack. ``removed`` is the time at which its use ended; None while it is in use."""

    id: str
    version: str
    content: bytes
    added: datetime
    removed: datetime | None


def load(tx: ReadTransaction) -> list[StoredPack]:
    """Every version of every pack, by id, oldest first. Raises SealBroken for one that was changed."""
    rows = tx.connection.execute(select(packs).order_by(packs.c.id, packs.c.added))
    return [StoredPack(row.id, row.version, _opened(tx, row), row.added, row.removed) for row in rows]


def add(tx: Transaction, pack_id: str, version: str, content: bytes) -> None:
    """Take a version into use; one that was removed before comes back with this content."""
    sealed = tx.cipher.seal(_place(pack_id, version), content)
    this = (packs.c.id == pack_id, packs.c.version == version)
    values = {"content": sealed, "added": tx.now, "removed": None}
    if not tx.connection.execute(update(packs).where(*this).values(values)).rowcount:
        tx.connection.execute(insert(packs).values(id=pack_id, version=version, **values))


def remove(tx: Transaction, pack_id: str) -> list[str]:
    """End the use of a pack; returns the versions that were in use."""
    in_use = (packs.c.id == pack_id, packs.c.removed.is_(None))
    versions = list(tx.connection.execute(select(packs.c.version).where(*in_use)).scalars())
    tx.connection.execute(update(packs).where(*in_use).values(removed=tx.now))
    return versions


def _opened(tx: ReadTransaction, row: Row[tuple[Any, ...]]) -> bytes:
    try:
        return tx.cipher.unseal(_place(row.id, row.version), row.content)
    except SealBroken as broken:
        raise SealBroken(f"pack {row.id} {row.version}: {broken}") from broken


def _place(pack_id: str, version: str) -> Place:
    return Place("packs", "content", (pack_id, version))
