"""A patient's session opens no page of a clinician's, a clinician's none of a patient's; each route is tried.

The default is no: a route that is added later is tried without anybody thinking of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from smart_app.web.guarding import form_token
from tests.journeys.clinician import Fields
from tests.web.acts import agree
from tests.web.browser import Browser
from tests.web.clinic import ALMA, DORU, Clinic
from tests.web.patients import PHQ9, PatientBrowser

HANDLE = "h" * 22
ELSEWHERE = {"static", "launching.launch", "launching.callback", "launching.key_set", "launching.patient"}


@pytest.fixture(scope="module")
def phone(standing_clinic: Clinic) -> PatientBrowser:
    """Doru's phone, signed in, with a form that is due."""
    agree(standing_clinic.opened())
    browser = PatientBrowser(standing_clinic.app, standing_clinic.app_url, standing_clinic.hospital_url)
    browser.sign_in(standing_clinic)
    browser.step(f"{PHQ9}/1", "1")
    return browser


def routes(clinic: Clinic, prefix: str) -> Iterator[tuple[str, str]]:
    """Method and path of every route under a prefix, with something in each blank."""
    for rule in clinic.app.url_map.iter_rules():
        if rule.rule.startswith(prefix):
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"}):
                yield method, _path(rule)


def _path(rule: Rule) -> str:
    blanks = {name: 1 if "int:" in rule.rule and name == "number" else "phq-9" for name in rule.arguments}
    built = rule.rule
    for name, value in blanks.items():
        built = built.replace(f"<int:{name}>", str(value)).replace(
            f"<{name}>", "{handle}" if name == "handle" else str(value)
        )
    return built


def knock(browser: Browser, method: str, path: str, **fields: str) -> TestResponse:
    if method == "GET":
        return browser.get(path)
    sent: Fields = {**fields}
    return browser.send(path, sent, Sec_Fetch_Site="same-origin")


def handle_of(browser: Browser) -> str:
    return browser.home.rstrip("/").rsplit("/", 1)[1]


def test_every_route_belongs_to_a_clinician_a_patient_an_administrator_or_to_the_doors(standing_clinic: Clinic) -> None:
    others = {
        rule.endpoint
        for rule in standing_clinic.app.url_map.iter_rules()
        if not rule.rule.startswith(("/s/<handle>", "/p/<handle>", "/admin/"))
    }
    assert others == ELSEWHERE


def test_a_patient_opens_no_route_of_a_clinician(standing_clinic: Clinic, phone: PatientBrowser) -> None:
    """decision-D66: with the patient's own handle, cookie and form token."""
    handle = handle_of(phone)
    token = form_token(handle, phone.cookie())
    made_for = str(phone.fields(f"{PHQ9}/1")["patient"])
    tried = 0
    for method, path in routes(standing_clinic, "/s/"):
        answer = knock(phone, method, path.format(handle=handle), token=token, patient=made_for, revision="1")
        assert answer.status_code in {403, 404}, f"{method} {path}"
        assert "DORU" not in answer.text
        tried += 1
    assert tried > 20


def test_a_clinicians_handle_is_worth_nothing_in_a_patients_browser(
    standing_clinic: Clinic, phone: PatientBrowser
) -> None:
    """attack-A27: a stolen handle."""
    clinician = standing_clinic.opened()
    for method, path in routes(standing_clinic, "/s/"):
        answer = knock(phone, method, path.format(handle=handle_of(clinician)), token="x" * 64)
        assert answer.status_code in {403, 404}, f"{method} {path}"


def test_a_clinician_opens_no_route_of_a_patient(standing_clinic: Clinic, phone: PatientBrowser) -> None:
    clinician = standing_clinic.opened()
    for handle in (handle_of(clinician), handle_of(phone)):
        token = form_token(handle, clinician.cookie())
        for method, path in routes(standing_clinic, "/p/"):
            answer = knock(clinician, method, path.format(handle=handle), token=token)
            assert answer.status_code in {403, 404}, f"{method} {path}"
            assert "DORU" not in answer.text


def test_a_patient_opens_no_route_of_another_patient(standing_clinic: Clinic, phone: PatientBrowser) -> None:
    """attack-A26, attack-A27."""
    agree(standing_clinic.opened(ALMA))
    other = PatientBrowser(standing_clinic.app, standing_clinic.app_url, standing_clinic.hospital_url)
    other.sign_in(standing_clinic, ALMA)
    for method, path in routes(standing_clinic, "/p/"):
        token = form_token(handle_of(phone), other.cookie())
        answer = knock(other, method, path.format(handle=handle_of(phone)), token=token)
        assert answer.status_code in {403, 404}, f"{method} {path}"
        assert "DORU" not in answer.text


def test_one_browser_signed_in_as_two_patients_sends_each_form_to_its_own(clinic: Clinic) -> None:
    """attack-A28, attack-A29: a family's phone."""
    agree(clinic.opened())
    agree(clinic.opened(ALMA))
    browser = PatientBrowser(clinic.app, clinic.app_url, clinic.hospital_url)
    browser.sign_in(clinic, DORU)
    first, form = browser.home, {**browser.fields(f"{PHQ9}/1"), "a-1": "LA6568-5", "act": "next"}
    browser.sign_in(clinic, ALMA)
    assert browser.post(f"{PHQ9}/1", form).status_code == 403
    stolen = {**form, "token": browser.fields(f"{PHQ9}/1")["token"]}
    assert browser.post(f"{PHQ9}/1", stolen).status_code == 409
    browser.patient = DORU
    assert browser.post(f"{first}{PHQ9}/1", form).status_code == 200


@pytest.mark.parametrize("left_out", ["token", "patient"])
def test_a_form_without_its_marks_is_refused(clinic: Clinic, left_out: str) -> None:
    """attack-A29, attack-A38."""
    agree(clinic.opened())
    browser = PatientBrowser(clinic.app, clinic.app_url, clinic.hospital_url)
    browser.sign_in(clinic)
    form = {**browser.fields(f"{PHQ9}/1"), "a-1": "LA6569-3", "act": "next"}
    del form[left_out]
    assert browser.post(f"{PHQ9}/1", form).status_code in {403, 409}
    assert browser.send(f"{PHQ9}/1", {**form, left_out: "x"}, Origin="https://evil.example").status_code == 403
    assert " checked" not in browser.get(f"{PHQ9}/1").text
