"""fhirclient's own way to a chart: its SMART launch, and one request after the other.

Its code flow knows no signed client assertion, which SMART asks of confidential clients with keys; it is given one, as
an app would have to do by a subclass. Configuration, PKCE, token, reading and paging are its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from importlib import import_module
from typing import Any

from fhirclient.auth import FHIRAuth, FHIROAuth2Auth
from fhirclient.client import FHIRClient
from fhirclient.models.patient import Patient
from fhirclient.models.practitioner import Practitioner

from ipt_fhir.ehr.signing_in import client_assertion, new_secret
from smart_app.demo import CLIENT_ID, SCOPES
from smart_app.sandbox.charts import THERAPISTS
from tests.benchmarks.far_clinic import KINDS, SEEDED, FarClinic

_NOT_ITS_OWN = {"launch", "openid", "fhirUser"}


def _models(names: Iterable[str]) -> list[Any]:
    return [getattr(import_module(f"fhirclient.models.{name.lower()}"), name) for name in names]


_MODELS = _models(KINDS)


def launched(clinic: FarClinic, patient: str = SEEDED) -> tuple[float, list[Any]]:
    """The seconds from the click until everything is read, and what was read. The browser's own way is left out."""
    FHIRAuth.auth_classes["oauth2"] = _signing(clinic)
    click = clinic.click(patient)
    scope = " ".join(name for name in SCOPES if name not in _NOT_ITS_OWN)
    settings = {"app_id": CLIENT_ID, "api_base": clinic.base, "redirect_uri": f"{clinic.app_url}/callback"}
    began = clinic.road.clock()
    client = FHIRClient(settings=settings | {"scope": scope, "launch_token": click["launch"]})
    address = client.authorize_url
    at_the_door = clinic.road.clock()
    back = clinic.signed_in(address)
    returned = clinic.road.clock()
    client.handle_callback(back)
    found = read_all(client.server, patient)
    client.server.session.close()
    return clinic.road.clock() - returned + at_the_door - began, found


def reading(base: str, token: str) -> FHIRClient:
    """A client of a page that was launched before: its state is what fhirclient's documentation keeps in a session."""
    auth = {"app_id": CLIENT_ID, "access_token": token}
    state = {"app_id": CLIENT_ID, "server": {"base_uri": f"{base}/", "auth_type": "oauth2", "auth": auth}}
    return FHIRClient(state=state)


def read_all(server: Any, patient: str) -> list[Any]:
    """Patient, every kind of the chart, and whoever launched; objects of its models, which check as they are made."""
    found: list[Any] = [Patient.read(patient, server)]
    for model in _MODELS:
        found += model.where({"patient": patient}).perform_resources_iter(server)
    return [*found, Practitioner.read(THERAPISTS[0], server)]


def _signing(clinic: FarClinic) -> type[FHIROAuth2Auth]:
    key, endpoint = clinic.practice.signing_keys[0], f"{clinic.hospital_url}/oauth/token"

    class Signing(FHIROAuth2Auth):  # type: ignore[misc]  # fhirclient ships no types
        """With the assertion it lacks, and without the members a strict server refuses beside it."""

        def _code_exchange_params(self, code: str) -> dict[str, Any]:
            now = datetime.now().astimezone()
            assertion = client_assertion(key, client_id=CLIENT_ID, token_endpoint=endpoint, now=now, jti=new_secret())
            sent = {name: value for name, value in super()._code_exchange_params(code).items() if name != "client_id"}
            kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            return sent | {"client_assertion": assertion, "client_assertion_type": kind}

    return Signing
