"""Each session as an entry of its own, Encounter or Procedure, where a site files them; and what becomes of the entry
when the session is mended (decision-D105).

An entry that was entered in error is never changed again, so a session that takes the number of one that was taken out
gets the next key of its place: a new "take".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Literal

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.mapping import amending, editing, encounter, narrative, procedure
from ipt_fhir.mapping import sessions as progress
from ipt_fhir.mapping.keys import encounter_key, procedure_key
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.shelf import Shelf
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.sessions import Session, session_place
from ipt_fhir.rawjson import JsonObject

Write = Callable[[JsonObject], JsonObject]
Place = tuple[bool, int, str]
Kind = Literal["Encounter", "Procedure"]
KINDS: tuple[Kind, ...] = ("Encounter", "Procedure")

_KEYS = {"Encounter": encounter_key, "Procedure": procedure_key}
_READERS = {"Encounter": encounter.read_encounter, "Procedure": procedure.read_procedure}
_UNDONE = N_("{session} Entered in error: this session is taken out of the course.")
_OPEN_AGAIN = N_("{session} Opened again: what is recorded of it is being corrected.")


@dataclass(frozen=True, slots=True)
class Mended:
    """The sessions, by place, that were mended in this app: of which entries may be unsaid at all, and which are open
    again."""

    places: frozenset[Place] = frozenset()
    open_again: frozenset[Place] = frozenset()

    @classmethod
    def of(cls, episode: Episode) -> Mended:
        """As the app has the course, its local parts included."""
        places = frozenset(session_place(item.kind, item.number) for item in episode.session_corrections)
        return cls(places, frozenset(item.place for item in episode.sessions if not item.closed) & places)


NOTHING_MENDED = Mended()


def writers(
    episode: Episode, writing: Writing, chart: Mapping[str, JsonObject], mended: Mended
) -> Iterator[tuple[str, Write]]:
    """Key and writer of every entry: those of the sessions of the course, and those that a mended session left."""
    if writing.site.files.isdisjoint(KINDS):
        return
    told = _told_in_plan(chart.get(episode.id, {}))
    used: set[str] = set()
    for session in episode.sessions:
        keys = {kind: _take_for(kind, episode.id, session, chart, told) for kind in KINDS}
        used |= set(keys.values())
        if "Encounter" in writing.site.files:
            write = partial(encounter.write_encounter, session, episode, writing, key=keys["Encounter"])
            yield keys["Encounter"], write
        if "Procedure" in writing.site.files:
            write = partial(
                procedure.write_procedure,
                session,
                episode,
                writing,
                key=keys["Procedure"],
                encounter=keys["Encounter"],
            )
            yield keys["Procedure"], write
    for kind in KINDS:
        if kind in writing.site.files:
            yield from _left_over(kind, episode, writing, chart, mended, used)


def keys_there(episode_id: str, shelf: Shelf) -> set[str]:
    """The keys of all entries of a course that the chart holds, those entered in error too."""
    return {
        editing.identifier_of(resource) or ""
        for kind in KINDS
        for resource, _session in _entries(kind, episode_id, shelf.of_type(kind))
    }


def lost_sessions(episode: Episode, shelf: Shelf) -> list[Session]:
    """Sessions whose note in the plan is gone and that a colleague still finds as Encounter or Procedure."""
    there, ours = {session.place for session in episode.sessions}, keys_there(episode.id, shelf)
    found: dict[Place, Session] = {}
    for kind in KINDS:
        for resource in shelf.of_type(kind):
            session = shelf.attempt(resource, _READERS[kind])
            lost = session is not None and session.closed and session.place not in there
            if session and lost and editing.identifier_of(resource) in ours:
                found.setdefault(session.place, session)
    return list(found.values())


def entries_of(episode_id: str, session: Session, keys: Collection[str]) -> set[str]:
    """The keys among these that are entries of a session."""
    return {key for kind in KINDS for key in _takes(kind, episode_id, session, keys)}


def _takes(kind: str, episode_id: str, session: Session, keys: Collection[str]) -> list[str]:
    """The keys of a place that are there, oldest first; none is left out."""
    found: list[str] = []
    for take in count():
        key = _KEYS[kind](episode_id, session, take)
        if key not in keys:
            return found
        found.append(key)
    return found


def _take_for(
    kind: str,
    episode_id: str,
    session: Session,
    chart: Mapping[str, JsonObject],
    told: Collection[Place],
) -> str:
    """The key of a session's entry: the newest there is, or a new one where that was entered in error.

    What a colleague marked so, of a session that the plan in the chart tells, stays as it is.
    """
    takes = _takes(kind, episode_id, session, chart)
    if not takes:
        return _KEYS[kind](episode_id, session)
    newest = takes[-1]
    is_free = amending.is_withdrawn(chart[newest]) and session.place not in told
    return _KEYS[kind](episode_id, session, len(takes)) if is_free else newest


def _left_over(
    kind: Kind,
    episode: Episode,
    writing: Writing,
    chart: Mapping[str, JsonObject],
    mended: Mended,
    used: Collection[str],
) -> Iterator[tuple[str, Write]]:
    for resource, session in _entries(kind, episode.id, list(chart.values())):
        key = editing.identifier_of(resource) or ""
        if session.place in mended.places and key not in used:
            yield key, partial(_unsay, session, session.place in mended.open_again, writing)


def _unsay(session: Session, is_open_again: bool, writing: Writing, old: JsonObject) -> JsonObject:
    """An entry that does not say a held session any more; when and with whom it was stays readable."""
    if not amending.is_withdrawn(old):
        old["status"] = "in-progress" if is_open_again else amending.WITHDRAWN
        site = writing.site
        told = narrative.session_sentence(session, site)
        said = text(_OPEN_AGAIN if is_open_again else _UNDONE, site.language, session=told)
        narrative.put_text(old, narrative.of_sentences(said), site)
    return old


def _entries(kind: str, episode_id: str, resources: Iterable[JsonObject]) -> Iterator[tuple[JsonObject, Session]]:
    """The entries of this course among resources, with their session as it was written; unreadable ones are not."""
    ours = {editing.identifier_of(item): item for item in resources if item.get("resourceType") == kind}
    keys = {key for key in ours if key}
    for key, resource in ours.items():
        with suppress(KeyError, IndexError, ValueError, TypeError, AttributeError):
            period = resource.get("period") or resource.get("performedPeriod") or {}
            session = encounter.session_of(resource, period.get("start") or resource["performedDateTime"])
            if key in _takes(kind, episode_id, session, keys):
                yield resource, session


def _told_in_plan(plan: JsonObject) -> set[Place]:
    """The places of the sessions that a CarePlan tells; none where it cannot be read."""
    found: set[Place] = set()
    with suppress(KeyError, IndexError, ValueError, TypeError, AttributeError):
        found.update(session.place for session in progress.read_progress(plan))
    return found
