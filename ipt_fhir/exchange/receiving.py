"""Rebuild an episode from whatever resources there are, and say what of it could not be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.exchange.bundles import own_name, unfolded
from ipt_fhir.exchange.reading import Place, Unit
from ipt_fhir.mapping import editing
from ipt_fhir.mapping.episode import PlanUnread, Reading, Unread, from_fhir
from ipt_fhir.model.episode import Episode
from ipt_fhir.rawjson import JsonObject


class CourseUnreadable(ValueError):
    """There is a plan of ours that cannot be made sense of; says which element or rule, never a value."""


_A_VALUE = "a value is not one it may have"

Complain = Callable[[str], None]
"""Told a sentence about each thing that could not be read or was not there."""


@dataclass(slots=True)
class _Chart:
    """Our resources by name, where each stood, and the names of all others, so that little is kept of a large file."""

    complain: Complain
    ours: dict[str, JsonObject] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    targets: set[str] = field(default_factory=set)

    def add(self, place: Place, resource: JsonObject) -> None:
        named = own_name(resource)
        if named is None:
            return
        self.targets.update(editing.targets(resource))
        if editing.identifier_of(resource):
            self._keep(f"{resource.get('resourceType')} {named}", place, resource)

    def _keep(self, key: str, place: Place, resource: JsonObject) -> None:
        """Of two versions the one the server changed last; without that, the one that was read last."""
        present = self.ours.get(key)
        if present is not None and not rawjson.equal(present, resource):
            self.complain(f"{place}: says something else than {self.places[key]}; the newer one is taken")
            if _changed(present) > _changed(resource):
                return
        self.ours[key], self.places[key] = resource, place


def receive(units: Iterable[Unit], complain: Complain) -> Episode:
    """The newest course among the units, which may be Bundles and single resources, in any order.

    Raises NoCourse when there is none, CourseUnreadable when its plan, or the course as a whole, makes no sense.
    """
    chart = _Chart(complain)
    for unit in units:
        if unit.value is None:
            complain(f"{unit.place}: {unit.refusal}")
        else:
            for place, resource in unfolded(unit.place, unit.value):
                chart.add(place, resource)
    try:
        reading = from_fhir(chart.ours.values())
    except PlanUnread as unread:
        raise CourseUnreadable(_where_plans_stand(chart) + _why_no_course(chart, unread.__cause__)) from unread
    for words in (*_unread(chart, reading.unread), *_missing(chart, reading)):
        complain(words)
    return reading.episode


def _unread(chart: _Chart, unread: Iterable[Unread]) -> Iterator[str]:
    for item in unread:
        name = f"{item.resource_type} urn:uuid:{item.key}"
        kind, _, words = item.reason.partition(": ")
        told = _A_VALUE if _repeats(words, chart.ours[name]) else _without_values(kind, words)
        yield f"{chart.places[name]}: {item.resource_type} cannot be read: {told}"


def _where_plans_stand(chart: _Chart) -> str:
    found = [str(place) for name, place in chart.places.items() if name.startswith("CarePlan ")]
    return f"{found[0]}: " if len(found) == 1 else ""


def _why_no_course(chart: _Chart, wrong: BaseException | None) -> str:
    """What a course may not be stands in the model's own words; a name that is looked up may be a value."""
    words = str(wrong)
    looked_up = isinstance(wrong, KeyError) and any(_repeats(words, item) for item in chart.ours.values())
    return _A_VALUE if looked_up else _without_values(type(wrong).__name__, words)


def _missing(chart: _Chart, reading: Reading) -> Iterator[str]:
    """What the plan points to as its goals and activities and nobody gave us."""
    name = f"CarePlan urn:uuid:{reading.episode.id}"
    plan = chart.ours[name]
    pointing = {f"goal[{index}]": item for index, item in enumerate(plan.get("goal", []))}
    for index, item in enumerate(plan.get("activity", [])):
        pointing[f"activity[{index}].reference"] = item.get("reference")
    for element, item in pointing.items():
        target = editing.target_of(item)
        if target and target not in chart.targets:
            yield f"{chart.places[name]}: CarePlan.{element}: what it points to is not among what was read"


def _repeats(words: str, value: Any) -> bool:
    """Whether a text of the resource stands in the words."""
    if isinstance(value, dict | list):
        return any(_repeats(words, item) for item in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, str) and bool(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", words))


def _without_values(kind: str, words: str) -> str:
    """Why something could not be read, for IT; what the file says may be about a patient and is not repeated."""
    name = words.strip("'")
    if kind == "KeyError" and name.isalpha():
        return f"{name} is missing"
    return words if words and not set(words) & set("'\"`") and kind == "ValueError" else _A_VALUE


def _changed(resource: JsonObject) -> str:
    meta = resource.get("meta")
    return str(meta.get("lastUpdated", "")) if isinstance(meta, dict) else ""
