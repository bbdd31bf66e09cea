"""How the plan is tied to what others planned; what differs from the chart, and who may see what, in words."""

from __future__ import annotations

from typing import Any

import pytest

from ipt_fhir.mapping.site import Site
from ipt_fhir.model.diagnoses import Medication
from ipt_fhir.model.records import RecordLink, Relation
from smart_app.services.comparing import differences_between, element_words
from smart_app.services.plan_links import larger_plans, linkable, tie
from smart_app.services.portal import honest_words, sight_of
from smart_app.services.wider_chart import OtherPlan, WiderChart
from tests.services.given import new_course

HEART = "CarePlan/heart"
WIDER = WiderChart(
    plans=(OtherPlan(reference=HEART, title="Heart"),),
    medications=(Medication(reference="MedicationRequest/m1", words="Antidepressant", status="active"),),
)
TIED = tie(new_course(), WIDER, {f"link-{HEART}": "part-of", "link-MedicationRequest/m1": "supported-by"})


def test_the_plan_is_part_of_a_larger_one_and_names_the_medication_beside_it() -> None:
    assert [(link.relation, link.reference, link.display) for link in TIED.links] == [
        (Relation.PART_OF, HEART, "Heart"),
        (Relation.SUPPORTED_BY, "MedicationRequest/m1", "Antidepressant"),
    ]
    assert [link.reference for link in larger_plans(TIED)] == [HEART]
    assert [item.relation for item in linkable(TIED, WIDER)] == [Relation.PART_OF, Relation.SUPPORTED_BY]


@pytest.mark.parametrize(
    ("chosen", "links"),
    [
        ({f"link-{HEART}": "based-on"}, {(Relation.BASED_ON, HEART), (Relation.SUPPORTED_BY, "MedicationRequest/m1")}),
        ({f"link-{HEART}": ""}, {(Relation.SUPPORTED_BY, "MedicationRequest/m1")}),
        ({f"link-{HEART}": "supported-by"}, {(Relation.SUPPORTED_BY, "MedicationRequest/m1")}),
        ({"link-CarePlan/of-somebody-else": "part-of"}, None),
        ({}, None),
    ],
    ids=["carries it out", "no tie", "a plan is no medication", "nothing that was not read", "nothing said"],
)
def test_a_tie_is_chosen_among_what_was_read_and_fits(chosen: dict[str, str], links: set[Any] | None) -> None:
    after = tie(TIED, WIDER, chosen)
    assert (after is TIED) == (links is None)
    if links is not None:
        assert {(link.relation, link.reference) for link in after.links} == links


def test_a_tie_to_what_was_not_read_this_time_stays_until_a_person_takes_it_away() -> None:
    nothing_read = WiderChart()
    assert [(item.reference, item.known) for item in linkable(TIED, nothing_read)] == [
        (HEART, False),
        ("MedicationRequest/m1", False),
    ]
    assert tie(TIED, nothing_read, {}) is TIED
    after = tie(TIED, nothing_read, {f"link-{HEART}": ""})
    assert after.links == (
        RecordLink(relation=Relation.SUPPORTED_BY, reference="MedicationRequest/m1", display="Antidepressant"),
    )


PLAN: dict[str, Any] = {
    "resourceType": "CarePlan",
    "meta": {"versionId": "1"},
    "status": "active",
    "goal": [{"reference": "Goal/1", "display": "Call the sister"}, {"reference": "Goal/2", "display": "Sleep"}],
    "text": {"div": "old"},
}


def test_a_difference_names_the_element_in_plain_words_and_both_sides() -> None:
    ours = {**PLAN, "status": "completed", "meta": {"versionId": "2"}, "text": {"div": "new"}}
    (found,) = differences_between(PLAN, ours)
    assert (found.path, found.words, found.theirs, found.ours) == (
        "CarePlan.status",
        "State of the plan",
        "active",
        "completed",
    )


def test_of_a_list_only_what_left_and_what_came_is_shown() -> None:
    ours = {**PLAN, "goal": [PLAN["goal"][1]]}
    (found,) = differences_between(PLAN, ours)
    assert (found.words, found.theirs, found.ours) == ("Goals", "Call the sister", "–")
    (new,) = differences_between({**PLAN, "goal": []}, PLAN)
    assert (new.theirs, new.ours) == ("–", "Call the sister, Sleep")


def test_a_very_long_value_is_cut_and_an_unknown_element_keeps_its_name() -> None:
    (found,) = differences_between({"resourceType": "Goal"}, {"resourceType": "Goal", "note": "x" * 9999})
    assert len(found.ours) < 250
    assert element_words("Goal.note[0].text") == "note"
    assert differences_between(PLAN, {**PLAN}) == []


@pytest.mark.parametrize("resource_type", ["Goal", "Observation", "Encounter"])
def test_what_us_core_opens_to_patients_is_told_from_what_it_does_not(resource_type: str) -> None:
    assert sight_of(resource_type) != sight_of("Task")
    assert "portals often show" in sight_of(resource_type)


def test_nobody_is_promised_what_a_portal_shows_and_labels_are_named_where_there_are_any() -> None:
    words = " ".join(honest_words(Site()))
    assert "cannot look into the hospital's portal" in words
    assert "proxies" in words
    assert "labels R, MH" in words
    assert "labels" not in " ".join(honest_words(Site(labels=())))


@pytest.fixture(autouse=True)
def _words(page_language: None) -> None:
    """Sentences are said in the language of a page."""
