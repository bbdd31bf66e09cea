"""The states of the pages of focus, formulation and sheets."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.ehr import Ehr
from tests.browser.walks import ALMA, BENE, DORU, State, follow

CHI = "zztest-chi"


def _focus_with_errors(ehr: Ehr) -> None:
    ehr.follow("Focus")
    ehr.unfold()
    ehr.answer("A second area", "Grief")
    ehr.press("Save the focus")


def _two_windows(ehr: Ehr) -> None:
    """What was typed comes back, because another window was faster."""
    ehr.follow("Focus")
    ehr.write("rationale", " And both want it.")
    ehr.driver.execute_script("document.querySelector('#answers [name=revision]').value = '1'")
    ehr.press("Save the focus")


def _signs_shown(ehr: Ehr) -> None:
    ehr.follow("Focus")
    ehr.unfold()


def _formulation_with_errors(ehr: Ehr) -> None:
    ehr.follow("Focus")
    ehr.follow("Formulation")
    ehr.driver.execute_script("document.getElementById('text').value = ''")
    ehr.press("Save the formulation")


def _second_version(ehr: Ehr) -> None:
    ehr.follow("Focus")
    ehr.follow("Formulation")
    ehr.write("text", " It has begun to change.")
    ehr.press("Save the formulation")


def _sheet(area: str) -> Callable[[Ehr], None]:
    return follow("Focus", f"Sheet: {area}")


def _stage_without_words(ehr: Ehr) -> None:
    _sheet("Role dispute")(ehr)
    ehr.press("Save the stage")


def _ladder(ehr: Ehr) -> None:
    ehr.follow("Focus")
    ehr.choose("Interpersonal deficits")
    ehr.press("Save the focus")
    ehr.follow("Sheet: Interpersonal deficits")
    ehr.write("text-0", "Say hello on the stairs")
    ehr.write("text-1", "Stay for one sentence")
    ehr.press("Save the sheet")


STATES = (
    State(endpoint="focus.show", name="agreed", patient=ALMA, reach=follow("Focus")),
    State(endpoint="focus.show", name="agreed, signs unfolded", patient=ALMA, reach=_signs_shown),
    State(endpoint="focus.show", name="two areas", patient=BENE, reach=follow("Focus")),
    State(endpoint="focus.show", name="nothing chosen, no inventory", patient=DORU, reach=follow("Focus")),
    State(endpoint="focus.show", name="with errors", patient=DORU, reach=_focus_with_errors),
    State(endpoint="focus.show", name="another window was faster", patient=ALMA, reach=_two_windows),
    State(endpoint="formulation.show", name="agreed", patient=ALMA, reach=follow("Focus", "Formulation")),
    State(endpoint="formulation.show", name="first draft", patient=CHI, reach=follow("Focus", "Formulation")),
    State(endpoint="formulation.show", name="with an earlier version", patient=ALMA, reach=_second_version),
    State(endpoint="formulation.show", name="with errors", patient=ALMA, reach=_formulation_with_errors),
    State(endpoint="sheets.show", name="role dispute", patient=ALMA, reach=_sheet("Role dispute")),
    State(endpoint="sheets.show", name="a stage with errors", patient=ALMA, reach=_stage_without_words),
    State(endpoint="sheets.show", name="role transition", patient=CHI, reach=_sheet("Role transition")),
    State(endpoint="sheets.show", name="grief", patient=BENE, reach=_sheet("Grief")),
    State(endpoint="sheets.show", name="contact ladder", patient=DORU, reach=_ladder),
)
