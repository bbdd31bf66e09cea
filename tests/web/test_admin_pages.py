"""What an administrator reads and does over all patients: ids, states and times, and the erasure of one person."""

from __future__ import annotations

import re

import pytest

from smart_app.services.data_held import ROWS
from smart_app.store import audit, persons
from smart_app.store.audit import Asked, Entry
from smart_app.store.lanes import Lane
from tests.web.acts import agree, fill_in
from tests.web.admins import NAME, AdminBrowser, administrator
from tests.web.clinic import ALMA, DORU, VALE, Clinic, Fault
from tests.web.page_checks import Page
from tests.web.patients import PatientBrowser

PAGES = ("/admin/", "/admin/hospitals", "/admin/packs", "/admin/keys", "/admin/held", "/admin/audit", "/admin/data")
ACTOR = f"administrator:{NAME}"


def rows(page: str) -> list[str]:
    return [" ".join(row.text.split()) for row in Page(page).all("tr")[1:]]


def logged(clinic: Clinic, **asked: str) -> list[Entry]:
    with clinic.practice.store.read() as tx:
        assert audit.verify_chain(tx) is None
        return audit.search(tx, Asked(**asked), 200)  # type: ignore[arg-type]


def cut_off(clinic: Clinic) -> None:
    """Doru's plan is filed while the hospital cuts the line: nobody knows whether it arrived."""
    browser = clinic.opened()
    agree(browser)
    clinic.door.hang(Fault("POST", "/fhir", None))
    browser.submit("filing", ("act", "file"))
    clinic.door.clear()


def counted(clinic: Clinic, patient: str) -> int:
    with clinic.practice.store.read() as tx:
        return sum(persons.counts(tx, Lane(clinic.iss, patient)).values())


def search(browser: AdminBrowser, **fields: str) -> str:
    return browser.submit("/admin/audit", None, "/admin/audit", **fields).text


def test_no_page_tells_a_name_or_an_answer_of_a_patient(clinic: Clinic) -> None:
    """attack-A84: the most that is seen is that there is a chart, by its number."""
    fill_in(clinic.opened(DORU), "222222221")
    cut_off(clinic)
    browser = administrator(clinic)
    pages = [browser.get(page).text for page in PAGES]
    pages.append(browser.submit("/admin/person", to="/admin/person", issuer=clinic.iss, patient=DORU).text)
    for text in pages:
        for word in ("Doru ", "1982", "LA6570", "Depress", "More than half", "role dispute"):
            assert word not in text.partition("<main")[2]


def test_what_is_not_in_the_record_stands_with_record_number_state_and_age(clinic: Clinic) -> None:
    cut_off(clinic)
    clinic.clock.move(days=3)
    browser = administrator(clinic)
    (row,) = rows(browser.get("/admin/held").text)
    assert row.startswith("record ZZ-100004 ZZTEST Demo Hospital")
    assert "not known yet" in row
    assert "3 days" in row
    assert [entry.event.entity for entry in logged(clinic, actor=ACTOR, action="query")] == ["Intent/held"]


def test_where_everything_is_filed_the_list_says_so(clinic: Clinic) -> None:
    assert "everything that was filed is in the record" in administrator(clinic).get("/admin/held").text


def test_the_audit_log_is_searched_by_person_user_act_and_day(clinic: Clinic) -> None:
    clinic.opened(DORU)
    clinic.opened(ALMA)
    clinic.clock.move(days=2)
    agree(clinic.opened(DORU))
    browser = administrator(clinic)
    by_person = rows(search(browser, person=DORU))
    assert all(DORU in row for row in by_person)
    assert rows(search(browser, person="ZZ-100004")) == by_person
    assert all("changed" in row for row in rows(search(browser, action="update", person=DORU)))
    assert all(VALE in row and ALMA in row for row in rows(search(browser, actor=VALE, person=ALMA)))
    assert rows(search(browser, since="2026-03-05")) == []
    assert all("2 Mar 2026" in row for row in rows(search(browser, until="2026-03-02")))
    assert "No row fits." in search(browser, person="nobody", actor="nobody")


def test_a_search_is_in_the_log_with_the_patient_it_was_about(clinic: Clinic) -> None:
    clinic.opened(DORU)
    search(administrator(clinic), person=DORU, issuer=clinic.iss)
    (entry,) = [item for item in logged(clinic, patient=DORU) if item.event.actor == ACTOR]
    assert entry.event.entity == "AuditEvent/search"


def test_a_day_that_is_none_is_said_and_nothing_typed_is_lost(clinic: Clinic) -> None:
    page = search(administrator(clinic), since="tomorrow", person="kept")
    assert "Enter a full date." in page
    assert 'value="kept"' in page


def test_the_log_is_turned_page_by_page(clinic: Clinic) -> None:
    with clinic.practice.store.write() as tx:
        for _ in range(120):
            audit.append(tx, audit.AuditEvent(action=audit.Action.READ, patient="zz-many"))
    browser = administrator(clinic)
    numbers, before = [], ""
    for expected in (50, 50, 20):
        page = Page(search(browser, person="zz-many", action="read", before=before))
        shown = [int(cell.text) for cell in page.all("th") if cell.get("scope") == "row"]
        assert len(shown) == expected
        numbers += shown
        before = next((item.get("value") for item in page.all("input") if item.get("name") == "before"), "")
    assert numbers == sorted(set(numbers), reverse=True)
    assert before == ""


def test_attack_a75_a_changed_row_is_found_from_the_page(clinic: Clinic) -> None:
    clinic.opened(DORU)
    browser = administrator(clinic)
    assert "The log is whole" in browser.submit("/admin/audit", ("act", "check"), to="/admin/audit").text
    with clinic.practice.store.write() as tx:
        tx.connection.exec_driver_sql("UPDATE audit_rows SET actor = 'somebody else' WHERE number = 2")
    page = browser.submit("/admin/audit", ("act", "check"), to="/admin/audit").text
    assert "The log is not as it was written." in page
    assert "Row 2: this row was changed." in page


@pytest.mark.parametrize("typed", ["' OR 1=1 --", "%", "_", "<script>", "\x00", "9" * 500])
def test_attack_a61_what_is_typed_into_the_search_is_only_compared(clinic: Clinic, typed: str) -> None:
    clinic.opened(DORU)
    page = search(administrator(clinic), person=typed, actor=typed)
    assert "No row fits." in page
    assert "<script>" not in page


def test_the_data_page_has_a_line_for_every_group_of_fields(clinic: Clinic) -> None:
    page = administrator(clinic).get("/admin/data").text
    shown = rows(page)
    assert len(shown) == len(ROWS)
    assert any(row.startswith("episodescontent") and "encrypted" in row and "3653 days" in row for row in shown)


def erase(browser: AdminBrowser, clinic: Clinic, again: str, **fields: str) -> str:
    sent = {"issuer": clinic.iss, "patient": DORU, "again": again, "reason": "asked-by-person"}
    return browser.submit("/admin/person", None, "/admin/person/erase", **(sent | fields)).text


def test_a_person_is_erased_after_a_look_and_a_second_word_with_a_receipt(clinic: Clinic) -> None:
    for patient in (ALMA, DORU):
        clinic.opened(patient)
    others, browser = counted(clinic, ALMA), administrator(clinic)
    looked = browser.submit("/admin/person", to="/admin/person", issuer=clinic.iss, patient=DORU).text
    assert re.search(r"Erase \d+ rows", looked)
    assert "This is not the id above. Nothing was erased." in erase(browser, clinic, ALMA)
    assert counted(clinic, DORU) > 0
    receipt = erase(browser, clinic, DORU)
    assert "nothing was found afterwards" in receipt
    assert "sha256:" in receipt
    assert (counted(clinic, DORU), counted(clinic, ALMA)) == (0, others)
    (entry,) = logged(clinic, action="erase")
    assert (entry.event.actor, entry.event.entity) == (ACTOR, "Erasure/asked-by-person")
    assert "Nothing is held about this person." in erase(browser, clinic, DORU)


def test_what_waits_is_erased_only_when_that_is_said_too(clinic: Clinic) -> None:
    cut_off(clinic)
    browser = administrator(clinic)
    looked = browser.submit("/admin/person", to="/admin/person", issuer=clinic.iss, patient=DORU).text
    assert "1 filing that is not in the record" in looked
    assert "Something still waits" in erase(browser, clinic, DORU)
    assert counted(clinic, DORU) > 0
    assert "nothing was found afterwards" in erase(browser, clinic, DORU, waiting_too="yes")


def test_a_safety_answer_is_named_before_it_is_erased_where_no_patient_has_a_device(clinic: Clinic) -> None:
    object.__setattr__(clinic.practice, "patient_devices", {})
    fill_in(clinic.opened(), "2222222221")
    browser = administrator(clinic)
    looked = browser.submit("/admin/person", to="/admin/person", issuer=clinic.iss, patient=DORU).text
    assert "1 safety answer nobody has acted on" in looked
    assert "Something still waits" in erase(browser, clinic, DORU)
    assert counted(clinic, DORU) > 0


def test_a_form_the_patient_sent_is_named_before_it_is_erased(clinic: Clinic) -> None:
    agree(clinic.opened())
    phone = PatientBrowser(clinic.app, clinic.app_url, clinic.hospital_url)
    phone.sign_in(clinic)
    phone.answer("1111111110")
    phone.send_form()
    browser = administrator(clinic)
    looked = browser.submit("/admin/person", to="/admin/person", issuer=clinic.iss, patient=DORU).text
    assert "1 form the patient sent and nobody has opened" in looked
    assert "Something still waits" in erase(browser, clinic, DORU)
    assert counted(clinic, DORU) > 0


def test_the_page_of_a_patient_who_was_erased_meanwhile_saves_nothing(clinic: Clinic) -> None:
    """attack-A78: what was open goes on from nothing, and the course does not come back."""
    doctor = clinic.opened()
    form = doctor.fields("session")
    erase(administrator(clinic), clinic, DORU)
    assert doctor.post("session", {**form, "act": "close"}).status_code == 404
    assert counted(clinic, DORU) == 0


def test_a_look_is_in_the_audit_log_and_no_address_names_a_patient(clinic: Clinic) -> None:
    """Every address of these pages is checked for the patient by the browser of these tests."""
    clinic.opened(DORU)
    browser = administrator(clinic)
    answer = browser.submit("/admin/person", to="/admin/person", issuer=clinic.iss, patient=DORU)
    assert DORU not in answer.request.url
    assert [entry.event.actor for entry in logged(clinic, patient=DORU, action="query")] == [ACTOR]


def test_what_was_typed_about_somebody_unknown_is_not_written_down(clinic: Clinic) -> None:
    """It may be a name, and the audit log is kept for years."""
    browser = administrator(clinic)
    browser.submit("/admin/person", to="/admin/person", issuer=clinic.iss, patient="Doru Vasile 1980")
    looked = logged(clinic, actor=ACTOR, action="query")
    assert [(entry.event.issuer, entry.event.patient) for entry in looked] == [("", "")]
    assert "Vasile" not in str(looked)


@pytest.mark.parametrize(
    "typed",
    [
        {"since": "0001-01-01"},
        {"since": "9999-12-31", "until": "9999-12-31"},
        {"before": "9" * 200},
        {"person": "a\0b", "actor": "\0"},
    ],
    ids=["first-day", "last-day", "large-number", "nul"],
)
def test_attack_a61_no_text_of_a_search_is_an_error(clinic: Clinic, typed: dict[str, str]) -> None:
    browser = administrator(clinic)
    assert "<h1>Audit" in search(browser, **typed)
