"""What a form asks of one response: which items are switched on there, what may be chosen, which rules hold.

The engine that shows the form works this out too (``settling``), but with computed answers in place of those that were
given. Here what was given counts, as it came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache

from ipt_fhir.questionnaires.calculating import Evaluator
from ipt_fhir.questionnaires.choice_rules import Choices
from ipt_fhir.questionnaires.computed import Looks
from ipt_fhir.questionnaires.enabling import decide, same
from ipt_fhir.questionnaires.fhirpath import ExpressionRefused
from ipt_fhir.questionnaires.form import Condition, Constraint, Form, FormItem, ItemType, Limits
from ipt_fhir.questionnaires.layout import Layout, Occurrence, given, lay_out
from ipt_fhir.questionnaires.options import ValueSets
from ipt_fhir.questionnaires.plan import Plan, make_plan
from ipt_fhir.questionnaires.results import answers_of
from ipt_fhir.questionnaires.settling import Settled
from ipt_fhir.questionnaires.surroundings import Expand, Surroundings
from ipt_fhir.questionnaires.values import first_moment, spelled
from ipt_fhir.rawjson import JsonObject

_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What is known of a form before any response: its items by linkId, its plan if something depends on answers."""

    items: Mapping[str, FormItem]
    plan: Plan | None


@dataclass(frozen=True, slots=True, eq=False)
class Worked:
    """A response laid over its form. ``undecided`` are the conditions nobody can decide, by path: an
    enableWhenExpression that failed, an amount whose unit cannot be compared."""

    settled: Settled
    looks: Looks
    at: Mapping[str, Occurrence]
    undecided: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One form and one response. ``worked`` is None where nothing in the form depends on an answer."""

    form: Form
    sets: ValueSets
    items: Mapping[str, FormItem]
    worked: Worked | None
    _choices: dict[str, Choices] = field(default_factory=dict)

    def is_enabled(self, path: str) -> bool:
        """Whether the item with that path is switched on. One the response has too many of counts as on."""
        return self.worked is None or self.worked.settled.enabled.get(path, True)

    def undecided(self, path: str) -> str:
        """Why nobody can tell whether it is switched on; empty where one can."""
        return self.worked.undecided.get(path, "") if self.worked else ""

    def choices(self, item: FormItem, path: str) -> Choices:
        """What may be chosen there; value sets are looked up once."""
        if item.answer_expression or item.toggles:
            return self._computed_choices(item, path)
        if item.place not in self._choices:
            self._choices[item.place] = self._listed(item)
        return self._choices[item.place]

    def limits(self, item: FormItem, path: str) -> Limits:
        """What an answer there must keep, limits that other answers decide included."""
        at = self.worked.at.get(path) if self.worked else None
        if at is None or not (item.limits.least_expression or item.limits.most_expression):
            return item.limits
        return self.worked.looks.of(at).limits if self.worked else item.limits

    def holds(self, constraint: Constraint, path: str = "") -> bool:
        """Whether a rule of the form (path "") or of an item holds; nothing is said of answers nobody gave.

        Raises ExpressionRefused.
        """
        if self.worked is None:
            return True
        at = self.worked.at.get(path)
        return False not in self.worked.settled.evaluator.run(constraint.expression, at)

    def computes_another(self, item: FormItem, path: str) -> bool:
        """Whether the form computes another answer than the one given. Raises ExpressionRefused and WrongResult."""
        at = self.worked.at.get(path) if self.worked else None
        if self.worked is None or at is None or item.calculated is None:
            return False
        results = self.worked.settled.evaluator.run(item.calculated, at)
        expected = answers_of(item, results, self.sets.options(item))
        answers = at.values
        alike = len(expected) == len(answers) and all(map(same, expected, answers))
        return bool(expected) and not alike

    def _listed(self, item: FormItem) -> Choices:
        # On any other item a value set has no meaning (R4, que-5); published forms have some all the same.
        if item.value_set and not item.options and item.type in {ItemType.CHOICE, ItemType.OPEN_CHOICE}:
            return Choices(options=self.sets.named(item.value_set), named=item.value_set)
        if item.unit_value_set and not item.units:
            codings = self.sets.named(item.unit_value_set)
            units = None if codings is None else tuple(option.value.content for option in codings)
            return Choices(units=units, units_named=item.unit_value_set)
        return Choices(options=item.options, units=item.units)

    def _computed_choices(self, item: FormItem, path: str) -> Choices:
        listed = self._listed(replace(item, answer_expression=None, toggles=()))
        at = self.worked.at.get(path) if self.worked else None
        if self.worked is None or at is None:
            return listed
        return replace(listed, options=self.worked.looks.of(at).options, named=listed.named or item.place)


def asked_of(form: Form, response: JsonObject, expand: Expand) -> Asked:
    """Lay a response over its form."""
    known = _known(form)
    sets = ValueSets(_with_contained(form.raw, response), expand)
    worked = _work(form, known.plan, response, sets) if known.plan else None
    return Asked(form, sets, known.items, worked)


@lru_cache(maxsize=64)
def _known(form: Form) -> _Known:
    items = list(form.walk())
    depends = bool(form.constraints) or any(map(_depends, items))
    by_link = {item.link_id: item for item in reversed(items)}
    return _Known(by_link, make_plan(form.items, form.variables) if depends else None)


def _depends(item: FormItem) -> bool:
    computed = (item.enable_expression, item.calculated, item.answer_expression)
    limits = (item.limits.least_expression, item.limits.most_expression)
    return bool(item.conditions or item.constraints or item.toggles or any(computed) or any(limits))


def _with_contained(form: JsonObject, response: JsonObject) -> JsonObject:
    """A form inside a response keeps its value sets beside itself, in the response."""
    inside = response.get("contained")
    if not isinstance(inside, list):
        return form
    own = form.get("contained")
    return {"contained": [*(own if isinstance(own, list) else ()), *inside]}


def _work(form: Form, plan: Plan, response: JsonObject, sets: ValueSets) -> Worked:
    layout = lay_out(form.items, response.get("item"))
    rows = {at.path: at.row for at in layout.occurrences if at.row}
    evaluator = Evaluator(form, Surroundings(now=_moment(response), expand=sets.expand), response, rows)
    truths: dict[str, bool] = {}
    undecided: dict[str, str] = {}
    for at in _at(layout, plan):
        try:
            truths[at.path] = _is_true(evaluator, at)
        except ExpressionRefused as refused:
            undecided[at.path] = str(refused)
    enabled, doubts = decide(layout, plan.order, given, truths)
    undecided |= {doubt.at.path: _condition_words(doubt.condition) for doubt in doubts}
    settled = Settled(layout, enabled, {}, (), evaluator)
    return Worked(settled, Looks(settled, sets), {at.path: at for at in layout.occurrences}, undecided)


def _condition_words(condition: Condition) -> str:
    return f"{condition.question} {condition.operator} {spelled(condition.answer)}"


def _moment(response: JsonObject) -> datetime:
    """Expressions see the moment of the answers, not of the check: a response is right or wrong whenever one looks."""
    authored = response.get("authored")
    moment = first_moment(authored) if isinstance(authored, str) else None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else _UNDATED


def _at(layout: Layout, plan: Plan) -> Iterator[Occurrence]:
    """Every occurrence of an item that an expression switches on."""
    for place in plan.truths:
        for position in layout.by_place.get(place, ()):
            yield layout.occurrences[position]


def _is_true(evaluator: Evaluator, at: Occurrence) -> bool:
    """Nothing is false (SDC, enableWhenExpression)."""
    expression = at.item.enable_expression
    return expression is not None and evaluator.run(expression, at) == [True]
