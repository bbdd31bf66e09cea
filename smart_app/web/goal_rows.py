"""The goals of the plan page: those agreed, those on offer, those that are closed, and what is not offered and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ipt_fhir.mapping import narrative
from ipt_fhir.model.goals import Goal, GoalKind, GoalStatus
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.protocol.catalogue import GoalTemplate
from ipt_fhir.terminology import concepts
from ipt_fhir.terminology.scores import SCORES
from smart_app.language import gettext as _
from smart_app.language import lazy_gettext
from smart_app.services.desk import Desk
from smart_app.services.goal_planning import (
    CLOSED,
    OWN,
    PERSON,
    ROLES,
    baseline,
    has_own_target,
    numbers_of,
    offered_goals,
    people_of_inventory,
    withheld_goals,
)
from smart_app.services.goal_rating import standing_of
from smart_app.services.plan_form import PlanForm
from smart_app.services.problems import Problems
from smart_app.web import words
from smart_app.web.desks import practice
from smart_app.web.goal_words import level_name, status_words, tag_of

_KIND_WORDS = {
    GoalKind.PROM: lazy_gettext("by score"),
    GoalKind.GAS: lazy_gettext("rated in five levels"),
    GoalKind.PLAIN: lazy_gettext("reached or not"),
}
_NUMBER_WORDS = {"n": lazy_gettext("How many it is now: {n}"), "m": lazy_gettext("How many it is to be: {m}")}
_LEVELS = range(-2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of a scale on the page."""

    level: int
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRow:
    """A goal of the course or one on offer, as the page prints it. ``key`` names its fields.

    ``needs`` says what must be there before it can be chosen; ``points`` is the score to reach where it has a field of
    its own. ``stands`` is how an agreed goal stands (a tag and a sentence).
    """

    key: str
    offer: str
    kind_words: str
    area: ProblemAreaCode | None
    target: str
    text: str
    due: str
    levels: tuple[Level, ...]
    chosen: bool
    wrong: bool
    needs: str = ""
    points: str | None = None
    asks_person: bool = False
    numbers: tuple[tuple[str, str], ...] = ()
    stands: dict[str, str] | None = None
    rated: bool = False


def goal_texts(goals: Sequence[Goal]) -> dict[str, str]:
    """The fields of the goals of a course."""
    texts: dict[str, str] = {}
    for goal in goals:
        if goal.status in CLOSED:
            continue
        texts[f"text-{goal.id}"] = goal.text
        texts[f"due-{goal.id}"] = goal.due.isoformat()
        texts |= {f"level-{goal.id}-{level.level}": level.text for level in goal.levels}
        if goal.target:
            texts[f"target-{goal.id}"] = f"{goal.target.value.normalize():f}"
    return texts


def offer_texts(desk: Desk) -> dict[str, str]:
    """The fields of the templates on offer, and of a goal of one's own."""
    texts: dict[str, str] = {}
    for template in offered_goals(desk.episode):
        texts[f"text-{template.id}"] = words.library(template.text)
        texts[f"due-{template.id}"] = template.due_on(desk.episode.started, desk.episode.contract).isoformat()
        for level, wording in zip(_LEVELS, template.levels, strict=False):
            texts[f"level-{template.id}-{level}"] = words.library(wording)
        points = _points(template, desk)
        if points is not None:
            texts[f"target-{template.id}"] = points
    ends = desk.episode.contract.ends_on if desk.episode.contract else None
    return {**texts, f"due-{OWN}": ends.isoformat() if ends else ""}


def goals_on_page(desk: Desk, values: PlanForm, problems: Problems) -> dict[str, object]:
    """The goals in their groups; a group that must be seen is open."""
    wrong = set(problems.by_field())
    agreed = [goal for goal in desk.episode.goals if goal.status not in {GoalStatus.CANCELLED, *CLOSED}]
    chosen = bool(desk.episode.problem_areas)
    given_up = [goal for goal in desk.episode.goals if goal.status is GoalStatus.CANCELLED]
    offers = [_offer(template, desk, values, wrong) for template in offered_goals(desk.episode)]
    groups = [
        {
            "name": words.problem_area(area) if area else _("For every course"),
            "key": area.value if area else "any",
            "goals": rows,
            "open": (not agreed and (chosen or area is None)) or any(row.chosen or row.wrong for row in rows),
        }
        for area in (*ProblemAreaCode, None)
        if (rows := [row for row in offers if row.area is area])
    ]
    own = _own(values, wrong)
    others, unmeasured = withheld_goals(desk.episode)
    return {
        "agreed": [_agreed(goal, desk, values, wrong) for goal in agreed],
        "given_up": [_agreed(goal, desk, values, wrong) for goal in given_up],
        "closed": [_closed(goal) for goal in desk.episode.goals if goal.status in CLOSED],
        "offers": groups,
        "own": own,
        "of_other_areas": [_blank(item) for item in others],
        "unmeasured": [_blank(item) for item in unmeasured],
        "inventory": people_of_inventory(desk.episode),
        "roles": [str(role) for role in ROLES],
    }


def _agreed(goal: Goal, desk: Desk, values: PlanForm, wrong: set[str]) -> GoalRow:
    standing = standing_of(desk.episode, goal, desk.today, practice().catalogue)
    return GoalRow(
        key=goal.id,
        offer=goal.text,
        kind_words=str(_KIND_WORDS[goal.kind]),
        area=goal.area,
        target=narrative.target_words(goal, words.site()),
        text=values.texts.get(f"text-{goal.id}", ""),
        due=values.texts.get(f"due-{goal.id}", ""),
        levels=_levels(goal.id, [level.level for level in goal.levels], values),
        chosen=goal.id in values.goals,
        wrong=_is_wrong(goal.id, wrong),
        points=values.texts.get(f"target-{goal.id}", "") if goal.target else None,
        stands={**tag_of(goal), "sentence": status_words(standing)},
        rated=goal.kind is GoalKind.GAS and goal.status is GoalStatus.ACTIVE,
    )


def _closed(goal: Goal) -> dict[str, object]:
    return {"id": goal.id, "text": goal.text, **tag_of(goal)}


def _offer(template: GoalTemplate, desk: Desk, values: PlanForm, wrong: set[str]) -> GoalRow:
    field = f"target-{template.id}"
    target, needs = _target(template, desk)
    return GoalRow(
        key=template.id,
        offer=_blank(template),
        kind_words=str(_KIND_WORDS[template.kind]),
        area=template.area,
        target=target,
        text=values.texts.get(f"text-{template.id}", ""),
        due=values.texts.get(f"due-{template.id}", ""),
        levels=_levels(template.id, list(_LEVELS) if template.levels else [], values),
        chosen=template.id in values.goals,
        wrong=_is_wrong(template.id, wrong),
        needs=needs,
        points=values.texts.get(field) if has_own_target(template) and not needs else None,
        asks_person=PERSON in template.text,
        numbers=tuple((f"number-{name}-{template.id}", str(_NUMBER_WORDS[name])) for name in numbers_of(template)),
    )


def _blank(template: GoalTemplate) -> str:
    """The wording of a template with its blanks open."""
    blanks = dict.fromkeys(template.fill_ins, "…")
    return words.library(template.text).format(**blanks)


def _own(values: PlanForm, wrong: set[str]) -> GoalRow:
    return GoalRow(
        key=OWN,
        offer=_("A goal of your own, in the patient's words"),
        kind_words=str(_KIND_WORDS[GoalKind.GAS]),
        area=None,
        target="",
        text=values.texts.get(f"text-{OWN}", ""),
        due=values.texts.get(f"due-{OWN}", ""),
        levels=_levels(OWN, list(_LEVELS), values),
        chosen=OWN in values.goals,
        wrong=_is_wrong(OWN, wrong),
    )


def _is_wrong(key: str, wrong: set[str]) -> bool:
    return any(field.endswith(f"-{key}") or field.startswith(f"level-{key}-") for field in wrong)


def _levels(key: str, levels: Sequence[int], values: PlanForm) -> tuple[Level, ...]:
    return tuple(
        Level(level=level, name=level_name(level), text=values.texts.get(f"level-{key}-{level}", ""))
        for level in levels
    )


def _points(template: GoalTemplate, desk: Desk) -> str | None:
    """The points a template aims at here; None where they follow from a number, or a first score is missing."""
    if not has_own_target(template):
        return None
    value = template.target_value(baseline(desk.episode, template, practice().catalogue))
    return None if value is None else f"{value.normalize():f}"


def _target(template: GoalTemplate, desk: Desk) -> tuple[str, str]:
    """The aim in words, and what it needs before it can be chosen."""
    if template.kind is not GoalKind.PROM or template.comparator is None:
        return "", ""
    title = words.library(SCORES[template.measure].title)
    asked = dict.fromkeys(numbers_of(template), 0)
    value = template.target_value(baseline(desk.episode, template, practice().catalogue), asked)
    if value is None:
        return "", _("needs a first %(score)s", score=title)
    reach = words.library(narrative.COMPARATORS[template.comparator]).format(value="…" if asked else value)
    return f"{title} {reach}", ""


def area_words(goal: Goal) -> str:
    """The problem area of a goal; empty where it has none."""
    return words.library(concepts.PROBLEM_AREAS[goal.area].label) if goal.area else ""
