"""Forms that others published, opened from a file in a browser: seen whole, judged by axe-core, no complaint."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smart_app.demo import Demo
from tests.browser.axe import judge
from tests.browser.ehr import Ehr
from tests.parts import data_folder, need

pytestmark = pytest.mark.proof

REAL = (
    "lforms-A-form-with-tab-layout-that-contains-nested-layout",  # groups in groups, as tabs
    "sdc-questionnaire-sdc-profile-example-loinc",  # of HL7's own guide
    "smart-forms-mbs715",  # 187 items
    "asbi-screening-app-CIRG-PHQ9",  # computes in CQL: shown, and not filled in
    "android-fhir-sample-questionnaire",  # two questions of one linkId: shown, and not filled in
)


@pytest.mark.parametrize("name", REAL)
def test_a_published_form_opens_clean(name: str, demo: Demo, open_ehr: Callable[..., Ehr]) -> None:
    need("axe")
    need("published data")
    folder = data_folder()
    assert folder is not None
    ehr = open_ehr(demo, 1280, 1000)
    ehr.launch_in_window("zztest-doru")
    assert ehr.open_file(folder / "samples" / "questionnaires" / f"{name}.json") != "Measures and forms"
    assert ehr.overflow() <= 0
    assert [str(mark) for mark in judge(ehr.driver).violations] == []
    assert ehr.complaints() == []
