"""A row in every table about persons, made from what the tables say; also in tables that come later."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Text, insert, select
from sqlalchemy.types import JSON

from smart_app.store.encryption import Place
from smart_app.store.lanes import Lane
from smart_app.store.persons import person_tables
from smart_app.store.tables import Instant, metadata
from smart_app.store.transactions import ReadTransaction, Transaction


def fill(tx: Transaction, lane: Lane, suffix: str = "") -> None:
    """One row a table about the person of a lane; what it says names the person, so that a leak is seen."""
    made: dict[Column[Any], object] = {}
    for table in person_tables():
        row: dict[str, object] = {}
        for column in table.c:
            tie = next(iter(column.foreign_keys), None)
            row[column.name] = made[tie.column] if tie else _value(tx, column, lane, suffix)
            made[column] = row[column.name]
        key = tuple(str(row[column.name]) for column in table.primary_key)
        for column in table.c:
            if "sealed" in column.info:
                row[column.name] = tx.cipher.seal(Place(table.name, column.name, key), f'"{lane.patient}"'.encode())
        tx.connection.execute(insert(table).values(row))


def everything(tx: ReadTransaction) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the database as they are stored, but for the audit log, which grows with every act."""
    tables = [table for table in metadata.sorted_tables if not table.name.startswith("audit")]
    return {
        table.name: [tuple(row) for row in tx.connection.execute(select(table).order_by(*table.primary_key))]
        for table in tables
    }


def _value(tx: Transaction, column: Column[Any], lane: Lane, suffix: str) -> object:
    kind = column.type
    if column.name in {"issuer", "patient"}:
        return getattr(lane, column.name)
    if isinstance(kind, Instant):
        return None if column.nullable else tx.now
    for of, value in ((Boolean, False), (Integer, 1), (JSON, []), (LargeBinary, b"")):
        if isinstance(kind, of):
            return value
    assert isinstance(kind, Text), f"{column}: say what a made-up row holds there"
    return f"{column.name}-{lane.issuer}-{lane.patient}{suffix}"
