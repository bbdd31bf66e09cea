"""The pages of the workspace once at each hospital: what is filed comes back whole, what stays here stays here."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ipt_fhir.model.activities import ActivityKind, ActivityStatus
from ipt_fhir.model.ending import TerminationReason
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.model.goals import GoalKind
from smart_app.services.practice import Practice
from tests.journeys.clinician import Clinician, Form
from tests.journeys.hospitals import Site
from tests.journeys.test_whole_way import agree_a_plan, course_of, receipts_of

ONLY_HERE = "ONLY-HERE"


def list_a_person(clinician: Clinician) -> None:
    """The husband, with what is said of him; nothing of it leaves the app."""
    form = Form()
    form.feed(clinician.get("people/person").text)
    address = f"people/person/{form.fields['key'][0]}"
    page = clinician.submit(
        "people/person", ("act", "save"), address, role="HUSB", initial="H", norms=f"{ONLY_HERE}: he decides."
    )
    assert "H, husband" in page.text, page.text


def close_a_session(clinician: Clinician, practice: Practice) -> None:
    """What was tried stays here, the next appointment is for the chart."""
    day = practice.clock().astimezone().date() + timedelta(days=7)
    page = clinician.submit(
        "session",
        ("act", "close"),
        step=f"{ONLY_HERE}: say one wish.",
        next="other",
        next_date=day.isoformat(),
        next_time="10:00",
    )
    assert "Session 1 of 16 is closed" in page.text, page.text


def rate_the_goal(clinician: Clinician, course: Episode) -> None:
    """The patient's own rating, in one tap."""
    goal = next(item for item in course.goals if item.kind is GoalKind.GAS)
    page = clinician.submit(f"goals/{goal.id}/rate", ("level", "-1"))
    assert "What it came to" in page.text, page.text


def end_the_course(clinician: Clinician, practice: Practice) -> None:
    """The patient moves away; what was gained is said to the patient, not to the chart."""
    today = practice.clock().astimezone().date().isoformat()
    page = clinician.submit(
        "ending",
        ("act", "end"),
        reason="moved",
        ended_on=today,
        gains=f"{ONLY_HERE}: speaks sooner.",
        disposition=["referral"],
        final="yes",
    )
    assert "The course has ended" in page.text, page.text


def filed(clinician: Clinician) -> None:
    page = clinician.submit("filing", ("act", "file"))
    assert "✓ in the record" in page.text, page.text


# At the demo hospital in every run; the slower two in `make proof`, where a peer is up anyway.
_SITES = [
    "demo hospital",
    *(pytest.param(name, marks=pytest.mark.proof) for name in ("demo hospital, PostgreSQL", "HAPI")),
]


@pytest.mark.parametrize("site", _SITES, indirect=True)
def test_a_course_of_the_workspace_is_what_a_fresh_copy_of_the_app_opens(site: Site) -> None:
    with site.fresh_app() as (app, practice):
        clinician = Clinician(app, site.app_url)
        clinician.launch(site.click())
        list_a_person(clinician)
        agree_a_plan(clinician)
        close_a_session(clinician, practice)
        rate_the_goal(clinician, course_of(practice, site))
        filed(clinician)
        end_the_course(clinician, practice)
        filed(clinician)
        ours = course_of(practice, site)
        assert all(copy.verified and copy.differences == () for copy in receipts_of(practice, site))
        assert ONLY_HERE in str(ours)

    with site.fresh_app() as (app, practice):
        page = Clinician(app, site.app_url).launch(site.click())
        theirs = course_of(practice, site)
        assert theirs == filed_part(ours)
        assert ONLY_HERE not in str(theirs)
        assert (theirs.status, theirs.inventory) == (EpisodeStatus.REVOKED, ())
        assert theirs.review is not None
        assert theirs.review.reason is TerminationReason.MOVED
        assert [len(item.ratings) for item in theirs.goals if item.kind is GoalKind.GAS] == [1]
        (appointment,) = (item for item in theirs.activities if item.kind is ActivityKind.APPOINTMENT)
        assert appointment.status is ActivityStatus.CANCELLED
        assert "Moved away" in page.text
