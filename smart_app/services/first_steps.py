"""What comes first in a course of IPT, and which of it is done: the guide of a course nobody has begun. Pure."""

from __future__ import annotations

from enum import StrEnum

from ipt_fhir.model.episode import Episode


class Step(StrEnum):
    """The tasks of the initial phase, in their order."""

    MEASURE = "measure"
    PEOPLE = "people"
    FOCUS = "focus"
    PLAN = "plan"
    SESSION = "session"


def first_steps(episode: Episode) -> tuple[tuple[Step, bool], ...]:
    """Each step, and whether it is done."""
    done = {
        Step.MEASURE: any(item.stands for item in episode.measured),
        Step.PEOPLE: bool(episode.inventory),
        Step.FOCUS: episode.primary_area is not None,
        Step.PLAN: episode.contract is not None and bool(episode.goals),
        Step.SESSION: any(item.closed for item in episode.sessions),
    }
    return tuple(done.items())


def nothing_begun(episode: Episode) -> bool:
    """Whether nobody has done anything yet; what was taken back had been begun."""
    touched = (episode.measured, episode.forms, episode.sessions, episode.goals)
    return not any(touched) and not any(done for _, done in first_steps(episode))
