"""A pack on the pages: its form is filled in, scored, filed, and its safety item asks; a licence ends in time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ipt_fhir import rawjson
from ipt_fhir.instruments.packs import read_pack
from ipt_fhir.mapping.episode import from_fhir
from ipt_fhir.mapping.site import Site
from ipt_fhir.terminology import systems
from smart_app.services.pack_keeping import KeptPack, catalogue_with
from tests.packs.given import DEMO, SCALE, demo_files, edited, perinatal, written
from tests.web.acts import agree, ask_patient, course_of, file
from tests.web.browser import Browser
from tests.web.clinic import ALMA, MONDAY, Clinic, open_clinic
from tests.web.page_checks import Page
from tests.web.patients import PatientBrowser
from tests.web.test_history_pages import keep

FORM = f"forms/{SCALE}"
LAST_DAY = datetime(2035, 12, 31, 9, 0, tzinfo=MONDAY.tzinfo)
ANSWERS = {"a-1": "long", "a-2": "briefly", "a-3": "all-evening", "a-4": "never"}


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    with open_clinic(tmp_path, packs=[DEMO]) as found:
        yield found


def words(browser: Browser, path: str) -> str:
    """What a person reads there."""
    return " ".join(re.sub(r"<[^>]*>", " ", browser.get(path).text).split())


def done(browser: Browser, **answers: str) -> Any:
    return browser.submit(FORM, ("act", "done"), **(ANSWERS | answers))


def test_the_form_of_a_pack_is_filled_in_scored_and_filed(clinic: Clinic, browser: Browser) -> None:
    assert "ZZTEST evening scale" in words(browser, "forms")
    done(browser)
    agree(browser)
    assert "✓ in the record" in file(browser).text
    (response,) = clinic.chart("QuestionnaireResponse")
    assert response["questionnaire"] == "http://zztest.example/fhir/Questionnaire/zztest-evening-scale|1.0"
    scores = [item for item in clinic.chart("Observation") if "valueQuantity" in item]
    assert [rawjson.number(item["valueQuantity"]["value"]) for item in scores] == [6]
    assert scores[0]["code"]["coding"][0]["code"] == "evening-total"
    again = from_fhir([*everything(clinic)], clinic.practice.catalogue)
    assert (again.episode.responses, again.unread) == (course_of(clinic).responses, ())


def everything(clinic: Clinic) -> Iterator[dict[str, Any]]:
    for kind in ("CarePlan", "Goal", "ServiceRequest", "Task", "QuestionnaireResponse", "Observation"):
        yield from clinic.chart(kind)


def test_the_safety_item_of_a_pack_asks_for_an_act_decision_d21(clinic: Clinic, browser: Browser) -> None:
    page = done(browser, **{"a-4": "briefly"})
    assert "Safety step" in page.text
    assert "I did not feel safe with myself" in page.text
    assert "ZZTEST evening scale item 4 needs somebody to act" in words(browser, "")
    agree(browser)
    file(browser)
    tasks = [item for item in clinic.chart("Task") if "focus" in item]
    assert [item["status"] for item in tasks] == ["requested"]
    (answer,) = [item for item in clinic.chart("Observation") if "valueCodeableConcept" in item]
    assert answer["valueCodeableConcept"]["coding"][0]["code"] == "briefly"
    assert systems.IDENTIFIER in {answer["identifier"][0]["system"]}


def test_the_list_says_whose_texts_they_are_and_until_when(browser: Browser) -> None:
    shown = words(browser, "forms")
    for said in ("ZZTEST Example Press", "ZZTEST agreement 17", "31 Dec 2035", "licence in force", "version 1.0"):
        assert said in shown
    assert "ZZTEST Clinic, licence desk, 2 Jan 2026" in shown


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (31, "licence in force"),
        (30, "licence ends in 30 days"),
        (1, "licence ends in 1 day"),
        (0, "licence ends today"),
    ],
)
def test_a_month_before_the_end_the_list_says_how_many_days_are_left(clinic: Clinic, left: int, said: str) -> None:
    clinic.clock.now = LAST_DAY - timedelta(days=left)
    assert said in words(clinic.opened(), "forms")


def test_the_day_after_it_is_shown_and_not_filled_in_and_nothing_is_lost(clinic: Clinic, browser: Browser) -> None:
    """Past answers stay, in words and with their score; what is typed meanwhile is kept."""
    done(browser)
    clinic.clock.now = LAST_DAY
    begun = clinic.opened()
    typed = begun.fields(FORM)
    clinic.clock.move(hours=24)
    browser = clinic.opened()
    listed = words(browser, "forms")
    assert "licence ended Not to be filled in any more; past answers stay." in listed
    assert "The licence for ZZTEST evening scale ended on 31 Dec 2035. Past answers stay." in listed
    shown = browser.get(FORM).text
    assert "The licence for ZZTEST evening scale ended" in shown
    assert 'value="done"' not in shown
    form = {name: value for name, value in typed.items() if name in {"window", "number"}}
    refused = browser.post(FORM, {**browser.fields("plan"), **form, **ANSWERS, "act": "done"})
    assert "The licence for ZZTEST evening scale ended" in refused.text
    assert len(course_of(clinic).responses) == 1
    assert "2 Mar 2026, 09:00 6 severe" in words(browser, "history")


def test_a_script_in_a_text_is_shown_as_text(tmp_path: Path) -> None:
    script = "<script>alert(1)</script>"
    files = edited(demo_files(), lambda form: form["item"][1].update(text=script))
    (tmp_path / "data").mkdir()
    with open_clinic(tmp_path / "data", packs=[written(tmp_path, files)]) as clinic:
        shown = clinic.opened().get(FORM).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert script not in shown


def test_without_a_pack_the_list_says_what_a_pack_is(tmp_path: Path) -> None:
    with open_clinic(tmp_path) as clinic:
        assert "There are none. A clinic that holds a licence" in words(clinic.opened(), "forms")


def test_a_form_in_the_place_of_a_score_is_filled_in_and_not_entered_by_hand(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with open_clinic(tmp_path / "data", packs=[written(tmp_path, perinatal())]) as clinic:
        browser = clinic.opened()
        assert "forms/epds" in browser.get("forms").text
        answers = {f"a-{number}": "a1" for number in range(10)}
        page = browser.submit("forms/epds", ("act", "done"), **answers)
        assert "Safety step" in page.text
        agree(browser)
        file(browser)
        (score,) = [item for item in clinic.chart("Observation") if "valueQuantity" in item]
        assert score["code"]["coding"][0]["code"] == "99046-5"
        assert rawjson.number(score["valueQuantity"]["value"]) == 10


def test_answers_are_not_corrected_after_the_licence_and_can_still_be_called_an_error(
    clinic: Clinic, browser: Browser
) -> None:
    done(browser)
    (response,) = course_of(clinic).responses
    clinic.clock.now = LAST_DAY + timedelta(days=1)
    browser = clinic.opened()
    begun = browser.get(f"history/{response.id}/correct")
    assert "The licence for ZZTEST evening scale ended" in browser.get(begun.headers["Location"]).text
    assert browser.get(f"history/{response.id}/correction").status_code == 404
    assert browser.get(f"history/{response.id}/withdraw").status_code == 200


def test_a_removed_pack_is_spoken_of_only_where_its_form_was_answered(clinic: Clinic, browser: Browser) -> None:
    done(browser)
    (kept,) = clinic.practice.packs
    removed = replace(clinic.practice, packs=(replace(kept, removed=MONDAY),))
    clinic.app.extensions["practice"] = removed
    listed = words(browser, "forms")
    assert "ZZTEST evening scale is no longer in use here. Past answers stay." in listed
    assert "There are none. A clinic that holds a licence" in listed
    assert "ZZTEST evening scale" not in words(clinic.opened(ALMA), "forms")


def epds_form(browser: Browser, answer: str = "a1") -> None:
    browser.submit("forms/epds", ("act", "done"), **{f"a-{number}": answer for number in range(10)})


def test_totals_from_before_and_scores_of_the_form_are_one_series(clinic: Clinic, browser: Browser) -> None:
    """The clinic takes totals off sheets, then adds the form; when its licence ends it goes back to sheets."""
    sheet = {"total": "14", "date": "2026-02-27", "worrying": "no"}
    browser.submit("totals/epds", ("act", "keep"), **sheet)
    with_form = kept(perinatal())
    clinic.app.extensions["practice"] = replace(clinic.practice, packs=(with_form,), site=site_with(with_form))
    epds_form(browser)
    agree(browser)
    assert "✓ in the record" in file(browser).text
    shown = words(browser, "history")
    assert re.search(r"2 Mar 2026, 09:00 10 .*27 Feb 2026 14 ", shown), shown
    (total,) = course_of(clinic).totals
    assert browser.get(f"history/{total.id}/total").status_code == 200
    assert "totals/epds" not in browser.get("forms").text
    clinic.clock.now = LAST_DAY + timedelta(days=1)
    later = clinic.opened()
    assert "totals/epds" in later.get("forms").text
    assert later.get("totals/epds").status_code == 200


def test_what_is_due_leads_to_the_sheet_when_the_licence_of_the_form_is_over(clinic: Clinic, browser: Browser) -> None:
    with_form = kept(perinatal())
    clinic.app.extensions["practice"] = replace(clinic.practice, packs=(with_form,), site=site_with(with_form))
    keep(clinic, replace(course_of(clinic), variant="ipt-perinatal-8"))
    assert {"forms/epds", "totals/epds"} & due_ways(browser) == {"forms/epds"}
    clinic.clock.now = LAST_DAY + timedelta(days=1)
    later = clinic.opened()
    assert {"forms/epds", "totals/epds"} & due_ways(later) == {"totals/epds"}
    assert "Enter the total" in later.get("").text


def due_ways(browser: Browser) -> set[str]:
    """Where overview and session lead to, within the launch."""
    pages = (Page(browser.get(path).text) for path in ("", "session"))
    return {str(link.get("href")).removeprefix(browser.home) for found in pages for link in found.all("a")}


def kept(files: dict[str, bytes]) -> KeptPack:
    return KeptPack(pack=read_pack(files), added=MONDAY, removed=None)


def site_with(pack: KeptPack) -> Site:
    return Site(catalogue=catalogue_with([pack]))


def test_a_patient_sends_a_form_with_proposed_answers_after_a_look_at_them(tmp_path: Path) -> None:
    """The first page of it may be the review: every question has an answer."""

    def propose(form: dict[str, Any]) -> None:
        for row in form["item"][1:]:
            row["answerOption"][2]["initialSelected"] = True

    pack = written(tmp_path, edited(demo_files(), propose))
    (tmp_path / "data").mkdir()
    with open_clinic(tmp_path / "data", packs=[pack]) as clinic:
        doctor = clinic.opened()
        agree(doctor)
        ask_patient(doctor, SCALE)
        phone = PatientBrowser(clinic.app, clinic.app_url, clinic.hospital_url)
        phone.sign_in(clinic)
        assert phone.get(FORM).headers["Location"].endswith("/review")
        assert "Thank you" in phone.send_form(FORM).text
        clinic.opened()
        course = course_of(clinic)
        assert [response.instrument for response in course.responses] == [SCALE]
        assert [item.answer for item in course.open_safety_items] == ["long"]
