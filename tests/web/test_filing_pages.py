"""Filing when all goes well, and what the page says before and after."""

from __future__ import annotations

from pathlib import Path

import pytest

from smart_app.demo import SCOPES
from tests.web.acts import agree, course_of, file, fill_in
from tests.web.browser import Browser
from tests.web.clinic import DORU, OKORO, Clinic, open_clinic
from tests.web.page_checks import Page


def pending(page: str) -> list[str]:
    """What waits, a line a kind."""
    return [item.text for item in Page(page).all("summary") if "read back" not in item.text]


def test_a_new_course_waits_for_nothing_that_nobody_wrote(browser: Browser) -> None:
    assert "Nothing of this course is in the record yet." in browser.get("filing").text


def test_before_filing_the_page_shows_what_the_chart_will_say_in_words_and_as_fhir(browser: Browser) -> None:
    fill_in(browser, "111111110")
    page = agree(browser, "preview", rationale="Few ties, broken off.")
    assert pending(browser.get("filing").text)[:2] == ["1 care plan", "2 goals"]
    parsed = Page(page.text)
    said = parsed.by_id("said")
    assert said is not None
    assert goal_words(browser)[0] in said.text
    entries = [item.get("href").rpartition("/")[2] for item in parsed.all("a") if "/preview/" in item.get("href")]
    fhir = [item.text for entry in entries for item in Page(browser.get(f"filing/preview/{entry}").text).all("pre")]
    assert any('"resourceType": "CarePlan"' in text for text in fhir)
    assert any('"resourceType": "Goal"' in text for text in fhir)
    assert not any("broken off" in text for text in [said.text, *fhir])
    assert "Everybody with access to this chart sees" in page.text


def goal_words(browser: Browser) -> list[str]:
    page = Page(browser.get("plan").text)
    ticked = [item for item in page.all("input") if item.get("name") == "goal" and "checked" in item.attributes]
    chosen = {item.get("value") for item in ticked}
    return [item.text for item in page.all("textarea") if item.get("id").removeprefix("text-") in chosen]


def test_after_filing_every_resource_has_a_receipt_that_names_where_it_is(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "111111111")
    agree(browser)
    page = file(browser)
    assert "✓ in the record" in page.text
    assert "Nothing new: the record says what this app says." in page.text
    assert "<function" not in page.text
    assert "PHQ-9 item 9 of 2 Mar 2026" in page.text
    places = {item.text for item in Page(page.text).all("small") if "/" in item.text}
    there = {
        f"{kind}/{resource['id']}"
        for kind in ("CarePlan", "Goal", "ServiceRequest", "Task", "QuestionnaireResponse", "Observation")
        for resource in clinic.chart(kind)
    }
    assert places == there


def test_the_overview_counts_what_the_record_does_not_have_yet(clinic: Clinic, browser: Browser) -> None:
    agree(browser)
    file(browser)
    assert "✓ in the record" in browser.get("").text
    clinic.clock.move(minutes=1)
    page = fill_in(browser, "111111110")
    assert "3 items are not in the record yet" in page.text
    assert "▲ saved here" in page.text
    assert pending(browser.get("filing").text) == ["1 questionnaire", "2 scores and answers"]


def test_filing_without_anything_new_sends_nothing(clinic: Clinic, browser: Browser) -> None:
    agree(browser)
    file(browser)
    guards = browser.fields("plan")
    clinic.door.asked.clear()
    browser.post("filing", {**guards, "act": "file"})
    assert "POST /fhir" not in clinic.door.asked


def test_our_own_words_stay_here(clinic: Clinic, browser: Browser) -> None:
    """decision-D20: the rationale and the reason of a safety step are in no resource of the chart."""
    safety = fill_in(browser, "000000001").request.path
    browser.submit(safety, ("act", "discussed-in-session"), reason="ONLY-HERE-1")
    agree(browser, rationale="ONLY-HERE-2")
    assert "✓ in the record" in file(browser).text
    assert "ONLY-HERE" not in str([item.content for item in clinic.hospital.store.existing()])


def test_a_plan_of_others_in_the_same_chart_stays_as_it_is(clinic: Clinic) -> None:
    before = clinic.hospital.store.versions("CarePlan", "zztest-alma-primary-care")
    browser = clinic.opened("zztest-alma")
    agree(browser)
    file(browser)
    assert clinic.hospital.store.versions("CarePlan", "zztest-alma-primary-care") == before


def test_a_colleague_opens_the_same_course(clinic: Clinic, browser: Browser) -> None:
    agree(browser)
    file(browser)
    colleague = clinic.opened(DORU, OKORO)
    assert "Session 1 of 16 comes next" in colleague.get("").text
    assert "✓ in the record" in colleague.get("filing").text


@pytest.mark.parametrize(("missing", "kind"), [("Goal", "goal"), ("Task", "task"), ("CarePlan", "care plan")])
def test_a_missing_scope_is_named_before_anything_is_sent(tmp_path: Path, missing: str, kind: str) -> None:
    """fault-F21, fault-F42: said in words, the button is off, nothing leaves, nothing is lost."""
    allowed = tuple(scope.replace(".crus", ".rs") if missing in scope else scope for scope in SCOPES)
    with open_clinic(tmp_path, allowed=allowed) as clinic:
        browser = clinic.opened()
        page = agree(browser, "preview")
        assert f"Your sign-in does not allow writing a {kind} (scope for {missing})." in page.text
        (button,) = (item for item in Page(page.text).all("button") if item.get("value") == "file")
        assert "disabled" in button.attributes
        clinic.door.asked.clear()
        file(browser)
        assert "POST /fhir" not in clinic.door.asked
        assert len(course_of(clinic).goals) == 2
