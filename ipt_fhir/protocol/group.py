"""One session of a group, closed for all its members at once. Each member has a course of one's own.

What the group does together is a day, a number and a length. Nothing of one member reaches the course of another: not
who else was there, not a measure, not a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.sessions import Attendance, Mode, Session, SessionKind
from ipt_fhir.protocol.course_guards import variant_of


class GroupSessionRefused(ValueError):
    """The session cannot be closed for the group; ``members`` says for whom, and nothing was closed for anybody."""

    def __init__(self, why: str, members: Iterable[str]) -> None:
        self.members = tuple(sorted(members))
        super().__init__(f"{why}: {', '.join(self.members)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSession:
    """What the members share: number, day and start, length in minutes, and how they met."""

    number: int
    date: date
    starts: datetime | None = None
    minutes: int | None = None
    mode: Mode = Mode.IN_PERSON


def close_for_group(
    episodes: Mapping[str, Episode], attendance: Mapping[str, Attendance], held: GroupSession
) -> dict[str, Episode]:
    """Every member's own course with the closed session, by member.

    Raises GroupSessionRefused when somebody's attendance is missing, somebody is no member, has this session already,
    or has a safety answer that waits (decision-D21): the therapist acts on it first.
    """
    _refuse("attendance is missing", episodes.keys() - attendance.keys())
    _refuse("not in this group", attendance.keys() - episodes.keys())
    _refuse("has this session already", (name for name, item in episodes.items() if _has(item, held.number)))
    _refuse("a safety answer waits", (name for name, item in episodes.items() if item.open_safety_items))
    return {name: _closed(episode, attendance[name], held) for name, episode in episodes.items()}


def _refuse(why: str, members: Iterable[str]) -> None:
    found = tuple(members)
    if found:
        raise GroupSessionRefused(why, found)


def _has(episode: Episode, number: int) -> bool:
    return any(session.kind.counts and session.number == number and session.closed for session in episode.sessions)


def _closed(episode: Episode, attendance: Attendance, held: GroupSession) -> Episode:
    variant = variant_of(episode)
    contracted = episode.contract.sessions if episode.contract else variant.sessions
    session = Session(
        number=held.number,
        date=held.date,
        phase=variant.phase_of(held.number, contracted),
        kind=SessionKind.GROUP,
        attendance=attendance,
        mode=held.mode,
        starts=held.starts,
        minutes=held.minutes,
    )
    others = (item for item in episode.sessions if item.place != session.place)
    return replace(episode, sessions=tuple(sorted((*others, session), key=lambda item: item.place)))
