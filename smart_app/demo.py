"""``ipt-fhir demo``: the demo hospital and the app side by side, with three courses of therapy under way.

The EHR answers on ``localhost``, the app on ``127.0.0.1``: for a browser two sites, as in a real hospital. Everything
lives in a temporary folder and ends with Ctrl-C. The courses are seeded through the doors a clinician uses: a launch
from the chart, the services of the app, and filing to the hospital.
"""

from __future__ import annotations

import signal
import tempfile
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import click
from flask import Flask

from ipt_fhir.ehr.issuer import Issuer
from ipt_fhir.ehr.keys import new_signing_key, private_pem
from ipt_fhir.instruments.catalogue import instrument
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.measures import SafetyAct
from ipt_fhir.protocol.catalogue import goal_templates
from ipt_fhir.sync.intent import IntentState
from smart_app.app import build_practice, create_app
from smart_app.config import Config
from smart_app.keys import create_key, create_signing_key
from smart_app.sandbox.charts import THERAPISTS
from smart_app.sandbox.hospital import HospitalApp, RegisteredClient, create_hospital, free_port, serve
from smart_app.sandbox.hospitals import HOSPITALS
from smart_app.services import charting, filing, launching
from smart_app.services.desk import Desk
from smart_app.services.launching import Callback
from smart_app.services.measuring import complete
from smart_app.services.planning import PERSON, PlanForm, agree
from smart_app.services.practice import Practice
from smart_app.services.safety import SafetyForm, settle
from smart_app.services.sessions import SessionForm, record
from smart_app.store.fingerprints import new_secret

CLIENT_ID = "ipt-fhir-demo"
SCOPES = (
    "launch",
    "openid",
    "fhirUser",
    "patient/Patient.rs",
    "patient/Condition.rs",
    "user/Practitioner.rs",
    "patient/CarePlan.crus",
    "patient/Goal.crus",
    "patient/ServiceRequest.crus",
    "patient/Task.crus",
    "patient/QuestionnaireResponse.crus",
    "patient/Observation.crus",
)


class DemoFailed(RuntimeError):
    """The demo could not file a course; the message says which and how far it came."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: the hospital with its address, and the app with its own."""

    hospital: HospitalApp
    hospital_url: str
    app: Flask
    app_url: str

    @property
    def practice(self) -> Practice:
        """The app's inside, for tests."""
        found: Practice = self.app.extensions["practice"]
        return found


@click.group()
def commands() -> None:
    """Verbs that need the demo."""


@commands.command()
@click.option("--port", type=int, default=0, help="Port of the demo hospital; a free one by default.")
def demo(port: int) -> None:
    """Start the demo hospital and the app, print one address; Ctrl-C ends both."""
    # Whoever ends us politely (a service, a closed terminal) gets the same clean end as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="ipt-fhir-demo-") as folder, running(Path(folder), port) as found:
        click.echo("Preparing three courses of therapy ...")
        seed(found)
        click.echo(f"\n  Open  {found.hospital_url}/\n")
        click.echo("Choose a chart and press Launch. The patients are invented; everything is gone after Ctrl-C.")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo("\nStopped.")


@contextmanager
def running(folder: Path, hospital_port: int = 0) -> Iterator[Demo]:
    """Run both until the block ends; the database and the keys lie in the folder."""
    app_port = free_port()
    hospital_url, app_url = f"http://localhost:{hospital_port or free_port()}", f"http://127.0.0.1:{app_port}"
    client = RegisteredClient(
        client_id=CLIENT_ID,
        launch_uri=f"{app_url}/launch",
        redirect_uris=(f"{app_url}/callback",),
        jwks_uri=f"{app_url}/.well-known/jwks.json",
        scopes=SCOPES,
    )
    hospital = create_hospital(HOSPITALS["open"], hospital_url, [client])
    practice = build_practice(demo_config(folder, hospital_url, app_url, app_port))
    app = create_app(practice)
    with (
        practice.store,
        serve(hospital, "localhost", urlsplit(hospital_url).port or 0),
        serve(app, "127.0.0.1", app_port),
    ):
        yield Demo(hospital, hospital_url, app, app_url)


def demo_config(folder: Path, hospital_url: str, app_url: str, app_port: int) -> Config:
    """The settings of the demo: fresh keys, plain http on this machine only (decision-D13b)."""
    signing_key = folder / "signing.pem"
    create_signing_key(signing_key, private_pem(new_signing_key()))
    issuer = Issuer(
        iss=f"{hospital_url}/fhir",
        name="ZZTEST Demo Hospital",
        client_id=CLIENT_ID,
        scopes=SCOPES,
        frame_ancestors=(hospital_url,),
        insecure_loopback=True,
    )
    return Config(
        database_url=f"sqlite:///{folder / 'app.sqlite3'}",
        keys=(create_key(folder / "store.key"),),
        signing_key_files=(signing_key,),
        public_url=app_url,
        issuers=(issuer,),
        port=app_port,
        development=True,
    )


def seed(found: Demo) -> None:
    """Bring the demo courses into app and chart. Raises DemoFailed."""
    cases = tomllib.loads(files("smart_app").joinpath("demo_cases.toml").read_text())["case"]
    with found.app.test_request_context():
        for case in cases:
            desk = sign_in(found, case["patient"], THERAPISTS[0])
            _seed_case(found.practice, desk, case)


def sign_in(found: Demo, patient: str, practitioner: str) -> Desk:
    """Launch the app from a chart as a browser would, without the browser."""
    secret = new_secret()
    launch = parse_qs(urlsplit(found.hospital.desk.launch_url(CLIENT_ID, practitioner, patient)).query)
    address = launching.begin(found.practice, launch["iss"][0], launch["launch"][0], secret)
    answer = found.hospital.test_client().get(address)
    sent = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
    callback = Callback(
        state=sent["state"], code=sent.get("code", ""), error=sent.get("error", ""), iss=sent.get("iss", "")
    )
    desk = charting.open_desk(found.practice, launching.complete(found.practice, callback, secret), secret)
    if desk is None:
        raise DemoFailed(f"the chart of {patient} did not open")
    return desk


def _seed_case(practice: Practice, desk: Desk, case: dict[str, Any]) -> None:
    intake = practice.clock().replace(hour=9, minute=30, second=0, microsecond=0) - timedelta(weeks=case["held"] + 1)
    episode = replace(desk.episode, started=intake.date())
    episode = _measured(episode, case["phq9"][0], desk, intake)
    for number in range(1, case["held"] + 1):
        day = intake + timedelta(weeks=number)
        episode = _measured(episode, case["phq9"][number], desk, day)
        if number == 3:
            episode = _agreed(episode, case, day)
        episode, problems = record(episode, SessionForm(date=day.date().isoformat(), close=True), day.date())
        if problems:
            raise DemoFailed(f"{case['patient']}, session {number}: {problems[0].sentence}")
    charting.save(practice, desk, episode)
    state = filing.file(practice, replace(desk, episode=episode, revision=desk.revision + 1))
    if state is not IntentState.DONE:
        raise DemoFailed(f"{case['patient']}: filing ended as {state.value}")


def _measured(episode: Episode, digits: str, desk: Desk, when: datetime) -> Episode:
    """One PHQ-9 from its nine digits; a worrying answer is discussed in the session, as it should be."""
    measure = instrument("phq-9")
    answers = {}
    for link_id, digit in zip(measure.scoring.items, digits, strict=True):
        points = measure.scoring.points[link_id]
        answers[link_id] = next(code for code, value in points.items() if value == int(digit))
    episode = complete(episode, measure, answers, desk.therapist, when)
    for item in episode.open_safety_items:
        done = SafetyForm(act=SafetyAct.DISCUSSED.value)
        episode, _ = settle(episode, item, done, desk.therapist, when + timedelta(minutes=40))
    return episode


def _agreed(episode: Episode, case: dict[str, Any], when: datetime) -> Episode:
    """The plan of a case, agreed in the third session."""
    chosen = [goal_templates()[name] for name in case["goals"]]
    texts: dict[str, str] = {}
    for template in chosen:
        texts[f"text-{template.id}"] = template.text.replace(PERSON, case["person"])
        texts[f"due-{template.id}"] = (episode.started + timedelta(weeks=template.week)).isoformat()
        texts |= {
            f"level-{template.id}-{level}": words for level, words in zip(range(-2, 3), template.levels, strict=False)
        }
    form = PlanForm(
        area=case["area"],
        second_area=case.get("second_area", ""),
        agreed=True,
        agreed_on=when.date().isoformat(),
        contract_agreed=True,
        sessions=str(case["sessions"]),
        minutes="50",
        contract_on=when.date().isoformat(),
        goals=tuple(case["goals"]),
        activities=tuple(item.code for item in episode.activities),
        texts=texts,
    )
    agreed, problems = agree(episode, form, when.date(), set())
    if problems:
        raise DemoFailed(f"{case['patient']}: {problems[0].field}: {problems[0].sentence}")
    return agreed
