"""Requests that change something, from somewhere else than a page of ours."""

from __future__ import annotations

import pytest

from tests.web.acts import course_of, phq9
from tests.web.clinic import ALMA, DORU, Clinic


@pytest.fixture
def clinic(standing_clinic: Clinic) -> Clinic:
    """Refused requests leave nothing behind."""
    return standing_clinic


ELSEWHERE = "https://elsewhere.example"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Sec_Fetch_Site": "cross-site", "Origin": ELSEWHERE}, id="attack-A38-cross-site"),
        pytest.param({"Sec_Fetch_Site": "cross-site", "Origin": "{ehr}"}, id="attack-A39-from-the-ehr-page"),
        pytest.param({"Sec_Fetch_Site": "same-site", "Origin": "{ehr}"}, id="attack-A39-same-site"),
        pytest.param({"Sec_Fetch_Site": "none"}, id="typed-address"),
        pytest.param({"Sec_Fetch_Site": "SAME-ORIGIN"}, id="wrong-spelling"),
        pytest.param({"Sec_Fetch_Site": "cross-site", "Origin": "{app}"}, id="attack-A38-stated-origin-is-not-enough"),
        pytest.param({"Origin": ELSEWHERE}, id="attack-A38-old-browser-cross-site"),
        pytest.param({"Origin": "null"}, id="attack-A38-sandboxed-frame"),
        pytest.param({"Origin": "{app}.elsewhere.example"}, id="attack-A38-origin-that-begins-like-ours"),
        pytest.param({}, id="no-headers"),
        pytest.param({"Referer": "{app}/s/x/plan"}, id="referer-is-no-proof"),
    ],
)
def test_a_request_that_did_not_start_on_a_page_of_ours_is_refused(clinic: Clinic, headers: dict[str, str]) -> None:
    """attack-A38, attack-A39: refused though cookie, token, patient and revision are right."""
    browser = clinic.opened()
    form, before = {**browser.fields("forms/phq-9"), **phq9("111111111"), "act": "done"}, course_of(clinic)
    spelled = {name: value.format(ehr=clinic.hospital_url, app=clinic.app_url) for name, value in headers.items()}
    refused = browser.send("forms/phq-9", form, **spelled)
    assert refused.status_code == 403
    assert "did not come from a page of this app" in refused.text
    assert course_of(clinic) == before


@pytest.mark.parametrize("headers", [{"Sec_Fetch_Site": "same-origin"}, {"Origin": "{app}"}])
def test_a_request_from_a_page_of_ours_is_taken(clinic: Clinic, headers: dict[str, str]) -> None:
    """An older browser proves itself by its Origin."""
    browser = clinic.opened()
    form, before = {**browser.fields("forms/phq-9"), **phq9("111111111"), "act": "done"}, course_of(clinic)
    spelled = {name: value.format(app=clinic.app_url) for name, value in headers.items()}
    assert browser.send("forms/phq-9", form, **spelled).status_code == 303
    assert len(course_of(clinic).responses) == len(before.responses) + 1


@pytest.mark.parametrize("token", [None, "", "0" * 64, "ü", "another launch", "another browser"])
def test_a_form_without_the_token_of_this_launch_and_this_browser_is_refused(clinic: Clinic, token: str | None) -> None:
    """attack-A38: a form made elsewhere; attack-A29: a form of another launch."""
    browser = clinic.opened(ALMA)
    of_alma = browser.fields("plan")["token"]
    browser.open(clinic.click(DORU), DORU)
    of_stranger = clinic.opened(DORU).fields("plan")["token"]
    form, before = {**browser.fields("forms/phq-9"), **phq9("111111111"), "act": "done"}, course_of(clinic)
    del form["token"]
    known = {"another launch": of_alma, "another browser": of_stranger}
    if token is not None:
        form["token"] = known.get(token, token)
    assert browser.post("forms/phq-9", form).status_code == 403
    assert course_of(clinic) == before


def test_a_form_without_the_cookie_is_refused(clinic: Clinic) -> None:
    browser = clinic.opened()
    form, before = {**browser.fields("forms/phq-9"), **phq9("111111111"), "act": "done"}, course_of(clinic)
    with clinic.app.test_client() as client:
        address = f"{browser.home}forms/phq-9"
        refused = client.post(address, data=form, base_url=clinic.app_url, headers={"Sec-Fetch-Site": "same-origin"})
    assert refused.status_code == 403
    assert course_of(clinic) == before


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/xml"])
def test_a_body_that_is_no_form_is_refused(clinic: Clinic, kind: str) -> None:
    """attack-A38, attack-A59."""
    browser = clinic.opened()
    with clinic.app.test_client() as client:
        headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": kind, "Cookie": f"x={browser.cookie()}"}
        body = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'
        refused = client.post(f"{browser.home}plan", data=body, base_url=clinic.app_url, headers=headers)
    assert refused.status_code == 403


def test_a_form_beyond_every_measure_is_refused(clinic: Clinic) -> None:
    browser = clinic.opened()
    form = {**browser.fields("plan"), "text-G-02": "x" * 1_100_000}
    assert browser.post("plan", form).status_code == 413


@pytest.mark.parametrize("page", ["", "forms/phq-9", "plan", "session", "filing"])
def test_looking_changes_nothing(clinic: Clinic, page: str) -> None:
    """attack-A38: a picture or a link from elsewhere cannot act."""
    browser = clinic.opened()
    before = course_of(clinic)
    browser.get(f"{page}?act=done&choice=theirs")
    assert course_of(clinic) == before
    assert clinic.chart("CarePlan") == []
