"""Rate goals with the patient, and settle what they came to. Pure: a course and a choice in, a course and problems out.

The patient rates a goal of five levels; a goal that aims at a score is read off its measure. The rules only suggest
(``protocol.goal_states``), a person confirms.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.goals import Achievement, Goal, GoalKind, GoalStatus, RatedBy, Rating
from ipt_fhir.model.problem_areas import DisputeStage
from ipt_fhir.protocol.catalogue import goal_templates
from ipt_fhir.protocol.goal_states import TRANSITIONS, GoalReading, move, suggest
from ipt_fhir.questionnaires.readings import readings_of
from smart_app.language import gettext as _
from smart_app.services.problems import Problems

LEVELS = (-2, -1, 0, 1, 2)
"""The levels of a scale, from much less to much better than expected."""
CHOICES = (GoalStatus.ACTIVE, GoalStatus.ON_HOLD, GoalStatus.COMPLETED, GoalStatus.CANCELLED)
"""Where a page lets a goal go; what came before it was agreed is the plan's."""
_AGREED = frozenset({GoalStatus.ACTIVE, GoalStatus.ON_HOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalStanding:
    """Where a goal stands: what it was rated or measured at, oldest first, and what the rule makes of that.

    ``suggested`` is None where the readings say nothing, or a person has said that it cannot be reached.
    ``rated_today`` is the patient's rating of this day.
    """

    goal: Goal
    readings: tuple[GoalReading, ...]
    suggested: Achievement | None
    rated_today: Rating | None

    @property
    def waits(self) -> bool:
        """Whether the rule says something else than a person confirmed."""
        return self.suggested is not None and self.suggested is not self.goal.achievement


def rating_field(goal_id: str) -> str:
    """The name of the field in which a form sends the level of a goal."""
    return f"rating-{goal_id}"


def ratable_goals(episode: Episode) -> tuple[Goal, ...]:
    """The goals a patient may rate now: those of five levels on which both work."""
    return tuple(goal for goal in episode.goals if goal.kind is GoalKind.GAS and goal.status is GoalStatus.ACTIVE)


def rate(
    episode: Episode,
    typed: Mapping[str, str],
    at: datetime,
    filed: Collection[str] = (),
    by: RatedBy = RatedBy.PATIENT,
) -> tuple[Episode, Problems]:
    """The course with the levels that were chosen, by goal id; what is empty is not rated.

    ``filed`` holds the keys the chart already has. A second rating of the same day by the same person takes the place
    of the first, until that one is in the chart.
    """
    problems = Problems()
    ratable = {goal.id for goal in ratable_goals(episode)}
    levels: dict[str, int] = {}
    for goal_id, level in typed.items():
        if level and goal_id not in ratable:
            problems.add(rating_field(goal_id), _("This goal cannot be rated now. Open the page again."))
        elif level in {str(item) for item in LEVELS}:
            levels[goal_id] = int(level)
        elif level:
            problems.add(rating_field(goal_id), _("Choose one of the five levels."))
    if problems:
        return episode, problems
    goals = (_rated(goal, levels[goal.id], at, filed, by) if goal.id in levels else goal for goal in episode.goals)
    return replace(episode, goals=tuple(goals)), problems


def standing_of(episode: Episode, goal: Goal, today: date, catalogue: Catalogue = SHIPPED) -> GoalStanding:
    """Where a goal of the course stands on a day."""
    readings = readings_for(episode, goal, catalogue)
    rated = [item for item in goal.ratings if item.by is RatedBy.PATIENT and item.rated.astimezone().date() == today]
    return GoalStanding(
        goal=goal,
        readings=readings,
        suggested=suggest(goal, today, readings, _stage(episode, goal), catalogue),
        rated_today=rated[-1] if rated else None,
    )


def readings_for(episode: Episode, goal: Goal, catalogue: Catalogue = SHIPPED) -> tuple[GoalReading, ...]:
    """What a goal was rated or measured at, oldest first; nothing for one that is reached or not."""
    if goal.target is None:
        return tuple(GoalReading(on=item.rated.astimezone().date(), value=item.level) for item in goal.ratings)
    found = readings_of(episode, goal.target.measure, catalogue)
    whole = ((item.at.astimezone().date(), item.total) for item in found)
    return tuple(GoalReading(on=day, value=total) for day, total in whole if total is not None)


def rule_words(goal: Goal) -> str:
    """The rule behind a suggestion, in one sentence (the basis is always shown)."""
    if goal.kind is GoalKind.GAS:
        return _("0 or higher counts as reached; one level more or less than at first counts as better or worse.")
    if goal.kind is GoalKind.PROM:
        template = goal_templates().get(goal.template or "")
        if template and template.apart:
            return _(
                "Two readings in a row that meet the target, %(days)s days or more apart, count as reached.",
                days=template.apart,
            )
        return _("Two readings in a row that meet the target count as reached.")
    if goal.stage is not None:
        return _("The stage of the dispute, as noted on the focus page, decides.")
    return _("No rule: only the two of you can judge this goal.")


def confirm(episode: Episode, goal_id: str, achievement: str) -> tuple[Episode, Problems]:
    """The course with what a person says a goal came to; "" takes it back."""
    problems = Problems()
    goal = _find(episode, goal_id)
    if goal is None or goal.status not in _AGREED:
        problems.add("achievement", _("This goal is closed: what it came to stays as it is."))
    elif achievement and achievement not in {item.value for item in Achievement}:
        problems.add("achievement", _("Choose one of the answers."))
    else:
        said = Achievement(achievement) if achievement else None
        return _with(episode, replace(goal, achievement=said)), problems
    return episode, problems


def moves_of(goal: Goal) -> dict[GoalStatus, str]:
    """Where a page lets a goal go from here, each with the reason against it; empty where nothing stands against it."""
    return {status: _obstacle(goal, status) for status in CHOICES if status in TRANSITIONS[goal.status]}


def move_goal(episode: Episode, goal_id: str, status: str, today: date) -> tuple[Episode, Problems]:
    """The course with the goal in its new state, dated."""
    problems = Problems()
    goal = _find(episode, goal_id)
    offered = {item.value: reason for item, reason in moves_of(goal).items()} if goal else {}
    if goal is None or status not in offered:
        problems.add("status", _("The goal cannot take this step from where it stands."))
    elif offered[status]:
        problems.add("status", offered[status])
    else:
        return _with(episode, move(goal, GoalStatus(status), today)), problems
    return episode, problems


def _obstacle(goal: Goal, status: GoalStatus) -> str:
    if status is GoalStatus.COMPLETED and goal.achievement is None:
        return _("First say what the goal came to.")
    return ""


def _rated(goal: Goal, level: int, at: datetime, filed: Collection[str], by: RatedBy) -> Goal:
    day = at.astimezone().date()
    kept = (
        item for item in goal.ratings if item.by is not by or item.id in filed or item.rated.astimezone().date() != day
    )
    new = Rating(id=str(uuid.uuid4()), rated=at, level=level, by=by)
    return replace(goal, ratings=tuple(sorted((*kept, new), key=lambda item: (item.rated, item.id))))


def _stage(episode: Episode, goal: Goal) -> DisputeStage | None:
    """Where the dispute a plain goal is about stands now."""
    stages = (area.stage for area in episode.problem_areas if area.code is goal.area)
    return next(stages, None) if goal.stage else None


def _find(episode: Episode, goal_id: str) -> Goal | None:
    return next((goal for goal in episode.goals if goal.id == goal_id), None)


def _with(episode: Episode, changed: Goal) -> Episode:
    goals = (changed if goal.id == changed.id else goal for goal in episode.goals)
    return replace(episode, goals=tuple(goals))
