"""The overview in its states: nothing begun, under way, partly readable, held, ended, and for those who only look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from werkzeug import Response

from ipt_fhir.model import snapshot
from ipt_fhir.model.ending import TerminationReason, TerminationReview
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.goals import Achievement, GoalStatus
from ipt_fhir.model.sessions import Phase
from ipt_fhir.questionnaires.off_track import OffTrackPolicy
from smart_app.demo import REGISTERED
from smart_app.roles import StaffRoles
from smart_app.store import episodes
from smart_app.store.lanes import Lane
from tests.protocol.cases import Week, case
from tests.web.acts import agree, file, fill_in
from tests.web.browser import Browser
from tests.web.clinic import ALMA, OKORO, Clinic, Fault, open_clinic
from tests.web.page_checks import Page

LONG = "Have one planned conversation a week with my husband about what divides us, " * 3


def put(clinic: Clinic, course: Episode, patient: str = ALMA) -> Browser:
    """A browser on a chart whose course is this one, on the day after its last session."""
    last = course.sessions[-1].date if course.sessions else course.started
    clinic.clock.now = datetime.combine(last + timedelta(days=1), time(9), UTC)
    browser = clinic.opened(patient)
    lane = Lane(clinic.iss, patient)
    with clinic.practice.store.write() as tx:
        stored = episodes.load(tx, lane)
        assert stored is not None
        content = snapshot.dump(replace(course, id=stored.id))
        episodes.save(tx, lane, stored.id, content, expected_revision=stored.revision)
    return browser


@pytest.fixture
def shown(clinic: Clinic) -> Callable[[str, Week], str]:
    """The overview of a case after a week."""
    return lambda name, week: put(clinic, case(name, week)).get("").text


def with_policy(clinic: Clinic, policy: OffTrackPolicy | None) -> None:
    practice = clinic.practice
    site = replace(practice.site, off_track=policy)
    clinic.app.extensions["practice"] = replace(practice, site=site)


def test_where_nobody_began_the_page_says_what_comes_first(browser: Browser) -> None:
    page = Page(browser.get("").text)
    (guide,) = [item for item in page.all("ol") if "steps-list" in item.get("class")]
    assert [title in guide.text for title in ("PHQ-9", "People", "Focus", "Plan", "Session")] == [True] * 5
    assert "What ties it together" not in page.source
    fill_in(browser, "111111110")
    assert "What ties it together" in browser.get("").text


def test_setting_variant_contract_and_stage_are_in_sight(shown: Callable[[str, Week], str]) -> None:
    page = shown("A", 8)
    assert "IPT for adults, 16 sessions · Outpatient clinic · 50 minutes, weekly, until" in page
    assert "Stage: <b>" in page
    assert "Session 9 of 16 comes next" in page


def test_each_link_of_the_thread_that_is_missing_leads_to_where_it_is_mended(browser: Browser) -> None:
    fill_in(browser, "111111110")
    page = Page(browser.get("").text)
    gaps = {
        item.text.strip(): item.get("href").rpartition("/")[2] for item in page.all("a") if "gap" in item.get("class")
    }
    assert gaps == {"▲ not chosen yet": "focus", "▲ none agreed yet": "plan", "▲ none held yet": "session"}
    agree(browser)
    page = Page(browser.get("").text)
    assert {item.text.strip() for item in page.all("a") if "gap" in item.get("class")} == {"▲ none held yet"}


def test_every_measure_of_the_course_is_shown_with_what_its_rule_says(clinic: Clinic) -> None:
    browser = clinic.opened()
    fill_in(browser, "222222220")
    form = browser.fields("forms/gad-7") | {f"a-{n}": code for n, code in enumerate(["LA6570-1"] * 7, 1)}
    browser.post("forms/gad-7", {**form, "act": "done"})
    page = browser.get("").text
    assert "A change of 6 points or more counts as reliable." in page
    assert "<b>GAD-7</b>" in page
    clinic.clock.move(days=7)
    browser = clinic.opened()
    fill_in(browser, "111111110")
    page = browser.get("").text
    assert "reliable improvement" in page
    assert "down 8 since the start" in page


def test_diagnoses_that_could_not_be_read_are_said_so(tmp_path: Path) -> None:
    """A launch without the scope for diagnoses goes on; "none" would be a claim."""
    allowed = tuple(scope for scope in REGISTERED if "Condition" not in scope)
    with open_clinic(tmp_path, allowed=allowed) as clinic:
        browser = clinic.opened()
        fill_in(browser, "111111110")
        page = browser.get("").text
    assert "▲ could not be read" in page
    assert "none in the chart" not in page


def test_what_is_known_is_shown_with_its_age_while_the_hospital_is_down(clinic: Clinic, browser: Browser) -> None:
    fill_in(browser, "111111110")
    clinic.close_hospital()
    assert "Chart read 2 Mar 2026, 09:00." in browser.get("").text


def test_a_filing_the_hospital_refused_is_the_first_thing_to_look_at(clinic: Clinic, browser: Browser) -> None:
    agree(browser)
    clinic.door.hang(Fault("POST", "/fhir", lambda: Response("{}", 422, mimetype="application/fhir+json"), times=1))
    file(browser)
    clinic.door.clear()
    page = browser.get("").text
    assert "● refused" in page or "▲ saved here" in page


def test_an_off_track_course_is_marked_by_the_rules_the_site_switched_on(clinic: Clinic) -> None:
    flat = case("A", 8)
    first = flat.responses[0]
    same = tuple(replace(item, answers=first.answers) for item in flat.responses)
    browser = put(clinic, replace(flat, responses=same))
    with_policy(clinic, OffTrackPolicy())
    page = browser.get("").text
    assert "▲ off track" in page
    assert "Project policy, not validated." in page
    with_policy(clinic, None)
    assert "off track" not in browser.get("").text


def test_what_ended_is_shown_as_it_ended_and_nothing_asks_to_go_on(clinic: Clinic) -> None:
    """A course that was stopped, with goals that were given up with it."""
    course = case("A", 8)
    given_up = tuple(replace(goal, status=GoalStatus.CANCELLED, achievement=None) for goal in course.goals)
    review = TerminationReview(ended_on=course.sessions[-1].date, reason=TerminationReason.PATIENT_ENDED)
    over = replace(course, goals=given_up, phase=Phase.CLOSED, status=EpisodeStatus.REVOKED, review=review)
    browser = put(clinic, over)
    overview = browser.get("").text
    assert "No goals agreed yet" not in overview
    assert "none agreed yet" not in overview
    assert "– given up" in overview
    session = browser.get("session").text
    assert "The course has ended. No session can be added to it." in session
    assert "Close session" not in session
    assert given_up[0].text in browser.get("handover").text


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_a_course_that_ended_says_when_and_why(shown: Callable[[str, Week], str], name: str) -> None:
    page = shown(name, "last")
    assert "Ended on" in page
    assert "Start session" not in page
    assert "no contract yet" not in page


def test_goals_say_where_they_stand_and_long_ones_are_kept_whole(clinic: Clinic) -> None:
    course = case("A", 8)
    goals = [replace(goal, text=LONG[:200]) for goal in course.goals]
    goals[0] = replace(goals[0], achievement=Achievement.ACHIEVED)
    page = put(clinic, replace(course, goals=tuple(goals))).get("").text
    assert "✓ Achieved" in page
    assert LONG[:200] in page


def test_who_only_looks_is_offered_nothing_to_press(tmp_path: Path) -> None:
    roles = StaffRoles(supervisors=(f"Practitioner/{OKORO}",))
    with open_clinic(tmp_path, roles=roles) as clinic:
        fill_in(clinic.opened(ALMA), "000000001", "done")
        page = Page(clinic.opened(ALMA, OKORO).get("").text)
    labels = {item.text.strip() for item in page.all("a") if "button" in item.get("class")}
    assert labels <= {"See the plan", "Look", "Open"}
