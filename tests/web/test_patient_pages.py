"""A patient on a device of their own: signs in, sees what is due, answers it page by page, sends it."""

from __future__ import annotations

import pytest

from ipt_fhir.model.measures import Response
from tests.web.acts import agree, ask_patient, course_of, fill_in
from tests.web.clinic import ALMA, DORU, Clinic
from tests.web.page_checks import Page
from tests.web.patients import PHQ9, PatientBrowser

SCORES = ("total", "none-minimal", "mild", "moderate", "severe", "reliable", "baseline", "safety step")


def phone_of(clinic: Clinic, patient: str = DORU) -> PatientBrowser:
    """A patient's phone, signed in; a clinician has agreed a plan with them."""
    agree(clinic.opened(patient))
    browser = PatientBrowser(clinic.app, clinic.app_url, clinic.hospital_url)
    browser.sign_in(clinic, patient)
    return browser


@pytest.fixture
def phone(clinic: Clinic) -> PatientBrowser:
    """Doru's."""
    return phone_of(clinic)


def received(clinic: Clinic, patient: str = DORU) -> tuple[Response, ...]:
    """What the course holds once a clinician has opened it."""
    clinic.opened(patient)
    return course_of(clinic, patient).responses


def test_a_patient_sees_what_is_due_and_is_told_plainly_what_happens_with_it(phone: PatientBrowser) -> None:
    page = phone.get("").text
    for words in ("One form to fill in", "Begin: PHQ-9", "No e-mail and no SMS", "even if you do not send the form"):
        assert words in page


def test_what_to_do_in_danger_stands_on_every_page_and_so_does_that_nobody_reads_at_once(
    clinic: Clinic, phone: PatientBrowser
) -> None:
    crisis = clinic.practice.patient_devices[clinic.iss].crisis
    pages = [
        phone.get(""),
        phone.get(f"{PHQ9}/1"),
        phone.answer("1" * 10),
        phone.get(f"{PHQ9}/review"),
        phone.send_form(),
    ]
    pages.append(phone.submit("", to="leave"))
    for page in pages:
        assert page.status_code == 200
        assert crisis in page.text
        assert "Nobody reads your answers right away." in page.text


def test_answers_are_given_page_by_page_and_reach_the_course_when_a_clinician_opens_it(
    clinic: Clinic, phone: PatientBrowser
) -> None:
    """decision-D66."""
    assert "Are these your answers?" in phone.answer("1111111102").text
    assert "Thank you" in phone.send_form().text
    assert course_of(clinic).responses == ()
    overview = clinic.opened().get("").text
    assert "New from the patient" in overview
    assert "PHQ-9, entered by the patient on" in overview
    (response,) = course_of(clinic).responses
    assert (response.self_entered, response.author, response.authored) == (True, None, clinic.clock.now)
    assert len(response.answers) == 10


def test_a_patient_sees_no_score_no_band_and_no_word_for_clinicians(clinic: Clinic, phone: PatientBrowser) -> None:
    fill_in(clinic.opened(), "333333333")
    clinic.clock.move(days=7)
    phone.sign_in(clinic)
    pages = [phone.get(""), *(phone.step(f"{PHQ9}/{number}", "3") for number in range(1, 11))]
    pages += [phone.get(f"{PHQ9}/review"), phone.send_form()]
    for page in pages:
        shown = page.text.lower()
        assert not [word for word in SCORES if word in shown]
        assert "born" not in shown
        assert "ZZ-100004" not in page.text


def test_one_question_stands_on_a_page_with_the_instruction_and_how_far_one_is(phone: PatientBrowser) -> None:
    page = Page(phone.step(f"{PHQ9}/1", "1").text)
    assert len(page.all("fieldset")) == 1
    assert "Over the last 2 weeks" in page.all("form")[0].text
    assert "2 of 10" in page.all("span")[2].text or "2 of 10" in "".join(item.text for item in page.all("span"))


def test_the_pages_go_back_and_keep_what_was_chosen(phone: PatientBrowser) -> None:
    phone.step(f"{PHQ9}/1", "2")
    page = phone.step(f"{PHQ9}/2", "3", "back")
    assert page.request.path.endswith("/1")
    assert page.text.count(" checked") == 1
    assert phone.get(f"{PHQ9}/2").text.count(" checked") == 1
    assert phone.step(f"{PHQ9}/1", "2", "back").request.path == phone.get("").request.path


def test_next_without_an_answer_asks_again_and_leaving_out_does_not(phone: PatientBrowser) -> None:
    page = phone.submit(f"{PHQ9}/1", ("act", "next"))
    assert "Choose an answer, or leave it out." in page.text
    assert phone.step(f"{PHQ9}/1", " ").request.path.endswith("/2")


def test_leaving_out_takes_an_answer_back(clinic: Clinic, phone: PatientBrowser) -> None:
    phone.answer("1111111110")
    phone.step(f"{PHQ9}/3", " ")
    page = phone.get(f"{PHQ9}/review").text
    assert "one question is left out" in page
    phone.send_form()
    assert len(received(clinic)[0].answers) == 9


def test_an_answer_is_changed_from_the_look_at_everything(phone: PatientBrowser) -> None:
    phone.answer("1111111110")
    links = [item.get("href") for item in Page(phone.get(f"{PHQ9}/review").text).all("a") if "Change" in item.text]
    assert len(links) == 10
    phone.step(links[4], "3")
    assert "Nearly every day" in phone.get(f"{PHQ9}/review").text


def test_a_form_that_goes_on_begins_with_the_first_open_question(phone: PatientBrowser) -> None:
    phone.answer("111")
    assert phone.get(PHQ9).headers["Location"].endswith("/4")
    assert "Go on: PHQ-9" in phone.get("").text


def test_nothing_is_sent_while_nothing_is_answered(clinic: Clinic, phone: PatientBrowser) -> None:
    assert "Nothing is answered yet." in phone.send_form().text
    assert received(clinic) == ()


def test_a_form_is_sent_once(clinic: Clinic, phone: PatientBrowser) -> None:
    """attack-A77: a double click."""
    phone.answer("1111111110")
    form = phone.fields(f"{PHQ9}/review")
    assert phone.post(f"{PHQ9}/review", form).status_code == 200
    assert phone.post(f"{PHQ9}/review", form).status_code == 404
    assert len(received(clinic)) == 1


def test_answers_that_changed_in_another_window_are_looked_at_again_before_they_are_sent(
    clinic: Clinic, phone: PatientBrowser
) -> None:
    """fault-F72."""
    phone.answer("1111111110")
    form = phone.fields(f"{PHQ9}/review")
    phone.step(f"{PHQ9}/1", "3")
    assert "You changed an answer in another window" in phone.post(f"{PHQ9}/review", form).text
    assert received(clinic) == ()


def test_a_form_comes_back_after_the_sign_in_has_run_out(clinic: Clinic, phone: PatientBrowser) -> None:
    """fault-F71."""
    phone.answer("1111")
    clinic.clock.move(minutes=40)
    closed = phone.get(f"{PHQ9}/5")
    assert closed.status_code == 404
    assert "This page is not open any more." in closed.text
    phone.sign_in(clinic)
    assert phone.get(PHQ9).headers["Location"].endswith("/5")


def test_a_form_begun_the_day_before_begins_anew(clinic: Clinic, phone: PatientBrowser) -> None:
    """Half of it would be about other days."""
    phone.answer("1111")
    clinic.clock.move(days=1)
    phone.sign_in(clinic)
    assert phone.get(PHQ9).headers["Location"].endswith("/1")
    assert " checked" not in phone.get(f"{PHQ9}/1").text


def test_a_form_begun_by_one_patient_is_nobody_elses(clinic: Clinic, phone: PatientBrowser) -> None:
    """fault-F71: not another patient's, and not the clinician's."""
    phone.answer("1111")
    other = phone_of(clinic, ALMA)
    assert other.get(PHQ9).headers["Location"].endswith("/1")
    assert " checked" not in clinic.opened().get("forms/phq-9").text


def test_what_a_clinician_typed_is_not_shown_to_the_patient(clinic: Clinic, phone: PatientBrowser) -> None:
    fill_in(clinic.opened(), "333", act="keep")
    assert " checked" not in phone.get(f"{PHQ9}/1").text


def test_nothing_is_due_where_nobody_asks(clinic: Clinic) -> None:
    """Neither of somebody without a course, nor once everything is answered."""
    browser = PatientBrowser(clinic.app, clinic.app_url, clinic.hospital_url)
    assert "Nothing to fill in" in browser.sign_in(clinic, ALMA).text
    phone = phone_of(clinic)
    phone.answer("1111111110")
    phone.send_form()
    assert "Nothing to fill in" in phone.get("").text
    assert phone.get(PHQ9).status_code == 404


@pytest.mark.parametrize("form", ["gad-7", "interpersonal-inventory", "fidelity-rating", "unknown", "copy%2Fx"])
def test_a_form_that_is_not_due_does_not_exist(phone: PatientBrowser, form: str) -> None:
    for page in (f"forms/{form}", f"forms/{form}/1", f"forms/{form}/review"):
        assert phone.get(page).status_code == 404
    sent = {**phone.fields(f"{PHQ9}/1"), "a-1": "LA6568-5"}
    assert phone.post(f"forms/{form}/1", sent).status_code == 404


def test_what_a_clinician_asks_for_is_due_until_it_is_sent(clinic: Clinic, phone: PatientBrowser) -> None:
    desk = clinic.opened()
    ask_patient(desk, "gad-7")
    assert "2 forms to fill in" in phone.get("").text
    phone.answer("1111111", "forms/gad-7")
    assert "There is one more form" in phone.send_form("forms/gad-7").text
    assert "GAD-7" not in phone.get("").text


def test_what_a_clinician_withdraws_is_not_due(clinic: Clinic, phone: PatientBrowser) -> None:
    desk = clinic.opened()
    ask_patient(desk, "gad-7")
    ask_patient(desk, "gad-7", "withdraw")
    assert "GAD-7" not in phone.get("").text


def test_an_answer_nobody_offers_is_refused_by_its_question_and_nothing_is_lost(phone: PatientBrowser) -> None:
    """attack-A37."""
    phone.step(f"{PHQ9}/1", "2")
    page = phone.post(f"{PHQ9}/1", {**phone.fields(f"{PHQ9}/1"), "a-1": "LA-invented", "act": "next"})
    assert "This is not one of the answers" in page.text
    assert phone.step(f"{PHQ9}/1", "2").request.path.endswith("/2")


def test_fields_of_another_kind_change_nothing(clinic: Clinic, phone: PatientBrowser) -> None:
    """attack-A37: mass assignment."""
    form = {**phone.fields(f"{PHQ9}/1"), "author": "Practitioner/x", "status": "amended", "a-1": "LA6568-5"}
    phone.post(f"{PHQ9}/1", {**form, "act": "next"})
    phone.send_form()
    (response,) = received(clinic)
    assert (response.author, response.self_entered) == (None, True)


def test_who_signs_out_is_out_and_what_was_not_sent_is_kept(clinic: Clinic, phone: PatientBrowser) -> None:
    """attack-A78."""
    phone.answer("1111")
    form = phone.fields(f"{PHQ9}/5")
    assert "You are signed out here." in phone.submit("", to="leave").text
    assert phone.get("").status_code == 404
    assert phone.post(f"{PHQ9}/5", form).status_code == 404
    phone.sign_in(clinic)
    assert phone.get(PHQ9).headers["Location"].endswith("/5")
