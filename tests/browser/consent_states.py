"""The page of what the patient allows, in every state that looks different."""

from __future__ import annotations

from tests.browser.ehr import Ehr
from tests.browser.walks import BENE, DORU, State, follow


def _said(ehr: Ehr) -> None:
    ehr.follow("Consent")
    ehr.choose("allows it")
    ehr.press("Record: Use of this application")


def _withdrawn(ehr: Ehr) -> None:
    _said(ehr)
    ehr.choose("withdraws it")
    ehr.press("Record: Use of this application")


def _nothing_chosen(ehr: Ehr) -> None:
    ehr.follow("Consent")
    ehr.press("Record: Recording of sessions")


STATES = (
    State(endpoint="consents.show", name="nobody asked", patient=DORU, reach=follow("Consent")),
    State(endpoint="consents.show", name="allowed and withdrawn", patient=BENE, reach=_withdrawn),
    State(endpoint="consents.show", name="nothing chosen", patient=BENE, reach=_nothing_chosen),
)
