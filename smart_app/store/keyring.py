"""Which keys this database was written with, and how to change them.

To change a key: give every process the new key file last, restart them; give it first, restart them; then ``rotate``.
After that the old file may go. A process that still encrypts with the old key at that moment would be left behind.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Column, Table, delete, insert, select, update

from smart_app.keys import Key
from smart_app.store.encryption import Cipher, Place
from smart_app.store.errors import KeyMissing, SealBroken
from smart_app.store.tables import encryption_keys, metadata
from smart_app.store.transactions import ReadTransaction, Transaction


def recorded_keys(tx: ReadTransaction) -> dict[str, bytes]:
    """The id of each key that encrypted rows of this database, with a value it sealed as proof of which key it was."""
    return {row.id: row.proof for row in tx.connection.execute(select(encryption_keys))}


class KnownKey(NamedTuple):
    """A key as a page may show it: its id, since when this database knows it, and whether it encrypts."""

    id: str
    first_used: datetime | None
    encrypts: bool


def known_keys(tx: ReadTransaction) -> list[KnownKey]:
    """The keys we were given, the one that encrypts first; never what is in them."""
    since = {row.id: row.first_used for row in tx.connection.execute(select(encryption_keys))}
    return [KnownKey(key.id, since.get(key.id), place == 0) for place, key in enumerate(tx.cipher.keys)]


def check_keys(tx: Transaction) -> None:
    """Refuse to go on without a key this database was written with (fault-F70); record the one we write with.

    Raises KeyMissing with the id of the key.
    """
    recorded = recorded_keys(tx)
    given = {key.id: key for key in tx.cipher.keys}
    for key_id, proof in recorded.items():
        if key_id not in given:
            raise KeyMissing(key_id, "this database was written with it; add its file to the key files")
        _check_proof(given[key_id], proof)
    first = tx.cipher.keys[0]
    if first.id not in recorded:
        proof = Cipher([first]).seal(_proof_place(first), b"")
        tx.connection.execute(insert(encryption_keys).values(id=first.id, proof=proof, first_used=tx.now))


def rotate(tx: Transaction) -> int:
    """Encrypt every sealed value with the first key and forget the others; returns their number. Raises SealBroken."""
    values = sum(_rotate_column(tx, table, column.name) for table, column in _sealed_columns())
    tx.connection.execute(delete(encryption_keys).where(encryption_keys.c.id != tx.cipher.keys[0].id))
    return values


def _sealed_columns() -> list[tuple[Table, Column[bytes]]]:
    return [(table, column) for table in metadata.sorted_tables for column in table.c if "sealed" in column.info]


def _rotate_column(tx: Transaction, table: Table, name: str) -> int:
    column, row_key = table.c[name], list(table.primary_key)
    rows = tx.connection.execute(select(column, *row_key).where(column.is_not(None))).all()
    for sealed, *values in rows:
        this_row = [part == value for part, value in zip(row_key, values, strict=True)]
        tx.connection.execute(update(table).where(*this_row).values({name: tx.cipher.rotate(sealed)}))
    return len(rows)


def _check_proof(key: Key, proof: bytes) -> None:
    try:
        Cipher([key]).unseal(_proof_place(key), proof)
    except SealBroken as error:
        raise KeyMissing(
            key.id, "the file of this name holds another key than this database was written with"
        ) from error


def _proof_place(key: Key) -> Place:
    return Place("encryption_keys", "proof", (key.id,))
