"""A worker takes the oldest intent of a lane, and writes down what became of it, as long as it holds the lane.

Order of a filing: ``claim``, ``record(SENDING)``, commit, talk to the hospital, ``record(DONE | UNKNOWN | ...)``,
``release``. A worker that dies in between leaves ``sending`` behind; the next claim turns that into ``unknown`` with
the reason ``interrupted``, so that nobody sends again without reading first (decision-D10, fault-F52).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update

from ipt_fhir.sync.intent import IntentState
from smart_app.store.errors import StaleFence
from smart_app.store.intents import Intent, detail_place, head, schedule
from smart_app.store.lanes import Hold, Lane, confirm, free, take
from smart_app.store.tables import attempts, intents
from smart_app.store.transactions import Transaction

INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Claim:
    """The oldest intent of a lane, and the hold on the lane under which it may be recorded."""

    hold: Hold
    intent: Intent

    @property
    def interrupted(self) -> bool:
        """Did a worker die while sending this?"""
        return self.intent.state is IntentState.UNKNOWN and self.intent.reason == INTERRUPTED


def claim(tx: Transaction, lane: Lane, worker: str, lease_seconds: float) -> Claim | None:
    """Take the lane and its oldest intent.

    ``worker`` is a name nobody else uses. None when the lane is held by another worker, nothing is due, or a person
    must act on the oldest intent first.
    """
    hold = take(tx, lane, worker, timedelta(seconds=lease_seconds))
    intent = head(tx, lane) if hold else None
    if hold is None or intent is None:
        return None
    claimed = Claim(hold, intent)
    if intent.state is IntentState.SENDING:
        return record(tx, claimed, IntentState.UNKNOWN, reason=INTERRUPTED)
    return claimed


def record(
    tx: Transaction,
    claimed: Claim,
    state: IntentState,
    *,
    reason: str = "",
    detail: str | None = None,
    next_try: datetime | None = None,
    http_status: int | None = None,
) -> Claim:
    """Write down where the intent stands now, and add it to the attempts.

    Raises StaleFence, and changes nothing, when another worker has taken the lane or the intent is done.
    """
    confirm(tx, claimed.hold)
    values = {"state": state, "reason": reason, "detail": _sealed(tx, claimed, detail), "next_try": next_try}
    unfinished = (intents.c.id == claimed.intent.id, intents.c.state != IntentState.DONE)
    if tx.connection.execute(update(intents).where(*unfinished).values(values)).rowcount != 1:
        raise StaleFence(f"intent {claimed.intent.id} is done already")
    _log(tx, claimed, state, reason, http_status)
    schedule(tx, claimed.intent.lane)
    return replace(
        claimed, intent=replace(claimed.intent, state=state, reason=reason, detail=detail, next_try=next_try)
    )


def renew(tx: Transaction, claimed: Claim, lease_seconds: float) -> None:
    """Hold the lane for that long from now. Raises StaleFence when it is lost."""
    confirm(tx, claimed.hold, timedelta(seconds=lease_seconds))


def release(tx: Transaction, claimed: Claim) -> None:
    """Give the lane back; nothing happens when it is lost already."""
    free(tx, claimed.hold)


def _sealed(tx: Transaction, claimed: Claim, detail: str | None) -> bytes | None:
    return None if detail is None else tx.cipher.seal(detail_place(claimed.intent.id), detail.encode())


def _log(tx: Transaction, claimed: Claim, state: IntentState, outcome: str, http_status: int | None) -> None:
    """The lane is held, so nobody else counts at the same time."""
    mine = attempts.c.intent_id == claimed.intent.id
    counted = select(func.count()).select_from(attempts).where(mine)
    row = {
        "intent_id": claimed.intent.id,
        "number": tx.connection.execute(counted).scalar_one() + 1,
        "at": tx.now,
        "worker": claimed.hold.worker,
        "fence": claimed.hold.fence,
        "state": state,
        "outcome": outcome,
        "http_status": http_status,
    }
    tx.connection.execute(insert(attempts).values(row))
