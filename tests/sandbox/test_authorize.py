"""The authorization endpoint refuses everything that is not a clean EHR launch."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode, urlsplit

import pytest

from smart_app.sandbox.hospital import HospitalApp, create_hospital
from smart_app.sandbox.hospitals import OPEN
from tests.sandbox.fake_app import ALMA, BASE, ORIGIN, VALE, Clock, FakeApp, answer


def test_a_launch_leads_to_a_code_with_state_and_issuer(hospital: HospitalApp, fake_app: FakeApp) -> None:
    response = fake_app.authorize(hospital)
    assert response.location.startswith(f"{fake_app.redirect_uri}?")
    parameters = answer(response)
    assert parameters["state"] == "state-1"
    assert parameters["iss"] == f"{ORIGIN}/oauth"
    assert parameters["code"]


def test_the_request_may_be_posted(hospital: HospitalApp, fake_app: FakeApp) -> None:
    response = hospital.test_client().post("/oauth/authorize", data=fake_app.request_for(hospital))
    assert answer(response)["code"]


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "http://127.0.0.1:1/callback"},
        {"redirect_uri": None},
        {"redirect_uri": 'http://127.0.0.1:1/"><script>'},
        {"client_id": "stranger"},
        {"client_id": None},
        {"response_type": 'co"de'},
    ],
)
def test_nobody_is_redirected_to_an_unregistered_address(
    hospital: HospitalApp, fake_app: FakeApp, changed: dict[str, str | None]
) -> None:
    response = fake_app.authorize(hospital, **changed)
    assert response.status_code == 400
    assert response.mimetype == "text/html"
    assert "Location" not in response.headers
    assert "<script>" not in response.text


@pytest.mark.parametrize("ending", ["/", "?x=1", "#x", "%2F"])
def test_a_redirect_uri_that_is_almost_right_is_wrong(hospital: HospitalApp, fake_app: FakeApp, ending: str) -> None:
    assert fake_app.authorize(hospital, redirect_uri=fake_app.redirect_uri + ending).status_code == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
        {"aud": BASE + "/"},
        {"aud": ORIGIN},
        {"aud": None},
        {"launch": "made-up"},
        {"launch": None},
        {"state": None},
        {"scope": "openid patient/*.cruds"},
    ],
)
def test_an_incomplete_request_goes_back_as_an_error(
    hospital: HospitalApp, fake_app: FakeApp, changed: dict[str, str | None]
) -> None:
    parameters = answer(fake_app.authorize(hospital, **changed))
    assert parameters["error"] == "invalid_request"
    assert parameters["iss"] == f"{ORIGIN}/oauth"
    assert parameters.get("state") == (None if "state" in changed else "state-1")
    assert "code" not in parameters


def test_only_codes_are_given_out(hospital: HospitalApp, fake_app: FakeApp) -> None:
    assert answer(fake_app.authorize(hospital, response_type="token"))["error"] == "unsupported_response_type"


@pytest.mark.parametrize("scope", ["patient/*.cruds.more", "offline_access", None])
def test_nothing_granted_is_an_error(hospital: HospitalApp, fake_app: FakeApp, scope: str | None) -> None:
    assert answer(fake_app.authorize(hospital, scope=scope))["error"] == "invalid_scope"


@pytest.mark.parametrize("name", ["aud", "launch", "code_challenge", "state", "redirect_uri"])
def test_a_parameter_given_twice_is_refused(hospital: HospitalApp, fake_app: FakeApp, name: str) -> None:
    parameters = fake_app.request_for(hospital)
    query = [*parameters.items(), (name, parameters[name])]
    response = hospital.test_client().get("/oauth/authorize", query_string=urlencode(query))
    # Authlib settles OAuth's own parameters before it knows whom to redirect to.
    assert response.status_code == (400 if name in {"state", "redirect_uri"} else 302)
    assert "invalid_request" in (response.location or response.text)


def test_a_launch_serves_once(hospital: HospitalApp, fake_app: FakeApp) -> None:
    parameters = fake_app.request_for(hospital)
    client = hospital.test_client()
    assert answer(client.get("/oauth/authorize", query_string=parameters))["code"]
    again = client.get("/oauth/authorize", query_string=parameters | {"nonce": "another"})
    assert answer(again)["error"] == "invalid_request"


def test_a_launch_expires(hospital: HospitalApp, fake_app: FakeApp, clock: Clock) -> None:
    parameters = fake_app.request_for(hospital)
    clock.pass_(seconds=OPEN.launch_seconds)
    response = hospital.test_client().get("/oauth/authorize", query_string=parameters)
    assert answer(response)["error"] == "invalid_request"


def test_a_launch_belongs_to_one_client(fake_app: FakeApp, clock: Clock) -> None:
    clients = [fake_app.registered(), fake_app.registered("other")]
    hospital = create_hospital(replace(OPEN, id_token_alg="ES256"), ORIGIN, clients, clock=clock)
    launch = urlsplit(hospital.desk.launch_url("other", VALE, ALMA)).query.partition("launch=")[2]
    assert answer(fake_app.authorize(hospital, launch=launch))["error"] == "invalid_request"


def test_a_nonce_serves_once(hospital: HospitalApp, fake_app: FakeApp) -> None:
    fake_app.code(hospital, nonce="n-1")
    assert answer(fake_app.authorize(hospital, nonce="n-1"))["error"] == "invalid_request"
