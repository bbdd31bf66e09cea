"""A lane is one patient at one issuer: what is filed for a patient goes out in the order it was saved (invariant I5).

A worker holds a lane by a lease and a fence, a number that grows with each taking. Time only decides how long others
wait; the fence decides who may record. So a clock that jumps, or a worker that was paused, cannot do harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update

from smart_app.store.dialects import insert_if_absent
from smart_app.store.errors import StaleFence
from smart_app.store.tables import lanes
from smart_app.store.transactions import ReadTransaction, Transaction

LONGEST_LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Lane:
    """One patient at one issuer: the ``iss`` of the launch and the id of the Patient there."""

    issuer: str
    patient: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A lane held by a worker."""

    lane: Lane
    worker: str
    fence: int


def next_place(tx: Transaction, lane: Lane) -> int:
    """The place of a new intent in its lane, 1 for the first. Locks the lane until the transaction ends."""
    insert_if_absent(tx.connection, lanes, issuer=lane.issuer, patient=lane.patient, places=0, fence=0)
    growing = update(lanes).where(_is(lane)).values(places=lanes.c.places + 1).returning(lanes.c.places)
    return int(tx.connection.execute(growing).scalar_one())


def due_lanes(tx: ReadTransaction, limit: int = 20) -> list[Lane]:
    """The lanes in which something may be sent now and nobody is at work, the longest waiting first."""
    waiting = select(lanes.c.issuer, lanes.c.patient).where(lanes.c.due <= tx.now, _is_free(tx.now))
    return [Lane(row.issuer, row.patient) for row in tx.connection.execute(waiting.order_by(lanes.c.due).limit(limit))]


def take(tx: Transaction, lane: Lane, worker: str, lease: timedelta) -> Hold | None:
    """Hold a lane that is due and free; None when it is neither or another worker was faster.

    Raises ValueError for a lease over LONGEST_LEASE.
    """
    if lease > LONGEST_LEASE:
        raise ValueError(f"a lease lasts {LONGEST_LEASE} at most")
    taking = (
        update(lanes)
        .where(_is(lane), lanes.c.due <= tx.now, _is_free(tx.now))
        .values(owner=worker, lease_until=tx.now + lease, fence=lanes.c.fence + 1)
        .returning(lanes.c.fence)
    )
    fence = tx.connection.execute(taking).scalar()
    return None if fence is None else Hold(lane, worker, int(fence))


def confirm(tx: Transaction, hold: Hold, lease: timedelta | None = None) -> None:
    """Raise StaleFence unless the hold still stands; with a lease, make it last that long from now (fault-F58)."""
    values = {"owner": hold.worker} if lease is None else {"lease_until": tx.now + lease}
    found = tx.connection.execute(update(lanes).where(_is(hold.lane), _is_held(hold)).values(values))
    if found.rowcount != 1:
        raise StaleFence(f"worker {hold.worker} no longer holds its lane (fence {hold.fence})")


def free(tx: Transaction, hold: Hold) -> None:
    """Give a lane back; one that another worker has taken is left alone."""
    gone = {"owner": None, "lease_until": None}
    tx.connection.execute(update(lanes).where(_is(hold.lane), _is_held(hold)).values(gone))


def lock(tx: Transaction, lane: Lane) -> None:
    """Let nobody add to the lane or take it until the transaction ends; on SQLite nobody can anyway."""
    tx.connection.execute(select(lanes.c.fence).where(_is(lane)).with_for_update())


def set_due(tx: Transaction, lane: Lane, due: datetime | None) -> None:
    """When the head of the lane may be sent; None when there is nothing to send, or a person must act first."""
    tx.connection.execute(update(lanes).where(_is(lane)).values(due=due))


def _is(lane: Lane) -> ColumnElement[bool]:
    return (lanes.c.issuer == lane.issuer) & (lanes.c.patient == lane.patient)


def _is_held(hold: Hold) -> ColumnElement[bool]:
    return (lanes.c.owner == hold.worker) & (lanes.c.fence == hold.fence)


def _is_free(now: datetime) -> ColumnElement[bool]:
    """A lease that ends further ahead than any lease we give was made before the clock went back (fault-F60)."""
    until = lanes.c.lease_until
    return or_(until.is_(None), until <= now, until > now + LONGEST_LEASE)
