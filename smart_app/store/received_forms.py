"""What patients sent and no clinician has seen yet. Sealed; taken into the course at the clinician's next opening."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select

from smart_app.store.encryption import Place
from smart_app.store.lanes import Lane
from smart_app.store.tables import received_forms
from smart_app.store.transactions import ReadTransaction, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedForm:
    """A form as it was sent. ``id`` becomes that of the response, ``author`` tells own device and tablet apart."""

    id: str
    form: str
    author: str
    content: bytes = field(repr=False)
    sent: datetime


def add(tx: Transaction, lane: Lane, form: ReceivedForm) -> None:
    """Keep what was sent. Raises StoreContradicted when it was kept before."""
    row = {
        "id": form.id,
        "issuer": lane.issuer,
        "patient": lane.patient,
        "form": form.form,
        "author": form.author,
        "content": tx.cipher.seal(_place(form.id), form.content),
        "sent": form.sent,
    }
    tx.connection.execute(insert(received_forms).values(row))


def of_patient(tx: ReadTransaction, lane: Lane) -> list[ReceivedForm]:
    """What waits for a clinician, the first sent first. Raises SealBroken."""
    rows = tx.connection.execute(select(received_forms).where(_of(lane)).order_by(received_forms.c.sent))
    return [
        ReceivedForm(
            id=row.id,
            form=row.form,
            author=row.author,
            content=tx.cipher.unseal(_place(row.id), row.content),
            sent=row.sent,
        )
        for row in rows
    ]


def remove(tx: Transaction, lane: Lane, received: ReceivedForm) -> None:
    """It is part of the course now."""
    tx.connection.execute(delete(received_forms).where(_of(lane), received_forms.c.id == received.id))


def _of(lane: Lane) -> ColumnElement[bool]:
    return (received_forms.c.issuer == lane.issuer) & (received_forms.c.patient == lane.patient)


def _place(form_id: str) -> Place:
    return Place("received_forms", "content", (form_id,))
