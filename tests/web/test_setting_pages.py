"""Where the therapy takes place changes words and what is offered first, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ipt_fhir.model.episode import Setting
from tests.web.acts import course_of
from tests.web.clinic import DORU, Clinic
from tests.web.page_checks import Page


def works_in(clinic: Clinic, setting: Setting) -> None:
    """The site says where its courses take place."""
    found = clinic.app.extensions["practice"]
    clinic.app.extensions["practice"] = replace(found, setting=setting)


@pytest.mark.parametrize("setting", list(Setting))
def test_a_new_course_begins_in_the_setting_of_the_site(clinic: Clinic, setting: Setting) -> None:
    works_in(clinic, setting)
    clinic.opened()
    assert course_of(clinic, DORU).setting is setting


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (Setting.OUTPATIENT, "Next appointment"),
        (Setting.WARD, "Next time on the ward"),
        (Setting.COMMUNITY, "Next meeting at the centre"),
    ],
)
def test_the_next_meeting_is_called_as_people_there_call_it(clinic: Clinic, setting: Setting, said: str) -> None:
    works_in(clinic, setting)
    assert f"<legend>{said}</legend>" in clinic.opened().get("session").text


def test_a_ward_is_offered_no_fixed_hour_of_the_week(clinic: Clinic) -> None:
    offered = {}
    for setting, patient in ((Setting.OUTPATIENT, "zztest-alma"), (Setting.WARD, "zztest-bene")):
        works_in(clinic, setting)
        browser = clinic.opened(patient)
        browser.submit("session", act=("act", "keep"), start="09:00", minutes="50")
        offered[setting] = 'name="next" value="2026-' in browser.get("session").text
    assert offered == {Setting.OUTPATIENT: True, Setting.WARD: False}


def test_where_a_tablet_goes_round_the_measure_is_handed_over(clinic: Clinic) -> None:
    works_in(clinic, Setting.COMMUNITY)
    page = clinic.opened().get("").text
    assert "/patient?form=phq-9" in page
    assert "Hand over" in page


def test_a_contract_on_a_ward_begins_with_two_sessions_a_week(clinic: Clinic) -> None:
    works_in(clinic, Setting.WARD)
    page = Page(clinic.opened().get("plan").text)
    fields = page.fields_of(next(form for form in page.all("form") if form.get("id") == "answers"))
    assert (fields["setting"], fields["frequency"]) == ("ward", "twice-weekly")
