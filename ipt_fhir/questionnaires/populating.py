"""Groups that a form opens with what it found: once for each value of their itemPopulationContext (SDC, Population)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.fhirpath import ExpressionRefused
from ipt_fhir.questionnaires.form import Expression, Form, FormItem
from ipt_fhir.questionnaires.layout import Occurrence
from ipt_fhir.questionnaires.problems import TOO_MANY, Problem
from ipt_fhir.questionnaires.settling import Settled
from ipt_fhir.questionnaires.writing import write_rows
from ipt_fhir.rawjson import JsonObject

_MOST_GROUPS = 50
Settle: TypeAlias = Callable[[Sequence[JsonObject]], Settled]
"""Work the form out with these items of a response."""


@dataclass(slots=True, eq=False)
class Opened:
    """A form whose groups stand open: worked out, with the value each group stands for, by path of the group."""

    settled: Settled
    contexts: dict[str, list[Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def open_groups(
    form: Form, rows: Sequence[JsonObject], settle_rows: Callable[[Sequence[JsonObject]], Settled]
) -> Opened:
    """Open the groups of a form one after the other, outer ones first; inner ones may look at outer values."""
    opened = Opened(settle_rows(rows))
    for item in form.walk():
        if item.population_context:
            _open(opened, item, item.population_context, settle_rows)
    opened.settled.evaluator.contexts = opened.contexts
    return opened


def _open(
    opened: Opened,
    item: FormItem,
    expression: Expression,
    settle_rows: Settle,
) -> None:
    settled = opened.settled
    settled.evaluator.contexts = opened.contexts
    rows, by_path = write_rows(settled.layout, "", lambda at: at.values, lambda _: True)
    for position in settled.layout.by_place.get(item.place, ()):
        at = settled.layout.occurrences[position]
        values = _values(opened, at, expression)
        for number, value in enumerate(values):
            opened.contexts[_path(at, number)] = [value]
        if len(values) > 1:
            _multiply(rows, by_path[at.path], len(values))
    opened.settled = settle_rows(rows)


def _values(opened: Opened, at: Occurrence, expression: Expression) -> list[Any]:
    """What the group is opened for; nothing and a problem where that fails or is more than may stand there."""
    try:
        values = opened.settled.evaluator.run(expression, at)
        if len(values) > (_MOST_GROUPS if at.item.repeats else 1):
            raise ExpressionRefused(TOO_MANY, str(len(values)))
    except ExpressionRefused as refused:
        problem = Problem(path=at.path, link_id=at.item.link_id, reason=refused.reason, named=refused.named)
        opened.problems.append(problem)
        return []
    return values


def _path(at: Occurrence, number: int) -> str:
    """The path of the group's repetition: the first is already there."""
    return f"{at.path.rpartition(':')[0]}:{number}" if at.item.repeats else at.path


def _multiply(rows: list[JsonObject], row: JsonObject, times: int) -> bool:
    """Put so many of a row where it stands."""
    for index, candidate in enumerate(rows):
        if candidate is row:
            rows[index : index + 1] = [rawjson.copy(row) for _ in range(times)]
            return True
        below = [candidate.get("item", []), *(answer.get("item", []) for answer in candidate.get("answer", ()))]
        if any(_multiply(level, row, times) for level in below):
            return True
    return False
