"""Numbers, quantities and date arithmetic (FHIRPath N1, sections 5.7 and 6.6; SDC's sum, min, max, avg).

Everything is an exact integer or decimal; binary floating point never enters.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from ipt_fhir.locale.texts import N_
from ipt_fhir.questionnaires.expressions import moments
from ipt_fhir.questionnaires.expressions.amounts import Amount, converted, multiplied
from ipt_fhir.questionnaires.expressions.hooks import (
    Collection,
    Function,
    Scope,
    Table,
    function,
    integer_of,
    meaning,
    number_of,
    operator,
    text_of,
    wrong_kind,
)
from ipt_fhir.questionnaires.expressions.moments import Moment, read_moment
from ipt_fhir.questionnaires.expressions.refusal import ExpressionRefused
from ipt_fhir.questionnaires.expressions.syntax import NEGATED
from ipt_fhir.questionnaires.expressions.values import Item, amount_node, data_of, is_number, moment_node, plain

_LARGEST = Decimal(10) ** 28
_PLACES = 8
_ROUNDINGS = {"ceiling": ROUND_CEILING, "floor": ROUND_FLOOR, "truncate": ROUND_DOWN}
_NOT_COMPUTED = N_("“{named}” has no result for these values.")


def _kept(value: Any) -> Any:
    """A number of at most 28 digits before the point (R4, decimal; a decimal of more is not written by anybody)."""
    if abs(value) >= _LARGEST:
        raise ExpressionRefused(N_("The expression makes a number that is too large ({named})."), "10^28")
    return value


def _plus(_scope: Scope, left: Collection, right: Collection) -> Item | None:
    one, other = meaning(left, "+"), meaning(right, "+")
    if one is None or other is None:
        return None
    if isinstance(other, Amount) and (moment := _moment(left, one)):
        return _moved(moment, other, 1, "+")
    if isinstance(one, Amount) and isinstance(other, Amount):
        return _summed(one, other, 1, "+")
    if is_number(one) and is_number(other):
        return _kept(one + other)
    if _is_text(left) and _is_text(right):
        return f"{data_of(left[0])}{data_of(right[0])}"
    raise wrong_kind("+")


def _minus(_scope: Scope, left: Collection, right: Collection) -> Item | None:
    one, other = meaning(left, "-"), meaning(right, "-")
    if one is None or other is None:
        return None
    if isinstance(other, Amount) and (moment := _moment(left, one)):
        return _moved(moment, other, -1, "-")
    if isinstance(one, Amount) and isinstance(other, Amount):
        return _summed(one, other, -1, "-")
    if is_number(one) and is_number(other):
        return _kept(one - other)
    raise wrong_kind("-")


def _is_text(collection: Collection) -> bool:
    return isinstance(data_of(collection[0]), str) and not isinstance(plain(collection[0]), Moment)


def _moment(collection: Collection, value: object) -> Moment | None:
    """The moment, also where only its text is known (a variable)."""
    if isinstance(value, Moment):
        return value
    text = data_of(collection[0])
    kinds = ("Date", "DateTime", "Time") if isinstance(text, str) else ()
    return next((moment for kind in kinds if (moment := read_moment(text, kind))), None)


def _moved(moment: Moment, by: Amount, sign: int, name: str) -> Item:
    """Only lengths of time can be added to a date, and of UCUM's only those that are always as long."""
    length = by.length
    found = moments.add(moment, by.value * sign, length) if length else None
    if found is None:
        raise ExpressionRefused(_NOT_COMPUTED, name)
    return moment_node(str(found), found.kind)


def _summed(left: Amount, right: Amount, sign: int, name: str) -> Item:
    same = right if right.calendar == left.calendar and right.unit == left.unit else converted(right, left.unit)
    if same is None:
        raise ExpressionRefused(_NOT_COMPUTED, name)
    return amount_node(Amount(left.value + sign * same.value, left.unit, left.calendar))


def _product(name: str, of_numbers: Callable[[Any, Any], Any], sign: int) -> Function:
    def multiply(_scope: Scope, left: Collection, right: Collection) -> Item | None:
        one, other = meaning(left, name), meaning(right, name)
        if one is None or other is None:
            return None
        if is_number(one) and is_number(other):
            return of_numbers(one, other)
        if not isinstance(one, Amount | int | Decimal) or not isinstance(other, Amount | int | Decimal):
            raise wrong_kind(name)
        found = multiplied(_amount(one, name), _amount(other, name), sign)
        if found is None:
            raise ExpressionRefused(_NOT_COMPUTED, name)
        return amount_node(found)

    return multiply


def _amount(value: Amount | int | Decimal, name: str) -> Amount:
    if isinstance(value, bool):
        raise wrong_kind(name)
    return value if isinstance(value, Amount) else Amount(Decimal(value), "1")


def _divided(left: Any, right: Any) -> Decimal | None:
    """Division by nought is empty (FHIRPath N1, section 6.6)."""
    return _kept(Decimal(left) / Decimal(right)) if right else None


def _whole_part(_scope: Scope, left: Collection, right: Collection) -> int | None:
    one, other = number_of(left, "div"), number_of(right, "div")
    return int(Decimal(one) // Decimal(other)) if one is not None and other else None


def _remainder(_scope: Scope, left: Collection, right: Collection) -> Any:
    one, other = number_of(left, "mod"), number_of(right, "mod")
    if one is None or not other:
        return None
    found = Decimal(one) % Decimal(other)
    return int(found) if isinstance(one, int) and isinstance(other, int) else found


def _negated(_scope: Scope, focus: Collection) -> Item | None:
    value = meaning(focus, "-")
    if isinstance(value, Amount):
        return amount_node(Amount(-value.value, value.unit, value.calendar))
    number = number_of(focus, "-")
    return None if number is None else -number


def _joined(_scope: Scope, left: Collection, right: Collection) -> str:
    """``&`` takes nothing for an empty text."""
    return (text_of(left, "&") or "") + (text_of(right, "&") or "")


def _numeric(name: str, does: Callable[[Any], Any]) -> Function:
    def compute(_scope: Scope, focus: Collection) -> Any:
        number = number_of(focus, name)
        return None if number is None else does(number)

    return compute


def _absolute(_scope: Scope, focus: Collection) -> Item | None:
    value = meaning(focus, "abs")
    if isinstance(value, Amount):
        return amount_node(Amount(abs(value.value), value.unit, value.calendar))
    number = number_of(focus, "abs")
    return None if number is None else abs(number)


def _to_integral(rounding: str) -> Callable[[Any], int]:
    return lambda number: int(Decimal(number).to_integral_value(rounding=rounding))


def _logarithm(number: Any) -> Decimal | None:
    return Decimal(number).ln() if number > 0 else None


def _to_base(_scope: Scope, focus: Collection, base: Collection) -> Decimal | None:
    number, of = number_of(focus, "log"), number_of(base, "log")
    if number is None or of is None or number <= 0 or of <= 0 or of == 1:
        return None
    return (Decimal(number).ln() / Decimal(of).ln()).quantize(Decimal(1).scaleb(-_PLACES * 2)).normalize() + 0


def _power(_scope: Scope, focus: Collection, exponent: Collection) -> Any:
    number, to = number_of(focus, "power"), number_of(exponent, "power")
    if number is None or to is None or (number < 0 and to != int(to)) or (number == 0 and to < 0):
        return None
    if to == 0:
        return 1 if isinstance(number, int) else Decimal(1)
    found = _kept(Decimal(number) ** Decimal(to))
    return int(found) if isinstance(number, int) and isinstance(to, int) and to > 0 else found


def _round(_scope: Scope, focus: Collection, precision: Collection | None = None) -> Decimal | None:
    """A half is rounded away from nought."""
    number, places = number_of(focus, "round"), integer_of(precision or [], "round") or 0
    if not 0 <= places <= 2 * _PLACES:
        raise wrong_kind("round")
    return None if number is None else Decimal(number).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _root(number: Any) -> Decimal | None:
    return Decimal(number).sqrt() if number >= 0 else None


def _sum(_scope: Scope, focus: Collection) -> Any:
    """Of nothing there is no sum; 0 would be the total of a form nobody filled in (decision-D52)."""
    values = _all_numbers(focus, "sum")
    return _kept(sum(values)) if values else None


def _average(_scope: Scope, focus: Collection) -> Decimal | None:
    values = _all_numbers(focus, "avg")
    return Decimal(sum(values)) / len(values) if values else None


def _extreme(name: str, choose: Callable[[list[Any]], Any]) -> Function:
    def find(_scope: Scope, focus: Collection) -> Any:
        values = _all_numbers(focus, name)
        return choose(values) if values else None

    return find


def _all_numbers(focus: Collection, name: str) -> list[Any]:
    values = [plain(item) for item in focus]
    if not all(is_number(value) for value in values):
        raise wrong_kind(name)
    return values


ARITHMETIC: Table = {
    "+": operator(_plus),
    "-": operator(_minus),
    "*": operator(_product("*", lambda one, other: _kept(one * other), 1)),
    "/": operator(_product("/", _divided, -1)),
    "div": operator(_whole_part),
    "mod": operator(_remainder),
    "&": operator(_joined),
    NEGATED: function(_negated),
    "abs": function(_absolute),
    **{name: function(_numeric(name, _to_integral(rounding))) for name, rounding in _ROUNDINGS.items()},
    "exp": function(_numeric("exp", lambda number: _kept(Decimal(number).exp()))),
    "ln": function(_numeric("ln", _logarithm)),
    "log": function(_to_base, "V"),
    "power": function(_power, "V"),
    "round": function(_round, "", "V"),
    "sqrt": function(_numeric("sqrt", _root)),
    "sum": function(_sum),
    "avg": function(_average),
    "min": function(_extreme("min", min)),
    "max": function(_extreme("max", max)),
}
