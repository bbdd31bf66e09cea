"""Which items are switched on: enableWhen with all its operators, and in which order to decide it (decision-D54)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from ipt_fhir import rawjson
from ipt_fhir.questionnaires import values
from ipt_fhir.questionnaires.form import Condition, ItemType, Operator, Value
from ipt_fhir.questionnaires.layout import Layout, Occurrence
from ipt_fhir.questionnaires.moments import compared_moments
from ipt_fhir.questionnaires.units import UnknownUnit
from ipt_fhir.questionnaires.values import NotComparable
from ipt_fhir.questionnaires.writing import AnswersOf

_SIGNS: dict[Operator, Callable[[int], bool]] = {
    Operator.EQUAL: lambda sign: sign == 0,
    Operator.GREATER: lambda sign: sign > 0,
    Operator.LESS: lambda sign: sign < 0,
    Operator.GREATER_OR_EQUAL: lambda sign: sign >= 0,
    Operator.LESS_OR_EQUAL: lambda sign: sign <= 0,
}
_MOMENTS = {"valueDate", "valueDateTime", "valueTime", "valueInstant"}


def holds(condition: Condition, answers: Sequence[Value]) -> bool | None:
    """Whether a condition holds for the answers of its question; None where their units keep that from being said."""
    operator, wanted = condition.operator, condition.answer
    if operator is Operator.EXISTS:
        return bool(answers) is wanted.content
    if operator is Operator.NOT_EQUAL:
        equal = _any([_matches(Operator.EQUAL, answer, wanted) for answer in answers])
        return bool(answers) and (None if equal is None else not equal)
    return _any([_matches(operator, answer, wanted) for answer in answers])


def same(answer: Value, wanted: Value) -> bool:
    """Whether two values are equal: codings by system and code, quantities by value and unit, the rest by value."""
    left, right = answer.content, wanted.content
    if isinstance(left, dict) and isinstance(right, dict):
        if "reference" in left and "reference" in right:
            return bool(left["reference"] == right["reference"])
        if answer.member == "valueCoding":
            return _same_coding(left, right)
        if answer.member == "valueQuantity":
            return compared(answer, wanted) == 0
    sign = compared(answer, wanted)
    return sign == 0 if sign is not None else rawjson.equal(left, right)


def compared(answer: Value, wanted: Value) -> int | None:
    """-1, 0 or 1 as the answer is less than, equal to or greater than the other; None where that cannot be said."""
    left, right = answer.content, wanted.content
    if isinstance(left, dict) and isinstance(right, dict):
        if _unit(left) != _unit(right):
            return None
        left, right = left.get("value"), right.get("value")
    if answer.member in _MOMENTS and isinstance(left, str) and isinstance(right, str):
        return compared_moments(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return _sign(left, right)
    one, other = number_of(left), number_of(right)
    return None if one is None or other is None else _sign(one, other)


def number_of(content: Any) -> Decimal | None:
    """The number in a raw value, None for anything else (a boolean is none)."""
    plain = rawjson.number(content)
    is_number = isinstance(plain, int | Decimal) and not isinstance(plain, bool)
    return Decimal(plain) if is_number else None


class Undecided(NamedTuple):
    """A condition of the item at that place that is neither true nor false: an amount answered to ``question`` is in a
    unit that cannot be compared."""

    at: Occurrence
    question: Occurrence
    condition: Condition


class Decided(NamedTuple):
    """By path: whether each occurrence is switched on. Where a condition is undecided it is not."""

    enabled: dict[str, bool]
    undecided: list[Undecided]


def decide(layout: Layout, order: Iterable[str], answers_of: AnswersOf, truths: Mapping[str, bool]) -> Decided:
    """Decide for each occurrence whether it is switched on.

    ``order`` are the places of the items, each after those it depends on; ``truths`` are the outcomes of
    enableWhenExpressions.
    """
    decision = _Decision(layout, answers_of, truths, {}, [])
    for place in order:
        for position in layout.by_place.get(place, ()):
            at = layout.occurrences[position]
            decision.enabled[at.path] = decision.is_reachable(at) and decision.is_on(at)
    return Decided(decision.enabled, decision.undecided)


@dataclass(frozen=True, slots=True)
class _Decision:
    """What is decided so far; whatever a question depends on is decided before it."""

    layout: Layout
    answers_of: AnswersOf
    truths: Mapping[str, bool]
    enabled: dict[str, bool]
    undecided: list[Undecided]

    def is_reachable(self, at: Occurrence) -> bool:
        """Below something switched off nothing is on. Below a question items belong to an answer; words need none."""
        parent = at.parent
        if parent is None:
            return True
        if not self.enabled.get(parent.path, False):
            return False
        return not parent.item.type.asks or at.item.type is ItemType.DISPLAY or bool(self.answers_of(parent))

    def is_on(self, at: Occurrence) -> bool:
        """Whether the conditions of the item itself hold."""
        item = at.item
        if item.enable_expression:
            return self.truths.get(at.path, False)
        if not item.conditions:
            return True
        questions = [self._question(condition.question, at) for condition in item.conditions]
        outcomes = [
            holds(condition, self._answers(question, at))
            for condition, question in zip(item.conditions, questions, strict=True)
        ]
        outcome = _any(outcomes) if item.any_condition else _all(outcomes)
        if outcome is None:
            asked = zip(item.conditions, questions, outcomes, strict=True)
            self.undecided.extend(Undecided(at, where, what) for what, where, said in asked if said is None and where)
        return outcome is True

    def _question(self, link_id: str, at: Occurrence) -> Occurrence | None:
        """The question a condition is about."""
        return self.layout.nearest(link_id, at, lambda found: bool(self._counted(found)))

    def _answers(self, question: Occurrence | None, at: Occurrence) -> Sequence[Value]:
        """The answers a condition looks at. Below one of several answers only that one counts."""
        answers = self._counted(question) if question else ()
        around: Occurrence | None = at
        while around and len(answers) > 1:
            if around.parent is question:
                return answers[around.above : around.above + 1]
            around = around.parent
        return answers

    def _counted(self, question: Occurrence) -> Sequence[Value]:
        return self.answers_of(question) if self.enabled.get(question.path, False) else ()


def _any(outcomes: Sequence[bool | None]) -> bool | None:
    """Whether one is true; None where that hangs on what nobody can tell."""
    return True if True in outcomes else None if None in outcomes else False


def _all(outcomes: Sequence[bool | None]) -> bool | None:
    """Whether all are true; None where that hangs on what nobody can tell."""
    return False if False in outcomes else None if None in outcomes else True


def _matches(operator: Operator, answer: Value, wanted: Value) -> bool | None:
    """Whether one answer is as the condition wants it; None where its unit keeps that from being said."""
    if operator is Operator.EQUAL and answer.member != "valueQuantity":
        return same(answer, wanted)
    try:
        sign = _compared_amounts(answer, wanted) if answer.member == "valueQuantity" else compared(answer, wanted)
    except (NotComparable, UnknownUnit):
        return None
    return sign is not None and _SIGNS[operator](sign)


def _compared_amounts(answer: Value, wanted: Value) -> int | None:
    """As ``compared``, across units that measure the same; a condition without a unit is about the number alone.

    Raises NotComparable and UnknownUnit.
    """
    left, right = answer.content, wanted.content
    if not isinstance(left, dict) or not isinstance(right, dict):
        return None
    one, other = number_of(left.get("value")), number_of(right.get("value"))
    if one is None or other is None:
        return None
    is_plain = not _unit(right) or _unit(left) == _unit(right)
    return _sign(one, other) if is_plain else values.compared(answer, wanted)


def _same_coding(left: dict[str, Any], right: dict[str, Any]) -> bool:
    """By code, and by system where both name one: published forms leave it out. Without codes by display."""
    named = "code" if "code" in left or "code" in right else "display"
    one, other = left.get("system"), right.get("system")
    return bool(named in left and left[named] == right.get(named) and (one is None or other is None or one == other))


def _unit(quantity: dict[str, Any]) -> object:
    return quantity.get("code") or quantity.get("unit")


def _sign(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)
