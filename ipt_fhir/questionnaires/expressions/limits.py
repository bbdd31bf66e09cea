"""How much one expression may ask for, and the counter that holds it to that (a form comes from anywhere).

Each function and operator passes the counter through the library's hook, so an evaluation ends after a bounded number
of steps, whatever the expression says: no thread, no signal, no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sized
from dataclasses import dataclass
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.locale.texts import N_
from ipt_fhir.questionnaires.expressions.refusal import ExpressionRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Characters of an expression, its words and signs, their nesting; steps of one evaluation, items of one
    collection, characters of one string.

    A step is a function, an operator or the way to an element, on one item: two to ten microseconds.
    """

    length: int = 10_000
    parts: int = 2_000
    depth: int = 150
    steps: int = 400_000
    items: int = 50_000
    text: int = 200_000


class Budget:
    """The steps one evaluation has left, or all those of a form together."""

    __slots__ = ("_limits", "_steps")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._steps = limits.steps

    def spend(self, steps: int) -> None:
        """Take so many steps. Raises ExpressionRefused when there are none left."""
        self._steps -= steps
        if self._steps < 0:
            raise ExpressionRefused(N_("The expression takes too many steps ({named})."), str(self._limits.steps))

    def hold(self, collection: list[Any]) -> list[Any]:
        """The collection, if it is small enough; its size is paid for."""
        if len(collection) > self._limits.items:
            raise ExpressionRefused(N_("The expression yields too many values ({named})."), str(self._limits.items))
        self.spend(len(collection))
        return collection

    def weigh(self, tree: Any) -> bytes:
        """The JSON of a tree that is compared or handed out whole; it is paid for by its length."""
        written = rawjson.write(tree)
        self.spend(len(written) // 25)
        return written

    def hold_size(self, made: Sized) -> None:
        """Raises ExpressionRefused for something longer than a string may be."""
        if len(made) > self._limits.text:
            raise ExpressionRefused(
                N_("The expression makes a text that is too long ({named})."), str(self._limits.text)
            )
        self.spend(len(made) // 1_000)


class Metered:
    """A table of the library's model. It asks it for each element on the way, and so each is paid for."""

    __slots__ = ("_budget", "_table")

    def __init__(self, table: Mapping[str, Any], budget: Budget) -> None:
        self._table = table
        self._budget = budget

    def get(self, path: str, otherwise: Any = None) -> Any:
        """What the table says of a path."""
        self._budget.spend(1)
        return self._table.get(path, otherwise)
