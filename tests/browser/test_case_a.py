"""Case A from the first launch to the end of the therapy, by clicks inside the EHR's frame (ipt-domain, vignette A).

A role dispute in depression, in an outpatient clinic: sixteen sessions, one a week, each opened by a measure. The
launch goes idle between two weeks, so each session begins in the chart, as it does in a clinic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from smart_app.demo import Demo, running
from tests.browser.ehr import Ehr

pytestmark = pytest.mark.proof

Shoot = Callable[[Ehr, str], Path]

PATIENT = "zztest-doru"
SESSIONS = 16
PHQ9 = [
    "222222221",
    "222222211",
    "222222210",
    "222222210",
    "222212210",
    "222212110",
    "222212110",
    "221212110",
    "221211110",
    "121111110",
    "111111110",
    "111111100",
    "111101100",
    "111101000",
    "110101000",
    "110101000",
]
"""One a session; item 9 is the last digit."""
HALF_WAY, LAST = 8, 16


class Week:
    """The time at hospital and app: a Monday morning, then the next."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def next(self) -> None:
        """One week later."""
        self.now += timedelta(weeks=1)


@pytest.fixture
def week() -> Week:
    return Week()


@pytest.fixture
def demo(tmp_path: Path, week: Week) -> Iterator[Demo]:
    """The demo hospital and the app, nothing seeded, at the time of the week."""
    with running(tmp_path, clock=week) as found:
        yield found


def test_a_therapy_from_first_launch_to_ending(
    demo: Demo, week: Week, open_ehr: Callable[..., Ehr], shoot: Shoot
) -> None:
    """structured, time-limited, present-focused, goal-oriented, collaborative: one course, nothing seeded."""
    ehr = open_ehr(demo, 1280, 1000)
    for number, digits in enumerate(PHQ9, start=1):
        ehr.launch_in_frame(PATIENT)
        assert ehr.heading() == f"Session {number} of {SESSIONS} comes next"
        _measured(ehr, digits)
        _worked(ehr, number)
        _closed(ehr, number)
        if number == LAST:
            _ended(ehr, week.now)
            shoot(ehr, "case-a-ended")
        week.next()
    (plan,) = _ours(demo, "CarePlan")
    assert plan["status"] == "completed"
    assert str(plan["activity"]).count("StructureDefinition/ipt-session'") == SESSIONS
    assert {goal["lifecycleStatus"] for goal in _ours(demo, "Goal")} <= {"completed", "cancelled"}
    services = [item for item in _ours(demo, "ServiceRequest") if "443730003" in str(item["code"])]
    assert "completed" in {item["status"] for item in services}
    assert len(_ours(demo, "QuestionnaireResponse")) == len(PHQ9)
    assert "second job" not in str([item.content for item in demo.hospital.store.existing()])
    assert ehr.complaints() == []


def _ours(demo: Demo, kind: str) -> list[dict[str, Any]]:
    """What the app wrote into the patient's chart; the hospital's own entries carry a patient's name as id."""
    found = [item.resource for item in demo.hospital.store.existing(kind)]
    return [
        item
        for item in found
        if item["subject"]["reference"] == f"Patient/{PATIENT}" and not item["id"].startswith("zztest-")
    ]


def _measured(ehr: Ehr, digits: str) -> None:
    """The measure that opens a session; a worrying answer is acted on before anything else."""
    ehr.measure()
    ehr.answer_by_keyboard([int(digit) for digit in digits])
    heading = ehr.press("Done")
    if digits[-1] != "0":
        assert heading == "Safety step"
        ehr.choose("Discussed with the patient")
        ehr.press("Record")


def _worked(ehr: Ehr, number: int) -> None:
    """What is done beside the session itself."""
    if number == 2:
        _inventory(ehr)
    if number == 3:
        _focus(ehr)
        _plan(ehr)
    if number == HALF_WAY:
        _half_way(ehr)


def _closed(ehr: Ehr, number: int) -> None:
    ehr.follow("Session")
    assert ehr.heading().startswith(f"Session {number} of {SESSIONS}")
    assert ehr.press("Close session") == f"✓ Session {number} of {SESSIONS} is closed"


def _inventory(ehr: Ehr) -> None:
    """Two people by role and initial: the husband the dispute is with, and a friend who was lost sight of."""
    for role, initial, now in (("husband", "H", "middle ring"), ("friend", "L", "outer ring")):
        ehr.follow("People")
        ehr.follow("Add a person")
        ehr.pick("role", role)
        ehr.write("initial", initial)
        ehr.pick("now", now)
        ehr.press("Save")
        assert f"{initial}, {role}" in ehr.text()


def _focus(ehr: Ehr) -> None:
    """The area with whom it is about, the stage of the dispute, and the formulation, told and agreed."""
    ehr.follow("Focus")
    ehr.choose("Role dispute")
    ehr.pick("about", "H (husband)")
    ehr.choose("The patient agrees")
    ehr.press("Save the focus")
    ehr.follow("Sheet: Role dispute")
    ehr.choose("Impasse")
    ehr.press("Save the stage")
    ehr.follow("Formulation")
    ehr.write("text", " It began when H took a second job without asking. Both want to decide together again.")
    ehr.choose("Told to the patient")
    ehr.press("Save the formulation")


def _plan(ehr: Ehr) -> None:
    """The contract and two goals, previewed and filed."""
    ehr.follow("Plan")
    ehr.choose("The contract is agreed")
    ehr.tick("goal-G-02")
    ehr.tick("goal-G-11")
    ehr.pick("person-G-11", "my husband")
    ehr.press("Save and preview")
    _filed(ehr)


def _half_way(ehr: Ehr) -> None:
    """Both look at the measures, and the patient says how far the goal has come."""
    assert ehr.follow("Assessment") == "Assessment"
    ehr.follow("Plan")
    ehr.press_on("a[href$='/rate']")
    ehr.press_on("button[name='level'][value='0']")


def _ended(ehr: Ehr, when: datetime) -> None:
    """Looked back, a plan against relapse, an end, a page to hand over, and all of it in the chart."""
    ehr.follow("Ending")
    ehr.write("gains", "We decide together again")
    ehr.write("signs", "I stop calling L")
    ehr.write("actions", "Say it at the Sunday talk")
    ehr.choose("family doctor")
    ehr.choose("No further treatment")
    ehr.choose("Completed as agreed")
    ehr.choose("The course ends for good")
    if not ehr.driver.find_element("id", "reviewed_on").get_attribute("value"):
        ehr.write("reviewed_on", f"{when:%m%d%Y}")
    assert ehr.press("End the course") == "The course has ended", ehr.text()
    assert ehr.follow("Handover") == "Handover"
    _filed(ehr)


def _filed(ehr: Ehr) -> None:
    ehr.follow("Filing")
    ehr.press("File to chart")
    assert "✓ in the record" in ehr.text()
