"""The way back from the hospital's sign-in (SMART App Launch 2.2; RFC 6749 section 4.1.2; RFC 9207)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from ipt_fhir.ehr.published import Published
from smart_app.demo import REGISTERED
from smart_app.web.guarding import COOKIE
from tests.web.browser import Browser
from tests.web.clinic import ALMA, DORU, VALE, Clinic, Fault, open_clinic


def answered(clinic: Clinic, browser: Browser, patient: str = DORU) -> dict[str, str]:
    """Launch and sign in; the answer of the hospital as it would come back to the app."""
    begun = browser.get(f"/launch?{urlencode(clinic.click(patient)._asdict())}")
    signed_in = clinic.hospital.test_client().get(begun.headers["Location"])
    return {name: value for name, [value] in parse_qs(urlsplit(signed_in.headers["Location"]).query).items()}


def _laboratory_value(number: int) -> dict[str, Any]:
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "resourceType": "Observation",
        "id": f"zztest-lab-{number}",
        "status": "final",
        "category": [{"coding": [{"system": system, "code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "2951-2"}]},
        "subject": {"reference": f"Patient/{DORU}"},
        "valueQuantity": {"value": 140, "unit": "mmol/L"},
    }


def call_back(browser: Browser, **answer: str) -> tuple[int, str]:
    found = browser.get(f"/callback?{urlencode(answer)}")
    return found.status_code, found.headers.get("Location", found.text)


def test_a_good_answer_opens_the_overview_once(clinic: Clinic) -> None:
    browser = clinic.browser()
    answer = answered(clinic, browser)
    status, address = call_back(browser, **answer)
    assert (status, address.startswith("/s/")) == (303, True)
    status, page = call_back(browser, **answer)
    assert (status, "used before" in page) == (400, True)  # attack-A12


@pytest.mark.parametrize("state", [None, "", "x" * 43, "known-nowhere"])
def test_an_answer_without_a_state_of_ours_is_refused(clinic: Clinic, state: str | None) -> None:
    """attack-A12."""
    browser = clinic.browser()
    answer = answered(clinic, browser)
    del answer["state"]
    status, _ = call_back(browser, **answer, **({} if state is None else {"state": state}))
    assert status == 400


def test_an_answer_after_five_minutes_is_refused(clinic: Clinic) -> None:
    """attack-A12, expired."""
    browser = clinic.browser()
    answer = answered(clinic, browser)
    clinic.clock.move(minutes=5, seconds=1)
    status, page = call_back(browser, **answer)
    assert (status, "longer than five minutes" in page) == (400, True)


def test_a_code_of_another_sign_in_does_not_fit_this_state(clinic: Clinic) -> None:
    """attack-A13: the verifier of this sign-in does not match the challenge behind that code."""
    attacker, victim = clinic.browser(), clinic.browser()
    stolen = answered(clinic, attacker, ALMA)["code"]
    answer = answered(clinic, victim)
    status, page = call_back(victim, **{**answer, "code": stolen})
    assert (status, "sign-in did not succeed" in page) == (403, True)
    assert "ALMA" not in page.upper()


def test_the_answer_of_one_browser_is_worthless_in_another(clinic: Clinic) -> None:
    """attack-A14, and the state is burned by the attempt."""
    attacker, victim = clinic.browser(), clinic.browser()
    answered(clinic, victim)  # Gives the victim a cookie.
    answer = answered(clinic, attacker)
    assert call_back(victim, **answer)[0] == 400
    assert call_back(attacker, **answer)[0] == 400


def test_an_answer_that_names_another_authorization_server_is_refused(clinic: Clinic) -> None:
    """attack-A15 (RFC 9207): the code is not sent anywhere."""
    browser = clinic.browser()
    answer = answered(clinic, browser)
    clinic.door.asked.clear()
    assert call_back(browser, **{**answer, "iss": "https://elsewhere.example"})[0] == 403
    assert clinic.door.asked == []


def test_words_of_the_authorization_server_are_never_shown(clinic: Clinic) -> None:
    """attack-A16."""
    browser = clinic.browser()
    answer = answered(clinic, browser)
    status, page = call_back(
        browser, state=answer["state"], error="<script>1</script>", error_description="<script>alert(2)</script>"
    )
    assert (status, "sign-in did not succeed" in page) == (403, True)
    assert "alert" not in page
    assert "script" not in page


def test_a_browser_that_keeps_no_cookie_is_told_so(clinic: Clinic) -> None:
    """attack-A17: no way round through the address."""
    answer = answered(clinic, clinic.browser())
    clinic.door.asked.clear()
    status, page = call_back(clinic.browser(), **answer)
    assert (status, "did not keep this app&#39;s cookie" in page) == (400, True)
    assert clinic.door.asked == []


def test_of_many_answers_at_once_one_opens_the_app(clinic: Clinic) -> None:
    """attack-A77: one state, one launch."""
    browser = clinic.browser()
    answer = answered(clinic, browser)

    def attempt(_: int) -> int:
        client = clinic.app.test_client()
        client.set_cookie(COOKIE, browser.cookie(), domain="127.0.0.1", secure=True)
        return client.get("/callback", query_string=answer, base_url=clinic.app_url).status_code

    with ThreadPoolExecutor(8) as threads:
        found = sorted(threads.map(attempt, range(16)))
    assert found == [303] + [400] * 15
    assert clinic.door.asked.count("POST /oauth/token") == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/oauth/token", 502),
        ("POST", "/fhir", 502),
        ("GET", "/fhir/metadata", 502),
    ],
)
def test_a_hospital_that_fails_during_the_launch_is_said_in_words_and_opens_nothing(
    clinic: Clinic, method: str, path: str, status: int
) -> None:
    browser = clinic.browser()
    answer = answered(clinic, browser)
    clinic.door.hang(Fault(method, path, answer=None))
    found, page = call_back(browser, **answer)
    assert (found, "For IT: " in page) == (status, True)
    assert "Traceback" not in page


def test_a_warm_launch_makes_two_rounds_one_after_the_other(clinic: Clinic) -> None:
    """decision-D14b: the token, and one batch with the chart and the name of whoever launched."""
    clinic.opened()
    clinic.door.asked.clear()
    page = clinic.opened().get("").text
    assert clinic.door.asked == ["GET /oauth/authorize", "POST /oauth/token", "POST /fhir"]
    assert "Noor ZZTEST-VALE" in page


def test_the_first_launch_of_a_day_reads_ahead_while_the_person_signs_in(clinic: Clinic) -> None:
    """decision-D14b: afterwards the same two rounds, though nothing of the hospital was known."""
    errands: list[Callable[[], None]] = []
    practice = clinic.practice
    published = Published(practice.transport)
    clinic.app.extensions["practice"] = replace(practice, meanwhile=errands.append, published=published)
    browser = clinic.browser()
    answer = answered(clinic, browser)
    (ahead,) = errands
    ahead()
    clinic.door.asked.clear()
    assert call_back(browser, **answer)[0] == 303
    assert clinic.door.asked == ["POST /oauth/token", "POST /fhir"]


def test_a_chart_with_thousands_of_observations_opens_in_the_same_two_rounds(clinic: Clinic) -> None:
    """decision-D100: the pages of laboratory values and vital signs are not turned; 2,600 would be 52 of them."""
    clinic.opened()
    for number in range(2_600):
        clinic.hospital.store.update(_laboratory_value(number))
    clinic.door.asked.clear()
    clinic.opened()
    assert clinic.door.asked == ["GET /oauth/authorize", "POST /oauth/token", "POST /fhir"]


def test_a_directory_that_may_not_be_searched_is_read_instead(tmp_path: Path) -> None:
    allowed = tuple("user/Practitioner.r" if "Practitioner" in scope else scope for scope in REGISTERED)
    with open_clinic(tmp_path, allowed=allowed) as clinic:
        assert "Noor ZZTEST-VALE" in clinic.opened().get("").text


def test_without_a_name_anywhere_the_person_is_shown_as_the_token_says(tmp_path: Path) -> None:
    allowed = tuple(scope for scope in REGISTERED if "Practitioner" not in scope)
    with open_clinic(tmp_path, allowed=allowed) as clinic:
        assert f"Practitioner/{VALE}" in clinic.opened().get("").text
