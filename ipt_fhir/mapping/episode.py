"""A whole course <-> the resources that carry it (the table of decision-D5), and what changed against the chart.

``from_fhir(to_fhir(episode, writing)) == filed_part(episode, writing.site.carried)`` is the law this file keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from ipt_fhir import rawjson
from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue
from ipt_fhir.mapping import activity as activities
from ipt_fhir.mapping import (
    beside,
    careplan,
    editing,
    enteredtotal,
    filledform,
    labels,
    observation,
    questionnaireresponse,
    rating,
    safety,
    session_entries,
)
from ipt_fhir.mapping.appointment import read_appointment
from ipt_fhir.mapping.goal import read_goal, write_goal
from ipt_fhir.mapping.references import Writing, item_key, score_key
from ipt_fhir.mapping.session_entries import NOTHING_MENDED, Mended
from ipt_fhir.mapping.shelf import UNREADABLE, NoCourse, PlanUnread, Shelf, Unread, unread_for
from ipt_fhir.mapping.site import Site
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.goals import Goal, Rating
from ipt_fhir.model.measures import Response, SafetyItem
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.rawjson import JsonObject

__all__ = [
    "RESOURCE_TYPES",
    "NoCourse",
    "PlanUnread",
    "Reading",
    "Unread",
    "changed",
    "from_fhir",
    "keys_of",
    "to_fhir",
]

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
    drawn = _writers(filed, writing, present, Mended.of(episode))
    return {key: _unless_same(present.get(key), write, writing.site) for key, write in drawn}


def changed(written: Mapping[str, JsonObject], chart: Mapping[str, JsonObject]) -> list[str]:
    """The keys of resources that are new or say something else than the chart."""
    return [key for key, resource in written.items() if key not in chart or not rawjson.equal(resource, chart[key])]


def from_fhir(resources: Iterable[JsonObject], catalogue: Catalogue = SHIPPED) -> Reading:
    """Rebuild the filed part of the newest course among the resources; order does not matter.

    ``catalogue`` holds the instruments whose answers can be read (``Site.catalogue``). Raises NoCourse when there is no
    course, PlanUnread when its plan, or the course as a whole, makes no sense. Resources of others, or of another
    course, are passed over.
    """
    shelf = Shelf(resources)
    plan = shelf.newest_plan()
    try:
        return _read_course(shelf, plan, catalogue)
    except UNREADABLE as wrong:
        raise PlanUnread(unread_for(plan, wrong)) from wrong


def _read_course(shelf: Shelf, plan: JsonObject, catalogue: Catalogue) -> Reading:
    fields = careplan.read_plan(plan, _members(shelf))
    responses, forms = _read_responses(shelf, plan, catalogue)
    totals = _read_totals(shelf, plan, catalogue)
    items = _read_safety_items(shelf, plan, responses, totals)
    course = Episode(**fields, responses=responses, forms=forms, totals=totals, safety_items=items)
    episode = beside.with_beside(course, shelf)
    keys = keys_of(episode, catalogue) | session_entries.keys_there(episode.id, shelf)
    return Reading(episode=episode, resources=shelf.with_keys(keys), unread=tuple(shelf.unread))


def keys_of(episode: Episode, catalogue: Catalogue = SHIPPED) -> set[str]:
    """The key of every resource that may carry the course, at any site."""
    everything = Site(files=beside.BESIDE_TYPES, catalogue=catalogue)
    return {key for key, _ in _writers(episode, Writing(patient="any", site=everything))}


Write = Callable[[JsonObject], JsonObject]


def _writers(
    episode: Episode, writing: Writing, chart: Mapping[str, JsonObject] | None = None, mended: Mended = NOTHING_MENDED
) -> Iterable[tuple[str, Write]]:
    """Each resource's key and what writes it, given the chart's copy or an empty object."""
    for goal in episode.goals:
        yield goal.id, partial(write_goal, goal, writing, episode.therapist)
    for activity in episode.activities:
        if activity.by_us and not activity.inline:
            yield activity.id, partial(activities.write_activity, activity, episode, writing)
    yield from beside.before_the_plan(episode, writing)
    yield episode.id, partial(careplan.write_plan, episode, writing)
    yield from _writers_of_measures(episode, writing)
    answered = {
        (response.id, answer.link_id): item_key(response.id, answer.link_id)
        for response in episode.responses
        for answer in response.answers
    }
    totals = {total.id: total.id for total in episode.totals}
    for item in episode.safety_items:
        focus = answered.get((item.response, item.link_id)) or totals.get(item.response)
        yield item.id, partial(safety.write_safety, item, episode.id, writing, focus=focus)
    yield from beside.after_the_plan(episode, writing)
    yield from session_entries.writers(episode, writing, chart or {}, mended)


def _writers_of_measures(episode: Episode, writing: Writing) -> Iterable[tuple[str, Write]]:
    aims = {goal.id: goal.target.measure for goal in episode.goals if goal.target}
    for response in episode.responses:
        yield response.id, partial(questionnaireresponse.write_response, response, episode.id, writing)
        for drawn in observation.drawn_from(response, writing.site.catalogue, episode.responses, aims):
            yield drawn.key, partial(observation.write_observation, drawn, response, writing)
    for form in episode.forms:
        yield form.id, partial(filledform.write_form, form, episode.id, writing)
    for total in episode.totals:
        yield total.id, partial(enteredtotal.write_total, total, episode.id, writing)
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


def _read_responses(
    shelf: Shelf, plan: JsonObject, catalogue: Catalogue
) -> tuple[tuple[Response, ...], tuple[FilledForm, ...]]:
    """The answers to instruments, and those to every other form, in the order of their time."""
    focus = observation.focus_goals(shelf.of_type("Observation"), shelf.of_type("Goal"))
    known = shelf.ids("QuestionnaireResponse")
    drawn = {editing.identifier_of(item) for item in shelf.of_type("Observation")}
    read_form = partial(filledform.read_form, known=known)
    responses: list[Response | None] = []
    forms: list[FilledForm | None] = []
    for resource in shelf.of_type("QuestionnaireResponse"):
        if not _of_plan(resource, plan):
            continue
        if _is_form(resource, catalogue, drawn):
            forms.append(shelf.attempt(resource, read_form))
        else:
            measure = catalogue.instrument_for(str(resource.get("questionnaire")))
            keys = observation.score_keys(editing.identifier_of(resource) or "", measure)
            goal = next((focus[key] for key in keys if key in focus), None)
            read = partial(questionnaireresponse.read_response, focus_goal=goal, known=known, catalogue=catalogue)
            responses.append(shelf.attempt(resource, read))
    return _in_order(responses), _in_order(forms)


def _is_form(resource: JsonObject, catalogue: Catalogue, drawn: Set[str | None]) -> bool:
    """Whether it answers a form without a score. One from which a score or a safety answer was drawn answers an
    instrument, also where that is not known here; as a plain form nobody would watch over its safety item."""
    measure = catalogue.instrument_for(str(resource.get("questionnaire")))
    if measure:
        return measure.scoring is None
    key = editing.identifier_of(resource) or ""
    items = resource.get("item", [])
    links = [str(item.get("linkId")) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return not {score_key(key), *(item_key(key, link) for link in links)} & drawn


def _read_totals(shelf: Shelf, plan: JsonObject, catalogue: Catalogue) -> tuple[EnteredTotal, ...]:
    """The totals somebody entered for this plan, in the order of their time."""
    focus = observation.focus_goals(shelf.of_type("Observation"), shelf.of_type("Goal"))
    known = shelf.ids("Observation")
    found = []
    for resource in shelf.of_type("Observation"):
        if _of_plan(resource, plan) and enteredtotal.is_total(resource, catalogue):
            goal = focus.get(editing.identifier_of(resource) or "")
            read = partial(enteredtotal.read_total, focus_goal=goal, known=known, catalogue=catalogue)
            found.append(shelf.attempt(resource, read))
    return _in_order(found)


Answered = TypeVar("Answered", bound=Response | FilledForm | EnteredTotal)


def _in_order(found: Iterable[Answered | None]) -> tuple[Answered, ...]:
    return tuple(sorted(filter(None, found), key=lambda item: (item.authored, item.id)))


def _read_safety_items(
    shelf: Shelf, plan: JsonObject, responses: Iterable[Response], totals: Iterable[EnteredTotal]
) -> tuple[SafetyItem, ...]:
    opened_by = _opened_by(shelf, responses, totals)
    items = []
    for resource in shelf.of_type("Task"):
        if safety.is_safety(resource) and _of_plan(resource, plan):
            found = shelf.attempt(resource, partial(safety.read_safety, opened_by=opened_by))
            items += [found] if found else []
    return tuple(sorted(items, key=lambda item: (item.opened, item.id)))


def _opened_by(shelf: Shelf, responses: Iterable[Response], totals: Iterable[EnteredTotal]) -> dict[str, str]:
    """Ids of responses and totals by each way a reference can name the Observation of one of their answers."""
    observations = {editing.identifier_of(item) or "": item for item in shelf.of_type("Observation")}
    keys = {total.id: total.id for total in totals}
    keys |= {
        item_key(response.id, answer.link_id): response.id for response in responses for answer in response.answers
    }
    there = ((observations[key], owner) for key, owner in keys.items() if key in observations)
    return {reference: owner for resource, owner in there for reference in editing.targets(resource)}
