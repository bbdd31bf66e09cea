"""Agree the plan: area, contract, goals, planned work. Pure: a course and a form in, a course and problems out."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from ipt_fhir.locale.texts import text
from ipt_fhir.model.activities import COURSE, Activity, ActivityStatus
from ipt_fhir.model.episode import Contract, Episode, EpisodeStatus, Frequency
from ipt_fhir.model.goals import Goal, GoalKind, GoalStatus, ScaleLevel, ScoreTarget
from ipt_fhir.model.limits import TEXT_LIMITS, clean_text
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode, ProposedBy, Rank
from ipt_fhir.protocol.catalogue import (
    ActivityTemplate,
    GoalTemplate,
    activity_templates,
    offered_templates,
    variants,
)
from ipt_fhir.protocol.course_guards import variant_of
from ipt_fhir.protocol.pace import day_of_session
from smart_app.language import gettext as _
from smart_app.services.overview import course, measure
from smart_app.services.problems import Problems, read_day

PERSON = "{person}"
_LEAST, _MOST = 12, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanForm:
    """What the person entered, as typed. ``texts`` holds the fields of single goals by their names on the page."""

    area: str = ""
    second_area: str = ""
    proposed_by: str = "together"
    agreed: bool = False
    agreed_on: str = ""
    rationale: str = ""
    sessions: str = ""
    frequency: str = "weekly"
    minutes: str = ""
    contract_agreed: bool = False
    contract_on: str = ""
    goals: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    texts: Mapping[str, str]


def offered_goals(episode: Episode) -> list[GoalTemplate]:
    """Templates not used yet: the general ones and those of the chosen areas, or all while no area is chosen.

    A goal whose instrument is not part of this version is not offered: nobody could tell whether it was reached.
    """
    used = {goal.template for goal in episode.goals}
    areas = {area.code for area in episode.problem_areas}
    return [template for template in offered_templates(areas) if template.id not in used]


def offered_activities(episode: Episode) -> list[ActivityTemplate]:
    """The planned work a plan of this variant may hold."""
    variant = variant_of(episode)
    return [template for template in activity_templates().values() if template.is_offered_for(variant)]


def baseline(episode: Episode) -> int | None:
    """The first PHQ-9 total of the course, from which relative goals count."""
    totals = [item.result.total for item in measure(episode).readings]
    return next((total for total in totals if total is not None), None)


def agree(
    episode: Episode, form: PlanForm, today: date, filed: set[str], record_language: str = "en"
) -> tuple[Episode, Problems]:
    """The course with what the form says; where there are problems the course is as it was.

    ``filed`` holds the keys the chart already has: a goal that is given up is cancelled there, never deleted.
    """
    problems = Problems()
    areas = _areas(form, today, problems)
    contract = _contract(form, episode, today, problems)
    goals = _goals(episode, form, filed, problems)
    if problems:
        return episode, problems
    agreed = replace(
        episode,
        problem_areas=areas,
        contract=contract,
        goals=goals,
        activities=_activities(episode, form, filed, record_language),
        variant=_variant(episode, contract),
    )
    return with_standing(agreed), problems


def with_standing(episode: Episode) -> Episode:
    """Status and phase follow from what is agreed and held: a plan is active once area, contract and goals are."""
    ready = all(area.agreed_by_patient for area in episode.problem_areas) and episode.problem_areas
    active = ready and episode.contract and any(goal.status is GoalStatus.ACTIVE for goal in episode.goals)
    status = EpisodeStatus.ACTIVE if active else EpisodeStatus.DRAFT
    if episode.status not in {EpisodeStatus.DRAFT, EpisodeStatus.ACTIVE}:
        status = episode.status
    return replace(episode, status=status, phase=course(episode).phase)


def _areas(form: PlanForm, today: date, problems: Problems) -> tuple[ProblemArea, ...]:
    if not form.area:
        if form.second_area:
            problems.add("area", _("Choose the leading area first."))
        return ()
    if form.second_area == form.area:
        problems.add("second_area", _("The second area is the same as the leading one."))
        return ()
    agreed_on = read_day("agreed_on", form.agreed_on, problems) if form.agreed else None
    if form.agreed and agreed_on and agreed_on > today:
        problems.add("agreed_on", _("An agreement cannot lie in the future."))
    rationale = _text("rationale", form.rationale, TEXT_LIMITS["ProblemArea.rationale"], problems)
    if problems:
        return ()
    first = ProblemArea(
        code=ProblemAreaCode(form.area),
        proposed_by=ProposedBy(form.proposed_by),
        agreed_by_patient=form.agreed,
        agreed_on=agreed_on,
        rationale=rationale or None,
    )
    second = (
        replace(first, code=ProblemAreaCode(form.second_area), rank=Rank.SECONDARY, rationale=None)
        if form.second_area
        else None
    )
    return (first, second) if second else (first,)


def _contract(form: PlanForm, episode: Episode, today: date, problems: Problems) -> Contract | None:
    if not form.contract_agreed:
        return None
    sessions = _number("sessions", form.sessions, _LEAST, _MOST, problems)
    minutes = _number("minutes", form.minutes, 15, 120, problems)
    agreed_on = read_day("contract_on", form.contract_on, problems)
    if sessions is None or minutes is None or agreed_on is None:
        return None
    if agreed_on > today:
        problems.add("contract_on", _("An agreement cannot lie in the future."))
        return None
    frequency = Frequency(form.frequency)
    ends_on = day_of_session(agreed_on, sessions, frequency)
    if ends_on < episode.started:
        problems.add("contract_on", _("This contract would have ended before the course started."))
        return None
    return Contract(sessions=sessions, frequency=frequency, minutes=minutes, agreed_on=agreed_on, ends_on=ends_on)


def _goals(episode: Episode, form: PlanForm, filed: set[str], problems: Problems) -> tuple[Goal, ...]:
    kept = [_kept_goal(goal, form, filed, problems) for goal in episode.goals]
    new = [
        _new_goal(template, episode, form, problems) for template in offered_goals(episode) if template.id in form.goals
    ]
    return tuple(goal for goal in (*kept, *new) if goal is not None)


def _kept_goal(goal: Goal, form: PlanForm, filed: set[str], problems: Problems) -> Goal | None:
    """A goal of the course: reworded, given up (cancelled in the chart), or dropped if the chart never had it."""
    if goal.id not in form.goals:
        return replace(goal, status=GoalStatus.CANCELLED) if goal.id in filed else None
    text, due = (
        _goal_text(goal.id, form, problems),
        read_day(f"due-{goal.id}", form.texts.get(f"due-{goal.id}", ""), problems),
    )
    levels = _levels(goal.id, form, [level.level for level in goal.levels], problems)
    if not text or due is None or levels is None:
        return goal
    if due < goal.start:
        problems.add(f"due-{goal.id}", _("The due date must be after the start."))
        return goal
    status = GoalStatus.ACTIVE if goal.status is GoalStatus.CANCELLED else goal.status
    return replace(goal, text=text, due=due, levels=levels, status=status)


def _new_goal(template: GoalTemplate, episode: Episode, form: PlanForm, problems: Problems) -> Goal | None:
    text, due = (
        _goal_text(template.id, form, problems),
        read_day(f"due-{template.id}", form.texts.get(f"due-{template.id}", ""), problems),
    )
    levels = _levels(template.id, form, list(range(-2, 3)) if template.levels else [], problems)
    target = _target(template, episode, problems)
    start = episode.started
    if due and due < start:
        problems.add(f"due-{template.id}", _("The due date must be after the start."))
    if problems or not text or due is None or levels is None:
        return None
    return Goal(
        id=str(uuid.uuid4()),
        kind=template.kind,
        text=text,
        template=template.id,
        area=template.area,
        start=start,
        due=due,
        target=target,
        stage=template.stage,
        levels=levels,
    )


def _target(template: GoalTemplate, episode: Episode, problems: Problems) -> ScoreTarget | None:
    if template.kind is not GoalKind.PROM or template.comparator is None:
        return None
    value = template.target_value(baseline(episode))
    if value is None or value < 0:
        problems.add(f"goal-{template.id}", _("This goal needs a first PHQ-9. Fill one in, then choose the goal."))
        return None
    return ScoreTarget(measure=template.measure, comparator=template.comparator, value=value)


def _goal_text(key: str, form: PlanForm, problems: Problems) -> str:
    field = f"text-{key}"
    typed = form.texts.get(field, "")
    if PERSON in typed:
        role = form.texts.get(f"person-{key}", "")
        if not role:
            problems.add(f"person-{key}", _("Choose who this goal is about, by role."))
            return ""
        typed = typed.replace(PERSON, role)
    text = _text(field, typed, TEXT_LIMITS["Goal.text"], problems)
    if text == "":
        problems.add(field, _("A goal needs its wording."))
    return text or ""


def _levels(key: str, form: PlanForm, wanted: list[int], problems: Problems) -> tuple[ScaleLevel, ...] | None:
    levels = []
    for level in wanted:
        field = f"level-{key}-{level}"
        text = _text(field, form.texts.get(field, ""), TEXT_LIMITS["ScaleLevel.text"], problems)
        if not text:
            problems.add(field, _("Each of the five levels needs its wording."))
            return None
        levels.append(ScaleLevel(level=level, text=text))
    return tuple(levels)


def _activities(episode: Episode, form: PlanForm, filed: set[str], language: str) -> tuple[Activity, ...]:
    kept = [_kept_activity(item, form, filed) for item in episode.activities]
    known = {item.code for item in episode.activities}
    new = [
        Activity(
            id=str(uuid.uuid4()),
            kind=template.kind,
            code=template.id,
            text=text(template.text, language),
            owner=template.owner,
        )
        for template in offered_activities(episode)
        if template.id in form.activities and template.id not in known
    ]
    return tuple(item for item in (*kept, *new) if item is not None)


def _kept_activity(activity: Activity, form: PlanForm, filed: set[str]) -> Activity | None:
    if not activity.by_us or activity.code == COURSE:
        return replace(activity, status=ActivityStatus.PLANNED) if activity.code == COURSE else activity
    if activity.code in form.activities:
        undone = activity.status in {ActivityStatus.CANCELLED, ActivityStatus.PROPOSED}
        return replace(activity, status=ActivityStatus.PLANNED) if undone else activity
    return replace(activity, status=ActivityStatus.CANCELLED) if activity.id in filed else None


def _variant(episode: Episode, contract: Contract | None) -> str:
    if contract is None:
        return episode.variant
    family = variant_of(episode).family
    fitting = [item for item in variants().values() if item.family == family and item.sessions <= contract.sessions]
    longest = max(fitting, key=lambda item: item.sessions, default=None)
    return longest.id if longest else episode.variant


def _number(field: str, typed: str, least: int, most: int, problems: Problems) -> int | None:
    if typed.isascii() and typed.isdigit() and len(typed) < 5 and least <= int(typed) <= most:
        return int(typed)
    problems.add(field, _("Enter a number from %(least)s to %(most)s.", least=least, most=most))
    return None


def _text(field: str, typed: str, limit: int, problems: Problems) -> str | None:
    text = clean_text(typed)
    if len(text) > limit:
        problems.add(field, _("This is longer than %(limit)s characters.", limit=limit))
        return None
    return text
