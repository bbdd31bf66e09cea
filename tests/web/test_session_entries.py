"""Sessions as Encounters of the hospital's record, where the site files them: mended, never doubled (decision-D105)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.acts import agree, course_of, file
from tests.web.browser import Browser
from tests.web.clinic import Clinic, open_clinic

SESSION_1 = "session/individual/1"


@pytest.fixture
def filing_clinic(tmp_path: Path) -> Iterator[Clinic]:
    """A hospital whose sessions are Encounters."""
    with open_clinic(tmp_path, files=["Encounter"]) as clinic:
        yield clinic


def close(browser: Browser, **fields: str) -> None:
    browser.post("session", {**browser.fields("session"), "minutes": "50", **fields, "act": "close"})


def mend(browser: Browser, act: str) -> None:
    answer = browser.post(SESSION_1, {**browser.fields(SESSION_1), "act": act, "reason": "Wrong."})
    assert "entry of its own" not in answer.text


def begun(clinic: Clinic) -> Browser:
    """A course with its first session in the record."""
    browser = clinic.opened()
    agree(browser)
    close(browser)
    assert "✓ in the record" in file(browser).text
    assert [item["status"] for item in clinic.chart("Encounter")] == ["finished"]
    return browser


def statuses(clinic: Clinic) -> list[tuple[str, str]]:
    return [(item["status"], item["period"]["start"][:10]) for item in clinic.chart("Encounter")]


def note_of(clinic: Clinic) -> str:
    (plan,) = clinic.chart("CarePlan")
    progress: list[dict[str, Any]] = [note for item in plan["activity"] for note in item.get("progress", [])]
    return " ".join(note["text"] for note in progress)


def test_a_session_that_is_corrected_corrects_its_encounter_and_makes_no_second_one(filing_clinic: Clinic) -> None:
    browser = begun(filing_clinic)
    mend(browser, "reopen")
    file(browser)
    assert statuses(filing_clinic) == [("in-progress", "2026-03-02")]
    assert note_of(filing_clinic) == ""

    again = filing_clinic.opened()
    assert [item.closed for item in course_of(filing_clinic).sessions] == [False]
    close(again, attendance="missed")
    assert "✓ in the record" in file(again).text
    assert statuses(filing_clinic) == [("cancelled", "2026-03-02")]
    assert "missed" in note_of(filing_clinic)


def test_a_session_corrected_before_the_next_filing_reaches_the_record_as_one_change(filing_clinic: Clinic) -> None:
    browser = begun(filing_clinic)
    mend(browser, "reopen")
    close(browser, minutes="40")
    file(browser)
    (entry,) = filing_clinic.chart("Encounter")
    assert (entry["status"], entry["meta"]["versionId"]) == ("finished", "2")


def test_a_session_that_never_took_place_is_marked_so_and_the_next_one_gets_an_entry_of_its_own(
    filing_clinic: Clinic,
) -> None:
    browser = begun(filing_clinic)
    mend(browser, "take-out")
    file(browser)
    (taken_out,) = filing_clinic.chart("Encounter")
    assert taken_out["status"] == "entered-in-error"
    assert "Entered in error" in taken_out["text"]["div"]

    filing_clinic.clock.move(days=7)
    browser = filing_clinic.opened()
    assert course_of(filing_clinic).sessions == ()
    close(browser)
    assert "✓ in the record" in file(browser).text
    assert filing_clinic.chart("Encounter")[0] == taken_out
    assert statuses(filing_clinic) == [("entered-in-error", "2026-03-02"), ("finished", "2026-03-09")]
    browser = filing_clinic.opened()
    assert [session.number for session in course_of(filing_clinic).sessions] == [1]
    mend(browser, "reopen")
    close(browser, attendance="cancelled")
    file(browser)
    assert [status for status, _day in statuses(filing_clinic)] == ["entered-in-error", "cancelled"]


def test_an_entry_a_colleague_marked_as_an_error_is_left_alone_and_keeps_nobody_from_mending(
    filing_clinic: Clinic,
) -> None:
    browser = begun(filing_clinic)
    (entry,) = filing_clinic.chart("Encounter")
    filing_clinic.edit(entry, status="entered-in-error")
    (marked,) = filing_clinic.chart("Encounter")
    browser = filing_clinic.opened()
    agree(browser, minutes="40")
    file(browser)
    assert filing_clinic.chart("Encounter") == [marked]
    mend(browser, "take-out")
    file(browser)
    assert filing_clinic.chart("Encounter") == [marked]
    assert note_of(filing_clinic) == ""
    assert course_of(filing_clinic).sessions == ()
