"""Invariants about which elements may, must or must not stand together, said as JSON Schema.

One row an invariant, keyed as in FHIR. A row names elements; ``Names`` turns an element into its JSON names:
``value[x]`` into each ``valueQuantity`` ..., and a primitive into itself and its ``_`` sibling, because an extension
counts as content. What JSON Schema cannot say is in ``ipt_fhir.validation.invariants``.
"""

from __future__ import annotations

from collections.abc import Callable

from ipt_fhir.validation.generation.primitives import Schema
from ipt_fhir.validation.narrative import PLAIN, SHOWN

Names = Callable[[str], list[str]]
Row = Callable[[Names], Schema]


def present(names: list[str]) -> Schema:
    """At least one of these JSON names is there."""
    alternatives = [{"required": [name]} for name in names]
    return alternatives[0] if len(alternatives) == 1 else {"anyOf": alternatives}


def _any_of(*elements: str) -> Row:
    return lambda names: present([name for element in elements for name in names(element)])


def _not_both(first: str, second: str) -> Row:
    return lambda names: {"not": {"allOf": [present(names(first)), present(names(second))]}}


def _needs(element: str, other: str) -> Row:
    return lambda names: {"if": present(names(element)), "then": present(names(other))}


def _all(*rows: Row) -> Row:
    return lambda names: {"allOf": [row(names) for row in rows]}


def _not_negative(element: str) -> Row:
    return lambda names: {"properties": {name: {"minimum": 0} for name in names(element) if not name.startswith("_")}}


PRESENCE: dict[str, Row] = {
    "app-1": _any_of("type", "actor"),
    "app-2": _all(_needs("start", "end"), _needs("end", "start")),
    "att-1": _needs("data", "contentType"),
    "bdl-5": _any_of("resource", "request", "response"),
    "cmp-1": _any_of("text", "entry", "section"),
    "cmp-2": _not_both("emptyReason", "entry"),
    "con-1": _any_of("summary", "assessment"),
    "con-2": _any_of("code", "detail"),
    "cpl-3": _not_both("detail", "reference"),
    "cpt-2": _needs("value", "system"),
    "drq-1": _all(_any_of("path", "searchParam"), _not_both("path", "searchParam")),
    "drq-2": _all(_any_of("path", "searchParam"), _not_both("path", "searchParam")),
    "exp-1": _any_of("expression", "reference"),
    "gol-1": _needs("detail[x]", "measure"),
    "obs-3": _any_of("low", "high", "text"),
    "obs-6": _not_both("dataAbsentReason", "value[x]"),
    "pat-1": _any_of("name", "telecom", "address", "organization"),
    "ppc-1": _any_of("policy", "policyRule"),
    "prr-1": _needs("orderDetail", "code"),
    "qrs-1": _not_both("answer", "item"),
    "qty-3": _needs("code", "system"),
    "que-4": _not_both("answerOption", "answerValueSet"),
    "que-11": _not_both("answerOption", "initial"),
    "rat-1": _all(
        _needs("numerator", "denominator"), _needs("denominator", "numerator"), _any_of("numerator", "extension")
    ),
    # A local reference is refused here and allowed again by contained.py where the resource does contain its target.
    "ref-1": lambda _: {"properties": {"reference": {"not": {"pattern": "^#"}}}},
    "tim-1": _needs("duration", "durationUnit"),
    "tim-2": _needs("period", "periodUnit"),
    "tim-4": _not_negative("duration"),
    "tim-5": _not_negative("period"),
    "tim-6": _needs("periodMax", "period"),
    "tim-7": _needs("durationMax", "duration"),
    "tim-8": _needs("countMax", "count"),
    "tim-10": _not_both("timeOfDay", "when"),
    "trd-1": _not_both("data", "timing[x]"),
    "trd-2": _needs("condition", "data"),
    "us-core-1": lambda _: {"minLength": 10},
    "us-core-2": _any_of("component", "hasMember", "dataAbsentReason", "value[x]"),
    "us-core-6-attachment": _any_of("url", "data"),
    "vsd-1": _any_of("valueSet", "system"),
    "vsd-2": _all(_needs("concept", "system"), _needs("filter", "system")),
    "vsd-3": _not_both("concept", "filter"),
    "vsd-6": _any_of("code", "display"),
    "vsd-10": _needs("code", "system"),
}

# Invariants of ipt_fhir.validation.invariants that hold wherever this schema does not: then Python is not called.
ASKED: dict[str, Schema] = {
    "inv-1": {"required": ["authoredOn", "lastModified"]},
    "obs-7": {"required": ["component"]},
    "per-1": {"required": ["start", "end"]},
    "rng-2": {"required": ["low", "high"]},
    "tim-9": {"required": ["offset"]},
    "txt-1": {"not": {"pattern": PLAIN}},
    "txt-2": {"not": {"pattern": SHOWN}},
    "us-core-3": {"required": ["valueQuantity"]},
    "us-core-3-value": {"required": ["system"]},
}
