"""Sign-ins under way: from the redirect to the hospital until its answer, once, within five minutes (attack-A12)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert

from smart_app.store.encryption import Place
from smart_app.store.fingerprints import fingerprint, matches, new_secret
from smart_app.store.launches import SignInFor
from smart_app.store.tables import sign_ins
from smart_app.store.transactions import Transaction

LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SignIn:
    """What must be remembered between the two redirects of a SMART launch."""

    issuer: str
    code_verifier: str
    nonce: str
    started: datetime
    browser_hash: str
    role: SignInFor = SignInFor.CLINICIAN

    def begun_by(self, browser_secret: str) -> bool:
        """Does the answer come from the browser that began (attack-A14)?"""
        return matches(self.browser_hash, browser_secret)


def begin(
    tx: Transaction,
    *,
    issuer: str,
    code_verifier: str,
    nonce: str,
    browser_secret: str,
    role: SignInFor = SignInFor.CLINICIAN,
) -> str:
    """Remember a sign-in; returns its ``state``, of which only the digest is kept. Forgets those that are too old."""
    tx.connection.execute(delete(sign_ins).where(sign_ins.c.started < tx.now - LIFETIME))
    state = new_secret()
    state_hash = fingerprint(state)
    secrets = json.dumps([code_verifier, nonce]).encode()
    row = {
        "state_hash": state_hash,
        "issuer": issuer,
        "browser_hash": fingerprint(browser_secret),
        "secrets": tx.cipher.seal(_place(state_hash), secrets),
        "started": tx.now,
        "role": role,
    }
    tx.connection.execute(insert(sign_ins).values(row))
    return state


def consume(tx: Transaction, state: str) -> SignIn | None:
    """Take the sign-in of a ``state``. It is gone afterwards, so one of many equal callbacks gets it (attack-A77).

    None when there is none, it was taken before, or it is too old. The caller still asks ``begun_by``.
    """
    state_hash = fingerprint(state)
    taking = delete(sign_ins).where(sign_ins.c.state_hash == state_hash).returning(*sign_ins.c)
    row = tx.connection.execute(taking).first()
    if row is None or not row.started <= tx.now <= row.started + LIFETIME:
        return None
    code_verifier, nonce = json.loads(tx.cipher.unseal(_place(state_hash), row.secrets))
    return SignIn(row.issuer, code_verifier, nonce, row.started, row.browser_hash, SignInFor(row.role))


def _place(state_hash: str) -> Place:
    return Place("sign_ins", "secrets", (state_hash,))
