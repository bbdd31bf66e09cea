"""The strict hospital lets nothing pass that SMART App Launch 2.2 forbids, so a journey through it proves something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from tests.peers.smart_client import CLIENT_ID, REDIRECT_URI, SmartClient, published_keys, returned
from tests.peers.strict_ehr import Launch, StartStrictEhr, StrictEhr

pytestmark = pytest.mark.proof

SCOPE = "openid fhirUser launch patient/Patient.r patient/Goal.crus"
KEY = ECKey.generate_key("P-384", {"use": "sig", "alg": "ES384", "kid": "client-1"})


@pytest.fixture(scope="module")
def ehr(strict_ehr: StartStrictEhr) -> Iterator[StrictEhr]:
    with published_keys(KEY) as jwks_uri:
        yield strict_ehr(CLIENT_ID, REDIRECT_URI, jwks_uri)


@pytest.fixture
def client(ehr: StrictEhr) -> Iterator[SmartClient]:
    client = SmartClient(ehr, KEY)
    with client.browser:
        yield client


@pytest.fixture(scope="module")
def chart(hapi: str) -> str:
    """Id of a patient in the hospital."""
    made = requests.post(f"{hapi}/Patient", json={"resourceType": "Patient", "name": [{"text": "ZZTEST"}]}, timeout=30)
    return str(made.json()["id"])


@pytest.fixture
def launch(ehr: StrictEhr, chart: str) -> Launch:
    return ehr.launch(patient=chart, practitioner="anna")


@pytest.fixture
def wire(client: SmartClient, launch: Launch) -> Iterator[requests.Session]:
    """A session that carries a token for SCOPE."""
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {client.sign_in(launch, SCOPE)['access_token']}"
        yield session


def goal(patient: str, text: str = "Call my sister once a week") -> dict[str, Any]:
    subject = {"reference": f"Patient/{patient}"}
    return {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": text},
        "subject": subject,
    }


def bundle(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def entry(method: str, url: str, resource: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"request": {"method": method, "url": url}, **({"resource": resource} if resource else {})}


def refusal(answer: requests.Response) -> tuple[int, str]:
    assert answer.json()["resourceType"] == "OperationOutcome"
    return answer.status_code, answer.headers["WWW-Authenticate"]


# Discovery


def test_configuration_and_capabilities_are_open_and_name_one_origin(ehr: StrictEhr, hapi: str) -> None:
    configuration = requests.get(f"{ehr.fhir}/.well-known/smart-configuration", timeout=10).json()
    assert configuration["issuer"] == ehr.origin
    assert configuration["code_challenge_methods_supported"] == ["S256"]
    assert all(
        configuration[name].startswith(ehr.origin) for name in configuration if name.endswith(("_uri", "_endpoint"))
    )
    requests.get(f"{hapi}/metadata", timeout=30)  # HAPI keeps, for a minute, the statement made for who asked first
    assert requests.get(f"{ehr.fhir}/metadata", timeout=30).json()["implementation"]["url"] == ehr.fhir


# The launch


def test_a_launch_gives_patient_scopes_and_an_id_token_for_the_signed_in_user(
    client: SmartClient, launch: Launch, chart: str
) -> None:
    token = client.sign_in(launch, SCOPE)
    assert (token["token_type"], token["patient"]) == ("Bearer", chart)
    assert set(token["scope"].split()) == set(SCOPE.split())
    keys = KeySet.import_key_set(requests.get(f"{client.ehr.origin}/jwks", timeout=10).json())
    decoded = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
    claims = {
        "iss": client.ehr.origin,
        "aud": CLIENT_ID,
        "nonce": "a-nonce",
        "fhirUser": f"{launch.iss}/Practitioner/anna",
    }
    assert {name: decoded.claims[name] for name in claims} == claims


def test_the_answer_carries_state_and_issuer(client: SmartClient, launch: Launch) -> None:
    back = returned(client.authorize(launch, SCOPE))
    assert (back["state"], back["iss"]) == ("a-state", client.ehr.origin)


def test_the_launch_names_user_and_patient_even_where_somebody_else_used_the_browser(
    client: SmartClient, launch: Launch, ehr: StrictEhr
) -> None:
    client.sign_in(launch, SCOPE)
    token = client.sign_in(ehr.launch(patient="another", practitioner="ben"), SCOPE)
    keys = KeySet.import_key_set(requests.get(f"{ehr.origin}/jwks", timeout=10).json())
    user = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims["fhirUser"]
    assert (token["patient"], user) == ("another", f"{ehr.fhir}/Practitioner/ben")


def test_a_scope_the_hospital_withholds_is_missing_from_the_token(
    client: SmartClient, ehr: StrictEhr, chart: str
) -> None:
    launch = ehr.launch(chart, "anna", scope="openid fhirUser launch patient/Patient.r")
    assert "patient/Goal.crus" not in client.sign_in(launch, SCOPE)["scope"].split()


def test_an_invented_scope_is_not_granted(client: SmartClient, launch: Launch) -> None:
    assert "patient/Goal.everything" not in client.sign_in(launch, f"{SCOPE} patient/Goal.everything")["scope"].split()


@pytest.mark.parametrize(
    "change",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"aud": "http://127.0.0.1:9/fhir"},
        {"aud": None},
        {"launch": "invented"},
        {"launch": None},
    ],
    ids=["no PKCE", "plain PKCE", "another aud", "no aud", "unknown launch", "no launch"],
)
def test_a_wrong_authorization_request_comes_back_as_an_error(
    client: SmartClient, launch: Launch, change: dict[str, str | None]
) -> None:
    assert returned(client.authorize(launch, SCOPE, **change))["error"] == "invalid_request"


def test_a_launch_is_good_for_one_sign_in(client: SmartClient, launch: Launch) -> None:
    client.sign_in(launch, SCOPE)
    assert returned(client.authorize(launch, SCOPE))["error"] == "invalid_request"


def test_an_unregistered_redirect_uri_is_never_followed(client: SmartClient, launch: Launch) -> None:
    answer = client.authorize(launch, SCOPE, redirect_uri=f"{REDIRECT_URI}/else")
    assert answer.status_code == 400
    assert "Location" not in answer.headers


# The token request


def test_a_code_is_good_once(client: SmartClient, launch: Launch) -> None:
    code = returned(client.authorize(launch, SCOPE))["code"]
    assert client.redeem(code).status_code == 200
    assert client.redeem(code).json()["error"] == "invalid_grant"


def test_a_code_needs_the_verifier_of_its_challenge(client: SmartClient, launch: Launch) -> None:
    code = returned(client.authorize(launch, SCOPE))["code"]
    assert client.redeem(code, code_verifier="x" * 43).json()["error"] == "invalid_grant"


def test_an_assertion_is_good_once(client: SmartClient, launch: Launch, ehr: StrictEhr, chart: str) -> None:
    assertion = client.assertion()
    code = returned(client.authorize(launch, SCOPE))["code"]
    assert client.redeem(code, client_assertion=assertion).status_code == 200
    code = returned(client.authorize(ehr.launch(chart, "anna"), SCOPE))["code"]
    assert client.redeem(code, client_assertion=assertion).json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    "change", [{"aud": "http://127.0.0.1:9/token"}, {"exp": 1}, {"iss": "somebody"}, {"jti": None}]
)
def test_a_wrong_assertion_is_refused(client: SmartClient, launch: Launch, change: dict[str, Any]) -> None:
    code = returned(client.authorize(launch, SCOPE))["code"]
    answer = client.redeem(code, client_assertion=client.assertion(**change))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_an_assertion_signed_with_another_key_is_refused(client: SmartClient, launch: Launch) -> None:
    stranger = SmartClient(client.ehr, ECKey.generate_key("P-384", {"kid": "client-1"}))
    with stranger.browser:
        code = returned(client.authorize(launch, SCOPE))["code"]
        assert client.redeem(code, client_assertion=stranger.assertion()).json()["error"] == "invalid_client"


# Token and scopes at the FHIR server


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer invented"}], ids=["none", "invented"])
def test_without_a_valid_token_nothing_is_told(ehr: StrictEhr, chart: str, headers: dict[str, str]) -> None:
    answer = requests.get(f"{ehr.fhir}/Patient/{chart}", headers=headers, timeout=10)
    assert refusal(answer) == (401, 'Bearer error="invalid_token"')


def test_what_the_scopes_allow_is_done(wire: requests.Session, ehr: StrictEhr, chart: str) -> None:
    assert wire.get(f"{ehr.fhir}/Patient/{chart}").json()["id"] == chart
    made = wire.post(f"{ehr.fhir}/Goal", json=goal(chart))
    assert (made.status_code, made.headers["ETag"]) == (201, 'W/"1"')
    made_url = made.headers["Location"].removesuffix("/_history/1")
    assert made_url.startswith(f"{ehr.fhir}/Goal/")
    update = {**made.json(), "lifecycleStatus": "completed"}
    assert wire.put(made_url, json=update, headers={"If-Match": 'W/"1"'}).status_code == 200
    assert (
        wire.put(made_url, json=update | {"lifecycleStatus": "active"}, headers={"If-Match": 'W/"1"'}).status_code
        == 409
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "CarePlan"),
        ("GET", "Patient?name=ZZ"),
        ("DELETE", "Goal/1"),
        ("PUT", "Patient/1"),
        ("GET", "Goal/1/$meta"),
        ("GET", ""),
    ],
)
def test_what_no_scope_allows_is_403(wire: requests.Session, ehr: StrictEhr, method: str, path: str) -> None:
    assert refusal(wire.request(method, f"{ehr.fhir}/{path}")) == (403, 'Bearer error="insufficient_scope"')


def test_one_entry_without_scope_refuses_the_whole_bundle(wire: requests.Session, ehr: StrictEhr, chart: str) -> None:
    allowed = entry("POST", "Goal", goal(chart, "never stored"))
    plan = entry("POST", "CarePlan", {"resourceType": "CarePlan", "subject": {"reference": f"Patient/{chart}"}})
    before = wire.get(f"{ehr.fhir}/Goal", params={"subject": chart, "_summary": "count"}).json()["total"]
    assert wire.post(ehr.fhir, json=bundle(allowed, plan)).status_code == 403
    after = wire.get(f"{ehr.fhir}/Goal", params={"subject": chart, "_summary": "count"}).json()["total"]
    assert after == before
    assert wire.post(ehr.fhir, json=bundle(allowed)).json()["entry"][0]["response"]["status"].startswith("201")


def test_a_bundle_it_cannot_look_into_is_refused(wire: requests.Session, ehr: StrictEhr) -> None:
    xml = '<Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/></Bundle>'
    answer = wire.post(ehr.fhir, data=xml, headers={"Content-Type": "application/fhir+xml"})
    assert answer.status_code == 403


def test_a_resource_about_another_patient_is_refused(wire: requests.Session, ehr: StrictEhr) -> None:
    assert refusal(wire.post(f"{ehr.fhir}/Goal", json=goal("somebody-else")))[0] == 403
    assert refusal(wire.post(ehr.fhir, json=bundle(entry("POST", "Goal", goal("somebody-else")))))[0] == 403


def test_next_links_and_full_urls_stay_with_the_hospital(wire: requests.Session, ehr: StrictEhr, chart: str) -> None:
    for number in range(3):
        wire.post(f"{ehr.fhir}/Goal", json=goal(chart, f"goal {number}")).raise_for_status()
    page = wire.get(f"{ehr.fhir}/Goal", params={"subject": f"Patient/{chart}", "_count": "2"}).json()
    links = {link["relation"]: link["url"] for link in page["link"]}
    assert all(link.startswith(ehr.fhir) for link in links.values())
    assert all(found["fullUrl"].startswith(f"{ehr.fhir}/Goal/") for found in page["entry"])
    assert wire.get(links["next"]).json()["entry"]
    assert requests.get(links["next"], timeout=10).status_code == 401
