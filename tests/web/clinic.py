"""The demo hospital and the app as a test needs them: a clock that stands, and a door on which faults can be hung."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from werkzeug import Response
from werkzeug.test import run_wsgi_app

from smart_app.app import build_practice, create_app
from smart_app.config import Config
from smart_app.demo import CLIENT_ID, REGISTERED, demo_config
from smart_app.roles import StaffRoles
from smart_app.sandbox.charts import THERAPISTS
from smart_app.sandbox.hospital import HospitalApp, RegisteredClient, create_hospital, free_port, serve
from smart_app.sandbox.hospitals import HOSPITALS
from smart_app.services import pack_keeping
from smart_app.services.practice import Practice
from smart_app.store.store import open_store
from tests.journeys.clinician import Click
from tests.store.migrated import put_tables
from tests.web.browser import Browser

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ALMA, DORU = "zztest-alma", "zztest-doru"
VALE, OKORO = THERAPISTS
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """A time that moves only when a test moves it."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Move on by days, hours, minutes ..."""
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Fault:
    """What the hospital does to the next requests of a method and a path.

    ``answer`` makes the response, None cuts the connection; ``after`` lets the hospital do the work first. ``times``
    are how often it happens.
    """

    method: str
    path: str
    answer: Callable[[], Response] | None
    after: bool = False
    times: int = 100


@dataclass
class Door:
    """Stands in front of the hospital: keeps the list of requests and plays the faults."""

    inner: WSGIApplication
    asked: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _met: dict[int, int] = field(default_factory=dict)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        fault = self._fault(environ)
        if fault is None:
            return self.inner(environ, start_response)
        if fault.after:
            run_wsgi_app(self.inner, environ)
        if fault.answer:
            return fault.answer()(environ, start_response)
        with suppress(OSError):
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        start_response("500 CUT", [])
        return []

    def hang(self, fault: Fault) -> None:
        """Hang a fault on the door."""
        self.faults.append(fault)

    def clear(self) -> None:
        """The hospital is well again."""
        self.faults.clear()

    def _fault(self, environ: WSGIEnvironment) -> Fault | None:
        for fault in self.faults:
            wanted = (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == (fault.method, fault.path)
            if wanted and self._met.get(id(fault), 0) < fault.times:
                self._met[id(fault)] = self._met.get(id(fault), 0) + 1
                return fault
        return None


@dataclass
class Clinic:
    """A hospital, the app, and the time at both."""

    hospital: HospitalApp
    hospital_url: str
    app: Flask
    app_url: str
    clock: Clock
    door: Door
    server: ExitStack

    def close_hospital(self) -> None:
        """The hospital's server goes down: nobody listens any more."""
        self.server.close()

    def open_hospital(self) -> None:
        """It comes back."""
        self.server.enter_context(serve(self.door, "localhost", urlsplit(self.hospital_url).port or 0))

    @property
    def practice(self) -> Practice:
        """The inside of the app."""
        found: Practice = self.app.extensions["practice"]
        return found

    @property
    def iss(self) -> str:
        """The hospital's FHIR base."""
        return f"{self.hospital_url}/fhir"

    def browser(self) -> Browser:
        """A browser nobody has used yet."""
        return Browser(self.app, self.app_url, self.hospital_url)

    def click(self, patient: str = DORU, practitioner: str = VALE) -> Click:
        """A click on "Launch" in a chart."""
        sent = parse_qs(urlsplit(self.hospital.desk.launch_url(CLIENT_ID, practitioner, patient)).query)
        return Click(sent["iss"][0], sent["launch"][0])

    def opened(self, patient: str = DORU, practitioner: str = VALE) -> Browser:
        """A fresh browser with the app open on a chart."""
        browser = self.browser()
        browser.open(self.click(patient, practitioner), patient)
        return browser

    def chart(self, resource_type: str) -> list[dict[str, Any]]:
        """What the hospital holds of a type, newest versions, in order of creation; only what an app wrote.

        The hospital's own entries carry the name of their patient as an id.
        """
        found = [item.resource for item in self.hospital.store.existing(resource_type)]
        return [item for item in found if not item["id"].startswith("zztest-")]

    def edit(self, resource: dict[str, Any], **changes: Any) -> None:
        """Another clinician changes elements of a resource in the chart."""
        self.hospital.store.update({**resource, **changes})


@contextmanager
def open_clinic(
    folder: Path,
    *,
    charts: Sequence[dict[str, Any]] | None = None,
    allowed: tuple[str, ...] = REGISTERED,
    packs: Sequence[Path] = (),
    roles: StaffRoles | None = None,
    hospital_row: str = "open",
    files: Sequence[str] = (),
) -> Iterator[Clinic]:
    """Run hospital and app until the block ends; ``allowed`` are the scopes the hospital grants the app,
    ``roles`` who of its staff is what, ``hospital_row`` what it offers; ``files`` are the types the site files beside
    the plan, with the scopes they need."""
    beside = tuple(f"patient/{name}.crus" for name in files)
    clock, app_port, hospital_port = Clock(), free_port(), free_port()
    hospital_url, app_url = f"http://localhost:{hospital_port}", f"http://127.0.0.1:{app_port}"
    client = RegisteredClient(
        CLIENT_ID,
        f"{app_url}/launch",
        (f"{app_url}/callback",),
        f"{app_url}/.well-known/jwks.json",
        (*allowed, *beside),
    )
    hospital = create_hospital(HOSPITALS[hospital_row], hospital_url, [client], clock=clock, charts=charts)
    config = demo_config(folder, hospital_url, app_url, app_port)
    config = _filing(config, files, beside)
    config = replace(config, roles={f"{hospital_url}/fhir": roles}) if roles else config
    put_tables(config.database_url)
    if packs:
        with open_store(config.database_url, config.keys, clock) as store:
            for pack in packs:
                pack_keeping.add(store, pack, clock().date())
    practice = build_practice(config, clock)
    app = create_app(practice)
    door = Door(hospital)
    with practice.store, serve(app, "127.0.0.1", app_port), ExitStack() as server:
        clinic = Clinic(hospital, hospital_url, app, app_url, clock, door, server)
        clinic.open_hospital()
        yield clinic
    practice.transport.close()


def _filing(config: Config, files: Sequence[str], scopes: tuple[str, ...]) -> Config:
    """The settings of a site that files these types beside the plan and asks for what that needs."""
    issuers = tuple(replace(item, scopes=(*item.scopes, *scopes)) for item in config.issuers)
    return replace(config, issuers=issuers, record=replace(config.record, files=frozenset(files)))
