"""P11: pages a second while thirty-two people look at them, the hospital 80 ms away. Here time really passes."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlsplit

from smart_app.demo import CLIENT_ID
from smart_app.sandbox.hospital import free_port
from smart_app.web.guarding import COOKIE
from tests.benchmarks import served
from tests.benchmarks.cold import ROOT
from tests.benchmarks.far_clinic import SEEDED, FarClinic
from tests.benchmarks.table import ROUND_TRIPS, Row, row_of
from tests.benchmarks.timing import Effort, Ratio

_USERS, _LAUNCHES = 32, 4
_RTT = 0.08
_SECONDS = 2.5
_QUICK_SECONDS = 0.5
_LEAST, _MOST = 4.5, 3.5
_PATIENCE = 60.0
_BUSY = 503
"""The app says that its store is busy: a page that did not come, and is asked for again."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the users of one round met: pages a second, and the middle of what one page took (seconds)."""

    rate: float
    middle: float


@dataclass(frozen=True, slots=True)
class View:
    """One open launch in one browser."""

    path: str
    cookie: str


def rows(clinic: FarClinic, effort: Effort) -> Iterator[Row]:
    """Ours beside the same page whose chart fhirclient reads, in turns; then how long one page of ours took."""
    clinic.road.rtt = 0.0
    views = [_view(clinic) for _ in range(_LAUNCHES)]
    seconds = _SECONDS if effort.span else _QUICK_SECONDS
    with _servers(clinic) as (mine, theirs):
        clinic.road.rtt, clinic.road.slept = _RTT, True
        try:
            _visit(mine, views, seconds / 5), _visit(theirs, views, seconds / 5)
            found = [(_visit(mine, views, seconds), _visit(theirs, views, seconds)) for _ in range(effort.runs)]
        finally:
            clinic.road.rtt, clinic.road.slept = 0.0, False
    rates = Ratio(
        runs=tuple(ours.rate / peer.rate for ours, peer in found),
        ours=median(1 / ours.rate for ours, _ in found),
        theirs=median(1 / peer.rate for _, peer in found),
    )
    what = "overview, 32 users, 16 threads, 80 ms: pages a second"
    yield row_of("P11", what, "the same page, chart read by fhirclient", rates, at_least=_LEAST)
    waits = Ratio(
        runs=tuple(ours.middle / _RTT for ours, _ in found),
        ours=median(ours.middle for ours, _ in found),
        theirs=median(peer.middle for _, peer in found),
    )
    half = "the same: until half of the users see it"
    yield row_of("P11", half, "a round trip", waits, at_most=_MOST, unit=ROUND_TRIPS)


def _view(clinic: FarClinic) -> View:
    _, browser = clinic.launch()
    return View(urlsplit(browser.home).path, browser.cookie())


def _visit(port: int, views: Sequence[View], seconds: float) -> Seen:
    """All users look again and again for so long. What is under way at the end counts with the time it takes."""
    times: list[float] = []
    refused: list[str] = []
    began = time.perf_counter()
    end = began + seconds
    users = [
        threading.Thread(target=_look, args=(port, views[number % len(views)], end, times, refused))
        for number in range(_USERS)
    ]
    for user in users:
        user.start()
    for user in users:
        user.join()
    if refused or not times:
        raise AssertionError(f"{len(times)} pages came, and {refused[:3]}")
    return Seen(len(times) / (time.perf_counter() - began), median(times))


def _look(port: int, view: View, end: float, times: list[float], refused: list[str]) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        while time.perf_counter() < end:
            began = time.perf_counter()
            line.request("GET", view.path, headers={"Cookie": f"{COOKIE}={view.cookie}"})
            answer = line.getresponse()
            answer.read()
            if answer.status == _BUSY:
                continue
            if answer.status != 200:
                refused.append(f"status {answer.status}")
                break
            times.append(time.perf_counter() - began)
    except (OSError, http.client.HTTPException) as error:
        refused.append(repr(error))
    finally:
        line.close()


@contextmanager
def _servers(clinic: FarClinic) -> Iterator[tuple[int, int]]:
    """The ports of both, each in a process of its own, until the block ends."""
    ports = free_port(), free_port()
    with ExitStack() as undo:
        for name, port in zip(("ours", "theirs"), ports, strict=True):
            undo.enter_context(_server(clinic, name, port))
        yield ports


@contextmanager
def _server(clinic: FarClinic, name: str, port: int) -> Iterator[None]:
    script = [sys.executable, "-m", "tests.benchmarks.served", name, str(port)]
    with subprocess.Popen(script, cwd=ROOT, env=_settings(clinic)) as process:
        try:
            _until_it_listens(port, process)
            yield
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def _until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.perf_counter() + _PATIENCE
    while time.perf_counter() < end and process.poll() is None:
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server did not begin to listen")


def _settings(clinic: FarClinic) -> dict[str, str]:
    """What ``ipt-fhir serve`` would be started with; both share the database the launches are in."""
    registry = clinic.folder / "issuers.toml"
    issuer = clinic.practice.registry.get(clinic.base)
    scopes = ", ".join(f'"{scope}"' for scope in issuer.scopes)
    lines = (
        "[[issuer]]",
        f'iss = "{issuer.iss}"',
        'name = "ZZTEST Demo Hospital"',
        f'client_id = "{CLIENT_ID}"',
        f"scopes = [{scopes}]",
        f'frame_ancestors = ["{clinic.hospital_url}"]',
        "insecure_loopback = true",
    )
    registry.write_text("\n".join(lines), encoding="utf-8")
    return {
        **os.environ,
        "IPT_FHIR_DATABASE_URL": f"sqlite:///{clinic.folder / 'app.sqlite3'}",
        "IPT_FHIR_KEY_FILES": str(clinic.folder / "store.key"),
        "IPT_FHIR_SIGNING_KEY_FILES": str(clinic.folder / "signing.pem"),
        "IPT_FHIR_PUBLIC_URL": clinic.app_url,
        "IPT_FHIR_ISSUERS_FILE": str(registry),
        "IPT_FHIR_WORKER": "0",
        served.BASE: clinic.base,
        served.TOKEN: clinic.token(),
        served.PATIENT: SEEDED,
    }
