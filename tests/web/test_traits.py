"""What IPT is made of, each trait where a clinician sees it; the table stands in docs/conformance.md.

The settings have their own file (test_setting_pages.py), the whole course by clicks too (tests/browser/test_case_a.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ipt_fhir.instruments.catalogue import questionnaire
from ipt_fhir.model import snapshot
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.inventory import InventoryEntry, Role
from ipt_fhir.model.timeline import EventKind, TimelineEvent
from smart_app.store import episodes
from smart_app.store.lanes import Lane
from tests.protocol.cases import case
from tests.web.acts import agree, course_of, file, fill_in
from tests.web.browser import Browser
from tests.web.clinic import ALMA, DORU, Clinic, open_clinic
from tests.web.form_acts import press
from tests.web.page_checks import Page

BENE, CHI = "zztest-bene", "zztest-chi"
SEEN = {ALMA: ("A", 8), BENE: ("B", 8), CHI: ("C", 11), DORU: ("D", 4)}
"""Whose chart holds which course of the four vignettes, and after which session."""


def put(clinic: Clinic, patient: str, course: Episode) -> None:
    """Bring a course into the app as that patient's."""
    lane = Lane(clinic.iss, patient)
    with clinic.practice.store.write() as tx:
        stored = episodes.load(tx, lane)
        assert stored is not None
        content = snapshot.dump(replace(course, id=stored.id))
        episodes.save(tx, lane, stored.id, content, expected_revision=stored.revision)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Browser]]:
    """The four vignettes under way, each in a browser that only looks."""
    with open_clinic(tmp_path_factory.mktemp("traits")) as clinic:
        clinic.clock.move(days=35)
        browsers = {}
        for patient, (name, week) in SEEN.items():
            browsers[patient] = clinic.opened(patient)
            put(clinic, patient, case(name, week))
        yield browsers


def text(browser: Browser, address: str) -> str:
    """What the page says, without its tags."""
    return " ".join(Page(browser.get(address).text).all("body")[0].text.split())


def test_time_limited(seen: dict[str, Browser]) -> None:
    """The number agreed, where the course is in it, what is left, and when the ending begins."""
    overview = text(seen[ALMA], "")
    assert "Session 9 of 16 comes next" in overview
    assert "16 sessions · Outpatient clinic · 50 minutes, weekly, until 27 Apr 2026" in overview
    assert "Course: 8 of 16 sessions held" in seen[ALMA].get("").text
    assert "two sessions before the last" in text(seen[ALMA], "ending")


def test_structured(seen: dict[str, Browser]) -> None:
    """Three phases, each with its sessions; the planned work stands by phase."""
    overview = seen[ALMA].get("").text
    assert [words in overview for words in ("Initial phase 1–3", "Middle phase 4–13", "Ending phase 14–16")] == [
        True
    ] * 3
    work = [item.text for item in Page(seen[ALMA].get("plan").text).all("legend")]
    assert {"Initial phase", "Middle phase", "Ending phase"} <= {legend.strip() for legend in work}


def test_present_focused(seen: dict[str, Browser]) -> None:
    """A session asks for mood and events since the last one, and for what will be tried until the next."""
    session = text(seen[ALMA], "session")
    assert "Mood and events since then" in session
    assert "Until next time" in session


def test_goal_oriented(seen: dict[str, Browser]) -> None:
    """Agreed goals with where they stand, on the overview and with their five levels in the session."""
    assert "Goals" in text(seen[ALMA], "")
    session = Page(seen[ALMA].get("session").text)
    goal, *_others = [item for item in session.all("fieldset") if item.get("id").startswith("rating-")]
    assert [level in goal.text for level in ("+2", "+1", "0", "-1", "-2")] == [True] * 5


def test_collaborative(clinic: Clinic, browser: Browser) -> None:
    """Nothing counts as agreed before the patient agrees, and the patient rates the own goals."""
    browser.submit("focus", ("act", "keep"), area="grief")
    assert "not agreed yet" in browser.get("plan").text
    agree(browser)
    assert "agreed with the patient on 2 Mar 2026" in text(browser, "plan")
    goal = course_of(clinic).goals[1]
    assert "The patient chooses." in browser.get(f"goals/{goal.id}/rate").text


def test_social_context_and_culture(clinic: Clinic, browser: Browser) -> None:
    """Norms belong to a role; they come to where the focus about this person is worked on, and never leave the app."""
    husband = InventoryEntry(id="h", role=Role.HUSBAND, initial="H", norms="In his family the husband decides.")
    put(clinic, DORU, replace(course_of(clinic), inventory=(husband,)))
    assert "H, husband" in text(browser, "people")
    agree(browser, area="role-dispute", about="h")
    sheet = browser.get("focus/sheets/role-dispute").text
    assert "Culture and norms" in sheet
    assert "In his family the husband decides." in sheet
    file(browser)
    assert "husband decides" not in str([item.content for item in clinic.hospital.store.existing()])


@pytest.mark.parametrize(
    ("patient", "area", "shown"),
    [
        (ALMA, "role-dispute", ("Role dispute", "Where the dispute stands", "What each expects")),
        (BENE, "grief", ("Grief", "Days that come round", "What happened")),
        (BENE, "role-transition", ("Role transition", "The old role", "The new role")),
        (ALMA, "interpersonal-deficits", ("Interpersonal deficits", "The ladder: small steps", "Who is there")),
    ],
    ids=["role dispute", "grief", "role transition", "interpersonal deficits"],
)
def test_each_problem_area_has_its_sheet(
    seen: dict[str, Browser], patient: str, area: str, shown: tuple[str, ...]
) -> None:
    page = text(seen[patient], f"focus/sheets/{area}")
    assert [words in page for words in shown] == [True] * len(shown)
    assert "The work in this area" in page


ONSET = TimelineEvent(id="onset", when="2026-01", kind=EventKind.ONSET, text="Sleep is lost")
CONDITIONS = [
    ("depression", "ipt-adult-16", "PHQ-9", "16 sessions"),
    ("anxiety", "ipt-adult-12", "PHQ-9", "12 sessions"),
    ("eating disorders", "ipt-eating-20", "Binge episodes a week", "20 sessions"),
    ("trauma", "ipt-ptsd-14", "PCL-5", "14 sessions"),
    ("around a birth", "ipt-perinatal-8", "EPDS", "8 sessions"),
]


@pytest.mark.parametrize(
    ("variant", "leads", "sessions"), [row[1:] for row in CONDITIONS], ids=[r[0] for r in CONDITIONS]
)
def test_each_condition_has_its_form_of_ipt_and_its_leading_measure(
    clinic: Clinic, browser: Browser, variant: str, leads: str, sessions: str
) -> None:
    """Chosen on the plan page; overview, phases and session follow."""
    agree(browser, variant=variant, sessions=sessions.split()[0])
    assert course_of(clinic).variant == variant
    overview = text(browser, "")
    assert f"Session 1 of {sessions}".removesuffix(" sessions") in overview
    assert f"{sessions} · Outpatient clinic · 50 minutes" in overview
    assert f"▲ {leads}opens every session" in overview
    assert f"Fill in {leads}" in text(browser, "session")
    put(clinic, DORU, replace(course_of(clinic), timeline=(ONSET,)))
    assert f"No {leads} yet." in text(browser, "people/timeline")


def test_eating_disorders_are_judged_by_the_weekly_count_of_binge_episodes(clinic: Clinic, browser: Browser) -> None:
    """The count leads everywhere and has no band of anybody's making; the PHQ-9 stands beside it."""
    place = next(at for at, row in enumerate(questionnaire("weekly-count")["item"]) if row["linkId"] == "binge-week")
    for count in ("9", "4"):
        press(browser, "forms/weekly-count", "done", **{f"a_{place}": count})
        clinic.clock.move(days=7)
        browser = clinic.opened(DORU)
    agree(browser, variant="ipt-eating-20", sessions="20", goal=["G-09"], **{"number-n-G-09": "9"})
    course = course_of(clinic)
    assert [item.text for item in course.activities if item.code == "sessional-measure"] == [
        "Binge episodes a week at every session"
    ]
    overview, assessment = text(browser, ""), text(browser, "assessment")
    assert "ScoreBinge episodes a week 4" in overview
    assert "down 5 since the start" in overview
    assert "▲ Binge episodes a weekopens every session" in overview
    assert "Binge episodes a week, 2 readings: 9, 4" in browser.get("assessment").text
    assert "PHQ-9" in assessment
    assert "Fill in Binge episodes a week" in text(browser, "session")
    assert "Binge episodes a week at every session" in text(browser, "plan")


def test_anxiety_is_measured_beside_depression(browser: Browser) -> None:
    assert "GAD-7" in text(browser, "assessment")


def test_alone_or_within_a_larger_plan(clinic: Clinic) -> None:
    """A chart without other plans says so; with one, the therapy becomes part of it, here and in the chart."""
    assert "stands alone" in text(clinic.opened(DORU), "plan")
    browser = clinic.opened(BENE)
    assert "Life after the heart attack" in text(browser, "plan")
    fill_in(browser, "111111110")
    agree(browser, **{f"link-CarePlan/{BENE}-other-team": "part-of"})
    assert "part of: Life after the heart attack" in text(browser, "plan")
    file(browser)
    (plan,) = clinic.chart("CarePlan")
    assert plan["partOf"][0]["reference"] == f"CarePlan/{BENE}-other-team"
