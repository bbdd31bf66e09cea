"""What speaks for each problem area, read from the inventory and the timeline. It chooses nothing.

Each area has its questions in the order in which they are asked. A sign is something already recorded that answers one
with yes; it is always named (the people, the events), so that a person can look and disagree. "Near the onset" is a
convention of this project, not a validated rule: ``NEAR_BEFORE`` months before the onset to ``NEAR_AFTER`` after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ipt_fhir.locale.texts import N_
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.inventory import Confiding, Contact, InventoryEntry, Ring
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.model.timeline import EventKind, TimelineEvent

NEAR_BEFORE = 12
NEAR_AFTER = 1
"""Months around the onset in which an event counts as near to it."""
MUCH_CONFLICT = 2
FEW = 2
"""So many people in the two inner rings, or fewer, are few; so many broken ties, or more, are a pattern."""

ASKED_TOGETHER = (
    N_("Which of them lies closest to the onset or to the time it got worse?"),
    N_("Which one carries the strongest feeling now?"),
    N_("Which one keeps the symptoms going?"),
    N_("Which one can change within the sessions agreed?"),
    N_("Which one does the patient want to work on?"),
)
"""What only patient and therapist can answer."""


class Sign(StrEnum):
    """What the record says to a question. ``UNKNOWN``: what would answer it is not recorded yet."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question, what the record says to it, and who and what that rests on; ``question`` is a message id."""

    question: str
    sign: Sign
    people: tuple[InventoryEntry, ...] = ()
    events: tuple[TimelineEvent, ...] = ()


def criteria(episode: Episode) -> Mapping[ProblemAreaCode, tuple[Criterion, ...]]:
    """The questions of each of the four areas with what the record says."""
    found = {
        ProblemAreaCode.ROLE_DISPUTE: tuple(_dispute(episode)),
        ProblemAreaCode.ROLE_TRANSITION: tuple(_transition(episode)),
        ProblemAreaCode.GRIEF: tuple(_grief(episode)),
    }
    others = [questions[0] for questions in found.values()]
    return found | {ProblemAreaCode.INTERPERSONAL_DEFICITS: tuple(_deficits(episode, others))}


def onset_of(episode: Episode) -> TimelineEvent | None:
    """The onset of this episode: the latest one in the timeline."""
    onsets = [event for event in episode.timeline if event.kind is EventKind.ONSET]
    return max(onsets, key=lambda event: event.when, default=None)


def near_onset(episode: Episode, *kinds: EventKind) -> tuple[TimelineEvent, ...]:
    """Events of these kinds near the onset; one that is dated to a year only is not counted."""
    onset = onset_of(episode)
    begin = _month(onset) if onset else None
    if begin is None:
        return ()
    return tuple(
        event
        for event in episode.timeline
        if event.kind in kinds and (month := _month(event)) and -NEAR_BEFORE <= month - begin <= NEAR_AFTER
    )


def unsafe(episode: Episode) -> tuple[InventoryEntry, ...]:
    """People with whom violence or coercion is marked: to be looked at before anybody works on a dispute."""
    return tuple(entry for entry in episode.inventory if entry.safety_concern)


def _dispute(episode: Episode) -> Iterator[Criterion]:
    living = _living(episode)
    fighting = [entry for entry in living if (entry.conflict or 0) >= MUCH_CONFLICT]
    asked = any(entry.conflict is not None for entry in living)
    yield _of_people(N_("Is there an open or silent conflict with somebody important?"), fighting, known=asked)
    differing = [entry for entry in living if entry.reciprocal is False or _disagreed(entry)]
    asked = any(entry.reciprocal is not None or entry.expectations for entry in living)
    yield _of_people(N_("Do the two expect different things of each other?"), differing, known=asked)
    yield _near(N_("Did the conflict begin or grow near the onset?"), episode, EventKind.DISPUTE)


def _transition(episode: Episode) -> Iterator[Criterion]:
    yield _of_events(
        N_("Did a role change: work, home, health, parenthood, migration, separation?"), episode, EventKind.TRANSITION
    )
    yield _near(N_("Did it change near the onset?"), episode, EventKind.TRANSITION)
    placed = [entry for entry in _living(episode) if entry.before and entry.now]
    further = [entry for entry in placed if _distance(entry.now) > _distance(entry.before)]
    yield _of_people(N_("Did people who gave support move further away?"), further, known=bool(placed))


def _grief(episode: Episode) -> Iterator[Criterion]:
    question = N_("Did somebody important die?")
    dead = tuple(entry for entry in episode.inventory if entry.is_deceased)
    deaths = _events(episode, EventKind.DEATH)
    known = bool(episode.inventory or episode.timeline)
    yield Criterion(question, _sign(bool(dead or deaths), known=known), dead, deaths)
    yield _near(N_("Did the person die near the onset?"), episode, EventKind.DEATH)
    days = _events(episode, EventKind.ANNIVERSARY)
    worse = tuple(event for event in days if (event.mood or 0) < 0)
    yield Criterion(N_("Does mood fall around anniversaries?"), _sign(bool(worse), known=bool(days)), (), worse)


def _deficits(episode: Episode, others: Iterable[Criterion]) -> Iterator[Criterion]:
    living = _living(episode)
    close = [entry for entry in living if entry.now in {Ring.INNER, Ring.MIDDLE}]
    placed = any(entry.now for entry in living)
    sign = _sign(len(close) <= FEW, known=placed)
    yield Criterion(N_("Are only few people close?"), sign, tuple(close))
    asked = any(entry.confiding for entry in living)
    confided = [entry for entry in living if entry.confiding is Confiding.YES]
    yield Criterion(N_("Is there nobody the patient confides in?"), _sign(not confided, known=asked), tuple(confided))
    broken = [entry for entry in living if entry.now is Ring.LOST or entry.contact in {Contact.AVOIDED, Contact.NONE}]
    yield Criterion(
        N_("Did ties break off again and again?"), _sign(len(broken) >= FEW, known=bool(living)), tuple(broken)
    )
    none_fits = all(question.sign is not Sign.YES for question in others)
    yield Criterion(N_("Does no other area fit?"), _sign(none_fits, known=bool(living or episode.timeline)))


def _of_people(question: str, people: list[InventoryEntry], *, known: bool) -> Criterion:
    return Criterion(question, _sign(bool(people), known=known), tuple(people))


def _of_events(question: str, episode: Episode, kind: EventKind) -> Criterion:
    events = _events(episode, kind)
    return Criterion(question, _sign(bool(events), known=bool(episode.timeline)), (), events)


def _near(question: str, episode: Episode, kind: EventKind) -> Criterion:
    events = near_onset(episode, kind)
    return Criterion(question, _sign(bool(events), known=onset_of(episode) is not None), (), events)


def _sign(found: bool, *, known: bool) -> Sign:
    if not known:
        return Sign.UNKNOWN
    return Sign.YES if found else Sign.NO


def _living(episode: Episode) -> list[InventoryEntry]:
    return [entry for entry in episode.inventory if not entry.is_deceased]


def _events(episode: Episode, kind: EventKind) -> tuple[TimelineEvent, ...]:
    return tuple(event for event in episode.timeline if event.kind is kind)


def _disagreed(entry: InventoryEntry) -> bool:
    return any(expectation.agreed is False for expectation in entry.expectations)


def _distance(ring: Ring | None) -> int:
    return list(Ring).index(ring) if ring else 0


def _month(event: TimelineEvent) -> int | None:
    """Months since year 0; None for an event that is dated to a year only."""
    parts = event.when.split("-")
    return int(parts[0]) * 12 + int(parts[1]) if len(parts) > 1 else None
