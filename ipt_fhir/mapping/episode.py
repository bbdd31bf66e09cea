"""A whole course <-> the resources that carry it (the table of decision-D5), and what changed against the chart.

``from_fhir(to_fhir(episode, writing)) == filed_part(episode, writing.site.carried)`` is the law this file keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from ipt_fhir import rawjson
from ipt_fhir.mapping import activity as activities
from ipt_fhir.mapping import beside, careplan, editing, labels, observation, questionnaireresponse, rating, safety
from ipt_fhir.mapping.appointment import read_appointment
from ipt_fhir.mapping.goal import read_goal, write_goal
from ipt_fhir.mapping.references import Writing, item_key, score_key
from ipt_fhir.mapping.shelf import NoCourse, Shelf, Unread
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.model.goals import Goal, Rating
from ipt_fhir.model.measures import Response, SafetyItem
from ipt_fhir.rawjson import JsonObject

__all__ = ["RESOURCE_TYPES", "NoCourse", "Reading", "Unread", "changed", "from_fhir", "keys_of", "to_fhir"]

RESOURCE_TYPES = ("CarePlan", "Goal", "ServiceRequest", "Task", "QuestionnaireResponse", "Observation")
"""The types every course is filed as; all of them must be readable to open it. ``Site.files`` names further ones, and
an appointment that is planned as a resource of its own is an Appointment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A course read back. ``resources`` are those that carry it, by key; ``unread`` those that could not be read."""

    episode: Episode
    resources: Mapping[str, JsonObject]
    unread: tuple[Unread, ...] = ()


def to_fhir(episode: Episode, writing: Writing, chart: Mapping[str, JsonObject] | None = None) -> dict[str, JsonObject]:
    """Every resource of a course by key, in an order in which each follows what it points to.

    ``chart`` holds the server's copies by key; a resource that has nothing new to say is returned as it is there,
    down to its spelling, and a changed one differs in our elements only. Local parts are taken away first
    (``filed_part``), so no writer ever sees one.
    """
    present = chart or {}
    filed = filed_part(episode, writing.site.carried)
    return {key: _unless_same(present.get(key), write, writing.site) for key, write in _writers(filed, writing)}


def changed(written: Mapping[str, JsonObject], chart: Mapping[str, JsonObject]) -> list[str]:
    """The keys of resources that are new or say something else than the chart."""
    return [key for key, resource in written.items() if key not in chart or not rawjson.equal(resource, chart[key])]


def from_fhir(resources: Iterable[JsonObject]) -> Reading:
    """Rebuild the filed part of the newest course among the resources; order does not matter.

    Raises NoCourse when there is none. Resources of others, or of another course, are passed over.
    """
    shelf = Shelf(resources)
    plan = shelf.newest_plan()
    fields = careplan.read_plan(plan, _members(shelf))
    responses = _read_responses(shelf, plan)
    items = _read_safety_items(shelf, plan, responses)
    episode = beside.with_beside(Episode(**fields, responses=responses, safety_items=items), shelf)
    return Reading(episode=episode, resources=shelf.with_keys(keys_of(episode)), unread=tuple(shelf.unread))


def keys_of(episode: Episode) -> set[str]:
    """The key of every resource that may carry the course, at any site."""
    return {key for key, _ in _writers(episode, Writing(patient="any", site=Site(files=beside.BESIDE_TYPES)))}


Write = Callable[[JsonObject], JsonObject]


def _writers(episode: Episode, writing: Writing) -> Iterable[tuple[str, Write]]:
    """Each resource's key and what writes it, given the chart's copy or an empty object."""
    for goal in episode.goals:
        yield goal.id, partial(write_goal, goal, writing, episode.therapist)
    for activity in episode.activities:
        if activity.by_us and not activity.inline:
            yield activity.id, partial(activities.write_activity, activity, episode, writing)
    yield from beside.before_the_plan(episode, writing)
    yield episode.id, partial(careplan.write_plan, episode, writing)
    yield from _writers_of_measures(episode, writing)
    for item in episode.safety_items:
        yield item.id, partial(safety.write_safety, item, episode.id, writing)
    yield from beside.after_the_plan(episode, writing)


def _writers_of_measures(episode: Episode, writing: Writing) -> Iterable[tuple[str, Write]]:
    for response in episode.responses:
        yield response.id, partial(questionnaireresponse.write_response, response, episode.id, writing)
        for drawn in observation.drawn_from(response):
            yield drawn.key, partial(observation.write_observation, drawn, response, writing)
    for goal in episode.goals:
        for item in goal.ratings:
            yield item.id, partial(rating.write_rating, item, goal, episode.therapist, writing)


def _unless_same(present: JsonObject | None, write: Write, site: Site) -> JsonObject:
    """What ``write`` makes of the chart's copy, or that very copy when nothing but the narrative would differ.

    Our labels go on what is new; what is filed keeps those it has, because only some servers keep labels at all.
    """
    if present is None:
        written = write({})
        labels.put_labels(written, site.labels)
        return written
    written = write(rawjson.copy(present))
    same = all(
        rawjson.equal(written.get(name), present.get(name)) for name in (written.keys() | present.keys()) - {"text"}
    )
    return present if same else written


def _members(shelf: Shelf) -> careplan.Members:
    """What the plan points to: goals with their ratings, planned activities, and the Conditions of problem areas."""
    goals = shelf.read_by_target("Goal", read_goal)
    ratings = _read_ratings(shelf)
    planned = shelf.read_by_target("ServiceRequest", activities.read_activity)
    planned |= shelf.read_by_target("Task", activities.read_activity, unless=safety.is_safety)
    planned |= shelf.read_by_target("Appointment", read_appointment)
    return careplan.Members(
        goals={target: _rated(goal, ratings) for target, goal in goals.items()},
        activities=planned,
        areas=frozenset(shelf.ids("Condition")),
    )


def _rated(goal: Goal, ratings: Mapping[str, list[Rating]]) -> Goal:
    found = sorted(ratings.get(goal.id, []), key=lambda item: (item.rated, item.id))
    return replace(goal, ratings=tuple(found)) if found else goal


def _read_ratings(shelf: Shelf) -> dict[str, list[Rating]]:
    """The ratings of each goal, by its id."""
    goals = shelf.ids("Goal")
    found: dict[str, list[Rating]] = {}
    for resource in shelf.of_type("Observation"):
        goal = rating.goal_of(resource, goals) if rating.is_rating(resource) else None
        value = shelf.attempt(resource, rating.read_rating) if goal else None
        if goal and value:
            found.setdefault(goal, []).append(value)
    return found


def _of_plan(resource: JsonObject, plan: JsonObject) -> bool:
    return any(editing.target_of(item) in editing.targets(plan) for item in resource.get("basedOn", []))


def _read_responses(shelf: Shelf, plan: JsonObject) -> tuple[Response, ...]:
    focus = observation.focus_goals(shelf.of_type("Observation"), shelf.of_type("Goal"))
    known = shelf.ids("QuestionnaireResponse")
    responses = []
    for resource in shelf.of_type("QuestionnaireResponse"):
        if _of_plan(resource, plan):
            goal = focus.get(score_key(editing.identifier_of(resource) or ""))
            read = partial(questionnaireresponse.read_response, focus_goal=goal, known=known)
            found = shelf.attempt(resource, read)
            responses += [found] if found else []
    return tuple(sorted(responses, key=lambda item: (item.authored, item.id)))


def _read_safety_items(shelf: Shelf, plan: JsonObject, responses: Iterable[Response]) -> tuple[SafetyItem, ...]:
    opened_by = _response_of_item(shelf, responses)
    items = []
    for resource in shelf.of_type("Task"):
        if safety.is_safety(resource) and _of_plan(resource, plan):
            found = shelf.attempt(resource, partial(safety.read_safety, opened_by=opened_by))
            items += [found] if found else []
    return tuple(sorted(items, key=lambda item: (item.opened, item.id)))


def _response_of_item(shelf: Shelf, responses: Iterable[Response]) -> dict[str, str]:
    """Response ids by each way a reference can name the Observation of one of their items."""
    observations = {editing.identifier_of(item) or "": item for item in shelf.of_type("Observation")}
    found: dict[str, str] = {}
    for response in responses:
        for answer in response.answers:
            key = item_key(response.id, answer.link_id)
            if key in observations:
                found.update(dict.fromkeys(editing.targets(observations[key]), response.id))
    return found
