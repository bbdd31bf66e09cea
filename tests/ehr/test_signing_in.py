"""The requests of a launch, held against SMART App Launch 2.2."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from ipt_fhir.ehr.errors import LaunchRefused
from ipt_fhir.ehr.keys import SigningKey, new_signing_key, public_jwks
from ipt_fhir.ehr.signing_in import authorization_url, client_assertion, new_pkce, new_secret, token_form
from tests.ehr.given import BASE, NOW, issuer
from tests.ehr.signers import CONFIGURATION, rsa_key

REDIRECT = "https://ipt.example/callback"


def url(**changes: Any) -> str:
    values: dict[str, Any] = {
        "redirect_uri": REDIRECT,
        "launch": "opaque+/=&%20",
        "state": "s",
        "nonce": "n",
        "code_challenge": "c",
    }
    return authorization_url(changes.pop("configuration", CONFIGURATION), issuer(), **{**values, **changes})


def test_the_authorization_request_holds_what_smart_asks_for() -> None:
    """SMART 2.2, requirements 32 to 45."""
    parts = urlsplit(url())
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://ehr.example/authorize"
    assert parse_qs(parts.query, strict_parsing=True) == {
        "response_type": ["code"],
        "client_id": ["ipt-fhir"],
        "redirect_uri": [REDIRECT],
        "scope": ["launch openid fhirUser patient/CarePlan.cruds"],
        "state": ["s"],
        "aud": [BASE],
        "nonce": ["n"],
        "code_challenge": ["c"],
        "code_challenge_method": ["S256"],
        "launch": ["opaque+/=&%20"],
    }


def test_aud_is_iss_byte_for_byte() -> None:
    slashed = issuer(iss=BASE + "/")
    address = authorization_url(
        CONFIGURATION, slashed, redirect_uri=REDIRECT, launch="x", state="s", nonce="n", code_challenge="c"
    )
    assert parse_qs(urlsplit(address).query)["aud"] == [BASE + "/"]


def test_a_standalone_launch_sends_no_launch() -> None:
    assert "launch=" not in url(launch=None)


def test_an_endpoint_with_a_query_keeps_it() -> None:
    """RFC 6749, section 3.1."""
    tenant = replace(CONFIGURATION, authorization_endpoint="https://ehr.example/authorize?tenant=7")
    assert url(configuration=tenant).startswith("https://ehr.example/authorize?tenant=7&response_type=code&")


@pytest.mark.parametrize("launch", ["", "x" * 4097, "x" * 1_000_000, "a\r\nX: y", "a\x00b", "😀"])
def test_attack_a11_a_launch_value_no_hospital_sends_is_refused(launch: str) -> None:
    with pytest.raises(LaunchRefused):
        url(launch=launch)


def test_pkce_is_s256_of_a_fresh_verifier() -> None:
    """RFC 7636, section 4: the verifier has 43 to 128 unreserved characters."""
    first, second = new_pkce(), new_pkce()
    assert first.verifier != second.verifier
    assert re.fullmatch(r"[A-Za-z0-9\-._~]{43,128}", first.verifier)
    digest = hashlib.sha256(first.verifier.encode()).digest()
    assert base64.urlsafe_b64decode(first.challenge + "=") == digest
    assert first.verifier not in repr(first)


def test_the_example_of_rfc_7636_holds() -> None:
    """Appendix B."""
    known = replace(new_pkce(), verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert known.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_secrets_hold_256_bits_and_never_repeat() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(len(base64.urlsafe_b64decode(secret + "=")) == 32 for secret in made)


@pytest.mark.parametrize(("key", "alg"), [(new_signing_key(), "ES384"), (rsa_key(), "RS384")], ids=["EC", "RSA"])
def test_the_assertion_is_what_a_strict_server_accepts(key: SigningKey, alg: str) -> None:
    """SMART 2.2, requirements 290 to 334."""
    signed = client_assertion(key, client_id="ipt-fhir", token_endpoint="https://ehr.example/token", now=NOW, jti="j1")
    published = public_jwks([key])["keys"][0]
    verifier = RSAKey.import_key(published) if isinstance(key, RSAKey) else type(key).import_key(published)
    token = jwt.decode(signed, verifier, algorithms=[alg])
    assert token.header == {"alg": alg, "kid": published["kid"], "typ": "JWT"}
    assert token.claims == {
        "iss": "ipt-fhir",
        "sub": "ipt-fhir",
        "aud": "https://ehr.example/token",
        "exp": int(NOW.timestamp()) + 240,
        "jti": "j1",
    }


def test_the_token_form_names_the_client_in_the_assertion_only() -> None:
    """SMART 2.2, requirements 62 to 72."""
    form = parse_qs(token_form(code="c&o=d", redirect_uri=REDIRECT, code_verifier="v", assertion="a.b.c").decode())
    assert form == {
        "grant_type": ["authorization_code"],
        "code": ["c&o=d"],
        "redirect_uri": [REDIRECT],
        "code_verifier": ["v"],
        "client_assertion_type": ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
        "client_assertion": ["a.b.c"],
    }
