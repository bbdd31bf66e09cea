"""What every test has: no network but loopback."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from hypothesis import settings

# A slow machine is not a wrong answer: no test asserts a wall-clock time.
settings.register_profile("ours", deadline=None)
settings.load_profile("ours")

pytest_plugins = ["tests.peers.fixtures"]

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class LeftTheMachine(RuntimeError):
    """A test tried to reach another machine."""


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that is not to this machine (invariant S3)."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in _LOOPBACK:
            raise LeftTheMachine(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
