"""A server that misbehaves on purpose, byte by byte, on loopback; and one that never leaves the process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import responses

Script = Callable[[socket.socket], None]


class RawServer:
    """Plays one script for each connection it accepts, in order; counts connections and keeps what it read."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = scripts
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.accepted = 0
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread.start()

    def _serve(self) -> None:
        for script in self._scripts:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.accepted += 1
            with connection:
                connection.settimeout(5)
                try:
                    script(connection)
                except OSError:
                    continue

    def close(self) -> None:
        self._socket.close()
        self._thread.join(timeout=5)


@pytest.fixture
def raw_server() -> Iterator[Callable[..., RawServer]]:
    servers: list[RawServer] = []

    def start(*scripts: Script) -> RawServer:
        servers.append(RawServer(*scripts))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def hospital() -> Iterator[responses.RequestsMock]:
    """Answers inside the process; a request it was not told about fails the test."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock
