"""What a list over all patients may say of a course without opening it: one sealed note a patient, kept by its chart.

Whose list it is on, only launches say: a person finds the patients they themselves launched at that hospital
(decision-D74). Deleting a note loses nothing; the next opening of the chart writes it anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Subquery, Table, delete, func, select

from smart_app.store.dialects import put_row
from smart_app.store.encryption import Place
from smart_app.store.intents import PERSON_STATES
from smart_app.store.lanes import Lane
from smart_app.store.launches import SignInFor
from smart_app.store.tables import caseload, episodes, intents, launches, received_forms, safety_duties, server_copies
from smart_app.store.transactions import ReadTransaction, Transaction

_NEVER = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCase:
    """One patient of a person's list.

    ``content`` is opaque here and ``noted`` when it was written; ``launched`` when this person last opened the chart.
    ``held`` filings wait for a person, ``received`` forms came from the patient, ``waiting`` safety answers wait for
    somebody: these three are as of now. ``moved_on``: the course is at another revision than the note is about.
    """

    lane: Lane
    content: bytes = field(repr=False)
    noted: datetime
    launched: datetime
    held: int
    received: int
    waiting: int
    moved_on: bool = False


def is_there(tx: ReadTransaction, lane: Lane) -> bool:
    """Whether there is a note of a patient at all."""
    return tx.connection.execute(select(caseload.c.revision).where(_is(lane))).first() is not None


def is_current(tx: ReadTransaction, lane: Lane, episode_id: str, revision: int) -> bool:
    """Whether the note of a patient is about that revision of the course and what was filed of it."""
    return _current_row(tx, lane, episode_id, revision) is not None


def current(tx: ReadTransaction, lane: Lane, episode_id: str, revision: int) -> bytes | None:
    """The note of a patient, if it is about that revision of the course and what was filed of it. Raises SealBroken."""
    row = _current_row(tx, lane, episode_id, revision)
    return tx.cipher.unseal(_place(lane), row.content) if row else None


def _current_row(tx: ReadTransaction, lane: Lane, episode_id: str, revision: int) -> Row[Any] | None:
    row = tx.connection.execute(select(caseload, _newest(episode_id).label("newest")).where(_is(lane))).first()
    return row if row and (row.revision, row.filed) == (revision, row.newest) else None


def put(tx: Transaction, lane: Lane, episode_id: str, revision: int, content: bytes, *, counted: bool = True) -> None:
    """Note what is known now, in the place of what was noted before. What was not ``counted`` is never ``current``."""
    row = {
        "issuer": lane.issuer,
        "patient": lane.patient,
        "revision": revision,
        "filed": tx.connection.execute(select(_newest(episode_id))).scalar() if counted else _NEVER,
        "content": tx.cipher.seal(_place(lane), content),
        "noted": tx.now,
    }
    put_row(tx.connection, caseload, **row)


def forget(tx: Transaction, lane: Lane) -> None:
    """Drop the note of a patient, if there is one."""
    tx.connection.execute(delete(caseload).where(_is(lane)))


def notes(tx: ReadTransaction) -> list[tuple[Lane, bytes]]:
    """Every note with whose it is. Raises SealBroken."""
    rows = tx.connection.execute(select(caseload).order_by(caseload.c.issuer, caseload.c.patient))
    found = [(Lane(row.issuer, row.patient), row.content) for row in rows]
    return [(lane, tx.cipher.unseal(_place(lane), content)) for lane, content in found]


def of_user(tx: ReadTransaction, issuer: str, user_sub: str, since: datetime) -> list[ListedCase]:
    """The patients this person launched at this hospital since then, in no order. Raises SealBroken.

    Four statements, however many patients there are.
    """
    mine = _launched(issuer, user_sub, since)
    held = _counted(tx, issuer, mine, intents, intents.c.state.in_([state.value for state in PERSON_STATES]))
    received = _counted(tx, issuer, mine, received_forms)
    waiting = _counted(tx, issuer, mine, safety_duties, safety_duties.c.acknowledged.is_(None))
    of_course = (episodes.c.issuer == caseload.c.issuer) & (episodes.c.patient == caseload.c.patient)
    both = caseload.join(mine, caseload.c.patient == mine.c.patient).outerjoin(episodes, of_course)
    columns = select(caseload, mine.c.launched, episodes.c.revision.label("saved")).select_from(both)
    rows = tx.connection.execute(columns.where(caseload.c.issuer == issuer))
    return [
        ListedCase(
            lane=Lane(issuer, row.patient),
            content=tx.cipher.unseal(_place(Lane(issuer, row.patient)), row.content),
            noted=row.noted,
            launched=row.launched,
            held=held.get(row.patient, 0),
            received=received.get(row.patient, 0),
            waiting=waiting.get(row.patient, 0),
            moved_on=row.saved is not None and row.saved != row.revision,
        )
        for row in rows
    ]


def _launched(issuer: str, user_sub: str, since: datetime) -> Subquery:
    theirs = (launches.c.issuer == issuer, launches.c.user_sub == user_sub, launches.c.created >= since)
    grouped = select(launches.c.patient, func.max(launches.c.created).label("launched"))
    return grouped.where(*theirs, launches.c.role == SignInFor.CLINICIAN).group_by(launches.c.patient).subquery()


def _counted(
    tx: ReadTransaction, issuer: str, mine: Subquery, table: Table, *which: ColumnElement[bool]
) -> dict[str, int]:
    """How many rows of a table each of these patients of that hospital has."""
    counting = select(table.c.patient, func.count().label("how_many")).join(mine, table.c.patient == mine.c.patient)
    found = counting.where(table.c.issuer == issuer, *which).group_by(table.c.patient)
    return {row.patient: row.how_many for row in tx.connection.execute(found)}


def _newest(episode_id: str) -> ColumnElement[datetime]:
    return select(func.max(server_copies.c.filed_at)).where(server_copies.c.episode_id == episode_id).scalar_subquery()


def _is(lane: Lane) -> ColumnElement[bool]:
    return (caseload.c.issuer == lane.issuer) & (caseload.c.patient == lane.patient)


def _place(lane: Lane) -> Place:
    return Place("caseload", "content", (lane.issuer, lane.patient))
