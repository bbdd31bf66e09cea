"""Secrets a browser holds, kept here only as digests: who reads the database cannot use them."""

from __future__ import annotations

import hashlib
import hmac
import secrets

SECRET_BITS = 256
HANDLE_BITS = 128


def new_secret() -> str:
    """256 random bits in URL-safe text: a state, or the secret of a browser's cookie (attack-A68)."""
    return secrets.token_urlsafe(SECRET_BITS // 8)


def new_handle() -> str:
    """128 random bits in URL-safe text: the part of the path that names a launch (decision-D12)."""
    return secrets.token_urlsafe(HANDLE_BITS // 8)


def fingerprint(secret: str) -> str:
    """The SHA-256 of a secret, in hexadecimal. No salt: 256 random bits cannot be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(stored: str, secret: str) -> bool:
    """Is this the secret of that fingerprint? The time it takes says nothing (attack-A76)."""
    return hmac.compare_digest(stored.encode(), fingerprint(secret).encode())
