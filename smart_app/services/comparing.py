"""Two versions of a resource side by side, element by element, and the elements in plain words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ipt_fhir import rawjson
from ipt_fhir.rawjson import JsonObject
from smart_app.language import lazy_gettext

_LONGEST = 240
_UNSAID = frozenset({"meta", "text", "id"})
_PLACE = re.compile(r"\[\d+\]")

# What a clinician calls an element, the longest path that fits; an element that is not here keeps its FHIR name.
_WORDS = {
    "CarePlan.status": lazy_gettext("State of the plan"),
    "CarePlan.title": lazy_gettext("Title"),
    "CarePlan.period": lazy_gettext("From when until when"),
    "CarePlan.addresses": lazy_gettext("Diagnoses and problem area"),
    "CarePlan.goal": lazy_gettext("Goals"),
    "CarePlan.activity": lazy_gettext("Planned work and sessions held"),
    "CarePlan.partOf": lazy_gettext("Larger plan"),
    "CarePlan.basedOn": lazy_gettext("Plan it carries out"),
    "CarePlan.supportingInfo": lazy_gettext("Medication and reports named"),
    "CarePlan.author": lazy_gettext("Therapist"),
    "CarePlan.careTeam": lazy_gettext("Team"),
    "CarePlan.category": lazy_gettext("Kind of plan"),
    "CarePlan.instantiatesCanonical": lazy_gettext("Form of IPT"),
    "CarePlan.extension": lazy_gettext("Contract, phase and problem area"),
    "Goal.description": lazy_gettext("Wording"),
    "Goal.lifecycleStatus": lazy_gettext("State of the goal"),
    "Goal.statusDate": lazy_gettext("Day of that state"),
    "Goal.achievementStatus": lazy_gettext("What it came to"),
    "Goal.target": lazy_gettext("What it aims at, and until when"),
    "Goal.target.dueDate": lazy_gettext("Due"),
    "Goal.startDate": lazy_gettext("Start"),
    "Goal.category": lazy_gettext("Kind of goal"),
    "Goal.expressedBy": lazy_gettext("Whose wish"),
    "Goal.extension": lazy_gettext("Its five levels, and its template"),
    "ServiceRequest.status": lazy_gettext("State of the work"),
    "ServiceRequest.code": lazy_gettext("What is planned"),
    "Task.status": lazy_gettext("State of the work"),
    "Task.description": lazy_gettext("What is planned"),
    "Task.code": lazy_gettext("What is planned"),
    "Task.owner": lazy_gettext("Who does it"),
    "Observation.value": lazy_gettext("Value"),
    "QuestionnaireResponse.status": lazy_gettext("State of the answers"),
    "QuestionnaireResponse.item": lazy_gettext("Answers"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One element that differs: where (FHIRPath), and both sides as short text."""

    path: str
    theirs: str
    ours: str

    @property
    def words(self) -> str:
        """What a clinician calls the element."""
        return element_words(self.path)


def differences_between(theirs: JsonObject, ours: JsonObject) -> list[Difference]:
    """Where two versions of a resource say something else; what the server keeps itself and the narrative left out."""
    names = [name for name in {**theirs, **ours} if name not in _UNSAID]
    kind = ours.get("resourceType", theirs.get("resourceType"))
    found = (_places(f"{kind}.{name}", theirs.get(name), ours.get(name)) for name in names)
    return [place for places in found for place in places]


def element_words(path: str) -> str:
    """An element as a clinician calls it; as FHIR does where nobody gave it a name."""
    steps = _PLACE.sub("", path).split(".")
    for length in range(len(steps), 1, -1):
        known = _WORDS.get(".".join(steps[:length]))
        if known:
            return str(known)
    return steps[1] if len(steps) > 1 else path


def _places(path: str, theirs: object, ours: object) -> Iterator[Difference]:
    """The innermost elements that differ."""
    if rawjson.equal(theirs, ours):
        return
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name in {**theirs, **ours}:
            yield from _places(f"{path}.{name}", theirs.get(name), ours.get(name))
    elif isinstance(theirs, list) and isinstance(ours, list):
        named = {_name(item) for item in theirs} & {_name(item) for item in ours} - {None}
        if named or len(theirs) != len(ours):
            yield from _items(path, theirs, ours, named)
        else:
            for index, (left, right) in enumerate(zip(theirs, ours, strict=True)):
                yield from _places(f"{path}[{index}]", left, right)
    else:
        yield Difference(path=path, theirs=_short(theirs), ours=_short(ours))


def _items(path: str, theirs: list[object], ours: list[object], named: set[str | None]) -> Iterator[Difference]:
    """Item by item for the items both sides name; what only one side has stands there in words."""
    there = {_name(item): item for item in theirs}
    for index, item in enumerate(ours):
        if _name(item) in named:
            yield from _places(f"{path}[{index}]", there[_name(item)], item)
    gone = [item for item in _without(theirs, ours) if _name(item) not in named]
    came = [item for item in _without(ours, theirs) if _name(item) not in named]
    if gone or came:
        yield Difference(path=path, theirs=_short(gone), ours=_short(came))


def _name(item: object) -> str | None:
    """What an item of a list is known by: where it points, or its own id."""
    if not isinstance(item, dict):
        return None
    points = item.get("reference")
    found = points.get("reference") if isinstance(points, dict) else points or item.get("id")
    return found if isinstance(found, str) else None


def _without(some: list[object], others: list[object]) -> list[object]:
    """The entries of a list that the other one lacks."""
    return [item for item in some if not any(rawjson.equal(item, other) for other in others)]


def _short(value: object) -> str:
    """A value as short text: what a reference or a concept says in words stands for it."""
    if isinstance(value, list):
        said = ", ".join(_short(item) for item in value) or "–"
    elif isinstance(value, dict):
        said = _spoken(value) or rawjson.write(value).decode()
    else:
        said = "–" if value is None else value if isinstance(value, str) else rawjson.write(value).decode()
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]} …"


def _spoken(value: JsonObject) -> str:
    """The words of a reference, a concept, an annotation or a planned activity; empty for anything else."""
    for name in ("reference", "detail"):
        if isinstance(value.get(name), dict):
            return _spoken(value[name])
    if isinstance(value.get("description"), str):
        return f"{value['description']} ({value['status']})" if "status" in value else str(value["description"])
    for name in ("display", "text", "reference"):
        if isinstance(value.get(name), str):
            return str(value[name])
    return ""
