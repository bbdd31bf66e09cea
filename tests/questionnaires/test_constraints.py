"""Rules of the form's author over answers: read here, judged by validation."""

from __future__ import annotations

import pytest

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.form import Effect
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.forms import form_of, item

RULE = "item.where(linkId = 'a').answer.exists()"


def constraint(known: Known, expression: JsonObject, severity: str = "error") -> JsonObject:
    parts = [
        {"url": "key", "valueId": "one"},
        {"url": "severity", "valueCode": severity},
        {"url": "human", "valueString": "Say something."},
        {"url": "expression", **expression},
    ]
    return {"url": str(known), "extension": parts}


@pytest.mark.parametrize("known", [Known.CONSTRAINT, Known.TARGET_CONSTRAINT])
@pytest.mark.parametrize(
    "expression",
    [{"valueString": RULE}, {"valueExpression": {"language": "text/fhirpath", "expression": RULE}}],
)
def test_a_constraint_is_read(known: Known, expression: JsonObject) -> None:
    form = form_of(
        item("a", extension=[constraint(known, expression, "warning")]), extension=[constraint(known, expression)]
    )
    assert form.unsupported == ()
    (whole,), (single,) = form.constraints, form.items[0].constraints
    assert (whole.key, whole.human, whole.expression.text, whole.binding) == ("one", "Say something.", RULE, True)
    assert not single.binding


@pytest.mark.parametrize(
    ("expression", "name"),
    [({}, "missing"), ({"valueString": "defineVariable('x')"}, "defineVariable()"), ({"valueString": "1 +"}, None)],
)
def test_a_constraint_nobody_can_judge_is_named(expression: JsonObject, name: str | None) -> None:
    (found,) = form_of(item("a", extension=[constraint(Known.CONSTRAINT, expression)])).unsupported
    assert found.effect is Effect.READ_ONLY
    assert name is None or found.name == name
