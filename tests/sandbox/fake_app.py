"""A registered app with a key of its own, which signs in step by step so that a test can get one step wrong."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from flask import Flask, jsonify
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from werkzeug.test import TestResponse

from smart_app.sandbox.hospital import HospitalApp, RegisteredClient, free_port, serve

ORIGIN = "http://localhost:5001"
BASE = f"{ORIGIN}/fhir"
TOKEN_ENDPOINT = f"{ORIGIN}/oauth/token"
VERIFIER = "a-code-verifier-of-more-than-forty-three-letters"
ALMA, BENE = "zztest-alma", "zztest-bene"
VALE = "zztest-vale"
SCOPES = ("openid", "fhirUser", "launch", "patient/*.cruds")
PATIENT_SCOPES = ("openid", "fhirUser", "launch/patient", "patient/Patient.rs", "user/Practitioner.rs")


@dataclass
class Clock:
    """A time that moves only when a test says so."""

    now: datetime = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass
class FakeApp:
    """The app's side: its address, key and what it publishes as JWKS (a test may change that)."""

    origin: str
    key: ECKey
    published: dict[str, Any]
    clock: Clock = field(default_factory=Clock)

    @property
    def redirect_uri(self) -> str:
        return f"{self.origin}/callback"

    def registered(self, client_id: str = "ipt", scopes: tuple[str, ...] = SCOPES) -> RegisteredClient:
        jwks_uri = f"{self.origin}/jwks.json"
        return RegisteredClient(client_id, f"{self.origin}/launch", (self.redirect_uri,), jwks_uri, scopes)

    def request_for(self, hospital: HospitalApp, **changed: str | None) -> dict[str, str]:
        """The parameters of a correct authorization request for a fresh launch; None leaves one out."""
        launch = parse_qs(urlsplit(hospital.desk.launch_url("ipt", VALE, ALMA)).query)["launch"][0]
        parameters: dict[str, str | None] = {
            "response_type": "code",
            "client_id": "ipt",
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(SCOPES),
            "state": "state-1",
            "aud": BASE,
            "launch": launch,
            "nonce": uuid4().hex,
            "code_challenge": s256(VERIFIER),
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (parameters | changed).items() if value is not None}

    def authorize(self, hospital: HospitalApp, **changed: str | None) -> TestResponse:
        return hospital.test_client().get("/oauth/authorize", query_string=self.request_for(hospital, **changed))

    def request_alone(self, hospital: HospitalApp, **changed: str | None) -> dict[str, str]:
        """The parameters of a patient's standalone launch."""
        alone: dict[str, str | None] = {"launch": None, "scope": " ".join(PATIENT_SCOPES)}
        return self.request_for(hospital, **(alone | changed))

    def code(self, hospital: HospitalApp, **changed: str | None) -> str:
        return answer(self.authorize(hospital, **changed))["code"]

    def assertion(
        self, header: dict[str, Any] | None = None, key: Any = None, alg: str = "ES384", **changed: Any
    ) -> str:
        """A correct client assertion, unless something is changed; a claim of None is left out."""
        claims: dict[str, Any] = {
            "iss": "ipt",
            "sub": "ipt",
            "aud": TOKEN_ENDPOINT,
            "exp": int(self.clock.now.timestamp()) + 240,
            "jti": uuid4().hex,
        }
        claims = {name: value for name, value in (claims | changed).items() if value is not None}
        head = {"alg": alg, "typ": "JWT", "kid": self.key.kid} | (header or {})
        head = {name: value for name, value in head.items() if value is not None}
        return jwt.encode(head, claims, key or self.key, algorithms=[alg])

    def exchange(
        self, hospital: HospitalApp, code: str | None, assertion: str | None = None, **changed: str | None
    ) -> TestResponse:
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": VERIFIER,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion or self.assertion(),
        }
        sent = {name: value for name, value in (form | changed).items() if value is not None}
        return hospital.test_client().post("/oauth/token", data=sent)

    def sign_in(self, hospital: HospitalApp, **changed: str | None) -> dict[str, Any]:
        """The whole way; the token response."""
        response = self.exchange(hospital, self.code(hospital, **changed))
        assert response.status_code == 200, response.text
        return dict(response.get_json())


def s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def answer(response: TestResponse) -> dict[str, str]:
    """The parameters of a redirect back to the app."""
    assert response.status_code == 302, response.text
    return {name: values[0] for name, values in parse_qs(urlsplit(response.location).query).items()}


@contextmanager
def running_fake_app() -> Iterator[FakeApp]:
    """The app, publishing its keys over loopback."""
    key = ECKey.generate_key("P-384", {"kid": "fake-1", "use": "sig", "alg": "ES384"})
    published = dict(KeySet([key]).as_dict(private=False))
    site = Flask("fake_app")
    site.add_url_rule("/jwks.json", view_func=lambda: jsonify(published))
    with serve(site, "127.0.0.1", free_port()) as origin:
        yield FakeApp(origin, key, published)
