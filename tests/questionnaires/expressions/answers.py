"""Short ways to ask, for the tests of expressions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ipt_fhir.questionnaires.fhirpath import ExpressionRefused, evaluate

NOW = datetime(2026, 8, 1, 9, 30, 15, 123000, tzinfo=UTC)


def value(expression: str, focus: object = None, **variables: object) -> list[Any]:
    """What an expression comes to."""
    return evaluate(expression, focus, variables, now=NOW)


def refusal(expression: str, focus: object = None, **variables: object) -> ExpressionRefused:
    """Why an expression is not evaluated."""
    with pytest.raises(ExpressionRefused) as caught:
        value(expression, focus, **variables)
    return caught.value
