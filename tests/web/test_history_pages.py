"""The history: what each form came to, the answers to read, and marking them as entered in error."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ipt_fhir.instruments.catalogue import instrument
from ipt_fhir.model import snapshot
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.measures import ResponseStatus
from smart_app.services.measuring import complete
from smart_app.store import audit, episodes
from smart_app.store.audit import Action
from smart_app.store.lanes import Lane
from tests.mapping.full import FULL, INTAKE
from tests.web.acts import course_of, file, fill_in
from tests.web.browser import Browser
from tests.web.clinic import DORU, Clinic
from tests.web.page_checks import Page

HOSTILE = "\"><script>alert('x')</script>"


def keep(clinic: Clinic, course: Episode) -> None:
    """Put a course into the app as if it had been entered there."""
    lane = Lane(f"{clinic.hospital_url}/fhir", DORU)
    with clinic.practice.store.write() as tx:
        stored = episodes.load(tx, lane)
        assert stored is not None
        episodes.save(tx, lane, stored.id, snapshot.dump(course), expected_revision=stored.revision)


def acts(clinic: Clinic) -> list[tuple[Action, str]]:
    """What the audit log has of answers: the act and the entry."""
    with clinic.practice.store.read() as tx:
        found = audit.events(tx, f"{clinic.hospital_url}/fhir", DORU)
    return [(event.action, event.entity) for _, event in found if event.entity.startswith("QuestionnaireResponse/")]


def rows(text: str) -> list[list[str]]:
    """The cells of every row of every table body."""
    page = Page(text)
    found: dict[int, list[str]] = {}
    for cell in page.all("th", "td"):
        row = cell.within("tr")
        if row is not None and row.within("tbody"):
            found.setdefault(id(row), []).append(" ".join(cell.text.split()))
    return list(found.values())


def withdrawn(browser: Browser, clinic: Clinic, reason: str = "Another patient's form") -> str:
    """Mark the first response as entered in error; the page that follows."""
    first = course_of(clinic).responses[0]
    return browser.submit(f"history/{first.id}/withdraw", ("act", "withdraw"), reason=reason).text


def test_the_history_is_in_the_navigation_and_empty_at_the_start(browser: Browser) -> None:
    page = browser.get("history").text
    assert "Nothing was answered yet." in page
    assert 'aria-current="page">History' in page


def test_each_form_stands_with_score_band_change_and_who_entered_it(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "222222220")
    clinic.clock.move(days=7)
    browser = clinic.opened()
    fill_in(browser, "111111100")
    page = browser.get("history").text
    newest, first = rows(page)
    assert newest[0].startswith("9 Mar 2026")
    assert newest[1:4] == [
        "7 mild",
        "-9 reliable improvement, as large as matters to patients, response, recovery",
        "-9",
    ]
    assert newest[4] == "Noor ZZTEST-VALE"
    assert first[1:4] == ["16 moderately severe", "–", "–"]
    assert all("not filed yet" in row[5] for row in (newest, first))
    assert "PHQ-9, 2 readings: 16, 7" in page


def test_what_was_read_back_is_in_the_record_and_nothing_else_is(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "222222220")
    file(browser)
    clinic.clock.move(minutes=5)
    fill_in(browser, "111111100")
    newest, first = rows(browser.get("history").text)
    assert ("▲ not filed yet" in newest[5], "✓ in the record" in first[5]) == (True, True)
    withdrawn(browser, clinic)
    assert "▲ change not filed yet" in rows(browser.get("history").text)[1][5]
    file(browser)
    assert "✓ in the record" in rows(browser.get("history").text)[1][5]


def test_answers_open_to_read_with_every_question_and_the_reading_is_logged(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "1111 1111", act="done")
    fill_in(browser, "1111 1111", act="incomplete")
    (first,) = course_of(clinic).responses
    page = browser.get(f"history/{first.id}").text
    assert "Little interest or pleasure in doing things" in page
    assert (page.count("Several days"), page.count("not answered")) == (
        8,
        2,
    )  # the tenth asks how difficult it was and counts nothing
    assert "no total: 8 of 9 answered" in page
    assert "<textarea" not in page
    assert acts(clinic) == [(Action.READ, f"QuestionnaireResponse/{first.id}")]


def test_an_entry_in_error_says_why_and_counts_no_longer(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "222222220")
    page = withdrawn(browser, clinic)
    assert "▲ entered in error" in page
    assert "Another patient&#39;s form" in page
    assert "does not count" in page
    (first,) = course_of(clinic).responses
    assert first.status is ResponseStatus.ENTERED_IN_ERROR
    assert first.withdrawn is not None
    assert (first.withdrawn.at, first.withdrawn.by) == (clinic.clock.now, first.author)
    assert "Not filled in yet." in browser.get("").text
    assert (Action.WITHDRAW, f"QuestionnaireResponse/{first.id}") in acts(clinic)
    assert browser.get(f"history/{first.id}/withdraw").status_code == 404


def test_what_was_filed_is_marked_in_the_chart_with_its_score_and_the_reason_stays_here(
    clinic: Clinic, browser: Browser
) -> None:
    """decision-D36, decision-D65."""
    fill_in(browser, "222222221")
    file(browser)
    withdrawn(browser, clinic, "Filled in for a brother of the patient")
    assert "✓ in the record" in file(browser).text
    (response,) = clinic.chart("QuestionnaireResponse")
    assert response["status"] == "entered-in-error"
    assert [item["status"] for item in clinic.chart("Observation")] == ["entered-in-error"] * 2
    everything = [str(item) for kind in ("QuestionnaireResponse", "Observation", "Task") for item in clinic.chart(kind)]
    assert "brother" not in "".join(everything)


def test_what_the_record_never_had_is_not_filed_to_be_marked_there(clinic: Clinic, browser: Browser) -> None:
    """decision-D65: answers that got into the wrong chart do not follow into the record."""
    fill_in(browser, "222222220")
    (first,) = course_of(clinic).responses
    assert "will not get them" in browser.get(f"history/{first.id}/withdraw").text
    assert "stays in this app" in withdrawn(browser, clinic)
    file(browser)
    assert (clinic.chart("QuestionnaireResponse"), clinic.chart("Observation")) == ([], [])


def test_what_a_filing_under_way_may_still_bring_to_the_record_is_marked_there(
    clinic: Clinic, browser: Browser
) -> None:
    """decision-D10: the answer to the filing never came; the record may have it."""
    fill_in(browser, "222222220")
    clinic.close_hospital()
    file(browser)
    assert "change not filed yet" not in withdrawn(browser, clinic)
    clinic.open_hospital()
    file(browser)
    assert [item["status"] for item in clinic.chart("QuestionnaireResponse")] == ["entered-in-error"]


@pytest.mark.parametrize(("reason", "sentence"), [("  ", "Say why"), ("x" * 301, "longer than 300 characters")])
def test_without_a_fitting_reason_nothing_is_withdrawn_and_nothing_typed_is_lost(
    clinic: Clinic, browser: Browser, reason: str, sentence: str
) -> None:
    fill_in(browser, "222222220")
    page = withdrawn(browser, clinic, reason)
    assert sentence in page
    field = Page(page).by_id("reason")
    assert field is not None
    assert field.text == reason
    assert course_of(clinic).responses[0].stands


def test_a_safety_answer_still_waits_when_its_form_was_an_error_and_the_step_says_so(
    clinic: Clinic, browser: Browser
) -> None:
    """decision-D21."""
    fill_in(browser, "222222221")
    first, (item,) = course_of(clinic).responses[0], course_of(clinic).safety_items
    assert "A safety answer of this form waits." in browser.get(f"history/{first.id}/withdraw").text
    withdrawn(browser, clinic)
    page = browser.get(f"safety/{item.id}").text
    assert "This form was marked as entered in error." in page
    assert "<form" in page


def test_a_form_of_the_hospital_is_shown_in_words_nested_as_it_stands(clinic: Clinic, browser: Browser) -> None:
    own = course_of(clinic)
    keep(clinic, replace(own, forms=FULL.forms))
    page = browser.get("history").text
    assert [row[3 - 2] for row in rows(page)[:2]] == ["ZZTEST Therapist"] * 2
    assert "stays in this app" in rows(page)[2][2]
    shown = browser.get(f"history/{INTAKE.id}").text
    for words in ("Lives alone", "no", "husband", "61.50 kg", "Weight of another day", "replaced by a correction"):
        assert words in shown
    assert "http://hospital.example/Questionnaire/intake|2.1" in shown


def test_a_form_with_parts_and_no_total_shows_its_parts(clinic: Clinic, browser: Browser) -> None:
    own, measure = course_of(clinic), instrument("fidelity-rating")
    assert own.therapist
    given = dict.fromkeys(measure.counted, "largely")
    keep(clinic, complete(own, measure, given, own.therapist, clinic.clock.now))
    ((_when, total, *_changes, state),) = rows(browser.get("history").text)
    assert (total, state) == ("– Mean of the marks 2", "stays in this app")
    rated = course_of(clinic).responses[0]
    assert "Mean of the marks 2" in browser.get(f"history/{rated.id}").text
    file(browser)
    assert clinic.chart("QuestionnaireResponse") == []


def test_words_of_a_form_are_printed_as_text(clinic: Clinic, browser: Browser) -> None:
    """attack-A41: whatever a hospital's form or a person put into it."""
    own = course_of(clinic)
    items = f'[{{"linkId":"1","text":{HOSTILE!r},"answer":[{{"valueString":{HOSTILE!r}}}]}}]'
    items = items.replace(repr(HOSTILE), '"\\"><script>alert(\'x\')</script>"')
    hostile = replace(FULL.forms[1], replaces=None, status=ResponseStatus.COMPLETED, title=HOSTILE, items=items)
    keep(clinic, replace(own, forms=(hostile,)))
    for address in ("history", f"history/{hostile.id}", f"history/{hostile.id}/withdraw"):
        page = browser.get(address).text
        assert "<script>" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("address", ["history/elsewhere", "history/elsewhere/withdraw", f"history/{INTAKE.id}"])
def test_answers_of_another_course_are_not_found(standing_browser: Browser, address: str) -> None:
    assert standing_browser.get(address).status_code == 404


def test_answers_of_another_patient_are_not_found(clinic: Clinic, browser: Browser) -> None:
    """decision-D12."""
    fill_in(browser, "222222220")
    (first,) = course_of(clinic).responses
    other = clinic.opened("zztest-alma")
    assert other.get(f"history/{first.id}").status_code == 404
    sent = {**other.fields("session"), "reason": "why", "act": "withdraw"}
    assert other.post(f"history/{first.id}/withdraw", sent).status_code == 404
    assert course_of(clinic).responses[0].stands
