"""Who may come in by the patients' door, and by the clinicians': each role by its own, and the patient themself."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from ipt_fhir.ehr.token_grant import TokenGrant
from smart_app.patient_devices import PatientDevices
from smart_app.sandbox.sign_in_memory import Launch
from smart_app.services import admitting
from smart_app.services.failures import Failure
from smart_app.store import audit
from tests.journeys.clinician import Click
from tests.web.clinic import ALMA, DORU, Clinic, Fault
from tests.web.patients import PatientBrowser, chosen_at_hospital


@pytest.fixture
def phone(clinic: Clinic) -> PatientBrowser:
    """A phone nobody has used."""
    return PatientBrowser(clinic.app, clinic.app_url, clinic.hospital_url)


def with_devices(clinic: Clinic, **changed: object) -> None:
    """The clinic's settings with some that differ."""
    here = clinic.practice.patient_devices[clinic.iss]
    values = {name: getattr(here, name) for name in here.__struct_fields__} | changed
    object.__setattr__(clinic.practice, "patient_devices", {clinic.iss: PatientDevices(**values)})


def test_the_hospital_is_asked_for_the_patient_and_for_nothing_a_patient_may_not_have(
    clinic: Clinic, phone: PatientBrowser
) -> None:
    """SMART App Launch 2.2, standalone launch: launch/patient, no launch parameter, aud, PKCE."""
    begun = phone.get(f"/patient?{urlencode({'iss': clinic.iss})}")
    sent = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["Location"]).query).items()}
    assert sent["scope"].split() == ["launch/patient", "openid", "fhirUser", "patient/Patient.rs"]
    assert "launch" not in sent
    assert (sent["aud"], sent["code_challenge_method"], sent["response_type"]) == (clinic.iss, "S256", "code")
    assert len(sent["state"]) >= 22


def test_the_patients_token_is_used_once_and_not_kept(clinic: Clinic, phone: PatientBrowser) -> None:
    """decision-D66: one read, of the patient; nothing in the database."""
    phone.sign_in(clinic)
    asked = [line for line in clinic.door.asked if "/fhir/" in line and ".well-known" not in line]
    assert asked == [f"GET /fhir/Patient/{DORU}"]
    clinic.door.asked.clear()
    phone.get("")
    assert clinic.door.asked == []


def test_a_clinic_that_did_not_switch_it_on_says_so(clinic: Clinic, phone: PatientBrowser) -> None:
    with_devices(clinic, own_devices=False)
    refused = phone.sign_in(clinic)
    assert refused.status_code == 403
    assert "does not take answers from patients" in refused.text
    object.__setattr__(clinic.practice, "patient_devices", {})
    assert phone.sign_in(clinic).status_code == 403


def test_switching_it_off_ends_what_is_open(clinic: Clinic, phone: PatientBrowser) -> None:
    phone.sign_in(clinic)
    with_devices(clinic, own_devices=False)
    assert phone.get("").status_code == 404


@pytest.mark.parametrize("query", ["", "iss=", "iss=a&iss=b", "iss=https://elsewhere.example/fhir"])
def test_an_issuer_that_is_none_or_unknown_is_refused_without_a_request(
    clinic: Clinic, phone: PatientBrowser, query: str
) -> None:
    """attack-A01, attack-A05."""
    assert phone.get(f"/patient?{query}").status_code in {400, 403}
    assert clinic.door.asked == []


def test_who_does_not_sign_in_is_told_in_words_for_patients(clinic: Clinic, phone: PatientBrowser) -> None:
    refused = phone.sign_in(clinic, choice="")
    assert refused.status_code == 403
    assert "You could not be signed in." in refused.text
    assert "chart" not in refused.text.partition("<main")[2]


def test_a_hospital_that_does_not_answer_is_told_in_words_for_patients(clinic: Clinic, phone: PatientBrowser) -> None:
    clinic.door.hang(Fault("POST", "/oauth/token", answer=None))
    assert "You could not be signed in." in phone.sign_in(clinic).text


def test_a_hospital_that_keeps_the_name_back_costs_a_greeting_only(clinic: Clinic, phone: PatientBrowser) -> None:
    clinic.door.hang(Fault("GET", f"/fhir/Patient/{DORU}", answer=None))
    assert phone.sign_in(clinic).status_code == 200


def test_an_answer_of_the_hospital_serves_the_browser_that_asked_and_once(
    clinic: Clinic, phone: PatientBrowser
) -> None:
    """attack-A12, attack-A14, attack-A77."""
    begun = phone.get(f"/patient?{urlencode({'iss': clinic.iss})}")
    thief = PatientBrowser(clinic.app, clinic.app_url, clinic.hospital_url)
    thief.get(f"/patient?{urlencode({'iss': clinic.iss})}")
    back = chosen_at_hospital(begun.headers["Location"], DORU).removeprefix(clinic.app_url)
    assert thief.get(back).status_code == 400
    assert phone.get(back).status_code == 400


@pytest.mark.parametrize(
    ("claims", "patient"),
    [
        pytest.param({"fhirUser": "Practitioner/zztest-vale", "sub": "zztest-vale"}, DORU, id="a clinician"),
        pytest.param({"fhirUser": "RelatedPerson/mother", "sub": "mother"}, DORU, id="a relative"),
        pytest.param({"fhirUser": f"Patient/{ALMA}", "sub": ALMA}, DORU, id="another patient (attack-A32)"),
        pytest.param({"fhirUser": f"https://elsewhere.example/fhir/Patient/{DORU}", "sub": DORU}, DORU, id="elsewhere"),
        pytest.param({"sub": DORU}, DORU, id="nobody says who"),
        pytest.param({"fhirUser": f"Patient/{DORU}"}, DORU, id="no sub"),
    ],
)
def test_only_the_patient_themself_is_let_in(clinic: Clinic, claims: dict[str, str], patient: str) -> None:
    grant = TokenGrant(
        access_token="t",
        expires_at=clinic.clock.now + timedelta(hours=1),
        scopes=frozenset(),
        patient=patient,
        id_claims=claims,
    )
    issuer = clinic.practice.for_patients(clinic.iss)
    with clinic.app.test_request_context(), pytest.raises(Failure) as refused:
        admitting.admit(clinic.practice, issuer, grant, "x" * 43)
    assert refused.value.code == "not-the-patient"
    assert clinic.door.asked == []


def test_a_patient_who_comes_by_the_clinicians_door_is_refused(clinic: Clinic) -> None:
    """A portal that opens apps for patients: signed in as a patient, with a launch of the chart."""
    memory = clinic.hospital.desk.memory
    launch = memory.open_launch("ipt-fhir-demo", "zztest-vale", DORU)
    alone = Launch(
        value=launch.value, client_id=launch.client_id, practitioner=None, patient=DORU, expires_at=launch.expires_at
    )
    memory._launches[launch.value] = alone
    browser = clinic.browser()
    with pytest.raises(AssertionError, match="You signed in as a patient"):
        browser.open(Click(clinic.iss, launch.value), DORU)
    assert browser.home == ""
    with clinic.practice.store.read() as tx:
        assert not [event for _, event in audit.events(tx, clinic.iss, DORU) if event.action is audit.Action.LAUNCH]


def test_the_sign_in_of_a_patient_is_in_the_audit_log(clinic: Clinic, phone: PatientBrowser) -> None:
    phone.sign_in(clinic)
    with clinic.practice.store.read() as tx:
        (event,) = [event for _, event in audit.events(tx, clinic.iss, DORU)]
    assert (event.action, event.actor, event.entity) == (audit.Action.LAUNCH, DORU, f"Patient/{DORU}")


def test_another_registration_of_the_app_for_patients_is_used(clinic: Clinic, phone: PatientBrowser) -> None:
    """Some hospitals register what patients use apart."""
    with_devices(clinic, client_id="ipt-for-patients")
    begun = phone.get(f"/patient?{urlencode({'iss': clinic.iss})}")
    assert parse_qs(urlsplit(begun.headers["Location"]).query)["client_id"] == ["ipt-for-patients"]
