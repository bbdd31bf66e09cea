"""The states of the list over all patients."""

from __future__ import annotations

from tests.browser.ehr import Ehr
from tests.browser.walks import ALMA, DORU, State, follow


def _supervision(ehr: Ehr) -> None:
    ehr.follow("Caseload")
    ehr.follow("For supervision")


STATES = (
    State(endpoint="caseload.show", name="four patients", patient=DORU, reach=follow("Caseload")),
    State(endpoint="caseload.show", name="for supervision", patient=ALMA, reach=_supervision),
)
