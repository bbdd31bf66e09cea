"""Resources that stand ready in a form are filled with its answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.extraction import Extraction, extract
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.questionnaires.extracting.drawn import REFERENCE, drawn, ids, response, sample
from tests.questionnaires.forms import extension, group, item, row, text


def put(expression: str) -> JsonObject:
    return extension(Known.TEMPLATE_EXTRACT_VALUE, valueString=expression)


def value(expression: str) -> JsonObject:
    return {"extension": [put(expression)]}


def once_for(expression: str, name: str = "") -> JsonObject:
    told = {"language": "text/fhirpath", "expression": expression, "name": name}
    return extension(
        Known.TEMPLATE_EXTRACT_CONTEXT, **({"valueExpression": told} if name else {"valueString": expression})
    )


def refers(**parts: str) -> JsonObject:
    told = [{"url": name, "valueString": expression} for name, expression in parts.items()]
    template = {"url": "template", "valueReference": {"reference": "#t"}}
    return {"url": str(Known.TEMPLATE_EXTRACT), "extension": [template, *told]}


def filled(template: JsonObject, *rows: JsonObject, **parts: str) -> Extraction:
    """The template ``#t`` at the root of a form with the questions a and b, filled from these rows."""
    items = [item("a", repeats=True), item("b")]
    held = {"resourceType": "Patient", "id": "t", **template}
    return drawn(items, list(rows), contained=[held], extension=[refers(**parts)])


def one(found: Extraction) -> JsonObject:
    (proposal,) = found.proposals
    return {name: held for name, held in proposal.resource.items() if name != "resourceType"}


def test_a_value_takes_the_place_of_what_stood_there() -> None:
    template = {"gender": "unknown", "_gender": value("item.where(linkId = 'b').answer.value")}
    assert one(filled(template, text("b", "female"))) == {"gender": "female"}


def test_without_a_value_the_element_is_left_away() -> None:
    template = {"gender": "unknown", "_gender": value("item.where(linkId = 'b').answer.value"), "active": True}
    assert one(filled(template)) == {"active": True}


def test_an_element_comes_once_for_each_value() -> None:
    template = {"name": [{"_given": [value("item.where(linkId = 'a').answer.value")], "use": "usual"}]}
    answers = row("a", {"valueString": "Una"}, {"valueString": "Kari"})
    assert one(filled(template, answers)) == {"name": [{"given": ["Una", "Kari"], "use": "usual"}]}


def test_a_context_makes_the_element_once_for_each_value_and_is_where_it_starts() -> None:
    named = {"extension": [once_for("item.where(linkId = 'a').answer")], "_family": value("value")}
    answers = row("a", {"valueString": "Dahl"}, {"valueString": "Berg"})
    assert one(filled({"name": [named]}, answers)) == {"name": [{"family": "Dahl"}, {"family": "Berg"}]}


def test_a_context_may_have_a_name() -> None:
    named = {"extension": [once_for("item.where(linkId = 'a').answer", "it")], "_text": value("%it.value & '!'")}
    assert one(filled({"name": [named]}, text("a", "Dahl"))) == {"name": [{"text": "Dahl!"}]}


def test_a_context_without_a_value_leaves_the_element_away_and_its_neighbours_alone() -> None:
    named = {"extension": [once_for("item.where(linkId = 'b')")], "family": "x"}
    assert one(filled({"name": [named, {"family": "fixed"}]})) == {"name": [{"family": "fixed"}]}


def test_a_whole_element_may_be_a_value() -> None:
    template = {"generalPractitioner": [{"extension": [put("%resource.author")]}]}
    assert one(filled(template)) == {"generalPractitioner": [{"reference": "Practitioner/therapist-1"}]}


def test_other_extensions_stay() -> None:
    kept = {"url": "https://example.org/kept", "valueString": "x"}
    template = {"birthDate": "1900-01-01", "_birthDate": {"extension": [kept, put("'1974-12-25'")]}}
    assert one(filled(template)) == {"birthDate": "1974-12-25", "_birthDate": {"extension": [kept]}}


def test_the_id_of_the_template_is_not_the_id_of_the_resource() -> None:
    (proposal,) = filled({"active": True}).proposals
    assert (proposal.method, proposal.url) == ("POST", "Patient")
    assert "id" not in proposal.resource


def test_a_resource_id_makes_an_update() -> None:
    (proposal,) = filled({"active": True}, resourceId="'p1'", fullUrl="'urn:uuid:x'", ifMatch="'W/1'").proposals
    assert (proposal.method, proposal.url, proposal.full_url) == ("PUT", "Patient/p1", "urn:uuid:x")
    assert proposal.resource["id"] == "p1"
    assert dict(proposal.conditions) == {"ifMatch": "W/1"}


def test_an_id_set_aside_is_the_same_wherever_it_is_named() -> None:
    allocated = extension(Known.EXTRACT_ALLOCATE_ID, valueString="newId")
    observation = {"resourceType": "Observation", "id": "t", "subject": {"_reference": value("%newId")}}
    below = group("g", item("a"), extension=[allocated, refers(fullUrl="%newId")], repeats=True)
    found = drawn([below], [row("g", below=(text("a", name),)) for name in "xy"], contained=[observation])
    assert [one.full_url == one.resource["subject"]["reference"] for one in found.proposals] == [True, True]
    assert found.proposals[0].full_url != found.proposals[1].full_url


def test_a_template_at_an_item_is_filled_for_each_time_it_stands_there() -> None:
    template = {"resourceType": "Patient", "id": "t", "name": [{"_text": value("item.answer.value")}]}
    below = group("g", item("a"), extension=[refers()], repeats=True)
    found = drawn([below], [row("g", below=(text("a", name),)) for name in ("x", "y")], contained=[template])
    assert [(one.link_id, one.resource["name"]) for one in found.proposals] == [
        ("g", [{"text": "x"}]),
        ("g", [{"text": "y"}]),
    ]
    assert drawn([below], [], contained=[template]).proposals == ()


@pytest.mark.parametrize("expression", ["resolve()", "%patient.id", "1 +", "item.answer.value + 1"])
def test_a_resource_with_an_expression_that_fails_is_kept_back_whole(expression: str) -> None:
    """Half a resource would look like a whole one."""
    found = filled({"active": True, "gender": "unknown", "_gender": value(expression)}, text("b", "x"))
    assert found.proposals == ()
    assert found.left_out[0].words()


def test_several_values_where_one_may_stand_keep_the_resource_back() -> None:
    found = filled({"gender": "x", "_gender": value("('male' | 'female')")})
    assert found.proposals == ()
    assert "gender" in found.left_out[0].words()


def test_a_template_that_is_not_there_is_left_out_by_name() -> None:
    found = drawn([item("a")], [], extension=[refers()])
    assert [left.named for left in found.left_out] == ["templateExtract: #t"]


def published_answers(**members: Any) -> JsonObject:
    name = row("name", below=(row("given", {"valueString": "Una"}, {"valueString": "Kari"}), text("family", "Solvang")))
    other = row("name", below=(text("family", "Brandt"),))
    gender = row("gender", {"valueCoding": {"code": "female"}})
    who = row("patient", below=(name, other, gender, text("ihi", "123")))
    measured = row("obs", below=(row("height", {"valueDecimal": Decimal("1.78")}),))
    return response(who, measured, **members)


def test_a_published_bundle_of_templates_is_filled() -> None:
    """lforms-extract-complex-template2: a Patient and the Observations that were answered."""
    found = extract(read_form(sample("lforms-extract-complex-template2")), published_answers(), REFERENCE, ids())
    assert found.left_out == ()
    patient, height = (proposal.resource for proposal in found.proposals)
    assert patient["name"] == [
        {"text": "Una Kari Solvang", "family": "Solvang", "given": ["Una", "Kari"]},
        {"text": "Brandt", "family": "Brandt"},
    ]
    assert (patient["gender"], patient["identifier"][0]["value"]) == ("female", "123")
    assert "telecom" not in patient
    assert height["valueQuantity"]["value"] == Decimal("178.00")
    assert height["subject"]["reference"] == found.proposals[0].full_url
    assert height["derivedFrom"] == [{"reference": REFERENCE}]
    assert [errors(validate(resource)) for resource in (patient, height)] == [[], []]
