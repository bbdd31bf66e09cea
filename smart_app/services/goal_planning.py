"""Agree the goals: from a template, or one of your own; reword them, give them up. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue
from ipt_fhir.locale.texts import text
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.goals import Goal, GoalKind, GoalStatus, ScaleLevel, ScoreTarget
from ipt_fhir.model.limits import TEXT_LIMITS
from ipt_fhir.protocol.catalogue import GoalTemplate, goal_templates, offered_templates
from ipt_fhir.protocol.goals import NUMBERS, person_words
from ipt_fhir.questionnaires.readings import first_total, readings_of
from ipt_fhir.terminology.scores import SCORES
from smart_app import language
from smart_app.language import gettext as _
from smart_app.language import lazy_gettext
from smart_app.services.plan_form import PlanForm
from smart_app.services.problems import Problems, read_day, read_number, read_text

PERSON = "{person}"
OWN = "own"
"""The key of a goal that comes from no template: in the patient's words, with five levels."""
CLOSED = frozenset({GoalStatus.COMPLETED, GoalStatus.REJECTED, GoalStatus.ENTERED_IN_ERROR})
"""Goals a plan keeps as they are; those that were given up may be taken up again."""

# Who a goal may be about where the inventory allows nobody: by role, never by name (decision-D20).
ROLES = (
    lazy_gettext("my husband"),
    lazy_gettext("my wife"),
    lazy_gettext("my partner"),
    lazy_gettext("my mother"),
    lazy_gettext("my father"),
    lazy_gettext("my child"),
    lazy_gettext("my brother or sister"),
    lazy_gettext("my friend"),
    lazy_gettext("my manager"),
    lazy_gettext("my colleague"),
    lazy_gettext("a person I trust"),
)
_MOST_COUNTED = 999
_SCALE = range(-2, 3)


def offered_goals(episode: Episode) -> list[GoalTemplate]:
    """Templates not used yet: the general ones and those of the chosen areas, or all while no area is chosen.

    A goal whose instrument is not part of this version is not offered: nobody could tell whether it was reached.
    """
    used = {goal.template for goal in episode.goals}
    areas = {area.code for area in episode.problem_areas}
    return [template for template in offered_templates(areas) if template.id not in used]


def withheld_goals(episode: Episode) -> tuple[list[GoalTemplate], list[GoalTemplate]]:
    """The templates that are not offered: those of problem areas that were not chosen, and those nobody can measure."""
    shown = {template.id for template in offered_templates({area.code for area in episode.problem_areas})}
    left = [template for template in goal_templates().values() if template.id not in shown]
    return [item for item in left if item.available], [item for item in left if not item.available]


def people_of_inventory(episode: Episode) -> list[str]:
    """People the plan may speak of, as it names them: ``H (husband)`` (decision-D39)."""
    return [person_words(entry, language.current()) for entry in episode.inventory if entry.in_plan]


def baseline(episode: Episode, template: GoalTemplate, catalogue: Catalogue = SHIPPED) -> Decimal | None:
    """The first score of the course in what the template measures, from which relative goals count."""
    return first_total(readings_of(episode, template.measure, catalogue))


def numbers_of(template: GoalTemplate) -> tuple[str, ...]:
    """The numbers the wording of a template asks for: ``n`` as it is now, ``m`` as it is to become."""
    return tuple(name for name in template.fill_ins if name in NUMBERS)


def has_own_target(template: GoalTemplate) -> bool:
    """Whether the score to reach has a field of its own; a number of the wording says it otherwise."""
    return template.kind is GoalKind.PROM and template.value not in NUMBERS


def read_goals(
    episode: Episode, form: PlanForm, filed: Collection[str], today: date, catalogue: Catalogue, problems: Problems
) -> tuple[Goal, ...]:
    """The goals of the course as the form has them; problems are noted by field.

    ``filed`` holds the keys the chart already has: a goal that is given up is cancelled there, never deleted.
    """
    return tuple(_goals(episode, form, filed, today, catalogue, problems))


def _goals(
    episode: Episode, form: PlanForm, filed: Collection[str], today: date, catalogue: Catalogue, problems: Problems
) -> Iterator[Goal]:
    people = {*people_of_inventory(episode), *map(str, ROLES)}
    for goal in episode.goals:
        kept = _kept(goal, form, filed, today, problems)
        if kept:
            yield kept
    for template in offered_goals(episode):
        if template.id in form.goals:
            new = _new(template, episode, form, people, catalogue, problems)
            if new:
                yield new
    if OWN in form.goals:
        own = _own(episode, form, problems)
        if own:
            yield own


def _kept(goal: Goal, form: PlanForm, filed: Collection[str], today: date, problems: Problems) -> Goal | None:
    """A goal of the course: reworded, given up (cancelled in the chart), or dropped if the chart never had it."""
    if goal.status in CLOSED:
        return goal
    if goal.id not in form.goals:
        if goal.status is GoalStatus.CANCELLED:
            return goal
        known = goal.id in filed or goal.ratings
        return replace(goal, status=GoalStatus.CANCELLED, status_date=today) if known else None
    wording = _wording(goal.id, form, set(), problems)
    due = _due(goal.id, form, goal.start, problems)
    levels = _levels(goal.id, form, [level.level for level in goal.levels], problems)
    target = _retargeted(goal, form, problems)
    if not wording or due is None or levels is None or (goal.target and target is None):
        return goal
    goal = replace(goal, text=wording, due=due, levels=levels, target=target)
    if goal.status is GoalStatus.CANCELLED:
        return replace(goal, status=GoalStatus.ACTIVE, status_date=today)
    return goal


def _new(
    template: GoalTemplate,
    episode: Episode,
    form: PlanForm,
    people: Collection[str],
    catalogue: Catalogue,
    problems: Problems,
) -> Goal | None:
    wording = _wording(template.id, form, people, problems)
    due = _due(template.id, form, episode.started, problems)
    levels = _levels(template.id, form, list(_SCALE) if template.levels else [], problems)
    numbers = _numbers(template, form, problems)
    target = _target(template, baseline(episode, template, catalogue), numbers, form, problems)
    if problems or not wording or due is None or levels is None:
        return None
    return Goal(
        id=str(uuid.uuid4()),
        kind=template.kind,
        text=wording,
        template=template.id,
        area=template.area,
        start=episode.started,
        due=due,
        target=target,
        stage=template.stage,
        levels=levels,
    )


def _own(episode: Episode, form: PlanForm, problems: Problems) -> Goal | None:
    wording = _wording(OWN, form, set(), problems)
    due = _due(OWN, form, episode.started, problems)
    levels = _levels(OWN, form, list(_SCALE), problems)
    if not wording or due is None or levels is None:
        return None
    return Goal(id=str(uuid.uuid4()), kind=GoalKind.GAS, text=wording, start=episode.started, due=due, levels=levels)


def _due(key: str, form: PlanForm, start: date, problems: Problems) -> date | None:
    due = read_day(f"due-{key}", form.texts.get(f"due-{key}", ""), problems)
    if due and due < start:
        problems.add(f"due-{key}", _("The due date must be after the start."))
        return None
    return due


def _target(
    template: GoalTemplate, first: Decimal | None, numbers: Mapping[str, int], form: PlanForm, problems: Problems
) -> ScoreTarget | None:
    if template.kind is not GoalKind.PROM or template.comparator is None or len(numbers) < len(numbers_of(template)):
        return None
    score = SCORES[template.measure]
    value = template.target_value(first, numbers)
    if value is None or value < score.lowest or (score.highest is not None and value > score.highest):
        sentence = _(
            "This goal needs a first %(score)s. Fill one in, then choose the goal.", score=_title(template.measure)
        )
        problems.add(f"goal-{template.id}", sentence)
        return None
    found = ScoreTarget(measure=template.measure, comparator=template.comparator, value=value)
    return _typed_target(template.id, found, form, problems)


def _retargeted(goal: Goal, form: PlanForm, problems: Problems) -> ScoreTarget | None:
    return _typed_target(goal.id, goal.target, form, problems) if goal.target else None


def _typed_target(key: str, target: ScoreTarget, form: PlanForm, problems: Problems) -> ScoreTarget | None:
    """The target with the points that were typed; without a field it stays."""
    field = f"target-{key}"
    typed = form.texts.get(field, "").strip()
    if not typed or typed == f"{target.value.normalize():f}":
        return target
    score = SCORES[target.measure]
    points = read_number(field, typed, score.lowest, score.highest or _MOST_COUNTED, problems)
    return None if points is None else replace(target, value=Decimal(points))


def _numbers(template: GoalTemplate, form: PlanForm, problems: Problems) -> dict[str, int]:
    """The numbers typed for the wording; one that is missing is a problem."""
    found = {}
    for name in numbers_of(template):
        field = f"number-{name}-{template.id}"
        number = read_number(field, form.texts.get(field, ""), 0, _MOST_COUNTED, problems)
        if number is not None:
            found[name] = number
    return found


def _wording(key: str, form: PlanForm, people: Collection[str], problems: Problems) -> str:
    field = f"text-{key}"
    typed = form.texts.get(field, "")
    if PERSON in typed:
        person = form.texts.get(f"person-{key}", "")
        if person not in people:
            problems.add(f"person-{key}", _("Choose who this goal is about, by role."))
            return ""
        typed = typed.replace(PERSON, person)
    for name in NUMBERS:
        typed = typed.replace(f"{{{name}}}", form.texts.get(f"number-{name}-{key}", "").strip())
    wording = read_text(field, typed, TEXT_LIMITS["Goal.text"], problems)
    if wording == "":
        problems.add(field, _("A goal needs its wording."))
    return wording or ""


def _levels(key: str, form: PlanForm, wanted: list[int], problems: Problems) -> tuple[ScaleLevel, ...] | None:
    levels = []
    for level in wanted:
        field = f"level-{key}-{level}"
        words = read_text(field, form.texts.get(field, ""), TEXT_LIMITS["ScaleLevel.text"], problems)
        if not words:
            problems.add(field, _("Each of the five levels needs its wording."))
        else:
            levels.append(ScaleLevel(level=level, text=words))
    return tuple(levels) if len(levels) == len(wanted) else None


def _title(measure: str) -> str:
    return text(SCORES[measure].title, language.current())
