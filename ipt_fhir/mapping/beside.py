"""What stands beside the plan where a site files it (``Site.files``): each part of a course in a resource of its own.

The plan says everything again that it can say; these resources are for colleagues who look there, and for the parts
that only they can carry (``CARRIER_OF_PART``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from ipt_fhir.mapping import (
    careteam,
    communication,
    condition,
    consent,
    documentreference,
    editing,
    episodeofcare,
    narrative,
    session_entries,
)
from ipt_fhir.mapping.keys import area_key, episode_of_care_key, team_key
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.shelf import Shelf
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.people import Person
from ipt_fhir.model.records import Document
from ipt_fhir.rawjson import JsonObject

Write = Callable[[JsonObject], JsonObject]
Value = TypeVar("Value")

BESIDE_TYPES = frozenset(
    {
        "CareTeam",
        "Communication",
        "Condition",
        "Consent",
        "DocumentReference",
        "Encounter",
        "EpisodeOfCare",
        "Procedure",
    }
)
"""Every type that ``Site.files`` may name."""


def before_the_plan(episode: Episode, writing: Writing) -> Iterable[tuple[str, Write]]:
    """Key and writer of what the plan points to."""
    files = writing.site.files
    if "Condition" in files:
        for area in episode.problem_areas:
            key = area_key(episode.id, area.code)
            yield key, partial(condition.write_problem_area, area, key, writing)
        yield from _given_up(episode, writing)
    if "CareTeam" in files and (episode.therapist or episode.supervisor):
        yield team_key(episode.id), partial(careteam.write_care_team, episode, writing)


def _given_up(episode: Episode, writing: Writing) -> Iterable[tuple[str, Write]]:
    """The health concerns the chart has of areas that were given up: resolved on that day, never deleted."""
    now = {area.code for area in episode.problem_areas}
    for former in {item.area.code: item for item in episode.former_areas if item.area.code not in now}.values():
        key = area_key(episode.id, former.area.code)
        if key in writing.known:
            closed = replace(former.area, closed_on=former.left_on)
            yield key, partial(condition.write_problem_area, closed, key, writing)


def after_the_plan(episode: Episode, writing: Writing) -> Iterable[tuple[str, Write]]:
    """Key and writer of what points to the plan or stands for itself."""
    files = writing.site.files
    if "EpisodeOfCare" in files:
        yield episode_of_care_key(episode.id), partial(episodeofcare.write_episode_of_care, episode, writing)
    for decision in episode.consents:
        yield decision.id, partial(consent.write_consent, decision, writing)
    for message in episode.messages:
        yield message.id, partial(communication.write_message, message, episode.id, writing)
    for document in episode.documents:
        yield document.id, partial(_write_document, document, episode, writing)


def with_beside(episode: Episode, shelf: Shelf) -> Episode:
    """The course as the plan tells it, with what only the resources beside it know."""
    messages = _read(shelf, "Communication", communication.read_message, episode.id)
    documents = _read(shelf, "DocumentReference", documentreference.read_document, episode.id)
    return replace(
        episode,
        sessions=tuple(
            sorted((*episode.sessions, *session_entries.lost_sessions(episode, shelf)), key=lambda item: item.place)
        ),
        supervisor=_supervisor(episode, shelf),
        consents=tuple(_read(shelf, "Consent", consent.read_consent)),
        messages=tuple(sorted(messages, key=lambda item: (item.sent, item.id))),
        documents=tuple(sorted(documents, key=lambda item: (item.written, item.id))),
    )


def _write_document(document: Document, episode: Episode, writing: Writing, old: JsonObject) -> JsonObject:
    """The page is the plan's narrative, made only when the document is not filed yet."""
    body = "" if old else narrative.of_plan(episode, writing.site)
    return documentreference.write_document(document, body, episode, writing, old)


def _read(shelf: Shelf, kind: str, read: Callable[[JsonObject], Value], plan: str = "") -> list[Value]:
    """The values of one type; with ``plan`` those only that point to the CarePlan of that key."""
    plans = {target for target, key in shelf.ids("CarePlan").items() if key == plan}
    found = (item for item in shelf.of_type(kind) if not plan or plans & set(_pointed_to(item)))
    return [value for item in found if (value := shelf.attempt(item, read)) is not None]


def _pointed_to(resource: JsonObject) -> Iterable[str]:
    related = (*resource.get("about", []), *resource.get("context", {}).get("related", []))
    return (editing.target_of(item) or "" for item in related)


def _supervisor(episode: Episode, shelf: Shelf) -> Person | None:
    team = shelf.with_keys({team_key(episode.id)}).get(team_key(episode.id))
    people = shelf.attempt(team, careteam.read_care_team) if team else None
    return people[1] if people else None
