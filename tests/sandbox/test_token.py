"""The token endpoint: codes serve once, tokens say whose chart they open, id_tokens can be verified."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from smart_app.sandbox.hospital import HospitalApp, create_hospital
from smart_app.sandbox.hospitals import OPEN
from smart_app.sandbox.sign_in_memory import CODE_LIFETIME
from tests.sandbox.fake_app import ALMA, BASE, ORIGIN, SCOPES, VALE, Clock, FakeApp
from tests.sandbox.given import Clinician


def bearer(hospital: HospitalApp, token: dict[str, Any]) -> Clinician:
    return Clinician(hospital, {"Authorization": f"Bearer {token['access_token']}"})


def id_token(hospital: HospitalApp, token: dict[str, Any], alg: str) -> jwt.Token:
    keys = KeySet.import_key_set(hospital.test_client().get("/oauth/jwks").get_json())
    return jwt.decode(token["id_token"], keys, algorithms=[alg])


def test_the_answer_carries_the_launch_context(hospital: HospitalApp, fake_app: FakeApp) -> None:
    response = fake_app.exchange(hospital, fake_app.code(hospital))
    token = response.get_json()
    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == OPEN.token_seconds
    assert token["scope"].split() == list(SCOPES)
    assert token["patient"] == ALMA
    assert token["need_patient_banner"] is True
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_the_id_token_names_the_clinician(fake_app: FakeApp, clock: Clock, alg: Literal["RS256", "ES256"]) -> None:
    row = replace(OPEN, id_token_alg=alg)
    hospital = create_hospital(row, ORIGIN, [fake_app.registered()], clock=clock)
    token = id_token(hospital, fake_app.sign_in(hospital, nonce="n-1"), alg)
    now = int(clock.now.timestamp())
    assert token.header["kid"]
    assert token.claims["iss"] == f"{ORIGIN}/oauth"
    assert token.claims["aud"] == "ipt"
    assert token.claims["sub"] == VALE
    assert token.claims["fhirUser"] == f"{BASE}/Practitioner/{VALE}"
    assert token.claims["nonce"] == "n-1"
    assert (token.claims["iat"], token.claims["exp"]) == (now, now + 3600)


def test_without_openid_there_is_no_id_token(hospital: HospitalApp, fake_app: FakeApp) -> None:
    assert "id_token" not in fake_app.sign_in(hospital, scope="launch patient/*.rs")


def test_without_the_scope_fhir_user_the_id_token_has_no_such_claim(hospital: HospitalApp, fake_app: FakeApp) -> None:
    token = id_token(hospital, fake_app.sign_in(hospital, scope="openid launch patient/*.rs"), "ES256")
    assert "fhirUser" not in token.claims


def test_only_what_is_registered_is_granted(fake_app: FakeApp, clock: Clock) -> None:
    client = fake_app.registered(scopes=("openid", "launch", "patient/*.rs", "patient/Goal.cu"))
    hospital = create_hospital(replace(OPEN, id_token_alg="ES256"), ORIGIN, [client], clock=clock)
    token = fake_app.sign_in(hospital, scope="openid launch fhirUser patient/Goal.cruds patient/CarePlan.write")
    assert token["scope"] == "openid launch patient/Goal.rs patient/Goal.cu"


def test_a_code_used_twice_is_refused_and_its_token_revoked(hospital: HospitalApp, fake_app: FakeApp) -> None:
    code = fake_app.code(hospital)
    first = fake_app.exchange(hospital, code).get_json()
    assert bearer(hospital, first).get(f"/Patient/{ALMA}").status_code == 200
    second = fake_app.exchange(hospital, code)
    assert (second.status_code, second.get_json()["error"]) == (400, "invalid_grant")
    assert bearer(hospital, first).get(f"/Patient/{ALMA}").status_code == 401


def test_a_code_expires(hospital: HospitalApp, fake_app: FakeApp, clock: Clock) -> None:
    code = fake_app.code(hospital)
    clock.now += CODE_LIFETIME
    assert fake_app.exchange(hospital, code).get_json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"redirect_uri": "http://127.0.0.1:1/callback"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
    ],
)
def test_an_exchange_that_does_not_fit_the_code_fails(
    hospital: HospitalApp, fake_app: FakeApp, changed: dict[str, str | None], error: str
) -> None:
    response = fake_app.exchange(hospital, **({"code": fake_app.code(hospital)} | changed))
    assert (response.status_code, response.get_json()["error"]) == (400, error)


def test_a_code_of_another_client_is_worth_nothing(fake_app: FakeApp, clock: Clock) -> None:
    clients = [fake_app.registered(), fake_app.registered("other")]
    hospital = create_hospital(replace(OPEN, id_token_alg="ES256"), ORIGIN, clients, clock=clock)
    stolen = fake_app.exchange(hospital, fake_app.code(hospital), fake_app.assertion(iss="other", sub="other"))
    assert stolen.get_json()["error"] == "invalid_grant"


def test_a_token_expires(hospital: HospitalApp, fake_app: FakeApp, clock: Clock) -> None:
    token = fake_app.sign_in(hospital)
    clock.pass_(seconds=OPEN.token_seconds)
    response = bearer(hospital, token).get(f"/Patient/{ALMA}")
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


def test_the_configuration_can_be_kept(hospital: HospitalApp) -> None:
    client = hospital.test_client()
    for path in ("/fhir/.well-known/smart-configuration", "/oauth/.well-known/openid-configuration"):
        response = client.get(path)
        configuration = response.get_json()
        assert configuration["issuer"] == f"{ORIGIN}/oauth"
        assert configuration["code_challenge_methods_supported"] == ["S256"]
        assert configuration["id_token_signing_alg_values_supported"] == ["ES256"]
        again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304
