"""A form being filled in: what is open, what is shown, what was computed, and what would be sent.

What somebody typed is kept as the items of a QuestionnaireResponse in raw JSON, answers of items that are switched off
at the moment included, so that switching them on again brings the words back. What is sent has only what is enabled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ipt_fhir.questionnaires.form import Form
from ipt_fhir.questionnaires.initial import computed_initials, initial_rows, initial_values
from ipt_fhir.questionnaires.layout import Layout, Misfit, Unplaced, given, lay_out
from ipt_fhir.questionnaires.options import ValueSets
from ipt_fhir.questionnaires.plan import Plan, make_plan
from ipt_fhir.questionnaires.populating import open_groups
from ipt_fhir.questionnaires.problems import Problem
from ipt_fhir.questionnaires.settling import Settled, settle
from ipt_fhir.questionnaires.shown import Origin, Origins, Shown, ShownAnswer, Tally, show, tallies
from ipt_fhir.questionnaires.surroundings import Expand, Surroundings
from ipt_fhir.questionnaires.writing import answered_rows, write_rows
from ipt_fhir.rawjson import JsonObject

# Everything a page needs to show a form comes through this door.
__all__ = [
    "Expand",
    "Filling",
    "Misfit",
    "Origin",
    "Problem",
    "Shown",
    "ShownAnswer",
    "Surroundings",
    "Tally",
    "Unplaced",
    "open_filling",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Filling:
    """A form with its answers, worked out. It never changes; ``with_items`` makes the next one.

    ``items`` are the answers as typed, those of items that are off included: what a draft keeps. ``unplaced`` is what
    came with a response and fits no item. ``problems`` are what could not be worked out: a form that has one is not
    completed without a person seeing it. ``scores`` are running sums of weights, by path of the group ("" for the whole
    form), where there are weighted answers; they are no score of an instrument.
    """

    form: Form
    surroundings: Surroundings
    items: Sequence[JsonObject]
    shown: tuple[Shown, ...]
    unplaced: tuple[Unplaced, ...]
    problems: tuple[Problem, ...]
    scores: Mapping[str, Tally]
    origins: Origins
    _settled: Settled
    _plan: Plan
    _sets: ValueSets
    _opening: tuple[Problem, ...]

    def with_items(self, items: Sequence[JsonObject], origins: Origins | None = None) -> Filling:
        """The form with these answers in place of those it has.

        ``origins`` says of values that nobody typed where they are from.
        """
        known = {**self.origins, **(origins or {})}
        start = _Start(self.form, self.surroundings, self._plan, self._sets, known, self._opening)
        return _filling(start, items, self.unplaced)

    def response_items(self) -> list[JsonObject]:
        """The items of a response: answered, switched on, in the order of the form, items under their answers."""
        settled = self._settled
        items, _ = write_rows(settled.layout, "", settled.answers, lambda at: settled.enabled[at.path])
        return answered_rows(items)

    def walk(self) -> Iterator[Shown]:
        """Everything shown, at any depth, in printed order."""
        for top in self.shown:
            yield from top.walk()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Start:
    """What stays the same from one filling of a form to the next."""

    form: Form
    surroundings: Surroundings
    plan: Plan
    sets: ValueSets
    origins: Origins
    opening: tuple[Problem, ...]


def open_filling(form: Form, surroundings: Surroundings, response: JsonObject | None = None) -> Filling:
    """Open a form: new, with the initial values its author proposes, or with the answers of a response.

    A response is taken as it is, from whomever it comes; nothing initial is put beside its answers. What fits no item
    is kept in ``unplaced``. Whether it is right is for ``validation`` to say. A draft is opened by opening the form
    anew and giving its items to ``with_items``, so that it is still known which values nobody typed.
    """
    plan = make_plan(form.items, form.variables)
    start = _Start(form, surroundings, plan, ValueSets(form.raw, surroundings.expand), {}, ())
    if response is not None:
        return _filling(start, response.get("item"), ())
    return _proposed(start)


def _filling(start: _Start, items: object, unplaced: tuple[Unplaced, ...]) -> Filling:
    layout = lay_out(start.form.items, items)
    settled = settle(start.form, start.plan, layout, start.sets, start.surroundings)
    opening = [problem for problem in start.opening if _still_empty(settled, problem.path)]
    problems = (*settled.problems, *opening)
    shown, late = show(settled, start.sets, start.origins, problems, start.surroundings.language)
    kept, _ = write_rows(layout, "", given, lambda at: bool(at.row))
    return Filling(
        form=start.form,
        surroundings=start.surroundings,
        items=kept,
        shown=shown,
        unplaced=(*unplaced, *(part for part in layout.unplaced if part not in unplaced)),
        problems=(*problems, *late),
        scores=tallies(shown),
        origins=start.origins,
        _settled=settled,
        _plan=start.plan,
        _sets=start.sets,
        _opening=start.opening,
    )


def _still_empty(settled: Settled, path: str) -> bool:
    """Whether nobody has answered yet where an initial value could not be computed."""
    return all(settled.answers(at) == () for at in settled.layout.occurrences if at.path == path)


def _proposed(start: _Start) -> Filling:
    """A new form: what its author proposes, then what initialExpressions find in launch and chart."""
    if not (start.plan.computes or start.surroundings.found):
        layout = lay_out(start.form.items, initial_rows(start.form.items))
        return _filling(_with_origins(start, _of_author(layout), ()), initial_rows(start.form.items), ())
    opened = open_groups(start.form, initial_rows(start.form.items), lambda rows: _settled(start, rows))
    layout = opened.settled.layout
    found, problems = computed_initials(opened.settled, start.plan, start.sets)
    origins = {**_of_author(layout), **{path: (Origin.CHART, values) for path, values in found.items()}}
    rows, _ = write_rows(layout, "", lambda at: found.get(at.path) or at.values, lambda _: True)
    return _filling(_with_origins(start, origins, (*opened.problems, *problems)), answered_rows(rows), ())


def _of_author(layout: Layout) -> Origins:
    return {at.path: (Origin.INITIAL, values) for at in layout.occurrences if (values := initial_values(at.item))}


def _settled(start: _Start, rows: Sequence[JsonObject]) -> Settled:
    return settle(start.form, start.plan, lay_out(start.form.items, rows), start.sets, start.surroundings)


def _with_origins(start: _Start, origins: Origins, problems: tuple[Problem, ...]) -> _Start:
    return _Start(start.form, start.surroundings, start.plan, start.sets, origins, problems)
