"""The course looked back on: each measure and each goal from the first reading to the last. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from ipt_fhir.instruments.catalogue import Catalogue
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.goals import Goal, GoalStatus
from ipt_fhir.model.sessions import Technique
from ipt_fhir.questionnaires.readings import Reading
from ipt_fhir.questionnaires.scoring import Change
from smart_app.services.goal_rating import GoalStanding, standing_of
from smart_app.services.overview import ended, measure

NOT_PURSUED = {GoalStatus.CANCELLED, GoalStatus.REJECTED, GoalStatus.ENTERED_IN_ERROR}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """A measure of the course: its first and its last total, and what the way between them means (None for one)."""

    id: str
    title: str
    lower_is_better: bool
    first: Reading
    last: Reading
    change: Change | None


def measure_rows(episode: Episode, catalogue: Catalogue) -> tuple[MeasureRow, ...]:
    """Every instrument with a total, in the order in which each was first used; one that is gone is left out."""
    known = catalogue.instruments()
    rows = []
    for name in dict.fromkeys(item.instrument for item in episode.measured):
        found = known.get(name)
        if found is None or (found.scoring is None and found.scale is None):
            continue
        seen = measure(episode, name, catalogue)
        totals = [item for item in seen.readings if item.total is not None]
        if totals:
            lower = found.scale is None or found.scale.better == "lower"
            rows.append(
                MeasureRow(
                    id=name,
                    title=seen.title,
                    lower_is_better=lower,
                    first=totals[0],
                    last=totals[-1],
                    change=seen.change,
                )
            )
    return tuple(rows)


def goals_pursued(episode: Episode, today: date, catalogue: Catalogue) -> tuple[GoalStanding, ...]:
    """Where each goal stands that was not given up (``goals_that_count``)."""
    return tuple(standing_of(episode, goal, today, catalogue) for goal in goals_that_count(episode))


def goals_that_count(episode: Episode) -> tuple[Goal, ...]:
    """The goals that were not given up; of a course that has ended also those that were given up with it."""
    left_out = NOT_PURSUED - {GoalStatus.CANCELLED} if ended(episode) else NOT_PURSUED
    return tuple(goal for goal in episode.goals if goal.status not in left_out)


def techniques_used(episode: Episode) -> tuple[tuple[Technique, int], ...]:
    """In how many sessions each technique was used, the most used first."""
    counted = Counter(item for session in episode.sessions if session.closed for item in set(session.techniques))
    return tuple(sorted(counted.items(), key=lambda found: (-found[1], list(Technique).index(found[0]))))
