"""An answer to a marked and coded question is proposed as an Observation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.questionnaires.extracting.drawn import REFERENCE, drawn, response
from tests.questionnaires.forms import coding, extension, group, item, option, row

CODE = {"system": "http://loinc.org", "code": "29463-7", "display": "Body weight"}
MARK = extension(Known.OBSERVATION_EXTRACT, valueBoolean=True)
UNMARK = extension(Known.OBSERVATION_EXTRACT, valueBoolean=False)
KG = extension(Known.UNIT, valueCoding={"system": "http://unitsofmeasure.org", "code": "kg", "display": "kg"})


def question(kind: str = "decimal", *extensions: JsonObject, **members: Any) -> JsonObject:
    return item("w", kind, code=[CODE], extension=[MARK, *extensions], **members)


def test_an_answer_becomes_an_observation_that_says_where_it_is_from() -> None:
    (proposal,) = drawn([question("decimal", KG)], [row("w", {"valueDecimal": Decimal("80.5")})]).proposals
    assert proposal.link_id == "w"
    assert (proposal.method, proposal.url) == ("POST", "Observation")
    assert proposal.resource == {
        "resourceType": "Observation",
        "status": "final",
        "category": [
            {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}]}
        ],
        "code": {"coding": [CODE], "text": "Question w"},
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/e1"},
        "effectiveDateTime": "2026-08-01T10:00:00Z",
        "issued": "2026-08-01T10:00:00Z",
        "performer": [{"reference": "Practitioner/therapist-1"}],
        "valueQuantity": {
            "value": Decimal("80.5"),
            "unit": "kg",
            "system": "http://unitsofmeasure.org",
            "code": "kg",
        },
        "derivedFrom": [{"reference": REFERENCE}],
    }
    assert errors(validate(proposal.resource)) == []


@pytest.mark.parametrize(
    ("kind", "answer", "member", "content"),
    [
        ("boolean", {"valueBoolean": False}, "valueBoolean", False),
        ("integer", {"valueInteger": 3}, "valueInteger", 3),
        ("string", {"valueString": "a"}, "valueString", "a"),
        ("date", {"valueDate": "2026-08-01"}, "valueDateTime", "2026-08-01"),
        ("time", {"valueTime": "10:00:00"}, "valueTime", "10:00:00"),
        ("quantity", {"valueQuantity": {"value": 1, "unit": "kg"}}, "valueQuantity", {"value": 1, "unit": "kg"}),
        ("url", {"valueUri": "https://example.org"}, "valueString", "https://example.org"),
        ("open-choice", {"valueString": "mine"}, "valueCodeableConcept", {"text": "mine"}),
    ],
)
def test_a_value_keeps_its_kind(kind: str, answer: JsonObject, member: str, content: object) -> None:
    (proposal,) = drawn([question(kind)], [row("w", answer)]).proposals
    assert proposal.resource[member] == content
    assert errors(validate(proposal.resource)) == []


def test_a_choice_is_coded_without_its_weight() -> None:
    weighed = option("red", extension(Known.ITEM_WEIGHT, valueDecimal=1))
    answer = {"valueCoding": {**coding("red"), "extension": [extension(Known.ITEM_WEIGHT, valueDecimal=1)]}}
    (proposal,) = drawn([question("choice", answerOption=[weighed])], [row("w", answer)]).proposals
    assert proposal.resource["valueCodeableConcept"] == {"coding": [coding("red")]}


def test_each_answer_is_an_observation_of_its_own() -> None:
    found = drawn([question("string", repeats=True)], [row("w", {"valueString": "a"}, {"valueString": "b"})])
    assert [proposal.resource["valueString"] for proposal in found.proposals] == ["a", "b"]
    assert len({proposal.full_url for proposal in found.proposals}) == 2


def test_a_mark_holds_for_everything_below_until_it_is_taken_back() -> None:
    items = [
        item("a", "integer", code=[CODE]),
        group("g", item("b", "integer", code=[CODE]), extension=[UNMARK]),
        item("c", "integer"),
    ]
    rows = [
        row("a", {"valueInteger": 1}),
        row("g", below=(row("b", {"valueInteger": 2}),)),
        row("c", {"valueInteger": 3}),
    ]
    assert [found.link_id for found in drawn(items, rows, extension=[MARK]).proposals] == ["a"]


def test_a_code_marked_by_itself_is_written_alone() -> None:
    marked = {"system": "http://loinc.org", "code": "3141-9", "extension": [MARK]}
    asked = item("w", "integer", code=[CODE, marked])
    (proposal,) = drawn([asked], [row("w", {"valueInteger": 80})]).proposals
    assert proposal.resource["code"]["coding"] == [{"system": "http://loinc.org", "code": "3141-9"}]


def test_the_nearest_category_holds() -> None:
    def category(code: str) -> JsonObject:
        return extension(Known.OBSERVATION_EXTRACT_CATEGORY, valueCodeableConcept={"coding": [{"code": code}]})

    items = [group("g", question("integer"), extension=[category("inner")]), item("b", "integer", code=[CODE])]
    rows = [row("g", below=(row("w", {"valueInteger": 1}),)), row("b", {"valueInteger": 2})]
    found = drawn(items, rows, extension=[MARK, category("outer")]).proposals
    assert [one.resource["category"][0]["coding"][0]["code"] for one in found] == ["inner", "outer"]


def test_a_true_in_quotes_is_taken_as_meant() -> None:
    """smart-forms-mbs715 spells the mark ``"true"``."""
    quoted = item("w", "integer", code=[CODE], extension=[extension(Known.OBSERVATION_EXTRACT, valueBoolean="true")])
    assert len(drawn([quoted], [row("w", {"valueInteger": 1})]).proposals) == 1


@pytest.mark.parametrize("relation", ["component", "member", "derived"])
def test_observations_that_hang_together_are_left_out_by_name(relation: str) -> None:
    asked = item("w", "integer", code=[CODE], extension=[extension(Known.OBSERVATION_EXTRACT, valueCode=relation)])
    found = drawn([asked], [row("w", {"valueInteger": 1})])
    assert found.proposals == ()
    assert relation in found.left_out[0].words()


def test_an_answer_that_is_no_observation_is_left_out_by_name() -> None:
    found = drawn([question("attachment")], [row("w", {"valueAttachment": {"title": "x"}})])
    assert found.proposals == ()
    assert "valueAttachment" in found.left_out[0].words()


def test_a_correction_is_drawn_as_amended() -> None:
    (proposal,) = drawn([question("integer")], [row("w", {"valueInteger": 1})], {"status": "amended"}).proposals
    assert proposal.resource["status"] == "amended"


def test_references_an_observation_does_not_take_are_left() -> None:
    told = {
        "author": {"reference": "Device/d"},
        "partOf": [{"reference": "Observation/o"}, {"reference": "https://ehr.example/Procedure/1"}],
        "authored": "2026-08-01",
    }
    (proposal,) = drawn([question("integer")], [row("w", {"valueInteger": 1})], told).proposals
    assert {"performer", "issued"}.isdisjoint(proposal.resource)
    assert proposal.resource["partOf"] == [{"reference": "https://ehr.example/Procedure/1"}]


def test_what_is_proposed_is_apart_from_the_response() -> None:
    asked, given = question("quantity"), row("w", {"valueQuantity": {"value": 1}})
    (proposal,) = drawn([asked], [given]).proposals
    proposal.resource["valueQuantity"]["value"] = 2
    proposal.resource["subject"]["reference"] = "Patient/p2"
    assert response(given) == response(row("w", {"valueQuantity": {"value": 1}}))
