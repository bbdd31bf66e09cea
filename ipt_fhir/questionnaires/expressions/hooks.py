"""The library's hook: how a function of ours gets its arguments, pays for its steps and leaves the scope as it was.

The library changes ``$this``, ``$index`` and ``$total`` while it evaluates an argument and does not put them back; what
stands behind a ``where`` would be evaluated on the last item the ``where`` looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from fhirpathpy.engine.nodes import TypeInfo

from ipt_fhir.locale.texts import N_
from ipt_fhir.questionnaires.expressions.limits import Budget
from ipt_fhir.questionnaires.expressions.refusal import ExpressionRefused
from ipt_fhir.questionnaires.expressions.values import Item, Plain, is_number, plain, present

Scope: TypeAlias = dict[str, Any]
"""The library's context of one evaluation."""
Collection: TypeAlias = list[Item]
Criterion: TypeAlias = Callable[..., Collection]
"""An argument that is evaluated for each item: ``criterion(item, index)``."""
Function: TypeAlias = Callable[..., Any]
"""``function(scope, input, *arguments)``: collections in and out; a single item stands for a collection of one, None
for an empty one."""
Entry: TypeAlias = dict[str, Any]

_KINDS = {"V": "AnyAtRoot", "E": "Expr", "T": "TypeSpecifier"}
_SCOPED = ("$this", "$index", "$total")
_NOT_ONE = N_("The expression gives “{named}” several values where one is expected.")
_WRONG_KIND = N_("The expression gives “{named}” a value of the wrong kind.")


def function(does: Function, *signatures: str, raw: bool = False) -> Entry:
    """A function for the library's table. Each signature lists its arguments: V value, E expression, T type.

    ``raw`` functions also see the ``_name`` half of primitives.
    """
    takes = signatures or ("",)
    arity = {len(kinds): [_KINDS[kind] for kind in kinds] for kinds in takes}
    return {"fn": _guarded(does, raw=raw), "arity": arity}


def operator(does: Function) -> Entry:
    """An operator between two values."""
    return {"fn": _guarded(does), "arity": {2: ["Any", "Any"]}}


def type_operator(does: Function) -> Entry:
    """``is`` and ``as`` between a value and the name of a type."""
    return {"fn": _guarded(does), "arity": {2: ["Any", "TypeSpecifier"]}}


def _guarded(does: Function, *, raw: bool = False) -> Function:
    def invoke(scope: Scope, focus: Collection | Item, *arguments: Any) -> Collection:
        budget: Budget = scope["budget"]
        given = focus if isinstance(focus, list) else [focus]
        budget.spend(1 + len(given) + sum(len(argument) for argument in arguments if isinstance(argument, list)))
        made = does(scope, given if raw else present(given), *(_argument(scope, argument) for argument in arguments))
        found = made if isinstance(made, list) else [] if made is None else [made]
        for item in found:
            if isinstance(item, str | bytes):
                budget.hold_size(item)
        return budget.hold(found)

    return invoke


def _argument(scope: Scope, argument: Any) -> Any:
    if isinstance(argument, TypeInfo):
        return argument
    return _scoped(scope, argument) if callable(argument) else present(argument)


def _scoped(scope: Scope, expression: Callable[[Any], Collection]) -> Criterion:
    def evaluate(item: Any, index: int | None = None, total: Collection | None = None) -> Collection:
        scope["budget"].spend(1)
        saved = {name: scope[name] for name in _SCOPED if name in scope}
        if index is not None:
            scope["$index"] = index
        if total is not None:
            scope["$total"] = total
        try:
            found: Collection = scope["budget"].hold(present(expression(item)))
            return found
        finally:
            for name in _SCOPED:
                scope.pop(name, None)
            scope.update(saved)

    return evaluate


def one(collection: Collection, name: str) -> Item | None:
    """The item of a collection of at most one. Raises ExpressionRefused for several."""
    if len(collection) > 1:
        raise ExpressionRefused(_NOT_ONE, name)
    return collection[0] if collection else None


def meaning(collection: Collection, name: str) -> Plain:
    """What the one item means; None for none. Raises ExpressionRefused for several."""
    found = one(collection, name)
    return None if found is None else plain(found)


def text_of(collection: Collection, name: str) -> str | None:
    """The one string (dates and codes are written as strings); None for none. Raises ExpressionRefused otherwise."""
    found = one(collection, name)
    value = getattr(found, "data", found)
    if value is None or isinstance(value, str):
        return value
    raise wrong_kind(name)


def number_of(collection: Collection, name: str) -> Any:
    """The one number, an int or Decimal; None for none. Raises ExpressionRefused otherwise."""
    found = meaning(collection, name)
    if found is None or is_number(found):
        return found
    raise wrong_kind(name)


def integer_of(collection: Collection, name: str) -> int | None:
    """The one integer; None for none. Raises ExpressionRefused otherwise."""
    found = number_of(collection, name)
    if found is not None and found != int(found):
        raise wrong_kind(name)
    return None if found is None else int(found)


def truth_of(collection: Collection, name: str) -> bool | None:
    """Whether the one item is true; something that is no boolean is there, and so true (FHIRPath N1, Singleton
    Evaluation). None for none. Raises ExpressionRefused for several."""
    found = meaning(collection, name)
    if found is None:
        return None if not collection else True
    return found if isinstance(found, bool) else True


def wrong_kind(name: str) -> ExpressionRefused:
    """A value that a function or operator cannot take."""
    return ExpressionRefused(_WRONG_KIND, name)


Table: TypeAlias = Mapping[str, Entry]
