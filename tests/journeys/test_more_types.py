"""A hospital that asks for more than the plan gets it, and a fresh copy of the app opens all of it."""

from __future__ import annotations

from pathlib import Path

from ipt_fhir.mapping.beside import BESIDE_TYPES
from ipt_fhir.mapping.site import ProfileSet, Site
from ipt_fhir.model.filed_parts import filed_part
from tests.journeys.clinician import Clinician
from tests.journeys.hospitals import demo_site
from tests.journeys.test_whole_way import course_of, receipts_of, work_through_a_session

EVERYTHING = Site(files=BESIDE_TYPES, profiles=ProfileSet.BASE, snomed=False)


def test_what_a_site_asks_for_beside_the_plan_is_filed_and_read_back(tmp_path: Path) -> None:
    with demo_site(tmp_path, EVERYTHING) as site:
        with site.fresh_app() as (app, practice):
            clinician = Clinician(app, site.app_url)
            clinician.launch(site.click())
            work_through_a_session(clinician)
            filed = clinician.submit("filing", ("act", "file"))
            assert "✓ in the record" in filed.text, filed.text
            ours = course_of(practice, site)
            receipts = receipts_of(practice, site)
            assert all(copy.verified and copy.differences == () for copy in receipts)
            kinds = {copy.resource_type for copy in receipts}
            assert {"Condition", "CareTeam", "EpisodeOfCare", "Encounter", "Procedure"} <= kinds
        with site.fresh_app() as (app, practice):
            page = Clinician(app, site.app_url).launch(site.click())
            assert "Session 2 of 16 comes next" in page.text
            assert course_of(practice, site) == filed_part(ours, EVERYTHING.carried)
