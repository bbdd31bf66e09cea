"""Delete what is older than its time. Each act is one conditional statement: two workers, a kill, a clock set back do
no harm, and what is still in use does not match (decision-D92).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, delete, func, select

from smart_app.store.encryption import Place
from smart_app.store.lanes import Lane
from smart_app.store.tables import attempts, drafts, episodes, hand_overs, intents, launches
from smart_app.store.transactions import ReadTransaction, Transaction

_DONE = "done"


def launches_before(tx: Transaction, before: datetime) -> int:
    """Launches and hand-overs nobody has used since; how many that were. Their tokens are long gone."""
    old = (hand_overs.c.begun < before, hand_overs.c.last_seen < before)
    gone = tx.connection.execute(delete(hand_overs).where(*old)).rowcount
    in_use = select(hand_overs.c.launch)
    unused = (launches.c.created < before, launches.c.last_seen < before, launches.c.handle.not_in(in_use))
    return gone + tx.connection.execute(delete(launches).where(*unused)).rowcount


def drafts_before(tx: Transaction, before: datetime) -> int:
    """Drafts nobody has gone on with since; how many."""
    return tx.connection.execute(delete(drafts).where(drafts.c.updated < before)).rowcount


def sent_before(tx: Transaction, before: datetime) -> int:
    """Filings that were in the record before then; how many. The newest of each course stays: pages tell of it."""
    newer = intents.alias("newer")
    same = and_(newer.c.episode_id == intents.c.episode_id, newer.c.place > intents.c.place)
    has_newer = select(newer.c.id).where(same).exists()
    old = (intents.c.state == _DONE, intents.c.created < before, has_newer)
    ids = list(tx.connection.execute(select(intents.c.id).where(*old)).scalars())
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        tx.connection.execute(delete(attempts).where(attempts.c.intent_id.in_(some)))
        tx.connection.execute(delete(intents).where(intents.c.id.in_(some), intents.c.state == _DONE))
    return len(ids)


def courses_before(tx: ReadTransaction, before: datetime) -> list[tuple[Lane, bytes]]:
    """The courses nobody has changed since, unsealed: whether one has ended stands inside. Raises SealBroken."""
    rows = tx.connection.execute(select(episodes).where(episodes.c.updated < before).order_by(episodes.c.id)).all()
    return [
        (Lane(row.issuer, row.patient), tx.cipher.unseal(Place("episodes", "content", (row.id,)), row.content))
        for row in rows
    ]


def is_unchanged(tx: ReadTransaction, lane: Lane, before: datetime) -> bool:
    """Whether that course is still there and nobody has changed it since."""
    return bool(_count(tx, episodes, _names(episodes, lane) & (episodes.c.updated < before)))


def _count(tx: ReadTransaction, table: Table, here: ColumnElement[bool]) -> int:
    return int(tx.connection.execute(select(func.count()).select_from(table).where(here)).scalar_one())


def _names(table: Table, lane: Lane) -> ColumnElement[bool]:
    return (table.c.issuer == lane.issuer) & (table.c.patient == lane.patient)


_AT_ONCE = 500
