"""All that the database holds about one person, found by what the tables themselves say.

A table whose rows name issuer and patient is about persons, and so is one whose rows hang on such a row by a foreign
key. A table that comes later is found without anybody thinking of it; a test holds that every other table is named here
as one about nobody (decision-D91).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Table, delete, func, select

from smart_app.store import hand_overs, launches
from smart_app.store.encryption import Place
from smart_app.store.lanes import Lane
from smart_app.store.tables import audit_rows, intents, lanes, metadata, received_forms, safety_duties
from smart_app.store.transactions import ReadTransaction, Transaction

NOBODYS = frozenset(
    {
        "encryption_keys",
        "sign_ins",
        "packs",
        "worker_runs",
        "audit_head",
        "administrators",
        "admin_sessions",
        "sign_in_tries",
    }
)
"""Tables about no patient: the installation itself, and sign-ins before anybody knows whose chart it will be."""
CREDENTIALS = frozenset({"secrets", "browser_hash"})
"""Columns that prove who a browser or an app is. They say nothing about a person and leave in no export."""
_DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What an erasure would cut off: filings that are not in the record, forms a patient sent and nobody has opened,
    ``safety_items`` (ids) nobody has acted on, and whether a filing is being sent.

    More items may stand in the course, which is opaque here; ``unread`` says that nobody could look into it.
    """

    filings: int
    received_forms: int
    safety_items: frozenset[str]
    sending: bool
    unread: bool = False

    @property
    def safety_answers(self) -> int:
        """How many answers ask for a step by a person."""
        return len(self.safety_items)

    @property
    def for_somebody(self) -> bool:
        """Whether something would be lost that nobody has seen or acted on, as far as one can know."""
        return bool(self.filings or self.received_forms or self.safety_items or self.unread)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure took: rows by table, and a digest over all of them as they were stored."""

    counts: dict[str, int]
    digest: str


def person_tables() -> tuple[Table, ...]:
    """The tables about persons, those that others hang on first. The audit log is not among them: it stays."""
    return tuple(table for table in metadata.sorted_tables if table is not audit_rows and _is_about_persons(table))


def sealed_columns(table: str) -> frozenset[str]:
    """The columns of a table that only the cipher can read."""
    return frozenset(column.name for column in metadata.tables[table].c if "sealed" in column.info)


def counts(tx: ReadTransaction, lane: Lane) -> dict[str, int]:
    """How many rows each table holds about this person; tables without any are left out."""
    found = {
        table.name: tx.connection.execute(select(func.count()).select_from(table).where(_of(table, lane))).scalar_one()
        for table in person_tables()
    }
    return {name: number for name, number in found.items() if number}


def audit_count(tx: ReadTransaction, lane: Lane) -> int:
    """How many rows of the audit log name this person."""
    counting = select(func.count()).select_from(audit_rows).where(_names(audit_rows, lane))
    return int(tx.connection.execute(counting).scalar_one())


def rows(tx: ReadTransaction, lane: Lane) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row about this person by table, unsealed, without credentials; the audit log's rows come last.

    Raises SealBroken.
    """
    for table in (*person_tables(), audit_rows):
        order = list(table.primary_key)
        found = tx.connection.execute(select(table).where(_of(table, lane)).order_by(*order)).mappings()
        for row in found:
            yield table.name, _opened(tx, table, row)


def waiting(tx: ReadTransaction, lane: Lane) -> Waiting:
    """What still waits for somebody, as far as the tables say."""
    unsent = select(func.count()).select_from(intents).where(_names(intents, lane), intents.c.state != _DONE)
    unopened = select(func.count()).select_from(received_forms).where(_names(received_forms, lane))
    unacted = (_names(safety_duties, lane), safety_duties.c.acknowledged.is_(None))
    held = select(lanes.c.owner).where(_names(lanes, lane), lanes.c.lease_until > tx.now)
    return Waiting(
        filings=tx.connection.execute(unsent).scalar_one(),
        received_forms=tx.connection.execute(unopened).scalar_one(),
        safety_items=frozenset(tx.connection.execute(select(safety_duties.c.item).where(*unacted)).scalars()),
        sending=tx.connection.execute(held).scalar() is not None,
    )


def erase(tx: Transaction, lane: Lane) -> Erased:
    """Delete every row about this person, in the transaction of the caller, and nothing of anybody else's.

    A tablet in this person's hands is locked by one of those rows. With it ends whatever was open in that browser, also
    about others: it must not show another chart, and a clinician signs in anew (decision-D66).
    The digest is that of the rows as they were stored, table by table: who has kept a backup can show what was erased.
    """
    digest = hashlib.sha256()
    for table in person_tables():
        found = tx.connection.execute(select(table).where(_of(table, lane)).order_by(*table.primary_key)).mappings()
        for row in found:
            digest.update(json.dumps([table.name, dict(row)], default=_spelled, sort_keys=True).encode())
    taken = counts(tx, lane)
    launches.end_in(tx, hand_overs.forget_standing(tx, lane))
    for table in reversed(person_tables()):
        tx.connection.execute(delete(table).where(_of(table, lane)))
    return Erased(counts=taken, digest=digest.hexdigest())


def _is_about_persons(table: Table) -> bool:
    return table.name not in NOBODYS and (_names_persons(table) or bool(_ties(table)))


def _names_persons(table: Table) -> bool:
    return {"issuer", "patient"} <= set(table.c.keys())


def _ties(table: Table) -> list[tuple[Any, Any]]:
    """Column here and column there of each foreign key of one column that leads to a table about persons."""
    found = [(key.parent, key.column) for key in table.foreign_keys]
    return [(here, there) for here, there in found if there.table is not table and _is_about_persons(there.table)]


def _of(table: Table, lane: Lane) -> ColumnElement[bool]:
    if _names_persons(table):
        return _names(table, lane)
    here, there = _ties(table)[0]
    hanging: ColumnElement[bool] = here.in_(select(there).where(_of(there.table, lane)))
    return hanging


def _names(table: Table, lane: Lane) -> ColumnElement[bool]:
    return (table.c.issuer == lane.issuer) & (table.c.patient == lane.patient)


def _opened(tx: ReadTransaction, table: Table, row: RowMapping) -> dict[str, Any]:
    key = tuple(str(row[column.name]) for column in table.primary_key)
    return {
        column.name: tx.cipher.unseal(Place(table.name, column.name, key), row[column.name])
        if "sealed" in column.info and row[column.name] is not None
        else row[column.name]
        for column in table.c
        if column.name not in CREDENTIALS
    }


def _spelled(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
