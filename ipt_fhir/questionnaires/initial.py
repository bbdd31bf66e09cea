"""The answers a new form begins with: initial values, options selected first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ipt_fhir.questionnaires.fhirpath import ExpressionRefused
from ipt_fhir.questionnaires.form import FormItem, Value
from ipt_fhir.questionnaires.options import ValueSets
from ipt_fhir.questionnaires.plan import Plan
from ipt_fhir.questionnaires.problems import Problem
from ipt_fhir.questionnaires.results import WrongResult, answers_of
from ipt_fhir.questionnaires.settling import Settled
from ipt_fhir.rawjson import JsonObject


def initial_rows(items: Sequence[FormItem]) -> list[JsonObject]:
    """The items of a response that hold what the form's author proposes."""
    return list(_rows(items))


def initial_values(item: FormItem) -> tuple[Value, ...]:
    """The proposed answers of one item. initial[x] and initialSelected exclude each other (R4, que-11)."""
    if not item.type.asks:
        return ()
    return item.initial or tuple(option.value for option in item.options if option.selected)


def computed_initials(
    settled: Settled, plan: Plan, sets: ValueSets
) -> tuple[dict[str, tuple[Value, ...]], tuple[Problem, ...]]:
    """What initialExpressions come to and the record says, by path; and those that failed. A fixed value goes first."""
    found: dict[str, tuple[Value, ...]] = {}
    problems = []
    for place in plan.initials:
        for at in (settled.layout.occurrences[position] for position in settled.layout.by_place[place]):
            if at.item.initial_expression is None or at.values or not at.item.type.asks:
                continue
            try:
                results = settled.evaluator.run(at.item.initial_expression, at)
                found[at.path] = answers_of(at.item, results, sets.options(at.item))
            except (ExpressionRefused, WrongResult) as failed:
                reason, named = failed.reason, failed.named
                problems.append(Problem(path=at.path, link_id=at.item.link_id, reason=reason, named=named))
    computed = {path: values for path, values in found.items() if values}
    return {**_recorded(settled), **computed}, tuple(problems)


def _recorded(settled: Settled) -> dict[str, tuple[Value, ...]]:
    """What was found in the record, by path."""
    layout, found = settled.layout, settled.evaluator.surroundings.found
    places = ((place, layout.occurrences[at]) for place in found for at in layout.by_place.get(place, ()))
    return {at.path: found[place] for place, at in places if not at.values}


def _rows(items: Sequence[FormItem]) -> Iterator[JsonObject]:
    for item in items:
        values, below = initial_values(item), initial_rows(item.items)
        row: JsonObject = {"linkId": item.link_id}
        if values:
            row["answer"] = [{value.member: value.content} for value in values]
        if below and values:
            row["answer"][0]["item"] = below
        elif below:
            row["item"] = below
        if len(row) > 1:
            yield row
