"""Forms as a clinician meets them: by keyboard alone, live and without JavaScript, kept through a sign-out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from ipt_fhir import rawjson
from smart_app.demo import Demo, running
from tests.browser.ehr import Ehr
from tests.browser.walks import FORMS
from tests.packs.given import DEMO

Shoot = Callable[[Ehr, str], Path]

pytestmark = pytest.mark.proof


def hold(demo: Demo, name: str) -> None:
    """Put a form on the hospital's server, as its form designer would."""
    demo.hospital.store.update(rawjson.parse_object((FORMS / f"{name}.json").read_bytes()))


def test_phq_9_by_keyboard_alone(demo: Demo, open_ehr: Callable[..., Ehr], shoot: Shoot) -> None:
    """From the overview to the safety step without the mouse; the count follows each answer, the total the last."""
    ehr = open_ehr(demo, 1280, 1000)
    ehr.launch_in_window("zztest-doru")
    ehr.tab_to("PHQ-9")
    ehr.press_enter()
    ehr.tab_to_field()
    for number, steps in enumerate((2, 2, 1, 2, 1, 3, 1, 1), start=1):
        ehr.answer_with_arrows(steps)
        ehr.wait_for(f"{number} of 9 answered: no total until all are")
        ehr.keys(Keys.TAB)
    ehr.answer_with_arrows(1)
    ehr.wait_for("total 14")
    ehr.wait_for("a safety step is asked before the session closes")
    shoot(ehr, "phq-9-item-9")
    ehr.tab_to("Done")
    assert ehr.press_enter() == "Safety step"
    assert ehr.complaints() == []


def test_phq_9_incomplete_says_what_is_missing(demo: Demo, open_ehr: Callable[..., Ehr], shoot: Shoot) -> None:
    """Each missing question is named with the way to it; finishing without a total is a decision of the person."""
    ehr = open_ehr(demo, 1280, 1000)
    ehr.launch_in_window("zztest-doru")
    ehr.measure()
    ehr.answer_by_keyboard([1, 1, 1, 1, 1, 1])
    ehr.wait_for("6 of 9 answered")
    ehr.press("Done")
    assert "3 things are missing" in ehr.text()
    shoot(ehr, "phq-9-incomplete")
    ehr.driver.find_element(By.LINK_TEXT, "Question 7: not answered yet").click()
    question = ehr.driver.find_element(By.CSS_SELECTOR, "fieldset:has(:target)")
    assert question.text.startswith("7.")
    below_banner = "return arguments[0].getBoundingClientRect().top > 46"
    assert ehr.driver.execute_script(below_banner, question)
    ehr.press("Finish without a total")
    assert "no total" in ehr.text()
    assert ehr.complaints() == []


def test_a_draft_comes_back_after_signing_out(seeded: Demo, open_ehr: Callable[..., Ehr], shoot: Shoot) -> None:
    """fault-F72: what was typed is there after a sign-out and a new launch, for the same person and patient only."""
    ehr = open_ehr(seeded)
    ehr.launch_in_window("zztest-alma")
    ehr.measure()
    ehr.answer_by_keyboard([1, 2, 0, 1])
    ehr.wait_for("4 of 9 answered")
    assert ehr.press("Sign out") == "Signed out"
    assert "ZZTEST-ALMA" not in ehr.text()

    ehr.launch_in_window("zztest-bene")
    ehr.measure()
    assert "0 of 9 answered" in ehr.text()
    ehr.launch_in_window("zztest-alma")
    ehr.measure()
    assert "4 of 9 answered" in ehr.text()
    assert "Answers kept from" in ehr.text()
    shoot(ehr, "draft")
    assert ehr.complaints() == []


def test_nothing_is_kept_in_the_browser(seeded: Demo, open_ehr: Callable[..., Ehr]) -> None:
    """attack-A42: a shared computer holds no answer, and the next person finds none."""
    ehr = open_ehr(seeded)
    ehr.launch_in_window("zztest-alma")
    ehr.measure()
    ehr.answer_by_keyboard([1, 2])
    ehr.wait_for("2 of 9 answered")
    kept = ehr.driver.execute_async_script(
        "const done = arguments[0]; Promise.all([indexedDB.databases(), caches.keys().catch(() => [])])"
        ".then(found => done([localStorage.length, sessionStorage.length, ...found.map(list => list.length)]))"
    )
    assert kept == [0, 0, 0, 0]


def _fill_ward_intake(ehr: Ehr, after: Callable[[str], object]) -> None:
    """Answer the nested form; ``after`` brings the question that waits for an answer."""
    ehr.answer("Do you live alone?", "No")
    after("Who lives with you?")
    ehr.answer("Who lives with you?", "Partner", "Children")
    after("Age in years")
    ehr.fill("Age in years", "9")
    after("Who looks after the child")
    ehr.fill("Who looks after the child", "Her grandmother")
    ehr.fill("Hours of sleep", "4.5")
    after("What wakes you?")
    ehr.fill("What wakes you?", "Worries about money")
    after("Since when has it been like this?")
    ehr.answer("In which language", "German")


def test_a_nested_form_of_the_hospital_follows_its_answers(
    demo: Demo, open_ehr: Callable[..., Ehr], shoot: Shoot
) -> None:
    """Questions under answers, groups that wait, a group that repeats: each comes and goes with what it hangs on."""
    hold(demo, "ward-intake")
    ehr = open_ehr(demo, 1280, 1250)
    ehr.launch_in_frame("zztest-doru")
    ehr.follow("Forms")
    assert ehr.follow("Look for a form") == "Forms of the hospital"
    shoot(ehr, "hospital-forms")
    assert ehr.press("Open: ZZTEST ward intake") == "ZZTEST ward intake"
    assert "Who lives with you?" not in ehr.text()
    _fill_ward_intake(ehr, ehr.wait_for)
    shoot(ehr, "ward-intake")

    ehr.answer("Do you live alone?", "Yes")
    ehr.wait_without("Who lives with you?")
    assert "Age in years" not in ehr.text()
    ehr.answer("Do you live alone?", "No")
    ehr.wait_for("Who looks after the child")
    ehr.press("Done")
    assert ehr.follow("History") == "History"
    ehr.follow_row()
    for said in ("Her grandmother", "4.5", "Worries about money", "German"):
        assert said in ehr.text()
    assert ehr.complaints() == []


def test_the_same_form_without_javascript(demo: Demo, open_ehr: Callable[..., Ehr], shoot: Shoot) -> None:
    """A button that only such a page has brings what an answer switched on."""
    hold(demo, "ward-intake")
    ehr = open_ehr(demo, 1280, 1250, scripts=False)
    ehr.launch_in_frame("zztest-doru")
    ehr.follow("Forms")
    ehr.follow("Look for a form")
    ehr.press("Open: ZZTEST ward intake")

    def save(words: str) -> None:
        ehr.press("Save, show what follows")
        assert words in ehr.text()

    _fill_ward_intake(ehr, save)
    shoot(ehr, "ward-intake-without-javascript")
    ehr.press("Done")
    ehr.follow("History")
    ehr.follow_row()
    for said in ("Her grandmother", "4.5", "Worries about money", "German"):
        assert said in ehr.text()
    assert ehr.complaints() == []


def test_a_form_that_is_read_from_right_to_left(seeded: Demo, open_ehr: Callable[..., Ehr], shoot: Shoot) -> None:
    """The Questionnaire says its language; its questions begin on the right, the app's own words stay as they are."""
    ehr = open_ehr(seeded)
    ehr.launch_in_window("zztest-alma")
    ehr.open_file(FORMS / "evening-hebrew.json")
    form = ehr.driver.find_element(By.ID, "answers")
    assert ehr.driver.execute_script("return getComputedStyle(arguments[0]).direction", form) == "rtl"
    question = ehr.driver.find_element(By.CSS_SELECTOR, ".scale-row legend")
    first = ehr.driver.find_element(By.CSS_SELECTOR, ".scale-row .scale-cell")
    assert question.rect["x"] > first.rect["x"]
    ehr.answer("הייתי רגוע", "מעט")
    ehr.wait_for("1 of 6 answered")
    shoot(ehr, "right-to-left")
    assert ehr.overflow() <= 0
    assert ehr.complaints() == []


def test_a_correction_shows_what_changes_and_asks_why(seeded: Demo, open_ehr: Callable[..., Ehr], shoot: Shoot) -> None:
    """decision-D36: the first version stays, struck out; the new one says that it was corrected."""
    ehr = open_ehr(seeded)
    ehr.launch_in_window("zztest-bene")
    ehr.measure()
    ehr.answer_by_keyboard([1, 1, 1, 1, 1, 1, 1, 1, 0])
    ehr.wait_for("total 8")
    ehr.press("Done")
    ehr.follow("History")
    ehr.follow_row()
    ehr.follow("Correct")
    ehr.driver.find_element(By.CSS_SELECTOR, ".scale-row label:last-child").click()
    ehr.wait_for("total 10")
    assert ehr.press("Done") == "Correction"
    shoot(ehr, "correction")
    ehr.write("reason", "Misread on the sheet")
    ehr.press("Keep the correction")
    ehr.follow("History")
    assert "corrected" in ehr.text()
    shoot(ehr, "history")
    assert ehr.complaints() == []


def test_a_pack_of_the_clinic_is_listed_and_its_form_filled_in(
    tmp_path: Path, open_ehr: Callable[..., Ehr], shoot: Shoot
) -> None:
    """What a clinic is licensed for stands among the measures, with its licence below them."""
    with running(tmp_path, packs=[DEMO]) as demo:
        ehr = open_ehr(demo, 1280, 1000)
        ehr.launch_in_window("zztest-doru")
        ehr.follow("Forms")
        assert "licence in force" in ehr.text()
        shoot(ehr, "forms")
        packs = ehr.driver.find_element(By.ID, "packs-title")
        ehr.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", packs)
        shoot(ehr, "packs")
        ehr.follow("Fill in: ZZTEST evening scale")
        ehr.answer("I was tense", "All evening")
        ehr.wait_for("1 of 4 answered")
        assert ehr.complaints() == []


@pytest.mark.parametrize("name", ["ward-intake", "every-item", "evening-hebrew"])
@pytest.mark.parametrize("width", [640, 400], ids=["1280 at 200 %", "a phone"])
def test_forms_fit_narrow_windows(seeded: Demo, open_ehr: Callable[..., Ehr], width: int, name: str) -> None:
    ehr = open_ehr(seeded, width, 900)
    ehr.launch_in_window("zztest-alma")
    for link in ("Assessment", "Forms", "History"):
        ehr.follow(link)
        assert ehr.overflow() <= 0, link
    ehr.open_file(FORMS / f"{name}.json")
    assert ehr.overflow() <= 0
    assert ehr.complaints() == []
