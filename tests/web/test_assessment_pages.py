"""Assessment: what is due, each measure with its picture and table, safety answers, what the chart says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ipt_fhir.mapping.site import Site
from ipt_fhir.model.episode import Episode
from smart_app.demo import REGISTERED
from smart_app.roles import StaffRoles
from smart_app.store import audit
from smart_app.store.audit import Action
from tests.protocol.cases import case
from tests.web.acts import course_of, fill_in
from tests.web.browser import Browser
from tests.web.clinic import DORU, OKORO, VALE, Clinic, open_clinic
from tests.web.page_checks import Page
from tests.web.test_history_pages import keep, withdrawn


def put(clinic: Clinic, course: Episode) -> None:
    """Keep a course as this patient's, with its own id there."""
    keep(clinic, replace(course, id=course_of(clinic).id))


def pictures(text: str) -> list[str]:
    return [item.get("aria-label") for item in Page(text).all("svg")]


def test_at_the_start_two_measures_are_due_and_nothing_is_drawn(browser: Browser) -> None:
    page = browser.get("assessment").text
    assert 'aria-current="page">Assessment' in page
    assert page.count("▲ due") == 2
    assert pictures(page) == []
    assert "Nothing was filled in yet." in page
    assert "None in this course." in page
    assert "Dysthymic disorder (F34.1)" in page
    assert [item.get("class") for item in Page(page).all("a") if item.text.startswith("Fill in")] == [
        "button small",
        "button small quiet",
    ]


def test_one_reading_is_a_picture_with_its_table(browser: Browser) -> None:
    fill_in(browser, "222222220")
    page = browser.get("assessment").text
    assert pictures(page) == ["PHQ-9, 1 reading: 16. reliable change: 10 or less. response: 8 or less"]
    assert "✓ done" in page
    assert "within measurement error" not in page


def test_an_incomplete_form_is_a_gap_that_says_so(browser: Browser) -> None:
    fill_in(browser, "2222 2222", act="done")
    fill_in(browser, "2222 2222", act="incomplete")
    page = browser.get("assessment").text
    assert "No total yet, so there is nothing to draw." in page
    assert "no total: 8 of 9 answered" in page


def test_off_track_shows_rule_figures_questions_and_that_it_is_policy(clinic: Clinic, browser: Browser) -> None:
    put(clinic, case("B", 8))
    page = browser.get("assessment").text
    assert "Little gain half-way" in page
    assert "At session 8: PHQ-9 15 on 3 Mar 2026, first 18 on 6 Jan 2026: 3 points better (16 %)." in page
    assert "Rule: from session 8 of 16 on" in page
    assert "Is the focus still the right one?" in page
    assert "Project policy, not validated." in page
    assert "off track: 3 Mar 2026" in pictures(page)[0]


def test_what_assessment_calls_due_the_overview_calls_due(browser: Browser) -> None:
    fill_in(browser, "111111110")
    assert "▲ due" in browser.get("assessment").text
    overview = browser.get("").text
    assert "▲ GAD-7" in overview
    assert "every 4 sessions" in overview
    assert "nothing is due" not in overview


def test_a_coordinator_reads_off_track_without_rule_and_without_a_specialists_question(tmp_path: Path) -> None:
    with open_clinic(tmp_path, roles=StaffRoles(coordinators=(f"Practitioner/{OKORO}",))) as clinic:
        browser = clinic.opened(DORU, OKORO)
        put(clinic, case("B", 8))
        assessment, overview, mine = (browser.get(path).text for path in ("assessment", "", "caseload"))
        for page in (assessment, overview, mine):
            assert "worth talking about" in page
            assert "off track" not in page.lower()
        assert "only a little better than at the beginning" in assessment
        assert "only a little better than at the beginning" in overview
        assert "3 points better (16 %)" in assessment
        assert "Is it time to talk with your supervisor?" in assessment
        assert "worth talking about: 3 Mar 2026" in pictures(assessment)[0]
        for word in ("Rule: from session", "reliable", "second problem area"):
            assert word not in Page(assessment).all("section")[0].text


def test_where_the_site_says_nothing_no_course_is_off_track(clinic: Clinic, browser: Browser) -> None:
    clinic.app.extensions["practice"] = replace(clinic.practice, site=replace(clinic.practice.site, off_track=None))
    put(clinic, case("B", 8))
    page = browser.get("assessment").text
    assert "off track" not in page.lower()
    assert isinstance(clinic.practice.site, Site)


def test_forty_readings_of_a_measure_stand_in_one_table(clinic: Clinic, browser: Browser) -> None:
    course = case("A", 15)
    first = course.responses[0]
    many = tuple(
        replace(first, id=f"{first.id[:-3]}{number:03}", authored=first.authored + timedelta(days=number))
        for number in range(40)
    )
    put(clinic, replace(course, responses=many, safety_items=()))
    page = browser.get("assessment").text
    assert pictures(page)[0].startswith("PHQ-9, 40 readings")
    assert len([item for item in Page(page).all("th") if item.get("scope") == "row" and item.within("table")]) >= 40
    assert len(page.encode()) < 100_000


def test_what_was_corrected_or_withdrawn_is_counted_and_leads_to_the_history(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "222222220")
    withdrawn(browser, clinic)
    assert "Nothing was filled in yet." in browser.get("assessment").text
    fill_in(browser, "111111110")
    page = browser.get("assessment").text
    assert "1 does not count" in page
    assert pictures(page)[0].startswith("PHQ-9, 1 reading: 8")


def test_safety_answers_open_and_done_and_each_view_is_audited(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "000000001")
    page = browser.get("assessment").text
    (item,) = course_of(clinic).safety_items
    assert "● waits" in page
    assert f"safety/{item.id}" in page
    browser.submit(f"safety/{item.id}", ("act", "discussed-in-session"))
    page = browser.get("assessment").text
    assert "✓ acted on" in page
    assert "Noor ZZTEST-VALE" in page
    with clinic.practice.store.read() as tx:
        events = audit.events(tx, clinic.iss, DORU)
    seen = [event for _, event in events if event.action is Action.READ and event.entity == f"Task/{item.id}"]
    assert len(seen) >= 2


def test_nothing_is_written_by_looking(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "222222220")
    before = course_of(clinic)
    browser.get("assessment")
    assert course_of(clinic) == before


@pytest.mark.parametrize("reads", [True, False])
def test_a_supervisor_only_reads_and_a_coordinator_sees_no_diagnoses(tmp_path: Path, reads: bool) -> None:
    people = (f"Practitioner/{VALE}",)
    roles = StaffRoles(supervisors=people) if reads else StaffRoles(coordinators=people)
    with open_clinic(tmp_path, roles=roles) as clinic:
        page = clinic.opened().get("assessment").text
        assert ("Dysthymic" in page) is reads
        assert ("Fill in" in page) is not reads


def test_medication_stands_as_it_was_written(clinic: Clinic) -> None:
    page = clinic.opened("zztest-bene").get("assessment").text
    assert "Antidepressant" in page
    assert "One tablet in the morning" in page
    assert "active, 17 Nov 2025" in page
    assert "none in the chart" in clinic.opened().get("assessment").text


def test_medication_nobody_may_read_is_not_no_medication(tmp_path: Path) -> None:
    with open_clinic(tmp_path, allowed=tuple(name for name in REGISTERED if "Medication" not in name)) as clinic:
        page = clinic.opened("zztest-bene").get("assessment").text
    assert "The hospital does not let this sign-in read medication." in page
    assert "none in the chart" not in page
