"""The official cases of QuestionnaireResponse validation: the verdict HL7's validator gave, recorded, and ours.

Each case is judged as anybody would: by our validator for what FHIR asks of any resource, and, where it is a response
whose form is at hand, against that form. The value sets at hand are those of FHIR R4.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

import pytest

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.findings import Finding, errors
from ipt_fhir.questionnaires.validation import check_response
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.issues import errors as serious
from ipt_fhir.validation.validator import validate
from tests.published import published
from tests.questionnaires.lists import r4_list

# Case -> why our verdict is another one.
DEVIATIONS = {
    "choice-gender-coding-async-qr": "a display that is not the code system's own; publishers differ in displays, so "
    "we never compare them (docs/conformance.md)",
    "quantity-units-not-in-value-set-qr": "a unit that is no country: the set takes in all of ISO 3166, which nobody "
    "can list offline; we say that it was not checked",
}
# What the two cases say that have no verdict of their own: rules their form states and we evaluate.
UNJUDGED = {
    "decimal-precision-questionnaire": ["too-precise", "too-precise"],
    "invariant-questionnaire-qr": ["rule-broken"],
}


@cache
def cases() -> dict[str, JsonObject]:
    return {case["name"]: case for case in json.loads(published("qr-validation/manifest.json").read_bytes())["cases"]}


def resource(file: str) -> JsonObject:
    """A file of a case; what is XML has been written as JSON."""
    name = file.removesuffix(".xml") + ".from-xml.json" if file.endswith(".xml") else file
    return rawjson.parse_object(published(f"qr-validation/{name}").read_bytes())


def form_of(case: JsonObject, response: JsonObject) -> JsonObject | None:
    """The form a response answers, where it is at hand: inside the response, or among the files of its case."""
    inside = [row for row in response.get("contained", []) if f"#{row.get('id')}" == response.get("questionnaire")]
    beside = [resource(file) for file in case.get("supporting", [])]
    return next((found for found in (*inside, *beside) if found["resourceType"] == "Questionnaire"), None)


def findings(case: JsonObject) -> Sequence[Finding]:
    """What we say of a response to its form."""
    found = resource(case["file"])
    form = form_of(case, found) if found["resourceType"] == "QuestionnaireResponse" else None
    return check_response(found, form, r4_list) if form else ()


def is_refused(case: JsonObject) -> bool:
    return bool(errors(findings(case))) or bool(serious(validate(resource(case["file"]))))


def recorded(case: JsonObject) -> bool | None:
    """Whether HL7's validator refused it; None for a case without a recorded outcome."""
    file = f"qr-validation/outcomes/{case['java']}" if isinstance(case.get("java"), str) else None
    if file is None or not published("qr-validation").joinpath(f"outcomes/{case['java']}").exists():
        return None
    issues = json.loads(published(file).read_bytes()).get("issue", [])
    return any(issue["severity"] in {"error", "fatal"} for issue in issues)


def test_on_46_of_48_recorded_cases_the_verdict_is_that_of_the_official_validator() -> None:
    verdicts = {name: (is_refused(case), recorded(case)) for name, case in cases().items()}
    judged = {name: (ours, theirs) for name, (ours, theirs) in verdicts.items() if theirs is not None}
    assert len(judged) == 48
    assert {name for name, (ours, theirs) in judged.items() if ours != theirs} == set(DEVIATIONS)


def test_what_deviates_is_passed_or_said_to_be_unchecked_and_never_refused() -> None:
    assert not any(is_refused(cases()[name]) for name in DEVIATIONS)
    unchecked = [found.kind.value for found in findings(cases()["quantity-units-not-in-value-set-qr"])]
    assert unchecked == ["choices-unknown", "choices-unknown"]


@pytest.mark.parametrize("name", UNJUDGED)
def test_cases_without_a_recorded_outcome_are_judged_by_their_own_words(name: str) -> None:
    assert [found.kind.value for found in findings(cases()[name])] == UNJUDGED[name]
