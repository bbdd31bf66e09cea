"""What every test has: no network but loopback."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

from smart_app.sandbox.id_tokens import new_signing_key

# A slow machine is not a wrong answer: no test asserts a wall-clock time. ``make test`` tries the laws on few examples,
# ``make proof`` on more, ``make soak`` on thousands.
settings.register_profile("quick", deadline=None, max_examples=25)
settings.register_profile("proof", deadline=None, max_examples=200)
settings.load_profile("quick")

# A run in the background is started with Ctrl-C ignored, and every program that a test starts would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ["tests.peers.fixtures"]

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class LeftTheMachine(RuntimeError):
    """A test tried to reach another machine."""


@pytest.fixture(autouse=True, scope="session")
def templates_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every test makes its own app; compiling the templates anew for each took a quarter of the page tests' time."""
    cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": cache}


@pytest.fixture(autouse=True, scope="session")
def addresses_compiled_once() -> Iterator[None]:
    """The addresses of every test's own app and hospital are the same; compiling them was a tenth of the page tests."""
    compile_builder = Rule._compile_builder  # private to werkzeug, which the lock file pins
    made: dict[tuple[object, ...], Callable[..., object]] = {}

    def remembered(rule: Rule, append_unknown: bool = True) -> Callable[..., object]:
        key = (tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in made:
            made[key] = compile_builder(rule, append_unknown)
        return made[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", remembered)
        yield


@pytest.fixture(autouse=True, scope="session")
def hospital_keys_made_once() -> Iterator[None]:
    """No test looks at whether two demo hospitals have the same key, and an RSA key takes its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("smart_app.sandbox.authorization_routes.new_signing_key", cache(new_signing_key))
        yield


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that is not to this machine (invariant S3)."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in _LOOPBACK:
            raise LeftTheMachine(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
