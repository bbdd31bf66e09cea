"""The ending as a page: drafts, guards with their reasons, the end itself."""

from __future__ import annotations

from dataclasses import replace

from ipt_fhir.model import snapshot
from ipt_fhir.model.ending import TerminationReason
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.goals import Achievement, GoalStatus
from ipt_fhir.model.sessions import Phase
from smart_app.store import episodes
from smart_app.store.lanes import Lane
from tests.protocol.cases import case
from tests.web.acts import agree, course_of, file, fill_in, put_course
from tests.web.browser import Browser
from tests.web.clinic import DORU, OKORO, Clinic
from tests.web.page_checks import Page


def put(clinic: Clinic, course: Episode) -> None:
    """The course of zztest-doru is this one now."""
    lane = Lane(clinic.iss, DORU)
    with clinic.practice.store.write() as tx:
        stored = episodes.load(tx, lane)
        assert stored is not None
        course = replace(course, id=stored.id)
        episodes.save(tx, lane, stored.id, snapshot.dump(course), expected_revision=stored.revision)


def all_held() -> Episode:
    """Case A with every session held and nothing ended."""
    done = case("A", "last")
    return replace(done, review=None, relapse_plan=None, phase=Phase.TERMINATION, status=EpisodeStatus.ACTIVE)


def test_before_the_time_the_page_says_why_and_both_may_begin_the_ending(clinic: Clinic, browser: Browser) -> None:
    put(clinic, case("A", 6))
    clinic.clock.move(days=40)
    browser = clinic.opened()
    page = browser.get("ending")
    assert "The ending phase has not begun." in page.text
    assert "two sessions before the last" in page.text
    after = browser.submit("ending", ("act", "begin"))
    assert "The ending phase has not begun." not in after.text
    assert course_of(clinic).phase is Phase.TERMINATION


def test_what_was_typed_is_kept_and_nothing_of_an_ending_is_in_the_course(clinic: Clinic) -> None:
    clinic.clock.move(days=60)
    browser = clinic.opened()
    put(clinic, all_held())
    typed = {"reason": "completed", "gains": "Speaks sooner", "confidence": "7", "signs": "Sleep gets short"}
    browser.post("ending", {**browser.fields("ending"), **typed, "act": "keep"})
    fields = browser.fields("ending")
    assert {name: fields[name] for name in typed} == typed
    course = course_of(clinic)
    assert course.review is None
    assert course.relapse_plan is not None
    colleague = clinic.opened(practitioner="zztest-okoro")
    assert colleague.fields("ending")["gains"] == ""
    colleague.post("ending", {**colleague.fields("ending"), "signs": "Mornings are heavy", "act": "keep"})
    fields = browser.fields("ending")
    assert (fields["signs"], fields["gains"]) == ("Mornings are heavy", "Speaks sooner")


def test_what_is_being_typed_is_kept_by_the_page_itself(clinic: Clinic, browser: Browser) -> None:
    put(clinic, all_held())
    sent = {**browser.fields("ending"), "gains": "half a sen"}
    answer = browser.send("ending/keep", sent, Sec_Fetch_Site="same-origin", HX_Request="true")
    assert answer.status_code == 204
    assert browser.fields("ending")["gains"] == "half a sen"


def test_the_course_is_completed_and_the_page_shows_how_it_ended(clinic: Clinic) -> None:
    clinic.clock.move(days=60)
    browser = clinic.opened()
    put(clinic, all_held())
    refused = browser.post("ending", {**browser.fields("ending"), "reason": "completed", "act": "end"})
    assert "A completed course ends with a relapse plan." in refused.text
    assert "A completed course ends with its review." in refused.text
    assert "Confirm that the course ends" in refused.text
    assert course_of(clinic).status is EpisodeStatus.ACTIVE
    page = browser.post(
        "ending",
        {
            **browser.fields("ending"),
            "reason": "completed",
            "reviewed_on": "2026-04-27",
            "signs": "Sleep gets short",
            "contact": ["family doctor"],
            "disposition": ["maintenance"],
            "final": "yes",
            "act": "end",
        },
    )
    assert "The course has ended" in page.text
    assert "Completed as agreed" in page.text
    assert "Maintenance sessions" in page.text
    assert "family doctor" in page.text
    course = course_of(clinic)
    assert (course.status, course.phase) == (EpisodeStatus.COMPLETED, Phase.CLOSED)
    assert Page(page.text).by_id("answers") is None


def test_a_patient_who_died_is_two_fields_and_a_confirmation(clinic: Clinic) -> None:
    clinic.clock.move(days=60)
    browser = clinic.opened()
    put(clinic, case("B", 6))
    page = browser.post("ending", {**browser.fields("ending"), "reason": "died", "final": "yes", "act": "end"})
    assert "The course has ended" in page.text
    review = course_of(clinic).review
    assert review is not None
    assert (review.reason, review.confidence) == (TerminationReason.DIED, None)


def test_an_ended_course_is_revoked_in_the_chart_and_says_why(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "222222210")
    agree(browser)
    browser.submit("session", ("act", "close"))
    file(browser)
    clinic.clock.move(days=1)
    browser = clinic.opened()
    assert "cancelled with the end of the course: <bdi>" in browser.get("ending").text
    ended = {"reason": "moved", "ended_on": "2026-03-03", "final": "yes", "gains": "stays here", "act": "end"}
    browser.post("ending", {**browser.fields("ending"), **ended})
    file(browser)
    (plan,) = clinic.chart("CarePlan")
    assert (plan["status"], plan["period"]["end"]) == ("revoked", "2026-03-03")
    assert "Moved away" in plan["text"]["div"]
    assert {goal["lifecycleStatus"] for goal in clinic.chart("Goal")} == {"cancelled"}
    work = {item["status"]: item for item in clinic.chart("Task")}
    assert set(work) <= {"cancelled", "completed"}
    assert work["cancelled"]["statusReason"] == {"text": "Not marked as done when the course ended."}
    assert {item["status"] for item in clinic.chart("ServiceRequest")} == {"revoked"}
    assert "stays here" not in str([clinic.chart(name) for name in ("CarePlan", "Goal", "Task", "ServiceRequest")])


def test_maintenance_ends_when_both_say_so_before_its_contract_is_over(clinic: Clinic) -> None:
    clinic.clock.move(days=65)
    browser = clinic.opened()
    put(clinic, case("D", "last"))
    page = Page(browser.get("ending").text)
    assert page.by_id("ending_agreed") is not None
    assert "Go on in maintenance" not in {button.text for button in page.all("button")}
    form = {"reason": "completed", "ended_on": "2026-05-05", "reviewed_on": "2026-05-05", "final": "yes", "act": "end"}
    refused = browser.post("ending", {**browser.fields("ending"), **form})
    assert "The maintenance contract is not over." in refused.text
    ended = browser.post("ending", {**browser.fields("ending"), **form, "ending_agreed": "yes"})
    assert "The course has ended" in ended.text


TYPED = {"gains": "She asked for help twice.", "signs": "Not sleeping"}


def test_a_page_that_is_out_of_date_loses_nothing_that_was_typed(browser: Browser) -> None:
    """fault-F72."""
    agree(browser)
    sent = {**browser.fields("ending"), **TYPED, "act": "keep"}
    browser.submit("session", ("act", "close"))
    refused = browser.post("ending", sent)
    assert refused.status_code == 409
    assert {item.text for item in Page(refused.text).all("bdi")} >= set(TYPED.values())
    assert browser.fields("ending").items() >= TYPED.items()


def test_a_launch_that_ended_loses_nothing_that_was_typed(clinic: Clinic, browser: Browser) -> None:
    """fault-F71."""
    sent = {**browser.fields("ending"), **TYPED, "act": "end"}
    clinic.clock.move(minutes=40)
    assert browser.post("ending", sent).status_code == 404
    assert clinic.opened().fields("ending").items() >= TYPED.items()


def test_what_others_said_since_stands_beside_what_was_typed_and_not_saved(clinic: Clinic, browser: Browser) -> None:
    """A draft keeps what was changed on its page; of the rest the course is right, which may have gone on since."""
    agree(browser)
    first, second = course_of(clinic).goals
    typed = {"gains": "Speaks sooner", f"achievement-{second.id}": "not-attainable"}
    sent = {**browser.fields("ending"), **typed}
    browser.send("ending/keep", sent, Sec_Fetch_Site="same-origin", HX_Request="true")
    address = f"goals/{first.id}"
    browser.post(address, {**browser.fields(address), "achievement": "achieved", "act": "say"})
    colleague = clinic.opened(practitioner=OKORO)
    colleague.post("ending", {**colleague.fields("ending"), "signs": "Mornings are heavy", "act": "keep"})
    fields = browser.fields("ending")
    assert fields.items() >= {**typed, f"achievement-{first.id}": "achieved", "signs": "Mornings are heavy"}.items()
    browser.post("ending", {**fields, f"achievement-{first.id}": "", "act": "keep"})
    assert [goal.achievement for goal in course_of(clinic).goals] == [None, Achievement.NOT_ATTAINABLE]


def test_a_label_belongs_to_a_control_also_where_a_goal_is_settled(clinic: Clinic, browser: Browser) -> None:
    agree(browser)
    settled, *others = course_of(clinic).goals
    put_course(clinic, goals=(replace(settled, status=GoalStatus.COMPLETED), *others))
    page = browser.get("ending").text  # the browser holds every label against its control
    assert settled.text in page
    assert Page(page).by_id(f"achievement-{settled.id}") is None
