"""Bytes in and out: what a broken, slow, greedy or hostile server leaves us with."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
import traceback
import zlib
from collections.abc import Callable

import pytest
import requests
import responses
import urllib3

from ipt_fhir.ehr.deadlines import Timeouts
from ipt_fhir.ehr.errors import (
    Ambiguous,
    AnswerUnreadable,
    EhrError,
    ForeignAddress,
    ServerFault,
    TooLarge,
    Unreachable,
)
from ipt_fhir.ehr.wire import Request
from tests.ehr.conftest import RawServer, Script
from tests.ehr.given import BASE, NOW, ORIGIN, TOKEN, Clock, transport

Start = Callable[..., RawServer]
IMPATIENT = Timeouts(connect=1.0, read=0.05, total=1.0)
CANARY = "canary-name-77"


def request_to(place: str, *, writes: bool = False, cap: int = 1_000_000) -> Request:
    method, body = ("POST", f'{{"name": "{CANARY}"}}'.encode()) if writes else ("GET", b"")
    url = f"{place}/fhir/Goal?name={CANARY}"
    return Request(method=method, url=url, origins=(place,), token=TOKEN, body=body, writes=writes, cap=cap)


def says(content: bytes, *, then_reset: bool = False) -> Script:
    def script(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(content)
        if then_reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    return script


def says_without_end(start: bytes, piece: bytes = b"x") -> Script:
    def script(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(start)
        while True:
            connection.sendall(piece)

    return script


def silent_until_hung_up(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def complete(body: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def failure(request: Request, timeouts: Timeouts = IMPATIENT) -> EhrError:
    with pytest.raises(EhrError) as caught:
        transport(timeouts=timeouts).send(request)
    return caught.value


BROKEN = {
    "F03/F04 reset after the request": says(b"", then_reset=True),
    "F09 body shorter than its length": says(b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"resourceType": "Goal"'),
    "F09 chunk cut": says(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{"resourceType"'),
    "F09 reset in the body": says(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{", then_reset=True),
    "F10 no HTTP at all": says(b"SSH-2.0-OpenSSH_9\r\n"),
    "F05 no answer in time": silent_until_hung_up,
    "two lengths": says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_after_a_write_nobody_knows_and_after_a_read_nothing_happened(raw_server: Start, name: str) -> None:
    """decision-D10."""
    server = raw_server(BROKEN[name], BROKEN[name])
    assert isinstance(failure(request_to(server.origin, writes=True)), Ambiguous)
    read = failure(request_to(server.origin))
    assert isinstance(read, ServerFault)
    assert read.retryable


@pytest.mark.parametrize("writes", [True, False])
def test_fault_f01_a_refused_connection_was_surely_not_processed(writes: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        place = f"http://127.0.0.1:{closed.getsockname()[1]}"
    assert isinstance(failure(request_to(place, writes=writes)), Unreachable)


@pytest.mark.parametrize("writes", [True, False])
def test_fault_f01_an_unknown_host_was_surely_not_reached(monkeypatch: pytest.MonkeyPatch, writes: bool) -> None:
    def no_such_host(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_host)
    assert isinstance(failure(request_to(ORIGIN, writes=writes)), Unreachable)


@pytest.mark.parametrize("writes", [True, False])
def test_fault_f02_no_connection_in_time_was_surely_not_processed(
    hospital: responses.RequestsMock, writes: bool
) -> None:
    hospital.add("POST" if writes else "GET", f"{BASE}/Goal", body=requests.ConnectTimeout())
    assert isinstance(failure(request_to(ORIGIN, writes=writes)), Unreachable)


def test_a_server_whose_certificate_we_do_not_trust_got_nothing(hospital: responses.RequestsMock) -> None:
    """attack-A06: a name that was re-bound to another machine has no certificate for it."""
    refused = urllib3.exceptions.SSLError(ssl.SSLCertVerificationError(1, "hostname mismatch"))
    reason = urllib3.exceptions.MaxRetryError(None, "/", refused)  # type: ignore[arg-type]
    hospital.add("POST", f"{BASE}/Goal", body=requests.exceptions.SSLError(reason))
    assert isinstance(failure(request_to(ORIGIN, writes=True)), Unreachable)


@pytest.mark.parametrize("where", ["headers", "body"])
@pytest.mark.parametrize("writes", [True, False])
def test_fault_f63_a_slow_drip_ends_at_the_deadline(raw_server: Start, where: str, writes: bool) -> None:
    """Every read succeeds within the read timeout, and takes ten seconds; thirty are all there is."""
    clock = Clock()

    def ten_seconds_later() -> float:
        clock.seconds += 10
        return clock.seconds

    start = b"HTTP/1.1 200 OK\r\nX-Slow: " if where == "headers" else b"HTTP/1.1 200 OK\r\n\r\n"
    server = raw_server(says_without_end(start))
    wire = transport(timeouts=Timeouts(connect=1, read=5, total=30), monotonic=ten_seconds_later)
    with pytest.raises(Ambiguous if writes else ServerFault, match="ReadTimeoutError"):
        wire.send(request_to(server.origin, writes=writes))


def test_attack_a54_an_endless_body_ends_at_the_cap(raw_server: Start) -> None:
    server = raw_server(*2 * [says_without_end(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536)])
    assert isinstance(failure(request_to(server.origin), Timeouts()), TooLarge)
    assert isinstance(failure(request_to(server.origin, writes=True), Timeouts()), Ambiguous)


def test_attack_a54_a_gzip_bomb_ends_at_the_cap(raw_server: Start) -> None:
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(64)) + packer.flush()
    assert len(bomb) < 100_000
    server = raw_server(*2 * [says(complete(bomb, "Content-Encoding: gzip"))])
    assert isinstance(failure(request_to(server.origin)), TooLarge)
    assert isinstance(failure(request_to(server.origin, writes=True)), Ambiguous)


def test_attack_a09_layers_of_encoding_are_refused(raw_server: Start) -> None:
    body = b"{}"
    for _ in range(8):
        body = gzip.compress(body)
    server = raw_server(says(complete(body, "Content-Encoding: " + ", ".join(["gzip"] * 8))))
    assert isinstance(failure(request_to(server.origin)), AnswerUnreadable)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_attack_a08_a_redirect_is_an_answer_and_its_body_is_capped(
    hospital: responses.RequestsMock, status: int
) -> None:
    headers = {"Location": "http://169.254.169.254/latest"}
    hospital.add("GET", f"{BASE}/Goal", status=status, headers=headers, body="x" * 10)
    assert transport().send(request_to(ORIGIN)).status == status
    hospital.replace("GET", f"{BASE}/Goal", status=status, headers=headers, body="x" * 5000)
    assert isinstance(failure(request_to(ORIGIN, cap=100)), TooLarge)
    assert len(hospital.calls) == 2


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/fhir", "https://ehr.example.evil/", "http://ehr.example/", "https://u@ehr.example/", "x"],
)
def test_a_request_to_another_origin_never_leaves(hospital: responses.RequestsMock, url: str) -> None:
    """attack-A34, attack-A35: nothing is sent, so the token is not."""
    with pytest.raises(ForeignAddress):
        transport().send(Request(method="GET", url=url, origins=(ORIGIN,), token=TOKEN))
    assert not hospital.calls


def test_an_answer_comes_whole_with_lower_case_headers(raw_server: Start) -> None:
    server = raw_server(says(complete(gzip.compress(b'{"a": 1}'), "Content-Encoding: gzip", "ETag: W/1")))
    found = transport().send(request_to(server.origin))
    assert (found.status, found.body, found.header("ETag"), found.received) == (200, b'{"a": 1}', "W/1", NOW)


def test_one_connection_serves_many_requests_and_each_carries_its_own_token(raw_server: Start) -> None:
    """decision-D14b: one pool for an origin; the token belongs to the request."""
    heard: list[bytes] = []

    def twice(connection: socket.socket) -> None:
        for _ in range(2):
            heard.append(connection.recv(65536))
            connection.sendall(complete(b"{}", "Set-Cookie: session=1"))

    server = raw_server(twice)
    wire = transport()
    for token in ("first", None):
        wire.send(Request(method="GET", url=server.origin + "/", origins=(server.origin,), token=token))
    assert server.accepted == 1
    assert b"Authorization: Bearer first" in heard[0]
    assert b"Authorization" not in heard[1]
    assert b"Cookie" not in heard[1]
    assert b"Accept-Encoding: gzip\r\n" in heard[1]


def test_an_answer_that_closes_its_connection_is_read_to_the_end(raw_server: Start) -> None:
    server = raw_server(says(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 100_000))
    assert len(transport().send(request_to(server.origin)).body) == 100_000


def test_nothing_comes_from_the_environment(raw_server: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server = raw_server(says(complete(b"{}")))
    assert transport().send(request_to(server.origin)).status == 200


@pytest.mark.parametrize("writes", [True, False])
def test_no_query_body_or_token_of_a_success_reaches_a_log(
    raw_server: Start, caplog: pytest.LogCaptureFixture, writes: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    server = raw_server(says(complete(b"{}")))
    transport().send(request_to(server.origin, writes=writes))
    assert server.origin in caplog.text
    assert CANARY not in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("writes", [True, False])
def test_no_query_body_or_token_reaches_log_or_exception(
    raw_server: Start, caplog: pytest.LogCaptureFixture, writes: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    server = raw_server(says(b"", then_reset=True))
    request = request_to(server.origin, writes=writes)
    error = failure(request)
    told = "".join([*traceback.format_exception(error), caplog.text, repr(request), repr(error.__context__)])
    assert server.origin in caplog.text
    assert CANARY not in told
    assert TOKEN not in told


def test_nothing_of_a_refused_connection_reaches_log_or_exception(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        place = f"http://127.0.0.1:{closed.getsockname()[1]}"
    error = failure(request_to(place))
    assert error.__context__ is None
    assert CANARY not in "".join([*traceback.format_exception(error), caplog.text])
