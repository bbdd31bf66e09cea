"""The states of the page on which a session is closed, and of what comes behind it."""

from __future__ import annotations

from tests.browser.ehr import Ehr
from tests.browser.walks import ALMA, BENE, DORU, State, follow


def _with_errors(ehr: Ehr) -> None:
    ehr.follow("Session")
    ehr.driver.execute_script("document.getElementById('date').value = ''")
    ehr.press("Close session")


def _safety_open(ehr: Ehr) -> None:
    ehr.follow("Session")
    ehr.follow("Fill in PHQ-9")
    ehr.answer_by_keyboard([1, 1, 1, 1, 1, 1, 1, 1, 2])
    ehr.press("Done")
    ehr.follow("Session")


def _missed(ehr: Ehr) -> None:
    ehr.follow("Session")
    ehr.choose("Missed")


def _everything_open(ehr: Ehr) -> None:
    ehr.follow("Session")
    ehr.driver.execute_script("for (const part of document.querySelectorAll('#answers details')) part.open = true")
    ehr.choose("another time")


def _typed_before(ehr: Ehr) -> None:
    ehr.follow("Session")
    ehr.write("step", "Say one wish on Sunday")
    ehr.wait_for("kept as you type")
    ehr.follow("Overview")
    ehr.follow("Session")


def _closed(ehr: Ehr) -> None:
    ehr.follow("Session")
    ehr.press("Close session")


def _mending(ehr: Ehr) -> None:
    _closed(ehr)
    ehr.unfold()
    ehr.press("Correct")


def _group(ehr: Ehr) -> None:
    ehr.follow("Session")
    ehr.driver.find_element("css selector", "#answers details > summary").click()
    ehr.follow("Close one session for a whole group")


def _member(ehr: Ehr) -> None:
    _group(ehr)
    ehr.press("Put into the group")


def _member_typed_and_left(ehr: Ehr) -> None:
    """The page's script keeps what was typed when the page is left (decision-D106)."""
    _member(ehr)
    step = ehr.driver.find_element("css selector", "input[name^='step-']")
    ehr.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", step)
    step.send_keys("Say one wish.")
    ehr.follow("Session")
    ehr.follow("Close the session of the group")
    ehr.wait_for("What you entered before is here again.")


STATES = (
    State(endpoint="session.show", name="next session", patient=ALMA, reach=follow("Session")),
    State(endpoint="session.show", name="no contract yet", patient=DORU, reach=follow("Session")),
    State(endpoint="session.show", name="with errors", patient=ALMA, reach=_with_errors),
    State(endpoint="session.show", name="safety open", patient=ALMA, reach=_safety_open),
    State(endpoint="session.show", name="missed", patient=BENE, reach=_missed),
    State(endpoint="session.show", name="everything unfolded", patient=BENE, reach=_everything_open),
    State(endpoint="session.show", name="typed before", patient=ALMA, reach=_typed_before),
    State(endpoint="session_closed.show", name="closed", patient=ALMA, reach=_closed),
    State(endpoint="session_closed.show", name="mending without a reason", patient=ALMA, reach=_mending),
    State(endpoint="group.show", name="in no group", patient=BENE, reach=_group),
    State(endpoint="group.show", name="a member", patient=BENE, reach=_member),
    State(endpoint="group.show", name="typed and left", patient=BENE, reach=_member_typed_and_left),
)
