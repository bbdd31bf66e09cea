"""private_key_jwt: one thing wrong with the assertion, and there is no token."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from smart_app.sandbox.hospital import HospitalApp
from tests.sandbox.fake_app import ORIGIN, TOKEN_ENDPOINT, Clock, FakeApp

NOW = int(Clock().now.timestamp())


def refused(hospital: HospitalApp, fake_app: FakeApp, assertion: str) -> bool:
    response = fake_app.exchange(hospital, fake_app.code(hospital), assertion)
    assert response.status_code in {200, 400}
    return bool(response.get_json().get("error") == "invalid_client")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "other"},
        {"sub": "other"},
        {"iss": None},
        {"sub": None},
        {"sub": 7},
        {"iss": "stranger", "sub": "stranger"},
        {"aud": f"{ORIGIN}/oauth"},
        {"aud": TOKEN_ENDPOINT + "/"},
        {"aud": [TOKEN_ENDPOINT, "http://elsewhere"]},
        {"aud": None},
        {"exp": NOW},
        {"exp": NOW + 301},
        {"exp": None},
        {"exp": str(NOW + 60)},
        {"exp": True},
        {"jti": None},
        {"jti": ""},
        {"jti": 5},
        {"iat": NOW + 60},
        {"nbf": NOW + 60},
    ],
    ids=str,
)
def test_a_wrong_claim_is_refused(hospital: HospitalApp, fake_app: FakeApp, claims: dict[str, Any]) -> None:
    assert refused(hospital, fake_app, fake_app.assertion(**claims))


@pytest.mark.parametrize("header", [{"kid": None}, {"kid": "unknown"}, {"typ": ""}, {"typ": "at+jwt"}], ids=str)
def test_a_wrong_header_is_refused(hospital: HospitalApp, fake_app: FakeApp, header: dict[str, Any]) -> None:
    assert refused(hospital, fake_app, fake_app.assertion(header))


def test_five_minutes_ahead_is_just_right(hospital: HospitalApp, fake_app: FakeApp) -> None:
    assert not refused(hospital, fake_app, fake_app.assertion(exp=NOW + 300))


def test_a_replayed_assertion_is_refused(hospital: HospitalApp, fake_app: FakeApp, clock: Clock) -> None:
    assertion = fake_app.assertion()
    assert not refused(hospital, fake_app, assertion)
    assert refused(hospital, fake_app, assertion)
    clock.pass_(seconds=200)
    assert refused(hospital, fake_app, assertion)


def test_the_same_jti_in_a_new_assertion_is_refused(hospital: HospitalApp, fake_app: FakeApp) -> None:
    assert not refused(hospital, fake_app, fake_app.assertion(jti="one"))
    assert refused(hospital, fake_app, fake_app.assertion(jti="one", exp=NOW + 100))


def test_another_key_under_the_right_kid_is_refused(hospital: HospitalApp, fake_app: FakeApp) -> None:
    stranger = ECKey.generate_key("P-384", {"kid": "fake-1"})
    assert refused(hospital, fake_app, fake_app.assertion(key=stranger))


def test_rs384_is_accepted_and_rs256_is_not(hospital: HospitalApp, fake_app: FakeApp) -> None:
    key = RSAKey.generate_key(2048, {"kid": "rsa-1"})
    fake_app.published["keys"] = KeySet([key]).as_dict(private=False)["keys"]
    header = {"kid": "rsa-1"}
    assert not refused(hospital, fake_app, fake_app.assertion(header, key, "RS384"))
    assert refused(hospital, fake_app, fake_app.assertion(header, key, "RS256"))


def test_a_weaker_curve_is_refused(hospital: HospitalApp, fake_app: FakeApp) -> None:
    key = ECKey.generate_key("P-256", {"kid": "weak"})
    fake_app.published["keys"] = KeySet([key]).as_dict(private=False)["keys"]
    assert refused(hospital, fake_app, fake_app.assertion({"kid": "weak"}, key, "ES256"))


def test_a_shared_secret_or_no_signature_is_refused(hospital: HospitalApp, fake_app: FakeApp) -> None:
    public = fake_app.key.as_pem(private=False)
    assert refused(hospital, fake_app, fake_app.assertion(key=OctKey.import_key(public.hex()), alg="HS384"))
    head, body, _ = fake_app.assertion().split(".")
    assert refused(hospital, fake_app, f"{head}.{body}.")
    assert refused(hospital, fake_app, "no.jwt")


@pytest.mark.parametrize("keys", [[], "none", [{"kty": "EC"}], [7]], ids=str)
def test_a_useless_key_set_is_refused(hospital: HospitalApp, fake_app: FakeApp, keys: Any) -> None:
    fake_app.published["keys"] = keys
    assert refused(hospital, fake_app, fake_app.assertion())


def test_a_published_private_key_is_refused(hospital: HospitalApp, fake_app: FakeApp) -> None:
    fake_app.published["keys"] = KeySet([fake_app.key]).as_dict(private=True)["keys"]
    assert refused(hospital, fake_app, fake_app.assertion())


def test_a_client_without_an_assertion_is_refused(hospital: HospitalApp, fake_app: FakeApp) -> None:
    code = fake_app.code(hospital)
    for changed in ({"client_assertion": None}, {"client_assertion_type": "urn:other"}):
        response = fake_app.exchange(hospital, code, client_id="ipt", client_secret="guess", **changed)
        assert (response.status_code, response.get_json()["error"]) == (400, "invalid_client")
