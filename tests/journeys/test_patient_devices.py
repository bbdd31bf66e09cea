"""A patient answers at home and a person acts: read this to see how nothing that worries is left lying.

Doru answers question 9 on the phone and never sends the form. The item is there at once, for the person on duty. Nobody
acts, so the worker gives it to the backup, who finds it from another chart, opens Doru's, acts, and files: the hospital
has a completed Task that says who did it, and nothing else of the form. Later Doru goes on with the form and sends it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from smart_app.worker.loop import run_once
from tests.web.acts import agree, course_of, file
from tests.web.browser import Browser
from tests.web.clinic import ALMA, DORU, OKORO, Clinic, open_clinic
from tests.web.page_checks import Page
from tests.web.patients import PHQ9, PatientBrowser


def test_a_worrying_answer_that_is_never_sent_is_acted_on_and_filed(tmp_path: Path) -> None:
    with open_clinic(tmp_path) as clinic:
        # 1 · The therapist agrees a plan; "PHQ-9 at every session" is part of it. The worker looks once a minute.
        agree(clinic.opened())
        run_once(clinic.practice)
        phone = PatientBrowser(clinic.app, clinic.app_url, clinic.hospital_url)
        at_home(clinic, phone)
        nobody_acts(clinic)
        the_backup_acts(clinic, the_backup_finds_it(clinic))
        the_patient_sends_it(clinic, phone)


def at_home(clinic: Clinic, phone: PatientBrowser) -> None:
    # 2 · The patient signs in at the hospital, is told plainly what happens, answers, and puts the phone away.
    assert "even if you do not send the form" in phone.sign_in(clinic).text
    for number in range(1, 9):
        phone.step(f"{PHQ9}/{number}", "2")
    phone.step(f"{PHQ9}/9", "1")


def nobody_acts(clinic: Clinic) -> None:
    # 3 · From that moment it waits for the person on duty, who sees it from whatever chart is open. Nobody looks.
    assert "1 safety answer in another chart waits for you" in clinic.opened(ALMA).get("").text
    assert "Doru" not in clinic.opened(ALMA).get("duty").text.partition("<main")[2]

    # 4 · An hour later the worker gives it to the backup.
    clinic.clock.move(minutes=59)
    assert run_once(clinic.practice) == 0
    clinic.clock.move(minutes=1)
    assert run_once(clinic.practice) == 1


def the_backup_finds_it(clinic: Clinic) -> Browser:
    # 5 · The backup, in the middle of something else, sees that it waits, and goes to the chart through the EHR.
    elsewhere = clinic.opened(ALMA, OKORO)
    assert "1 safety answer in another chart waits for you" in elsewhere.get("").text
    (link,) = [item for item in Page(elsewhere.get("duty").text).all("a") if "Open the chart" in item.text]
    assert elsewhere.get(link.get("href")).headers["Location"] == f"{clinic.hospital_url}/chart/{DORU}"
    return clinic.opened(DORU, OKORO)


def the_backup_acts(clinic: Clinic, backup: Browser) -> None:
    # 6 · In the chart it stands first; the one button leads to it. Of the other answers nothing is shown.
    overview = backup.get("").text
    assert "to act: Sam ZZTEST-OKORO" in overview
    (button,) = [item for item in Page(overview).all("a") if item.get("class") == "button"]
    assert button.text == "Record the safety step"
    step = backup.get(button.get("href")).text
    assert "Several days" in step
    assert "The patient has not sent this form." in step
    assert course_of(clinic).responses == ()

    # 7 · A person acts, and files.
    backup.submit(button.get("href"), ("act", "contact-called"))
    assert "✓ in the record" in file(backup).text
    task = safety_task(clinic)
    assert (task["status"], "focus" in task) == ("completed", False)
    assert task["owner"]["reference"] == task["requester"]["reference"] == f"Practitioner/{OKORO}"
    assert task["output"][0]["valueCodeableConcept"]["coding"][0]["code"] == "contact-called"
    assert clinic.chart("QuestionnaireResponse") == []
    assert run_once(clinic.practice) == 0


def the_patient_sends_it(clinic: Clinic, phone: PatientBrowser) -> None:
    # 8 · Within a day the patient goes on with the form and sends it. Nothing reaches the hospital by itself.
    clinic.clock.move(hours=20)
    phone.sign_in(clinic)
    assert phone.get(PHQ9).headers["Location"].endswith("/10")
    phone.step(f"{PHQ9}/10", "1")
    assert "Thank you" in phone.send_form().text
    assert clinic.chart("QuestionnaireResponse") == []

    # 9 · The therapist sees it first, marked, and files it: author and source are the patient.
    therapist = clinic.opened()
    assert "PHQ-9, entered by the patient on" in therapist.get("").text
    assert course_of(clinic).open_safety_items == ()
    file(therapist)
    (response,) = clinic.chart("QuestionnaireResponse")
    assert response["author"] == response["source"] == {"reference": f"Patient/{DORU}"}
    assert safety_task(clinic)["focus"]["reference"].startswith("Observation/")
    assert "not filed yet" not in therapist.get("").text


def safety_task(clinic: Clinic) -> dict[str, Any]:
    """The one safety step in the chart."""
    (task,) = [item for item in clinic.chart("Task") if item["code"]["coding"][0]["code"] == "safety-review"]
    return task
