"""What the form computes for the eye: the options, units and limits of an item at the moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ipt_fhir.questionnaires.enabling import same
from ipt_fhir.questionnaires.fhirpath import ExpressionRefused
from ipt_fhir.questionnaires.form import Expression, FormItem, Limits, Option, Value
from ipt_fhir.questionnaires.layout import Occurrence
from ipt_fhir.questionnaires.option_reading import display_of
from ipt_fhir.questionnaires.options import ValueSets
from ipt_fhir.questionnaires.problems import Problem
from ipt_fhir.questionnaires.results import WrongResult, answers_of
from ipt_fhir.questionnaires.settling import Settled
from ipt_fhir.rawjson import JsonObject


class Look(NamedTuple):
    """Options, units and limits of one item; ``problem`` where one of them could not be computed."""

    options: tuple[Option, ...] | None
    units: tuple[JsonObject, ...] | None
    limits: Limits
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """The looks of a worked-out form. ``problems`` gathers what could not be computed."""

    settled: Settled
    sets: ValueSets
    problems: list[Problem] = field(default_factory=list)

    def of(self, at: Occurrence) -> Look:
        """The look of one occurrence. Nothing is computed for what is off."""
        item = at.item
        known = len(self.problems)
        options, limits = self.sets.options(item), item.limits
        if self.settled.enabled[at.path]:
            options = self._toggled(at, self._computed_options(at) if item.answer_expression else options)
            if limits.least_expression or limits.most_expression:
                limits = self._computed_limits(at)
        problem = self.problems[known] if len(self.problems) > known else None
        return Look(options, self._units(item), limits, problem)

    def _run(self, at: Occurrence, expression: Expression) -> tuple[Value, ...]:
        """What an expression comes to as values that would be answers; none and a problem where it fails."""
        item = replace(at.item, repeats=True)
        try:
            results = self.settled.evaluator.run(expression, at)
            return tuple(value for result in results for value in _values(item, result))
        except (ExpressionRefused, WrongResult) as failed:
            reason, named = failed.reason, failed.named
            self.problems.append(Problem(path=at.path, link_id=at.item.link_id, reason=reason, named=named))
            return ()

    def _computed_options(self, at: Occurrence) -> tuple[Option, ...] | None:
        """The options an answerExpression finds; None where it finds none, since then nothing can be chosen."""
        expression = at.item.answer_expression
        values = self._run(at, expression) if expression else ()
        return tuple(Option(value=value, display=display_of(value)) for value in distinct(values)) or None

    def _toggled(self, at: Occurrence, options: tuple[Option, ...] | None) -> tuple[Option, ...] | None:
        """Without the options that an expression switches off at the moment; one that fails switches them off."""
        for toggle in at.item.toggles if options else ():
            if not self._is_true(at, toggle.expression):
                options = tuple(
                    option for option in options or () if not any(same(option.value, off) for off in toggle.options)
                )
        return options

    def _is_true(self, at: Occurrence, expression: Expression) -> bool:
        try:
            results = self.settled.evaluator.run(expression, at)
        except ExpressionRefused as failed:
            reason, named = failed.reason, failed.named
            self.problems.append(Problem(path=at.path, link_id=at.item.link_id, reason=reason, named=named))
            return False
        return len(results) == 1 and results[0] is True

    def _computed_limits(self, at: Occurrence) -> Limits:
        limits = at.item.limits
        least = self._run(at, limits.least_expression) if limits.least_expression else ()
        most = self._run(at, limits.most_expression) if limits.most_expression else ()
        return replace(limits, least=(*least, limits.least)[0], most=(*most, limits.most)[0])

    def _units(self, item: FormItem) -> tuple[JsonObject, ...] | None:
        """The units a quantity may be given in; None for a value set nobody could expand."""
        if not item.unit_value_set or item.units:
            return item.units
        options = self.sets.named(item.unit_value_set)
        return None if options is None else tuple(option.value.content for option in options)


def distinct(values: Sequence[Value]) -> list[Value]:
    """Each value once, in order."""
    found: list[Value] = []
    for value in values:
        if not any(same(value, known) for known in found):
            found.append(value)
    return found


def _values(item: FormItem, result: object) -> tuple[Value, ...]:
    """A text where a coding is asked for is an option of its own (R4: options may be strings)."""
    if isinstance(result, str) and item.answer_expression and item.type.value in {"choice", "open-choice"}:
        return (Value("valueString", result),)
    return answers_of(item, [result], ())
