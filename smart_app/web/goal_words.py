"""How a goal reads: its levels, its state, what it came to, and what its measure shows."""

from __future__ import annotations

from decimal import Decimal

from ipt_fhir.model.goals import Achievement, Goal, GoalKind, GoalStatus
from ipt_fhir.protocol.goal_states import GoalReading
from ipt_fhir.terminology import concepts
from smart_app.language import gettext as _
from smart_app.language import lazy_gettext
from smart_app.services.goal_rating import GoalStanding
from smart_app.web import words

STATUSES = {
    GoalStatus.PROPOSED: lazy_gettext("proposed"),
    GoalStatus.PLANNED: lazy_gettext("planned"),
    GoalStatus.ACCEPTED: lazy_gettext("accepted"),
    GoalStatus.ACTIVE: lazy_gettext("worked on"),
    GoalStatus.ON_HOLD: lazy_gettext("on hold"),
    GoalStatus.COMPLETED: lazy_gettext("completed"),
    GoalStatus.CANCELLED: lazy_gettext("given up"),
    GoalStatus.REJECTED: lazy_gettext("declined"),
    GoalStatus.ENTERED_IN_ERROR: lazy_gettext("entered in error"),
}
_REACHED = frozenset({Achievement.ACHIEVED, Achievement.SUSTAINING})
_BETTER = frozenset({Achievement.IMPROVING, Achievement.IN_PROGRESS, Achievement.NO_CHANGE})


def level_name(level: int) -> str:
    """A level with its sign and its general name: ``+1 · Better than expected``."""
    return f"{signed(level)} · {words.library(concepts.GAS_LEVELS[level].label)}"


def signed(level: int | Decimal) -> str:
    """A level as it is spoken of: -2, 0, +1."""
    return f"{level:+d}".replace("-", "\N{MINUS SIGN}") if isinstance(level, int) and level else f"{level}"


def achievement_words(achievement: Achievement) -> str:
    """What a goal came to."""
    return words.library(concepts.ACHIEVEMENTS[achievement])


def tag_of(goal: Goal) -> dict[str, str]:
    """The state of a goal as a tag: what a person confirmed, else its status; word, shape and tone."""
    if goal.achievement in _REACHED and goal.achievement:
        return {"mark": "✓", "tone": "good", "words": achievement_words(goal.achievement)}
    if goal.achievement and goal.status in {GoalStatus.ACTIVE, GoalStatus.COMPLETED}:
        tone = "" if goal.achievement in _BETTER else "warn"
        return {"mark": "▲" if tone else "–", "tone": tone, "words": achievement_words(goal.achievement)}
    return {"mark": "–", "tone": "", "words": str(STATUSES[goal.status])}


def reading_words(goal: Goal, reading: GoalReading) -> str:
    """One rating or score with its day."""
    value = signed(reading.value) if goal.kind is GoalKind.GAS else f"{reading.value}"
    return _("%(value)s on %(day)s", value=value, day=words.day(reading.on))


def status_words(standing: GoalStanding) -> str:
    """Where a goal stands, in one line: its state, the last reading, what the rule suggests."""
    goal = standing.goal
    said = []
    if goal.status is not GoalStatus.ACTIVE:
        said.append(str(STATUSES[goal.status]))
    if standing.readings:
        last = reading_words(goal, standing.readings[-1])
        said.append(
            _("rated %(reading)s", reading=last) if goal.kind is GoalKind.GAS else _("now %(reading)s", reading=last)
        )
    elif goal.kind is GoalKind.GAS:
        said.append(_("not rated yet"))
    if standing.waits and standing.suggested:
        said.append(_("the rule suggests: %(what)s", what=achievement_words(standing.suggested)))
    return " · ".join(said)
