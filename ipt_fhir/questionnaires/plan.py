"""In which order a form is worked out, found from the form alone: what depends on what, and what goes in circles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ipt_fhir.questionnaires.fhirpath import ExpressionRefused, compile_expression
from ipt_fhir.questionnaires.form import Expression, FormItem

_MENTION = re.compile(r"linkId\s*=\s*'([^'\\]*)'|'([^'\\]*)'\s*=\s*linkId")
# What is looked up in the form itself is no answer.
_OF_THE_FORM = re.compile(r"%questionnaire(\.\w+(\([^()]*\))?)*")


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """``order``: places of all items, each after its parent and the questions its conditions ask about.

    ``calculated``: places of items with a calculatedExpression, each after those it mentions; ``truths`` and
    ``initials``: of those with an enableWhenExpression or an initialExpression. ``computes``: it has any expression.
    The circles hold linkIds of items that wait for each other.
    """

    order: tuple[str, ...]
    calculated: tuple[str, ...]
    truths: tuple[str, ...]
    initials: tuple[str, ...]
    computes: bool
    condition_circles: tuple[tuple[str, ...], ...]
    calculation_circles: tuple[tuple[str, ...], ...]


def make_plan(items: Sequence[FormItem], variables: Sequence[Expression]) -> Plan:
    """The plan of a form with these items and variables."""
    families = list(_families(items, ()))
    by_place = {family[-1].place: family[-1] for family in families}
    order, waiting = _sorted(_conditions(families))
    calculated, circular = _sorted(_mentions(families, variables))
    return Plan(
        order=order,
        calculated=calculated,
        truths=tuple(place for place, item in by_place.items() if item.enable_expression),
        initials=tuple(place for place, item in by_place.items() if item.initial_expression),
        computes=any(_computes(item) for item in by_place.values()),
        condition_circles=tuple(_link_ids(circle, by_place) for circle in waiting),
        calculation_circles=tuple(_link_ids(circle, by_place) for circle in circular),
    )


def _computes(item: FormItem) -> bool:
    expressions = (item.calculated, item.enable_expression, item.initial_expression, item.answer_expression)
    limits = (item.limits.least_expression, item.limits.most_expression)
    return any((*expressions, *limits, item.population_context, item.toggles, item.constraints))


def _families(items: Sequence[FormItem], above: tuple[FormItem, ...]) -> Iterator[tuple[FormItem, ...]]:
    """Each item with all items above it, itself last."""
    for item in items:
        family = (*above, item)
        yield family
        yield from _families(item.items, family)


def _conditions(families: Sequence[tuple[FormItem, ...]]) -> dict[str, set[str]]:
    """Place of each item to the places it must come after."""
    asked: dict[str, list[str]] = {}
    for family in families:
        asked.setdefault(family[-1].link_id, []).append(family[-1].place)
    return {
        family[-1].place: {parent.place for parent in family[-2:-1]}
        | {place for condition in family[-1].conditions for place in asked.get(condition.question, ())}
        for family in families
    }


def _mentions(families: Sequence[tuple[FormItem, ...]], variables: Sequence[Expression]) -> dict[str, set[str]]:
    """Place of each calculated item to those of the calculated items its expression mentions by linkId."""
    calculated = {family[-1].link_id: family[-1].place for family in families if family[-1].calculated}
    found: dict[str, set[str]] = {}
    for family in families:
        expression = family[-1].calculated
        if expression:
            scope = {
                variable.name: variable.text
                for level in (variables, *(item.variables for item in family))
                for variable in level
            }
            mentioned = {link_id for text in _texts(expression.text, scope) for link_id in _mentioned(text)}
            found[family[-1].place] = {calculated[link_id] for link_id in mentioned & calculated.keys()}
    return found


def _variables(text: str) -> frozenset[str]:
    try:
        return compile_expression(text).variables
    except ExpressionRefused:
        return frozenset()


def _mentioned(text: str) -> Iterator[str]:
    for plain, turned in _MENTION.findall(_OF_THE_FORM.sub("", text)):
        yield plain or turned


def _texts(text: str, scope: Mapping[str, str]) -> Iterator[str]:
    """An expression and the variables it leads to, each once."""
    waiting, seen = [text], set[str]()
    while waiting:
        current = waiting.pop()
        yield current
        for name in _variables(current) & scope.keys() - seen:
            seen.add(name)
            waiting.append(scope[name])


def _sorted(needs: Mapping[str, set[str]]) -> tuple[tuple[str, ...], list[list[str]]]:
    """Names so that each comes after those it needs; and the circles, whose names come last, in their given order."""
    waiting = {name: {need for need in found if need in needs} for name, found in needs.items()}
    users: dict[str, list[str]] = {name: [] for name in needs}
    for name, found in waiting.items():
        for need in found:
            users[need].append(name)
    ready = [name for name, found in waiting.items() if not found]
    order: list[str] = []
    while ready:
        name = ready.pop()
        order.append(name)
        for user in users[name]:
            waiting[user].discard(name)
            if not waiting[user]:
                ready.append(user)
    rest = [name for name in needs if waiting[name]]
    return (*order, *rest), list(_circles(waiting, rest))


def _circles(waiting: Mapping[str, set[str]], rest: Iterable[str]) -> Iterator[list[str]]:
    """Walk from each name that is left to one it needs, until one comes again: from there on it is a circle."""
    known: set[str] = set()
    for start in rest:
        walk: dict[str, None] = {}
        name = start
        while name not in walk and name not in known:
            walk[name] = None
            name = min(waiting[name])
        if name in walk:
            names = list(walk)
            yield names[names.index(name) :]
        known |= walk.keys()


def _link_ids(circle: Iterable[str], by_place: Mapping[str, FormItem]) -> tuple[str, ...]:
    return tuple(by_place[place].link_id for place in circle)
