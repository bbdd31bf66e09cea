"""Who has to act on which safety answer, over all patients, without opening a single course.

A row says for whom, and since when; the answer itself is sealed, and forgotten when somebody has acted. Rows stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select, update

from smart_app.store.dialects import insert_if_absent
from smart_app.store.encryption import Place
from smart_app.store.lanes import Lane
from smart_app.store.tables import safety_duties
from smart_app.store.transactions import ReadTransaction, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyDuty:
    """A safety item on which nobody has acted. ``owner`` is a ``fhirUser``, ``response`` the form it stands in.

    ``detail`` is what only a person may read, opaque here. ``reassigned`` tells when the backup took the place.
    """

    item: str
    lane: Lane
    response: str
    raised: datetime
    owner: str
    owner_name: str
    detail: bytes = field(repr=False)
    reassigned: datetime | None = None


def open_duty(tx: Transaction, duty: SafetyDuty) -> bool:
    """Somebody has to act from now on. False when that was noted before, even if somebody has acted since."""
    return insert_if_absent(
        tx.connection,
        safety_duties,
        item=duty.item,
        issuer=duty.lane.issuer,
        patient=duty.lane.patient,
        response=duty.response,
        raised=duty.raised,
        owner=duty.owner,
        owner_name=duty.owner_name,
        detail=tx.cipher.seal(_place(duty.item), duty.detail),
    )


def put_detail(tx: Transaction, duty: SafetyDuty, detail: bytes) -> None:
    """The answer was changed before anybody acted."""
    sealed = tx.cipher.seal(_place(duty.item), detail)
    tx.connection.execute(update(safety_duties).where(_is(duty.item), _waits()).values(detail=sealed))


def put_owner(tx: Transaction, lane: Lane, item: str, owner: str, owner_name: str) -> None:
    """Somebody else has to act; said by a person, so the time it waits is not counted anew."""
    here = (safety_duties.c.issuer == lane.issuer, safety_duties.c.patient == lane.patient, _is(item))
    tx.connection.execute(update(safety_duties).where(*here, _waits()).values(owner=owner, owner_name=owner_name))


def of_patient(tx: ReadTransaction, lane: Lane) -> list[SafetyDuty]:
    """What waits about one patient, the oldest first. Raises SealBroken."""
    here = (safety_duties.c.issuer == lane.issuer, safety_duties.c.patient == lane.patient)
    rows = tx.connection.execute(select(safety_duties).where(*here, _waits()).order_by(safety_duties.c.raised))
    return [_duty(tx, row) for row in rows]


def of_owner(tx: ReadTransaction, issuer: str, owner: str) -> list[SafetyDuty]:
    """What waits for one person at a hospital: what was re-assigned to them first, then the oldest first."""
    theirs = (safety_duties.c.issuer == issuer, safety_duties.c.owner == owner)
    order = (safety_duties.c.reassigned.is_(None), safety_duties.c.raised)
    return [
        _duty(tx, row) for row in tx.connection.execute(select(safety_duties).where(*theirs, _waits()).order_by(*order))
    ]


def acknowledge(tx: Transaction, lane: Lane, items: Iterable[str]) -> None:
    """A person has acted on these items of a patient."""
    here = (safety_duties.c.issuer == lane.issuer, safety_duties.c.patient == lane.patient)
    acted = update(safety_duties).where(*here, safety_duties.c.item.in_(list(items)), _waits())
    tx.connection.execute(acted.values(acknowledged=tx.now, detail=None))


def reassign(tx: Transaction, issuer: str, patience: timedelta, owner: str, owner_name: str) -> list[SafetyDuty]:
    """Give to the backup what nobody has acted on for so long; returns just what this call gave.

    One statement: of two workers one finds a row, and a worker that dies has done all of it or nothing. An item raised
    further ahead than ``patience`` was raised before the clock went back, and is given away too (fault-F60).
    """
    raised = safety_duties.c.raised
    late = or_(raised <= tx.now - patience, raised > tx.now + patience)
    here = (safety_duties.c.issuer == issuer, safety_duties.c.reassigned.is_(None), _waits(), late)
    giving = update(safety_duties).where(*here).values(owner=owner, owner_name=owner_name, reassigned=tx.now)
    return [_duty(tx, row) for row in tx.connection.execute(giving.returning(*safety_duties.c)).all()]


def _is(item: str) -> ColumnElement[bool]:
    return safety_duties.c.item == item


def _waits() -> ColumnElement[bool]:
    return safety_duties.c.acknowledged.is_(None)


def _place(item: str) -> Place:
    return Place("safety_duties", "detail", (item,))


def _duty(tx: ReadTransaction, row: Row[Any]) -> SafetyDuty:
    return SafetyDuty(
        item=row.item,
        lane=Lane(row.issuer, row.patient),
        response=row.response,
        raised=row.raised,
        owner=row.owner,
        owner_name=row.owner_name,
        detail=tx.cipher.unseal(_place(row.item), row.detail),
        reassigned=row.reassigned,
    )
