"""The launch from the chart, up to the hospital's sign-in."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.web.clinic import Clinic, Fault, open_clinic


@pytest.fixture
def clinic(standing_clinic: Clinic) -> Clinic:
    """Nothing here gets as far as opening a chart."""
    standing_clinic.door.asked.clear()
    return standing_clinic


@pytest.mark.parametrize(
    "strange",
    [
        pytest.param("https://elsewhere.example/fhir", id="attack-A01-unknown"),
        pytest.param("{user}", id="attack-A02-user-name-before-the-host"),
        pytest.param("http://169.254.169.254/latest", id="attack-A03-metadata-service"),
        pytest.param("http://localhost/fhir", id="attack-A03-other-port"),
        pytest.param("http://[::1]/fhir", id="attack-A03-ipv6"),
        pytest.param("http://2130706433/fhir", id="attack-A03-decimal-address"),
        pytest.param("{upper}", id="attack-A04-upper-case"),
        pytest.param("{iss}/", id="attack-A04-slash"),
        pytest.param("{iss}?x=1", id="attack-A04-query"),
        pytest.param("{iss}#x", id="attack-A04-fragment"),
        pytest.param("{iss}%2e", id="attack-A04-escaped-dot"),
        pytest.param("{dot}", id="attack-A04-dot-after-the-host"),
    ],
)
def test_an_issuer_that_is_not_registered_letter_by_letter_is_refused_without_a_request(
    clinic: Clinic, strange: str
) -> None:
    iss = clinic.click().iss
    variants = {
        "iss": iss,
        "upper": iss.upper(),
        "user": iss.replace("//", "//ehr.example@"),
        "dot": iss.replace("localhost", "localhost."),
    }
    refused = clinic.browser().get(f"/launch?{urlencode({'iss': strange.format(**variants), 'launch': 'x'})}")
    assert refused.status_code == 403
    assert "not registered for the system that opened it" in refused.text
    assert "unknown-issuer" in refused.text
    assert clinic.door.asked == []


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("iss={iss}&iss={iss}&launch=x", id="attack-A05-iss-twice"),
        pytest.param("iss={iss}&iss=http://elsewhere.example&launch=x", id="attack-A05-two-issuers"),
        pytest.param("iss={iss}&launch=x&launch=y", id="attack-A05-launch-twice"),
        pytest.param("iss[]={iss}&launch=x", id="attack-A05-array"),
        pytest.param("iss={iss}", id="no-launch"),
        pytest.param("launch=x", id="no-iss"),
        pytest.param("iss={iss}&launch=", id="empty-launch"),
        pytest.param("iss={iss}&launch={long}", id="attack-A11-long"),
        pytest.param("iss={iss}&launch=a%0d%0aSet-Cookie:%20x=y", id="attack-A11-line-break"),
        pytest.param("iss={iss}&launch=a%00b", id="attack-A11-nul"),
    ],
)
def test_a_launch_that_is_not_one_iss_and_one_launch_is_refused_without_a_request(clinic: Clinic, query: str) -> None:
    refused = clinic.browser().get("/launch?" + query.format(iss=clinic.click().iss, long="x" * 1_000_000))
    assert refused.status_code == 400
    assert "Set-Cookie" not in refused.headers
    assert clinic.door.asked == []


def test_a_launch_token_is_opaque_and_comes_to_the_hospital_unchanged(clinic: Clinic) -> None:
    """attack-A11: whatever is in it is encoded in the address."""
    launch = 'a&scope=x /?#%"<>'
    begun = clinic.browser().get(f"/launch?{urlencode({'iss': clinic.click().iss, 'launch': launch})}")
    sent = parse_qs(urlsplit(begun.headers["Location"]).query)
    assert (sent["launch"], len(sent["scope"])) == ([launch], 1)


def test_a_launch_token_outside_ascii_is_refused(clinic: Clinic) -> None:
    """attack-A11: no SMART server makes one."""
    iss = clinic.click().iss
    assert clinic.browser().get(f"/launch?{urlencode({'iss': iss, 'launch': 'x😀'})}").status_code == 403


def test_the_browser_is_sent_to_the_registered_hospital_with_what_smart_asks_for(clinic: Clinic) -> None:
    click = clinic.click()
    begun = clinic.browser().get(f"/launch?{urlencode(click._asdict())}")
    address = urlsplit(begun.headers["Location"])
    sent = {name: value for name, [value] in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}" == clinic.hospital_url
    assert (sent["aud"], sent["launch"], sent["response_type"]) == (click.iss, click.launch, "code")
    assert (sent["code_challenge_method"], len(sent["code_challenge"])) == ("S256", 43)
    assert sent["redirect_uri"] == f"{clinic.app_url}/callback"
    assert len(sent["state"]) >= 22


def test_every_launch_has_its_own_state_nonce_and_challenge(clinic: Clinic) -> None:
    address = f"/launch?{urlencode(clinic.click()._asdict())}"
    browser = clinic.browser()
    first, second = (parse_qs(urlsplit(browser.get(address).headers["Location"]).query) for _ in range(2))
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))


def test_the_cookie_is_for_this_host_over_tls_inside_one_site_and_not_for_scripts(clinic: Clinic) -> None:
    """decision-D12."""
    begun = clinic.browser().get(f"/launch?{urlencode(clinic.click()._asdict())}")
    name, *flags = begun.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-ipt-browser=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=None", "Partitioned"} == set(flags)


def test_the_way_back_comes_from_the_settings_whatever_host_a_request_names(clinic: Clinic) -> None:
    """attack-A64."""
    with clinic.app.test_client() as client:
        named = {"Host": "elsewhere.example", "X-Forwarded-Host": "elsewhere.example"}
        begun = client.get("/launch", query_string=clinic.click()._asdict(), headers=named)
    sent = parse_qs(urlsplit(begun.headers["Location"]).query)
    assert sent["redirect_uri"] == [f"{clinic.app_url}/callback"]


def test_a_hospital_that_does_not_answer_is_a_page_with_a_way_out(tmp_path: Path) -> None:
    """fault-F09 at the launch: said in words, with a code for IT."""
    with open_clinic(tmp_path) as clinic:
        clinic.door.hang(Fault("GET", "/fhir/.well-known/smart-configuration", answer=None))
        failed = clinic.browser().get(f"/launch?{urlencode(clinic.click()._asdict())}")
    assert failed.status_code == 502
    assert "For IT: " in failed.text
    assert "Traceback" not in failed.text


def test_the_key_set_holds_public_members_only(clinic: Clinic) -> None:
    answer = clinic.browser().get("/.well-known/jwks.json")
    keys = json.loads(answer.text)["keys"]
    assert [set(key) & {"d", "p", "q", "dp", "dq", "qi", "k"} for key in keys] == [set()]
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_a_page_that_does_not_exist_is_said_in_words(clinic: Clinic) -> None:
    missing = clinic.browser().get("/elsewhere")
    assert missing.status_code == 404
    assert "Open the app from the chart again" in missing.text


def test_a_method_that_does_not_exist_is_refused(clinic: Clinic) -> None:
    """attack-A66."""
    with clinic.app.test_client() as client:
        assert client.open("/launch", method="TRACE").status_code == 405
