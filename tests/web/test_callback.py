"""The way back from the hospital's sign-in (SMART App Launch 2.2; RFC 6749 section 4.1.2; RFC 9207)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from smart_app.web.guarding import COOKIE
from tests.web.browser import Browser
from tests.web.clinic import ALMA, DORU, Clinic, Fault


def answered(clinic: Clinic, browser: Browser, patient: str = DORU) -> dict[str, str]:
    """Launch and sign in; the answer of the hospital as it would come back to the app."""
    begun = browser.get(f"/launch?{urlencode(clinic.click(patient)._asdict())}")
    signed_in = clinic.hospital.test_client().get(begun.headers["Location"])
    return {name: value for name, [value] in parse_qs(urlsplit(signed_in.headers["Location"]).query).items()}


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
