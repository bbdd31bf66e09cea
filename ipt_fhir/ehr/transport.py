"""The one place where bytes leave for a hospital and come back; the only module that knows requests and urllib3.

Rules of this file:
1. A request goes to an origin it was allowed to go to, or nowhere. Redirects are answers, never followed; there are no
   cookies, no proxies and no passwords from the environment (requests' Session would do all of that, and would read the
   body of a redirect without a limit: so its adapter is used, not the Session).
2. An answer is complete, within its cap and its deadline, or it is an error. On a write the error says whether the
   request was surely not processed (Unreachable) or may have been (Ambiguous, decision-D10).
3. Neither URL paths and queries nor headers nor bodies reach a log or the text or the context of an exception.
"""

from __future__ import annotations

import functools
import logging
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ipt_fhir.ehr.addresses import is_within, origin
from ipt_fhir.ehr.deadlines import TimedSocket, Timeouts
from ipt_fhir.ehr.errors import (
    Ambiguous,
    AnswerUnreadable,
    EhrError,
    ForeignAddress,
    ServerFault,
    TooLarge,
    Unreachable,
)
from ipt_fhir.ehr.wire import Answer, Request

_log = logging.getLogger(__name__)
# urllib3 writes whole URLs with their queries into its log, at DEBUG and in some warnings. They name patients.
logging.getLogger("urllib3.connectionpool").addFilter(lambda _: False)

_PIECE = 64 * 1024
_POOL = 16
_NEVER_CONNECTED = (urllib3.exceptions.ConnectTimeoutError, urllib3.exceptions.NewConnectionError)
_NEVER_SENT = (requests.exceptions.ConnectTimeout, requests.exceptions.InvalidURL)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Transport:
    """Sends requests; safe to share between threads and hospitals (connections are pooled for each origin).

    ``clock`` stamps answers, ``monotonic`` (seconds) measures deadlines. ``ca_file`` names certificate authorities of
    the hospital's own, in PEM, instead of the public ones.
    """

    def __init__(
        self,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
        *,
        clock: Callable[[], datetime] = _utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        ca_file: str | None = None,
    ) -> None:
        self._timeouts = timeouts
        self._clock = clock
        self._monotonic = monotonic
        self._verify: bool | str = ca_file or True
        self._adapter = _TimedAdapter(timeouts, monotonic)

    def send(self, request: Request) -> Answer:
        """Send once and read the whole answer, whatever its status.

        Raises ForeignAddress before anything leaves; Unreachable when the request was surely not processed; Ambiguous
        for any other failure of a write; ServerFault, AnswerUnreadable or TooLarge for one of a read.
        """
        if not is_within(request.url, request.origins):
            raise ForeignAddress("the address belongs to none of the origins this request may go to")
        started = self._monotonic()
        outcome = self._attempt(request)
        milliseconds = round(1000 * (self._monotonic() - started))
        said = outcome.code if isinstance(outcome, EhrError) else outcome.status
        _log.info("%s %s: %s in %d ms", request.method, origin(request.url), said, milliseconds)
        if isinstance(outcome, EhrError):
            raise outcome
        return outcome

    def close(self) -> None:
        """Close the pooled connections."""
        self._adapter.close()

    def _attempt(self, request: Request) -> Answer | EhrError:
        """The answer or the error, returned so that no URL of a library's exception becomes its context."""
        try:
            return self._exchange(request)
        except TooLarge as error:
            return Ambiguous(error.detail) if request.writes else error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            return _named(error, writes=request.writes)

    def _exchange(self, request: Request) -> Answer:
        prepared = requests.Request(
            request.method, request.url, headers=_headers(request), data=request.body or None
        ).prepare()
        waits = (self._timeouts.connect, self._timeouts.read)
        response = self._adapter.send(prepared, stream=True, timeout=waits, verify=self._verify, proxies={})
        try:
            body = _read(response.raw, request.cap)
        finally:
            response.close()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=headers, body=body, received=self._clock())


class _TimedAdapter(HTTPAdapter):
    """One pool of connections for each origin, no retries, every answer under its deadline."""

    def __init__(self, timeouts: Timeouts, monotonic: Callable[[], float]) -> None:
        respond = functools.partial(_timed_response, timeouts=timeouts, monotonic=monotonic)
        speak = {"response_class": staticmethod(respond)}
        plain = type("TimedConnection", (HTTPConnection,), speak)
        secure = type("TimedSecureConnection", (HTTPSConnection,), speak)
        self._pools: dict[str, Any] = {
            "http": type("TimedPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("TimedSecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
        super().__init__(pool_connections=_POOL, pool_maxsize=_POOL, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools


def _timed_response(
    connected: Any, *args: Any, timeouts: Timeouts, monotonic: Callable[[], float], **kwargs: Any
) -> Any:
    timed: Any = TimedSocket(connected, timeouts, monotonic)  # No socket to mypy, and all that a response asks of one.
    return HTTPConnection.response_class(timed, *args, **kwargs)


def _headers(request: Request) -> dict[str, str]:
    headers = {"Accept": request.accept, "Accept-Encoding": "gzip", "User-Agent": "ipt-fhir", **request.headers}
    if request.body:
        headers["Content-Type"] = request.content_type
    if request.token is not None:
        headers["Authorization"] = f"Bearer {request.token}"
    return headers


def _read(raw: Any, cap: int) -> bytes:
    """The whole decompressed body; stops with the first piece beyond the cap (attack-A09, attack-A54)."""
    pieces: list[bytes] = []
    size = 0
    while piece := raw.read(_PIECE, decode_content=True):
        size += len(piece)
        if size > cap:
            raise TooLarge(f"more than {cap} bytes")
        pieces.append(piece)
    return b"".join(pieces)


def _named(error: Exception, *, writes: bool) -> EhrError:
    """What a library's exception means for the record. The name of its class is all that is kept of it."""
    cause = _innermost(error)
    detail = type(cause).__name__
    if isinstance(error, _NEVER_SENT) or isinstance(cause, _NEVER_CONNECTED) or _is_certificate_error(cause):
        return Unreachable(detail)
    if writes:
        return Ambiguous(detail)
    return AnswerUnreadable(detail) if isinstance(cause, urllib3.exceptions.DecodeError) else ServerFault(detail)


def _innermost(error: Exception) -> object:
    inner = error.args[0] if isinstance(error, requests.RequestException) and error.args else error
    return inner.reason if isinstance(inner, urllib3.exceptions.MaxRetryError) else inner


def _is_certificate_error(cause: object) -> bool:
    """The handshake was refused by us: nothing of the request was sent."""
    inner = cause.args[0] if isinstance(cause, urllib3.exceptions.SSLError) and cause.args else cause
    return isinstance(inner, ssl.SSLCertVerificationError)
