"""Work a form out until nothing changes any more: what is on, what is computed, what could not be.

Conditions look at answers, expressions at the response with what is on, and what is on at computed answers. So it goes
in rounds, each expression after those it mentions; two rounds settle nearly every form. What never comes to rest is
named and left empty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ipt_fhir.questionnaires.calculating import Evaluator
from ipt_fhir.questionnaires.enabling import Undecided, decide
from ipt_fhir.questionnaires.fhirpath import ExpressionRefused
from ipt_fhir.questionnaires.form import Expression, Form, Value
from ipt_fhir.questionnaires.layout import Layout, Occurrence
from ipt_fhir.questionnaires.options import ValueSets
from ipt_fhir.questionnaires.plan import Plan
from ipt_fhir.questionnaires.problems import CIRCLE, NOT_BOOLEAN, OTHER_UNIT, UNSETTLED, Problem
from ipt_fhir.questionnaires.results import WrongResult, answers_of
from ipt_fhir.questionnaires.surroundings import Surroundings
from ipt_fhir.questionnaires.values import spelled
from ipt_fhir.questionnaires.writing import write_rows

# A chain whose links do not mention each other by linkId needs a round for each of them.
_MOST_ROUNDS, _LEAST_ROUNDS, _MOST_EVALUATIONS = 40, 3, 3_000
_CONDITION = "enableWhen of"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Settled:
    """A layout worked out. By path: what is on, the computed answers, and what could not be worked out."""

    layout: Layout
    enabled: dict[str, bool]
    computed: dict[str, tuple[Value, ...]]
    problems: tuple[Problem, ...]
    evaluator: Evaluator

    def answers(self, occurrence: Occurrence) -> tuple[Value, ...]:
        """The answers of an occurrence: computed where the form computes them, else as given."""
        return _answers(self.computed, occurrence)


@dataclass(slots=True, eq=False, repr=False)
class _State:
    form: Form
    plan: Plan
    layout: Layout
    sets: ValueSets
    evaluator: Evaluator
    enabled: dict[str, bool] = field(default_factory=dict)
    computed: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    truths: dict[str, bool] = field(default_factory=dict)
    problems: dict[tuple[str, str], Problem] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)

    def occurrences(self, places: Sequence[str]) -> Iterator[Occurrence]:
        """The occurrences of items, in that order of items."""
        for place in places:
            for position in self.layout.by_place.get(place, ()):
                yield self.layout.occurrences[position]


def settle(form: Form, plan: Plan, layout: Layout, sets: ValueSets, surroundings: Surroundings) -> Settled:
    """Work out a form with the answers laid over it."""
    state = _State(form, plan, layout, sets, Evaluator(form, surroundings))
    for occurrence in state.occurrences(plan.calculated):
        state.computed[occurrence.path] = ()
    # What an expression decides counts as on until it says otherwise: a chain of such items settles in one round then.
    for occurrence in state.occurrences(plan.truths):
        state.truths[occurrence.path] = True
    _give_up_circles(state)
    while moving := _come_to_rest(state):
        for occurrence in moving:
            _give_up(state, occurrence, UNSETTLED, "")
    return Settled(layout, state.enabled, state.computed, _in_order(layout, state.problems.values()), state.evaluator)


def _in_order(layout: Layout, problems: Collection[Problem]) -> tuple[Problem, ...]:
    """Problems in the order of the form."""
    positions = {at.path: at.position for at in layout.occurrences} if problems else {}
    return tuple(sorted(problems, key=lambda problem: positions[problem.path]))


def _answers(computed: dict[str, tuple[Value, ...]], occurrence: Occurrence) -> tuple[Value, ...]:
    found = computed.get(occurrence.path)
    return occurrence.values if found is None else found


def _give_up_circles(state: _State) -> None:
    circles = {link_id: circle for circle in state.plan.calculation_circles for link_id in circle}
    for occurrence in state.occurrences(state.plan.calculated):
        if circle := circles.get(occurrence.item.link_id):
            _give_up(state, occurrence, CIRCLE, " → ".join((*circle, circle[0])))


def _give_up(state: _State, occurrence: Occurrence, reason: str, named: str) -> None:
    path = occurrence.path
    _name(state, occurrence, reason, named, "")
    state.given_up.add(path)
    state.computed |= {path: ()} if occurrence.item.calculated else {}
    state.truths[path] = False


def _come_to_rest(state: _State) -> list[Occurrence]:
    """Go through rounds until one changes nothing; else what was still moving in the last."""
    moved: list[Occurrence] = []
    for _ in range(_rounds(len(state.computed) + len(state.truths))):
        _decide(state)
        moved = [*_calculate(state), *_judge(state)]
        if not moved:
            break
    return moved


def _rounds(expressions: int) -> int:
    """How often a form may be gone through: less often the more there is to evaluate each time."""
    return max(_LEAST_ROUNDS, min(_MOST_ROUNDS, _MOST_EVALUATIONS // max(1, expressions)))


def _decide(state: _State) -> None:
    """What is on, and the response as it stands then."""

    def answers(occurrence: Occurrence) -> tuple[Value, ...]:
        return _answers(state.computed, occurrence)

    def is_on(occurrence: Occurrence) -> bool:
        return state.enabled[occurrence.path]

    state.enabled, undecided = decide(state.layout, state.plan.order, answers, state.truths)
    _name_undecided(state, undecided)
    if state.plan.computes:
        items, rows = write_rows(state.layout, "", answers, is_on)
        questionnaire = {"questionnaire": state.form.canonical} if state.form.url else {}
        head = {"resourceType": "QuestionnaireResponse", **questionnaire, "status": "in-progress"}
        state.evaluator.response, state.evaluator.rows = {**head, "item": items}, rows
        state.evaluator.changed()


def _name_undecided(state: _State, undecided: Sequence[Undecided]) -> None:
    """Conditions nobody can decide, each at the question it is about: there another unit can be given."""
    for path, place in [known for known in state.problems if known[1].startswith(_CONDITION)]:
        del state.problems[path, place]
    for found in undecided:
        _name(state, found.question, OTHER_UNIT, spelled(found.condition.answer), f"{_CONDITION} {found.at.path}")


def _calculate(state: _State) -> Iterator[Occurrence]:
    """Compute every calculated answer; those that came out another are named, and seen by what follows."""
    for occurrence in state.occurrences(state.plan.calculated):
        expression = occurrence.item.calculated
        if expression is None or occurrence.path in state.given_up:
            continue
        after = _value(state, occurrence, expression)
        if after != state.computed[occurrence.path]:
            state.computed[occurrence.path] = after
            _show(state, occurrence, after)
            yield occurrence


def _show(state: _State, occurrence: Occurrence, values: Sequence[Value]) -> None:
    """Put a new answer into the response the next expressions look at."""
    row = state.evaluator.rows.get(occurrence.path)
    if row is not None:
        row.pop("answer", None)
        row.pop("item", None)
        if values:
            row["answer"] = [{value.member: value.content} for value in values]
    state.evaluator.changed()


def _value(state: _State, occurrence: Occurrence, expression: Expression) -> tuple[Value, ...]:
    """The answers an expression gives; none and a problem where it fails. Never 0 (decision-D18b)."""
    results = _results(state, occurrence, expression) if state.enabled[occurrence.path] else []
    try:
        return answers_of(occurrence.item, results, state.sets.options(occurrence.item))
    except WrongResult as wrong:
        _name(state, occurrence, wrong.reason, wrong.named, expression.place)
        return ()


def _results(state: _State, occurrence: Occurrence, expression: Expression) -> list[Any]:
    """What an expression comes to; nothing and a problem where it fails."""
    state.problems.pop((occurrence.path, expression.place), None)
    try:
        return state.evaluator.run(expression, occurrence)
    except ExpressionRefused as refused:
        _name(state, occurrence, refused.reason, refused.named, expression.place)
        return []


def _name(state: _State, occurrence: Occurrence, reason: str, named: str, place: str) -> None:
    problem = Problem(path=occurrence.path, link_id=occurrence.item.link_id, reason=reason, named=named)
    state.problems[occurrence.path, place] = problem


def _judge(state: _State) -> Iterator[Occurrence]:
    """Evaluate every enableWhenExpression; those that came out another are named. Nothing is false (SDC)."""
    for occurrence in state.occurrences(state.plan.truths):
        expression = occurrence.item.enable_expression
        if expression is None or occurrence.path in state.given_up or not _is_reachable(state, occurrence):
            continue
        results = _results(state, occurrence, expression)
        if any(not isinstance(result, bool) for result in results) or len(results) > 1:
            _name(state, occurrence, NOT_BOOLEAN, str(len(results)), expression.place)
        truth = len(results) == 1 and results[0] is True
        if truth != state.truths[occurrence.path]:
            state.truths[occurrence.path] = truth
            _show(state, occurrence, () if not truth else occurrence.values)
            yield occurrence


def _is_reachable(state: _State, occurrence: Occurrence) -> bool:
    """Whether what stands around it is on; else nothing is to be decided, and nothing to be told."""
    reachable = occurrence.parent is None or state.enabled[occurrence.parent.path]
    expression = occurrence.item.enable_expression
    if not reachable and expression:
        state.problems.pop((occurrence.path, expression.place), None)
    return reachable
