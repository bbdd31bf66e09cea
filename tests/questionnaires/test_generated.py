"""Laws over forms and responses that nobody wrote: right ones have no finding, spoilt ones have theirs in its place."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.findings import FindingKind, Severity
from ipt_fhir.questionnaires.form import Form
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.questionnaires.validation import check_response
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.given import sample
from tests.questionnaires.lists import lists_of
from tests.questionnaires.making import made_form
from tests.questionnaires.responding import Unanswerable, although_off, right_response
from tests.questionnaires.spoiling import WAYS, spoilt

# What these forms compute nobody worked out in the response; test_samples.py does.
COMPUTED = {FindingKind.OTHER_RESULT}
SEEDS = st.integers(0, 10**6)
# Real forms without an error under HL7's engine that can be answered; what is said about each as a whole.
SAMPLES = {
    "lforms-extract-complex-template2": {FindingKind.FORM_STATUS},
    "mycareplanner-62337-1": {FindingKind.FORM_STATUS},
    "pco-ig-44249-1": {FindingKind.FORM_STATUS},
    "pco-ig-69737-5": {FindingKind.FORM_STATUS},
    "sdc-SDOHCC-QuestionnaireHungerVitalSign": set(),
    "sdc-questionnaire-sdc-profile-example-loinc": set(),
    "sdc-questionnaire-sdc-test-enableWhen": set(),
    "sdc-questionnaire-sdc-test-fhirpath-prepop-candexpr": set(),
}


def nobody(_canonical: str) -> None:
    """No value set is at hand."""


@cache
def form_of(seed: int) -> Form:
    return read_form(rawjson.parse_object(rawjson.write(made_form(seed))))


def right(seed: int) -> tuple[Form, JsonObject]:
    """A form and a right response to it: those of the seed, or of the next one that can be answered."""
    for number in count(seed):
        with suppress(Unanswerable):
            form = form_of(number)
            return form, right_response(form, seed, nobody)
    raise AssertionError


@given(SEEDS)
def test_a_right_response_has_no_finding(seed: int) -> None:
    form, response = right(seed)
    assert check_response(response, form) == ()


@given(SEEDS)
def test_a_response_in_progress_that_leaves_things_out_has_no_error(seed: int) -> None:
    form, response = right(seed)
    begun = response | {"status": "in-progress", "item": response.get("item", [])[:1]}
    assert all(found.severity is Severity.WARNING for found in check_response(begun, form))


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=25)
@given(SEEDS)
def test_a_spoilt_response_has_its_finding_at_its_place(way: str, seed: int) -> None:
    made = ((form, spoilt(way, form, response, seed)) for form, response in map(right, count(seed)))
    form, found = next((form, found) for form, found in made if found)
    response, wanted = found
    errors = [item for item in check_response(response, form) if item.is_error]
    assert (wanted.kind, wanted.link_id, wanted.place) in {(item.kind, item.link_id, item.location) for item in errors}


def off(seed: int) -> tuple[Form, tuple[JsonObject, str]] | None:
    """A form, and a response that answers one of its items although it is switched off."""
    form = form_of(seed)
    with suppress(Unanswerable):
        made = although_off(form, seed, nobody)
        return (form, made) if made else None
    return None


@given(SEEDS)
def test_an_answer_to_what_is_switched_off_is_found(seed: int) -> None:
    form, (response, link_id) = next(found for found in map(off, count(seed)) if found)
    found = {(item.kind, item.link_id) for item in check_response(response, form)}
    assert (FindingKind.NOT_ENABLED, link_id) in found


@pytest.mark.parametrize("name", SAMPLES)
def test_right_answers_to_real_forms_have_no_finding(name: str) -> None:
    questionnaire = sample(f"samples/questionnaires/{name}.json")
    form, lists = read_form(questionnaire), lists_of(questionnaire)
    for seed in range(20):
        response = right_response(form, seed, lists)
        assert {item.kind for item in check_response(response, form, lists)} - COMPUTED == SAMPLES[name]


@pytest.mark.parametrize("name", SAMPLES)
def test_spoilt_answers_to_real_forms_are_found(name: str) -> None:
    questionnaire = sample(f"samples/questionnaires/{name}.json")
    form, lists = read_form(questionnaire), lists_of(questionnaire)
    made = [spoilt(way, form, right_response(form, seed, lists), seed) for way in WAYS for seed in range(3)]
    for response, wanted in filter(None, made):
        found = {(item.kind, item.location) for item in check_response(response, form, lists)}
        assert (wanted.kind, wanted.place) in found
