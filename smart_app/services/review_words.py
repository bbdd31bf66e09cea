"""How measures and goals read when a course is looked back on: first, last, change, and what the change means."""

from __future__ import annotations

from ipt_fhir.locale.texts import text
from ipt_fhir.mapping import narrative
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.goals import GoalKind
from ipt_fhir.protocol.goal_states import GoalReading
from ipt_fhir.questionnaires.readings import Reading
from ipt_fhir.terminology import concepts
from ipt_fhir.terminology.therapy import DISPUTE_STAGES
from smart_app import language
from smart_app.language import day
from smart_app.language import gettext as _
from smart_app.services.change_words import change_meaning, points_moved
from smart_app.services.goal_rating import GoalStanding
from smart_app.services.reviewing import MeasureRow


def measure_cells(row: MeasureRow) -> tuple[str, str, str, str, str]:
    """Title, first, last, change, meaning; with one total only there is no change to tell."""
    title = text(row.title, language.current())
    if row.change is None:
        return title, reading_words(row.first), "–", "–", _("one reading only")
    meaning = ", ".join(change_meaning(row.change)) or _("no published rule")
    return title, reading_words(row.first), reading_words(row.last), points_moved(row.change), meaning


def reading_words(reading: Reading) -> str:
    """A total with its band and its day."""
    band = text(reading.band.label, language.current()) if reading.band else ""
    points = f"{reading.total} ({band})" if band else f"{reading.total}"
    return _("%(points)s on %(day)s", points=points, day=day(reading.at.astimezone().date()))


def goal_words(standing: GoalStanding) -> str:
    """What a goal aims at, and from where to where it came; empty where only people can judge it."""
    goal, language_now = standing.goal, language.current()
    aim = narrative.target_words(goal, Site(language=language_now))
    if goal.stage:
        aim = text(DISPUTE_STAGES[goal.stage].label, language_now)
    return " · ".join(part for part in (aim, _way(standing)) if part)


def _way(standing: GoalStanding) -> str:
    readings = standing.readings
    if not readings:
        return _("not rated yet") if standing.goal.kind is GoalKind.GAS else ""
    first, last = (_value(item, standing) for item in (readings[0], readings[-1]))
    return _("%(first)s at first, %(last)s now", first=first, last=last) if len(readings) > 1 else first


def _value(reading: GoalReading, standing: GoalStanding) -> str:
    if standing.goal.kind is not GoalKind.GAS:
        return str(reading.value)
    level = int(reading.value)
    sign = f"{level:+d}" if level else "0"
    return f"{sign} ({text(concepts.GAS_LEVELS[level].label, language.current())})"
