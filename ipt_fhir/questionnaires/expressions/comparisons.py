"""Equality, equivalence, order, membership and the logic of three values (FHIRPath N1, sections 6.1, 6.2, 6.4, 6.5)."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from decimal import Decimal
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.expressions import moments
from ipt_fhir.questionnaires.expressions.amounts import Amount, compared, normal
from ipt_fhir.questionnaires.expressions.hooks import (
    Collection,
    Function,
    Scope,
    Table,
    meaning,
    one,
    operator,
    truth_of,
    wrong_kind,
)
from ipt_fhir.questionnaires.expressions.moments import Moment, read_moment
from ipt_fhir.questionnaires.expressions.values import Item, Plain, data_of, is_number, plain


def distinct(scope: Scope, items: Collection) -> Collection:
    """Each value once, in the order of the first of its kind."""
    found: dict[Hashable, Item] = {}
    for item in items:
        found.setdefault(key_of(scope, item), item)
    return list(found.values())


def key_of(scope: Scope, item: Item) -> Hashable:
    """Equal for items that are equal. Values that cannot be compared (a year and a day) have different keys."""
    value = plain(item)
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, int | Decimal):
        return ("number", Decimal(value))
    if isinstance(value, Moment):
        return ("moment", value.kind == "Time", moments.in_utc(value).parts, value.zone is None)
    if isinstance(value, Amount):
        return ("quantity", *normal(value))
    if isinstance(value, dict | list):
        return ("complex", scope["budget"].weigh(_ordered(data_of(item))))
    return ("text", value)


def _ordered(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _ordered(tree[name]) for name in sorted(tree)}
    if isinstance(tree, list):
        return [_ordered(item) for item in tree]
    tree = rawjson.number(tree)
    return Decimal(tree).normalize() if is_number(tree) else tree


def same(scope: Scope, left: Plain, right: Plain) -> bool | None:
    """Whether two values are equal; None where that cannot be said."""
    left, right = _on_one_footing(left, right)
    if isinstance(left, Moment) and isinstance(right, Moment):
        order = moments.compare(left, right)
        return False if (left.kind == "Time") != (right.kind == "Time") else None if order is None else order == 0
    if isinstance(left, Amount) and isinstance(right, Amount):
        return _same_amount(left, right)
    if isinstance(left, dict) and isinstance(right, dict):
        return bool(scope["budget"].weigh(_ordered(left)) == scope["budget"].weigh(_ordered(right)))
    if is_number(left) and is_number(right):
        return bool(left == right)
    return type(left) is type(right) and left == right


def _same_amount(left: Amount, right: Amount) -> bool | None:
    """A calendar month and the UCUM month may or may not be as long (FHIRPath N1, Quantity equality)."""
    pair = compared(left, right)
    if pair is None:
        return None if compared(left, right, calendar_is_ucum=True) else False
    return pair[0] == pair[1]


def _on_one_footing(left: Plain, right: Plain) -> tuple[Plain, Plain]:
    """A string beside a date is read as one, a number beside a quantity counts units of one (implicit conversion)."""
    for kind, widened in ((Moment, _as_moment), (Amount, _as_amount)):
        if isinstance(left, kind) and not isinstance(right, kind):
            return left, widened(right)
        if isinstance(right, kind) and not isinstance(left, kind):
            return widened(left), right
    return left, right


def _as_moment(value: Plain) -> Plain:
    if not isinstance(value, str):
        return value
    found = (read_moment(value, kind) for kind in ("Date", "DateTime", "Time"))
    return next((moment for moment in found if moment), value)


def _as_amount(value: Plain) -> Plain:
    return Amount(Decimal(value), "1") if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def _equal(scope: Scope, left: Collection, right: Collection) -> bool | None:
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    answers = [same(scope, plain(one), plain(other)) for one, other in zip(left, right, strict=True)]
    return False if False in answers else None if None in answers else True


def _unequal(scope: Scope, left: Collection, right: Collection) -> bool | None:
    answer = _equal(scope, left, right)
    return None if answer is None else not answer


def _equivalent(scope: Scope, left: Collection, right: Collection) -> bool:
    """In any order, each with a partner of its own."""
    if len(left) != len(right):
        return False
    scope["budget"].spend(len(left) * len(right))
    partners = [plain(item) for item in right]
    for item in left:
        value = plain(item)
        found = next((at for at, partner in enumerate(partners) if alike(scope, value, partner)), None)
        if found is None:
            return False
        del partners[found]
    return True


def alike(scope: Scope, left: Plain, right: Plain) -> bool:
    """Whether two values are equivalent: case and spaces aside, to the precision of the coarser number."""
    scope["budget"].spend(1)
    left, right = _on_one_footing(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold().split() == right.casefold().split()
    if isinstance(left, int | Decimal) and isinstance(right, int | Decimal) and type(left) is not bool:
        return type(right) is not bool and _alike_numbers(Decimal(left), Decimal(right))
    if isinstance(left, Amount) and isinstance(right, Amount):
        pair = compared(left, right, calendar_is_ucum=True)
        return pair is not None and _alike_numbers(*pair)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(alike(scope, left[name], right[name]) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(any(alike(scope, one, other) for other in right) for one in left)
    return same(scope, left, right) is True


def _alike_numbers(left: Decimal, right: Decimal) -> bool:
    places = min(_places(left), _places(right))
    step = Decimal(1).scaleb(-places)
    return left.quantize(step) == right.quantize(step)


def _places(value: Decimal) -> int:
    """Decimal places, zeros at the end aside."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _ordering(name: str, fits: Callable[[Any], bool]) -> Function:
    def compare(_scope: Scope, left: Collection, right: Collection) -> bool | None:
        one_value, other = _on_one_footing(meaning(left, name), meaning(right, name))
        if not left or not right:
            return None
        order = _order(one_value, other, name)
        return None if order is None else fits(order)

    return compare


def _order(left: Plain, right: Plain, name: str) -> int | None:
    if isinstance(left, Moment) and isinstance(right, Moment) and (left.kind == "Time") == (right.kind == "Time"):
        return moments.compare(left, right)
    if isinstance(left, Amount) and isinstance(right, Amount):
        pair = compared(left, right)
        return None if pair is None else _sign(*pair)
    if (is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str)):
        return _sign(left, right)
    raise wrong_kind(name)


def _sign(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def _contains(scope: Scope, left: Collection, right: Collection) -> bool | None:
    wanted = one(right, "contains")
    return None if wanted is None else _is_in(scope, wanted, left)


def _in(scope: Scope, left: Collection, right: Collection) -> bool | None:
    wanted = one(left, "in")
    return None if wanted is None else _is_in(scope, wanted, right)


def _is_in(scope: Scope, wanted: Item, items: Collection) -> bool:
    value = plain(wanted)
    return any(same(scope, value, plain(item)) for item in items)


def _and(_scope: Scope, left: Collection, right: Collection) -> bool | None:
    return _both(truth_of(left, "and"), truth_of(right, "and"))


def _or(_scope: Scope, left: Collection, right: Collection) -> bool | None:
    return _either(truth_of(left, "or"), truth_of(right, "or"))


def _xor(_scope: Scope, left: Collection, right: Collection) -> bool | None:
    one_truth, other = truth_of(left, "xor"), truth_of(right, "xor")
    return None if one_truth is None or other is None else one_truth != other


def _implies(_scope: Scope, left: Collection, right: Collection) -> bool | None:
    premise = truth_of(left, "implies")
    return _either(None if premise is None else not premise, truth_of(right, "implies"))


def _both(left: bool | None, right: bool | None) -> bool | None:
    return False if left is False or right is False else None if left is None or right is None else True


def _either(left: bool | None, right: bool | None) -> bool | None:
    return True if left or right else None if left is None or right is None else False


COMPARISONS: Table = {
    "=": operator(_equal),
    "!=": operator(_unequal),
    "~": operator(_equivalent),
    "!~": operator(lambda scope, left, right: not _equivalent(scope, left, right)),
    "<": operator(_ordering("<", lambda order: order < 0)),
    "<=": operator(_ordering("<=", lambda order: order <= 0)),
    ">": operator(_ordering(">", lambda order: order > 0)),
    ">=": operator(_ordering(">=", lambda order: order >= 0)),
    "containsOp": operator(_contains),
    "inOp": operator(_in),
    "and": operator(_and),
    "or": operator(_or),
    "xor": operator(_xor),
    "implies": operator(_implies),
    "|": operator(lambda scope, left, right: distinct(scope, [*left, *right])),
}
