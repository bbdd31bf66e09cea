"""``ipt-fhir demo``: the demo hospital and the app side by side, with three courses of therapy under way.

The EHR answers on ``localhost``, the app on ``127.0.0.1``: for a browser two sites, as in a real hospital. Everything
lives in a temporary folder and ends with Ctrl-C. The courses are seeded through the doors a clinician uses: a launch
from the chart, the services of the app, and filing to the hospital.
"""

from __future__ import annotations

import itertools
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import Flask

from ipt_fhir.ehr.issuer import Issuer
from ipt_fhir.ehr.keys import new_signing_key, private_pem
from ipt_fhir.instruments.packs import PackRefused
from ipt_fhir.mapping.site import Site
from ipt_fhir.questionnaires.off_track import OffTrackPolicy
from smart_app import demo_cases
from smart_app.app import build_practice, create_app
from smart_app.config import Config
from smart_app.keys import create_key, create_signing_key
from smart_app.patient_devices import DutyPerson, PatientDevices
from smart_app.sandbox.charts import THERAPISTS
from smart_app.sandbox.hospital import HospitalApp, RegisteredClient, create_hospital, free_port, now, serve
from smart_app.sandbox.hospitals import HOSPITALS
from smart_app.services import pack_keeping
from smart_app.services.errands import Errands
from smart_app.services.practice import Practice
from smart_app.store.store import open_store
from smart_app.worker import loop

CLIENT_ID = "ipt-fhir-demo"
SCOPES = (
    "launch",
    "openid",
    "fhirUser",
    "patient/Patient.rs",
    "patient/Condition.rs",
    "patient/CareTeam.rs",
    "patient/MedicationRequest.rs",
    "user/Practitioner.rs",
    "user/Questionnaire.rs",
    "patient/CarePlan.crus",
    "patient/Goal.crus",
    "patient/ServiceRequest.crus",
    "patient/Task.crus",
    "patient/QuestionnaireResponse.crus",
    "patient/Observation.crus",
)


PATIENT_SCOPES = ("launch/patient", "openid", "fhirUser", "patient/Patient.rs")
REGISTERED = tuple(dict.fromkeys((*SCOPES, *PATIENT_SCOPES)))
"""What the demo hospital lets the app ask for: one registration for clinicians and patients."""


TOUR = "zztest-bene"
"""The chart the demo opens with: session 8, off track."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: the hospital with its address, and the app with its own."""

    hospital: HospitalApp
    hospital_url: str
    app: Flask
    app_url: str

    @property
    def tour(self) -> str:
        """The address of the chart to look at first, with the app open in it."""
        return f"{self.hospital_url}/chart/{TOUR}?open={CLIENT_ID}"

    @property
    def practice(self) -> Practice:
        """The app's inside, for tests."""
        found: Practice = self.app.extensions["practice"]
        return found


_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def commands() -> None:
    """Verbs that need the demo."""


@commands.command()
@click.option("--port", type=int, default=0, help="Port of the demo hospital; a free one by default.")
@click.option("--pack", "packs", type=_FOLDER, multiple=True, metavar="DIR", help="A pack of questionnaires to add.")
def demo(port: int, packs: tuple[Path, ...]) -> None:
    """Start the demo hospital and the app, print one address; Ctrl-C ends both."""
    # Whoever ends us politely (a service, a closed terminal) gets the same clean end as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="ipt-fhir-demo-") as folder,
            running(Path(folder), port, packs) as found,
        ):
            _show(found)
    except PackRefused as refused:
        raise click.ClickException(f"the pack is refused: {refused}") from refused


def _show(found: Demo) -> None:
    click.echo("Preparing three courses of therapy ...")
    seed(found)
    click.echo(f"\n  Open  {found.tour}\n")
    click.echo("The app opens in the chart of a course that is off track. All charts: Demo hospital, top left.")
    click.echo("The patients are invented; everything is gone after Ctrl-C, or with Start the demo over.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("\nStopped.")


@contextmanager
def running(
    folder: Path, hospital_port: int = 0, packs: Iterable[Path] = (), clock: Callable[[], datetime] = now
) -> Iterator[Demo]:
    """Run both until the block ends; the database and the keys lie in the folder. Raises PackRefused."""
    app_port = free_port()
    hospital_url, app_url = f"http://localhost:{hospital_port or free_port()}", f"http://127.0.0.1:{app_port}"
    client = RegisteredClient(
        client_id=CLIENT_ID,
        launch_uri=f"{app_url}/launch",
        redirect_uris=(f"{app_url}/callback",),
        jwks_uri=f"{app_url}/.well-known/jwks.json",
        scopes=REGISTERED,
        patient_uri=f"{app_url}/patient",
    )
    hospital = create_hospital(HOSPITALS["open"], hospital_url, [client], clock=clock)
    config = demo_config(folder, hospital_url, app_url, app_port)
    with ExitStack() as open_now:
        app = create_app(open_now.enter_context(_practice(config, packs, clock)))
        found = Demo(hospital, hospital_url, app, app_url)
        starts = itertools.count(2)

        def start_over() -> None:
            """An app that remembers nothing, a hospital as it was, and the courses of the start."""
            database = f"sqlite:///{folder / f'app-{next(starts)}.sqlite3'}"
            open_now.close()
            practice = open_now.enter_context(_practice(replace(config, database_url=database), packs, clock))
            app.extensions["practice"] = practice
            hospital.refill()
            seed(found)

        hospital.desk.start_over = start_over
        with serve(hospital, "localhost", urlsplit(hospital_url).port or 0), serve(app, "127.0.0.1", app_port):
            yield found


@contextmanager
def _practice(config: Config, packs: Iterable[Path], clock: Callable[[], datetime]) -> Iterator[Practice]:
    """What the app works with, on a database that may be new, and its worker. Raises PackRefused."""
    with open_store(config.database_url, config.keys) as store:
        for pack in packs:
            pack_keeping.add(store, pack, store.clock().astimezone().date())
    practice = replace(build_practice(config, clock), meanwhile=Errands())
    with practice.store, loop.beside(practice):
        yield practice


def demo_devices(hospital_url: str) -> PatientDevices:
    """How patients answer in the demo: in every way, with both therapists on duty."""
    on_duty, backup = (
        DutyPerson(name=name, reference=f"Practitioner/{ident}")
        for ident, name in zip(THERAPISTS, ("Noor ZZTEST-VALE", "Sam ZZTEST-OKORO"), strict=True)
    )
    return PatientDevices(
        own_devices=True,
        tablets=True,
        on_duty=on_duty,
        backup=backup,
        reassign_minutes=60,
        crisis="This is a demonstration. A clinic writes here whom to call at any hour.",
        scopes=PATIENT_SCOPES,
        chart_url=f"{hospital_url}/chart/{{patient}}",
    )


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
        patient_devices={issuer.iss: demo_devices(hospital_url)},
        record=Site(off_track=OffTrackPolicy()),
        port=app_port,
        development=True,
    )


def seed(found: Demo) -> None:
    """Bring the demo courses into app and chart. Raises DemoFailed."""
    with found.app.test_request_context():
        for case in demo_cases.cases():
            demo_cases.seed(found.practice, demo_cases.sign_in(found.hospital, CLIENT_ID, found.practice, case), case)
            demo_cases.sign_in(found.hospital, CLIENT_ID, found.practice, case)  # the caseload learns it from a look
