"""The page of what the patient allows, and that filing and the patient's own device keep to it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from smart_app.store import audit
from smart_app.store.audit import Action
from tests.web.acts import agree, course_of, file
from tests.web.browser import Browser
from tests.web.clinic import DORU, VALE, Clinic, Fault, open_clinic
from tests.web.page_checks import Page
from tests.web.patients import PatientBrowser


def say(browser: Browser, kind: str, answer: str, on: str = "2026-03-02") -> str:
    form = Page(browser.get("consents").text)
    fields = next(form.fields_of(item) for item in form.all("form") if form.fields_of(item).get("kind") == kind)
    return browser.post("consents", {**fields, f"{kind}-answer": answer, f"{kind}-on": on}).text


def states(page: str) -> list[str]:
    return [item.text for item in Page(page).all("span") if item.get("class").startswith("end tag")]


def test_four_questions_are_asked_separately_and_each_says_what_it_governs(clinic: Clinic) -> None:
    page = clinic.opened().get("consents").text
    assert states(page) == ["– not asked yet"] * 4
    for words in ("the app files nothing but this decision", "no form is shown to the patient", "records nothing"):
        assert words in page
    assert "Decisions stay in this app" in page


def test_what_was_said_stands_with_its_day_and_who_wrote_it_down(clinic: Clinic) -> None:
    browser = clinic.opened()
    say(browser, "recording", "allowed", "2026-02-20")
    page = say(browser, "recording", "withdrawn")
    assert states(page).count("■ withdrawn") == 1
    lines = [" ".join(item.text.split()) for item in Page(page).all("li")]
    by = "recorded by Noor ZZTEST-VALE"
    assert [line for line in lines if "recorded by" in line] == [
        f"allowed 20 Feb 2026 {by}",
        f"withdrawn 2 Mar 2026 {by}",
    ]
    with clinic.practice.store.read() as tx:
        events = [event for _, event in audit.events(tx, clinic.iss, DORU) if event.action is Action.DECIDE]
    assert [event.actor for event in events] == [VALE, VALE]
    assert all(re.fullmatch(r"Consent/[0-9a-f-]{36}", event.entity) for event in events)


def test_what_cannot_be_said_is_told_at_its_field_and_nothing_is_lost(clinic: Clinic) -> None:
    browser = clinic.opened()
    page = say(browser, "contact", "refused", "2027-01-01")
    assert "A decision cannot lie in the future." in page
    assert 'value="2027-01-01"' in page
    assert 'value="refused" checked' in page
    assert course_of(clinic).consents == ()


def test_after_a_refusal_nothing_is_filed_and_after_a_new_permission_everything_is(clinic: Clinic) -> None:
    """ipt-domain 5.3: a withdrawal stops the filing and deletes nothing."""
    browser = clinic.opened()
    say(browser, "data-sharing", "refused")
    agree(browser)
    assert "nothing is filed but the decision itself" in browser.get("filing").text
    browser.submit("filing", ("act", "file"))
    assert clinic.chart("CarePlan") == []
    assert "give this to nobody but the patient" in browser.get("handover").text
    say(browser, "data-sharing", "allowed")
    file(browser)
    assert len(clinic.chart("CarePlan")) == 1


def test_where_nothing_is_shared_no_page_asks_for_filing_or_says_it_was_done(clinic: Clinic) -> None:
    browser = clinic.opened()
    agree(browser)
    say(browser, "data-sharing", "refused")
    for page in ("filing", "filing/preview"):
        shown = browser.get(page).text
        assert "■ not shared" in shown
        assert "What is new stays in this app." in shown
        assert "the record says what this app says" not in shown
        assert "not in the record yet" not in shown
    assert "▲ filing" not in browser.get("").text
    assert "not filed" not in browser.get("caseload").text


def test_what_was_on_its_way_when_sharing_ended_is_not_sent_afterwards(clinic: Clinic) -> None:
    browser = clinic.opened()
    agree(browser)
    clinic.door.hang(Fault("POST", "/fhir", None))
    browser.submit("filing", ("act", "file"))
    clinic.door.clear()
    say(browser, "data-sharing", "refused")
    before = len(clinic.door.asked)
    browser.submit("filing", ("act", "file"))
    assert [asked for asked in clinic.door.asked[before:] if asked.startswith(("POST", "PUT"))] == []
    assert clinic.chart("CarePlan") == []


def test_what_somebody_does_not_share_is_not_overwritten_by_the_chart(clinic: Clinic) -> None:
    """Not filed is not lost: a colleague's edit does not take away what stays here."""
    browser = clinic.opened()
    agree(browser)
    file(browser)
    say(browser, "data-sharing", "refused")
    agree(browser, rationale="kept here")
    (plan,) = clinic.chart("CarePlan")
    clinic.edit(plan, note=[{"text": "Seen."}])
    clinic.opened()
    assert [area.rationale for area in course_of(clinic).problem_areas] == ["kept here"]


def test_where_the_sign_in_does_not_reach_the_filing_page_says_which_permission_is_missing(clinic: Clinic) -> None:
    browser = clinic.opened()
    site = replace(clinic.practice.site, files=clinic.practice.site.files | {"Consent"})
    object.__setattr__(clinic.practice, "site", site)
    say(browser, "data-sharing", "refused")
    assert "Your sign-in does not allow writing a consent decision (scope for Consent)." in browser.get("filing").text


def test_a_decision_is_filed_read_back_and_ended_in_the_chart_when_it_is_withdrawn(tmp_path: Path) -> None:
    """decision-D93: the withdrawal is filed although nothing else is; and the chart's own end counts here."""
    with open_clinic(tmp_path, files=["Consent"]) as clinic:
        browser = clinic.opened()
        agree(browser)
        assert "Decisions are filed in the hospital" in say(browser, "data-sharing", "allowed", "2026-02-20")
        say(browser, "recording", "refused")
        assert "2 consent decisions" in browser.get("filing").text
        assert "✓ in the record" in file(browser).text
        allowed, refused = clinic.chart("Consent")
        assert [item["status"] for item in (allowed, refused)] == ["active", "rejected"]
        assert allowed["provision"] == {"type": "permit", "period": {"start": "2026-02-20"}}
        assert "ZZTEST-VALE" not in str(allowed)

        say(browser, "data-sharing", "withdrawn", "2026-03-01")
        agree(browser, minutes="40")
        assert "1 consent decision" in browser.get("filing").text
        (plan,) = clinic.chart("CarePlan")
        file(browser)
        ended, still_refused = clinic.chart("Consent")
        assert (ended["id"], ended["status"]) == (allowed["id"], "inactive")
        assert ended["provision"]["period"] == {"start": "2026-02-20", "end": "2026-03-01"}
        assert still_refused == refused
        assert clinic.chart("CarePlan") == [plan]

        clinic.opened()
        sharing, recording = course_of(clinic).consents
        assert (sharing.withdrawn_on, sharing.in_force, recording.permitted) == (date(2026, 3, 1), False, False)


def test_what_the_hospital_ends_in_its_own_record_is_ended_here(tmp_path: Path) -> None:
    with open_clinic(tmp_path, files=["Consent"]) as clinic:
        browser = clinic.opened()
        agree(browser)
        say(browser, "app-use", "allowed", "2026-02-20")
        file(browser)
        (there,) = clinic.chart("Consent")
        period = {"start": "2026-02-20", "end": "2026-03-02"}
        clinic.edit(there, status="inactive", provision={"type": "permit", "period": period})
        page = clinic.opened().get("consents").text
        assert states(page).count("■ withdrawn") == 1
        assert "2 Mar 2026" in page


def test_who_does_not_want_the_app_is_shown_no_form(clinic: Clinic) -> None:
    browser = clinic.opened()
    agree(browser)
    phone = PatientBrowser(clinic.app, clinic.app_url, clinic.hospital_url)
    phone.sign_in(clinic)
    assert "Begin: PHQ-9" in phone.get("").text
    say(browser, "app-use", "refused")
    assert "Begin: PHQ-9" not in phone.get("").text
    assert "does not want to use this app" in browser.get("patient").text
