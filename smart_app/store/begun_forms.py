"""Which response a patient's unfinished form will be: who has to act on an answer needs its name before it is sent."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, select

from smart_app.store.dialects import insert_if_absent
from smart_app.store.lanes import Lane
from smart_app.store.tables import begun_forms
from smart_app.store.transactions import ReadTransaction, Transaction


class Begun(NamedTuple):
    """The id of the response to be, and when its first answer was given."""

    response: str
    begun: datetime


def begin(tx: Transaction, lane: Lane, author: str, form: str) -> Begun:
    """The response of a form that is being filled in; a new one for its first answer."""
    row = {"issuer": lane.issuer, "patient": lane.patient, "author": author, "form": form}
    insert_if_absent(tx.connection, begun_forms, **row, response=str(uuid.uuid4()), begun=tx.now)
    found = tx.connection.execute(select(begun_forms).where(_is(lane, author, form))).one()
    return Begun(found.response, found.begun)


def find(tx: ReadTransaction, lane: Lane, author: str, form: str) -> Begun | None:
    """The response of a form that was begun and not sent."""
    found = tx.connection.execute(select(begun_forms).where(_is(lane, author, form))).first()
    return Begun(found.response, found.begun) if found else None


def take(tx: Transaction, lane: Lane, author: str, form: str) -> Begun:
    """The response of a form that is sent now, whether it was begun or not.

    Of two windows the second one waits here until the first is done, and sees afterwards what that one did.
    """
    taking = delete(begun_forms).where(_is(lane, author, form)).returning(begun_forms.c.response, begun_forms.c.begun)
    found = tx.connection.execute(taking).first()
    return Begun(found.response, found.begun) if found else begin(tx, lane, author, form)


def end(tx: Transaction, lane: Lane, author: str, form: str) -> None:
    """It was sent, or is begun anew."""
    tx.connection.execute(delete(begun_forms).where(_is(lane, author, form)))


def _is(lane: Lane, author: str, form: str) -> ColumnElement[bool]:
    here = (begun_forms.c.issuer == lane.issuer) & (begun_forms.c.patient == lane.patient)
    return here & (begun_forms.c.author == author) & (begun_forms.c.form == form)
