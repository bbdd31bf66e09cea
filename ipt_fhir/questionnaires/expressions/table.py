"""The committed list of what an expression may use (decision-D52): every name here passes all its official cases."""

from __future__ import annotations

from ipt_fhir.locale.texts import N_
from ipt_fhir.questionnaires.expressions.arithmetic import ARITHMETIC
from ipt_fhir.questionnaires.expressions.collections import COLLECTIONS
from ipt_fhir.questionnaires.expressions.comparisons import COMPARISONS
from ipt_fhir.questionnaires.expressions.conversions import CONVERSIONS
from ipt_fhir.questionnaires.expressions.hooks import Table
from ipt_fhir.questionnaires.expressions.refusal import ExpressionRefused
from ipt_fhir.questionnaires.expressions.survey import SURVEY
from ipt_fhir.questionnaires.expressions.syntax import Parsed
from ipt_fhir.questionnaires.expressions.texts import TEXTS

TABLE: Table = {**COLLECTIONS, **COMPARISONS, **ARITHMETIC, **CONVERSIONS, **TEXTS, **SURVEY}
"""Functions and operators by name; ``contains``, ``in``, ``is`` and ``as`` as operators are told apart by ``Op``."""

FUNCTIONS = frozenset(name for name in TABLE if name.isidentifier() and not name.endswith("Op")) - {
    *("and", "or", "xor", "implies", "div", "mod"),
}
OPERATORS = frozenset(name.removesuffix("Op") for name in TABLE if name not in FUNCTIONS and not name.endswith(")"))


def check_allowed(parsed: Parsed) -> None:
    """Raises ExpressionRefused naming the first function or operator that is not on the list."""
    for name in sorted(parsed.functions - FUNCTIONS) + sorted(parsed.operators - OPERATORS):
        raise ExpressionRefused(N_("The expression uses {named}, which this software does not support."), f"{name}()")
