"""The focus page: choosing the problem area with the patient."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ipt_fhir.model.episode import EpisodeStatus
from ipt_fhir.model.inventory import Contact, Expectation, InventoryEntry, Role
from ipt_fhir.model.problem_areas import ProblemAreaCode, Rank
from ipt_fhir.model.sessions import Phase
from ipt_fhir.model.timeline import EventKind, TimelineEvent
from tests.journeys.clinician import Clinician
from tests.protocol.cases import case
from tests.web.acts import agree, course_of, file, focus, put_course
from tests.web.browser import Browser
from tests.web.clinic import ALMA, Clinic
from tests.web.page_checks import Page
from tests.web.test_overview_pages import put

Change = dict[str, str | list[str]]
KEY = "6f1e0c3a-0000-4000-8000-000000000001"


def test_an_area_may_be_chosen_before_the_patient_agrees(clinic: Clinic, browser: Browser) -> None:
    page = browser.submit("focus", ("act", "keep"), area="grief")
    course = course_of(clinic)
    assert (course.status, course.goals) == (EpisodeStatus.DRAFT, ())
    assert not course.problem_areas[0].agreed_by_patient
    assert "not agreed yet" in browser.get("plan").text
    assert page.status_code == 200


def test_one_area_leads_and_a_second_stands_beside_it(clinic: Clinic, browser: Browser) -> None:
    focus(browser, second_area="grief", proposed_by="patient")
    assert [(area.code, area.rank, area.proposed_by.value) for area in course_of(clinic).problem_areas] == [
        (ProblemAreaCode.ROLE_TRANSITION, Rank.PRIMARY, "patient"),
        (ProblemAreaCode.GRIEF, Rank.SECONDARY, "patient"),
    ]


@pytest.mark.parametrize(
    ("change", "sentence", "field"),
    [
        ({"agreed_on": "2026-03-03"}, "An agreement cannot lie in the future.", "agreed_on"),
        ({"agreed_on": ""}, "Enter a full date.", "agreed_on"),
        ({"second_area": "role-transition"}, "same as the leading one", "second_area"),
        ({"area": "", "second_area": "grief"}, "Choose the leading area first.", "area"),
        ({"area": "something-else", "second_area": "grief"}, "Choose the leading area first.", "area"),
        ({"rationale": "x" * 301}, "longer than 300 characters", "rationale"),
    ],
)
def test_a_focus_with_a_problem_says_where_and_keeps_everything_that_was_typed(
    standing_clinic: Clinic, standing_browser: Browser, change: Change, sentence: str, field: str
) -> None:
    before = course_of(standing_clinic)
    typed: Change = {"rationale": "Few ties.", "proposed_by": "patient"}
    page = focus(standing_browser, **{"second_area": "", **typed, **change})
    assert sentence in page.text
    parsed = Page(page.text)
    assert f"#{field}" in [link.get("href") for link in parsed.all("a")]
    kept = parsed.fields_of(parsed.all("form")[0])
    wanted = {**typed, **change}
    unknown = {"area"} if change.get("area") in {"", "something-else"} else set()
    assert {name: kept.get(name) for name in wanted if name not in unknown} == {
        name: value for name, value in wanted.items() if name not in unknown
    }
    assert course_of(standing_clinic) == before


def test_saving_the_plan_leaves_the_focus_alone(clinic: Clinic, browser: Browser) -> None:
    focus(browser, rationale="Few ties.")
    before = course_of(clinic).problem_areas
    agree(browser)
    browser.submit("plan", ("act", "keep"), area="grief", rationale="other")
    assert course_of(clinic).problem_areas == before


def test_text_is_kept_as_typed_but_for_what_no_server_could_keep(clinic: Clinic, browser: Browser) -> None:
    agree(browser, rationale="  Line one\r\nline two\x00\x1b[31m \N{GRINNING FACE}  ")
    area = course_of(clinic).primary_area
    assert area is not None
    assert area.rationale == "Line one\nline two[31m \N{GRINNING FACE}"


def test_a_choice_nobody_offers_reads_as_the_usual_one(clinic: Clinic, browser: Browser) -> None:
    """attack-A37."""
    focus(browser, proposed_by="insurer", rank="third", closed_on="2020-01-01")
    (area,) = course_of(clinic).problem_areas
    assert (area.proposed_by.value, area.closed_on) == ("together", None)


HUSBAND = InventoryEntry(
    id=KEY,
    role=Role.HUSBAND,
    initial="H",
    conflict=3,
    norms="In his family the husband decides.",
    expectations=(
        Expectation(mine=True, text="Decide together", agreed=False),
        Expectation(mine=False, text="Trust me"),
    ),
)
ONSET = TimelineEvent(id="onset", when="2026-01", kind=EventKind.ONSET, text="Sleep is lost")
ROW = TimelineEvent(id="row", when="2025-12-20", kind=EventKind.DISPUTE, text="A row about work", person=KEY)


def test_what_speaks_for_an_area_stands_there_with_its_basis(clinic: Clinic, browser: Browser) -> None:
    put_course(clinic, inventory=(HUSBAND,), timeline=(ROW, ONSET))
    page = Page(browser.get("focus").text)
    dispute = next(item for item in page.all("div") if item.get("class") == "area" and "Role dispute" in item.text)
    assert "3 of 3 signs recorded" in dispute.text
    assert "H (husband)" in dispute.text
    assert "A row about work, 20 Dec 2025" in dispute.text
    assert not any("checked" in item.attributes for item in page.all("input") if item.get("name") == "area")


def test_without_people_and_events_the_page_leads_to_the_inventory(browser: Browser) -> None:
    page = browser.get("focus").text
    assert "No people and no events are recorded yet." in page
    assert any(link.get("href").endswith("/people") for link in Page(page).all("a"))


def test_whom_it_is_about_brings_culture_and_norms_to_the_page(clinic: Clinic, browser: Browser) -> None:
    put_course(clinic, inventory=(HUSBAND,))
    page = focus(browser, area="role-dispute", about=KEY, z_code="Z63.0")
    assert "with H (husband)" in page.text
    assert "In his family the husband decides." in page.text
    assert "Z63.0 Problems with spouse or partner" in page.text
    (area,) = course_of(clinic).problem_areas
    assert (area.about, area.z_code) == (KEY, "Z63.0")


def test_grief_without_a_death_is_kept_and_questioned(clinic: Clinic, browser: Browser) -> None:
    assert "Grief in IPT means that somebody died." in focus(browser, area="grief").text
    death = TimelineEvent(id="d", when="2025-11", kind=EventKind.DEATH, text="Death of P")
    put_course(clinic, timeline=(death,))
    assert "Grief in IPT means" not in browser.get("focus").text


def test_where_violence_is_marked_the_page_says_so_first(clinic: Clinic, browser: Browser) -> None:
    put_course(clinic, inventory=(replace(HUSBAND, safety_concern=True),))
    assert "Violence or coercion is marked: H (husband)." in browser.get("focus").text


@pytest.mark.parametrize("page", ["focus", "focus/formulation", "focus/sheets/role-transition"])
def test_a_course_that_ended_is_read_and_not_changed(clinic: Clinic, browser: Browser, page: str) -> None:
    guards = {**browser.fields(page), "act": "keep", "area": "grief", "text": "Once.", "old_good": "x"}
    put_course(clinic, status=EpisodeStatus.REVOKED, phase=Phase.CLOSED)
    shown = browser.get(page)
    assert "This course has ended." in shown.text
    assert not any(item.text == "Save the focus" for item in Page(shown.text).all("button"))
    before = course_of(clinic)
    refused = browser.post(page, {**guards, "revision": browser.fields("session")["revision"]})
    assert refused.status_code == 409
    assert "This course has ended. Nothing was saved." in refused.text
    assert course_of(clinic) == before


TYPED = [
    ("focus", {"area": "grief", "rationale": "Since the funeral."}, "Since the funeral."),
    ("focus/formulation", {"text": "It began with silence."}, "It began with silence."),
    ("focus/sheets/role-transition", {"old_good": "Known and praised"}, "Known and praised"),
    ("focus/sheets/grief", {"changed": "Meals alone"}, "Meals alone"),
    ("focus/sheets/interpersonal-deficits", {"text-0": "Greet the neighbour"}, "Greet the neighbour"),
]


@pytest.mark.parametrize(("page", "typed", "words"), TYPED, ids=[row[0] for row in TYPED])
def test_what_was_typed_and_not_saved_is_back_until_it_is_given_up(
    clinic: Clinic, browser: Browser, page: str, typed: dict[str, str], words: str
) -> None:
    """fault-F71."""
    before = course_of(clinic)
    kept = Clinician.post(browser, f"{page}/keep", {**browser.fields(page), **typed})
    assert (kept.status_code, kept.text) == (204, "")
    assert course_of(clinic) == before
    clinic.clock.move(minutes=40)
    again = clinic.opened()
    shown = again.get(page).text
    assert "is back. It is not saved yet." in shown
    assert words in shown
    assert words not in again.submit(page, ("act", "discard")).text


@pytest.mark.parametrize(("page", "typed", "words"), TYPED, ids=[row[0] for row in TYPED])
def test_a_page_that_is_out_of_date_gives_the_typed_text_back_and_the_next_press_saves(
    clinic: Clinic, browser: Browser, page: str, typed: dict[str, str], words: str
) -> None:
    """fault-F72."""
    stale = {**browser.fields(page), **typed, "act": "keep"}
    browser.submit("session", ("act", "keep"))
    before = course_of(clinic)
    refused = browser.post(page, stale)
    assert refused.status_code == 409
    assert "nothing of it is saved yet" in refused.text
    assert words in refused.text
    assert course_of(clinic) == before
    parsed = Page(refused.text)
    again = {**parsed.fields_of(parsed.all("form")[0]), "act": "keep"}
    saved = browser.post(page, again)
    assert saved.status_code == 200
    assert words in saved.text
    assert course_of(clinic) != before


def test_the_first_draft_of_a_formulation_is_offered_and_edited(clinic: Clinic, browser: Browser) -> None:
    put_course(clinic, inventory=(HUSBAND,), timeline=(ROW, ONSET))
    focus(browser, area="role-dispute", about=KEY)
    page = browser.get("focus/formulation").text
    assert "Sleep is lost" in page
    assert "Role dispute with H (husband)" in page
    assert course_of(clinic).formulations == ()
    browser.submit("focus/formulation", ("act", "keep"), text="It began with silence. It went on.")
    page = browser.submit("focus/formulation", ("act", "keep"), text="It began with a row.", agreed="yes").text
    assert "Version 2" in page
    assert "It began with silence. It went on." in page
    assert [item.agreed_on is None for item in course_of(clinic).formulations] == [True, False]
    assert "agreed 2 Mar 2026" in browser.get("focus").text


def test_a_formulation_with_a_problem_comes_back_as_typed(clinic: Clinic, browser: Browser) -> None:
    page = browser.submit("focus/formulation", ("act", "keep"), text="x" * 2001, agreed="yes", agreed_on="2027-01-01")
    assert "longer than 2000 characters" in page.text
    assert "An agreement cannot lie in the future." in page.text
    assert "x" * 2001 in page.text
    assert course_of(clinic).formulations == ()


def test_the_dispute_sheet_keeps_a_history_and_shows_what_each_expects(clinic: Clinic, browser: Browser) -> None:
    sheet = "focus/sheets/role-dispute"
    assert "The dispute is not the focus. Choose it first." in browser.get(sheet).text
    put_course(clinic, inventory=(HUSBAND,))
    focus(browser, area="role-dispute", about=KEY)
    browser.submit(sheet, ("act", "keep"), stage="impasse", day="2026-02-02")
    page = browser.submit(sheet, ("act", "keep"), stage="renegotiation").text
    assert "Decide together" in page
    assert "▲ they differ" in page
    assert [item.stage.value for item in course_of(clinic).problem_areas[0].stages] == ["impasse", "renegotiation"]
    refused = browser.submit(sheet, ("act", "keep"), stage="impasse", day="2026-03-09")
    assert "This day lies in the future." in refused.text
    browser.submit(sheet, ("act", "drop-2026-03-02"))
    assert [item.stage.value for item in course_of(clinic).problem_areas[0].stages] == ["impasse"]


def test_the_grief_sheet_names_the_days_that_come_round(clinic: Clinic, browser: Browser) -> None:
    timeline = (
        TimelineEvent(id="d", when="2025-03-10", kind=EventKind.DEATH, text="Death of P", mood=-3),
        TimelineEvent(id="w", when="2025-08", kind=EventKind.ANNIVERSARY, text="Wedding day alone"),
    )
    put_course(clinic, timeline=timeline)
    focus(browser, area="grief")
    page = Page(browser.get("focus/sheets/grief").text)
    days = [item.text for item in page.all("li") if item.inside[-1].get("class") == "plain days"]
    assert "10 Mar 2026" in days[0]
    assert "▲ in 8 days" in days[0]
    assert "1 year" in days[0]
    assert "Aug 2026" in days[1]


def test_the_ladder_names_how_often_now_and_moves_a_step(clinic: Clinic, browser: Browser) -> None:
    put_course(clinic, inventory=(replace(HUSBAND, contact=Contact.RARE),))
    sheet = "focus/sheets/interpersonal-deficits"
    steps = {"text-0": "Phone for a minute", "person-0": KEY, "wanted-0": "weekly", "text-1": "Greet first"}
    page = browser.submit(sheet, ("act", "keep"), **steps)
    assert "now: rarely" in page.text
    browser.submit(sheet, ("act", "up-1"))
    assert [step.text for step in course_of(clinic).contact_ladder] == ["Greet first", "Phone for a minute"]


def test_nothing_of_formulation_and_sheets_reaches_the_chart(clinic: Clinic, browser: Browser) -> None:
    """decision-D20."""
    put_course(clinic, inventory=(HUSBAND,))
    agree(browser, area="grief", rationale="ONLY-HERE-1")
    browser.submit("focus/formulation", ("act", "keep"), text="ONLY-HERE-2")
    browser.submit("focus/sheets/grief", ("act", "keep"), changed="ONLY-HERE-3")
    browser.submit("focus/sheets/interpersonal-deficits", ("act", "keep"), **{"text-0": "ONLY-HERE-4"})
    browser.submit("focus/sheets/role-transition", ("act", "keep"), old_good="ONLY-HERE-5")
    assert "✓ in the record" in file(browser).text
    assert "ONLY-HERE" not in str([item.content for item in clinic.hospital.store.existing()])


def test_no_sheet_of_an_area_that_does_not_exist(browser: Browser) -> None:
    assert browser.get("focus/sheets/anger").status_code == 404


def test_a_late_change_of_focus_asks_why_and_the_former_one_stays_on_the_page(clinic: Clinic) -> None:
    browser = put(clinic, case("A", 8))
    assert "Focus before" not in browser.get("focus").text
    now = clinic.clock.now.date().isoformat()
    changed = {"area": "interpersonal-deficits", "agreed": "yes", "agreed_on": now, "z_code": "", "about": ""}
    refused = focus(browser, **changed)
    assert "The middle phase has begun." in refused.text
    assert course_of(clinic, ALMA).former_areas == ()
    page = focus(browser, **changed, change_reason="new-information").text
    assert "Focus before" in page
    assert "something new was learnt" in page
    assert "It began before the mood fell" in page
