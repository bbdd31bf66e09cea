"""Functions on collections: filter, walk, join, count (FHIRPath N1, sections 5.1 to 5.3 and 5.8)."""

from __future__ import annotations

from typing import Any

from fhirpathpy.engine.invocations.navigation import create_reduce_children

from ipt_fhir.questionnaires.expressions.comparisons import distinct, key_of
from ipt_fhir.questionnaires.expressions.hooks import (
    Collection,
    Criterion,
    Scope,
    Table,
    function,
    integer_of,
    one,
    text_of,
    truth_of,
    wrong_kind,
)
from ipt_fhir.questionnaires.expressions.syntax import WHERE_LINK_ID
from ipt_fhir.questionnaires.expressions.values import Item, data_of, node, plain, present


def _where(_scope: Scope, focus: Collection, criterion: Criterion) -> Collection:
    return [item for at, item in enumerate(focus) if truth_of(criterion(item, at), "where")]


def _where_link_id(_scope: Scope, focus: Collection, wanted: Collection) -> Collection:
    """``where(linkId = 'x')``, which forms write at every turn: read straight from the items."""
    link_id = text_of(wanted, "where")
    return [item for item in focus if isinstance(data := data_of(item), dict) and data.get("linkId") == link_id]


def _select(_scope: Scope, focus: Collection, projection: Criterion) -> Collection:
    return [found for at, item in enumerate(focus) for found in projection(item, at)]


def _repeat(scope: Scope, focus: Collection, projection: Criterion) -> Collection:
    """Each value once, as the standard says; the way through a tree ends because a tree does."""
    seen: dict[Any, Item] = {}
    waiting = focus
    while waiting:
        found: dict[Any, Item] = {}
        for item in _select(scope, waiting, projection):
            found.setdefault(key_of(scope, item), item)
        fresh = {key: item for key, item in found.items() if key not in seen}
        seen |= fresh
        waiting = list(fresh.values())
    return list(seen.values())


def _exists(_scope: Scope, focus: Collection, criterion: Criterion | None = None) -> bool:
    return bool(focus if criterion is None else _where(_scope, focus, criterion))


def _all(_scope: Scope, focus: Collection, criterion: Criterion) -> bool:
    return all(truth_of(criterion(item, at), "all") for at, item in enumerate(focus))


def _iif(_scope: Scope, focus: Collection, criterion: Criterion, *branches: Criterion) -> Collection:
    one(focus, "iif")
    decided = present(criterion(focus))
    answer = plain(one(decided, "iif")) if decided else False
    if not isinstance(answer, bool):
        raise wrong_kind("iif")
    if answer:
        return branches[0](focus)
    return branches[1](focus) if len(branches) > 1 else []


def _aggregate(_scope: Scope, focus: Collection, step: Criterion, start: Collection | None = None) -> Collection:
    total = start or []
    for at, item in enumerate(focus):
        total = step(item, at, total)
    return total


def _single(_scope: Scope, focus: Collection) -> Item | None:
    return one(focus, "single")


def _not(_scope: Scope, focus: Collection) -> bool | None:
    truth = truth_of(focus, "not")
    return None if truth is None else not truth


def _booleans(focus: Collection, name: str) -> list[bool]:
    found = [plain(item) for item in focus]
    if not all(isinstance(value, bool) for value in found):
        raise wrong_kind(name)
    return [value is True for value in found]


def _subset(scope: Scope, left: Collection, right: Collection) -> bool:
    return {key_of(scope, item) for item in left} <= {key_of(scope, item) for item in right}


def _children(_scope: Scope, focus: Collection) -> Collection:
    """The library's nodes of all elements; ``resourceType`` is how JSON names a type and no element."""
    step = create_reduce_children(_scope, True)
    found = [child for item in focus for child in step([], item)]
    return present(child for child in found if not str(child.propName).endswith("resourceType"))


def _descendants(scope: Scope, focus: Collection) -> Collection:
    found: Collection = []
    level = _children(scope, focus)
    while level:
        scope["budget"].spend(len(level))
        found += level
        level = _children(scope, level)
    return found


def _extension(_scope: Scope, focus: Collection, url: Collection) -> Collection:
    """Extensions with that address; those of a primitive lie in its ``_name`` half."""
    wanted = text_of(url, "extension")
    there = [data.get("extension", []) for data in map(data_of, focus) if isinstance(data, dict)]
    return [node(held, "Extension") for extensions in there for held in extensions if held.get("url") == wanted]


def _has_value(_scope: Scope, focus: Collection) -> bool:
    return len(focus) == 1 and not isinstance(data_of(focus[0]), dict | list | None)


def _take(_scope: Scope, focus: Collection, count: Collection) -> Collection:
    return focus[: max(0, _counted(count, "take"))]


def _skip(_scope: Scope, focus: Collection, count: Collection) -> Collection:
    return focus[max(0, _counted(count, "skip")) :]


def _counted(count: Collection, name: str) -> int:
    found = integer_of(count, name)
    if found is None:
        raise wrong_kind(name)
    return found


def _within(scope: Scope, left: Collection, right: Collection) -> Collection:
    keys = {key_of(scope, item) for item in right}
    return [item for item in left if key_of(scope, item) in keys]


def _exclude(scope: Scope, focus: Collection, other: Collection) -> Collection:
    keys = {key_of(scope, item) for item in other}
    return [item for item in focus if key_of(scope, item) not in keys]


def _trace(_scope: Scope, focus: Collection, _name: Collection, _projection: Criterion | None = None) -> Collection:
    """Traces nothing: what stands in an answer is not written to a log."""
    return focus


def _coalesce(_scope: Scope, focus: Collection, *choices: Criterion) -> Collection:
    found = (choice(focus) for choice in choices)
    return next((values for values in found if values), [])


COLLECTIONS: Table = {
    "where": function(_where, "E"),
    WHERE_LINK_ID: function(_where_link_id, "V"),
    "select": function(_select, "E"),
    "repeat": function(_repeat, "E"),
    "all": function(_all, "E"),
    "exists": function(_exists, "", "E"),
    "iif": function(_iif, "EE", "EEE"),
    "aggregate": function(_aggregate, "E", "EV"),
    "coalesce": function(_coalesce, *("E" * count for count in range(1, 9))),
    "trace": function(_trace, "V", "VE"),
    "empty": function(lambda _scope, focus: not focus),
    "count": function(lambda _scope, focus: len(focus)),
    "not": function(_not),
    "first": function(lambda _scope, focus: focus[:1]),
    "last": function(lambda _scope, focus: focus[-1:]),
    "tail": function(lambda _scope, focus: focus[1:]),
    "single": function(_single),
    "take": function(_take, "V"),
    "skip": function(_skip, "V"),
    "allTrue": function(lambda _scope, focus: all(_booleans(focus, "allTrue"))),
    "anyTrue": function(lambda _scope, focus: any(_booleans(focus, "anyTrue"))),
    "allFalse": function(lambda _scope, focus: not any(_booleans(focus, "allFalse"))),
    "anyFalse": function(lambda _scope, focus: not all(_booleans(focus, "anyFalse"))),
    "distinct": function(distinct),
    "isDistinct": function(lambda scope, focus: len(distinct(scope, focus)) == len(focus)),
    "union": function(lambda scope, focus, other: distinct(scope, [*focus, *other]), "V"),
    "combine": function(lambda _scope, focus, other: [*focus, *other], "V"),
    "intersect": function(lambda scope, focus, other: distinct(scope, _within(scope, focus, other)), "V"),
    "exclude": function(_exclude, "V"),
    "subsetOf": function(_subset, "V"),
    "supersetOf": function(lambda scope, focus, other: _subset(scope, other, focus), "V"),
    "children": function(_children),
    "descendants": function(_descendants),
    "extension": function(_extension, "V", raw=True),
    "hasValue": function(_has_value),
}
