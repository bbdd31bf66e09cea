"""A deadline for a whole answer (fault-F63).

A read timeout alone begins anew with each byte: a server that drips one byte a second holds a worker for hours, in the
headers as well as in the body. So every single read asks how much time is left.
"""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: until connected, between two reads, and from the end of sending to the last byte of the answer."""

    connect: float = 3.0
    read: float = 10.0
    total: float = 30.0


class TimedSocket:
    """What an HTTP response reads from: it wants nothing of a socket but ``makefile``."""

    def __init__(self, connected: socket.socket, timeouts: Timeouts, monotonic: Callable[[], float]) -> None:
        self._socket = connected
        self._timeouts = timeouts
        self._monotonic = monotonic
        self._deadline = monotonic() + timeouts.total

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        """The buffered stream of the answer."""
        return io.BufferedReader(_TimedReader(self._socket, self._left))

    def _left(self) -> float:
        """Seconds the next read may take. Raises TimeoutError when the answer took too long altogether."""
        left = self._deadline - self._monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long altogether")
        return min(left, self._timeouts.read)


class _TimedReader(io.RawIOBase):
    def __init__(self, connected: socket.socket, left: Callable[[], float]) -> None:
        super().__init__()
        self._socket = connected
        self._left = left
        # The socket counts its files: a connection closed early lives until its answer was read.
        self._stream = connected.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        self._socket.settimeout(self._left())
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()
