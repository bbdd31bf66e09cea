"""The SMART configuration: read leniently, trusted narrowly."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import responses

from ipt_fhir.ehr.discovery import discover, look_ahead, read_configuration
from ipt_fhir.ehr.errors import DiscoveryRefused, Unreachable
from ipt_fhir.ehr.published import Published
from tests.ehr.given import BASE, Clock, issuer, transport

URL = f"{BASE}/.well-known/smart-configuration"
DOCUMENT: dict[str, Any] = {
    "issuer": BASE,
    "authorization_endpoint": "https://ehr.example/authorize",
    "token_endpoint": "https://ehr.example/token",
    "jwks_uri": "https://ehr.example/jwks",
    "capabilities": ["launch-ehr", "client-confidential-asymmetric"],
    "code_challenge_methods_supported": ["S256"],
    "scopes_supported": ["launch", "patient/CarePlan.c"],
    "grant_types_supported": ["authorization_code"],
}
STATEMENT: dict[str, Any] = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}


def test_the_configuration_is_fetched_below_the_fhir_base(hospital: responses.RequestsMock) -> None:
    hospital.get(URL, json=DOCUMENT)
    published = Published(transport())
    for registered in (issuer(), issuer(iss=BASE + "/")):
        found = discover(published, registered)
        assert found.token_endpoint == "https://ehr.example/token"
        assert found.deviations == ()
    assert len(hospital.calls) == 1


def test_what_a_launch_ends_with_is_read_ahead_unless_somebody_launched_a_moment_ago(
    hospital: responses.RequestsMock,
) -> None:
    """decision-D14b."""
    addresses = [URL, f"{BASE}/metadata", "https://ehr.example/jwks"]
    for address, document in zip(addresses, (DOCUMENT, STATEMENT, {"keys": []}), strict=True):
        hospital.get(address, json=document)
    clock = Clock()
    published = Published(transport(), monotonic=clock)
    small = [addresses[0], addresses[2]]
    for seconds, asked in ((0, addresses), (14, []), (1, small), (284, small), (1, [addresses[1]]), (299, small)):
        clock.seconds += seconds
        look_ahead(published, issuer())
        assert [call.request.url for call in hospital.calls] == asked
        hospital.calls.reset()


def test_no_key_set_is_read_ahead_where_nobody_asks_who_signed_in(hospital: responses.RequestsMock) -> None:
    hospital.get(URL, json=DOCUMENT)
    hospital.get(f"{BASE}/metadata", json=STATEMENT)
    look_ahead(Published(transport()), issuer(scopes=("launch", "patient/CarePlan.r")))


def test_relative_endpoints_are_resolved_against_the_fhir_base() -> None:
    """SMART 2.2, requirement 379."""
    document = {**DOCUMENT, "token_endpoint": "auth/token", "authorization_endpoint": "/authorize"}
    found = read_configuration(document, issuer())
    assert found.token_endpoint == f"{BASE}/auth/token"
    assert found.authorization_endpoint == "https://ehr.example/authorize"


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/token",
        "//evil.example/token",
        "https://ehr.example@evil.example/",
        "https://ehr.example:8443/token",
        "http://ehr.example/token",
        "http://127.0.0.1/token",
        "javascript:alert(1)",
        "https://ehr.example/token#x",
        "https://[ehr.example/",
        "",
        None,
        ["https://ehr.example/token"],
    ],
)
def test_attack_a07_an_endpoint_elsewhere_is_refused(name: str, address: object) -> None:
    with pytest.raises(DiscoveryRefused, match=name):
        read_configuration({**DOCUMENT, name: address}, issuer())


def test_an_endpoint_on_a_registered_origin_is_fine() -> None:
    elsewhere = issuer(allowed_origins=("https://auth.example",))
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    document = {**DOCUMENT, **{name: f"https://auth.example/{name}" for name in names}}
    assert read_configuration(document, elsewhere).token_endpoint == "https://auth.example/token_endpoint"


def test_attack_a08_a_redirect_is_not_followed(hospital: responses.RequestsMock) -> None:
    hospital.get(URL, status=302, headers={"Location": "http://169.254.169.254/"})
    with pytest.raises(DiscoveryRefused, match="foreign-address"):
        discover(Published(transport()), issuer())
    assert len(hospital.calls) == 1


def test_attack_a09_a_large_configuration_is_refused(hospital: responses.RequestsMock) -> None:
    hospital.get(URL, json={**DOCUMENT, "x": "x" * 70_000})
    with pytest.raises(DiscoveryRefused, match="too-large"):
        discover(Published(transport()), issuer())


def test_attack_a10_a_server_without_s256_is_refused() -> None:
    with pytest.raises(DiscoveryRefused, match="S256"):
        read_configuration({**DOCUMENT, "code_challenge_methods_supported": ["plain"]}, issuer())


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge_methods_supported": None},
        {"code_challenge_methods_supported": ["S256", "plain"]},
        {"capabilities": "launch-ehr"},
        {"scopes_supported": None},
        {"issuer": None},
        {"grant_types_supported": []},
    ],
)
def test_what_merely_deviates_is_noted(changes: dict[str, Any]) -> None:
    """Live servers break the table; PKCE is sent whether they advertise it or not."""
    found = read_configuration({**DOCUMENT, **changes}, issuer())
    assert len(found.deviations) == 1
    assert next(iter(changes)) in found.deviations[0]


def test_without_an_issuer_the_fhir_base_signs() -> None:
    document = {name: value for name, value in DOCUMENT.items() if name not in {"issuer", "jwks_uri"}}
    found = read_configuration(document, issuer(iss=BASE + "/"))
    assert (found.id_token_issuer, found.jwks_uri) == (BASE + "/", None)


@pytest.mark.parametrize(("status", "body"), [(404, ""), (200, "<html>"), (401, ""), (200, "[]")])
def test_a_server_without_a_configuration_is_refused(hospital: responses.RequestsMock, status: int, body: str) -> None:
    hospital.get(URL, status=status, body=body)
    with pytest.raises(DiscoveryRefused):
        discover(Published(transport()), issuer())


def test_a_hospital_that_is_down_is_down_and_not_badly_set_up(hospital: responses.RequestsMock) -> None:
    hospital.get(URL, body=requests.ConnectTimeout())
    with pytest.raises(Unreachable):
        discover(Published(transport()), issuer())
