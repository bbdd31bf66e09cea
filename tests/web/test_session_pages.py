"""The session page: one screen, nothing typed lost, one session a click, and the note behind it."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from ipt_fhir.model.activities import ActivityKind, Outcome
from ipt_fhir.model.sessions import MoodLink, SessionKind, Technique
from tests.journeys.clinician import Fields
from tests.web.acts import agree, course_of, file, fill_in
from tests.web.browser import Browser
from tests.web.clinic import OKORO, Clinic
from tests.web.page_checks import Page

WORK: Fields = {"mood_link": "better-after-event", "technique": ["role-play", "clarification"], "step": "Say one wish."}


def send(browser: Browser, act: str = "close", /, **fields: str | list[str]) -> TestResponse:
    return browser.post("session", {**browser.fields("session"), **fields, "act": act})


def typed(page: str) -> str:
    found = Page(page).by_id("step")
    assert found is not None
    return found.text.strip()


def test_a_session_is_closed_with_what_was_worked_on_and_shows_its_note(clinic: Clinic, browser: Browser) -> None:
    agree(browser)
    page = send(browser, start="14:00", focus="role-transition", **WORK)
    assert "Session 1 of 16 is closed" in page.text
    note = Page(page.text).by_id("note")
    assert note is not None
    assert "Until next time: Say one wish." in note.text
    (session,) = course_of(clinic).sessions
    assert (session.mood_link, session.techniques) == (
        MoodLink.BETTER_AFTER_EVENT,
        (Technique.CLARIFICATION, Technique.ROLE_PLAY),
    )
    following = browser.get("session").text
    assert "Say one wish." in following
    assert 'name="last_outcome"' in following
    assert 'value="14:00"' in following


def test_what_only_stays_here_is_not_in_the_chart(clinic: Clinic, browser: Browser) -> None:
    """decision-D20: the step, the techniques and the mood link are local."""
    agree(browser)
    send(browser, start="14:00", next="other", next_date="2026-03-09", next_time="15:30", **WORK)
    file(browser)
    said = str(clinic.chart("CarePlan"))
    assert "2026-03-09T15:30" in said or "2026-03-09" in said
    for local in ("Say one wish", "role-play", "better-after-event"):
        assert local not in said


def test_goals_are_rated_beside_their_level_texts(clinic: Clinic, browser: Browser) -> None:
    agree(browser)
    page = browser.get("session").text
    goal = next(goal for goal in course_of(clinic).goals if goal.levels)
    assert goal.levels[0].text in page
    send(browser, **{f"rating-{goal.id}": "1"})
    rated = next(item for item in course_of(clinic).goals if item.id == goal.id)
    assert [item.level for item in rated.ratings] == [1]


def test_the_phase_says_what_it_still_needs_and_the_measure_what_it_said(browser: Browser) -> None:
    page = browser.get("session").text
    assert "Middle phase from session 4 on. Still missing:" in page
    assert "No problem area is chosen." in page
    assert "Fill in PHQ-9" in page
    fill_in(browser, "222222220")
    assert "moderately severe" in browser.get("session").text


def test_what_is_typed_is_kept_and_comes_back_until_the_session_closes(clinic: Clinic, browser: Browser) -> None:
    """fault-F71."""
    form = {**browser.fields("session"), **WORK}
    answer = browser.send("session/live", form, Sec_Fetch_Site="same-origin", HX_Request="true")
    assert answer.status_code == 200
    page = browser.get("session").text
    assert typed(page) == "Say one wish."
    assert "What you entered before is here again." in page
    assert course_of(clinic).sessions == ()
    browser.submit("session", ("act", "close"))
    assert course_of(clinic).sessions[0].step == "Say one wish."
    assert typed(browser.get("session").text) == ""


def test_a_draft_can_be_thrown_away(browser: Browser) -> None:
    form = {**browser.fields("session"), **WORK}
    browser.send("session/live", form, Sec_Fetch_Site="same-origin", HX_Request="true")
    assert typed(send(browser, "again").text) == ""


def test_a_launch_that_ended_meanwhile_loses_nothing(clinic: Clinic) -> None:
    """fault-F71: the text is shown to copy, and is there again after the next launch."""
    browser = clinic.opened()
    form = {**browser.fields("session"), **WORK, "act": "close"}
    clinic.clock.move(minutes=40)
    refused = browser.post("session", form)
    assert refused.status_code == 404
    assert [item.text for item in Page(refused.text).all("bdi")] == ["Say one wish."]
    assert typed(clinic.opened().get("session").text) == "Say one wish."


def test_a_double_click_closes_one_session(clinic: Clinic, browser: Browser) -> None:
    """attack-A77: the second click is led to what the first one did."""
    form = {**browser.fields("session"), "act": "close"}
    assert "Session 1 of 16 is closed" in browser.post("session", form).text
    assert "Session 1 of 16 is closed" in browser.post("session", form).text
    assert [item.number for item in course_of(clinic).sessions] == [1]


def test_what_was_typed_in_a_second_tab_for_a_closed_session_is_shown_and_not_put_into_the_next(
    clinic: Clinic, browser: Browser
) -> None:
    """fault-F72."""
    second = {**browser.fields("session"), "step": "From the second tab.", "act": "close"}
    browser.submit("session", ("act", "close"))
    assert browser.post("session", second).status_code == 409
    page = browser.get("session").text
    assert "Session 2 of 16" in page
    assert "From the second tab." in page
    assert typed(page) == ""
    assert len(course_of(clinic).sessions) == 1


def test_two_tabs_on_one_session_keep_both_texts(browser: Browser) -> None:
    one, other = browser.fields("session"), browser.fields("session")
    for form, step in ((one, "First."), (other, "Second.")):
        sent = {**form, "step": step}
        browser.send("session/live", sent, Sec_Fetch_Site="same-origin", HX_Request="true")
    page = browser.get("session").text
    assert typed(page) == "Second."
    assert "First." in page


def test_a_meeting_with_a_caregiver_is_recorded_beside_the_contract(clinic: Clinic, browser: Browser) -> None:
    page = send(browser, kind="caregiver")
    assert "Session with a caregiver 1 is recorded" in page.text
    assert "Session 1 of 16 comes next" in page.text
    assert [item.kind for item in course_of(clinic).sessions] == [SessionKind.CAREGIVER]


@pytest.mark.parametrize("act", ["reopen", "take-out"])
def test_the_last_session_can_be_mended_also_after_it_was_filed(clinic: Clinic, browser: Browser, act: str) -> None:
    """decision-D85: the record loses the session with the next filing, the reason stays here."""
    agree(browser)
    send(browser, **WORK)
    file(browser)
    assert "ipt-session" in str(clinic.chart("CarePlan"))
    address = "session/individual/1"
    mended = browser.post(address, {**browser.fields(address), "act": act, "reason": "The wrong patient."})
    assert mended.status_code == 200
    sessions = course_of(clinic).sessions
    assert [item.closed for item in sessions] == ([False] if act == "reopen" else [])
    file(browser)
    said = str(clinic.chart("CarePlan"))
    assert not re.search(r"progress.*ipt-session", said)
    assert "The wrong patient" not in said
    again = clinic.opened()
    assert [item.closed for item in course_of(clinic).sessions] == ([False] if act == "reopen" else [])
    assert course_of(clinic).session_corrections[0].reason == "The wrong patient."
    assert again.get("session").status_code == 200


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"act": "", "reason": "Wrong."}, "Choose what is wrong."),
        ({"act": "reopen", "reason": " "}, "Say why. It stays in this app."),
    ],
)
def test_a_correction_without_its_reason_comes_back(browser: Browser, sent: dict[str, str], sentence: str) -> None:
    send(browser)
    address = "session/individual/1"
    page = browser.post(address, {**browser.fields(address), **sent})
    assert sentence in page.text


@pytest.mark.parametrize("address", ["session/individual/9", "session/nobody/1"])
def test_a_session_that_is_not_there_is_not_found(browser: Browser, address: str) -> None:
    assert browser.get(address).status_code == 404


def kept_open_in_session_two(clinic: Clinic) -> tuple[Browser, str]:
    """A second session, kept open with answers that count once it is closed; its browser, and the rated goal."""
    browser = clinic.opened()
    agree(browser)
    send(browser, start="09:00", step="Call.", next="none")
    clinic.clock.move(days=7)
    browser = clinic.opened()
    goal = next(goal for goal in course_of(clinic).goals if goal.levels)
    later: Fields = {"last_outcome": "done", f"rating-{goal.id}": "1", "technique": ["role-play"], "step": "Ask again."}
    send(browser, "keep", **later, next="other", next_date="2026-03-20", next_time="11:00")
    return browser, goal.id


def test_a_session_kept_open_opens_and_closes_as_it_was_left(clinic: Clinic) -> None:
    browser, goal = kept_open_in_session_two(clinic)
    assert [item.kind for item in course_of(clinic).activities if item.kind is ActivityKind.APPOINTMENT] == []
    page = clinic.opened().get("session").text
    assert "You kept this session open; it stands as you left it." in page
    assert "Discard and begin anew" not in page
    browser.submit("session", ("act", "close"))
    course = course_of(clinic)
    assert [item.step_outcome for item in course.sessions] == [Outcome.DONE, None]
    assert [item.level for item in next(item for item in course.goals if item.id == goal).ratings] == [1]
    (appointment,) = [item for item in course.activities if item.kind is ActivityKind.APPOINTMENT]
    assert appointment.starts is not None
    assert f"{appointment.starts.astimezone():%Y-%m-%d %H:%M}" == "2026-03-20 11:00"


def test_no_appointment_is_made_up_for_a_session_that_was_kept_open_with_none(clinic: Clinic, browser: Browser) -> None:
    agree(browser)
    send(browser, "keep", start="09:00", next="none")
    browser.submit("session", ("act", "close"))
    assert [item for item in course_of(clinic).activities if item.kind is ActivityKind.APPOINTMENT] == []


def test_what_a_colleague_changed_in_a_session_kept_open_is_not_undone(clinic: Clinic) -> None:
    browser, goal = kept_open_in_session_two(clinic)
    send(clinic.opened(practitioner=OKORO), "keep", step="Ask her sister.")
    fields = browser.fields("session")
    assert (typed(browser.get("session").text), fields[f"rating-{goal}"]) == ("Ask her sister.", "1")


def test_a_session_that_was_kept_open_and_closed_by_a_colleague_is_not_called_unsaved(clinic: Clinic) -> None:
    browser, _goal = kept_open_in_session_two(clinic)
    send(clinic.opened(practitioner=OKORO))
    assert "It is not part of it" not in browser.get("session").text


def test_why_a_session_is_corrected_is_kept_while_it_is_typed(clinic: Clinic, browser: Browser) -> None:
    """fault-F71."""
    send(browser)
    address = "session/individual/1"
    why: Fields = {"act": "take-out", "reason": "The wrong patient."}
    sent = {**browser.fields(address), **why}
    kept = browser.send(f"{address}/keep", sent, Sec_Fetch_Site="same-origin", HX_Request="true")
    assert kept.status_code == 204
    fields = clinic.opened().fields(address)
    assert fields.items() >= why.items()
    fill_in(browser, "222222220")
    assert browser.post(address, {**sent, "reason": "Another patient."}).status_code == 409
    fields = browser.fields(address)
    assert fields["reason"] == "Another patient."
    browser.post(address, fields)
    assert course_of(clinic).session_corrections[0].reason == "Another patient."
    send(browser)
    assert browser.fields(address)["reason"] == ""
