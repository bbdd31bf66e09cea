"""A form, a response and a record may hold anything anywhere: it is named, left out or refused, and breaks nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.extraction import extract
from ipt_fhir.questionnaires.filling import open_filling
from ipt_fhir.questionnaires.form_reading import FormRefused, read_form
from ipt_fhir.questionnaires.prepopulation import prepopulate
from ipt_fhir.questionnaires.rows import NotAForm
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.extracting.drawn import REFERENCE, ids, response
from tests.questionnaires.forms import NOW, coding, extension, fhirpath, group, item, questionnaire, row

WORDS = ("url", "code", "extension", "reference", "item", "answer", "valueString", "valueExpression", "subject")
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=6,
)
PATIENT: JsonObject = {"resourceType": "Patient", "id": "p1", "contact": [{"name": {"family": "Dahl"}}]}
CODE = {"system": "http://loinc.org", "code": "29463-7"}
TEMPLATE = {
    "resourceType": "Patient",
    "id": "t",
    "name": [
        {
            "extension": [extension(Known.TEMPLATE_EXTRACT_CONTEXT, valueString="item.where(linkId = 'a')")],
            "_family": {"extension": [extension(Known.TEMPLATE_EXTRACT_VALUE, valueString="answer.value")]},
            "given": ["x"],
            "_given": [{"extension": [extension(Known.TEMPLATE_EXTRACT_VALUE, valueString="%newId")]}],
        }
    ],
}
BUNDLE = {
    "resourceType": "Bundle",
    "id": "b",
    "entry": [{"resource": TEMPLATE, "request": {"method": "POST", "url": "Patient"}}],
}
BATCH = {"resourceType": "Bundle", "id": "q", "entry": [{"request": {"method": "GET", "url": "Condition?patient=p1"}}]}
QUERY = {"name": "obs", "language": "application/x-fhir-query", "expression": "Observation?patient={{%patient.id}}"}
FORM = questionnaire(
    item("a", extension=[fhirpath(Known.INITIAL_EXPRESSION, "%obs.entry.resource.id")]),
    item(
        "w",
        "quantity",
        code=[CODE],
        extension=[
            extension(Known.OBSERVATION_LINK_PERIOD, valueDuration={"value": 1, "code": "a"}),
            extension(Known.OBSERVATION_EXTRACT, valueBoolean=True),
            extension(Known.UNIT_OPTION, valueCoding={"code": "kg"}),
        ],
    ),
    group(
        "g",
        item("c", "choice", definition="http://hl7.org/fhir/StructureDefinition/Condition#Condition.code"),
        extension=[
            fhirpath(Known.ITEM_POPULATION_CONTEXT, "%patient.contact", "who"),
            extension(Known.ITEM_EXTRACTION_CONTEXT, valueExpression={"expression": "Condition"}),
        ],
        repeats=True,
    ),
    contained=[TEMPLATE, BUNDLE, BATCH],
    extension=[
        extension(Known.VARIABLE, valueExpression=QUERY),
        extension(Known.SOURCE_QUERIES, valueReference={"reference": "#q"}),
        extension(Known.EXTRACT_ALLOCATE_ID, valueString="newId"),
        extension(Known.TEMPLATE_EXTRACT_BUNDLE, valueReference={"reference": "#b"}),
        {"url": str(Known.TEMPLATE_EXTRACT), "extension": [{"url": "template", "valueReference": {"reference": "#t"}}]},
        {
            "url": str(Known.LAUNCH_CONTEXT),
            "extension": [{"url": "name", "valueId": "client"}, {"url": "type", "valueCode": "Patient"}],
        },
    ],
)
ANSWERS = response(
    row("a", {"valueString": "x"}),
    row("w", {"valueQuantity": {"value": 80, "code": "kg"}}),
    row("g", below=(row("c", {"valueCoding": coding("red")}),)),
)
OBSERVATION: JsonObject = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "subject": {"reference": "Patient/p1"},
    "focus": [{"reference": "Patient/p1"}],
    "code": {"coding": [CODE]},
    "effectiveDateTime": "2026-07-01",
    "component": [{"code": {"coding": [CODE]}, "valueQuantity": {"value": 80, "code": "g"}}],
}


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every member and every place in a list, at any depth."""
    inner = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    return [(node, key) for key, _ in inner] + [place for _, below in inner for place in places(below)]


def spoilt(draw: st.DataObject, found: JsonObject) -> JsonObject:
    """A copy with junk in one place."""
    copy: JsonObject = rawjson.copy(found)
    holder, key = draw.draw(st.sampled_from(places(copy)))
    holder[key] = draw.draw(JUNK)
    return copy


def fill_and_draw(questionnaire: JsonObject, answers: JsonObject, bundle: JsonObject) -> None:
    """Everything that is done with a form, whatever it says."""
    form = read_form(questionnaire)
    launched = replace(NOW, resources={"patient": PATIENT})
    prepared = prepopulate(form, launched, lambda queries: [bundle for _ in queries])
    filling = open_filling(form, prepared.surroundings)
    assert all(problem.words() for problem in (*prepared.problems, *filling.problems))
    found = extract(form, answers, REFERENCE, ids())
    assert all(left.words() for left in found.left_out)
    assert all(proposal.resource["resourceType"] for proposal in found.proposals)


def record(*resources: JsonObject) -> JsonObject:
    """A searchset."""
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": found} for found in resources]}


def test_without_junk_everything_is_found_and_drawn() -> None:
    form = read_form(FORM)
    prepared = prepopulate(
        form, replace(NOW, resources={"patient": PATIENT}), lambda queries: [record(OBSERVATION)] * len(queries)
    )
    assert prepared.problems == ()
    assert prepared.surroundings.found
    assert len(extract(form, ANSWERS, REFERENCE, ids()).proposals) == 4


@given(st.data())
def test_a_form_may_hold_anything_anywhere(data: st.DataObject) -> None:
    try:
        fill_and_draw(spoilt(data, FORM), ANSWERS, record(OBSERVATION))
    except (FormRefused, NotAForm):
        return


@given(st.data())
def test_a_response_may_hold_anything_anywhere(data: st.DataObject) -> None:
    fill_and_draw(FORM, spoilt(data, ANSWERS), record(OBSERVATION))


@given(st.data())
def test_a_record_may_answer_anything(data: st.DataObject) -> None:
    fill_and_draw(FORM, ANSWERS, spoilt(data, record(OBSERVATION, OBSERVATION)))


@pytest.mark.parametrize(
    "bundle", [{}, {"entry": None}, {"entry": [None, 3, {"resource": 7}]}, record({"resourceType": "Observation"})]
)
def test_a_record_may_answer_nothing(bundle: JsonObject) -> None:
    fill_and_draw(FORM, ANSWERS, bundle)
