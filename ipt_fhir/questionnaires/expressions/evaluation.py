"""One evaluation: the library's evaluator, with our table, our limits and the variables an expression asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Context, localcontext
from typing import Any

from fhirpathpy.engine import do_eval

from ipt_fhir.locale.texts import N_
from ipt_fhir.questionnaires.expressions.hooks import Collection, Scope
from ipt_fhir.questionnaires.expressions.limits import Budget, Limits, Metered
from ipt_fhir.questionnaires.expressions.r4 import model
from ipt_fhir.questionnaires.expressions.refusal import ExpressionRefused
from ipt_fhir.questionnaires.expressions.syntax import Parsed
from ipt_fhir.questionnaires.expressions.table import TABLE
from ipt_fhir.questionnaires.expressions.values import Item, data_of, present, wrapped
from ipt_fhir.terminology.systems import LOINC, SNOMED_CT, UCUM

_EXACT = Context(prec=28)
_CONSTANTS = {"ucum": UCUM, "sct": SNOMED_CT, "loinc": LOINC}
_FAMILIES = {"vs-": "http://hl7.org/fhir/ValueSet/", "ext-": "http://hl7.org/fhir/StructureDefinition/"}
"""``%`vs-name``` and ``%`ext-name``` (R4, FHIRPath, Variables)."""


def run(
    parsed: Parsed,
    focus: object,
    variables: Mapping[str, object],
    now: datetime | None,
    limits: Limits,
    budget: Budget | None = None,
) -> Collection:
    """The collection an expression yields. Raises ExpressionRefused. A budget may be one for many evaluations."""
    root = [_root(item) for item in _as_list(focus)]
    budget = budget or Budget(limits)
    scope: Scope = {
        "dataRoot": root,
        "$this": root,
        "model": {**model(), "path2Type": Metered(model()["path2Type"], budget)},
        "userInvocationTable": TABLE,
        "vars": _bound(parsed, variables, root),
        "budget": budget,
        "now": now,
    }
    try:
        with localcontext(_EXACT):
            found = present(do_eval(scope, root, parsed.tree["children"][0]))
        for item in budget.hold(found):
            budget.weigh(data_of(item))
        return found
    except ExpressionRefused:
        raise
    except RecursionError:
        raise ExpressionRefused(N_("The expression is nested too deeply ({named})."), str(limits.depth)) from None
    except Exception as wrong:  # noqa: BLE001 - the library raises nothing else
        # Its messages hold the data, so they go no further.
        raise ExpressionRefused(N_("The expression cannot be evaluated ({named})."), type(wrong).__name__) from None


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _root(item: object) -> Item:
    """The library finds ``Patient.name`` in a bare resource only."""
    made = wrapped(item)
    data = getattr(made, "data", None)
    return data if isinstance(data, dict) and "resourceType" in data else made


def _bound(parsed: Parsed, variables: Mapping[str, object], root: list[Item]) -> dict[str, Any]:
    """The values of the variables that are named; one that nobody gave is an error, not empty."""
    bound = {name: _bound_one(name, variables, root) for name in parsed.variables}
    if parsed.functions & {"weight", "ordinal"}:
        asked = {"questionnaire", "resource"} & variables.keys()
        bound |= {name: wrapped(variables[name]) for name in asked}
    return bound


def _bound_one(name: str, variables: Mapping[str, object], root: list[Item]) -> Any:
    if name in variables:
        return [wrapped(value) for value in _as_list(variables[name])]
    if name == "context":
        return root
    if name in _CONSTANTS:
        return [_CONSTANTS[name]]
    for prefix, address in _FAMILIES.items():
        if name.startswith(prefix):
            return [address + name.removeprefix(prefix)]
    raise ExpressionRefused(N_("The expression asks for “{named}”, which is not known here."), f"%{name}")
