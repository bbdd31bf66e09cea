"""The list of who has to act, over all patients: for the person whose turn it is, and without a patient's answers."""

from __future__ import annotations

import pytest

from smart_app.services import duties
from smart_app.store import audit
from smart_app.worker.loop import run_once
from tests.web.acts import agree, course_of, fill_in
from tests.web.clinic import ALMA, DORU, OKORO, VALE, Clinic
from tests.web.page_checks import Page
from tests.web.patients import PHQ9, PatientBrowser


def worrying(clinic: Clinic, patient: str = DORU) -> None:
    """A patient answers item 9 on their phone and sends nothing."""
    agree(clinic.opened(patient))
    phone = PatientBrowser(clinic.app, clinic.app_url, clinic.hospital_url)
    phone.sign_in(clinic, patient)
    phone.step(f"{PHQ9}/9", "2")


def rows(page: str) -> list[str]:
    return [row.text for row in Page(page).all("tr")[1:]]


def test_who_is_on_duty_sees_record_number_and_time_and_nothing_else_of_another_chart(clinic: Clinic) -> None:
    """decision-D67."""
    worrying(clinic, DORU)
    clinic.clock.move(minutes=20)
    page = clinic.opened(ALMA).get("duty").text
    (row,) = rows(page)
    assert "ZZ-100004" in row
    assert "20 minutes" in row
    for hidden in ("DORU", "Doru", DORU, "PHQ-9", "More than half", "item 9", "LA65"):
        assert hidden not in page.partition("<main")[2]


def test_the_overview_of_another_chart_says_that_something_waits(clinic: Clinic) -> None:
    worrying(clinic)
    assert "1 safety answer in another chart waits for you" in clinic.opened(ALMA).get("").text
    assert "in another chart" not in clinic.opened(DORU).get("").text
    assert "in another chart" not in clinic.opened(ALMA, OKORO).get("").text


def test_another_clinician_sees_nothing_of_it(clinic: Clinic) -> None:
    worrying(clinic)
    page = clinic.opened(ALMA, OKORO).get("duty").text
    assert "nothing waits for you" in page
    assert "ZZ-100004" not in page


def test_after_the_re_assignment_it_stands_first_on_the_backups_list_and_on_the_overview(clinic: Clinic) -> None:
    """ipt-domain 5.1."""
    worrying(clinic, DORU)
    clinic.clock.move(minutes=61)
    assert run_once(clinic.practice) == 1
    worrying(clinic, ALMA)
    assert "nothing waits for you" not in clinic.opened(ALMA).get("duty").text
    page = clinic.opened(ALMA, OKORO).get("duty").text
    assert "re-assigned to you" in rows(page)[0]
    overview = clinic.opened(DORU, OKORO).get("").text
    assert "to act: Sam ZZTEST-OKORO" in overview
    (item,) = course_of(clinic).open_safety_items
    assert item.owner is not None
    assert item.owner.reference == f"Practitioner/{OKORO}"


def test_the_item_of_the_person_who_opens_the_chart_comes_first(clinic: Clinic) -> None:
    worrying(clinic)
    clinic.clock.move(minutes=61)
    run_once(clinic.practice)
    fill_in(clinic.opened(DORU, OKORO), "111111111")
    browser = clinic.opened(DORU, OKORO)
    first, second = course_of(clinic).open_safety_items
    assert first.owner is not None
    assert second.owner is not None
    assert (first.owner.reference, second.owner.reference) == (f"Practitioner/{OKORO}", f"Practitioner/{VALE}")
    button = next(link for link in Page(browser.get("").text).all("a") if link.get("class") == "button")
    assert button.get("href").endswith(first.id)
    button = next(link for link in Page(clinic.opened().get("").text).all("a") if link.get("class") == "button")
    assert button.get("href").endswith(second.id)


def test_recording_what_was_done_takes_it_off_every_list(clinic: Clinic) -> None:
    worrying(clinic)
    browser = clinic.opened()
    (item,) = course_of(clinic).open_safety_items
    browser.submit(f"safety/{item.id}", ("act", "contact-called"))
    clinic.clock.move(days=1)
    assert run_once(clinic.practice) == 0
    assert "nothing waits for you" in clinic.opened(ALMA).get("duty").text


def test_the_way_to_the_chart_leads_to_the_hospitals_own_page_and_is_noted(clinic: Clinic) -> None:
    worrying(clinic)
    browser = clinic.opened(ALMA)
    (link,) = [item for item in Page(browser.get("duty").text).all("a") if "Open the chart" in item.text]
    assert DORU not in link.get("href")
    assert link.get("target") == "_blank"
    answer = browser.get(link.get("href"))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{clinic.hospital_url}/chart/{DORU}")
    stranger = clinic.opened(ALMA, OKORO)
    path = link.get("href").partition("/duty/")[2]
    assert stranger.get(f"duty/{path}").status_code == 404
    assert browser.get("duty/unknown/chart").status_code == 404


def test_every_view_of_the_list_is_in_the_audit_log_of_the_patient(clinic: Clinic) -> None:
    """ipt-domain 5.1: ids only."""
    worrying(clinic)
    browser = clinic.opened(ALMA)
    for _ in range(2):
        browser.get("duty")
    with clinic.practice.store.read() as tx:
        events = [event for _, event in audit.events(tx, clinic.iss, DORU)]
    seen = [event for event in events if event.action is audit.Action.READ and event.entity.startswith("Task/")]
    assert [event.actor for event in seen] == [VALE, VALE]


def test_the_re_assignment_is_in_the_audit_log(clinic: Clinic) -> None:
    worrying(clinic)
    clinic.clock.move(minutes=61)
    run_once(clinic.practice)
    with clinic.practice.store.read() as tx:
        events = [event for _, event in audit.events(tx, clinic.iss, DORU)]
        assert audit.verify_chain(tx) is None
    (given,) = [event for event in events if event.action is audit.Action.REASSIGN]
    assert given.actor == "worker"


@pytest.mark.parametrize("page", ["duty", "patient", ""])
def test_a_worker_that_does_not_run_is_said_on_every_page_that_trusts_it(clinic: Clinic, page: str) -> None:
    browser = clinic.opened()
    words = "the worker of this app does not run"
    assert words in browser.get(page).text
    run_once(clinic.practice)
    assert words not in browser.get(page).text
    clinic.clock.move(minutes=11)
    assert words in browser.get(page).text


def test_a_colleague_who_gives_the_task_to_somebody_in_the_chart_is_obeyed(clinic: Clinic) -> None:
    browser = clinic.opened()
    fill_in(browser, "111111111")
    browser = clinic.opened()
    browser.submit("filing", ("act", "file"))
    (task,) = [task for task in clinic.chart("Task") if "focus" in task]
    assert task["owner"]["reference"] == f"Practitioner/{VALE}"
    clinic.edit(task, owner={"reference": f"Practitioner/{OKORO}", "display": "Sam ZZTEST-OKORO"})
    clinic.opened()
    person = course_of(clinic).open_safety_items[0].owner
    assert person is not None
    assert person.reference == f"Practitioner/{OKORO}"
    assert len(duties.waiting_for(clinic.practice, clinic.iss, person)) == 1


def test_an_older_chart_does_not_undo_a_re_assignment(clinic: Clinic) -> None:
    """A colleague edits something else; the Task there still names the person from before."""
    fill_in(clinic.opened(), "111111111")
    browser = clinic.opened()
    browser.submit("filing", ("act", "file"))
    clinic.clock.move(minutes=61)
    run_once(clinic.practice)
    (plan,) = clinic.chart("CarePlan")
    clinic.edit(plan, note=[{"text": "Seen."}])
    clinic.opened()
    person = course_of(clinic).open_safety_items[0].owner
    assert person is not None
    assert person.reference == f"Practitioner/{OKORO}"


def test_at_a_clinic_that_names_nobody_there_is_no_list(clinic: Clinic) -> None:
    object.__setattr__(clinic.practice, "patient_devices", {})
    browser = clinic.opened()
    assert browser.get("duty").status_code == 404
    assert "Duty" not in browser.get("").text
