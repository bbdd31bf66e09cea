"""The clinic's tablet in a patient's hands: one form, whatever is pressed or typed, until a clinician takes it back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from smart_app.services import person_rights
from smart_app.services.person_rights import Reason
from smart_app.store import audit
from smart_app.store.lanes import Lane
from tests.web.acts import agree, course_of, file
from tests.web.clinic import ALMA, DORU, Clinic
from tests.web.page_checks import Page
from tests.web.patients import PHQ9, PatientBrowser
from tests.web.test_patient_walls import routes

PIN = "4829"


class Tablet(PatientBrowser):
    """The clinic's tablet. ``desk`` is the address of the clinician's launch, ``home`` of the patient's visit."""

    desk: str = ""

    def hand_over(self, form: str = "phq-9", pin: str = PIN, **headers: str) -> TestResponse:
        """The clinician hands it over."""
        self.desk = self.home
        page = Page(self.get("patient").text)
        give = next((item for item in page.all("form") if item.get("id") == "give"), None)
        fields = page.fields_of(give) if give else {}
        sent = self.send(
            "patient/hand-over", {**fields, "form": form, "pin": pin}, Sec_Fetch_Site="same-origin", **headers
        )
        if sent.status_code == 303 and "/p/" in sent.headers["Location"]:
            self.home = sent.headers["Location"].removesuffix("ready")
        return sent

    def take_back(self, pin: str = PIN) -> TestResponse:
        """Somebody types a PIN."""
        return self.submit("give-back", pin=pin)


@pytest.fixture
def tablet(clinic: Clinic) -> Tablet:
    """A clinician has opened Doru's chart on it, in a window of its own."""
    browser = Tablet(clinic.app, clinic.app_url, clinic.hospital_url)
    browser.open(clinic.click(), DORU)
    return browser


@pytest.fixture
def handed(tablet: Tablet) -> Tablet:
    """It is in the patient's hands."""
    assert tablet.hand_over().status_code == 303
    return tablet


def addresses(clinic: Clinic, handle: str) -> Iterator[tuple[str, str]]:
    for method, path in routes(clinic, "/s/"):
        yield method, path.format(handle=handle)


def test_the_patient_sees_the_one_form_with_their_name_and_nothing_of_the_chart(handed: Tablet) -> None:
    page = handed.get("").text
    assert "Begin: PHQ-9" in page
    assert "Doru ZZTEST-DORU" in page
    assert "ZZ-100004" not in page
    assert "<nav" not in page


def test_the_browser_forgets_the_pages_of_the_chart_when_the_patients_first_page_comes(handed: Tablet) -> None:
    """attack-A31: before it stands a page without anything of the chart, because the page being left is kept."""
    ready = handed.get("ready")
    assert "Clear-Site-Data" not in ready.headers
    assert "Ready for the patient" in ready.text
    assert "<nav" not in ready.text
    assert handed.get("").headers["Clear-Site-Data"] == '"cache"'


def test_every_page_of_the_clinician_leads_back_to_the_form(clinic: Clinic, handed: Tablet) -> None:
    """decision-D66: back button, typed addresses, reloads; each route, with the clinician's own cookie."""
    handle = handed.desk.rstrip("/").rsplit("/", 1)[1]
    for method, path in addresses(clinic, handle):
        answer = (
            handed.get(path) if method == "GET" else handed.send(path, {"token": "x"}, Sec_Fetch_Site="same-origin")
        )
        assert (answer.status_code, answer.headers.get("Location")) == (303, handed.home), f"{method} {path}"


def test_a_chart_that_was_open_before_in_this_browser_does_not_open_either(clinic: Clinic) -> None:
    """The button "back" goes further than one chart."""
    browser = Tablet(clinic.app, clinic.app_url, clinic.hospital_url)
    browser.open(clinic.click(ALMA), ALMA)
    before = browser.home
    browser.open(clinic.click(DORU), DORU)
    browser.hand_over()
    answer = browser.get(before)
    assert (answer.status_code, answer.headers["Location"]) == (303, browser.home)
    assert "ALMA" not in answer.text


def test_erasing_the_patient_who_holds_the_tablet_opens_no_other_chart_on_it(clinic: Clinic) -> None:
    """decision-D66: the lock was one of the rows that went; what it locked ends with it."""
    browser = Tablet(clinic.app, clinic.app_url, clinic.hospital_url)
    browser.open(clinic.click(ALMA), ALMA)
    before = browser.home
    browser.open(clinic.click(DORU), DORU)
    browser.hand_over()
    held = browser.home
    browser.patient = ""
    person_rights.purge(clinic.practice.store, Lane(clinic.iss, DORU), Reason.TEST_DATA, "ada", waiting_too=True)
    for address in (before, browser.desk, held):
        answer = browser.get(address)
        assert answer.status_code == 404
        assert "ALMA" not in answer.text
    assert "Overview" in browser.open(clinic.click(ALMA), ALMA).text


@pytest.mark.parametrize("address", ["/", "/elsewhere", "/p/" + "x" * 22 + "/", "/static/../s/x/", "/patient?iss=x"])
def test_any_other_address_leads_to_the_form(handed: Tablet, address: str) -> None:
    answer = handed.get(address)
    assert (answer.status_code, answer.headers.get("Location")) == (303, handed.home)


def test_another_form_is_not_opened(handed: Tablet) -> None:
    assert handed.get("forms/gad-7").status_code == 404


def test_a_second_tab_is_the_same_browser_and_another_browser_sees_nothing(clinic: Clinic, handed: Tablet) -> None:
    """attack-A27: the cookie is the browser's, the handle alone is worth nothing."""
    assert handed.get(handed.home).status_code == 200
    assert clinic.browser().get(handed.home).status_code == 404


def test_the_clinicians_token_is_not_used_meanwhile(clinic: Clinic, handed: Tablet) -> None:
    """Filing is asked for with the clinician's own form, made before; the hospital hears nothing."""
    asked = len(clinic.door.asked)
    handed.send(f"{handed.desk}filing", {"act": "file"}, Sec_Fetch_Site="same-origin")
    handed.get(f"{handed.desk}filing")
    handed.answer("1111111110")
    assert len(clinic.door.asked) == asked


def test_the_right_pin_gives_the_clinicians_page_back(clinic: Clinic, handed: Tablet) -> None:
    page = handed.take_back()
    assert page.request.path == handed.desk
    assert "Overview" in page.text
    with clinic.practice.store.read() as tx:
        acts = [event.action for _, event in audit.events(tx, clinic.iss, DORU)]
    assert {audit.Action.HAND_OVER, audit.Action.TAKE_BACK} <= set(acts)


def test_five_wrong_pins_leave_the_chart_as_the_only_way_back(clinic: Clinic, handed: Tablet) -> None:
    """attack-A68."""
    before = handed.fields("give-back")
    for left in (4, 3, 2, 1):
        page = handed.take_back("0000").text
        assert "This is not the PIN." in page
        assert ("one try left" if left == 1 else f"{left} tries left") in page
    assert "No try is left." in handed.take_back("1111").text
    assert "No try is left." in handed.post("give-back", {**before, "pin": PIN}).text
    answer = handed.get(handed.desk)
    assert answer.status_code == 303
    with clinic.practice.store.read() as tx:
        refused = [
            event
            for _, event in audit.events(tx, clinic.iss, DORU)
            if (event.action, event.outcome) == (audit.Action.TAKE_BACK, audit.Outcome.REFUSED)
        ]
    assert len(refused) == 6


def test_a_new_launch_from_the_chart_takes_it_back_whatever_was_tried(clinic: Clinic, handed: Tablet) -> None:
    for _ in range(5):
        handed.take_back("0000")
    old = handed.desk
    page = handed.open(clinic.click(), DORU)
    assert "Overview" in page.text
    assert handed.get(old).status_code == 200


def test_waiting_does_not_open_the_chart(clinic: Clinic, handed: Tablet) -> None:
    """The lock lasts longer than what it locks."""
    clinic.clock.move(minutes=16)
    page = handed.get("give-back").text
    assert "Thank you. Give the tablet back." in page
    assert handed.get(f"{PHQ9}/1").status_code == 404
    assert handed.get(handed.desk).status_code == 303
    clinic.clock.move(hours=10)
    assert handed.get(handed.desk).status_code == 303


def test_the_last_page_thanks_and_asks_for_the_tablet(clinic: Clinic, handed: Tablet) -> None:
    handed.answer("1111111112")
    page = handed.send_form()
    assert "Thank you. Give the tablet back." in page.text
    assert handed.get("").status_code == 303
    assert handed.get(f"{PHQ9}/1").status_code == 404
    back = handed.take_back()
    assert "New from the patient" in back.text
    (response,) = course_of(clinic).responses
    assert (response.self_entered, response.author) == (True, None)
    handed.home = handed.desk
    file(handed)
    (filed,) = clinic.chart("QuestionnaireResponse")
    assert filed["author"] == filed["source"] == {"reference": f"Patient/{DORU}"}


def test_a_worrying_answer_on_the_tablet_is_raised_though_it_is_never_sent(clinic: Clinic, handed: Tablet) -> None:
    """decision-D67."""
    handed.step(f"{PHQ9}/9", "3")
    back = handed.take_back()
    assert "Record the safety step" in back.text
    (item,) = course_of(clinic).open_safety_items
    assert item.answer == "LA6571-9"


def test_what_was_not_sent_goes_on_when_it_is_handed_over_again(handed: Tablet) -> None:
    handed.answer("111")
    handed.take_back()
    handed.home = handed.desk
    handed.hand_over()
    assert handed.get(PHQ9).headers["Location"].endswith("/4")


def test_tablet_and_own_device_do_not_mix(clinic: Clinic, handed: Tablet) -> None:
    agree(clinic.opened())
    handed.answer("111")
    phone = PatientBrowser(clinic.app, clinic.app_url, clinic.hospital_url)
    phone.sign_in(clinic)
    assert phone.get(PHQ9).headers["Location"].endswith("/1")


@pytest.mark.parametrize(
    ("pin", "why"),
    [
        ("", "4 to 6 digits"),
        ("123", "4 to 6 digits"),
        ("1234567", "4 to 6 digits"),
        ("12a4", "4 to 6 digits"),
        ("٤٨٢٩", "4 to 6 digits"),
        ("1111", "easily guessed"),
        ("3456", "easily guessed"),
        ("9876", "easily guessed"),
    ],
)
def test_a_pin_that_is_none_or_easily_guessed_is_refused_and_nothing_is_handed_over(
    tablet: Tablet, pin: str, why: str
) -> None:
    assert why in tablet.hand_over(pin=pin).text
    assert tablet.get("").status_code == 200


def test_the_form_a_clinician_has_open_is_the_one_offered_to_hand_over(tablet: Tablet) -> None:
    (link,) = [item for item in Page(tablet.get("forms/gad-7").text).all("a") if item.text == "Hand over"]
    page = Page(tablet.get(link.get("href")).text)
    (chosen,) = [item for item in page.all("option") if "selected" in item.attributes and item.text == "GAD-7"]
    assert chosen.get("value") == "gad-7"
    assert "Hand over" not in tablet.get("forms/fidelity-rating").text


@pytest.mark.parametrize("form", ["fidelity-rating", "unknown", ""])
def test_a_form_that_is_not_for_patients_is_not_handed_over(tablet: Tablet, form: str) -> None:
    assert tablet.hand_over(form).status_code == 400


def test_from_inside_the_hospitals_frame_nothing_is_handed_over(tablet: Tablet) -> None:
    """The chart would stay around the form."""
    assert tablet.hand_over(Sec_Fetch_Dest="iframe").status_code == 400
    assert tablet.get("").status_code == 200


def test_a_clinic_without_tablets_hands_nothing_over(clinic: Clinic, tablet: Tablet) -> None:
    devices = clinic.practice.patient_devices[clinic.iss]
    object.__setattr__(clinic.practice, "patient_devices", {})
    assert "has not switched on" in tablet.get("patient").text
    assert tablet.hand_over().status_code in {403, 404}
    assert devices.tablets
