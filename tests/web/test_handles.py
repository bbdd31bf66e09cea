"""One handle, one browser, one patient (decision-D12)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from smart_app.web.guarding import COOKIE
from tests.journeys.clinician import Fields
from tests.web.acts import course_of, fill_in, phq9
from tests.web.clinic import ALMA, DORU, OKORO, Clinic
from tests.web.page_checks import Page

PAGES = ("", "forms/phq-9", "focus", "plan", "session", "filing")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_shown_to_the_browser_that_began_the_launch_and_to_no_other(clinic: Clinic, page: str) -> None:
    """attack-A26, attack-A27: with another browser's cookie and with none the page does not exist."""
    owner, stranger = clinic.opened(), clinic.opened(ALMA)
    address = owner.home + page
    assert owner.get(address).status_code == 200
    for other in (stranger, clinic.browser()):
        refused = other.get(address)
        assert refused.status_code == 404
        assert "DORU" not in refused.text


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "ü" * 43, "x" * 3_000])
def test_a_cookie_that_is_not_ours_opens_nothing(clinic: Clinic, secret: str) -> None:
    """attack-A68."""
    home = clinic.opened().home
    with clinic.app.test_client() as client:
        client.set_cookie(COOKIE, secret, domain="127.0.0.1", secure=True)
        assert client.get(home, base_url=clinic.app_url).status_code == 404


def test_the_form_of_one_patient_stays_with_that_patient_after_a_launch_for_another(clinic: Clinic) -> None:
    """attack-A28, attack-A30: two charts open in one browser, the older page is sent last."""
    browser = clinic.opened(ALMA)
    alma = browser.home
    form = {**browser.fields("forms/phq-9"), **phq9("111111111"), "act": "done"}
    browser.open(clinic.click(DORU), DORU)
    browser.patient = ALMA
    assert browser.post(f"{alma}forms/phq-9", form).status_code == 200
    assert len(course_of(clinic, ALMA).responses) == 1
    assert course_of(clinic, DORU).responses == ()


def test_the_form_of_one_patient_under_the_handle_of_another_is_refused(clinic: Clinic) -> None:
    """attack-A29: the token alone tells it."""
    browser = clinic.opened(ALMA)
    form = {**browser.fields("forms/phq-9"), **phq9("111111111"), "act": "done"}
    browser.open(clinic.click(DORU), DORU)
    assert browser.post("forms/phq-9", form).status_code == 403
    assert course_of(clinic, DORU).responses == ()


def test_a_form_that_was_made_for_another_patient_is_refused_even_with_the_token_of_this_launch(clinic: Clinic) -> None:
    """attack-A29: the patient's fingerprint is its own guard, and it is asked before the revision."""
    browser = clinic.opened(ALMA)
    other = browser.fields("forms/phq-9")["patient"]
    browser.open(clinic.click(DORU), DORU)
    form = {**browser.fields("forms/phq-9"), **phq9("111111111"), "patient": other, "act": "done"}
    refused = browser.post("forms/phq-9", form)
    assert refused.status_code == 409
    assert "made for another patient" in refused.text
    assert course_of(clinic, DORU).responses == ()


def test_a_safety_item_of_another_patient_is_not_there(clinic: Clinic) -> None:
    """attack-A32."""
    fill_in(clinic.opened(ALMA), "000000001")
    (item,) = course_of(clinic, ALMA).safety_items
    browser = clinic.opened(DORU)
    assert browser.get(f"safety/{item.id}").status_code == 404
    form = {**browser.fields("session"), "act": "discussed-in-session"}
    assert browser.post(f"safety/{item.id}", form).status_code == 404
    assert course_of(clinic, ALMA).open_safety_items == (item,)


@pytest.mark.parametrize("ident", ["..", "%2e%2e%2fplan", "x" * 10_000, "<script>", "' or 1=1 --"])
def test_an_item_that_cannot_be_is_not_there(clinic: Clinic, ident: str) -> None:
    """attack-A33, attack-A61."""
    answer = clinic.opened().get(f"safety/{ident}")
    assert answer.status_code in {308, 404} or answer.request.path.count("/") < 4
    assert "<script>" not in answer.text


def test_a_second_launch_has_its_own_handle_and_the_first_lives_on(clinic: Clinic) -> None:
    browser = clinic.opened(ALMA)
    first = browser.home
    browser.open(clinic.click(ALMA), ALMA)
    assert browser.home != first
    assert browser.get(first).status_code == 200


def test_a_launch_ends_after_fifteen_minutes_without_a_click(clinic: Clinic) -> None:
    browser = clinic.opened()
    for _ in range(3):
        clinic.clock.move(minutes=14)
        assert browser.get("plan").status_code == 200
    clinic.clock.move(minutes=15, seconds=1)
    ended = browser.get("plan")
    assert ended.status_code == 404
    assert "not open any more" in ended.text


def test_a_launch_ends_after_ten_hours_of_work(clinic: Clinic) -> None:
    browser = clinic.opened()
    for _ in range(60):
        clinic.clock.move(minutes=10)
        assert browser.get("session").status_code == 200
    clinic.clock.move(minutes=1)
    assert browser.get("session").status_code == 404


def test_signing_out_ends_the_launch_and_a_request_after_it_changes_nothing(clinic: Clinic) -> None:
    """attack-A78."""
    browser = clinic.opened()
    form = browser.fields("forms/phq-9")
    assert "Signed out" in browser.post("sign-out", form).text
    assert browser.get("").status_code == 404
    late = browser.post("forms/phq-9", {**form, **phq9("111111111"), "act": "done"})
    assert late.status_code == 404
    assert course_of(clinic).responses == ()


def test_what_was_kept_comes_back_after_a_new_launch(clinic: Clinic) -> None:
    """fault-F71: the same person, the same patient."""
    browser = clinic.opened()
    fill_in(browser, "123  ", act="keep")
    clinic.clock.move(minutes=40)
    assert browser.get("forms/phq-9").status_code == 404
    page = clinic.opened().get("forms/phq-9")
    assert page.text.count(" checked") == 3
    assert "Answers kept from" in page.text


@pytest.mark.parametrize(("patient", "practitioner"), [(DORU, OKORO), (ALMA, "zztest-vale")])
def test_what_was_kept_is_for_that_person_and_that_patient_only(
    clinic: Clinic, patient: str, practitioner: str
) -> None:
    """fault-F71."""
    fill_in(clinic.opened(), "123", act="keep")
    page = clinic.opened(patient, practitioner).get("forms/phq-9")
    assert " checked" not in page.text


def test_a_form_sent_after_forty_minutes_of_typing_comes_back_after_a_new_launch(clinic: Clinic) -> None:
    """fault-F71: the launch went idle, nothing was saved on the way, and still no answer is lost."""
    browser = clinic.opened()
    form = {**browser.fields("forms/phq-9"), **phq9("123123120"), "act": "done"}
    clinic.clock.move(minutes=40)
    assert browser.post("forms/phq-9", form).status_code == 404
    assert course_of(clinic).responses == ()
    assert clinic.opened().get("forms/phq-9").text.count(" checked") == 9
    assert " checked" not in clinic.opened(DORU, OKORO).get("forms/phq-9").text


def test_a_late_form_of_one_patient_is_not_kept_for_another(clinic: Clinic) -> None:
    """attack-A29 with a launch that went idle."""
    browser = clinic.opened(ALMA)
    other = browser.fields("forms/phq-9")["patient"]
    browser.open(clinic.click(DORU), DORU)
    form = {**browser.fields("forms/phq-9"), **phq9("123123120"), "patient": other, "act": "done"}
    clinic.clock.move(minutes=40)
    assert browser.post("forms/phq-9", form).status_code == 409
    assert " checked" not in clinic.opened(DORU).get("forms/phq-9").text


@pytest.mark.parametrize("late", [True, False], ids=["launch-went-idle", "page-out-of-date"])
def test_text_that_came_too_late_is_shown_to_copy(clinic: Clinic, late: bool) -> None:
    """fault-F71, fault-F72: typed text is never lost; what was not ticked is not text of theirs."""
    browser = clinic.opened()
    words: Fields = {"text-G-02": "Feel <well>.", "level-G-02-0": "As expected.", "text-G-17": "Not ticked."}
    form = {**browser.fields("plan"), **words, "goal": ["G-02"]}
    if late:
        clinic.clock.move(minutes=40)
    else:
        browser.submit("session", ("act", "keep"))
    refused = browser.post("plan", form)
    assert refused.status_code == (404 if late else 409)
    assert [item.text for item in Page(refused.text).all("bdi")] == ["Feel <well>.", "As expected."]
    assert course_of(clinic).goals == ()


@pytest.mark.parametrize("page", ["forms/phq-9", "focus", "plan", "session", "filing"])
def test_a_page_that_is_out_of_date_changes_nothing(clinic: Clinic, page: str) -> None:
    """fault-F72: two tabs; the second is told to look again."""
    browser = clinic.opened()
    stale = browser.fields("session" if page == "filing" else page)
    browser.submit("session", ("act", "keep"))
    before = course_of(clinic)
    refused = browser.post(page, {**stale, **phq9("111111111"), "act": "done"})
    assert refused.status_code == 409
    assert "changed in another window" in refused.text
    assert course_of(clinic) == before


def test_a_form_sent_twice_counts_once(clinic: Clinic) -> None:
    """attack-A77: a double click."""
    browser = clinic.opened()
    form = {**browser.fields("forms/phq-9"), **phq9("111111111"), "act": "done"}
    assert browser.post("forms/phq-9", form).status_code == 200
    assert browser.post("forms/phq-9", form).status_code == 409
    assert len(course_of(clinic).responses) == 1


def test_of_many_tabs_that_save_at_once_one_is_first_and_the_others_are_told(clinic: Clinic) -> None:
    """fault-F72, attack-A77: sixteen tabs, one course."""
    browser = clinic.opened()
    form = {**browser.fields("session"), "act": "close"}

    def save(tab_number: int) -> int:
        tab = clinic.app.test_client()
        tab.set_cookie(COOKIE, browser.cookie(), domain="127.0.0.1", secure=True)
        address, ours = f"{browser.home}session", {"Sec-Fetch-Site": "same-origin"}
        return tab.post(
            address, data={**form, "window": str(tab_number)}, base_url=clinic.app_url, headers=ours
        ).status_code

    with ThreadPoolExecutor(8) as tabs:
        assert sorted(tabs.map(save, range(16))) == [303] + [409] * 15
    assert [session.number for session in course_of(clinic).sessions] == [1]


@pytest.mark.parametrize("page", PAGES)
def test_a_look_waits_for_nobody_who_is_writing(clinic: Clinic, page: str) -> None:
    """decision-D103: the writer of this test ends after the look; a look that had to wait for it would be refused."""
    browser = clinic.opened()
    browser.get(browser.home + page)
    with clinic.practice.store.write():
        assert browser.get(browser.home + page).status_code == 200
