"""Expand a ValueSet to its codes, as far as the packages hold them."""

from __future__ import annotations

from collections.abc import Iterator

from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.generation.packages import Published

Codes = dict[str, list[str]]


def expand(published: Published, url: str) -> Codes | None:
    """Code system -> codes. None when the content lives elsewhere (LOINC, SNOMED CT, media types, UCUM)."""
    value_set = published.find("ValueSet", url)
    if value_set is None or "include" not in value_set.get("compose", {}):
        return None
    found: Codes = {}
    for include in value_set["compose"]["include"]:
        part = _part(published, include)
        if part is None:
            return None
        for system, codes in part.items():
            found[system] = list(dict.fromkeys([*found.get(system, []), *codes]))
    return _without(published, found, value_set["compose"].get("exclude", []))


def _without(published: Published, found: Codes, excluded: list[JsonObject]) -> Codes | None:
    for exclude in excluded:
        part = _part(published, exclude)
        if part is None:
            return None
        for system, codes in part.items():
            found[system] = [code for code in found.get(system, []) if code not in codes]
    return found


def _part(published: Published, include: JsonObject) -> Codes | None:
    """What one ``include`` or ``exclude`` names: listed codes, a code system or a branch of it, another value set."""
    if "valueSet" in include:
        return _intersection(published, include)
    if "concept" in include:
        return {include["system"]: [concept["code"] for concept in include["concept"]]}
    system = published.find("CodeSystem", include["system"])
    if system is None or system.get("content") != "complete":
        return None
    filters = include.get("filter", [])
    if not filters:
        return {include["system"]: list(_below(system["concept"]))}
    if len(filters) > 1 or filters[0]["op"] not in {"is-a", "descendent-of"}:
        return None
    return {include["system"]: _branch(system, filters[0]["value"], itself=filters[0]["op"] == "is-a")}


def _intersection(published: Published, include: JsonObject) -> Codes | None:
    """Value sets named together in one ``include`` are intersected (R4 valueset.html 4.9.2)."""
    if "system" in include or len(include["valueSet"]) > 1:
        return None
    return expand(published, include["valueSet"][0])


def _below(concepts: list[JsonObject]) -> Iterator[str]:
    for concept in concepts:
        if not _abstract(concept):
            yield concept["code"]
        yield from _below(concept.get("concept", []))


def _abstract(concept: JsonObject) -> bool:
    return any(item["code"] == "notSelectable" and item.get("valueBoolean") for item in concept.get("property", []))


def _branch(system: JsonObject, root: str, *, itself: bool) -> list[str]:
    """The codes under one concept, by nesting and by ``subsumedBy`` (v3 tables use the latter)."""
    concepts = list(_with_parents(system["concept"], ()))
    found = [root]
    for above in found:
        found += [concept["code"] for concept, parents in concepts if above in parents and concept["code"] not in found]
    selectable = {concept["code"] for concept, _ in concepts if not _abstract(concept)}
    return [code for code in found if code in selectable and (itself or code != root)]


def _with_parents(concepts: list[JsonObject], above: tuple[str, ...]) -> Iterator[tuple[JsonObject, set[str]]]:
    for concept in concepts:
        named = {item["valueCode"] for item in concept.get("property", []) if item["code"] == "subsumedBy"}
        yield concept, {*above, *named}
        yield from _with_parents(concept.get("concept", []), (concept["code"],))
