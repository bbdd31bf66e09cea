"""Hospitals a journey can start from, and copies of the app that can be thrown away."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask

from ipt_fhir.ehr.issuer import Issuer
from ipt_fhir.ehr.keys import new_signing_key, private_pem
from ipt_fhir.mapping.site import DEFAULT_SITE
from ipt_fhir.mapping.site import Site as Record
from smart_app.app import build_practice, create_app
from smart_app.config import Config
from smart_app.demo import CLIENT_ID, SCOPES
from smart_app.keys import create_key
from smart_app.sandbox.charts import demo_charts
from smart_app.sandbox.hospital import RegisteredClient, create_hospital, free_port, serve
from smart_app.sandbox.hospitals import HOSPITALS
from smart_app.services.practice import Practice
from tests.journeys.clinician import Click
from tests.peers.strict_ehr import StartStrictEhr

THERAPIST = "zztest-vale"
# HAPI lives as long as the session, so each journey there opens a chart nobody has used.
_DORU = "zztest-doru"
_UNUSED_CHARTS = (f"{_DORU}-{number}" for number in itertools.count(1))


@dataclass(frozen=True)
class Site:
    """A hospital and the address at which copies of the app will answer.

    ``click`` is a click on "Launch"; ``edit`` is another clinician changing a resource of the chart; ``database`` makes
    an empty database for a copy of the app with that folder.
    """

    iss: str
    patient: str
    app_url: str
    folder: Path
    click: Callable[[], Click]
    edit: Callable[[str, Callable[[dict[str, Any]], None]], None]
    scopes: tuple[str, ...] = SCOPES
    record: Record = DEFAULT_SITE
    database: Callable[[Path], str] = lambda folder: f"sqlite:///{folder / 'app.sqlite3'}"

    @contextmanager
    def fresh_app(self) -> Iterator[tuple[Flask, Practice]]:
        """A copy of the app with an empty database; the signing key stays, the rest is new."""
        with _fresh_folder(self.folder) as folder:
            practice = build_practice(_config(self, folder))
            app = create_app(practice)
            with practice.store, serve(app, "127.0.0.1", urlsplit(self.app_url).port or 0):
                yield app, practice


@contextmanager
def demo_site(folder: Path, record: Record = DEFAULT_SITE) -> Iterator[Site]:
    """The demo hospital; what it wants its record to look like, and the scopes that needs."""
    scopes = (*SCOPES, *(f"patient/{name}.crus" for name in sorted(record.files)))
    patient = "zztest-doru"
    app_url, hospital_url = f"http://127.0.0.1:{free_port()}", f"http://localhost:{free_port()}"
    client = RegisteredClient(
        CLIENT_ID, f"{app_url}/launch", (f"{app_url}/callback",), f"{app_url}/.well-known/jwks.json", scopes
    )
    hospital = create_hospital(HOSPITALS["open"], hospital_url, [client])

    def click() -> Click:
        sent = parse_qs(urlsplit(hospital.desk.launch_url(CLIENT_ID, THERAPIST, patient)).query)
        return Click(sent["iss"][0], sent["launch"][0])

    def edit(reference: str, change: Callable[[dict[str, Any]], None]) -> None:
        kind, ident = reference.split("/")
        found = hospital.store.current(kind, ident)
        assert found is not None
        resource = found.resource
        change(resource)
        hospital.store.update(resource)

    with serve(hospital, "localhost", urlsplit(hospital_url).port or 0):
        yield Site(f"{hospital_url}/fhir", patient, app_url, folder, click, edit, scopes, record)


@contextmanager
def hapi_site(folder: Path, hapi: str, start: StartStrictEhr) -> Iterator[Site]:
    """HAPI behind the strict authorization server, with the same charts; each journey has a chart of its own."""
    patient = next(_UNUSED_CHARTS)
    app_url = f"http://127.0.0.1:{free_port()}"
    _load(hapi, patient)
    ehr = start(CLIENT_ID, f"{app_url}/callback", f"{app_url}/.well-known/jwks.json")

    def click() -> Click:
        launch = ehr.launch(patient, THERAPIST)
        return Click(launch.iss, launch.launch)

    def edit(reference: str, change: Callable[[dict[str, Any]], None]) -> None:
        resource = requests.get(f"{hapi}/{reference}", timeout=20).json()
        change(resource)
        requests.put(f"{hapi}/{reference}", json=resource, timeout=20).raise_for_status()

    yield Site(ehr.fhir, patient, app_url, folder, click, edit)


def _load(hapi: str, patient: str) -> None:
    """The hospital's charts, in which Doru's belongs to this patient."""
    charts = json.loads(json.dumps(list(demo_charts())).replace(_DORU, patient))
    entries = [
        {"resource": resource, "request": {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}}
        for resource in charts
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    requests.post(hapi, json=bundle, timeout=60).raise_for_status()


@contextmanager
def _fresh_folder(parent: Path) -> Iterator[Path]:
    folder = parent / f"app-{len(list(parent.iterdir()))}"
    folder.mkdir()
    yield folder


def _config(site: Site, folder: Path) -> Config:
    signing_key = site.folder / "signing.pem"
    if not signing_key.exists():
        signing_key.write_bytes(private_pem(new_signing_key()))
    issuer = Issuer(
        iss=site.iss, name="ZZTEST Hospital", client_id=CLIENT_ID, scopes=site.scopes, insecure_loopback=True
    )
    return Config(
        database_url=site.database(folder),
        keys=(create_key(folder / "store.key"),),
        signing_key_files=(signing_key,),
        public_url=site.app_url,
        issuers=(issuer,),
        port=urlsplit(site.app_url).port or 0,
        record=site.record,
    )
