"""A whole course <-> the resources that carry it (the table of decision-D5), and what changed against the chart.

``from_fhir(to_fhir(episode)) == filed_part(episode)`` is the law this file keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from ipt_fhir import rawjson
from ipt_fhir.mapping import activity as activities
from ipt_fhir.mapping import careplan, editing, observation, questionnaireresponse, safety
from ipt_fhir.mapping.goal import read_goal, write_goal
from ipt_fhir.mapping.references import Writing, item_key, score_key
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.model.measures import Response, SafetyItem
from ipt_fhir.rawjson import JsonObject

Read = TypeVar("Read")

RESOURCE_TYPES = ("CarePlan", "Goal", "ServiceRequest", "Task", "QuestionnaireResponse", "Observation")
"""The types a course is filed as; all of them must be readable to open it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A resource of ours that could not be understood: it is kept, shown as unreadable, and never written to."""

    resource_type: str
    key: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A course read back. ``resources`` are those that carry it, by key; ``unread`` those that could not be read."""

    episode: Episode
    resources: Mapping[str, JsonObject]
    unread: tuple[Unread, ...] = ()


class NoCourse(LookupError):
    """None of the resources is a CarePlan of ours."""


def to_fhir(episode: Episode, writing: Writing, chart: Mapping[str, JsonObject] | None = None) -> dict[str, JsonObject]:
    """Every resource of a course by key, in an order in which each follows what it points to.

    ``chart`` holds the server's copies by key; a resource that has nothing new to say is returned as it is there,
    down to its spelling, and a changed one differs in our elements only. Local parts are taken away first
    (``filed_part``), so no writer ever sees one.
    """
    present = chart or {}
    filed = filed_part(episode)
    return {key: _unless_same(present.get(key), write) for key, write in _writers(filed, writing)}


def changed(written: Mapping[str, JsonObject], chart: Mapping[str, JsonObject]) -> list[str]:
    """The keys of resources that are new or say something else than the chart."""
    return [key for key, resource in written.items() if key not in chart or not rawjson.equal(resource, chart[key])]


def from_fhir(resources: Iterable[JsonObject]) -> Reading:
    """Rebuild the filed part of the newest course among the resources; order does not matter.

    Raises NoCourse when there is none. Resources of others, or of another course, are passed over.
    """
    shelf = _Shelf(resources)
    plan = shelf.newest_plan()
    goals = shelf.read_by_target("Goal", read_goal)
    planned = shelf.read_by_target("ServiceRequest", activities.read_activity)
    planned |= shelf.read_by_target("Task", activities.read_activity, unless=safety.is_safety)
    fields = careplan.read_plan(plan, careplan.Members(goals=goals, activities=planned))
    responses = _read_responses(shelf, plan)
    items = _read_safety_items(shelf, plan, responses)
    episode = Episode(**fields, responses=responses, safety_items=items)
    return Reading(episode=episode, resources=shelf.of_episode(episode), unread=tuple(shelf.unread))


def keys_of(episode: Episode) -> set[str]:
    """The key of every resource that carries the course."""
    return {key for key, _ in _writers(episode, Writing(patient="any"))}


Write = Callable[[JsonObject], JsonObject]


def _writers(episode: Episode, writing: Writing) -> Iterable[tuple[str, Write]]:
    """Each resource's key and what writes it, given the chart's copy or an empty object."""
    for goal in episode.goals:
        yield goal.id, partial(write_goal, goal, writing, episode.therapist)
    for activity in episode.activities:
        if activity.by_us and not activity.inline:
            yield activity.id, partial(activities.write_activity, activity, episode, writing)
    yield episode.id, partial(careplan.write_plan, episode, writing)
    for response in episode.responses:
        yield response.id, partial(questionnaireresponse.write_response, response, episode.id, writing)
        for drawn in observation.drawn_from(response):
            yield drawn.key, partial(observation.write_observation, drawn, response, writing)
    for item in episode.safety_items:
        yield item.id, partial(safety.write_safety, item, episode.id, writing)


def _unless_same(present: JsonObject | None, write: Write) -> JsonObject:
    """What ``write`` makes of the chart's copy, or that very copy when nothing but the narrative would differ."""
    if present is None:
        return write({})
    written = write(rawjson.copy(present))
    same = all(
        rawjson.equal(written.get(name), present.get(name)) for name in (written.keys() | present.keys()) - {"text"}
    )
    return present if same else written


class _Shelf:
    """The resources of a chart that are ours, found by type, by reference target and by key."""

    def __init__(self, resources: Iterable[JsonObject]) -> None:
        self._ours = [item for item in resources if editing.identifier_of(item)]
        self.unread: list[Unread] = []

    def newest_plan(self) -> JsonObject:
        """The CarePlan of ours that started last."""
        plans = self.of_type("CarePlan")
        if not plans:
            raise NoCourse("no CarePlan of ours in this chart")
        return max(plans, key=lambda plan: (plan.get("period", {}).get("start", ""), editing.identifier_of(plan)))

    def of_type(self, resource_type: str) -> list[JsonObject]:
        """All resources of one type."""
        return [item for item in self._ours if item.get("resourceType") == resource_type]

    def read_by_target(
        self, resource_type: str, read: Callable[[JsonObject], Read], unless: Callable[[JsonObject], bool] | None = None
    ) -> dict[str, Read]:
        """Values by each way a reference can name their resource; unreadable ones are noted and left out."""
        values: dict[str, Read] = {}
        for resource in self.of_type(resource_type):
            if unless and unless(resource):
                continue
            value = self.attempt(resource, read)
            if value is not None:
                values.update(dict.fromkeys(editing.targets(resource), value))
        return values

    def attempt(self, resource: JsonObject, read: Callable[[JsonObject], Read]) -> Read | None:
        """Read one resource; on failure note why (in words for IT) and go on without it."""
        try:
            return read(resource)
        except (KeyError, ValueError, TypeError, IndexError, AttributeError) as wrong:
            key = editing.identifier_of(resource) or ""
            self.unread.append(
                Unread(resource_type=resource["resourceType"], key=key, reason=f"{type(wrong).__name__}: {wrong}")
            )
            return None

    def of_episode(self, episode: Episode) -> dict[str, JsonObject]:
        """The resources that carry the episode, by key."""
        keys = keys_of(episode)
        return {key: item for item in self._ours if (key := editing.identifier_of(item)) in keys}


def _of_plan(resource: JsonObject, plan: JsonObject) -> bool:
    return any(editing.target_of(item) in editing.targets(plan) for item in resource.get("basedOn", []))


def _read_responses(shelf: _Shelf, plan: JsonObject) -> tuple[Response, ...]:
    focus = observation.focus_goals(shelf.of_type("Observation"), shelf.of_type("Goal"))
    responses = []
    for resource in shelf.of_type("QuestionnaireResponse"):
        if _of_plan(resource, plan):
            goal = focus.get(score_key(editing.identifier_of(resource) or ""))
            found = shelf.attempt(resource, partial(questionnaireresponse.read_response, focus_goal=goal))
            responses += [found] if found else []
    return tuple(sorted(responses, key=lambda item: (item.authored, item.id)))


def _read_safety_items(shelf: _Shelf, plan: JsonObject, responses: Iterable[Response]) -> tuple[SafetyItem, ...]:
    opened_by = _response_of_item(shelf, responses)
    items = []
    for resource in shelf.of_type("Task"):
        if safety.is_safety(resource) and _of_plan(resource, plan):
            found = shelf.attempt(resource, partial(safety.read_safety, opened_by=opened_by))
            items += [found] if found else []
    return tuple(sorted(items, key=lambda item: (item.opened, item.id)))


def _response_of_item(shelf: _Shelf, responses: Iterable[Response]) -> dict[str, str]:
    """Response ids by each way a reference can name the Observation of one of their items."""
    observations = {editing.identifier_of(item) or "": item for item in shelf.of_type("Observation")}
    found: dict[str, str] = {}
    for response in responses:
        for answer in response.answers:
            key = item_key(response.id, answer.link_id)
            if key in observations:
                found.update(dict.fromkeys(editing.targets(observations[key]), response.id))
    return found
