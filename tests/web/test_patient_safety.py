"""An answer that asks for a safety step, given by a patient alone: at once, sent or not, in front of everything."""

from __future__ import annotations

import pytest

from ipt_fhir.model.measures import SafetyItem
from ipt_fhir.model.people import Person
from smart_app.services import duties
from smart_app.store import audit, safety_duties
from smart_app.store.lanes import Lane
from smart_app.store.safety_duties import SafetyDuty
from tests.web.acts import agree, course_of, file
from tests.web.browser import Browser
from tests.web.clinic import DORU, OKORO, VALE, Clinic
from tests.web.page_checks import Page
from tests.web.patients import PHQ9, PatientBrowser

ITEM_9 = f"{PHQ9}/9"


@pytest.fixture
def phone(clinic: Clinic) -> PatientBrowser:
    """The phone of a patient with a plan, signed in."""
    agree(clinic.opened())
    browser = PatientBrowser(clinic.app, clinic.app_url, clinic.hospital_url)
    browser.sign_in(clinic)
    return browser


def waiting(clinic: Clinic) -> list[SafetyDuty]:
    with clinic.practice.store.read() as tx:
        return safety_duties.of_patient(tx, Lane(clinic.iss, DORU))


def item_of(clinic: Clinic) -> tuple[Browser, SafetyItem]:
    """A clinician opens the chart and finds one item."""
    browser = clinic.opened()
    (item,) = course_of(clinic).open_safety_items
    return browser, item


def test_it_is_raised_with_the_answer_though_nothing_is_sent(clinic: Clinic, phone: PatientBrowser) -> None:
    """decision-D67: only question 9 was answered, and the patient left."""
    phone.step(ITEM_9, "1")
    (duty,) = waiting(clinic)
    assert (duty.owner, duty.raised) == (f"Practitioner/{VALE}", clinic.clock.now)
    browser, item = item_of(clinic)
    assert (item.answer, item.opened) == ("LA6569-3", clinic.clock.now)
    assert course_of(clinic).responses == ()
    button = next(link for link in Page(browser.get("").text).all("a") if link.get("class") == "button")
    assert button.text == "Record the safety step"


def test_the_first_choice_raises_nothing(clinic: Clinic, phone: PatientBrowser) -> None:
    phone.answer("0000000000")
    phone.send_form()
    assert waiting(clinic) == []


def test_the_step_says_that_the_form_was_not_sent_and_who_has_to_act(clinic: Clinic, phone: PatientBrowser) -> None:
    phone.step(ITEM_9, "2")
    browser, item = item_of(clinic)
    page = browser.get(f"safety/{item.id}").text
    assert "The patient has not sent this form." in page
    assert "More than half the days" in page
    assert "Noor ZZTEST-VALE" in page
    assert "to act: Noor ZZTEST-VALE" in browser.get("").text


def test_an_answer_that_is_changed_before_anybody_acted_is_one_item_with_the_newest_answer(
    clinic: Clinic, phone: PatientBrowser
) -> None:
    phone.step(ITEM_9, "1")
    clinic.clock.move(minutes=1)
    phone.step(ITEM_9, "3")
    assert len(waiting(clinic)) == 1
    assert item_of(clinic)[1].answer == "LA6571-9"


def test_an_answer_taken_back_leaves_the_item_and_says_so_once_the_form_is_sent(
    clinic: Clinic, phone: PatientBrowser
) -> None:
    phone.step(ITEM_9, "1")
    phone.answer("1111111100")
    phone.send_form()
    browser, item = item_of(clinic)
    assert item.answer == "LA6569-3"
    assert "Before the form was sent, the answer was changed to: Not at all." in browser.get(f"safety/{item.id}").text


def test_sending_the_form_belongs_to_the_same_item(clinic: Clinic, phone: PatientBrowser) -> None:
    phone.answer("1111111110")
    phone.step(ITEM_9, "1")
    phone.send_form()
    _, item = item_of(clinic)
    (response,) = course_of(clinic).responses
    assert item.response == response.id


def test_what_somebody_acted_on_before_it_was_sent_does_not_come_back(clinic: Clinic, phone: PatientBrowser) -> None:
    phone.answer("1111111110")
    phone.step(ITEM_9, "1")
    browser, item = item_of(clinic)
    browser.submit(f"safety/{item.id}", ("act", "contact-called"))
    assert waiting(clinic) == []
    phone.send_form()
    clinic.opened()
    assert course_of(clinic).open_safety_items == ()
    assert len(course_of(clinic).responses) == 1


def test_another_positive_answer_after_somebody_acted_is_an_item_of_its_own(
    clinic: Clinic, phone: PatientBrowser
) -> None:
    phone.step(ITEM_9, "1")
    browser, item = item_of(clinic)
    browser.submit(f"safety/{item.id}", ("act", "contact-called"))
    clinic.clock.move(minutes=1)
    phone.step(ITEM_9, "3")
    assert item_of(clinic)[1].answer == "LA6571-9"


def test_a_session_does_not_close_over_an_answer_that_came_while_the_page_was_open(
    clinic: Clinic, phone: PatientBrowser
) -> None:
    """decision-D21: the page is not out of date, and the session waits all the same."""
    browser = clinic.opened()
    form = {**browser.fields("session"), "act": "close"}
    phone.step(ITEM_9, "1")
    page = browser.post("session", form)
    assert page.status_code == 200
    assert "record what was done before closing the session" in page.text
    assert course_of(clinic).sessions == ()


def test_what_came_while_the_page_was_open_is_not_filed_unseen(clinic: Clinic, phone: PatientBrowser) -> None:
    """decision-D66."""
    browser = clinic.opened()
    form = {**browser.fields("filing"), "act": "file"}
    phone.answer("1111111110")
    phone.send_form()
    browser.post("filing", form)
    assert clinic.chart("QuestionnaireResponse") == []
    file(browser)
    (response,) = clinic.chart("QuestionnaireResponse")
    assert response["author"] == response["source"] == {"reference": f"Patient/{DORU}"}
    assert "PATAST" in {label["code"] for label in response["meta"]["security"]}


def test_a_form_a_clinician_is_typing_is_not_out_of_date_because_a_patient_answered(
    clinic: Clinic, phone: PatientBrowser
) -> None:
    browser = clinic.opened()
    form = {**browser.fields("session"), "act": "keep"}
    phone.answer("1111111110")
    phone.send_form()
    assert browser.post("session", form).status_code == 200
    assert len(course_of(clinic).sessions) == len(course_of(clinic).responses) == 1


def test_the_task_goes_to_the_chart_with_its_owner_and_without_the_form(clinic: Clinic, phone: PatientBrowser) -> None:
    """ipt-domain 5.1: of a form that was not sent nothing but the Task is filed."""
    phone.step(ITEM_9, "1")
    browser, item = item_of(clinic)
    browser.submit(f"safety/{item.id}", ("act", "discussed-in-session"))
    file(browser)
    (task,) = [task for task in clinic.chart("Task") if task["identifier"][0]["value"] == item.id]
    assert task["owner"] == {"reference": f"Practitioner/{VALE}", "display": "Noor ZZTEST-VALE"}
    assert (task["status"], "focus" in task) == ("completed", False)
    assert clinic.chart("QuestionnaireResponse") == clinic.chart("Observation") == []


def test_raising_and_seeing_are_in_the_audit_log(clinic: Clinic, phone: PatientBrowser) -> None:
    phone.step(ITEM_9, "1")
    (duty,) = waiting(clinic)
    clinic.opened().get(f"safety/{duty.item}")
    with clinic.practice.store.read() as tx:
        events = [event for _, event in audit.events(tx, clinic.iss, DORU)]
        assert audit.verify_chain(tx) is None
    acts = [(event.action, event.actor) for event in events if event.entity == f"Task/{duty.item}"]
    assert acts == [(audit.Action.CREATE, DORU), (audit.Action.READ, VALE)]


def test_an_item_a_clinician_entered_is_on_the_list_too(clinic: Clinic) -> None:
    """A clinic that named its people has one list, whoever entered the answer."""
    browser = clinic.opened(practitioner=OKORO)
    browser.submit(PHQ9, ("act", "done"), **{f"a-{number}": "LA6569-3" for number in range(1, 10)})
    (duty,) = waiting(clinic)
    assert duty.owner == f"Practitioner/{VALE}"
    item = course_of(clinic).open_safety_items[0]
    browser.submit(f"safety/{item.id}", ("act", "discussed-in-session"))
    assert waiting(clinic) == []
    assert duties.waiting_for(clinic.practice, clinic.iss, Person(display="", reference=duty.owner)) == set()
