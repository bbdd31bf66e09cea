"""Extraction proposes; it never writes, and names what it does not do."""

from __future__ import annotations

import pytest

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.extraction import extract
from ipt_fhir.questionnaires.form_reading import read_form
from tests.questionnaires.extracting.drawn import REFERENCE, drawn, ids, response, sample
from tests.questionnaires.forms import extension, item, questionnaire, row

CODE = {"system": "http://loinc.org", "code": "29463-7"}
MARKED = item("w", "integer", code=[CODE], extension=[extension(Known.OBSERVATION_EXTRACT, valueBoolean=True)])


@pytest.mark.parametrize("status", ["in-progress", "stopped", "entered-in-error", "draft"])
def test_nothing_is_drawn_from_unfinished_answers(status: str) -> None:
    found = drawn([MARKED], [row("w", {"valueInteger": 1})], {"status": status})
    assert found.proposals == ()
    assert [left.named for left in found.left_out] == [status]


@pytest.mark.parametrize(
    "known",
    [
        Known.DEFINITION_EXTRACT,
        Known.DEFINITION_EXTRACT_VALUE,
        Known.OBSERVATION_EXTRACT_ENTRY,
        Known.TARGET_STRUCTURE_MAP,
    ],
)
def test_ways_that_are_not_supported_are_named(known: Known) -> None:
    found = drawn([item("a", extension=[{"url": str(known)}])], [])
    assert [(left.link_id, left.named) for left in found.left_out] == [("a", known.rpartition("/")[2])]


def test_the_proposals_make_a_transaction() -> None:
    bundle = drawn([MARKED], [row("w", {"valueInteger": 1})]).bundle()
    (entry,) = bundle["entry"]
    assert bundle["type"] == "transaction"
    assert entry["request"] == {"method": "POST", "url": "Observation"}
    assert entry["fullUrl"] == "urn:uuid:00000000-0000-4000-8000-000000000001"


def test_drawing_again_draws_the_same() -> None:
    """today() in a template is the day of the answers, not of the drawing."""
    today = {"extension": [extension(Known.TEMPLATE_EXTRACT_VALUE, valueString="today()")]}
    template = {"resourceType": "Patient", "id": "t", "birthDate": "1900-01-01", "_birthDate": today}
    part = {"url": "template", "valueReference": {"reference": "#t"}}
    told = {"url": str(Known.TEMPLATE_EXTRACT), "extension": [part]}
    found = drawn([item("a")], [], contained=[template], extension=[told])
    assert found.proposals[0].resource["birthDate"] == "2026-08-01"


def test_a_form_cannot_write_about_another_patient() -> None:
    """attack: a template with a fixed subject."""
    part = {"url": "template", "valueReference": {"reference": "#t"}}
    told = {"url": str(Known.TEMPLATE_EXTRACT), "extension": [part]}
    for patient, proposed in (("Patient/p1", 1), ("Patient/p2", 0), ("https://ehr.example/Patient/p2", 0)):
        template = {"resourceType": "Observation", "id": "t", "subject": {"reference": patient}}
        found = drawn([item("a")], [], contained=[template], extension=[told])
        assert len(found.proposals) == proposed
        assert len(found.left_out) == 1 - proposed


def test_form_and_response_stay_as_they_were() -> None:
    form, given = questionnaire(MARKED), response(row("w", {"valueInteger": 1}))
    before = rawjson.write([form, given])
    extract(read_form(form), given, REFERENCE, ids())
    assert rawjson.write([form, given]) == before


@pytest.mark.parametrize("name", ["sdc-SDOHCC-QuestionnaireHungerVitalSign", "client-py-54127-6", "smart-forms-mbs715"])
def test_a_published_form_draws_nothing_from_no_answers(name: str) -> None:
    assert extract(read_form(sample(name)), response(), REFERENCE, ids()).proposals == ()
