"""The code becomes a token (attacks A13, A18, A19)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
import responses

from ipt_fhir.ehr.errors import EhrError, IdTokenRefused, ServerFault, Throttled, TokenRefused, Unreachable
from ipt_fhir.ehr.keys import new_signing_key
from ipt_fhir.ehr.published import Published
from ipt_fhir.ehr.token_grant import SignIn, TokenGrant, exchange_code, read_grant
from ipt_fhir.rawjson import JsonObject
from tests.ehr.given import NOW, TOKEN, issuer, transport
from tests.ehr.signers import CONFIGURATION, JWKS_URI, NONCE, claims, id_token, jwks, rsa_key

TOKEN_URL = CONFIGURATION.token_endpoint
KEY = new_signing_key()


def response(**changes: Any) -> JsonObject:
    sound = {
        "access_token": TOKEN,
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": "launch openid patient/CarePlan.rs",
        "patient": "zztest-1",
        "encounter": "e1",
        "need_patient_banner": False,
    }
    return {name: value for name, value in {**sound, **changes}.items() if value is not None}


def grant(**changes: Any) -> TokenGrant:
    return read_grant(response(**changes), issuer(), {}, NOW)


def exchange(**registered: Any) -> TokenGrant:
    wire = transport()
    return exchange_code(
        wire,
        Published(wire),
        issuer(**registered),
        CONFIGURATION,
        code="the-code",
        sign_in=SignIn(redirect_uri="https://ipt.example/callback", nonce=NONCE, code_verifier="the-verifier"),
        key=KEY,
        clock=lambda: NOW,
    )


def failed(**registered: Any) -> EhrError:
    with pytest.raises(EhrError) as caught:
        exchange(**registered)
    return caught.value


def test_a_launch_ends_with_a_token_a_patient_and_a_person(hospital: responses.RequestsMock) -> None:
    hospital.post(TOKEN_URL, json=response(id_token=id_token()))
    hospital.get(JWKS_URI, json=jwks(rsa_key()))
    found = exchange()
    assert (found.access_token, found.patient, found.encounter) == (TOKEN, "zztest-1", "e1")
    assert found.expires_at == NOW + timedelta(hours=1)
    assert found.scopes == {"launch", "openid", "patient/CarePlan.rs"}
    assert found.need_patient_banner is False
    assert found.fhir_user == "Practitioner/zztest-p1"
    assert found.id_claims["sub"] == "zztest-user"
    assert TOKEN not in repr(found)


def test_the_token_request_is_a_form_without_authorization(hospital: responses.RequestsMock) -> None:
    hospital.post(TOKEN_URL, json=response())
    exchange(scopes=("launch",))
    sent = hospital.calls[0].request
    assert sent.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in sent.headers
    assert isinstance(sent.body, bytes)
    form = parse_qs(sent.body.decode())
    assert form["code_verifier"] == ["the-verifier"]
    assert "client_id" not in form


def test_each_request_has_its_own_assertion(hospital: responses.RequestsMock) -> None:
    """SMART 2.2: a jti is used once."""
    hospital.post(TOKEN_URL, json=response())
    for _ in range(2):
        exchange(scopes=("launch",))
    first, second = (parse_qs(str(call.request.body))["client_assertion"] for call in hospital.calls)
    assert first != second


@pytest.mark.parametrize(
    "patient", [None, "", ["zztest-1"], {"id": "1"}, 5, "../zztest-2", "zztest-1?x", "a/b", "..", "x" * 65, "a b"]
)
def test_attack_a18_a_launch_names_one_patient_by_an_id(patient: object) -> None:
    with pytest.raises(TokenRefused, match="patient"):
        read_grant({**response(), "patient": patient}, issuer(), {}, NOW)


@pytest.mark.parametrize("token_type", ["mac", "DPoP", "", None, ["Bearer"], "Bearer x"])
def test_attack_a19_only_bearer_tokens(token_type: object) -> None:
    with pytest.raises(TokenRefused, match="token_type"):
        read_grant({**response(), "token_type": token_type}, issuer(), {}, NOW)


def test_the_token_type_is_read_in_any_case() -> None:
    """RFC 6749, section 5.1."""
    assert grant(token_type="bearer").access_token == TOKEN


@pytest.mark.parametrize("token", [None, "", 5, ["x"], "a b", "a\r\nX-Evil: 1", "tökén", "x" * 40_000])
def test_attack_a62_a_token_that_could_not_stand_in_a_header_is_refused(token: object) -> None:
    with pytest.raises(TokenRefused, match="access_token"):
        read_grant({**response(), "access_token": token}, issuer(), {}, NOW)


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        (570, 570),
        ("3600", 3600),
        (None, 300),
        (-1, 300),
        (0, 300),
        ("0", 300),
        (True, 300),
        ("1e99", 300),
        ("soon", 300),
        ([3600], 300),
        (10**18, 36_000),
        ("9" * 30, 36_000),
    ],
)
def test_attack_a19_no_token_lives_for_ever(stated: object, seconds: int) -> None:
    assert grant(expires_in=stated).expires_at == NOW + timedelta(seconds=seconds)


def test_no_word_about_scopes_means_as_requested() -> None:
    """RFC 6749, section 5.1."""
    assert grant(scope=None).scopes == set(issuer().scopes)
    assert grant(scope="").scopes == frozenset()
    with pytest.raises(TokenRefused, match="scope"):
        grant(scope=["launch"])


def test_odd_context_is_left_out() -> None:
    assert grant(encounter=["e1"]).encounter is None
    assert grant(encounter="../e1").encounter is None
    assert grant(need_patient_banner="no").need_patient_banner
    assert grant(need_patient_banner=None).need_patient_banner


@pytest.mark.parametrize("status", [400, 401, 403])
def test_one_fault_comes_with_three_statuses(hospital: responses.RequestsMock, status: int) -> None:
    """attack-A13, attack-A16: the error code is kept, the description never."""
    hospital.post(TOKEN_URL, status=status, json={"error": "invalid_grant", "error_description": "<script>"})
    error = failed()
    assert isinstance(error, TokenRefused)
    assert "invalid_grant" in error.detail
    assert "script" not in error.detail


@pytest.mark.parametrize("body", ["<html>", "[]", "", '{"error": "<script>"}', '{"error": ["x"]}'])
def test_an_unreadable_refusal_is_a_refusal(hospital: responses.RequestsMock, body: str) -> None:
    hospital.post(TOKEN_URL, status=400, body=body)
    error = failed()
    assert isinstance(error, TokenRefused)
    assert "script" not in error.detail


@pytest.mark.parametrize("body", ["<html>", "[]", "", '{"access_token": "a", "access_token": "b"}', "x" * 70_000])
def test_a_200_that_is_no_token_response_is_no_success(hospital: responses.RequestsMock, body: str) -> None:
    hospital.post(TOKEN_URL, body=body)
    with pytest.raises(EhrError):
        exchange()


def test_a_hospital_that_is_down_is_down(hospital: responses.RequestsMock) -> None:
    hospital.post(TOKEN_URL, status=502)
    assert isinstance(failed(), ServerFault)
    hospital.replace("POST", TOKEN_URL, status=429, headers={"Retry-After": "7"})
    assert isinstance(failed(), Throttled)
    hospital.replace("POST", TOKEN_URL, body=requests.ConnectTimeout())
    assert isinstance(failed(), Unreachable)


def test_a_redirected_token_request_is_not_followed(hospital: responses.RequestsMock) -> None:
    """attack-A08: code, verifier and assertion go to the registered place or nowhere."""
    hospital.post(TOKEN_URL, status=307, headers={"Location": "https://evil.example/token"})
    assert isinstance(failed(), TokenRefused)
    assert len(hospital.calls) == 1


def test_openid_was_asked_for_so_a_sound_id_token_is_due(hospital: responses.RequestsMock) -> None:
    hospital.get(JWKS_URI, json=jwks(rsa_key()))
    hospital.post(TOKEN_URL, json=response())
    assert isinstance(failed(), IdTokenRefused)
    hospital.replace("POST", TOKEN_URL, json=response(id_token=id_token(claims(nonce="another"))))
    assert isinstance(failed(), IdTokenRefused)


def test_an_id_token_nobody_asked_for_is_not_read(hospital: responses.RequestsMock) -> None:
    hospital.post(TOKEN_URL, json=response(id_token="rubbish"))
    found = exchange(scopes=("launch",))
    assert (found.fhir_user, found.id_claims) == (None, {})
