"""The forms a clinician asked a patient for. No row: nobody asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select

from smart_app.store.dialects import put_row
from smart_app.store.lanes import Lane
from smart_app.store.tables import requested_forms
from smart_app.store.transactions import ReadTransaction, Transaction


def request(tx: Transaction, lane: Lane, form: str, by: str) -> None:
    """Ask for a form, or ask again; ``by`` is the clinician's ``sub``."""
    row = {"issuer": lane.issuer, "patient": lane.patient, "form": form, "requested": tx.now, "requested_by": by}
    put_row(tx.connection, requested_forms, **row)


def withdraw(tx: Transaction, lane: Lane, form: str) -> None:
    """The form is not asked for any more: it came, or the clinician thought better of it."""
    tx.connection.execute(delete(requested_forms).where(_of(lane), requested_forms.c.form == form))


def of_patient(tx: ReadTransaction, lane: Lane) -> dict[str, datetime]:
    """When each form was asked for, the first one first."""
    rows = tx.connection.execute(select(requested_forms).where(_of(lane)).order_by(requested_forms.c.requested))
    return {row.form: row.requested for row in rows}


def _of(lane: Lane) -> ColumnElement[bool]:
    return (requested_forms.c.issuer == lane.issuer) & (requested_forms.c.patient == lane.patient)
