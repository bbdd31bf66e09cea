"""What was typed comes back: after a reload, a logoff, an expired sign-in, for the same person and patient only."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ipt_fhir import rawjson
from ipt_fhir.rawjson import JsonObject
from smart_app.store import drafts
from smart_app.store.drafts import DraftKey
from smart_app.store.lanes import Lane
from tests.journeys.clinician import Fields
from tests.web.acts import course_of
from tests.web.browser import Browser
from tests.web.clinic import ALMA, DORU, OKORO, VALE, Clinic
from tests.web.form_acts import answers_sheet, coded, hand_in, item, live, opened, page, press, questionnaire, swapped
from tests.web.page_checks import Page

WORDS = "typed for forty minutes"
FORM = questionnaire(item("text", "text"), item("often", "choice", answerOption=coded("never", "often")))


@pytest.fixture
def address(browser: Browser) -> str:
    return opened(browser, FORM)


def typed(browser: Browser, address: str) -> object:
    return answers_sheet(page(browser, address)).get("a-0")


def reload(_clinic: Clinic, browser: Browser) -> Browser:
    return browser


def sign_out(clinic: Clinic, browser: Browser) -> Browser:
    browser.post("sign-out", browser.fields("plan"))
    return clinic.opened()


def go_idle(clinic: Clinic, _browser: Browser) -> Browser:
    clinic.clock.move(minutes=40)
    return clinic.opened()


def token_runs_out(clinic: Clinic, browser: Browser) -> Browser:
    for _ in range(7):
        clinic.clock.move(minutes=10)
        browser.get("plan")
    return browser


def another_browser(clinic: Clinic, _browser: Browser) -> Browser:
    return clinic.opened()


@pytest.mark.parametrize("what", [reload, sign_out, go_idle, token_runs_out, another_browser])
def test_what_was_typed_comes_back(
    clinic: Clinic, browser: Browser, address: str, what: Callable[[Clinic, Browser], Browser]
) -> None:
    """fault-F71: kept by the script while it was typed; no button was pressed."""
    live(browser, address, {**answers_sheet(page(browser, address)), "a-0": WORDS, "a-1": "often"}, "keep")
    again = what(clinic, browser)
    shown = answers_sheet(page(again, address))
    assert (shown["a-0"], shown["a-1"]) == (WORDS, "often")
    assert "Answers kept from" in again.get(address).text


@pytest.mark.parametrize(("patient", "practitioner"), [(DORU, OKORO), (ALMA, VALE)])
def test_nobody_else_and_no_other_patient_gets_it(
    clinic: Clinic, browser: Browser, address: str, patient: str, practitioner: str
) -> None:
    """fault-F71: neither the answers nor the form that was opened."""
    live(browser, address, {**answers_sheet(page(browser, address)), "a-0": WORDS}, "keep")
    other = clinic.opened(patient, practitioner)
    assert other.get(address).status_code == 404
    assert WORDS not in other.get("forms").text
    same_form = opened(other, FORM)
    assert same_form == address
    assert typed(other, same_form) == ""


def test_a_draft_is_sealed(tmp_path: Path, browser: Browser, address: str) -> None:
    """Whoever gets the files of the database reads no answer, and no text of the form."""
    live(browser, address, {**answers_sheet(page(browser, address)), "a-0": WORDS})
    kept = [path.read_bytes() for path in tmp_path.rglob("app.sqlite3*")]
    assert kept
    assert not any(words in text for text in kept for words in (WORDS.encode(), b"Text of often"))


def test_a_page_that_came_too_late_is_kept_all_the_same(clinic: Clinic, browser: Browser, address: str) -> None:
    """fault-F71: the launch went idle while somebody typed."""
    fields = {**answers_sheet(page(browser, address)), "a-0": WORDS}
    clinic.clock.move(minutes=40)
    assert browser.post(address, {**fields, "act": "done"}).status_code == 404
    assert course_of(clinic).forms == ()
    assert typed(clinic.opened(), address) == WORDS


def test_the_script_is_told_when_the_sign_in_has_ended_and_what_was_typed_is_kept(
    clinic: Clinic, browser: Browser, address: str
) -> None:
    """decision-D12 holds for the script as well."""
    fields = {**answers_sheet(page(browser, address)), "a-0": WORDS}
    clinic.clock.move(minutes=40)
    refused = live(browser, address, fields)
    assert refused.status_code == 404
    assert "not open any more" in swapped(refused)["aside"]
    assert typed(clinic.opened(), address) == WORDS


@pytest.mark.parametrize("what", ["", "/live", "/keep"])
@pytest.mark.parametrize(
    ("changes", "status", "kept"),
    [
        ({"token": "0" * 64}, 403, False),
        ({"patient": "0" * 32}, 409, False),
        ({"revision": "99"}, 409, True),
    ],
    ids=["another-browser", "another-patient", "out-of-date"],
)
def test_a_page_that_is_not_of_this_launch_changes_nothing(
    clinic: Clinic, browser: Browser, address: str, what: str, changes: dict[str, str], status: int, kept: bool
) -> None:
    """decision-D12: token, patient and revision, for the script as for the person (attack-A29, attack-A38)."""
    fields: Fields = {**answers_sheet(page(browser, address)), "a-0": WORDS, **changes, "act": "done"}
    refused = live(browser, address, fields, what[1:]) if what else browser.post(address, fields)
    assert refused.status_code == status
    assert course_of(clinic).forms == ()
    assert typed(browser, address) == (WORDS if kept else "")


def test_the_script_of_another_site_is_refused(browser: Browser, address: str) -> None:
    """attack-A38."""
    fields = {**answers_sheet(page(browser, address)), "a-0": WORDS}
    refused = browser.send(f"{address}/live", fields, Sec_Fetch_Site="cross-site", HX_Request="true")
    assert refused.status_code == 403
    assert typed(browser, address) == ""


def two_windows(browser: Browser, address: str) -> tuple[Fields, Fields]:
    return answers_sheet(page(browser, address)), answers_sheet(page(browser, address))


def test_of_two_windows_the_second_wins_in_sight_and_the_first_is_not_lost(
    clinic: Clinic, browser: Browser, address: str
) -> None:
    """fault-F72: nothing is completed before a person has looked, and what was there is said."""
    first, second = two_windows(browser, address)
    live(browser, address, {**first, "a-0": "in the first"})
    told = browser.post(address, {**second, "a-0": "in the second", "act": "done"})
    assert told.status_code == 200
    assert course_of(clinic).forms == ()
    assert "In another window" in told.text
    assert "in the first" in told.text
    sheet = answers_sheet(Page(told.text))
    assert sheet["a-0"] == "in the second"
    assert "in the first" in browser.get(address).text
    browser.post(address, {**sheet, "act": "done"})
    assert course_of(clinic).forms[-1].raw_items()[0]["answer"] == [{"valueString": "in the second"}]


def test_the_script_says_what_another_window_had(browser: Browser, address: str) -> None:
    first, second = two_windows(browser, address)
    live(browser, address, {**first, "a-0": "in the first"})
    pieces = swapped(live(browser, address, {**second, "a-0": "in the second"}))
    assert "in the first" in pieces["aside"]


def test_two_windows_that_answer_different_questions_contradict_nobody(browser: Browser, address: str) -> None:
    first, second = two_windows(browser, address)
    live(browser, address, {**first, "a-0": "mine"})
    del second["a-0"]
    live(browser, address, {**second, "a-1": "often"})
    shown = page(browser, address)
    assert (answers_sheet(shown)["a-0"], answers_sheet(shown)["a-1"]) == ("mine", "often")
    assert "In another window" not in shown.source


def test_one_window_that_types_on_before_it_was_answered_is_no_other_window(browser: Browser, address: str) -> None:
    """The script sends the next answer with the number of the page it still shows."""
    fields = answers_sheet(page(browser, address))
    for words in ("a", "ab", "abc"):
        assert "aside" not in swapped(live(browser, address, {**fields, "a-0": words}))
    assert typed(browser, address) == "abc"


def test_what_stood_aside_goes_when_it_was_seen(browser: Browser, address: str) -> None:
    first, second = two_windows(browser, address)
    live(browser, address, {**first, "a-0": "in the first"})
    live(browser, address, {**second, "a-0": "in the second"})
    press(browser, address, "seen")
    assert "in the first" not in browser.get(address).text
    assert typed(browser, address) == "in the second"


def test_a_draft_can_be_discarded(browser: Browser, address: str) -> None:
    press(browser, address, "stay", a_0=WORDS)
    press(browser, address, "again")
    assert typed(browser, address) == ""
    assert "Answers kept from" not in browser.get(address).text


def replace_copy(clinic: Clinic, address: str, form: JsonObject) -> None:
    """The same form in another version takes its place, as when the hospital or the app brings a new one."""
    key = DraftKey.of(lane(clinic), subject(clinic), f"copy/{address.rpartition('/')[2]}")
    with clinic.practice.store.write() as tx:
        drafts.save(tx, key, rawjson.write(form).decode())


def lane(clinic: Clinic) -> Lane:
    return Lane(f"{clinic.hospital_url}/fhir", DORU)


def subject(clinic: Clinic) -> str:
    with clinic.practice.store.read() as tx:
        return str(tx.connection.exec_driver_sql("SELECT user_sub FROM launches ORDER BY created DESC").scalar())


def test_a_draft_of_an_earlier_version_is_carried_over_and_what_has_no_place_is_named(
    clinic: Clinic, browser: Browser, address: str
) -> None:
    """Bad input: a response to another version of the Questionnaire."""
    press(browser, address, "stay", a_0=WORDS, a_1="often")
    new = questionnaire(
        item("often", "choice", answerOption=coded("never", "often")), item("n", "integer"), version="2"
    )
    replace_copy(clinic, address, new)
    shown = page(browser, address)
    assert answers_sheet(shown)["a-0"] == "often"
    aside = shown.by_id("aside")
    assert aside is not None
    assert "In an earlier version of this form · Text of text: " + WORDS in " ".join(aside.text.split())
    press(browser, address, "stay", a_1="7")
    assert WORDS in browser.get(address).text
    press(browser, address, "seen")
    assert WORDS not in browser.get(address).text
    assert answers_sheet(page(browser, address))["a-1"] == "7"


def test_an_option_that_is_gone_stays_chosen_until_somebody_changes_it(
    clinic: Clinic, browser: Browser, address: str
) -> None:
    press(browser, address, "stay", a_1="often")
    replace_copy(clinic, address, questionnaire(item("often", "choice", answerOption=coded("never", "daily"))))
    assert answers_sheet(page(browser, address))["a-0"] == " kept 0"
    refused = press(browser, address, "done")
    assert "This is not one of the choices" in refused.text


def test_a_draft_as_version_0_1_0_kept_it_comes_back(clinic: Clinic, browser: Browser) -> None:
    with clinic.practice.store.write() as tx:
        key = DraftKey.of(lane(clinic), subject(clinic), "phq-9")
        drafts.save(tx, key, json.dumps({"/44250-9": "LA6570-1", "/44260-8": "LA6568-5"}))
    shown = answers_sheet(page(browser, "forms/phq-9"))
    assert (shown["a-1"], shown["a-9"]) == ("LA6570-1", "LA6568-5")


def test_a_draft_does_not_grow_without_end(browser: Browser) -> None:
    """Bad input: oversize. The answers of before are kept, and the person is told."""
    address = opened(browser, questionnaire(*(item(f"t{n}", "text", repeats=True) for n in range(4))))
    press(browser, address, "stay", a_0="before")
    fields = answers_sheet(page(browser, address))
    much = {f"a-{n}": ["x" * 19_000] * 80 for n in range(4)}
    refused = browser.post(address, {**fields, **much, "act": "stay"})
    assert refused.status_code == 413
    assert "What you saved before is kept" in refused.text
    assert "What you saved before is kept" in swapped(live(browser, address, {**fields, **much}))["aside"]
    assert typed(browser, address) == ["before", ""]


def test_files_together_do_not_grow_a_draft_without_end(browser: Browser) -> None:
    address = opened(browser, questionnaire(item("file", "attachment", repeats=True)))
    for _ in range(8):
        file: dict[str, Any] = {"f-0": (BytesIO(b"x" * 450_000), "a.bin", "application/octet-stream")}
        answer = browser.post(address, {**answers_sheet(page(browser, address)), **file, "act": "stay"})
    assert answer.status_code == 413
    assert "was not saved" in answer.text
    assert page(browser, address).source.count("a.bin") == 6


def test_forms_from_files_can_be_put_away_and_there_are_not_too_many(browser: Browser) -> None:
    first = opened(browser, FORM)
    press(browser, first, "stay", a_0=WORDS)
    assert "begun" in browser.get("forms").text
    browser.post("forms", {**browser.fields("forms"), "away": first.rpartition("/")[2]})
    assert browser.get(first).status_code == 404
    assert typed(browser, opened(browser, FORM)) == ""
    for number in range(11):
        opened(browser, questionnaire(item("x", "string"), version=str(number)))
    assert "12 forms are open already" in hand_in(browser, questionnaire(item("x", "string"), version="13")).text


def test_what_comes_after_a_form_was_completed_brings_no_draft_back(
    clinic: Clinic, browser: Browser, address: str
) -> None:
    """attack-A77: a double click, and an answer to the script that was on its way."""
    fields = {**answers_sheet(page(browser, address)), "a-0": WORDS}
    browser.post(address, {**fields, "act": "done"})
    assert len(course_of(clinic).forms) == 1
    assert browser.post(address, {**fields, "act": "done"}).status_code == 409
    for what in ("live", "keep"):
        assert live(browser, address, fields, what).status_code == 409
    assert "Answers kept from" not in browser.get(address).text
    assert typed(browser, address) == ""
    press(browser, address, "stay", a_0="the next one")
    assert typed(browser, address) == "the next one"


def test_what_was_on_its_way_when_a_draft_was_discarded_does_not_bring_it_back(browser: Browser, address: str) -> None:
    fields = {**answers_sheet(page(browser, address)), "a-0": WORDS}
    live(browser, address, fields)
    browser.post(address, {**fields, "act": "again"})
    live(browser, address, fields, "keep")
    assert typed(browser, address) == ""
