"""Each invariant holds where it should and breaks where it should; none is without a case or a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation import schemas
from ipt_fhir.validation.generation.presence import ASKED, PRESENCE
from ipt_fhir.validation.invariants import ADVICE, ELSEWHERE, INVARIANTS, in_order
from ipt_fhir.validation.issues import Severity, errors
from ipt_fhir.validation.sentences import SENTENCES
from ipt_fhir.validation.validator import is_valid, validate
from tests.validation.examples import (
    US_CORE_PROFILES,
    careplan,
    condition,
    goal,
    observation,
    patient,
    questionnaire,
    task,
)
from tests.validation.more_cases import MORE_CASES, MORE_US_CORE_CASES

UCUM = "http://unitsofmeasure.org"
ABSENT = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}
SCREENING = f"{US_CORE_PROFILES}/us-core-observation-screening-assessment"
SURVEY = {
    "category": [
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}]}
    ]
}


def value(**members: Any) -> JsonObject:
    """Any data type, in an extension."""
    return patient(extension=[{"url": "http://example.org/x", **members}])


def repeat(**members: Any) -> JsonObject:
    return value(valueTiming={"repeat": members})


def quantity(kind: str, **members: Any) -> JsonObject:
    return value(**{f"value{kind}": members})


def item(kind: str, **members: Any) -> JsonObject:
    return questionnaire({"linkId": "0", "type": "string"}, {"linkId": "1", "type": kind, **members})


def code(system: str, *codes: str) -> JsonObject:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": name} for name in codes]}


def answers(*items: JsonObject) -> JsonObject:
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": list(items)}


def screening(**members: Any) -> JsonObject:
    return observation(**SURVEY, **members)


def without_value(resource: JsonObject) -> JsonObject:
    return {name: member for name, member in resource.items() if name != "valueInteger"}


# Rule -> (what breaks it, the nearest thing that does not).
CASES: dict[str, tuple[JsonObject, JsonObject]] = {
    **MORE_CASES,
    "age-1": (quantity("Age", value=0, system=UCUM, code="a"), quantity("Age", value=30, system=UCUM, code="a")),
    "att-1": (
        value(valueAttachment={"data": "YQ=="}),
        value(valueAttachment={"data": "YQ==", "contentType": "text/plain"}),
    ),
    "cnt-3": (quantity("Count", value=1, code="2", system=UCUM), quantity("Count", value=1, code="1", system=UCUM)),
    "con-1": (condition(stage=[{"type": {"text": "x"}}]), condition(stage=[{"summary": {"text": "x"}}])),
    "con-2": (condition(evidence=[{"extension": [ABSENT]}]), condition(evidence=[{"code": [{"text": "x"}]}])),
    "con-4": (
        condition(abatementDateTime="2026", clinicalStatus=code("condition-clinical", "active")),
        condition(abatementDateTime="2026", clinicalStatus=code("condition-clinical", "remission")),
    ),
    "con-5": (
        condition(
            verificationStatus=code("condition-ver-status", "entered-in-error"),
            clinicalStatus=code("condition-clinical", "active"),
        ),
        condition(verificationStatus=code("condition-ver-status", "entered-in-error")),
    ),
    "cpl-3": (
        careplan(activity=[{"detail": {"status": "scheduled"}, "reference": {"reference": "Task/1"}}]),
        careplan(activity=[{"detail": {"status": "scheduled"}}, {"reference": {"reference": "Task/1"}}]),
    ),
    "cpt-2": (value(valueContactPoint={"value": "1"}), value(valueContactPoint={"value": "1", "system": "phone"})),
    "dis-1": (quantity("Distance", value=1), quantity("Distance", value=1, code="km", system=UCUM)),
    "drq-1": (
        value(valueDataRequirement={"type": "Patient", "codeFilter": [{"path": "code", "searchParam": "code"}]}),
        value(valueDataRequirement={"type": "Patient", "codeFilter": [{"path": "code"}]}),
    ),
    "drq-2": (
        value(valueDataRequirement={"type": "Patient", "dateFilter": [{"valueDateTime": "2026"}]}),
        value(valueDataRequirement={"type": "Patient", "dateFilter": [{"path": "date"}]}),
    ),
    "drt-1": (quantity("Duration", value=1, code="h"), quantity("Duration", value=1, code="h", system=UCUM)),
    "exp-1": (
        value(valueExpression={"language": "text/fhirpath"}),
        value(valueExpression={"language": "text/fhirpath", "expression": "true"}),
    ),
    "ext-1": (
        value(valueCode="a", extension=[{"url": "b", "valueCode": "c"}]),
        value(extension=[{"url": "b", "valueCode": "c"}]),
    ),
    "gol-1": (goal(target=[{"detailString": "x"}]), goal(target=[{"detailString": "x", "measure": {"text": "x"}}])),
    "integer": (observation(valueInteger=Decimal("17.0")), observation(valueInteger=17)),
    "inv-1": (
        task(authoredOn="2026-02-01T10:00:00Z", lastModified="2026-02-01T10:30:00+01:00"),
        task(authoredOn="2026-02-01T10:00:00Z", lastModified="2026-02-01T11:30:00+01:00"),
    ),
    "obs-3": (
        observation(referenceRange=[{"age": {"low": {"value": 1}}}]),
        observation(referenceRange=[{"text": "0-4"}]),
    ),
    "obs-6": (observation(dataAbsentReason={"text": "x"}), without_value(observation(dataAbsentReason={"text": "x"}))),
    "obs-7": (
        observation(component=[{"code": observation()["code"]}]),
        observation(component=[{"code": {"coding": [{"system": "http://loinc.org", "code": "44260-8"}]}}]),
    ),
    "pat-1": (patient(contact=[{"gender": "female"}]), patient(contact=[{"name": {"text": "A"}}])),
    "per-1": (
        value(valuePeriod={"start": "2026-02-02", "end": "2026-02-01"}),
        value(valuePeriod={"start": "2026-02-02", "end": "2026-02"}),
    ),
    "prr-1": (
        {
            **task(),
            "resourceType": "ServiceRequest",
            "status": "active",
            "subject": {"display": "A"},
            "orderDetail": [{"text": "x"}],
        },
        {**task(), "resourceType": "ServiceRequest", "status": "active", "subject": {"display": "A"}},
    ),
    "qrs-1": (
        answers({"linkId": "1", "answer": [{"valueInteger": 1}], "item": [{"linkId": "2"}]}),
        answers({"linkId": "1", "answer": [{"valueInteger": 1, "item": [{"linkId": "2"}]}]}),
    ),
    "qty-3": (quantity("Quantity", value=1, code="h"), quantity("Quantity", value=1, code="h", system=UCUM)),
    "que-1": (item("group"), item("group", item=[{"linkId": "2", "type": "display"}])),
    "que-2": (
        item("group", item=[{"linkId": "1", "type": "display"}]),
        item("group", item=[{"linkId": "2", "type": "display"}]),
    ),
    "que-3": (item("display", code=[{"code": "a"}]), item("string", code=[{"code": "a"}])),
    "que-4": (
        item("choice", answerValueSet="http://x.org/v", answerOption=[{"valueString": "a"}]),
        item("choice", answerValueSet="http://x.org/v"),
    ),
    "que-5": (
        item("boolean", answerOption=[{"valueString": "a"}]),
        item("integer", answerOption=[{"valueInteger": 1}]),
    ),
    "que-6": (item("display", required=True), item("string", required=True)),
    "que-7": (
        item("string", enableWhen=[{"question": "0", "operator": "exists", "answerString": "a"}]),
        item("string", enableWhen=[{"question": "0", "operator": "exists", "answerBoolean": True}]),
    ),
    "que-8": (item("display", initial=[{"valueString": "a"}]), item("string", initial=[{"valueString": "a"}])),
    "que-9": (item("display", readOnly=True), item("string", readOnly=True)),
    "que-10": (item("date", maxLength=3), item("string", maxLength=3)),
    "que-11": (
        item("choice", answerOption=[{"valueString": "a"}], initial=[{"valueString": "a"}]),
        item("choice", answerOption=[{"valueString": "a", "initialSelected": True}]),
    ),
    "que-12": (
        item("string", enableWhen=[{"question": "0", "operator": "exists", "answerBoolean": True}] * 2),
        item(
            "string",
            enableWhen=[{"question": "0", "operator": "exists", "answerBoolean": True}] * 2,
            enableBehavior="any",
        ),
    ),
    "que-13": (
        item("string", initial=[{"valueString": "a"}, {"valueString": "b"}]),
        item("string", initial=[{"valueString": "a"}, {"valueString": "b"}], repeats=True),
    ),
    "rat-1": (
        value(valueRatio={"numerator": {"value": 1}}),
        value(valueRatio={"numerator": {"value": 1}, "denominator": {"value": 2}}),
    ),
    "ref-1": (careplan(goal=[{"reference": "#nobody"}]), careplan(goal=[{"reference": "Goal/1"}])),
    "rng-2": (
        value(valueRange={"low": {"value": 2, "unit": "h"}, "high": {"value": 1, "unit": "h"}}),
        value(valueRange={"low": {"value": 2, "unit": "h"}, "high": {"value": 1, "unit": "d"}}),
    ),
    "tim-1": (repeat(duration=1), repeat(duration=1, durationUnit="h")),
    "tim-2": (repeat(period=1), repeat(period=1, periodUnit="wk")),
    "tim-4": (repeat(duration=-1, durationUnit="h"), repeat(duration=0, durationUnit="h")),
    "tim-5": (repeat(period=-1, periodUnit="h"), repeat(period=0, periodUnit="h")),
    "tim-6": (repeat(periodMax=1), repeat(periodMax=1, period=1, periodUnit="d")),
    "tim-7": (repeat(durationMax=1), repeat(durationMax=1, duration=1, durationUnit="d")),
    "tim-8": (repeat(countMax=1), repeat(countMax=1, count=1)),
    "tim-9": (repeat(offset=1, when=["CM"]), repeat(offset=1, when=["ACM"])),
    "tim-10": (repeat(timeOfDay=["08:00:00"], when=["MORN"]), repeat(timeOfDay=["08:00:00"])),
    "trd-1": (
        value(valueTriggerDefinition={"type": "data-added", "data": [{"type": "Patient"}], "timingDate": "2026"}),
        value(valueTriggerDefinition={"type": "data-added", "data": [{"type": "Patient"}]}),
    ),
    "trd-2": (
        value(
            valueTriggerDefinition={
                "type": "periodic",
                "timingDate": "2026",
                "condition": {"language": "x", "expression": "x"},
            }
        ),
        value(valueTriggerDefinition={"type": "periodic", "timingDate": "2026"}),
    ),
    "trd-3": (
        value(valueTriggerDefinition={"type": "named-event"}),
        value(valueTriggerDefinition={"type": "named-event", "name": "x"}),
    ),
    "txt-1": (careplan(text={"status": "generated", "div": "<div>x</div>"}), careplan()),
    "txt-2": (careplan(text={"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"/>'}), careplan()),
}
US_CORE_CASES: dict[str, tuple[str, JsonObject, JsonObject]] = {
    "sdcqr-2": (
        f"{US_CORE_PROFILES}/us-core-questionnaireresponse",
        answers({"linkId": "1", "answer": [{"valueInteger": 1}]}, {"linkId": "1", "answer": [{"valueInteger": 2}]}),
        answers({"linkId": "1", "answer": [{"valueInteger": 1}, {"valueInteger": 2}]}),
    ),
    "us-core-1": (SCREENING, screening(effectiveDateTime="2026-01"), screening(effectiveDateTime="2026-01-01")),
    "us-core-2": (SCREENING, without_value(screening()), without_value(screening(hasMember=[{"display": "x"}]))),
    "us-core-3": (
        SCREENING,
        without_value(screening(valueQuantity={"value": 1, "system": "http://x.org"})),
        without_value(screening(valueQuantity={"value": 1, "system": UCUM})),
    ),
    "us-core-6": (
        f"{US_CORE_PROFILES}/us-core-patient",
        patient(name=[{"text": "A"}]),
        patient(name=[{"extension": [ABSENT]}]),
    ),
    **MORE_US_CORE_CASES,
}


@pytest.mark.parametrize("rule", CASES)
def test_rule_is_found_broken_and_found_kept(rule: str) -> None:
    broken, kept = CASES[rule]
    assert rule in {issue.rule for issue in errors(validate(broken))}
    assert is_valid(kept), errors(validate(kept))


@pytest.mark.parametrize("rule", US_CORE_CASES)
def test_rule_of_a_profile_is_found_broken_and_found_kept(rule: str) -> None:
    profile, broken, kept = US_CORE_CASES[rule]
    assert rule in {issue.rule for issue in validate(broken, [profile])}
    assert rule not in {issue.rule for issue in validate(kept, [profile])}
    assert is_valid(broken), "only the profile asks for it"


def test_no_rule_is_without_a_case() -> None:
    assert {*INVARIANTS, *PRESENCE, "integer"} == {*CASES, *US_CORE_CASES} - {"ext-1"}


@pytest.mark.parametrize("rule", ASKED)
def test_a_rule_is_asked_wherever_it_breaks(rule: str) -> None:
    """The schema's own question, put before Python is called, must not hide a broken rule."""
    broken = US_CORE_CASES[rule][1] if rule in US_CORE_CASES else CASES[rule][0]
    found = [element for element in parts_of(broken) if breaks(rule, element)]
    asked = Draft202012Validator(ASKED[rule])
    assert found
    assert all(map(asked.is_valid, found))


def parts_of(value: Any) -> Iterator[Any]:
    """The value and everything inside it."""
    yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts_of(part)


def breaks(rule: str, element: Any) -> bool:
    try:
        return not INVARIANTS[rule](element)
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


def test_no_rule_is_without_a_sentence() -> None:
    files = [path.relative_to(schemas.FOLDER).as_posix() for path in schemas.FOLDER.rglob("*.json")]
    named = {rule for file in files for rule in rules_in(schemas.document(file))}
    advice = {rule for _, rule, _, _ in ADVICE}
    assert {*named, *INVARIANTS, *PRESENCE, *advice} <= SENTENCES.keys()
    assert {*ELSEWHERE} - {"ele-1", "sqty-1"} <= SENTENCES.keys()


def rules_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("rule"), str):
            yield schema["rule"]
        for member in schema.values():
            yield from rules_in(member)
    elif isinstance(schema, list):
        for member in schema:
            yield from rules_in(member)


@pytest.mark.parametrize(
    ("first", "second", "ordered"),
    [
        ("2026-01-05", "2026-01-05", True),
        ("2026-01-06", "2026-01-05", False),
        ("2026-01", "2026-01-05", True),
        ("2026-02", "2026-01-05", False),
        ("2026-01-05T23:00:00Z", "2026-01-05", True),
        ("2026-01-05T10:00:00+02:00", "2026-01-05T09:00:00Z", True),
        ("2026-01-05T10:00:00Z", "2026-01-05T10:30:00+01:00", False),
        ("2026-06-30T23:59:60Z", "2026-07-01T00:00:00Z", True),
        ("2026-01-05T10:00:00.123456789Z", "2026-01-05T10:00:01Z", True),
    ],
)
def test_dates_are_compared_only_as_far_as_both_say(first: str, second: str, ordered: bool) -> None:
    assert in_order(first, second) == ordered


def test_advice_is_a_warning_and_keeps_nothing_in_the_house() -> None:
    listed = condition(category=[code("condition-category", "problem-list-item")])
    assert {issue.rule: issue.severity for issue in validate(listed)} == {
        "dom-6": Severity.WARNING,
        "con-3": Severity.WARNING,
    }
    assert is_valid(listed)


def test_sentences_are_our_own_and_end_like_sentences() -> None:
    assert [text for text in SENTENCES.values() if not re.match(r"^[A-Z{].*\.$", text)] == []
