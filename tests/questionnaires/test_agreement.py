"""HL7's engine as second judge of responses that nobody wrote: over 2,000 of them it says what we say."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.rawjson import JsonObject
from tests.peers.fixtures import JudgeWith
from tests.peers.judge import Judge
from tests.questionnaires.agreeing import RIGHT, Case, Given, compared, forms, judge_of, ours, unexplained
from tests.questionnaires.differences import ENGINE_ALONE, OURS_ALONE, difference
from tests.questionnaires.given import sample
from tests.questionnaires.lists import lists_of
from tests.questionnaires.making import CORE, extension, kilograms
from tests.questionnaires.making import SDC as SDC_HOME
from tests.questionnaires.responding import right_response

pytestmark = pytest.mark.proof

SEED = 20261124
RESPONSES = 2000
MADE = 250
AGREEMENT = 0.99


@pytest.fixture(scope="module")
def asked() -> list[JsonObject]:
    return forms(MADE)


@pytest.fixture(scope="module")
def judge_of_forms(judge_with: JudgeWith, tmp_path_factory: pytest.TempPathFactory, asked: list[JsonObject]) -> Judge:
    return judge_of(judge_with, asked, tmp_path_factory.mktemp("asked"))


def test_no_form_has_an_error(judge_of_forms: Judge, asked: list[JsonObject]) -> None:
    wrong = {form["url"]: judge_of_forms.judge(form).errors for form in asked}
    assert {url: found for url, found in wrong.items() if found} == {}


def test_the_engine_knows_every_form(judge_of_forms: Judge, asked: list[JsonObject]) -> None:
    strange = {"linkId": "no-such-item", "answer": [{"valueBoolean": True}]}
    for form in asked:
        response = {"resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": form["url"]}
        assert judge_of_forms.judge(response | {"item": [strange]}).errors, form["url"]


def test_over_2000_responses_both_say_the_same_but_for_the_known_kinds(
    judge_of_forms: Judge, asked: list[JsonObject]
) -> None:
    found = compared(judge_of_forms, asked, RESPONSES, SEED)
    assert unexplained(found) == []
    assert 1 - len(found) / RESPONSES >= AGREEMENT, Counter(kind.reason for item in found for kind in item.kinds)


def asking(**members: Any) -> JsonObject:
    """A form with one question, to be carried inside a response."""
    item = {"linkId": "q", "text": "Q", **members}
    return {"resourceType": "Questionnaire", "id": "w", "url": "http://x.example/w", "status": "active", "item": [item]}


def times(name: str, number: int, **members: Any) -> JsonObject:
    rule = extension(f"{CORE}/questionnaire-{name}", valueInteger=number)
    return asking(type="string", repeats=True, extension=[rule], **members)


LEAST = extension(f"{SDC_HOME}/sdc-questionnaire-minQuantity", valueQuantity=kilograms(5))
TWO = ({"valueString": "a"}, {"valueString": "b"})
# One response for each kind of difference: the form, the answers, and which side refuses.
WITNESSES = {
    "exactly the most": (times("maxOccurs", 2), TWO, ENGINE_ALONE[0]),
    "exactly the least": (times("minOccurs", 2, required=True), TWO, ENGINE_ALONE[1]),
    "above the least": (
        asking(type="quantity", extension=[LEAST]),
        ({"valueQuantity": kilograms(6)},),
        ENGINE_ALONE[2],
    ),
    "below the least": (asking(type="quantity", extension=[LEAST]), ({"valueQuantity": kilograms(4)},), OURS_ALONE[0]),
}


@pytest.mark.parametrize("name", WITNESSES)
def test_a_known_kind_of_difference_is_what_it_is_said_to_be(judge_of_forms: Judge, name: str) -> None:
    form, answers, kind = WITNESSES[name]
    response: JsonObject = {"resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": "#w"}
    response |= {"contained": [form], "item": [{"linkId": "q", "answer": list(answers)}]}
    case = Case(name, Given(read_form(form), lists_of(form)), response)
    found = difference(name, form["url"], ours(case), judge_of_forms.judge(response).errors)
    assert found is not None
    assert (found.explained, set(found.kinds)) == (True, {kind})


# A list inside the form, and a condition that compares a choice with a number.
REAL_WITNESSES = {
    "sdc-questionnaire-sdc-profile-example-loinc": ENGINE_ALONE[3],
    "sdc-questionnaire-sdc-test-enableWhen": ENGINE_ALONE[4],
}


@pytest.mark.parametrize("name", REAL_WITNESSES)
def test_a_real_form_shows_a_known_kind_of_difference(judge_of_forms: Judge, name: str) -> None:
    questionnaire = sample(f"samples/questionnaires/{name}.json")
    given = Given(read_form(questionnaire), lists_of(questionnaire))
    case = Case(RIGHT, given, right_response(given.form, SEED, given.lists, fullness=1.0))
    found = difference(RIGHT, name, ours(case), judge_of_forms.judge(case.response).errors)
    assert found is not None
    assert set(found.kinds) == {REAL_WITNESSES[name]}


def test_every_known_kind_has_its_witness() -> None:
    witnessed = {kind for _, _, kind in WITNESSES.values()} | set(REAL_WITNESSES.values())
    assert witnessed == {*ENGINE_ALONE, *OURS_ALONE}
