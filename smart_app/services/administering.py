"""Administrators: accounts made at the command line, a sign-in of their own, and sessions that open no chart.

An administrator is nobody a hospital knows: no launch makes one, and no session of one makes a launch (attack-A84).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files

from smart_app.services.practice import Practice
from smart_app.store import administrators, audit, passwords
from smart_app.store.administrators import Account
from smart_app.store.fingerprints import new_secret
from smart_app.store.store import Store
from smart_app.store.transactions import Transaction

SHORTEST, LONGEST = 12, 128
MOST_TRIES_OF_PAIR, MOST_TRIES_OF_ADDRESS, MOST_TRIES_OF_ACCOUNT = 5, 20, 100
"""Wrong passwords for one account from one address, all tries of one address, and all for one account from anywhere."""
WINDOW = timedelta(minutes=15)
_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_FEWEST_DIFFERENT = 6
_ROWS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
)
_LEET = str.maketrans("013457@$!", "oleastasi")
_OTHER, _ENDS = re.compile(r"[^a-z]"), re.compile(r"^[^a-z]+|[^a-z]+$")


class AccountRefused(ValueError):
    """The account cannot be made or changed so; the message says why and what to do, never the password."""


@dataclass(frozen=True, slots=True)
class Session:
    """An administrator who signed in."""

    name: str

    @property
    def actor(self) -> str:
        """Who the audit log says it was; a ``sub`` of a hospital cannot be mistaken for it."""
        return actor_of(self.name)


def actor_of(name: str) -> str:
    """How the audit log names an administrator."""
    return f"administrator:{name}"


def add(store: Store, name: str, password: str) -> None:
    """Make an account. Raises AccountRefused."""
    if not _NAME.fullmatch(name):
        raise AccountRefused("a name has 2 to 32 small letters, digits, points and dashes, and begins with a letter")
    check_password(name, password)
    digest = passwords.digest(password)
    with store.write() as tx:
        if not administrators.add(tx, name, digest):
            raise AccountRefused(f"there is an administrator {name} already; ipt-fhir admin password sets a new one")
        _note(tx, audit.Action.CREATE, name)


def set_password(store: Store, name: str, password: str) -> None:
    """Set another password: every session of the account ends, and tries count anew. Raises AccountRefused."""
    check_password(name, password)
    digest = passwords.digest(password)
    with store.write() as tx:
        if not administrators.put_password(tx, name, digest):
            raise AccountRefused(_unknown(name))
        _note(tx, audit.Action.UPDATE, name)


def remove(store: Store, name: str) -> None:
    """Take an account away; its sessions end. Raises AccountRefused."""
    with store.write() as tx:
        if not administrators.remove(tx, name):
            raise AccountRefused(_unknown(name))
        _note(tx, audit.Action.WITHDRAW, name)


def accounts(store: Store) -> list[Account]:
    """Every account, by name."""
    with store.read() as tx:
        return administrators.listed(tx)


def check_password(name: str, password: str) -> None:
    """Refuse a password that is short or easily guessed. Raises AccountRefused."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountRefused(f"a password has {SHORTEST} to {LONGEST} characters")
    plain = password.lower()
    rows = [row + row for row in _ROWS]
    in_a_row = any(plain in row or plain in row[::-1] for row in rows)
    readings, own = _readings(plain), _OTHER.sub("", name)
    of_the_name = len(own) > 3 and any(found and not found.replace(own, "") for found in readings)
    if len(set(plain)) < _FEWEST_DIFFERENT or in_a_row or of_the_name or readings & _refused():
        raise AccountRefused("this password is easily guessed; take several words that do not belong together")


def _readings(plain: str) -> set[str]:
    """The words somebody had in mind: without what is no letter, and with 3 read as e, 0 as o ..."""
    inner = _ENDS.sub("", plain)
    return {plain, *(_OTHER.sub("", reading) for reading in (plain, plain.translate(_LEET), inner.translate(_LEET)))}


def sign_in(practice: Practice, name: str, password: str, address: str) -> str | None:
    """The secret of a new session; None when name or password is wrong or too many tries were made.

    Which of these it was is not told: whoever guesses learns nothing, and the audit log knows.
    """
    with practice.store.write() as tx:
        # What cannot be a name is not looked up: PostgreSQL takes no text with a NUL in it.
        digest = administrators.password_of(tx, name) if _NAME.fullmatch(name) else None
        subjects = _subjects(name, address, digest)
        over = administrators.count_try(tx, subjects.items(), WINDOW)
        if over:
            # One row tells of the flood; a row for each try would be a way to fill the disk.
            if over == 1:
                _note_sign_in(tx, name, digest, audit.Outcome.FAILED)
            return None
    right = len(password) <= LONGEST and passwords.is_right(password, digest)
    secret = new_secret()
    with practice.store.write() as tx:
        begun = right and digest is not None and administrators.begin(tx, name, digest, secret)
        _note_sign_in(tx, name, digest, audit.Outcome.DONE if begun else audit.Outcome.REFUSED)
        if begun:
            administrators.forget_tries(tx, _pair(name, address, digest))
    return secret if begun else None


def session_of(practice: Practice, secret: str) -> Session | None:
    """The session of a cookie, which goes on from now; None when there is none that lives."""
    if not secret:
        return None
    with practice.store.write() as tx:
        name = administrators.seen(tx, secret, practice.idle)
    return None if name is None else Session(name)


def sign_out(practice: Practice, session: Session, secret: str) -> None:
    """End the session at once."""
    with practice.store.write() as tx:
        administrators.end(tx, secret)
        audit.append(tx, audit.AuditEvent(action=audit.Action.LOGOUT, actor=session.actor))


def note(practice: Practice, session: Session, entity: str, issuer: str = "", patient: str = "") -> None:
    """An administrator looked at a page; ids only."""
    with practice.store.write() as tx:
        event = audit.AuditEvent(
            action=audit.Action.READ, actor=session.actor, issuer=issuer, patient=patient, entity=entity
        )
        audit.append(tx, event)


def _note(tx: Transaction, action: audit.Action, name: str) -> None:
    """Accounts are made where the machine is: who has a shell there is known to the machine."""
    audit.append(tx, audit.AuditEvent(action=action, actor="command-line", entity=f"Administrator/{name}"))


def _note_sign_in(tx: Transaction, name: str, digest: str | None, outcome: audit.Outcome) -> None:
    """Names nobody has are not written down: people type passwords into the wrong field."""
    actor = actor_of(name) if digest else actor_of("unknown")
    audit.append(tx, audit.AuditEvent(action=audit.Action.SIGN_IN, outcome=outcome, actor=actor))


def _subjects(name: str, address: str, digest: str | None) -> dict[str, int]:
    """What a try is counted for, and how many are too many: five from one address close the account to that address
    only, or anybody could lock an administrator out."""
    return {
        f"address/{address}": MOST_TRIES_OF_ADDRESS,
        _pair(name, address, digest): MOST_TRIES_OF_PAIR,
        f"account/{name[:64]}/{digest}": MOST_TRIES_OF_ACCOUNT,
    }


def _pair(name: str, address: str, digest: str | None) -> str:
    """One account from one address, with the password it has now: another password begins to count anew."""
    return f"pair/{address}/{name[:64]}/{digest}"


def _unknown(name: str) -> str:
    return f"there is no administrator {name!r}; ipt-fhir admin list shows those there are"


def _refused() -> frozenset[str]:
    text = files("smart_app.services").joinpath("refused_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
