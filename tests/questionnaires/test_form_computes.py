"""What a form computes counts in the check of a response: what is on, rules, limits, options, values of its own."""

from __future__ import annotations

from typing import Any

import pytest

from ipt_fhir.questionnaires.findings import Finding
from ipt_fhir.questionnaires.validation import check_response
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.making import CORE, SDC, extension

HOME = "http://hospital.example/Questionnaire/computing"


def fhirpath(expression: str) -> JsonObject:
    return {"language": "text/fhirpath", "expression": expression}


def answered(link_id: str) -> str:
    """A FHIRPath to the answer of an item."""
    return f"%resource.item.where(linkId='{link_id}').answer.value"


def rule(expression: str, severity: str = "error", **parts: str) -> JsonObject:
    """A questionnaire-constraint."""
    named = {"key": "r1", "human": "The end comes after the start.", **parts}
    inner = [extension("severity", valueCode=severity), extension("expression", valueString=expression)]
    inner += [extension(name, **{"valueId" if name == "key" else "valueString": text}) for name, text in named.items()]
    return {"url": f"{CORE}/questionnaire-constraint", "extension": inner}


def form(*items: JsonObject, **members: Any) -> JsonObject:
    return {"resourceType": "Questionnaire", "url": HOME, "status": "active", "item": list(items)} | members


def found(questionnaire: JsonObject, *rows: tuple[str, JsonObject], **members: Any) -> tuple[Finding, ...]:
    items = [{"linkId": link_id, "answer": [value]} for link_id, value in rows]
    response = {"resourceType": "QuestionnaireResponse", "questionnaire": HOME, "status": "completed", "item": items}
    return check_response(response | members, questionnaire)


def told(questionnaire: JsonObject, *rows: tuple[str, JsonObject], **members: Any) -> list[tuple[str, str, str]]:
    return [(item.kind.value, item.link_id, item.severity.value) for item in found(questionnaire, *rows, **members)]


A, B = {"linkId": "a", "type": "integer"}, {"linkId": "b", "type": "integer"}


def whole(number: int) -> JsonObject:
    return {"valueInteger": number}


def enabled_by(expression: str) -> JsonObject:
    return B | {
        "extension": [extension(f"{SDC}/sdc-questionnaire-enableWhenExpression", valueExpression=fhirpath(expression))]
    }


def test_an_expression_switches_a_question_on_and_off() -> None:
    asked = form(A, enabled_by(f"{answered('a')} > 3") | {"required": True})
    assert told(asked, ("a", whole(4)), ("b", whole(1))) == []
    assert told(asked, ("a", whole(4))) == [("missing", "b", "error")]
    assert told(asked, ("a", whole(3))) == []
    assert told(asked, ("a", whole(3)), ("b", whole(1))) == [("not-enabled", "b", "error")]


def test_an_expression_that_fails_leaves_the_question_unchecked_and_says_so() -> None:
    asked = form(A, enabled_by("%nobody.knows > 3") | {"required": True})
    assert told(asked) == [("rule-failed", "b", "not-checked")]
    assert told(asked, ("b", whole(1))) == [("rule-failed", "b", "not-checked")]
    assert told(asked, ("b", {"valueString": "x"})) == [
        ("rule-failed", "b", "not-checked"),
        ("wrong-type", "b", "error"),
    ]


ORDERED = f"{answered('a')} < {answered('b')}"


@pytest.mark.parametrize(
    ("severity", "status", "weight"),
    [("error", "completed", "error"), ("error", "in-progress", "warning"), ("warning", "completed", "warning")],
)
def test_a_rule_of_the_form_weighs_what_its_author_and_the_status_say(severity: str, status: str, weight: str) -> None:
    asked = form(A, B, extension=[rule(ORDERED, severity)])
    assert told(asked, ("a", whole(1)), ("b", whole(2)), status=status) == []
    broken = found(asked, ("a", whole(2)), ("b", whole(1)), status=status)
    assert [(item.kind.value, item.severity.value, item.words()) for item in broken] == [
        ("rule-broken", weight, "The end comes after the start.")
    ]


def test_a_rule_of_an_item_stands_at_the_item_and_says_nothing_of_answers_nobody_gave() -> None:
    asked = form(A, B | {"extension": [rule(f"answer.value > {answered('a')}")]})
    assert told(asked, ("a", whole(2)), ("b", whole(1))) == [("rule-broken", "b", "error")]
    assert told(asked, ("b", whole(1))) == told(asked, ("a", whole(2))) == []


def test_a_rule_that_cannot_be_evaluated_is_named() -> None:
    (failed,) = found(form(A, extension=[rule("%nobody.knows")]), ("a", whole(1)))
    assert (failed.kind, failed.severity, "nobody" in failed.words()) == ("rule-failed", "not-checked", True)


def test_a_limit_that_another_answer_decides_is_kept() -> None:
    computed = {"extension": [extension(f"{CORE}/cqf-calculatedValue", valueExpression=fhirpath(answered("a")))]}
    limit = {"url": f"{CORE}/maxValue", "_valueInteger": computed}
    asked = form(A, B | {"extension": [limit]})
    assert told(asked, ("a", whole(5)), ("b", whole(5))) == []
    assert told(asked, ("a", whole(5)), ("b", whole(6))) == [("too-high", "b", "error")]


def test_an_option_that_is_switched_off_cannot_be_chosen() -> None:
    coding = {"system": "http://x.example", "code": "late"}
    toggle = {
        "url": f"{SDC}/sdc-questionnaire-answerOptionsToggleExpression",
        "extension": [
            extension("option", valueCoding=coding),
            extension("expression", valueExpression=fhirpath(f"{answered('a')} > 3")),
        ],
    }
    options = [{"valueCoding": coding}, {"valueCoding": coding | {"code": "early"}}]
    asked = form(A, {"linkId": "b", "type": "choice", "answerOption": options, "extension": [toggle]})
    assert told(asked, ("a", whole(4)), ("b", {"valueCoding": coding})) == []
    assert told(asked, ("a", whole(3)), ("b", {"valueCoding": coding})) == [("not-offered", "b", "error")]


def test_a_value_the_form_computes_is_compared_with_the_one_given() -> None:
    computed = extension(
        f"{SDC}/sdc-questionnaire-calculatedExpression", valueExpression=fhirpath(f"{answered('a')} + 1")
    )
    asked = form(A, B | {"extension": [computed]})
    assert told(asked, ("a", whole(1)), ("b", whole(2))) == []
    assert told(asked, ("a", whole(1)), ("b", whole(3))) == [("other-result", "b", "warning")]
    assert told(asked, ("a", whole(1))) == []


def test_expressions_see_the_moment_of_the_answers() -> None:
    asked = form(A, extension=[rule("today() = @2026-01-05")])
    assert told(asked, ("a", whole(1)), authored="2026-01-05T10:00:00Z") == []
    assert told(asked, ("a", whole(1)), authored="2026-01-06T10:00:00Z") == [("rule-broken", "", "error")]
