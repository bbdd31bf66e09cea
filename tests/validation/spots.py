"""Every member of a resource beside the ElementDefinition that allows it, read from the published definitions.

The mutator needs to know what is required, repeated, coded or a reference without asking the schemas it puts to the
test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation import generate, schemas
from ipt_fhir.validation.generation.packages import Package, Published, read_package
from ipt_fhir.validation.generation.structure import Element, tree
from tests.published import published


@dataclass(frozen=True)
class Spot:
    """A member of an object: its holder in the resource, its JSON name, its definition, its type, its value."""

    holder: JsonObject
    name: str
    element: Element
    code: str
    place: str

    @property
    def value(self) -> Any:
        """What stands there; a list where the element repeats."""
        return self.holder[self.name]

    def put(self, value: Any) -> None:
        """Another value for it, or for its first item where it repeats."""
        if isinstance(self.value, list) and self.value:
            self.value[0] = value
        else:
            self.holder[self.name] = value

    @property
    def first(self) -> Any:
        """The value, or its first item."""
        return self.value[0] if isinstance(self.value, list) and self.value else self.value


@dataclass(frozen=True)
class Whole:
    """An object with the definition of its members."""

    members: JsonObject
    element: Element
    code: str
    place: str


def shelf() -> Published:
    """FHIR R4 itself."""
    return Published([_core()])


def wholes(resource: JsonObject) -> list[Whole]:
    """Every object we judge: the resource, its parts, what it contains or carries of the types we hold."""
    kind = resource["resourceType"]
    return list(_below(resource, definition(kind), kind, kind))


def spots(resource: JsonObject) -> list[Spot]:
    """Every member we judge, ``_`` siblings and inner resources left out."""
    return [spot for whole in wholes(resource) for spot in _members(whole)]


@cache
def definition(kind: str) -> Element:
    """The elements of a type of FHIR."""
    return tree(shelf().structure(kind))


@cache
def _core() -> Package:
    return read_package(published(generate.CORE))


@cache
def _root_of(path: str) -> Element:
    """The element a contentReference names: ``#QuestionnaireResponse.item``."""
    kind = path.removeprefix("#").partition(".")[0]
    return next(item for item in definition(kind).walk() if item.path == path.removeprefix("#"))


def _members(whole: Whole) -> Iterator[Spot]:
    for element in whole.element.children.values():
        for name, kind in element.names.items():
            if name in whole.members and kind.get("code") != "Resource":
                code = element.type_code(kind) if kind else "BackboneElement"
                yield Spot(whole.members, name, element, code, f"{whole.place}.{name}")


def _below(members: JsonObject, element: Element, code: str, place: str) -> Iterator[Whole]:
    whole = Whole(members, element, code, place)
    yield whole
    for spot in _members(whole):
        inner = _inner(spot)
        for index, item in enumerate(_objects(spot.value)):
            if inner is not None:
                yield from _below(item, inner, spot.code, f"{spot.place}[{index}]")
    for name in ("contained", "resource"):
        for index, item in enumerate(_objects(members.get(name))):
            if item.get("resourceType") in schemas.covered_types():
                kind = item["resourceType"]
                yield from _below(item, definition(kind), kind, f"{place}.{name}[{index}]")


def _inner(spot: Spot) -> Element | None:
    """The definition of what is inside; None for a primitive."""
    if spot.element.children:
        return spot.element
    if "contentReference" in spot.element.raw:
        return _root_of(spot.element.raw["contentReference"])
    return definition(spot.code) if spot.code[0].isupper() else None


def _objects(value: Any) -> list[JsonObject]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
