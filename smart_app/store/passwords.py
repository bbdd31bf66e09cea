"""Passwords, kept as Argon2id digests (RFC 9106) in the PHC spelling, which names its own costs.

The costs are OWASP's first choice: 19 MiB, two rounds, one lane. No more than a few are computed at once, so that a
flood of sign-ins costs time and not memory.
"""

from __future__ import annotations

import secrets
from threading import BoundedSemaphore

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

_SALT_BYTES, _DIGEST_BYTES = 16, 32
_KIBIBYTES, _ROUNDS, _LANES = 19 * 1024, 2, 1
_AT_ONCE = BoundedSemaphore(4)


def digest(password: str) -> str:
    """A digest with a fresh salt; 128 characters in the PHC spelling."""
    salt = secrets.token_bytes(_SALT_BYTES)
    with _AT_ONCE:
        argon = Argon2id(salt=salt, length=_DIGEST_BYTES, iterations=_ROUNDS, lanes=_LANES, memory_cost=_KIBIBYTES)
        return argon.derive_phc_encoded(password.encode())


def is_right(password: str, stored: str | None) -> bool:
    """Whether this is the password of that digest. Of nobody's digest it is not, after the same work (attack-A76)."""
    with _AT_ONCE:
        try:
            Argon2id.verify_phc_encoded(password.encode(), stored or _NOBODYS)
        except InvalidKey:
            return False
    return stored is not None


_NOBODYS = digest(secrets.token_urlsafe())
