"""Evaluate FHIRPath: the door to the expressions of a form (decision-D18b, decision-D52).

    evaluate("%resource.item.answer.value.sum()", response, {"resource": response})

Results are JSON: numbers are int and Decimal, never binary floats; a date is its text, a quantity a Quantity. What
cannot be evaluated raises ExpressionRefused; there is no answer instead. What an expression may use is
``expressions/table.py``; the official test cases behind it are counted in docs/fhirpath.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from ipt_fhir.locale.texts import N_
from ipt_fhir.questionnaires.expressions.evaluation import run
from ipt_fhir.questionnaires.expressions.limits import Budget, Limits
from ipt_fhir.questionnaires.expressions.refusal import ExpressionRefused
from ipt_fhir.questionnaires.expressions.syntax import Parsed, read_expression
from ipt_fhir.questionnaires.expressions.table import check_allowed
from ipt_fhir.questionnaires.expressions.values import as_json

__all__ = ["LANGUAGE", "Budget", "Compiled", "ExpressionRefused", "Limits", "compile_expression", "evaluate"]

LANGUAGE = "text/fhirpath"
_LIMITS = Limits()


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """An expression that was read and is allowed, to be evaluated again and again."""

    text: str
    parsed: Parsed
    limits: Limits

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables it asks for, without the percent sign."""
        return self.parsed.variables

    def evaluate(
        self,
        focus: object,
        variables: Mapping[str, object],
        *,
        now: datetime | None = None,
        budget: Budget | None = None,
    ) -> list[Any]:
        """As ``evaluate`` below; ``budget`` is one that many evaluations share."""
        return as_json(run(self.parsed, focus, variables, now, self.limits, budget))


def evaluate(
    expression: str, focus: object, variables: Mapping[str, object], *, now: datetime | None = None
) -> list[Any]:
    """The collection of values an expression yields, as JSON; empty is an answer too.

    ``focus`` is a JSON object, a list of values or None. ``variables`` are JSON values or lists of them by name
    (``resource`` for ``%resource``). ``now`` is the moment that now() and today() tell, in the zone of the user;
    without it they are refused. Raises ExpressionRefused.
    """
    return compile_expression(expression).evaluate(focus, variables, now=now)


def compile_expression(expression: str, language: str = LANGUAGE, limits: Limits = _LIMITS) -> Compiled:
    """Read an expression once. Raises ExpressionRefused for another language (CQL, x-fhir-query), for what is no
    FHIRPath, what is beyond the limits, and for a function or operator that is not on the list."""
    if language != LANGUAGE:
        raise ExpressionRefused(N_("Expressions in {named} are not evaluated here."), language)
    found = _compiled(expression, limits)
    if isinstance(found, ExpressionRefused):
        raise ExpressionRefused(found.reason, found.named)
    return found


@lru_cache(maxsize=2_048)
def _compiled(expression: str, limits: Limits) -> Compiled | ExpressionRefused:
    """Reading takes milliseconds, and a form is evaluated at each keystroke; so a refusal is remembered too."""
    try:
        parsed = read_expression(expression, limits)
        check_allowed(parsed)
    except ExpressionRefused as refused:
        return ExpressionRefused(refused.reason, refused.named)
    return Compiled(expression, parsed, limits)
