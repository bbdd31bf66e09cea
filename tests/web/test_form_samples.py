"""Real Questionnaires of others as pages: each is filled in or shown with its reason, and is sent back unharmed."""

from __future__ import annotations

import pytest

from tests.parts import data_folder, need
from tests.web.browser import Browser
from tests.web.form_acts import answers_sheet, hand_in, live, page, swapped

pytestmark = pytest.mark.proof

FOLDER = data_folder()
SAMPLES = sorted((FOLDER / "samples" / "questionnaires").glob("*.json")) if FOLDER else []
SHOWN_ONLY = {
    "android-fhir-sample-questionnaire": "two questions have the same linkId: <code>1-select-one</code>",
    "asbi-screening-app-CIRG-BEHAV5": "<code>text/cql</code>",
    "asbi-screening-app-CIRG-C-IDAS": "a value of the wrong kind: <code>valueString: a</code>",
    "asbi-screening-app-CIRG-GAD7": "<code>text/cql</code>",
    "asbi-screening-app-CIRG-PHQ9": "<code>text/cql</code>",
    "client-py-qs1": "something is missing: <code>linkId</code>",
    "sdc-sdc-modular-name": "<code>sdc-questionnaire-assemble-expectation</code>",
    "sdc-sdc-modular-root": "<code>sdc-questionnaire-subQuestionnaire</code>",
}
"""Those that cannot be filled in, with a reason that must stand on the page."""


@pytest.mark.parametrize("name", [path.stem for path in SAMPLES] or ["no data"])
def test_a_real_form_is_filled_in_or_shown_with_its_reason(standing_browser: Browser, name: str) -> None:
    """Each page is checked when it is fetched: names, ids, whole markup, nothing from elsewhere."""
    need("published data")
    path = next(path for path in SAMPLES if path.stem == name)
    answer = hand_in(standing_browser, path.read_bytes())
    address = "forms/" + answer.request.path.rpartition("/")[2]
    try:
        if name in SHOWN_ONLY:
            assert "cannot be filled in here" in answer.text
            assert SHOWN_ONLY[name] in answer.text
        else:
            _sent_back(standing_browser, address)
    finally:
        standing_browser.post("forms", {**standing_browser.fields("forms"), "away": address.removeprefix("forms/")})


def _sent_back(browser: Browser, address: str) -> None:
    """A page that is sent back as it stands changes no answer, raises no complaint, and brings no piece."""
    before = answers_sheet(page(browser, address))
    assert swapped(live(browser, address, before)).keys() == {"standing", "number"}
    after = answers_sheet(page(browser, address))
    of_the_page = {"window", "number"}
    assert {k: v for k, v in after.items() if k not in of_the_page} == {
        k: v for k, v in before.items() if k not in of_the_page
    }


def test_the_table_of_those_that_are_only_shown_names_samples() -> None:
    need("published data")
    assert SHOWN_ONLY.keys() <= {path.stem for path in SAMPLES}
