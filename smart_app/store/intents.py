"""The outbox: what is to be filed, saved in the same transaction as the course itself (decision-D9, invariant I6)."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, update

from ipt_fhir.sync.intent import IntentState
from smart_app.store.encryption import Place
from smart_app.store.errors import StaleRevision
from smart_app.store.lanes import Lane, lock, next_place, set_due
from smart_app.store.tables import attempts, intents
from smart_app.store.transactions import ReadTransaction, Transaction

MACHINE_STATES = frozenset({IntentState.WAITING, IntentState.SENDING, IntentState.UNKNOWN})
PERSON_STATES = frozenset({IntentState.CONFLICT, IntentState.HELD, IntentState.NEEDS_SIGN_IN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One filing. ``reason`` is a stable code, ``detail`` is text that may name patients, ``payload`` never changes."""

    id: str
    lane: Lane
    place: int
    episode_id: str
    author: str
    created: datetime
    state: IntentState
    reason: str
    detail: str | None
    payload: bytes
    next_try: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedIntent:
    """A filing that is not in the record, as a list over all patients may show it: nothing is unsealed."""

    lane: Lane
    created: datetime
    state: IntentState
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One thing a worker did about an intent; these rows are only ever added."""

    number: int
    at: datetime
    worker: str
    state: IntentState
    outcome: str
    http_status: int | None


def add(tx: Transaction, lane: Lane, episode_id: str, author: str, payload: bytes) -> Intent:
    """Save an intent at the end of its lane; save the course in the same transaction.

    Raises StoreContradicted when the course is not one of this patient.
    """
    intent = Intent(
        id=_new_id(tx.now),
        lane=lane,
        place=next_place(tx, lane),
        episode_id=episode_id,
        author=author,
        created=tx.now,
        state=IntentState.WAITING,
        reason="",
        detail=None,
        payload=payload,
        next_try=None,
    )
    tx.connection.execute(insert(intents).values(_row(tx, intent)))
    schedule(tx, lane)
    return intent


def find(tx: ReadTransaction, lane: Lane, intent_id: str) -> Intent | None:
    """One intent of that patient."""
    row = tx.connection.execute(_of(lane).where(intents.c.id == intent_id)).first()
    return _intent(tx, row) if row else None


def open_intents(tx: ReadTransaction, lane: Lane) -> list[Intent]:
    """What is not done yet, in the order it was saved."""
    return [_intent(tx, row) for row in tx.connection.execute(_unfinished(lane))]


def unfinished_everywhere(tx: ReadTransaction) -> list[UnfinishedIntent]:
    """What is not done yet, over all patients, the oldest first."""
    columns = (intents.c.issuer, intents.c.patient, intents.c.created, intents.c.state, intents.c.reason)
    rows = select(*columns).where(intents.c.state != IntentState.DONE).order_by(intents.c.created)
    return [
        UnfinishedIntent(
            lane=Lane(row.issuer, row.patient), created=row.created, state=IntentState(row.state), reason=row.reason
        )
        for row in tx.connection.execute(rows)
    ]


def head(tx: ReadTransaction, lane: Lane) -> Intent | None:
    """The oldest intent that is not done; nothing behind it may be sent before it."""
    row = tx.connection.execute(_unfinished(lane).limit(1)).first()
    return _intent(tx, row) if row else None


def latest(tx: ReadTransaction, episode_id: str) -> Intent | None:
    """The newest intent of a course, whatever its state."""
    newest = select(intents).where(intents.c.episode_id == episode_id).order_by(intents.c.place.desc()).limit(1)
    row = tx.connection.execute(newest).first()
    return _intent(tx, row) if row else None


def settle(tx: Transaction, lane: Lane, intent_id: str, state: IntentState, reason: str) -> None:
    """A person has acted on an intent that waited for one: try again (``waiting``) or let it rest (``done``).

    Raises StaleRevision when it no longer waits for a person, or is not of this patient.
    """
    if state not in {IntentState.WAITING, IntentState.DONE}:
        raise ValueError("an intent is settled by trying again or by letting it rest")
    lock(tx, lane)
    mine = (intents.c.id == intent_id, intents.c.issuer == lane.issuer, intents.c.patient == lane.patient)
    waiting = update(intents).where(*mine, intents.c.state.in_(PERSON_STATES))
    changed = tx.connection.execute(waiting.values(state=state, reason=reason, next_try=None))
    if changed.rowcount != 1:
        raise StaleRevision("this intent does not wait for a person")
    schedule(tx, lane)


def attempts_of(tx: ReadTransaction, intent_id: str) -> list[Attempt]:
    """What was tried, oldest first."""
    rows = select(attempts).where(attempts.c.intent_id == intent_id).order_by(attempts.c.number)
    return [
        Attempt(
            number=row.number,
            at=row.at,
            worker=row.worker,
            state=IntentState(row.state),
            outcome=row.outcome,
            http_status=row.http_status,
        )
        for row in tx.connection.execute(rows)
    ]


def schedule(tx: Transaction, lane: Lane) -> None:
    """Let the lane be due when its head is: not at all while a person must act on it."""
    first = tx.connection.execute(_unfinished(lane).limit(1)).first()
    ready = first is not None and first.state in MACHINE_STATES
    set_due(tx, lane, (first.next_try or first.created) if first is not None and ready else None)


def detail_place(intent_id: str) -> Place:
    """Where the detail of an intent is sealed for."""
    return Place("intents", "detail", (intent_id,))


def _payload_place(intent_id: str) -> Place:
    return Place("intents", "payload", (intent_id,))


def _new_id(now: datetime) -> str:
    """A UUID of version 7 (RFC 9562): 48 bits of milliseconds, then chance, so two nodes never meet (fault-F61)."""
    milliseconds = int(now.timestamp() * 1000)
    number = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=number))


def _of(lane: Lane) -> Select[Any]:
    return select(intents).where(intents.c.issuer == lane.issuer, intents.c.patient == lane.patient)


def _unfinished(lane: Lane) -> Select[Any]:
    return _of(lane).where(intents.c.state != IntentState.DONE).order_by(intents.c.place)


def _row(tx: Transaction, intent: Intent) -> dict[str, object]:
    return {
        "id": intent.id,
        "issuer": intent.lane.issuer,
        "patient": intent.lane.patient,
        "place": intent.place,
        "episode_id": intent.episode_id,
        "author": intent.author,
        "created": intent.created,
        "state": intent.state,
        "reason": intent.reason,
        "payload": tx.cipher.seal(_payload_place(intent.id), intent.payload),
        "next_try": intent.next_try,
    }


def _intent(tx: ReadTransaction, row: Row[Any]) -> Intent:
    detail = None if row.detail is None else tx.cipher.unseal(detail_place(row.id), row.detail).decode()
    return Intent(
        id=row.id,
        lane=Lane(row.issuer, row.patient),
        place=row.place,
        episode_id=row.episode_id,
        author=row.author,
        created=row.created,
        state=IntentState(row.state),
        reason=row.reason,
        detail=detail,
        payload=tx.cipher.unseal(_payload_place(row.id), row.payload),
        next_try=row.next_try,
    )
