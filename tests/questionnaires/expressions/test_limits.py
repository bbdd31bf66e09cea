"""An expression may come from anywhere; each limit holds, and holds quickly."""

from __future__ import annotations

import pytest

from ipt_fhir.questionnaires.expressions.limits import Budget, Limits
from ipt_fhir.questionnaires.fhirpath import ExpressionRefused, compile_expression
from tests.questionnaires.expressions.answers import refusal, value

LIMITS = Limits()
FORM = {
    "resourceType": "QuestionnaireResponse",
    "item": [{"linkId": f"i{number}", "answer": [{"valueInteger": number}]} for number in range(1_000)],
}


def test_a_long_expression_is_refused() -> None:
    assert refusal("1" + " " * LIMITS.length).named == str(LIMITS.length)


def test_an_expression_of_many_words_is_refused() -> None:
    assert refusal("+".join("1" * LIMITS.parts)).named == str(LIMITS.depth)


def test_a_deep_expression_is_refused() -> None:
    assert refusal("(" * LIMITS.depth * 2 + "1" + ")" * LIMITS.depth * 2).named == str(LIMITS.depth)
    assert refusal("-" * LIMITS.depth * 4 + "1").named == str(LIMITS.depth)


def test_a_sum_of_many_items_is_not_too_deep() -> None:
    assert value(" + ".join(["1"] * 100)) == [100]


@pytest.mark.parametrize(
    "expression",
    [
        "%resource.repeat(%resource.item)",
        "%resource.descendants().select(%resource.descendants()).count()",
        "%resource.item.where(%resource.item.answer.value.where(false).exists())",
        "%resource.item.where(%resource.item.where(%resource.item.exists()).exists())",
        "%resource.item.select(%resource = %resource).count()",
        "%resource.item.select(%resource | %resource).count()",
        "%resource.item.select(%resource)",
        "%resource.item.select(%resource.item ~ %resource.item)",
        "%resource.item.where(linkId in %resource.item.linkId)",
    ],
)
def test_an_expression_that_would_run_for_minutes_ends(expression: str) -> None:
    assert refusal(expression, FORM, resource=FORM).named in {str(LIMITS.steps), str(LIMITS.items)}


def test_a_collection_that_grows_without_end_is_refused() -> None:
    grows = "%resource.item.aggregate($total.combine($total).combine($this)).count()"
    assert refusal(grows, FORM, resource=FORM).named == str(LIMITS.items)


@pytest.mark.parametrize(
    "expression",
    [
        "%resource.item.aggregate(iif($total.empty(), 'ab', $total & $total)).length()",
        "%resource.item.aggregate(iif($total.empty(), 'ab', $total.replace('a', 'aaaaaaaaaa')))",
        "%resource.item.aggregate(iif($total.empty(), 'ab', $total.replaceMatches('a', 'aaaaaaaaaa')))",
        "%resource.item.aggregate(iif($total.empty(), 'ab', ($total.combine($total)).join($total)))",
    ],
)
def test_a_text_that_grows_without_end_is_refused(expression: str) -> None:
    assert refusal(expression, FORM, resource=FORM).named == str(LIMITS.text)


@pytest.mark.parametrize(
    "expression",
    ["9.power(99999)", "99999.exp()", "%resource.item.aggregate(iif($total.empty(), 2, $total * $total))"],
)
def test_a_number_that_grows_without_end_is_refused(expression: str) -> None:
    refusal(expression, FORM, resource=FORM)


def test_a_pattern_that_backtracks_elsewhere_is_matched_in_linear_time() -> None:
    """attack: 'a'.matches('(a+)+$') stands still for years in a backtracking engine."""
    assert value(f"'{'a' * 5_000}!'.matches('^(a+)+$')") == [False]


@pytest.mark.parametrize("pattern", ["(?=a)", r"(a)\\1", "("])
def test_a_pattern_beyond_linear_time_is_refused(pattern: str) -> None:
    assert "pattern" in str(refusal(f"'a'.matches('{pattern}')"))


def test_limits_may_be_drawn_tighter() -> None:
    with pytest.raises(ExpressionRefused):
        compile_expression("%resource.item", limits=Limits(steps=10)).evaluate(FORM, {"resource": FORM})


def test_many_evaluations_may_share_a_budget() -> None:
    """attack: a thousand expressions, each just within its own limit."""
    count, budget = compile_expression("%resource.descendants().count()"), Budget(Limits(steps=20_000))
    assert count.evaluate(FORM, {"resource": FORM}, budget=budget) == [4_000]
    with pytest.raises(ExpressionRefused, match="too many steps") as caught:
        count.evaluate(FORM, {"resource": FORM}, budget=budget)
    assert caught.value.named == "20000"
