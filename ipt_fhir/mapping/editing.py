"""Change our elements of a resource and nothing else (decision-D3).

Rules of this file:
1. A value is written only when the resource says something else; the spelling of an equal value stays as it is
   (``2026-01-05T10:00:00+00:00`` and ``...Z`` are the same time, ``5.0`` and ``5`` the same number).
2. In a list, the items that are ours are recognised by a key. Items of others are never touched, moved or removed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from operator import is_
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.locale.texts import text
from ipt_fhir.mapping.site import ProfileSet, Site
from ipt_fhir.model.people import Person
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept

Key = str | None

# What a Reference and a CodeableConcept say themselves; whatever else stands in them was added by others.
_OF_REFERENCE = frozenset(("reference", "type", "identifier", "display"))
_OF_CONCEPT = frozenset(("coding", "text"))


def put(element: JsonObject, name: str, value: Any) -> None:
    """Set a member unless it already has that value; None removes it together with its ``_name`` sibling."""
    if name in element and rawjson.equal(element[name], value):
        return
    if value is None or value == []:
        element.pop(name, None)
        element.pop(f"_{name}", None)
    else:
        element[name] = value


def put_time(element: JsonObject, name: str, value: datetime | None) -> None:
    """Set a dateTime unless the element already names that instant, in whatever spelling."""
    present = element.get(name)
    if value is None or present is None or read_time(present) != value:
        put(element, name, value.isoformat() if value else None)


def put_date(element: JsonObject, name: str, value: date | None) -> None:
    """Set a date unless the element already names that day; a dateTime on that day counts as naming it."""
    present = element.get(name)
    if value is None or present is None or read_date(present) != value:
        put(element, name, value.isoformat() if value else None)


def put_reference(element: JsonObject, name: str, target: str | None, display: str | None = None) -> None:
    """Point to ``Type/id`` (or a urn:uuid, or nobody but a display); an absolute spelling of the same target stays."""
    present = element.get(name)
    if target is None and display is None:
        put(element, name, None)
    elif present is None:
        element[name] = reference(target, display)
    elif not isinstance(present, dict) or not _points_to(present, target, display):
        put(element, name, {**_without(present, _OF_REFERENCE), **reference(target, display)})


def put_concept(element: JsonObject, name: str, value: JsonObject | None) -> None:
    """Set a CodeableConcept unless one of its codings already is ours: servers add displays and translations."""
    present = element.get(name)
    if value is None:
        put(element, name, None)
    elif not isinstance(present, dict) or not _says(present, value):
        put(element, name, {**_without(present, _OF_CONCEPT), **value})


def put_parts(element: JsonObject, name: str, value: JsonObject | None) -> None:
    """Set an object (a Quantity, a Timing); members that others added to it stay."""
    present = element.get(name)
    put(element, name, _over(present, value) if isinstance(present, dict) and value else value)


def put_ours(element: JsonObject, name: str, ours: Sequence[JsonObject], key: Callable[[JsonObject], Key]) -> None:
    """Bring our items of a list up to date.

    ``key`` gives an item's identity, None for an item that is not ours. Items with an equal key are replaced in
    place when they say something else, ours that are gone are removed, new ones are appended.
    """
    present = element.get(name)
    if not present:
        element.update({name: list(ours)} if ours else {})
        return
    wanted = {key(item): item for item in ours}
    result: list[JsonObject] = []
    for item in present:
        identity = key(item) if isinstance(item, dict) else None
        if identity is None:
            result.append(item)
        elif identity in wanted:
            result.append(_over(item, wanted.pop(identity)))
    _put_items(element, name, present, result + list(wanted.values()))


def put_extension(element: JsonObject, url: str, value: JsonObject | None) -> None:
    """Set our extension with that url, or remove it; other extensions stay."""
    put_extensions(element, url, [value] if value else [])


def put_extensions(element: JsonObject, url: str, values: Sequence[JsonObject]) -> None:
    """Set all our extensions with that url, in order; a member beyond ``url`` is left as the server spells it."""
    present = element.get("extension", [])
    if present or values:
        wanted = [{"url": url, **value} for value in values]
        _put_items(element, "extension", present, _over_extensions(present, wanted, {url}))


def _put_items(element: JsonObject, name: str, present: Sequence[JsonObject], items: list[JsonObject]) -> None:
    """Set a list made of present items and new ones. An item that says nothing else is the very object it was."""
    if not items:
        put(element, name, None)
    elif len(items) != len(present) or not all(map(is_, items, present)):
        element[name] = items


def put_identifier(resource: JsonObject, value: str) -> None:
    """Our identifier, beside those of others."""
    ours = {"system": systems.IDENTIFIER, "value": value}
    if "identifier" not in resource:
        resource["identifier"] = [ours]
        return
    put_ours(resource, "identifier", [ours], lambda item: _if(item.get("system") == systems.IDENTIFIER, value))


def put_profile(resource: JsonObject, profile: str, site: Site) -> None:
    """Declare the profile in ``meta.profile`` beside those already declared, where the site asks for profiles."""
    if site.profiles is ProfileSet.BASE:
        return
    meta = resource.setdefault("meta", {})
    if profile not in meta.get("profile", []):
        meta["profile"] = [*meta.get("profile", []), profile]


def identifier_of(resource: JsonObject) -> str | None:
    """The value of our identifier; QuestionnaireResponse has one identifier, the other types a list."""
    found = resource.get("identifier", [])
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, dict) and item.get("system") == systems.IDENTIFIER and isinstance(item.get("value"), str):
            return str(item["value"])
    return None


def reference(target: str | None, display: str | None = None) -> JsonObject:
    """A Reference element."""
    if target is None:
        return {} if display is None else {"display": display}
    return {"reference": target} if display is None else {"reference": target, "display": display}


def coding(concept: Concept, site: Site) -> JsonObject:
    """A Coding. SNOMED CT displays are the licence holder's, so none is written; only our own are ours to translate."""
    written = {"system": concept.system, "code": concept.code}
    if concept.system.startswith(systems.CANONICAL_BASE):
        written["display"] = text(concept.label, site.language)
    elif concept.system != systems.SNOMED_CT:
        written["display"] = concept.label
    return written


def codeable(site: Site, *concepts: Concept, label: str | None = None) -> JsonObject:
    """A CodeableConcept of those concepts the site may send, with the text of the first one or ``label``."""
    codings = [coding(item, site) for item in concepts if _may_send(item, site)]
    shown = label or text(concepts[0].label, site.language)
    return {"coding": codings, "text": shown} if codings else {"text": shown}


def _may_send(concept: Concept, site: Site) -> bool:
    if concept.system == systems.SNOMED_CT:
        return site.snomed
    return site.icd10cm or concept.system != systems.ICD_10_CM


def codes_of(concept: Any, system: str) -> list[str]:
    """The codes a CodeableConcept has in one system."""
    codings = concept.get("coding", []) if isinstance(concept, dict) else []
    return [item["code"] for item in codings if item.get("system") == system and "code" in item]


def extensions(element: Any, url: str) -> list[JsonObject]:
    """The extensions with that url."""
    found = element.get("extension", []) if isinstance(element, dict) else []
    return [item for item in found if item.get("url") == url]


def parts(extension: JsonObject) -> dict[str, Any]:
    """The parts of a complex extension by url, as their plain values."""
    return {item["url"]: value_of(item) for item in extension.get("extension", [])}


def value_of(extension: JsonObject) -> Any:
    """The ``value[x]`` of an extension, whatever its type; None when it has none."""
    for name, value in extension.items():
        if name.startswith("value"):
            return value
    return None


def read_time(value: str) -> datetime | None:
    """An instant with its zone; None for a partial or unreadable dateTime."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None


def read_date(value: str) -> date | None:
    """The day of a date or dateTime; None for a partial date."""
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def required_time(value: str) -> datetime:
    """As read_time; raises ValueError where there is no instant."""
    found = read_time(value)
    if found is None:
        raise ValueError("a time with its zone is needed here")
    return found


def required_date(value: str) -> date:
    """As read_date; raises ValueError where there is no full date."""
    found = read_date(value)
    if found is None:
        raise ValueError("a full date is needed here")
    return found


def read_person(element: Any) -> Person | None:
    """The person a Reference names."""
    return Person(display=element.get("display", ""), reference=target_of(element)) if element else None


def target_of(element: Any) -> str | None:
    """Where a Reference points: ``Type/id`` without server and version, or a urn:uuid; None when it has no target."""
    found = element.get("reference") if isinstance(element, dict) else None
    if not isinstance(found, str):
        return None
    if found.startswith("urn:"):
        return found
    steps = found.split("/_history/")[0].split("/")
    return "/".join(steps[-2:]) if len(steps) >= 2 else found


def targets(resource: JsonObject) -> list[str]:
    """The ways in which a reference may name one of our resources: by its urn:uuid, and by its id once it has one."""
    named = [f"urn:uuid:{identifier_of(resource)}"]
    if "id" in resource:
        named.append(f"{resource['resourceType']}/{resource['id']}")
    return named


def _over(present: JsonObject, wanted: JsonObject) -> JsonObject:
    """The present item if it already says all that is wanted, else the wanted one over what others added to it."""
    if _says_all(present, wanted):
        return present
    return {**present, **{name: _member(present.get(name), name, value) for name, value in wanted.items()}}


def _says_all(present: JsonObject, wanted: JsonObject) -> bool:
    for name, value in wanted.items():  # noqa: SIM110 - asked for each item of each list
        if name not in present or not rawjson.equal(present[name], value):
            return False
    return True


def _member(present: Any, name: str, wanted: Any) -> Any:
    """One member of an item of ours: what is equal keeps its spelling, what others added inside stays."""
    if isinstance(present, dict) and isinstance(wanted, dict):
        if wanted.keys() <= _OF_REFERENCE:
            return _reference_over(present, wanted)
        return _over(present, wanted)
    if isinstance(present, list) and name == "extension":
        return _over_extensions(
            present, wanted, {item["url"] for item in (*present, *wanted) if ":" not in item["url"]}
        )
    if isinstance(present, list) and name == "coding" and _says({"coding": present}, {"coding": wanted}):
        return present
    if isinstance(present, list) and isinstance(wanted, list) and _holds_all(present, wanted):
        return present
    return present if present is not None and rawjson.equal(present, wanted) else wanted


def _holds_all(present: Sequence[Any], wanted: Sequence[Any]) -> bool:
    """Whether some item already says each thing wanted; a list that says all that is wanted may say more."""
    return len(wanted) <= len(present) and all(_is_among(present, item) for item in wanted)


def _is_among(present: Sequence[Any], wanted: Any) -> bool:
    if any(item is wanted for item in present):
        return True
    return any(rawjson.equal(_member(item, "", wanted), item) for item in present)


def _reference_over(present: JsonObject, wanted: JsonObject) -> JsonObject:
    """Another person or thing takes the whole place: the old address must not stay beside a new name."""
    if _points_to(present, target_of(wanted), wanted.get("display")):
        return present
    return {**_without(present, _OF_REFERENCE), **wanted}


def _over_extensions(
    present: Sequence[JsonObject], wanted: Sequence[JsonObject], ours: Collection[str]
) -> list[JsonObject]:
    """The wanted extensions in the places of those with the same url, those that are ours and not wanted left out.

    The parts of a complex extension are ours when their url is relative; an absolute one is somebody else's addition.
    """
    waiting = list(wanted)
    result: list[JsonObject] = []
    for item in present:
        found = next((index for index, value in enumerate(waiting) if value["url"] == item.get("url")), None)
        if found is not None:
            result.append(_over_value(item, waiting.pop(found)))
        elif item.get("url") not in ours:
            result.append(item)
    return result + waiting


def _over_value(present: JsonObject, wanted: JsonObject) -> JsonObject:
    """An extension of ours over the present one; an extension has one value, whatever its type."""
    kept = {name: value for name, value in present.items() if name in wanted or not name.startswith("value")}
    return _over(kept if kept.keys() != present.keys() else present, wanted)


def _without(present: Any, names: frozenset[str]) -> JsonObject:
    """What others added to an element whose own members are replaced."""
    return {name: value for name, value in present.items() if name not in names} if isinstance(present, dict) else {}


def _says(present: JsonObject, wanted: JsonObject) -> bool:
    codings: Iterable[JsonObject] = wanted.get("coding", [])
    if not codings:
        return bool(present.get("text") == wanted.get("text"))
    said = [(item.get("system"), item.get("code")) for item in present.get("coding", [])]
    return all((item.get("system"), item.get("code")) in said for item in codings)


def _points_to(present: JsonObject, target: str | None, display: str | None) -> bool:
    return target_of(present) == target and (display is None or present.get("display") == display)


def _if(condition: bool, value: str) -> str | None:
    return value if condition else None
