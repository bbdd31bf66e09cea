"""Evaluate the expressions of a form: what they see, and what becomes of one that fails (SDC, Using Expressions).

An expression sees the response with what is switched on (``%resource``), its own item in it (``%context``, also where
it starts), the item and the form that ask (``%qitem``, ``%questionnaire``), the launch, and the variables of its item,
of the items around it and of the form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ipt_fhir.questionnaires.expression_reading import QUERY
from ipt_fhir.questionnaires.fhirpath import Budget, ExpressionRefused, Limits, compile_expression
from ipt_fhir.questionnaires.form import Expression, Form
from ipt_fhir.questionnaires.layout import Occurrence
from ipt_fhir.questionnaires.problems import CIRCLE, NO_QUERY, TOO_DEEP
from ipt_fhir.questionnaires.surroundings import Surroundings
from ipt_fhir.rawjson import JsonObject

WHOLE_FORM = Limits(steps=300_000)
"""What all expressions of a form may ask for while it is worked out once: a form comes from anywhere, and may have a
thousand expressions that each stay within their own limits. One of 1,000 items with 50 expressions takes 17,000 steps.
"""
# What an evaluation costs before its first step, and how many variables may ask for one another.
_LEAST, _DEEPEST = 50, 60


@dataclass(slots=True, eq=False, repr=False)
class Evaluator:
    """Evaluates the expressions of one form against the response as it stands at the moment.

    ``response`` is the response with what is switched on, ``rows`` its items by path, ``contexts`` what groups were
    opened for (itemPopulationContext), by path, while a form is opened. Variables are computed when they
    are used and kept until ``changed``.
    """

    form: Form
    surroundings: Surroundings
    response: JsonObject = field(default_factory=dict)
    rows: dict[str, JsonObject] = field(default_factory=dict)
    contexts: Mapping[str, list[Any]] = field(default_factory=dict)
    _budget: Budget = field(default_factory=lambda: Budget(WHOLE_FORM))
    _values: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    _pending: list[str] = field(default_factory=list)

    def changed(self) -> None:
        """Forget what was computed from an earlier state of the response."""
        self._values.clear()

    def run(self, expression: Expression, at: Occurrence | None) -> list[Any]:
        """What an expression at that item (None: of the form itself) comes to. Raises ExpressionRefused."""
        compiled = compile_expression(expression.text, expression.language)
        known = self._known_to(compiled.variables, at)
        self._budget.spend(_LEAST)
        return compiled.evaluate(self._row(at), known, now=self.surroundings.now, budget=self._budget)

    def _row(self, at: Occurrence | None) -> JsonObject:
        """The item in the response; one nobody has answered has none there yet."""
        return self.response if at is None else self.rows.get(at.path, {"linkId": at.item.link_id})

    def _known_to(self, names: frozenset[str], at: Occurrence | None) -> dict[str, object]:
        known: dict[str, object] = {"resource": self.response, "context": self._row(at), "questionnaire": self.form.raw}
        if at:
            known |= {"qitem": at.item.raw, "thisItem": at.item.raw}
        for name in names - known.keys():
            found = self._variable(name, at)
            if found is not None:
                known[name] = found
        return known

    def _variable(self, name: str, at: Occurrence | None) -> object | None:
        """A variable of the nearest item around that has it, of the form or the launch; None for a name nobody gave."""
        for place in _outwards(at):
            if place and place.item.population_context and place.item.population_context.name == name:
                return self.contexts.get(place.path, [])
            for variable in place.item.variables if place else self.form.variables:
                if variable.name == name:
                    return self._computed(variable, place)
        if name in self.surroundings.resources:
            return self.surroundings.resources[name]
        # What the launch may bring and did not bring is empty (SDC, launchContext).
        return [] if name in self.form.launch_contexts else None

    def _computed(self, variable: Expression, at: Occurrence | None) -> object:
        if variable.language == QUERY:
            if variable.name not in self.surroundings.resources:
                raise ExpressionRefused(NO_QUERY, variable.name)
            return self.surroundings.resources[variable.name]
        key = (at.path if at else "", variable.place)
        if key not in self._values:
            if variable.place in self._pending:
                raise ExpressionRefused(CIRCLE, variable.name)
            if len(self._pending) == _DEEPEST:
                raise ExpressionRefused(TOO_DEEP, str(_DEEPEST))
            self._pending.append(variable.place)
            try:
                self._values[key] = self.run(variable, at)
            finally:
                self._pending.pop()
        return self._values[key]


def _outwards(at: Occurrence | None) -> Iterator[Occurrence | None]:
    if at:
        yield at
        yield from at.ancestors()
    yield None
