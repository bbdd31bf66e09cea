"""The states of the plan, of a goal, and of the preview before filing."""

from __future__ import annotations

from tests.browser.ehr import Ehr
from tests.browser.walks import ALMA, BENE, State


def _goal(ehr: Ehr) -> None:
    ehr.follow("Plan")
    ehr.press_on("a[href*='/goals/']:not([href$='/rate'])")


def _rate(ehr: Ehr) -> None:
    ehr.follow("Plan")
    ehr.press_on("a[href$='/rate']")


def _rated(ehr: Ehr) -> None:
    _rate(ehr)
    ehr.press_on("button[name='level'][value='-1']")


def _rated_again(ehr: Ehr) -> None:
    ehr.follow("Plan")
    ehr.press_on("a[href$='/rate']")
    ehr.press_on("button[name='level'][value='0']")
    ehr.press_on("button[name='level'][value='-1']")
    ehr.press_on("button[name='level'][value='1']")
    ehr.follow("Rate with the patient")


def _ready_to_file(ehr: Ehr) -> None:
    ehr.follow("Plan")
    ehr.mark("done", "psychoeducation")
    ehr.press("Save")


def _nothing_to_file(ehr: Ehr) -> None:
    ehr.follow("Plan")
    ehr.press("Save and preview")


def _preview(ehr: Ehr) -> None:
    _rated(ehr)
    ehr.follow("Filing")
    ehr.follow("See what filing would change")


def _entry(ehr: Ehr) -> None:
    _preview(ehr)
    ehr.press_on(".entries a")


def _part_of_another(ehr: Ehr) -> None:
    ehr.follow("Plan")
    ehr.mark("link-CarePlan/zztest-bene-other-team", "part-of")
    ehr.press("Save")
    ehr.unfold()


def _typed_and_left(ehr: Ehr) -> None:
    ehr.follow("Plan")
    ehr.fill("Minutes each", "45")
    ehr.follow("Focus")
    ehr.follow("Plan")


STATES = (
    State(endpoint="plan.show", name="ready to file", patient=ALMA, reach=_ready_to_file),
    State(endpoint="plan.show", name="part of a larger plan", patient=BENE, reach=_part_of_another),
    State(endpoint="plan.show", name="typed and not saved", patient=ALMA, reach=_typed_and_left),
    State(endpoint="goals.show", name="not rated yet", patient=ALMA, reach=_goal),
    State(endpoint="goals.show", name="rated", patient=ALMA, reach=_rated),
    State(endpoint="goals.rating", name="asked", patient=ALMA, reach=_rate),
    State(endpoint="goals.rating", name="rated today", patient=ALMA, reach=_rated_again),
    State(endpoint="filing.preview", name="something to file", patient=ALMA, reach=_preview),
    State(endpoint="filing.entry", name="changed", patient=ALMA, reach=_entry),
    State(endpoint="filing.preview", name="nothing to file", patient=ALMA, reach=_nothing_to_file),
)
