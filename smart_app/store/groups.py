"""Who is in a therapist's group: one row a member, found by the therapist who put the patient in (decision-D86).

A row says of a patient that they are in a group, so it is a row about that patient; how others read the member's name
in the group (record number and initials) is sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select

from smart_app.store.dialects import put_row
from smart_app.store.encryption import Place
from smart_app.store.lanes import Lane
from smart_app.store.tables import group_members
from smart_app.store.transactions import ReadTransaction, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMember:
    """One member of a group; ``label`` is how the group's page names them."""

    group: str
    lane: Lane
    label: str
    joined: datetime


def join(tx: Transaction, lane: Lane, group: str, owner: str, label: str) -> None:
    """Put a patient into a group of that owner (a ``sub``); a patient is in one group of an owner at most."""
    row = {
        "issuer": lane.issuer,
        "patient": lane.patient,
        "owner": owner,
        "group_id": group,
        "content": tx.cipher.seal(_place(lane, owner), label.encode()),
        "joined": tx.now,
    }
    put_row(tx.connection, group_members, **row)


def leave(tx: Transaction, lane: Lane, owner: str) -> None:
    """Take a patient out of the owner's group, if there is one."""
    tx.connection.execute(delete(group_members).where(_of(lane), group_members.c.owner == owner))


def of_owner(tx: ReadTransaction, issuer: str, owner: str) -> list[StoredMember]:
    """Every member of every group of that owner at one hospital, the first one first. Raises SealBroken."""
    theirs = (group_members.c.issuer == issuer, group_members.c.owner == owner)
    order = (group_members.c.joined, group_members.c.patient)
    rows = tx.connection.execute(select(group_members).where(*theirs).order_by(*order)).all()
    return [_member(tx, Lane(row.issuer, row.patient), owner, row.group_id, row.content, row.joined) for row in rows]


def _member(tx: ReadTransaction, lane: Lane, owner: str, group: str, content: bytes, joined: datetime) -> StoredMember:
    label = tx.cipher.unseal(_place(lane, owner), content).decode()
    return StoredMember(group=group, lane=lane, label=label, joined=joined)


def _of(lane: Lane) -> ColumnElement[bool]:
    return (group_members.c.issuer == lane.issuer) & (group_members.c.patient == lane.patient)


def _place(lane: Lane, owner: str) -> Place:
    return Place("group_members", "content", (lane.issuer, lane.patient, owner))
