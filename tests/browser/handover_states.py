"""The states of the ending and of the documents about a course."""

from __future__ import annotations

from tests.browser.ehr import Ehr
from tests.browser.walks import ALMA, CHI, DORU, State, follow


def _begun(ehr: Ehr) -> None:
    ehr.follow("Ending")
    ehr.press("Both decided: begin the ending now")


def _not_ended(ehr: Ehr) -> None:
    ehr.follow("Ending")
    ehr.choose("Completed as agreed")
    ehr.choose("Maintenance sessions")
    ehr.press("End the course")


def _died(ehr: Ehr) -> None:
    ehr.follow("Ending")
    ehr.choose("Died")


def _ended(ehr: Ehr) -> None:
    ehr.follow("Ending")
    ehr.choose("Ended by the patient")
    ehr.write("signs", "Sleep gets short")
    ehr.choose("The course ends for good")
    ehr.press("End the course")


def _after_the_end(ehr: Ehr) -> None:
    _ended(ehr)
    ehr.follow("Handover")


STATES = (
    State(endpoint="ending.show", name="too early", patient=ALMA, reach=follow("Ending")),
    State(endpoint="ending.show", name="before the last session", patient=CHI, reach=follow("Ending")),
    State(endpoint="ending.show", name="the ending has begun", patient=ALMA, reach=_begun),
    State(endpoint="ending.show", name="something missing, with maintenance", patient=ALMA, reach=_not_ended),
    State(endpoint="ending.show", name="the short way", patient=ALMA, reach=_died),
    State(endpoint="ending.show", name="ended", patient=ALMA, reach=_ended),
    State(endpoint="handover.show", name="nothing yet", patient=DORU, reach=follow("Handover")),
    State(endpoint="handover.show", name="in mid-course", patient=ALMA, reach=follow("Handover")),
    State(endpoint="handover.show", name="for the patient", patient=ALMA, reach=follow("Handover", "For the patient")),
    State(endpoint="handover.show", name="letter", patient=ALMA, reach=follow("Handover", "Letter to the doctor")),
    State(endpoint="handover.show", name="ended", patient=ALMA, reach=_after_the_end),
)
