"""Spoil a resource that meets a US Core profile so that it stays good FHIR and breaks the profile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from random import Random
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.generation.packages import Package, Published, read_package
from ipt_fhir.validation.generation.structure import Element, tree
from tests.published import published
from tests.validation.examples import US_CORE, profiles_held
from tests.validation.mutator import Mutant
from tests.validation.spots import definition, shelf

Kind = Callable[[JsonObject, Element, Random], str | None]


def profile_mutants(good: Mapping[str, JsonObject], count: int, seed: int, version: str) -> Iterator[Mutant]:
    """That many mutants, the kinds in turn, each of a good resource that claims a profile of this US Core release."""
    chance = Random(seed)
    claims = [(name, profile) for name in sorted(good) for profile in profiles_held(good[name], version)]
    kinds = sorted(BY_PROFILE)
    number = 0
    while number < count:
        source, profile = chance.choice(claims)
        resource = rawjson.copy(good[source])
        kind = kinds[number % len(kinds)]
        place = BY_PROFILE[kind](resource, _root(profile, version), chance)
        if place is not None:
            number += 1
            yield Mutant(kind, source, place, resource, profile)


@cache
def _package(version: str) -> Package:
    return read_package(published(US_CORE.format(version)))


@cache
def _root(profile: str, version: str) -> Element:
    return tree(Published([_package(version), *shelf().packages]).structure(profile))


def _required_by_profile(resource: JsonObject, root: Element, chance: Random) -> str | None:
    base = definition(resource["resourceType"])
    found = [
        element
        for name, element in root.children.items()
        if element.smallest and not base.children[name].smallest and set(element.json_names) & resource.keys()
    ]
    if not found:
        return None
    element = chance.choice(found)
    for name in element.json_names:
        resource.pop(name, None)
    return element.path


def _slices(resource: JsonObject, root: Element) -> Iterator[tuple[Element, Element, list[Any]]]:
    """(element, slice, its items) for slices that are known by a fixed value of the whole item."""
    for element in root.children.values():
        for cut in element.slices.values():
            patterns = [value for key, value in cut.raw.items() if key.startswith("pattern")]
            items = resource.get(element.stem, [])
            if patterns and isinstance(items, list):
                yield element, cut, [item for item in items if _holds(item, patterns[0])]


def _holds(value: Any, pattern: Any) -> bool:
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(_holds(value.get(name), inner) for name, inner in pattern.items())
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(_holds(item, inner) for item in value) for inner in pattern)
    return bool(value == pattern)


def _slice_doubled(resource: JsonObject, root: Element, chance: Random) -> str | None:
    found = [(element, items) for element, cut, items in _slices(resource, root) if cut.largest == 1 and items]
    if not found:
        return None
    element, items = chance.choice(found)
    resource[element.stem].append(rawjson.copy(items[0]))
    return element.path


def _slice_missing(resource: JsonObject, root: Element, chance: Random) -> str | None:
    found = [(element, items) for element, cut, items in _slices(resource, root) if cut.smallest and items]
    if not found:
        return None
    element, items = chance.choice(found)
    others = [item for item in resource[element.stem] if item not in items]
    resource[element.stem] = [*others, {"text": "something else"}]
    return element.path


BY_PROFILE: Mapping[str, Kind] = {
    "element the profile requires removed": _required_by_profile,
    "slice doubled": _slice_doubled,
    "slice missing": _slice_missing,
}
