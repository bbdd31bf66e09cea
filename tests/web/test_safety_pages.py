"""The safety step a worrying answer opens, and the session that waits for it (decision-D21)."""

from __future__ import annotations

import re

import pytest

from ipt_fhir.model.measures import SafetyAct
from ipt_fhir.model.sessions import Attendance, Mode
from tests.journeys.clinician import Fields
from tests.web.acts import course_of, fill_in
from tests.web.browser import Browser
from tests.web.clinic import OKORO, Clinic
from tests.web.page_checks import Page


def chosen(page: str) -> dict[str, str]:
    return {item.get("name"): item.get("value") for item in Page(page).all("input") if "checked" in item.attributes}


def asked(clinic: Clinic, browser: Browser) -> str:
    """Answer item 9 above "not at all"; the address of the safety step."""
    page = fill_in(browser, "000000001")
    assert "Positive answer: review it with the patient." in page.text
    (item,) = course_of(clinic).open_safety_items
    return f"safety/{item.id}"


@pytest.fixture(scope="module")
def waiting(standing_clinic: Clinic, standing_browser: Browser) -> str:
    """The address of a safety step that is open."""
    return asked(standing_clinic, standing_browser)


def test_item_nine_leads_to_the_safety_step_and_the_overview_asks_for_it(clinic: Clinic, browser: Browser) -> None:
    """decision-D21."""
    safety = asked(clinic, browser)
    page = Page(browser.get("").text)
    button = next(item for item in page.all("a") if item.get("class") == "button")
    assert button.text == "Record the safety step"
    assert button.get("href").endswith(safety)
    assert "step not recorded" in browser.get("").text


def test_a_session_does_not_close_while_the_safety_step_is_open_and_keeps_what_was_typed(
    clinic: Clinic, browser: Browser
) -> None:
    """decision-D21."""
    safety = asked(clinic, browser)
    page = browser.submit("session", ("act", "close"), date="2026-03-01", attendance="missed", mode="phone")
    assert "record what was done before closing the session" in page.text
    assert course_of(clinic).sessions == ()
    again = browser.submit("session", ("act", "close"), date="2026-03-02", attendance="missed", mode="phone")
    assert chosen(again.text) == {"attendance": "missed", "mode": "phone", "kind": "individual"}
    assert course_of(clinic).sessions == ()
    browser.submit(safety, ("act", "discussed-in-session"))
    closed = browser.submit("session", ("act", "close"), attendance="missed", mode="phone")
    assert "Session 2 of 16 comes next" in closed.text
    (session,) = course_of(clinic).sessions
    assert (session.attendance, session.mode, session.closed) == (Attendance.MISSED, Mode.PHONE, True)


def test_a_session_may_stay_open_while_the_safety_step_waits(clinic: Clinic, browser: Browser) -> None:
    asked(clinic, browser)
    page = browser.submit("session", ("act", "keep"))
    assert "Session 1 of 16 is open" in page.text
    assert not course_of(clinic).sessions[0].closed


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choose what was done."),
        ({"act": "low-risk"}, "Choose what was done."),
        ({"act": "handed-over"}, "Name the colleague who takes over."),
        ({"act": "handed-over", "handed_to": "  ", "accepted": "yes"}, "Name the colleague who takes over."),
        ({"act": "handed-over", "handed_to": "ZZTEST nurse"}, "counts once the colleague has accepted."),
        ({"act": "not-applicable-with-reason"}, "Give the reason why no step applies."),
        ({"act": "discussed-in-session", "reason": "x" * 501}, "longer than 500 characters"),
        ({"act": "handed-over", "handed_to": "x" * 81, "accepted": "yes"}, "longer than 80 characters"),
    ],
)
def test_a_safety_step_that_says_too_little_is_not_recorded_and_nothing_typed_is_lost(
    standing_clinic: Clinic, standing_browser: Browser, waiting: str, fields: dict[str, str], sentence: str
) -> None:
    guard = {"token", "patient", "revision", "window"}  # without what an earlier line of this table had typed
    empty = {name: value for name, value in standing_browser.fields(waiting).items() if name in guard}
    page = standing_browser.post(waiting, {**empty, **fields})
    assert sentence in page.text
    parsed = Page(page.text)
    kept = parsed.fields_of(parsed.all("form")[0])
    assert kept.items() >= {name: value for name, value in fields.items() if value != "low-risk"}.items()
    assert len(course_of(standing_clinic).open_safety_items) == 1


@pytest.mark.parametrize("act", [SafetyAct.DISCUSSED, SafetyAct.NOT_APPLICABLE])
def test_an_act_settles_the_safety_step(clinic: Clinic, browser: Browser, act: SafetyAct) -> None:
    safety = asked(clinic, browser)
    browser.submit(safety, ("act", act.value), reason="Seen together.")
    (item,) = course_of(clinic).safety_items
    assert (item.act, item.reason, item.settled) == (act, "Seen together.", clinic.clock.now)
    assert item.settled_by is not None


def test_a_hand_over_names_who_accepted_and_stands_as_it_was_recorded(clinic: Clinic, browser: Browser) -> None:
    safety = asked(clinic, browser)
    browser.submit(safety, ("act", "handed-over"), handed_to="ZZTEST nurse of the day", accepted="yes")
    page = browser.get(safety).text
    assert "ZZTEST nurse of the day" in page
    assert 'name="act"' not in page
    form = {**browser.fields("session"), "act": "discussed-in-session"}
    browser.post(safety, form)
    assert course_of(clinic).safety_items[0].act is SafetyAct.HANDED_OVER


def test_earlier_answers_are_shown_the_newest_first(clinic: Clinic, browser: Browser) -> None:
    for digits in ("000000001", "000000002"):
        fill_in(browser, digits)
        clinic.clock.move(minutes=1)
    (_, item) = course_of(clinic).safety_items
    page = Page(browser.get(f"safety/{item.id}").text)
    answer, earlier = (element.text for element in page.all("dd")[1:3])
    assert answer.startswith("More than half the days")
    assert earlier == "2 Mar 2026: Several days"


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2026-03-03", "cannot lie in the future"),
        ("2026-03-01", "before the start of the course"),
        ("", "Enter a full date."),
        ("2026-02-30", "Enter a full date."),
        ("<script>", "Enter a full date."),
    ],
)
def test_a_session_on_a_day_that_cannot_be_is_not_counted(
    standing_clinic: Clinic, standing_browser: Browser, day: str, sentence: str
) -> None:
    page = standing_browser.submit("session", ("act", "close"), date=day, mode="video")
    assert sentence in page.text
    assert chosen(page.text)["mode"] == "video"
    assert course_of(standing_clinic).sessions == ()


def test_an_open_session_is_gone_on_with_not_counted_twice(clinic: Clinic, browser: Browser) -> None:
    browser.submit("session", ("act", "keep"), mode="video")
    page = browser.get("session").text
    assert chosen(page) == {"attendance": "attended", "mode": "video", "kind": "individual"}
    browser.submit("session", ("act", "close"))
    assert [(item.number, item.mode) for item in course_of(clinic).sessions] == [(1, Mode.VIDEO)]


def test_the_course_may_go_on_beyond_what_was_contracted(clinic: Clinic, browser: Browser) -> None:
    """Sixteen weeks of sessions; then the overview says so, and a seventeenth can still be counted."""
    for _ in range(16):
        page = browser.submit("session", ("act", "close"))
        clinic.clock.move(minutes=10)
    assert "All 16 sessions are behind you" in page.text
    browser.submit("session", ("act", "keep"))
    assert browser.get("").status_code == 200
    assert course_of(clinic).sessions[-1].number == 17
    beyond = browser.get("session").text
    assert "<h1>Session 17</h1>" in beyond
    assert "beyond the contract" in beyond
    closed = browser.submit("session", ("act", "close")).text
    assert "Session 17 is closed" in closed
    assert "session 17, beyond the 16 agreed" in closed
    for address in ("", "ending", "caseload", "focus", "session", "session/individual/17"):
        assert not re.search(r"1[78] of 16|1[78] held of 16", browser.get(address).text), address


REASON: Fields = {"act": "not-applicable-with-reason", "reason": "Checked with her, no wish to die."}


def entered(browser: Browser, safety: str) -> Fields:
    """What the page of a safety step holds."""
    page = Page(browser.get(safety).text)
    return page.fields_of(page.all("form")[0])


def keep(browser: Browser, safety: str, fields: Fields) -> int:
    """What the script of the page sends while somebody types."""
    return browser.send(f"{safety}/keep", fields, Sec_Fetch_Site="same-origin", HX_Request="true").status_code


def test_what_is_typed_about_a_safety_step_is_kept_until_it_is_recorded(clinic: Clinic, browser: Browser) -> None:
    """fault-F71: also when the sign-in ends, and for this person and patient alone."""
    safety = asked(clinic, browser)
    assert keep(browser, safety, {**browser.fields(safety), **REASON}) == 204
    assert entered(browser, safety).items() >= REASON.items()
    late = {**browser.fields(safety), **REASON, "reason": "Second text."}
    clinic.clock.move(minutes=40)
    assert browser.post(safety, late).status_code == 404
    again = clinic.opened()
    assert entered(again, safety)["reason"] == "Second text."
    assert entered(clinic.opened(practitioner=OKORO), safety)["reason"] == ""
    assert course_of(clinic).safety_items[0].open
    form = again.fields(safety)
    again.post(safety, form)
    keep(again, safety, {**form, "revision": again.fields("session")["revision"]})
    assert course_of(clinic).safety_items[0].reason == "Second text."
    with clinic.practice.store.read() as tx:
        forms = tx.connection.exec_driver_sql("select form from drafts").scalars().all()
    assert safety not in forms


def test_a_safety_step_on_a_page_that_is_out_of_date_comes_back_as_it_was_typed(
    clinic: Clinic, browser: Browser
) -> None:
    """fault-F72."""
    safety = asked(clinic, browser)
    late = {**browser.fields(safety), **REASON}
    browser.submit("session", ("act", "keep"))
    refused = browser.post(safety, late)
    assert refused.status_code == 409
    assert "Checked with her, no wish to die." in refused.text
    assert course_of(clinic).safety_items[0].open
    assert entered(browser, safety).items() >= REASON.items()
