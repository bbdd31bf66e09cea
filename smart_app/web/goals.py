"""One goal: the patient's own rating in one tap, and what a person says it came to."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug import Response

from ipt_fhir.mapping import narrative
from ipt_fhir.model.goals import Goal, GoalKind, GoalStatus, RatedBy
from ipt_fhir.terminology import concepts
from smart_app.language import gettext as _
from smart_app.language import lazy_gettext
from smart_app.services import charting
from smart_app.services.desk import Desk
from smart_app.services.goal_rating import (
    LEVELS,
    confirm,
    move_goal,
    moves_of,
    ratable_goals,
    rate,
    rating_field,
    rule_words,
    standing_of,
)
from smart_app.services.overview import ended
from smart_app.services.problems import Problems
from smart_app.web import words
from smart_app.web.desks import changing, desk_of, page, practice
from smart_app.web.goal_words import achievement_words, level_name, reading_words, signed, status_words, tag_of

blueprint = Blueprint("goals", __name__)

_MOVES = {
    GoalStatus.ACTIVE: lazy_gettext("Work on it again"),
    GoalStatus.ON_HOLD: lazy_gettext("Put it on hold"),
    GoalStatus.COMPLETED: lazy_gettext("Complete it"),
    GoalStatus.CANCELLED: lazy_gettext("Give it up"),
}
_RATERS = {
    RatedBy.PATIENT: lazy_gettext("the patient"),
    RatedBy.PRACTITIONER: lazy_gettext("the therapist"),
    RatedBy.CAREGIVER: lazy_gettext("a caregiver"),
}


@blueprint.get("/goals/<goal>")
def show(handle: str, goal: str) -> str:
    """Where a goal stands, and what may be settled about it."""
    desk = desk_of(handle)
    return _page(desk, _goal(desk, goal), Problems())


@blueprint.post("/goals/<goal>")
def settle(handle: str, goal: str) -> str | Response:
    """Confirm what it came to ("say"), or move it on ("move")."""
    desk = changing(handle)
    found = _goal(desk, goal)
    if ended(desk.episode):
        problems = Problems()
        problems.add("status", _("This course has ended: its plan is read, not changed."))
        return _page(desk, found, problems)
    if request.form.get("act") == "say":
        episode, problems = confirm(desk.episode, goal, request.form.get("achievement", ""))
    else:
        episode, problems = move_goal(desk.episode, goal, request.form.get("status", ""), desk.today)
    if problems:
        return _page(desk, found, problems)
    charting.save(practice(), desk, episode, entity=f"Goal/{goal}")
    return redirect(url_for("goals.show", handle=handle, goal=goal), 303)


@blueprint.get("/goals/<goal>/rate")
def rating(handle: str, goal: str) -> str:
    """The question as the patient reads it: the goal, and its five levels."""
    desk = desk_of(handle)
    return _rating_page(desk, _goal(desk, goal), Problems())


@blueprint.post("/goals/<goal>/rate")
def save_rating(handle: str, goal: str) -> str | Response:
    """One tap; then the next goal that has no rating of today, or the goal itself."""
    desk = changing(handle)
    found = _goal(desk, goal)
    if not request.form.get("level"):
        problems = Problems()
        problems.add(rating_field(goal), _("Choose one of the five levels."))
        return _rating_page(desk, found, problems)
    typed = {goal: request.form["level"]}
    episode, problems = rate(desk.episode, typed, practice().clock(), set(desk.chart))
    if problems:
        return _rating_page(desk, found, problems)
    charting.save(practice(), desk, episode, entity=f"Goal/{goal}")
    return redirect(_onward(handle, desk, goal), 303)


def _onward(handle: str, desk: Desk, rated: str) -> str:
    """The next goal in the order of the plan that nobody rated today; after the last one back to this one."""
    open_goals = [item for item in ratable_goals(desk.episode) if item.id != rated]
    left = (item for item in open_goals if standing_of(desk.episode, item, desk.today).rated_today is None)
    following = next(left, None)
    if following:
        return url_for("goals.rating", handle=handle, goal=following.id)
    return url_for("goals.show", handle=handle, goal=rated)


def _goal(desk: Desk, goal_id: str) -> Goal:
    found = next((item for item in desk.episode.goals if item.id == goal_id), None)
    if found is None:
        abort(404)
    return found


def _rating_page(desk: Desk, goal: Goal, problems: Problems) -> str:
    ratable = ratable_goals(desk.episode)
    today = standing_of(desk.episode, goal, desk.today, practice().catalogue).rated_today
    place = next((number for number, item in enumerate(ratable, start=1) if item.id == goal.id), 0)
    texts = {level.level: level.text for level in goal.levels}
    return page(
        "goals/rate.html",
        desk,
        goal=goal,
        ratable=goal in ratable and not ended(desk.episode),
        place=place,
        count=len(ratable),
        problems_found=problems,
        field=rating_field(goal.id),
        levels=[
            {
                "level": level,
                "sign": signed(level),
                "text": texts.get(level, ""),
                "name": words.library(concepts.GAS_LEVELS[level].label),
                "chosen": today is not None and today.level == level,
            }
            for level in reversed(LEVELS)
        ],
    )


def _page(desk: Desk, goal: Goal, problems: Problems) -> str:
    standing = standing_of(desk.episode, goal, desk.today, practice().catalogue)
    moves = {} if ended(desk.episode) else moves_of(goal)
    texts = {level.level: level.text for level in goal.levels}
    return page(
        "goals/goal.html",
        desk,
        goal=goal,
        tag=tag_of(goal),
        target=narrative.target_words(goal, words.site()),
        sentence=status_words(standing),
        ratable=goal in ratable_goals(desk.episode) and not ended(desk.episode),
        readings=[
            {"words": reading_words(goal, item), "text": texts.get(int(item.value), "") if goal.levels else ""}
            for item in reversed(standing.readings)
        ],
        raters=[str(_RATERS[item.by]) for item in reversed(goal.ratings)],
        levels=[(level_name(item.level), item.text) for item in goal.levels],
        suggested=achievement_words(standing.suggested) if standing.suggested else "",
        suggested_code=standing.suggested.value if standing.suggested else "",
        rule=rule_words(goal),
        is_scale=goal.kind is GoalKind.GAS,
        may_say=goal.status in {GoalStatus.ACTIVE, GoalStatus.ON_HOLD} and not ended(desk.episode),
        achievements=[("", _("not said")), *words.choices_of(concepts.ACHIEVEMENTS)],
        moves=[(status.value, str(_MOVES[status]), reason) for status, reason in moves.items()],
        problems_found=problems,
        wrong=problems.by_field(),
    )
