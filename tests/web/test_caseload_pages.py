"""The list over all patients: one's own, one's hospital's, what needs one first, and never another chart's data."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from ipt_fhir.ehr.issuer import IssuerRegistry
from smart_app.services import caseload
from smart_app.services.caseload import CourseNote
from smart_app.store import audit, launches
from smart_app.store import caseload as notes
from smart_app.store.audit import Action
from smart_app.store.lanes import Lane
from smart_app.store.launches import Grant, SignInFor, User
from tests.protocol.cases import case
from tests.web.acts import agree, course_of, file, fill_in
from tests.web.browser import Browser
from tests.web.clinic import ALMA, DORU, OKORO, VALE, Clinic
from tests.web.page_checks import Page
from tests.web.test_assessment_pages import put
from tests.web.test_duty_pages import worrying
from tests.web.test_group_pages import both, close
from tests.web.test_history_pages import rows

ELSEWHERE = "https://other.example/fhir"


def launched(
    clinic: Clinic, patient: str, *, user: str = VALE, issuer: str = "", role: SignInFor = SignInFor.CLINICIAN
) -> None:
    """Somebody opened a chart now, as far as the store knows."""
    with clinic.practice.store.write() as tx:
        launches.open_launch(
            tx,
            Lane(issuer or clinic.iss, patient),
            User(user, f"Practitioner/{user}", "Somebody"),
            Grant(access_token="", expires=clinic.clock.now + timedelta(hours=1), scopes=()),
            browser_secret="x" * 43,
            need_patient_banner=True,
            role=role,
        )


def noted(clinic: Clinic, patient: str, initials: str, issuer: str = "", **parts: object) -> None:
    """A note about a course of somebody."""
    usual = CourseNote(
        initials=initials,
        record_number=f"ZZ-{patient}",
        phase="middle",  # type: ignore[arg-type]
        status="active",  # type: ignore[arg-type]
        session=5,
        contracted=16,
        session_open=False,
        last_session=clinic.clock.now.date(),
        areas=("grief",),
        measure="PHQ-9",
        first="18",
        score="15",
        band="moderately severe",
        measured_on=clinic.clock.now.date(),
        days_between=6,
        reasons=(),
        judged="on-track",
        safety=0,
        planned=True,
        unfiled=0,
        on_focus=2,
        counted=4,
    )
    content = msgspec.json.encode(msgspec.structs.replace(usual, **parts))
    with clinic.practice.store.write() as tx:
        notes.put(tx, Lane(issuer or clinic.iss, patient), "no-course", 1, content)


def listed(page: str) -> list[str]:
    return [row[0].split()[0] for row in rows(page)]


def test_the_patients_one_launched_stand_with_course_score_and_age(clinic: Clinic) -> None:
    browser = clinic.opened(DORU)
    put(clinic, case("B", 8))
    browser.get("")
    clinic.clock.move(days=3)
    page = clinic.opened(ALMA).get("caseload").text
    (doru,) = [row for row in rows(page) if "ZZ-100004" in row[0]]
    assert doru[0].startswith("D. Z.")
    assert doru[1] == "session 8 of 16Middle phase · Grief, Role transition"
    assert doru[2] == "PHQ-9 15 moderately severefirst 18"
    assert "▲ off track" in doru[3]
    assert doru[4] == "2 Mar 2026, 09:003 days old"
    assert doru[5].startswith("Hospital chart")


def test_after_a_group_session_every_member_shows_where_they_stand_now(clinic: Clinic) -> None:
    """decision-D86: what waits for a member's chart is on the list before that chart is opened again."""
    charts = {patient: clinic.opened(patient) for patient in (DORU, ALMA)}
    for browser in charts.values():
        agree(browser)
        file(browser)
    _doru, alma = both(clinic)

    def row_of_doru() -> list[str]:
        (found,) = [row for row in rows(alma.get("caseload").text) if "ZZ-100004" in row[0]]
        return found

    assert row_of_doru()[1].startswith("session 0 of 16")
    assert "filed" not in row_of_doru()[3]
    close(alma)
    after = row_of_doru()
    assert after[1].startswith("session 1 of 16")
    assert "1 entry not filed" in after[3]
    assert "changed since" not in " ".join(after)
    assert len(course_of(clinic, DORU).sessions) == 1
    file(clinic.opened(DORU))
    assert "filed" not in row_of_doru()[3]


def test_it_is_nobodys_chart_and_names_nobody(clinic: Clinic) -> None:
    clinic.opened(DORU)
    page = clinic.opened(ALMA).get("caseload").text
    assert not Page(page).all("header")
    for name in ("ZZTEST-ALMA", "ZZTEST-DORU", "Alma", "Doru", ALMA, DORU, "F34.1", "Dysthymic"):
        assert name not in page


def test_another_therapist_sees_nothing_of_it(clinic: Clinic) -> None:
    clinic.opened(DORU)
    page = clinic.opened(ALMA, OKORO).get("caseload").text
    assert "ZZ-100004" not in page
    assert "1 patient" in page


def test_the_same_name_at_another_hospital_sees_nothing_of_it(clinic: Clinic) -> None:
    launched(clinic, "elsewhere", issuer=ELSEWHERE)
    noted(clinic, "elsewhere", "E. E.", issuer=ELSEWHERE)
    noted(clinic, "elsewhere", "X. X.")
    page = clinic.opened(ALMA).get("caseload").text
    assert "E. E." not in page
    assert "X. X." not in page  # the same id at this hospital is somebody else, whom nobody launched here


def test_a_patients_own_sign_in_is_no_launch_of_a_clinician(clinic: Clinic) -> None:
    launched(clinic, "own", role=SignInFor.PATIENT)
    noted(clinic, "own", "O. O.")
    assert "O. O." not in clinic.opened(ALMA).get("caseload").text


def test_after_ninety_days_without_a_launch_a_patient_leaves_the_list(clinic: Clinic) -> None:
    clinic.opened(DORU)
    clinic.clock.move(days=89)
    assert "ZZ-100004" in clinic.opened(ALMA).get("caseload").text
    clinic.clock.move(days=2)
    assert "ZZ-100004" not in clinic.opened(ALMA).get("caseload").text


def test_what_needs_the_person_stands_first_safety_before_all(clinic: Clinic) -> None:
    browser = clinic.opened(ALMA)
    others: dict[str, dict[str, object]] = {
        "done": {},
        "late": {"measured_on": clinic.clock.now.date() - timedelta(days=9)},
        "off": {"reasons": ("deterioration",), "judged": "off-track"},
        "plan": {"planned": False},
        "open": {"session_open": True},
    }
    for patient, parts in others.items():
        launched(clinic, patient)
        noted(clinic, patient, f"{patient[0].upper()}.", "", **parts)
    worrying(clinic, DORU)
    clinic.opened(DORU)
    names = [row[0].rpartition("ZZ-")[2] for row in rows(browser.get("caseload").text)]
    assert [name for name in names if name != "100001"] == ["100004", "off", "open", "plan", "late", "done"]
    assert names[-1] == "done"


def test_the_note_follows_every_change_and_the_patients_sending(clinic: Clinic) -> None:
    browser = clinic.opened(DORU)
    assert "PHQ-9 due" in browser.get("caseload").text
    fill_in(browser, "222222220")
    agree(browser)
    browser.get("")
    (row,) = rows(browser.get("caseload").text)
    assert row[2].startswith("PHQ-9 16")
    assert "entries not filed" in row[3]
    assert "plan not agreed" not in row[3]


def test_a_save_and_a_filing_are_noted_without_another_page(clinic: Clinic) -> None:
    browser = clinic.opened(DORU)
    fill_in(browser, "222222220", act="done")
    file(browser)
    other = clinic.opened(ALMA)
    (doru,) = [row for row in rows(other.get("caseload").text) if "ZZ-100004" in row[0]]
    assert "not filed" not in doru[3]
    put(clinic, replace(course_of(clinic), sick_role_on=clinic.clock.now.date()))
    (doru,) = [row for row in rows(other.get("caseload").text) if "ZZ-100004" in row[0]]
    assert "changed since" in doru[4]


def test_where_patients_do_not_answer_alone_the_hospital_may_still_name_its_charts(clinic: Clinic) -> None:
    clinic.opened(DORU)
    browser = clinic.opened(ALMA)
    found = clinic.practice
    named = replace(found.registry.get(clinic.iss), chart_url=f"{clinic.hospital_url}/chart/{{patient}}")
    for registry, links in ((IssuerRegistry([named]), 1), (found.registry, 0)):
        clinic.app.extensions["practice"] = replace(found, patient_devices={}, registry=registry)
        page = Page(browser.get("caseload").text)
        assert len([item for item in page.all("a") if "Hospital chart" in item.text]) == links


def test_the_row_leads_to_the_hospitals_own_page_and_to_nothing_else(clinic: Clinic) -> None:
    """attack-A32: the address names no patient, and another person's names nobody."""
    clinic.opened(DORU)
    browser = clinic.opened(ALMA)
    page = Page(browser.get("caseload").text)
    (link,) = [item for item in page.all("a") if "Hospital chart" in item.text]
    assert (link.get("target"), link.get("rel")) == ("_blank", "noopener")
    assert DORU not in link.get("href")
    answer = browser.get(link.get("href"))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{clinic.hospital_url}/chart/{DORU}")
    case_id = re.search(r"caseload/(\w+)/chart", link.get("href"))
    assert case_id is not None
    # The same row, asked for by somebody whose list it is not on.
    assert clinic.opened(ALMA, OKORO).get(f"caseload/{case_id[1]}/chart").status_code == 404
    assert browser.get("caseload/unknown/chart").status_code == 404


def test_each_row_that_is_shown_is_in_the_audit_log_of_its_patient(clinic: Clinic) -> None:
    clinic.opened(DORU)
    clinic.opened(ALMA).get("caseload")
    with clinic.practice.store.read() as tx:
        events = [event for _, event in audit.events(tx, clinic.iss, DORU)]
    seen = [event for event in events if event.action is Action.QUERY]
    assert [(event.actor, event.entity) for event in seen] == [(VALE, f"Patient/{DORU}")]


def test_for_supervision_no_record_number_no_link_and_what_was_worked_on(clinic: Clinic) -> None:
    browser = clinic.opened(ALMA)
    launched(clinic, "off")
    noted(clinic, "off", "O. F.", reasons=("little-gain-at-mid-point",), judged="off-track")
    page = browser.get("caseload?view=supervision").text
    assert listed(page)[0] == "O."
    assert "Little gain half-way" in page
    assert "2 of the last 4" in page
    assert "Project policy, not validated." in page
    for hidden in ("ZZ-off", "ZZ-100001", "Hospital chart"):
        assert hidden not in page


def test_five_hundred_patients_are_read_with_the_same_number_of_statements(clinic: Clinic) -> None:
    browser = clinic.opened(ALMA)
    for number in range(500):
        launched(clinic, f"p{number}")
        noted(clinic, f"p{number}", "P. P.")
    page = browser.get("caseload").text
    assert len(rows(page)) == 25
    assert "501 patients" in page
    assert "page 1 of 21" in page
    assert len(page.encode()) < 60_000
    assert len(rows(browser.get("caseload?page=21").text)) == 1
    assert browser.get("caseload?page=22").status_code == 404
    with clinic.practice.store.read() as tx:
        per_page = [event for _, event in audit.events(tx, clinic.iss, "p0") if event.action is Action.QUERY]
    assert len(per_page) <= 1


@pytest.mark.parametrize("address", ["caseload?page=0", "caseload?page=x", "caseload?page=-1", "caseload?page=99999"])
def test_a_page_that_is_none_is_not_found(browser: Browser, address: str) -> None:
    assert browser.get(address).status_code == 404


def test_what_is_kept_for_the_list_is_sealed(clinic: Clinic, browser: Browser) -> None:
    with clinic.practice.store.read() as tx:
        row = tx.connection.exec_driver_sql("SELECT patient, content FROM caseload").one()
    assert row[0] == DORU
    assert b"D. Z." not in row[1]
    assert b"ZZ-1" not in row[1]
    assert browser.patient == DORU


def test_where_the_site_has_no_rules_the_list_calls_nobody_off_track(clinic: Clinic) -> None:
    browser = clinic.opened(DORU)
    put(clinic, case("B", 8))
    browser.get("")
    clinic.app.extensions["practice"] = replace(clinic.practice, site=replace(clinic.practice.site, off_track=None))
    assert "off track" not in browser.get("caseload").text.lower()


@pytest.mark.parametrize(
    ("name", "short"), [("Alma ZZTEST-ALMA", "A. Z."), ("Cher", "C."), ("", "–"), ("Ana María de la O", "A. O.")]
)
def test_initials(name: str, short: str) -> None:
    assert caseload.initials(name) == short
