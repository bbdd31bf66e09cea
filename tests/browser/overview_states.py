"""The states of the overview."""

from __future__ import annotations

from tests.browser.ehr import Ehr
from tests.browser.walks import ALMA, BENE, DORU, State, stay


def safety_open(ehr: Ehr) -> None:
    ehr.measure()
    ehr.answer_by_keyboard([1, 1, 1, 1, 1, 1, 1, 1, 2])
    ehr.press("Done")
    ehr.follow("Overview")


def _first_measure(ehr: Ehr) -> None:
    ehr.measure()
    ehr.answer_by_keyboard([1, 1, 1, 1, 1, 1, 1, 1, 0])
    ehr.press("Done")


def _dark(ehr: Ehr) -> None:
    scheme = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    ehr.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
    ehr.follow("Overview")


STATES = (
    State(endpoint="overview.show", name="under way", patient=ALMA, reach=stay),
    State(endpoint="overview.show", name="two areas", patient=BENE, reach=stay),
    State(endpoint="overview.show", name="nothing begun", patient=DORU, reach=stay),
    State(endpoint="overview.show", name="links missing", patient=DORU, reach=_first_measure),
    State(endpoint="overview.show", name="safety open", patient=ALMA, reach=safety_open),
    State(endpoint="overview.show", name="in the dark", patient=ALMA, reach=_dark),
)
