"""Accounts of administrators, their sessions, and the count of tries to sign in.

Nothing here knows a launch or a patient: an administrator's session opens no chart (attack-A84).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update

from smart_app.store.dialects import insert_if_absent
from smart_app.store.encryption import Place
from smart_app.store.fingerprints import fingerprint
from smart_app.store.tables import admin_sessions, administrators, sign_in_tries
from smart_app.store.transactions import ReadTransaction, Transaction

LONGEST = timedelta(hours=10)


@dataclass(frozen=True, slots=True)
class Account:
    """An account: its name, when it was made, and when its password was last set."""

    name: str
    made: datetime
    changed: datetime


def add(tx: Transaction, name: str, digest: str) -> bool:
    """Make an account; False when there is one of that name."""
    sealed = tx.cipher.seal(_place(name), digest.encode())
    return insert_if_absent(tx.connection, administrators, name=name, password=sealed, made=tx.now, changed=tx.now)


def put_password(tx: Transaction, name: str, digest: str) -> bool:
    """Set another password and end the account's sessions; False when there is no such account."""
    sealed = tx.cipher.seal(_place(name), digest.encode())
    changing = update(administrators).where(administrators.c.name == name).values(password=sealed, changed=tx.now)
    tx.connection.execute(delete(admin_sessions).where(admin_sessions.c.name == name))
    return tx.connection.execute(changing).rowcount == 1


def remove(tx: Transaction, name: str) -> bool:
    """Take an account away and end its sessions; False when there is no such account."""
    tx.connection.execute(delete(admin_sessions).where(admin_sessions.c.name == name))
    return tx.connection.execute(delete(administrators).where(administrators.c.name == name)).rowcount == 1


def listed(tx: ReadTransaction) -> list[Account]:
    """Every account by name."""
    rows = tx.connection.execute(select(administrators).order_by(administrators.c.name))
    return [Account(row.name, row.made, row.changed) for row in rows]


def password_of(tx: ReadTransaction, name: str) -> str | None:
    """The digest of an account's password; None for a name nobody has. Raises SealBroken."""
    row = tx.connection.execute(select(administrators.c.password).where(administrators.c.name == name)).first()
    return None if row is None else tx.cipher.unseal(_place(name), row.password).decode()


def begin(tx: Transaction, name: str, digest: str, secret: str) -> bool:
    """Begin a session, if the password is still the one that was held against ``digest``. Forgets the old ones."""
    tx.connection.execute(delete(admin_sessions).where(admin_sessions.c.began < tx.now - LONGEST))
    if password_of(tx, name) != digest:
        return False
    row = {"secret_hash": fingerprint(secret), "name": name, "began": tx.now, "last_seen": tx.now}
    tx.connection.execute(insert(admin_sessions).values(row))
    return True


def seen(tx: Transaction, secret: str, idle: timedelta) -> str | None:
    """Whose session that is, which goes on from now; None when there is none, it was idle too long, or is too old.

    A session from a time to come was begun before the clock went back, and ends (fault-F60).
    """
    here = admin_sessions.c.secret_hash == fingerprint(secret)
    seen_at, began = admin_sessions.c.last_seen, admin_sessions.c.began
    alive = (seen_at >= tx.now - idle, seen_at <= tx.now + idle, began >= tx.now - LONGEST)
    touching = update(admin_sessions).where(here, *alive).values(last_seen=tx.now).returning(admin_sessions.c.name)
    name: str | None = tx.connection.execute(touching).scalar()
    return name


def end(tx: Transaction, secret: str) -> None:
    """End a session; ending it twice does no harm."""
    tx.connection.execute(delete(admin_sessions).where(admin_sessions.c.secret_hash == fingerprint(secret)))


def count_try(tx: Transaction, subjects: Iterable[tuple[str, int]], window: timedelta) -> int:
    """Count one try for each subject with its number, the narrowest of an attacker first. By how many tries it is too
    many.

    Counted before the password is looked at, so that tries at once do not slip through together. What follows a
    subject that has used up its number is not counted: whoever guesses names fills no table.
    """
    old = or_(sign_in_tries.c.since <= tx.now - window, sign_in_tries.c.since > tx.now + window)
    tx.connection.execute(delete(sign_in_tries).where(old))
    for subject, most in subjects:
        over = _counted(tx, fingerprint(subject)) - most
        if over > 0:
            return over
    return 0


def forget_tries(tx: Transaction, subject: str) -> None:
    """The person is who they say: count anew."""
    tx.connection.execute(delete(sign_in_tries).where(sign_in_tries.c.subject_hash == fingerprint(subject)))


def _counted(tx: Transaction, subject_hash: str) -> int:
    insert_if_absent(tx.connection, sign_in_tries, subject_hash=subject_hash, since=tx.now, tries=0)
    here = sign_in_tries.c.subject_hash == subject_hash
    counting = update(sign_in_tries).where(here).values(tries=sign_in_tries.c.tries + 1)
    return int(tx.connection.execute(counting.returning(sign_in_tries.c.tries)).scalar_one())


def _place(name: str) -> Place:
    return Place("administrators", "password", (name,))
