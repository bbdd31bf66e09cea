"""The strict SMART hospital (strict-ehr/server.mjs) as tests see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import requests


@dataclass(frozen=True)
class Launch:
    """What the EHR hands to the app: the FHIR base and the opaque launch value, good for one sign-in."""

    iss: str
    launch: str


@dataclass(frozen=True)
class StrictEhr:
    """A running hospital that knows one client; `fhir` is its FHIR base, which is also the `iss` and the `aud`."""

    fhir: str

    @property
    def origin(self) -> str:
        """Scheme, host and port: the issuer of its id_tokens."""
        return self.fhir.rpartition("/")[0]

    def launch(self, patient: str, practitioner: str, scope: str | None = None) -> Launch:
        """A clinician clicks "Launch" in a patient's chart; both are logical ids.

        `scope` (space-separated) is all the hospital will grant, whatever the app asks for; by default it grants that.
        """
        click = {"patient": patient, "practitioner": practitioner, "scope": scope}
        answer = requests.post(f"{self.origin}/launch", json=click, timeout=10)
        answer.raise_for_status()
        return Launch(**answer.json())


class StartStrictEhr(Protocol):
    """Start a hospital for one registered client that signs with a key of the JWKS at `jwks_uri`."""

    def __call__(self, client_id: str, redirect_uri: str, jwks_uri: str) -> StrictEhr: ...
