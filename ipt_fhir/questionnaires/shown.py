"""What a page shows of a filled form: its items with answers, options and limits of the moment, and running sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from ipt_fhir.questionnaires.computed import Looks
from ipt_fhir.questionnaires.enabling import same
from ipt_fhir.questionnaires.form import FormItem, ItemType, Limits, Option, Value
from ipt_fhir.questionnaires.layout import Occurrence, scope_of
from ipt_fhir.questionnaires.options import ValueSets
from ipt_fhir.questionnaires.problems import Problem
from ipt_fhir.questionnaires.settling import Settled
from ipt_fhir.rawjson import JsonObject


class Origin(StrEnum):
    """Where a value came from when nobody typed it; shown beside it."""

    INITIAL = "initial"
    """The form's author proposes it."""
    CHART = "chart"
    """Read from the chart or the launch."""
    CALCULATED = "calculated"
    """Computed from other answers; nobody can type over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAnswer:
    """One answer of an item, with the items that stand under it."""

    value: Value
    items: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An item as it is shown now. A repeating group comes once for each repetition, side by side.

    ``path`` names the place in the filled form, unique on a page and stable while answers around it change: linkIds
    have no alphabet, so it is made of positions in the form (``0.2``), with the number of the repetition or the answer
    where there may be several (``0.2:1.3``). ``items`` are those of a group, or those that wait below a question
    without an answer. ``options`` are the permitted answers after expansion, empty where any answer of the type will
    do; None for a value set nobody could expand. ``units`` likewise. ``limits`` hold the computed ones of the moment.
    ``problem`` is a sentence for a person: an expression of this item could not be evaluated.
    """

    item: FormItem
    path: str
    enabled: bool
    answers: tuple[ShownAnswer, ...] = ()
    items: tuple[Shown, ...] = ()
    options: tuple[Option, ...] | None = ()
    units: tuple[JsonObject, ...] | None = ()
    limits: Limits = field(default_factory=Limits)
    origin: Origin | None = None
    problem: str = ""

    def walk(self) -> Iterator[Shown]:
        """This item and everything below it, in printed order."""
        yield self
        for answer in self.answers:
            for item in answer.items:
                yield from item.walk()
        for item in self.items:
            yield from item.walk()


class Tally(NamedTuple):
    """The weights of chosen answers so far. ``answered`` of ``of`` weighted questions that are on have an answer."""

    total: Decimal
    answered: int
    of: int


Origins: TypeAlias = Mapping[str, tuple[Origin, tuple[Value, ...]]]
"""By path: which values were put there, and where they come from."""


def show(
    settled: Settled, sets: ValueSets, origins: Origins, problems: Sequence[Problem], language: str
) -> tuple[tuple[Shown, ...], tuple[Problem, ...]]:
    """A worked-out form as a page shows it, and the problems that came up in showing it."""
    looks = Looks(settled, sets)
    showing = _Showing(
        settled, looks, origins, {problem.path: problem.words(language) for problem in problems}, language
    )
    return showing.level(""), tuple(looks.problems)


@dataclass(frozen=True, slots=True, eq=False)
class _Showing:
    settled: Settled
    looks: Looks
    origins: Origins
    words: Mapping[str, str]
    language: str

    def level(self, scope: str) -> tuple[Shown, ...]:
        """The items of one scope."""
        return tuple(self._shown(occurrence) for occurrence in self.settled.layout.levels.get(scope, ()))

    def _shown(self, at: Occurrence) -> Shown:
        values = self.settled.answers(at)
        look = self.looks.of(at)
        problem = self.words.get(at.path, "") or (look.problem.words(self.language) if look.problem else "")
        return Shown(
            item=at.item,
            path=at.path,
            enabled=self.settled.enabled[at.path],
            answers=tuple(
                ShownAnswer(value=value, items=self.level(scope_of(at, number))) for number, value in enumerate(values)
            ),
            items=() if values else self.level(scope_of(at, 0)),
            options=look.options,
            units=look.units,
            limits=look.limits,
            origin=self._origin(at, values),
            problem=problem,
        )

    def _origin(self, at: Occurrence, values: tuple[Value, ...]) -> Origin | None:
        if at.item.calculated:
            return Origin.CALCULATED if values else None
        origin, proposed = self.origins.get(at.path, (None, ()))
        return origin if values and values == proposed else None


def tallies(shown: Sequence[Shown]) -> dict[str, Tally]:
    """Running sums of weights, by path of the group and "" for the whole form; empty where nothing has a weight."""
    found: dict[str, Tally] = {}
    whole = _sum(_tally(item, found) for item in shown)
    return {"": whole, **found} if whole.of else {}


def _tally(shown: Shown, found: dict[str, Tally]) -> Tally:
    if not shown.enabled:
        return _NOTHING
    below = [
        _tally(item, found) for item in (*shown.items, *(item for answer in shown.answers for item in answer.items))
    ]
    total = _sum([_own(shown), *below])
    if shown.item.type is ItemType.GROUP and total.of:
        found[shown.path] = total
    return total


_NOTHING = Tally(Decimal(0), 0, 0)


def _own(shown: Shown) -> Tally:
    weighted = [option for option in shown.options or () if option.weight is not None]
    if not weighted:
        return _NOTHING
    by_key: dict[object, list[Option]] = {}
    for option in weighted:
        by_key.setdefault(_key(option.value), []).append(option)
    weights = [
        option.weight
        for answer in shown.answers
        for option in by_key.get(_key(answer.value), ())
        if option.weight is not None and same(answer.value, option.value)
    ]
    return Tally(sum(weights, Decimal(0)), int(bool(weights)), 1)


def _key(value: Value) -> object:
    """What equal values have in common; a code is told from others without comparing it with each."""
    content = value.content
    return content.get("code") if isinstance(content, dict) else str(content)


def _sum(parts: Iterable[Tally]) -> Tally:
    total = _NOTHING
    for part in parts:
        total = Tally(total.total + part.total, total.answered + part.answered, total.of + part.of)
    return total
