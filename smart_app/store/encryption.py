"""Encrypt what is stored, bound to the place where it is stored.

Fernet alone would let somebody with the database copy one row's token over another's. So the plaintext begins with the
table, the row and the column it was written for, and is refused anywhere else (attack-A74).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from smart_app.keys import Key, KeyRefused
from smart_app.store.errors import SealBroken

_END_OF_PLACE = b"\n"


class Place(NamedTuple):
    """Where a value is stored: table, column, and the key of its row, column by column."""

    table: str
    column: str
    row: tuple[str, ...]


class Cipher:
    """Encrypts with the first key, decrypts with any: a key can be changed while the app runs (fault-F69)."""

    def __init__(self, keys: Sequence[Key]) -> None:
        """Take at least one key; the first one encrypts. Raises KeyRefused when two keys have one id."""
        if not keys:
            raise ValueError("a store needs an encryption key")
        for number, key in enumerate(keys):
            if key.id in {other.id for other in keys[:number]}:
                raise KeyRefused(key.id, "two keys have this id; rename one of the files")
        self.keys = tuple(keys)
        self._fernet = MultiFernet([Fernet(key.secret) for key in keys])

    def seal(self, place: Place, plain: bytes) -> bytes:
        """Encrypt a value for one place."""
        return self._fernet.encrypt(_spelled(place) + plain)

    def unseal(self, place: Place, sealed: bytes) -> bytes:
        """Decrypt a value from the place it was sealed for. Raises SealBroken."""
        try:
            text = self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise SealBroken(f"{place.table}.{place.column} cannot be decrypted") from error
        spelled = _spelled(place)
        if not text.startswith(spelled):
            raise SealBroken(f"{place.table}.{place.column} belongs to another row")
        return text[len(spelled) :]

    def rotate(self, sealed: bytes) -> bytes:
        """The same value under the first key; the place inside stays. Raises SealBroken."""
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken as error:
            raise SealBroken("a value cannot be decrypted with the keys given") from error


def _spelled(place: Place) -> bytes:
    """A JSON array has no bare line end, so nothing that follows can pass for a part of the place."""
    return json.dumps([place.table, place.column, *place.row]).encode() + _END_OF_PLACE
