"""Who did what to which patient's data, in rows that cannot be changed unnoticed (attack-A75).

Each row's digest covers its fields and the digest before it. The last number and digest are kept sealed as well:
without a key nobody can cut rows off the end or compute the chain anew. Rows whose time is over are cut off at the
beginning, and the head says where the chain begins since then. What this cannot see is a whole database put back to an
earlier day.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, delete, func, insert, select, update

from smart_app.store.encryption import Place
from smart_app.store.errors import SealBroken
from smart_app.store.tables import audit_head, audit_rows
from smart_app.store.transactions import ReadTransaction, Transaction

_CHAIN = "audit"
_PLACE = Place("audit_head", "content", (_CHAIN,))
_START = "0" * 64
_DIGESTED = ("number", "at", "action", "outcome", "actor", "issuer", "patient", "entity", "previous")


class Action(StrEnum):
    """What was done; stable words."""

    LAUNCH = "launch"
    LOGOUT = "logout"
    READ = "read"
    QUERY = "query"
    CREATE = "create"
    UPDATE = "update"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    FILE = "file"
    DECIDE = "decide"
    EXPORT = "export"
    HAND_OVER = "hand-over"
    TAKE_BACK = "take-back"
    REASSIGN = "reassign"
    SIGN_IN = "sign-in"
    ERASE = "erase"
    EXPIRE = "expire"


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One act: ids only, never content. ``actor`` is the user's ``sub``, ``entity`` is ``Type/id``; empty if none."""

    action: Action
    outcome: Outcome = Outcome.DONE
    actor: str = ""
    issuer: str = ""
    patient: str = ""
    entity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a search asks for; empty is everything. ``before`` is the number of the row behind which a page ended."""

    issuer: str = ""
    patient: str = ""
    actor: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


class Break(NamedTuple):
    """Where the chain is broken: the number of the first row that is not as it was written, and why."""

    number: int
    why: str


class _Head(NamedTuple):
    """The last row, and the last one that was cut off: the chain begins behind it."""

    number: int
    digest: str
    first: int = 0
    before: str = _START


class Entry(NamedTuple):
    """A row as a page lists it."""

    number: int
    at: datetime
    event: AuditEvent


def begin_chain(tx: Transaction) -> None:
    """Write the head of an empty chain; once in the life of a database."""
    content = _sealed(tx, _Head(0, _START))
    tx.connection.execute(insert(audit_head).values(name=_CHAIN, content=content))


def append(tx: Transaction, event: AuditEvent) -> None:
    """Add a row in the transaction of the act: no act without its row. Raises SealBroken when the head is gone."""
    head = _head(tx)
    number = head.number + 1
    row = {"number": number, "at": tx.now.astimezone(UTC).isoformat(), **asdict(event), "previous": head.digest}
    digest = _digest(row)
    tx.connection.execute(insert(audit_rows).values(row | {"digest": digest}))
    tx.connection.execute(update(audit_head).values(content=_sealed(tx, head._replace(number=number, digest=digest))))


def search(tx: ReadTransaction, asked: Asked, limit: int) -> list[Entry]:
    """The newest rows that fit, the newest first. What is left empty fits every row."""
    named = {name: getattr(asked, name) for name in ("issuer", "patient", "actor", "action")}
    wanted = [audit_rows.c[name] == value for name, value in named.items() if value]
    if asked.since:
        wanted.append(audit_rows.c.at >= asked.since.astimezone(UTC).isoformat())
    if asked.until:
        wanted.append(audit_rows.c.at < asked.until.astimezone(UTC).isoformat())
    if asked.before:
        wanted.append(audit_rows.c.number < asked.before)
    found = select(audit_rows).where(*wanted).order_by(audit_rows.c.number.desc()).limit(limit)
    rows = tx.connection.execute(found).mappings()
    return [Entry(row["number"], datetime.fromisoformat(row["at"]), _event(row)) for row in rows]


def cut(tx: Transaction, before: datetime) -> int:
    """Delete the rows at the beginning of the chain that are older than that; how many. Raises SealBroken."""
    head = _head(tx)
    limit = before.astimezone(UTC).isoformat()
    young = select(func.min(audit_rows.c.number)).where(audit_rows.c.at >= limit)
    end = (tx.connection.execute(young).scalar() or head.number + 1) - 1
    if end <= head.first:
        return 0
    last = tx.connection.execute(select(audit_rows.c.digest).where(audit_rows.c.number == end)).scalar()
    if last is None:
        raise SealBroken("a row of the audit chain is missing, so nothing is cut off")
    tx.connection.execute(delete(audit_rows).where(audit_rows.c.number <= end))
    tx.connection.execute(update(audit_head).values(content=_sealed(tx, head._replace(first=end, before=last))))
    return end - head.first


def events(tx: ReadTransaction, issuer: str, patient: str) -> list[tuple[datetime, AuditEvent]]:
    """Everything done to one patient's data, oldest first."""
    here = (audit_rows.c.issuer == issuer, audit_rows.c.patient == patient)
    rows = tx.connection.execute(select(audit_rows).where(*here).order_by(audit_rows.c.number)).mappings()
    return [(datetime.fromisoformat(row["at"]), _event(row)) for row in rows]


def verify_chain(tx: ReadTransaction) -> Break | None:
    """Walk the chain from its start; None when every row is as it was written and none is missing."""
    try:
        head = _head(tx)
    except SealBroken:
        last = tx.connection.execute(select(func.max(audit_rows.c.number))).scalar()
        return Break(last or 0, "the sealed head of the chain is missing or was changed")
    number, digest = head.first, head.before
    for row in tx.connection.execute(select(audit_rows).order_by(audit_rows.c.number)).mappings():
        number += 1
        if row["number"] != number:
            return Break(number, "this row is missing")
        if row["previous"] != digest or row["digest"] != _digest(row):
            return Break(number, "this row was changed")
        digest = row["digest"]
    if head.number > number:
        return Break(number + 1, "this row is missing")
    whole = (head.number, head.digest) == (number, digest)
    return None if whole else Break(number, "the chain was written anew without the key")


def _head(tx: ReadTransaction) -> _Head:
    """On PostgreSQL the lock makes two appends wait for each other; on SQLite there is one writer anyway."""
    content = tx.connection.execute(select(audit_head.c.content).with_for_update()).scalar()
    if content is None:
        raise SealBroken("the head of the audit chain is missing")
    return _Head(*json.loads(tx.cipher.unseal(_PLACE, content)))


def _sealed(tx: Transaction, head: _Head) -> bytes:
    return tx.cipher.seal(_PLACE, json.dumps(head).encode())


def _event(row: RowMapping) -> AuditEvent:
    values = {field.name: row[field.name] for field in fields(AuditEvent)}
    return AuditEvent(**values | {"action": Action(row["action"]), "outcome": Outcome(row["outcome"])})


def _digest(row: Mapping[Any, Any]) -> str:
    """Whatever somebody has put into a column, it has a spelling, and so a digest."""
    spelled = json.dumps([row[name] for name in _DIGESTED], default=str)
    return hashlib.sha256(spelled.encode()).hexdigest()
