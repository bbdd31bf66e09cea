"""What was typed and not saved: comes back for the same person and the same patient only (fault-F71)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, select

from smart_app.store.dialects import put_row
from smart_app.store.encryption import Place
from smart_app.store.lanes import Lane
from smart_app.store.tables import drafts
from smart_app.store.transactions import ReadTransaction, Transaction


@dataclass(frozen=True, slots=True)
class DraftKey:
    """Whose draft of which form about which patient; ``user_sub`` is the ``sub`` of the id_token."""

    issuer: str
    patient: str
    user_sub: str
    form: str

    @classmethod
    def of(cls, lane: Lane, user_sub: str, form: str) -> DraftKey:
        """The key of a person's draft about the patient of a lane."""
        return cls(lane.issuer, lane.patient, user_sub, form)


class Draft(NamedTuple):
    """The text of a form, in the spelling of the page that made it, and when it was kept."""

    text: str
    updated: datetime


def save(tx: Transaction, key: DraftKey, text: str) -> None:
    """Keep a draft in the place of the one before."""
    content = tx.cipher.seal(_place(key), text.encode())
    put_row(tx.connection, drafts, **asdict(key), content=content, updated=tx.now)


def load(tx: ReadTransaction, key: DraftKey) -> Draft | None:
    """The draft of that person about that patient, if there is one. Raises SealBroken."""
    row = tx.connection.execute(select(drafts).where(_is(key))).first()
    return Draft(tx.cipher.unseal(_place(key), row.content).decode(), row.updated) if row else None


def listed(tx: ReadTransaction, lane: Lane, user_sub: str) -> dict[str, datetime]:
    """The forms of which that person keeps a draft about the patient of a lane, and since when; nothing is unsealed."""
    theirs = (drafts.c.issuer == lane.issuer, drafts.c.patient == lane.patient, drafts.c.user_sub == user_sub)
    rows = tx.connection.execute(select(drafts.c.form, drafts.c.updated).where(*theirs).order_by(drafts.c.form))
    return {row.form: row.updated for row in rows}


def discard(tx: Transaction, key: DraftKey) -> None:
    """Forget a draft, if there is one: its form was saved."""
    tx.connection.execute(delete(drafts).where(_is(key)))


def _place(key: DraftKey) -> Place:
    return Place("drafts", "content", (key.issuer, key.patient, key.user_sub, key.form))


def _is(key: DraftKey) -> ColumnElement[bool]:
    return and_(*(drafts.c[name] == value for name, value in asdict(key).items()))
