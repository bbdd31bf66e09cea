"""Which parts of a CarePlan or Goal in the chart are ours; everything else belongs to the hospital and stays as it is.

Ours are: our identifier, our extensions, the codes of our systems, references to our artefacts, and the elements one
of our resources has exactly once (status, title, period ...). In a resource without our identifier nothing is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from ipt_fhir.mapping import careplan, editing, goal
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems

# Elements of which R4 allows one, and which we write: a second opinion beside them is not possible.
_SINGLE = {
    "CarePlan": ("status", "intent", "title", "subject", "author", "period.start", "period.end"),
    "Goal": (
        "lifecycleStatus",
        "statusDate",
        "achievementStatus",
        "description.text",
        "subject",
        "startDate",
        "expressedBy",
    ),
}
_EXTENSIONS = frozenset(value for name, value in vars(systems).items() if name.startswith("EXTENSION_"))
_PROFILES = frozenset((systems.US_CORE_CAREPLAN, systems.US_CORE_GOAL))

Owned = Callable[[Any], Any]


def parts_of_ours(resource: JsonObject, known: Collection[str] = ()) -> tuple[str, ...]:
    """The parts that are ours, as FHIRPath (``CarePlan.activity[0].reference``), in no particular order.

    ``known`` are the addresses (``Goal/7``) of our other artefacts on this server. Only CarePlan and Goal have parts
    of both; of another type, or without our identifier, nothing is ours.
    """
    kind = resource.get("resourceType")
    if kind not in _SINGLE or not editing.identifier_of(resource):
        return ()
    return tuple(f"{kind}.{part}" for part in (*_everywhere(resource), *_OF_TYPE[kind](resource, known)))


def _everywhere(resource: JsonObject) -> Iterator[str]:
    for path in _SINGLE[resource["resourceType"]]:
        if _present(resource, path):
            yield path
    if resource.get("text", {}).get("status") == "generated":
        yield "text.div"
    yield from _items(resource.get("meta", {}), "profile", _PROFILES.__contains__, "meta.")
    yield from _items(resource, "identifier", lambda item: item.get("system") == systems.IDENTIFIER)
    yield from _items(resource, "extension", lambda item: item.get("url") in _EXTENSIONS)


def _of_plan(resource: JsonObject, known: Collection[str]) -> Iterator[str]:
    def is_known(item: JsonObject) -> bool:
        return editing.target_of(item) in known

    yield from _items(resource, "instantiatesCanonical", lambda item: item.startswith(f"{systems.PLAN_DEFINITION}/"))
    yield from _items(resource, "category", careplan.category_key)
    for name in ("goal", "careTeam", "addresses"):
        yield from _items(resource, name, is_known)
    for index, element in enumerate(resource.get("activity", [])):
        if is_known(element.get("reference", {})):
            yield from _of_activity(element, "reference", f"activity[{index}].")
        elif editing.codes_of(element.get("detail", {}).get("code"), systems.IPT_ACTIVITY):
            yield from _of_activity(element, "detail", f"activity[{index}].")


def _of_activity(element: JsonObject, name: str, where: str) -> Iterator[str]:
    """An activity of ours; outcomes and progress notes that others add to it are theirs."""
    yield where + name
    yield from _items(element, "outcomeCodeableConcept", _is_outcome, where)
    yield from _items(element, "progress", _is_session, where)


def _of_goal(resource: JsonObject, known: Collection[str]) -> Iterator[str]:
    del known
    yield from _items(resource, "category", goal.category_key)
    if goal.place_of_target(resource) < len(resource.get("target", [])):
        yield f"target[{goal.place_of_target(resource)}]"


_OF_TYPE: dict[str, Callable[[JsonObject, Collection[str]], Iterator[str]]] = {"CarePlan": _of_plan, "Goal": _of_goal}


def _is_outcome(concept: JsonObject) -> bool:
    return bool(editing.codes_of(concept, systems.IPT_ACTIVITY_OUTCOME))


def _is_session(annotation: JsonObject) -> bool:
    return bool(editing.extensions(annotation, systems.EXTENSION_SESSION))


def _present(resource: JsonObject, path: str) -> bool:
    owner, _, name = path.rpartition(".")
    return name in (resource.get(owner, {}) if owner else resource)


def _items(element: JsonObject, name: str, owned: Owned, where: str = "") -> Iterator[str]:
    for index, item in enumerate(element.get(name, [])):
        if owned(item):
            yield f"{where}{name}[{index}]"
