"""When a worker last did its round: a worker that has died cannot say so itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from smart_app.store.dialects import insert_if_absent
from smart_app.store.tables import worker_runs
from smart_app.store.transactions import ReadTransaction, Transaction


def note(tx: Transaction, task: str) -> None:
    """A round of this task is done."""
    insert_if_absent(tx.connection, worker_runs, task=task, at=tx.now)
    tx.connection.execute(update(worker_runs).where(worker_runs.c.task == task).values(at=tx.now))


def last(tx: ReadTransaction, task: str) -> datetime | None:
    """When the last round was done; None when there never was one."""
    found: datetime | None = tx.connection.execute(select(worker_runs.c.at).where(worker_runs.c.task == task)).scalar()
    return found


def listed(tx: ReadTransaction) -> dict[str, datetime]:
    """When each task was last done."""
    return {row.task: row.at for row in tx.connection.execute(select(worker_runs).order_by(worker_runs.c.task))}
