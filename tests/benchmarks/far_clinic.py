"""The app at a hospital that lies far away: our launch and our reading, and fhirclient's own way to the same chart."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Flask

from ipt_fhir.ehr.client import FhirClient, Query
from ipt_fhir.ehr.published import Published
from ipt_fhir.mapping.episode import RESOURCE_TYPES
from ipt_fhir.rawjson import JsonObject
from smart_app.app import build_practice, create_app
from smart_app.demo import CLIENT_ID, REGISTERED, demo_config, seed
from smart_app.demo import Demo as Running
from smart_app.sandbox.charts import THERAPISTS, demo_charts
from smart_app.sandbox.hospital import HospitalApp, RegisteredClient, create_hospital, free_port, now, serve
from smart_app.sandbox.hospitals import HOSPITALS
from smart_app.sandbox.sign_in_memory import Token
from smart_app.services import chart_queries
from smart_app.services.practice import Practice
from smart_app.web.guarding import COOKIE
from tests.benchmarks.far import Road, along
from tests.journeys.clinician import Clinician as Journey


class Clinician(Journey):
    """A browser whose cookie can be handed on."""

    def cookie(self) -> str:
        """The secret it keeps for the app."""
        found = self._browser.get_cookie(COOKIE, domain="127.0.0.1")
        return found.value if found else ""


SEEDED = "zztest-bene"
"""A course at session 8, filed by the demo."""
KINDS = ("Condition", *RESOURCE_TYPES, "CareTeam", "MedicationRequest")
"""What a launch reads of a chart, beside the patient and whoever launched."""


@dataclass(slots=True)
class Lapse:
    """The clock by which documents of the hospital grow old; ``seconds`` run ahead of the machine's."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class FarClinic:
    """The hospital, the road to it, and the app."""

    folder: Path
    hospital: HospitalApp
    road: Road
    app: Flask
    app_url: str
    hospital_url: str
    errands: list[Callable[[], None]]
    lapse: Lapse

    def idle(self, seconds: float) -> None:
        """Nobody launches for so long: the hospital closes the connections, what it published is older."""
        self.practice.transport.close()
        self.lapse.seconds += seconds

    @property
    def practice(self) -> Practice:
        """The inside of the app."""
        found: Practice = self.app.extensions["practice"]
        return found

    @property
    def base(self) -> str:
        """The hospital's FHIR base."""
        return f"{self.hospital_url}/fhir"

    def click(self, patient: str = SEEDED) -> dict[str, str]:
        """The parameters of a click on "Launch" in a chart."""
        sent = parse_qs(urlsplit(self.hospital.desk.launch_url(CLIENT_ID, THERAPISTS[0], patient)).query)
        return {name: values[0] for name, values in sent.items()}

    def signed_in(self, address: str) -> str:
        """The browser's own way through the hospital's sign-in, and what the app does meanwhile. Nobody waits."""
        while self.errands:
            self.errands.pop()()
        return self.hospital.test_client().get(address).headers["Location"]

    def launch(self, patient: str = SEEDED) -> tuple[float, Clinician]:
        """The seconds the app took from the click to the overview, and the browser that shows it."""
        seconds, browser = self.until_read(patient)
        began = self.road.clock()
        shown = browser.get("")
        if shown.status_code != 200:
            raise AssertionError(f"the overview answered {shown.status_code}")
        return seconds + self.road.clock() - began, browser

    def until_read(self, patient: str = SEEDED) -> tuple[float, Clinician]:
        """The seconds until the chart is read and its course is known, and the browser that is sent to the overview."""
        browser, click = Clinician(self.app, self.app_url), self.click(patient)
        began = self.road.clock()
        begun = browser.get(f"/launch?{urlencode(click)}")
        at_the_door = self.road.clock()
        back = self.signed_in(begun.headers["Location"])
        returned = self.road.clock()
        browser.home = browser.get(back.removeprefix(self.app_url)).headers["Location"]
        return self.road.clock() - returned + at_the_door - began, browser

    def token(self, patient: str = SEEDED) -> str:
        """An access token as a launch of this app gets it."""
        memory = self.hospital.desk.memory
        value = f"token-of-{patient}"
        until = memory.now() + timedelta(hours=1)
        scope = " ".join(name for name in REGISTERED if not name.startswith("launch"))
        token = Token(value=value, client_id=CLIENT_ID, scope=scope, patient=patient, code=value, expires_at=until)
        memory.keep_token(token)
        return value

    def client(self, patient: str = SEEDED) -> FhirClient:
        """Our client on that chart."""
        practice = self.practice
        issuer = practice.registry.get(self.base)
        return FhirClient(practice.transport, issuer, self.token(patient), patient, published=practice.published)

    def queries(self, client: FhirClient) -> list[Query]:
        """What a launch asks for, whoever launched included."""
        asked = chart_queries.queries(client.patient, KINDS, client.capabilities())
        return [*asked, ("Practitioner", [("_id", THERAPISTS[0])])]


@contextmanager
def far_clinic(folder: Path) -> Iterator[FarClinic]:
    """Run hospital and app until the block ends, with the demo's courses. The road has no length yet."""
    app_port, port = free_port(), free_port()
    hospital_url, app_url = f"http://localhost:{port}", f"http://127.0.0.1:{app_port}"
    client = RegisteredClient(
        CLIENT_ID, f"{app_url}/launch", (f"{app_url}/callback",), f"{app_url}/.well-known/jwks.json", REGISTERED
    )
    hospital = create_hospital(HOSPITALS["open"], hospital_url, [client], clock=now)
    errands: list[Callable[[], None]] = []
    lapse, practice = Lapse(), build_practice(demo_config(folder, hospital_url, app_url, app_port), now)
    published = Published(practice.transport, monotonic=lapse)
    practice = replace(practice, meanwhile=errands.append, published=published)
    app, road = create_app(practice), Road(hospital)
    try:
        with practice.store, along(road, port), serve(app, "127.0.0.1", app_port):
            seed(Running(hospital, hospital_url, app, app_url))
            road.forget()
            yield FarClinic(
                folder=folder,
                hospital=hospital,
                road=road,
                app=app,
                app_url=app_url,
                hospital_url=hospital_url,
                errands=errands,
                lapse=lapse,
            )
    finally:
        practice.transport.close()


def chart_with(observations: int, patient: str) -> list[JsonObject]:
    """The chart of Doru once more under another id, with so many laboratory values."""
    twin = json.loads(json.dumps(_of("zztest-doru")).replace("zztest-doru", patient))
    value: JsonObject = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "2951-2", "display": "Sodium"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": "2026-01-05T08:00:00Z",
        "valueQuantity": {"value": 140, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
    }
    return [*twin, *(copy.copy(value) | {"id": f"{patient}-{number}"} for number in range(observations))]


_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def _of(patient: str) -> list[JsonObject]:
    """The entries of one patient in the demo's charts."""
    subject = f"Patient/{patient}"
    return [
        item for item in demo_charts() if item["id"] == patient or item.get("subject", {}).get("reference") == subject
    ]
