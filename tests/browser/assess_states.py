"""The states of the assessment page."""

from __future__ import annotations

from tests.browser.ehr import Ehr
from tests.browser.walks import ALMA, BENE, DORU, State, follow


def _safety_open(ehr: Ehr) -> None:
    ehr.measure()
    ehr.answer_by_keyboard([1, 1, 1, 1, 1, 1, 1, 1, 2])
    ehr.press("Done")
    ehr.follow("Assessment")


STATES = (
    State(endpoint="assessment.show", name="nothing measured", patient=DORU, reach=follow("Assessment")),
    State(endpoint="assessment.show", name="under way", patient=ALMA, reach=follow("Assessment")),
    State(endpoint="assessment.show", name="a second course", patient=BENE, reach=follow("Assessment")),
    State(endpoint="assessment.show", name="a safety answer waits", patient=ALMA, reach=_safety_open),
)
