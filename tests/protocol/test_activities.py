"""Planned work as data: codes that were verified, phases, and what is offered for which variant."""

from __future__ import annotations

import pytest

from ipt_fhir.model.activities import Owner
from ipt_fhir.model.sessions import Phase
from ipt_fhir.protocol.catalogue import activity_templates, variants

# Seen in published value sets (ipt-domain 2.3); nothing else may be sent as SNOMED CT.
VERIFIED = {
    "18512000",
    "76168009",
    "88848003",
    "108313002",
    "306226009",
    "306343005",
    "385887004",
    "401277000",
    "410223002",
    "410233005",
    "443730003",
}
FIRST = [
    "ipt-course",
    "psychoeducation",
    "interpersonal-inventory",
    "agree-contract",
    "sessional-measure",
    "mid-point-review",
    "relapse-plan",
]


def defaults(variant_id: str) -> list[str]:
    variant = variants()[variant_id]
    return [item.id for item in activity_templates().values() if item.is_default_for(variant)]


def test_only_verified_snomed_codes_stand_in_the_data() -> None:
    assert {item.snomed for item in activity_templates().values() if item.snomed} == VERIFIED


@pytest.mark.parametrize(
    ("variant_id", "beside"),
    [
        ("ipt-adult-16", set()),
        ("ipt-adult-12", set()),
        ("ipt-adolescent-12", {"caregiver-session", "school-contact", "between-session-step"}),
        ("ipt-perinatal-8", {"engagement-session", "maintenance-sessions"}),
        ("ipt-group-who-8", {"group-sessions", "pre-group-meeting", "weekly-symptom-review"}),
        ("ipt-late-life-16", {"maintenance-sessions"}),
    ],
)
def test_a_plan_begins_with_the_usual_work_and_that_of_its_variant(variant_id: str, beside: set[str]) -> None:
    found = defaults(variant_id)
    assert [name for name in found if name in FIRST] == FIRST
    assert set(found) - set(FIRST) == beside


def test_individual_work_is_not_offered_to_a_group() -> None:
    single = activity_templates()["individual-sessions"]
    assert single.is_offered_for(variants()["ipt-adult-16"])
    assert not single.is_offered_for(variants()["ipt-group-who-8"])


def test_the_rhythm_form_is_marked_and_never_offered() -> None:
    form = activity_templates()["weekly-rhythm-form"]
    assert form.not_supported_yet
    assert not any(form.is_offered_for(variant) for variant in variants().values())


def test_a_step_between_sessions_is_the_patients() -> None:
    assert activity_templates()["between-session-step"].owner is Owner.PATIENT


def test_every_phase_has_its_work() -> None:
    phases = {item.phase for item in activity_templates().values()}
    assert phases == {None, *Phase} - {Phase.CLOSED}
