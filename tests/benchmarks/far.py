"""A hospital that lies far away: every answer takes a round trip, and a new connection two more (TCP and TLS 1.3).

It stands in front of a WSGI app, keeps connections open as hospitals do, and counts what it was asked and what it sent.
Its clock is the processor's time of this process, without the hospital's own work, and the way to and fro: so others on
the machine do not count. That sum is what a person waits as long as no two requests are on the road at once, which it
watches.
"""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import process_time, sleep, thread_time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_CONNECTING = 2


class AtOnce(AssertionError):
    """Two requests were on the road at the same time: their ways must not be added up."""


@dataclass
class Road:
    """What lies between. ``rtt`` are the seconds of a round trip, ``slept`` whether they really pass.

    ``asked`` are method and path, ``sent`` the bytes of the bodies that came back. Safe for threads only where it
    sleeps.
    """

    hospital: WSGIApplication
    rtt: float = 0.0
    slept: bool = False
    asked: list[str] = field(default_factory=list)
    sent: int = 0
    _walked: float = 0.0
    _worked: float = 0.0
    _under_way: int = 0
    _met: bool = False

    def clock(self) -> float:
        """Seconds of work and of waiting so far. Raises AtOnce where they cannot be added up."""
        if self._under_way or self._met:
            raise AtOnce
        return process_time() - self._worked + self._walked

    def forget(self) -> None:
        """Count anew."""
        self.asked, self.sent, self._met = [], 0, False

    def walk(self, ways: int = 1) -> None:
        """Go so many times to and fro."""
        if self.slept:
            sleep(ways * self.rtt)
        self._walked += ways * self.rtt

    def answer(self, environ: WSGIEnvironment) -> tuple[bytes, str, list[tuple[str, str]]]:
        """Body, status and headers of the hospital's answer, a round trip later."""
        self._under_way += 1
        self._met |= self._under_way > 1 and not self.slept
        try:
            self.walk()
            began = thread_time()
            pieces, status, headers = run_wsgi_app(self.hospital, environ, buffered=True)
            body = b"".join(pieces)
            self._worked += thread_time() - began
        finally:
            self._under_way -= 1
        self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        self.sent += len(body)
        return body, status, list(headers)


@contextmanager
def along(road: Road, port: int) -> Iterator[str]:
    """Serve the hospital at the end of the road on ``localhost`` until the block ends; yields its origin."""
    handler = type("AtTheEnd", (_Traveller,), {"road": road})
    with _Gate(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://localhost:{port}"
        finally:
            server.shutdown()
            thread.join()


class _Gate(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that is given up is no error."""


class _Traveller(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    road: Road

    def setup(self) -> None:
        super().setup()
        self.road.walk(_CONNECTING)

    def log_message(self, *_: object) -> None:
        """Say nothing: a request line may hold a code."""

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer, status, headers = self.road.answer(self._environ(body))
        self._answer(status, [(name, value) for name, value in headers if name.lower() != "content-length"], answer)

    do_POST = do_GET  # noqa: N815 - http.server calls them so

    def _answer(self, status: str, headers: list[tuple[str, str]], answer: bytes) -> None:
        code, _, words = status.partition(" ")
        self.send_response(int(code), words)
        for name, value in (*headers, ("Content-Length", str(len(answer)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def _environ(self, body: bytes) -> WSGIEnvironment:
        parts = urlsplit(self.path)
        named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
        return {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(parts.path, "latin-1"),
            "QUERY_STRING": parts.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": self.headers.get("Host", "").rpartition(":")[2],
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **named,
        }
