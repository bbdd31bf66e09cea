"""Patients sign in alone (SMART App Launch 2.2, standalone launch): to their own chart, and to nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from werkzeug.test import TestResponse

from smart_app.sandbox.hospital import HospitalApp, RegisteredClient, create_hospital
from smart_app.sandbox.hospitals import STAFF_ONLY
from tests.sandbox.fake_app import ALMA, BASE, BENE, ORIGIN, PATIENT_SCOPES, SCOPES, Clock, FakeApp, answer
from tests.sandbox.given import FAST, Clinician
from tests.web.page_checks import Page

Asked = dict[str, str]


@pytest.fixture
def hospital(fake_app: FakeApp, clock: Clock) -> HospitalApp:
    """One client for clinicians and patients, as many hospitals register it."""
    scopes = tuple(dict.fromkeys((*SCOPES, *PATIENT_SCOPES)))
    return create_hospital(FAST, ORIGIN, [fake_app.registered(scopes=scopes)], clock=clock)


def page_of(hospital: HospitalApp, asked: Asked, method: str = "GET") -> TestResponse:
    """The sign-in page of a request."""
    sent: dict[str, Any] = {"query_string": asked} if method == "GET" else {"data": asked}
    return hospital.test_client().open("/oauth/authorize", method=method, **sent)


def form_of(response: TestResponse) -> dict[str, Any]:
    """The hidden fields of the page."""
    assert response.status_code == 200, response.text
    page = Page(response.text)
    return dict(page.fields_of(page.all("form")[0]))


def sign_in(hospital: HospitalApp, asked: Asked, patient: str, **changed: str) -> TestResponse:
    """See the page, choose who one is."""
    form = form_of(page_of(hospital, asked)) | {"sign_in_as": patient} | changed
    return hospital.test_client().post("/oauth/authorize", data=form)


def token_of(fake_app: FakeApp, hospital: HospitalApp, patient: str = ALMA, **changed: str | None) -> dict[str, Any]:
    """The whole way."""
    code = answer(sign_in(hospital, fake_app.request_alone(hospital, **changed), patient))["code"]
    response = fake_app.exchange(hospital, code)
    assert response.status_code == 200, response.text
    return dict(response.get_json())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_patient_sees_a_page_before_anybody_is_sent_back(
    hospital: HospitalApp, fake_app: FakeApp, method: str
) -> None:
    page = page_of(hospital, fake_app.request_alone(hospital), method)
    assert page.status_code == 200
    assert "Location" not in page.headers
    assert "Patients: sign in" in page.text


def test_the_patient_who_signed_in_is_user_and_patient(hospital: HospitalApp, fake_app: FakeApp) -> None:
    token = token_of(fake_app, hospital, nonce="n-7")
    keys = KeySet.import_key_set(hospital.test_client().get("/oauth/jwks").get_json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["ES256"]).claims
    assert (token["patient"], token["need_patient_banner"]) == (ALMA, False)
    assert (claims["sub"], claims["fhirUser"], claims["nonce"]) == (ALMA, f"{BASE}/Patient/{ALMA}", "n-7")


def test_only_scopes_of_a_patient_are_granted_whatever_is_asked_and_registered(
    hospital: HospitalApp, fake_app: FakeApp
) -> None:
    token = token_of(fake_app, hospital, scope="launch/patient openid user/Practitioner.rs patient/Patient.rs")
    assert token["scope"] == "launch/patient openid patient/Patient.rs"


def test_a_patient_reads_their_own_chart_and_no_other(hospital: HospitalApp, fake_app: FakeApp) -> None:
    """attack-A32 at the hospital."""
    token = token_of(fake_app, hospital, BENE)
    bene = Clinician(hospital, {"Authorization": f"Bearer {token['access_token']}"})
    assert bene.get(f"/Patient/{BENE}").status_code == 200
    assert bene.get(f"/Patient/{ALMA}").status_code in {403, 404}
    assert [entry["resource"]["id"] for entry in bene.get("/Patient").get_json()["entry"]] == [BENE]
    assert bene.get(f"/CarePlan?patient={BENE}").status_code == 403


def test_who_changes_their_mind_goes_back_without_a_code(hospital: HospitalApp, fake_app: FakeApp) -> None:
    sent = answer(sign_in(hospital, fake_app.request_alone(hospital), ""))
    assert (sent["error"], sent["state"], sent["iss"]) == ("access_denied", "state-1", f"{ORIGIN}/oauth")


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"sign_in_as": "nobody"}, id="unknown patient"),
        pytest.param({"sign_in_as": "../Patient/zztest-bene"}, id="path"),
        pytest.param({"ticket": "made-up"}, id="invented ticket"),
        pytest.param({"state": "another"}, id="page of another request"),
        pytest.param({"scope": " ".join((*PATIENT_SCOPES, "patient/*.cruds"))}, id="more scopes than shown"),
        pytest.param({"code_challenge": "x" * 43}, id="challenge of somebody else"),
    ],
)
def test_an_answer_that_is_none_to_the_page_shown_is_refused(
    hospital: HospitalApp, fake_app: FakeApp, changed: dict[str, str]
) -> None:
    asked = fake_app.request_alone(hospital)
    refused = sign_in(hospital, asked, ALMA, **changed)
    assert (refused.status_code, refused.mimetype) == (400, "text/html")
    assert "Location" not in refused.headers


def test_a_page_serves_once_and_not_for_ever(hospital: HospitalApp, fake_app: FakeApp, clock: Clock) -> None:
    asked, client = fake_app.request_alone(hospital), hospital.test_client()
    form = form_of(page_of(hospital, asked)) | {"sign_in_as": ALMA}
    late = form_of(page_of(hospital, fake_app.request_alone(hospital))) | {"sign_in_as": ALMA}
    assert answer(client.post("/oauth/authorize", data=form))["code"]
    assert client.post("/oauth/authorize", data=form | {"nonce": "new"}).status_code == 400
    clock.pass_(seconds=FAST.launch_seconds)
    assert client.post("/oauth/authorize", data=late).status_code == 400


def test_an_app_cannot_sign_a_patient_in_by_itself(hospital: HospitalApp, fake_app: FakeApp) -> None:
    """The choice in the address is no choice."""
    asked = fake_app.request_alone(hospital) | {"sign_in_as": ALMA, "ticket": "x"}
    assert "Patients: sign in" in page_of(hospital, asked).text


@pytest.mark.parametrize(
    "changed",
    [
        {"scope": "openid fhirUser"},
        {"scope": "openid launch"},
        {"scope": "launch launch/patient"},
        {"aud": f"{BASE}/"},
        {"code_challenge_method": "plain"},
        {"state": None},
    ],
)
def test_a_standalone_launch_is_held_to_the_same_rules(
    hospital: HospitalApp, fake_app: FakeApp, changed: dict[str, str | None]
) -> None:
    page = page_of(hospital, fake_app.request_alone(hospital, **changed))
    assert answer(page)["error"] == "invalid_request"


def test_a_launch_of_a_chart_is_not_for_a_patient(hospital: HospitalApp, fake_app: FakeApp) -> None:
    """An empty or invented launch parameter does not lead to the page."""
    for launch in ("", "made-up"):
        assert answer(page_of(hospital, fake_app.request_alone(hospital, launch=launch)))["error"] == "invalid_request"


def test_a_hospital_without_patients_sign_in_says_so_and_refuses(fake_app: FakeApp, clock: Clock) -> None:
    row = replace(STAFF_ONLY, id_token_alg="ES256")
    hospital = create_hospital(row, ORIGIN, [fake_app.registered(scopes=(*SCOPES, *PATIENT_SCOPES))], clock=clock)
    assert answer(page_of(hospital, fake_app.request_alone(hospital)))["error"] == "invalid_request"
    stated = configuration(hospital)
    assert "launch-standalone" not in stated["capabilities"]
    assert "launch/patient" not in stated["scopes_supported"]


def test_the_configuration_states_the_standalone_launch(hospital: HospitalApp) -> None:
    stated = configuration(hospital)
    assert {"launch-standalone", "context-standalone-patient", "permission-patient"} <= set(stated["capabilities"])
    assert "launch/patient" in stated["scopes_supported"]


def configuration(hospital: HospitalApp) -> dict[str, Any]:
    return dict(hospital.test_client().get("/fhir/.well-known/smart-configuration").get_json())


def test_the_patient_list_shows_the_way_in_for_patients(fake_app: FakeApp, clock: Clock) -> None:
    known = fake_app.registered()
    client = RegisteredClient(
        known.client_id,
        known.launch_uri,
        known.redirect_uris,
        known.jwks_uri,
        known.scopes,
        "http://127.0.0.1:1/patient",
    )
    hospital = create_hospital(FAST, ORIGIN, [client], clock=clock)
    links = [item.get("href") for item in Page(hospital.test_client().get("/").text).all("a")]
    assert "http://127.0.0.1:1/patient?iss=http%3A%2F%2Flocalhost%3A5001%2Ffhir" in links


def test_hostile_words_in_a_request_are_shown_as_words(hospital: HospitalApp, fake_app: FakeApp) -> None:
    """attack-A42."""
    page = page_of(hospital, fake_app.request_alone(hospital, state='"><script>alert(1)</script>'))
    assert "<script>" not in page.text
    assert form_of(page)["state"] == '"><script>alert(1)</script>'
