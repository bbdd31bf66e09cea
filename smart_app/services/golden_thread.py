"""The golden thread: diagnosis, problem area, goals, sessions, score, and where it is torn. Pure.

Each link answers one question a colleague or a payer asks of a course: what for, about what, to what end, by what work,
with what result. A gap is a missing link with a name; the page leads to where it is mended.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.goals import Achievement, Goal, GoalKind, GoalStatus
from ipt_fhir.model.sessions import Attendance, Phase, Session
from ipt_fhir.questionnaires.off_track import leading_instrument
from ipt_fhir.questionnaires.readings import Reading, readings, readings_of
from smart_app.services.overview import ended

_AGREED = {GoalStatus.ACTIVE, GoalStatus.ON_HOLD, GoalStatus.COMPLETED}
_REACHED = {Achievement.ACHIEVED, Achievement.SUSTAINING}
_IN_A_ROW = 2


class Gap(StrEnum):
    """What is missing in the thread."""

    NO_DIAGNOSIS = "no-diagnosis"
    DIAGNOSIS_NOT_LINKED = "diagnosis-not-linked"
    DIAGNOSIS_UNREAD = "diagnosis-unread"
    NO_AREA = "no-area"
    AREA_NOT_AGREED = "area-not-agreed"
    NO_GOALS = "no-goals"
    NO_GOAL_OF_AREA = "no-goal-of-area"
    NO_SESSION = "no-session"
    OFF_FOCUS = "off-focus"
    NO_SCORE = "no-score"
    SCORE_BEHIND = "score-behind"
    GOAL_UNMEASURED = "goal-unmeasured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The five links. ``reached`` counts the goals of ``goals``; ``score`` is the latest reading of the measure the
    course is judged by; ``gaps`` are in the order of the links."""

    goals: tuple[Goal, ...]
    of_area: int
    reached: int
    held: int
    latest_session: Session | None
    score: Reading | None
    gaps: tuple[Gap, ...]


def golden_thread(
    episode: Episode, diagnoses: frozenset[str], catalogue: Catalogue = SHIPPED, *, readable: bool = True
) -> Thread:
    """The thread of a course. ``diagnoses`` are the references of those in the chart, when those are ``readable``."""
    area = episode.primary_area
    agreed = _AGREED | {GoalStatus.CANCELLED} if ended(episode) else _AGREED
    goals = tuple(goal for goal in episode.goals if goal.status in agreed)
    held = [item for item in episode.sessions if item.closed and item.attendance is Attendance.ATTENDED]
    series = readings(episode, leading_instrument(episode, catalogue))
    return Thread(
        goals=goals,
        of_area=sum(area is not None and goal.area is area.code for goal in goals),
        reached=sum(goal.achievement in _REACHED for goal in goals),
        held=sum(item.kind.counts for item in held),
        latest_session=max(held, key=lambda item: (item.date, item.number), default=None),
        score=series[-1] if series else None,
        gaps=(
            *_about_diagnosis(episode, diagnoses, readable=readable),
            *_about_area(episode),
            *_about_goals(episode, goals, catalogue),
            *_about_sessions(episode, held),
            *_about_score(held, series),
        ),
    )


def _about_diagnosis(episode: Episode, diagnoses: frozenset[str], *, readable: bool) -> Iterator[Gap]:
    if not readable:
        yield Gap.DIAGNOSIS_UNREAD
    elif not diagnoses:
        yield Gap.NO_DIAGNOSIS
    elif not diagnoses & {item.reference for item in episode.diagnoses}:
        yield Gap.DIAGNOSIS_NOT_LINKED


def _about_area(episode: Episode) -> Iterator[Gap]:
    if episode.primary_area is None:
        yield Gap.NO_AREA
    elif not episode.primary_area.agreed_by_patient:
        yield Gap.AREA_NOT_AGREED


def _about_goals(episode: Episode, goals: tuple[Goal, ...], catalogue: Catalogue) -> Iterator[Gap]:
    area = episode.primary_area
    if not goals:
        yield Gap.NO_GOALS
    elif area is not None and all(goal.area is not area.code for goal in goals):
        yield Gap.NO_GOAL_OF_AREA
    aims = {goal.target.measure for goal in goals if goal.kind is GoalKind.PROM and goal.target}
    if any(not readings_of(episode, aim, catalogue) for aim in aims):
        yield Gap.GOAL_UNMEASURED


def _about_sessions(episode: Episode, held: list[Session]) -> Iterator[Gap]:
    if not held:
        yield Gap.NO_SESSION
        return
    areas = {area.code for area in episode.problem_areas}
    latest = [item for item in held if item.phase is Phase.MIDDLE][-_IN_A_ROW:]
    if areas and len(latest) == _IN_A_ROW and all(item.focus and item.focus not in areas for item in latest):
        yield Gap.OFF_FOCUS


def _about_score(held: list[Session], series: tuple[Reading, ...]) -> Iterator[Gap]:
    totals = [item for item in series if item.total is not None]
    if not totals:
        yield Gap.NO_SCORE
    elif held and totals[-1].at.date() <= _before_last(held):
        yield Gap.SCORE_BEHIND


def _before_last(held: list[Session]) -> date:
    """The day of the last session but one: what was answered later belongs to the last (many answer the evening
    before)."""
    days = sorted(item.date for item in held)
    return days[-2] if len(days) > 1 else date.min
