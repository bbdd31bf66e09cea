"""Serving on this machine only, and refusing anything else."""

from __future__ import annotations

import os
import random
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


_PORTS, _SLICES = (20_000, 32_000), 8
_DRAWN = random.SystemRandom()
_GIVEN: deque[int] = deque(maxlen=100)
"""The ports given last: one that is not listened on yet must not be given to the next who asks."""


class NotLoopback(ValueError):
    """The caller's fault: an address that other machines could reach, or that lies on another machine."""


class _QuietRequests(WSGIRequestHandler):
    """Logs nothing: a request line here may hold a launch or a code."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Say nothing."""


def check_loopback_host(host: str) -> None:
    """Raise NotLoopback unless the host is localhost or a literal loopback address."""
    if host == "localhost":
        return
    try:
        is_loopback = ip_address(host.strip("[]")).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise NotLoopback(
            f"The demo hospital does not use {host}: it signs everybody in without a password over plain http, "
            "so only this machine may reach it. Use 127.0.0.1, [::1] or localhost."
        )


def check_loopback_url(url: str) -> None:
    """Raise NotLoopback unless the URL is http or https on a loopback host."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"}:
        raise NotLoopback(f"{url} is not an http address on this machine")
    check_loopback_host(parts.hostname or "")


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on at the moment.

    Drawn below the range from which systems number outgoing connections (Linux: 32768 and up): a port that the system
    picks may be the near end of somebody's connection before it is listened on. Two processes that start side by side
    draw from different slices: one may not have begun to listen when the other looks.
    """
    first, last = _PORTS
    width = (last - first) // _SLICES
    begin = first + os.getpid() % _SLICES * width
    while True:
        port = _DRAWN.randrange(begin, begin + width)
        if port not in _GIVEN and _can_be_bound(port):
            _GIVEN.append(port)
            return port


def _can_be_bound(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def serve(app: WSGIApplication, host: str, port: int) -> Iterator[str]:
    """Run a WSGI app in threads until the block ends; yields its origin, for example ``http://localhost:4000``.

    Raises NotLoopback for a host others could reach, OSError when the port is taken.
    """
    check_loopback_host(host)
    address = "127.0.0.1" if host == "localhost" else host.strip("[]")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # Werkzeug ends the whole program when it finds a port taken; a listener of our own raises instead.
    with socket.create_server((address, port), family=family) as listener:
        fd = listener.fileno()
        server = make_server(address, port, app, threaded=True, request_handler=_QuietRequests, fd=fd)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
