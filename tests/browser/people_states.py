"""The states of the inventory: people, circle, events."""

from __future__ import annotations

from selenium.webdriver.common.keys import Keys

from tests.browser.ehr import Ehr
from tests.browser.walks import ALMA, BENE, CHI, DORU, State, follow


def _moved(ehr: Ehr) -> None:
    ehr.follow("People")
    ehr.wait_for("Drag a person to another ring")
    ehr.tab_to_label("L, friend")
    ehr.press_keys(Keys.ARROW_UP)
    ehr.wait_for("not saved yet")


def _person_with_errors(ehr: Ehr) -> None:
    follow("People", "Add a person")(ehr)
    ehr.write("initial", "Mi")
    ehr.write("norms", "A daughter does not argue.")
    ehr.press("Save")


def _event_with_errors(ehr: Ehr) -> None:
    follow("People", "Events and mood", "Add an event")(ehr)
    ehr.write("when", "spring")
    ehr.press("Save")


STATES = (
    State(endpoint="people.show", name="nobody yet", patient=DORU, reach=follow("People")),
    State(endpoint="people.show", name="five people", patient=ALMA, reach=follow("People")),
    State(endpoint="people.show", name="from now to wanted", patient=CHI, reach=follow("People", "Now → wanted")),
    State(endpoint="people.show", name="moved and not saved", patient=ALMA, reach=_moved),
    State(endpoint="person.add", name="empty", patient=DORU, reach=follow("People", "mother")),
    State(endpoint="person.show", name="with errors", patient=DORU, reach=_person_with_errors),
    State(endpoint="person.show", name="everything said", patient=ALMA, reach=follow("People", "H, husband")),
    State(endpoint="timeline.show", name="nothing yet", patient=DORU, reach=follow("People", "Events and mood")),
    State(endpoint="timeline.show", name="under way", patient=BENE, reach=follow("People", "Events and mood")),
    State(endpoint="event.add", name="with errors", patient=DORU, reach=_event_with_errors),
    State(
        endpoint="event.show", name="an event", patient=BENE, reach=follow("People", "Events and mood", "Death of P")
    ),
)
