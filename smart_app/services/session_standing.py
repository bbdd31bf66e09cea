"""What stands around a session: how many are left, what keeps it from closing, what the next phase still needs. Pure.

Only a waiting safety answer and the end of the course keep a session from closing. What a phase needs is said with its
reason and holds nothing back: the number of the session says the phase, people say when they begin the ending early.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.sessions import Phase, SessionKind, Technique
from ipt_fhir.protocol.course_guards import SAFETY, Obstacle, initial_is_done
from smart_app.services.overview import course, ended, on_hold


class Reminder(StrEnum):
    """What is easily forgotten at this number; none of them holds a session back."""

    REVIEW_CONTRACT = "review-contract"
    NAME_THE_ENDING = "name-the-ending"
    LAST_SESSION = "last-session"
    BEYOND_CONTRACT = "beyond-contract"
    NO_CONTRACT = "no-contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where session ``number`` of ``contracted`` stands; ``left`` are those after it.

    ``next_phase`` begins with session ``begins``; ``missing`` is what the phase after the first one needs.
    """

    number: int
    contracted: int
    left: int
    phase: Phase
    next_phase: Phase | None
    begins: int
    missing: tuple[Obstacle, ...]
    reminders: tuple[Reminder, ...]
    counts: bool
    ended: bool
    on_hold: bool
    waiting: int

    @property
    def is_first_phase(self) -> bool:
        """Whether the course is still in its first phase."""
        return self.phase is Phase.INITIAL

    @property
    def may_close(self) -> bool:
        """Whether nothing keeps the session from closing."""
        return not self.ended and not self.on_hold and not self.waiting


def standing(episode: Episode, kind: SessionKind = SessionKind.INDIVIDUAL, catalogue: Catalogue = SHIPPED) -> Standing:
    """Where the session that is open or comes next stands."""
    counted = course(episode)
    number, contracted = counted.today, counted.contracted
    ahead = [(phase, first) for phase, first, last in counted.phases if first > number and first <= last]
    next_phase, begins = ahead[0] if ahead and counted.phase in {Phase.INITIAL, Phase.MIDDLE} else (None, 0)
    return Standing(
        number=number,
        contracted=contracted,
        left=max(0, contracted - number),
        phase=counted.phase,
        next_phase=next_phase,
        begins=begins,
        missing=_missing(episode, catalogue),
        reminders=tuple(_reminders(episode, number, contracted, counted.phase)),
        counts=kind.counts,
        ended=ended(episode),
        on_hold=on_hold(episode),
        waiting=len(episode.open_safety_items),
    )


def _missing(episode: Episode, catalogue: Catalogue) -> tuple[Obstacle, ...]:
    """What the first phase ends with and is not there; the safety answer is told on its own."""
    if episode.phase is Phase.MAINTENANCE or ended(episode):
        return ()
    return tuple(item for item in initial_is_done(episode, catalogue) if item is not SAFETY)


def _reminders(episode: Episode, number: int, contracted: int, phase: Phase) -> list[Reminder]:
    if phase in {Phase.MAINTENANCE, Phase.CLOSED}:
        return []
    if number > contracted:
        return [Reminder.BEYOND_CONTRACT]
    if number == contracted:
        return [Reminder.LAST_SESSION]
    if phase is Phase.TERMINATION:
        return [Reminder.NAME_THE_ENDING]
    half = contracted // 2
    reviewed = any(
        Technique.CONTRACT_REVIEW in item.techniques and item.kind.counts and item.number >= half
        for item in episode.sessions
        if item.closed
    )
    found = [Reminder.REVIEW_CONTRACT] if number >= half and not reviewed else []
    return [Reminder.NO_CONTRACT] if episode.contract is None and phase is Phase.MIDDLE else found
