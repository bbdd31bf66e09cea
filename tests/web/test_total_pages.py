"""Totals read off a sheet: entered, shown in the history, filed, corrected, withdrawn (decision-D58)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from werkzeug.test import TestResponse

from ipt_fhir.instruments.catalogue import instruments
from smart_app.store import audit
from smart_app.store.audit import Action
from tests.web.acts import course_of, file
from tests.web.browser import Browser
from tests.web.clinic import DORU, Clinic
from tests.web.page_checks import Page
from tests.web.test_history_pages import rows


def enter(browser: Browser, measure: str, total: str, **fields: str) -> TestResponse:
    """Enter a total and press the button."""
    return browser.submit(f"totals/{measure}", ("act", "keep"), total=total, **fields)


def withdrawn_total(browser: Browser, total_id: str) -> str:
    """Mark a total as entered in error; the page that follows."""
    return browser.submit(f"history/{total_id}/withdraw", ("act", "withdraw"), reason="Another patient's sheet").text


def test_every_measure_without_a_form_leads_to_its_page(standing_browser: Browser) -> None:
    page = Page(standing_browser.get("forms").text)
    addresses = [item.get("href") for item in page.all("a")]
    for name, found in instruments().items():
        assert any(address.endswith(f"/totals/{name}") for address in addresses) is not found.has_form
        assert standing_browser.get(f"totals/{name}").status_code == (404 if found.has_form else 200)
    assert standing_browser.get("totals/unheard-of").status_code == 404


def test_a_total_is_kept_shown_and_filed_as_a_survey_score_derived_from_nothing(
    clinic: Clinic, browser: Browser
) -> None:
    page = enter(browser, "wsas", " 24 ", date="2026-02-27").text
    assert "27 Feb 2026: 24" in page
    (total,) = course_of(clinic).totals
    assert (total.instrument, total.total, total.worrying) == ("wsas", Decimal(24), None)
    (row,) = rows(browser.get("history").text)
    assert row[0] == "27 Feb 2026"
    assert row[1].startswith("24")
    assert "read off a sheet" in row[5]
    assert "✓ in the record" in file(browser).text
    (observation,) = clinic.chart("Observation")
    assert (observation["valueQuantity"]["value"], observation["status"]) == (24, "final")
    assert "derivedFrom" not in observation
    assert clinic.chart("QuestionnaireResponse") == []
    assert "✓ in the record" in rows(browser.get("history").text)[0][5]


@pytest.mark.parametrize(
    ("measure", "fields", "field", "sentence"),
    [
        ("wsas", {"total": "many"}, "total", "Enter the total as a number."),
        ("wsas", {"total": "41"}, "total", "WSAS has totals from 0 to 40 in steps of 1. Correct 41."),
        ("wsas", {"total": "NaN"}, "total", "Enter the total as a number."),
        ("wsas", {"total": "1" * 4000}, "total", "Enter the total as a number."),
        ("wsas", {"total": "9", "date": "2026-03-03"}, "date", "A sheet cannot be filled in in the future."),
        ("wsas", {"total": "9", "date": "0026-03-01"}, "date", "Check the year."),
        ("wsas", {"total": "9", "date": "soon"}, "date", "Enter a full date."),
        ("epds", {"total": "9"}, "worrying", "Say what was answered there"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    clinic: Clinic, browser: Browser, measure: str, fields: dict[str, str], field: str, sentence: str
) -> None:
    page = browser.submit(f"totals/{measure}", ("act", "keep"), **fields)
    assert sentence in page.text
    assert f'href="#{field}"' in page.text
    shown = Page(page.text)
    for name, typed in fields.items():
        box = shown.by_id(name)
        assert box is not None
        assert box.get("value") == typed
    assert course_of(clinic).totals == ()


def test_a_change_judged_by_figures_nobody_checked_says_so(browser: Browser) -> None:
    enter(browser, "wsas", "24", date="2026-02-27")
    enter(browser, "wsas", "15")
    newest, _ = rows(browser.get("history").text)
    assert newest[2] == "-9 reliable improvement, by figures that were not checked at their source"


def test_a_comma_is_a_decimal_point(clinic: Clinic, browser: Browser) -> None:
    enter(browser, "ede-q", "2,41")
    assert course_of(clinic).totals[0].total == Decimal("2.41")


class TestSafety:
    """decision-D21: nobody here saw the answer, and still somebody has to act on it."""

    def test_a_worrying_answer_leads_to_the_safety_step_which_says_what_is_known(
        self, clinic: Clinic, browser: Browser
    ) -> None:
        page = enter(browser, "epds", "15", worrying="yes").text
        assert "Positive answer: review it with the patient." in page
        assert "EPDS item 10" in page
        assert "above its lowest answer" in page
        assert "EPDS item 10 needs somebody to act: step not recorded" in browser.get("").text
        (item,) = course_of(clinic).open_safety_items
        browser.submit(f"safety/{item.id}", ("act", "discussed-in-session"))
        assert course_of(clinic).open_safety_items == ()
        assert "✓ in the record" in file(browser).text
        (observation,) = clinic.chart("Observation")
        (task,) = (item for item in clinic.chart("Task") if item["status"] == "completed")
        assert task["focus"]["reference"] == f"Observation/{observation['id']}"

    def test_it_waits_also_when_the_total_was_an_error_and_the_step_says_so(
        self, clinic: Clinic, browser: Browser
    ) -> None:
        enter(browser, "epds", "15", worrying="yes")
        (item,), (total,) = course_of(clinic).open_safety_items, course_of(clinic).totals
        withdrawn_total(browser, total.id)
        assert "This total was marked as entered in error." in browser.get(f"safety/{item.id}").text

    def test_one_step_settles_the_same_item_of_the_total_it_corrects(self, clinic: Clinic, browser: Browser) -> None:
        enter(browser, "epds", "15", worrying="yes")
        (total,) = course_of(clinic).totals
        clinic.clock.move(minutes=5)
        browser.submit(f"history/{total.id}/total", ("act", "keep"), total="16", reason="a slip")
        first, second = course_of(clinic).open_safety_items
        assert "This total was corrected." in browser.get(f"safety/{first.id}").text
        browser.submit(f"safety/{second.id}", ("act", "discussed-in-session"))
        assert course_of(clinic).open_safety_items == ()


class TestCorrecting:
    def test_the_page_opens_with_the_total_and_the_corrected_one_takes_its_place(
        self, clinic: Clinic, browser: Browser
    ) -> None:
        enter(browser, "epds", "15", worrying="no", date="2026-02-20")
        file(browser)
        (first,) = course_of(clinic).totals
        opened = browser.get(f"history/{first.id}/correct")
        assert opened.status_code == 303
        page = Page(browser.get(f"history/{first.id}/total").text)
        chosen = {item.get("name"): item.get("value") for item in page.all("input") if "checked" in item.attributes}
        assert chosen == {"worrying": "no"}
        browser.submit(f"history/{first.id}/total", ("act", "keep"), total="14", reason="Read the line above")
        old, new = sorted(course_of(clinic).totals, key=lambda item: item.stands)
        assert (old.stands, new.replaces, new.total, new.authored) == (False, first.id, Decimal(14), first.authored)
        newest, oldest = rows(browser.get("history").text)
        assert "corrected version" in newest[5]
        assert "replaced by a correction" in oldest[5]
        assert "Read the line above" in browser.get(f"history/{first.id}").text
        file(browser)
        statuses = sorted(item["status"] for item in clinic.chart("Observation"))
        assert statuses == ["amended", "entered-in-error"]
        with clinic.practice.store.read() as tx:
            logged = [event for _, event in audit.events(tx, f"{clinic.hospital_url}/fhir", DORU)]
        found = {(event.action, event.entity) for event in logged}
        assert (Action.CORRECT, f"Observation/{first.id}") in found

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"total": "14"}, "Say why, in a few words."),
            ({"reason": "a slip"}, "Nothing was changed."),
            ({"total": "31", "reason": "a slip"}, "Correct 31."),
        ],
    )
    def test_a_correction_changes_something_and_says_why(
        self, clinic: Clinic, browser: Browser, fields: dict[str, str], sentence: str
    ) -> None:
        enter(browser, "epds", "15", worrying="no")
        (first,) = course_of(clinic).totals
        page = browser.submit(f"history/{first.id}/total", ("act", "keep"), **fields)
        assert sentence in page.text
        assert course_of(clinic).totals == (first,)

    def test_answers_are_not_corrected_on_this_page_and_a_total_not_as_a_form(
        self, clinic: Clinic, browser: Browser
    ) -> None:
        enter(browser, "wsas", "15")
        (total,) = course_of(clinic).totals
        assert browser.get(f"history/{total.id}/correction").status_code == 404
        assert browser.get("history/elsewhere/total").status_code == 404


def test_a_total_entered_in_error_counts_no_longer_and_stays_readable(clinic: Clinic, browser: Browser) -> None:
    enter(browser, "wsas", "15")
    (total,) = course_of(clinic).totals
    page = withdrawn_total(browser, total.id)
    assert "does not count" in page
    assert "Total on the sheet" in page
    assert "27 Feb" not in browser.get("forms").text
    file(browser)
    assert clinic.chart("Observation") == []
