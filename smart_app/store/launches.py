"""Launches: one person, one patient, one browser, from the answer of the hospital until they end (decision-D12).

The handle stands in the path and is no secret; the browser proves itself with its cookie. A new launch gets a new
handle, so a tab never changes its patient (attack-A26, attack-A27, attack-A28).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update

from smart_app.store import hand_overs
from smart_app.store.encryption import Place
from smart_app.store.fingerprints import fingerprint, matches, new_handle
from smart_app.store.lanes import Lane
from smart_app.store.tables import launches
from smart_app.store.transactions import ReadTransaction, Transaction

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=10)


class SignInFor(StrEnum):
    """For whom a sign-in is. Whoever looks for a launch without naming a role finds clinicians' only."""

    CLINICIAN = "clinician"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class User:
    """Who launched: ``sub`` and ``fhirUser`` of the id_token, and the name a page shows."""

    sub: str
    fhir_user: str | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What the hospital granted: the access token, when it ends, and the SMART scopes. A patient's is not kept: ""."""

    access_token: str = field(repr=False)
    expires: datetime
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A launch that is alive. ``background`` is what ``remember`` kept for its pages; opaque here."""

    handle: str
    lane: Lane
    user: User
    grant: Grant
    need_patient_banner: bool
    background: bytes | None = field(repr=False)
    created: datetime
    last_seen: datetime


def open_launch(
    tx: Transaction,
    lane: Lane,
    user: User,
    grant: Grant,
    *,
    browser_secret: str,
    need_patient_banner: bool,
    role: SignInFor = SignInFor.CLINICIAN,
) -> str:
    """Begin a launch; returns its handle. Forgets the tokens of all launches that are too old."""
    end_old(tx)
    handle = new_handle()
    row = {
        "handle": handle,
        "browser_hash": fingerprint(browser_secret),
        "issuer": lane.issuer,
        "patient": lane.patient,
        "user_sub": user.sub,
        "scopes": sorted(grant.scopes),
        "need_patient_banner": need_patient_banner,
        "token_expires": grant.expires,
        "secrets": _secrets(tx, handle, user, grant),
        "created": tx.now,
        "last_seen": tx.now,
        "role": role,
    }
    tx.connection.execute(insert(launches).values(row))
    return handle


def find(
    tx: ReadTransaction, handle: str, browser_secret: str, idle: timedelta = IDLE, role: SignInFor = SignInFor.CLINICIAN
) -> Launch | None:
    """The launch of a handle, for the browser that began it and in the role it was begun for.

    None for any other browser, while that browser is in a patient's hands (decision-D66), and when it has ended, was
    idle too long, or is older than LONGEST. Raises SealBroken.
    """
    if hand_overs.of_browser(tx, browser_secret):
        return None
    here = (launches.c.handle == handle, launches.c.role == role)
    row = tx.connection.execute(select(launches).where(*here)).first()
    known = row is not None and matches(row.browser_hash, browser_secret)
    return _launch(tx, row) if row is not None and known and _is_alive(row, tx.now, idle) else None


def find_grant(tx: ReadTransaction, lane: Lane, user_sub: str, idle: timedelta = IDLE) -> Launch | None:
    """The newest living launch whose token still holds and under which that author's intents may go (invariant I16)."""
    theirs = (launches.c.issuer == lane.issuer, launches.c.patient == lane.patient, launches.c.user_sub == user_sub)
    role = launches.c.role == SignInFor.CLINICIAN
    usable = select(launches).where(*theirs, role, launches.c.ended.is_(None), launches.c.token_expires > tx.now)
    rows = tx.connection.execute(usable.order_by(launches.c.created.desc()))
    alive: Iterable[Row[Any]] = (row for row in rows.all() if _is_alive(row, tx.now, idle))
    return next((_launch(tx, row) for row in alive), None)


def is_to_be_touched(tx: ReadTransaction, launch: Launch, idle: timedelta = IDLE) -> bool:
    """Whether it is time to write again that the person is here: after a fifteenth of what counts as idle."""
    return tx.now - launch.last_seen >= idle / 15


def touch(tx: Transaction, handle: str) -> None:
    """The person is still here. A launch that has ended stays so (attack-A78)."""
    _change(tx, handle, last_seen=tx.now)


def name(tx: Transaction, launch: Launch) -> None:
    """Keep the name of whoever launched, once the hospital has told it."""
    _change(tx, launch.handle, secrets=_secrets(tx, launch.handle, launch.user, launch.grant))


def remember(tx: Transaction, handle: str, background: bytes) -> None:
    """Keep, sealed, what the pages of this launch need from the chart; it goes when the launch ends."""
    _change(tx, handle, background=tx.cipher.seal(_place(handle, "background"), background))


def end(tx: Transaction, handle: str) -> None:
    """End a launch and forget its tokens; ending it twice does no harm."""
    _end(tx, launches.c.handle == handle)


def end_in(tx: Transaction, browsers: Set[str]) -> None:
    """End every launch of the browsers with these fingerprints, whoever it is about, and forget the tokens."""
    _end(tx, launches.c.browser_hash.in_(browsers))


def _secrets(tx: Transaction, handle: str, user: User, grant: Grant) -> bytes:
    plain = json.dumps([grant.access_token, user.fhir_user, user.name]).encode()
    return tx.cipher.seal(_place(handle, "secrets"), plain)


def _change(tx: Transaction, handle: str, **values: object) -> None:
    alive = (launches.c.handle == handle, launches.c.ended.is_(None))
    tx.connection.execute(update(launches).where(*alive).values(values))


def end_old(tx: Transaction) -> None:
    """End what is older than LONGEST and forget its tokens."""
    _end(tx, launches.c.created < tx.now - LONGEST)


def _end(tx: Transaction, here: ColumnElement[bool]) -> None:
    gone = {"ended": tx.now, "secrets": None, "background": None}
    tx.connection.execute(update(launches).where(here, launches.c.ended.is_(None)).values(gone))


def _is_alive(row: Row[Any], now: datetime, idle: timedelta) -> bool:
    return row.ended is None and now - row.last_seen <= idle and now - row.created <= LONGEST


def _place(handle: str, column: str) -> Place:
    return Place("launches", column, (handle,))


def _launch(tx: ReadTransaction, row: Row[Any]) -> Launch:
    access_token, fhir_user, name = json.loads(tx.cipher.unseal(_place(row.handle, "secrets"), row.secrets))
    sealed = row.background
    return Launch(
        handle=row.handle,
        lane=Lane(row.issuer, row.patient),
        user=User(row.user_sub, fhir_user, name),
        grant=Grant(access_token=access_token, expires=row.token_expires, scopes=tuple(row.scopes)),
        need_patient_banner=row.need_patient_banner,
        background=None if sealed is None else tx.cipher.unseal(_place(row.handle, "background"), sealed),
        created=row.created,
        last_seen=row.last_seen,
    )
