"""The clinic's tablet in a patient's hands: which form, in which browser, and the PIN that gives it back.

While a hand-over stands, no launch of that browser opens (``launches.find``): the button "back" leads a patient into
every chart that was open there before, so the lock is on the browser and not on one address (decision-D66).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from smart_app.store.encryption import Place
from smart_app.store.fingerprints import fingerprint, new_handle
from smart_app.store.lanes import Lane
from smart_app.store.tables import hand_overs
from smart_app.store.transactions import ReadTransaction, Transaction

MOST_TRIES = 5
# Longer than any launch lives: a lock must not end before what it locks.
_LONGEST = timedelta(hours=11)
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """One hand-over that stands. ``launch`` is the clinician's handle, ``finished`` when the patient sent the form.

    ``background`` is what the patient's pages show of the launch; opaque here.
    """

    handle: str
    launch: str
    lane: Lane
    given_by: str
    form: str
    background: bytes = field(repr=False)
    tries: int
    last_seen: datetime
    finished: datetime | None

    @property
    def tries_left(self) -> int:
        """How often a PIN may still be typed; at 0 only a new launch from the chart ends the hand-over."""
        return max(0, MOST_TRIES - self.tries)


def begin(
    tx: Transaction,
    lane: Lane,
    *,
    launch: str,
    given_by: str,
    browser_secret: str,
    form: str,
    background: bytes,
    pin: str,
) -> str:
    """Hand a browser over; returns the handle of the patient's pages."""
    handle = new_handle()
    row = {
        "handle": handle,
        "launch": launch,
        "browser_hash": fingerprint(browser_secret),
        "issuer": lane.issuer,
        "patient": lane.patient,
        "given_by": given_by,
        "form": form,
        "secrets": tx.cipher.seal(_place(handle, "secrets"), _digest(pin, secrets.token_bytes(_SALT_BYTES))),
        "background": tx.cipher.seal(_place(handle, "background"), background),
        "tries": 0,
        "begun": tx.now,
        "last_seen": tx.now,
    }
    tx.connection.execute(insert(hand_overs).values(row))
    return handle


def of_browser(tx: ReadTransaction, browser_secret: str) -> HandOver | None:
    """The hand-over that stands in this browser."""
    here = hand_overs.c.browser_hash == fingerprint(browser_secret)
    row = tx.connection.execute(select(hand_overs).where(here, _stands(tx.now)).limit(1)).first()
    return _hand_over(tx, row) if row else None


def touch(tx: Transaction, handle: str) -> None:
    """The patient is still at it."""
    here = (hand_overs.c.handle == handle, hand_overs.c.ended.is_(None))
    tx.connection.execute(update(hand_overs).where(*here).values(last_seen=tx.now))


def finish(tx: Transaction, handle: str) -> bool:
    """The patient has sent the form; what is left to do is to give the tablet back. False for whoever comes second."""
    open_to_answers = (hand_overs.c.handle == handle, hand_overs.c.ended.is_(None), hand_overs.c.finished.is_(None))
    finishing = update(hand_overs).where(*open_to_answers).values(finished=tx.now).returning(hand_overs.c.handle)
    return tx.connection.execute(finishing).first() is not None


def take_back(tx: Transaction, handle: str, pin: str) -> bool:
    """Whether the PIN is right, which ends the hand-over. Counted before it is compared; MOST_TRIES at the most."""
    open_to_tries = (hand_overs.c.handle == handle, _stands(tx.now), hand_overs.c.tries < MOST_TRIES)
    counting = update(hand_overs).where(*open_to_tries).values(tries=hand_overs.c.tries + 1)
    row = tx.connection.execute(counting.returning(hand_overs.c.secrets)).first()
    if row is None or not _is_right(pin, tx.cipher.unseal(_place(handle, "secrets"), row.secrets)):
        return False
    _end(tx, hand_overs.c.handle == handle)
    return True


def end_old(tx: Transaction) -> None:
    """End what does not stand any more and forget its PIN."""
    _end(tx, hand_overs.c.begun <= tx.now - _LONGEST)


def end_all(tx: Transaction, browser_secret: str) -> list[HandOver]:
    """End what stands in this browser: the clinician signed in anew. Returns what was ended."""
    here = (hand_overs.c.browser_hash == fingerprint(browser_secret)) & hand_overs.c.ended.is_(None)
    standing = [_hand_over(tx, row) for row in tx.connection.execute(select(hand_overs).where(here)).all()]
    _end(tx, here)
    return standing


def forget_standing(tx: Transaction, lane: Lane) -> set[str]:
    """Delete the hand-overs to this person that stand; returns the fingerprints of the browsers they locked.

    Whoever forgets a lock answers for what it locked: ``launches.end_in``.
    """
    theirs = (hand_overs.c.issuer == lane.issuer, hand_overs.c.patient == lane.patient, _stands(tx.now))
    forgetting = delete(hand_overs).where(*theirs).returning(hand_overs.c.browser_hash)
    return set(tx.connection.execute(forgetting).scalars())


def _end(tx: Transaction, here: ColumnElement[bool]) -> None:
    gone = {"ended": tx.now, "secrets": None, "background": None}
    tx.connection.execute(update(hand_overs).where(here, hand_overs.c.ended.is_(None)).values(gone))


def _stands(now: datetime) -> ColumnElement[bool]:
    return hand_overs.c.ended.is_(None) & (hand_overs.c.begun > now - _LONGEST)


def _digest(pin: str, salt: bytes) -> bytes:
    """Salt and scrypt of a PIN. Sealed as well, because ten thousand PINs are tried in minutes."""
    return salt + hashlib.scrypt(pin.encode(), salt=salt, n=2**14, r=8, p=1)


def _is_right(pin: str, stored: bytes) -> bool:
    return hmac.compare_digest(stored, _digest(pin, stored[:_SALT_BYTES]))


def _place(handle: str, column: str) -> Place:
    return Place("hand_overs", column, (handle,))


def _hand_over(tx: ReadTransaction, row: Row[Any]) -> HandOver:
    return HandOver(
        handle=row.handle,
        launch=row.launch,
        lane=Lane(row.issuer, row.patient),
        given_by=row.given_by,
        form=row.form,
        background=tx.cipher.unseal(_place(row.handle, "background"), row.background),
        tries=row.tries,
        last_seen=row.last_seen,
        finished=row.finished,
    )
