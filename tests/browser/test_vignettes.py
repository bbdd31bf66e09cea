"""Cases B, C and D in the browser at the sessions that matter: off track, before the end, a worrying answer, a group.

Case A is walked whole (test_case_a.py). B and C are the courses of the demo, D's patient has begun nothing yet.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smart_app.demo import Demo
from tests.browser.ehr import Ehr
from tests.browser.walks import ALMA, BENE, CHI, DORU

pytestmark = pytest.mark.proof


def test_the_seeded_courses_at_the_sessions_that_matter(seeded: Demo, open_ehr: Callable[..., Ehr]) -> None:
    ehr = open_ehr(seeded, 1280, 900)
    for look in (_off_track, _before_the_end, _worrying_answer, _group):
        look(ehr)
    assert ehr.complaints() == []


def _off_track(ehr: Ehr) -> None:
    """B, grief, session 8: marked with the rule, the figures, and that it is policy; nothing is advised."""
    ehr.launch_in_frame(BENE)
    assert ehr.heading() == "Session 8 of 16 is open"
    assert "▲ off track" in ehr.text()
    assert "Project policy, not validated." in ehr.text()
    ehr.follow("Session")
    ehr.driver.find_element("css selector", "#standing details > summary").click()
    assert "Questions to think about" in ehr.text()
    ehr.follow("Assessment")
    assert "▲ off track" in ehr.text()


def _before_the_end(ehr: Ehr) -> None:
    """C, a role transition, 11 of 12 held: the last session is named, the ending may be prepared."""
    ehr.launch_in_frame(CHI)
    assert ehr.heading() == "Session 12 of 12 comes next"
    ehr.follow("Session")
    assert "The last session of the contract: review, relapse plan, good-bye." in ehr.text()
    assert ehr.follow("Ending") == "The ending"
    assert "11 of 12 sessions held" in ehr.text()
    assert "The ending phase has not begun." not in ehr.text()


def _worrying_answer(ehr: Ehr) -> None:
    """D: item 9 turns positive once; the session does not close before somebody has acted on it."""
    ehr.launch_in_frame(DORU)
    ehr.measure()
    ehr.answer_by_keyboard([1, 1, 1, 1, 1, 1, 1, 1, 1])
    assert ehr.press("Done") == "Safety step"
    ehr.follow("Session")
    ehr.press("Close session")
    assert "A safety answer waits" in ehr.text()
    ehr.press_on("#safety a")
    ehr.choose("Discussed with the patient")
    ehr.press("Record")
    ehr.follow("Session")
    assert ehr.press("Close session") == "✓ Session 1 of 16 is closed"


def _group(ehr: Ehr) -> None:
    """Two charts in one group: the session is closed once, for both."""
    for patient in (ALMA, CHI):
        ehr.launch_in_frame(patient)
        ehr.follow("Session")
        ehr.driver.find_element("css selector", "details.when > summary").click()
        ehr.follow("Close one session for a whole group")
        if patient == CHI:
            ehr.driver.find_element("css selector", "input[name='group']").click()
        ehr.press("Put into the group")
    assert "ZZ-100001" in ehr.text()
    ehr.press("Close for all")
    assert "is closed" in ehr.text()
