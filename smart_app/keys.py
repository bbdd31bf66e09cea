"""The keys that encrypt what the app stores: made, read, and refused when they are not worth the name (attack-A73)."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

_BYTES = 32
# Of 32 random bytes about 30 differ; fewer than 16 happen to nobody, but to "changeme" four times over.
_FEWEST_DIFFERENT = 16
# The key printed in the Fernet specification.
_PUBLISHED = frozenset({"cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="})


class KeyRefused(ValueError):
    """A key file is missing, open to others, or holds no random 256-bit key. ``key_id`` names it, nothing shows it."""

    def __init__(self, key_id: str, why: str) -> None:
        super().__init__(f"encryption key {key_id!r}: {why}")
        self.key_id = key_id


@dataclass(frozen=True, slots=True)
class Key:
    """A Fernet key: its id (the name of its file without the ending) and 32 bytes in URL-safe base64."""

    id: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        """Raise KeyRefused unless the secret is 32 bytes that look random."""
        if why := _weakness(self.secret):
            raise KeyRefused(self.id, why)


def create_key(path: Path) -> Key:
    """Make a new key in a file only its owner can read. Raises FileExistsError: a key is never overwritten."""
    key = Key(path.stem, base64.urlsafe_b64encode(os.urandom(_BYTES)).decode())
    _write_secret(path, f"{key.secret}\n".encode())
    return key


def create_signing_key(path: Path, pem: bytes) -> None:
    """Write a private signing key to a file only its owner can read. Raises FileExistsError: never overwritten."""
    _write_secret(path, pem)


def read_key(path: Path) -> Key:
    """Read a key file. Raises KeyRefused when it is missing, readable by others, or weak (fault-F70)."""
    try:
        text = path.read_text(encoding="ascii").strip()
        mode = path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise KeyRefused(path.stem, f"the file {path} cannot be read ({type(error).__name__})") from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyRefused(path.stem, f"others may read the file {path}; run: chmod 600 {path}")
    return Key(path.stem, text)


def _write_secret(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _weakness(secret: str) -> str:
    """Why this is no key, or an empty string."""
    try:
        raw = base64.b64decode(secret.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return "it is not URL-safe base64"
    if len(raw) != _BYTES:
        return f"it has {len(raw)} bytes, a key has {_BYTES}"
    if secret in _PUBLISHED:
        return "it is a published example"
    if len(set(raw)) < _FEWEST_DIFFERENT or all(0x20 <= byte < 0x7F for byte in raw):
        return "it was not made by a random source"
    return ""
