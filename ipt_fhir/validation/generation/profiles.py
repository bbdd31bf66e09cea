"""From a profile's StructureDefinition to an overlay: only what the profile asks beyond the base type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.generation.bindings import CodeTable, matching
from ipt_fhir.validation.generation.elements import constrained, required
from ipt_fhir.validation.generation.packages import Published
from ipt_fhir.validation.generation.primitives import Schema
from ipt_fhir.validation.generation.structure import Element, is_primitive, tree
from ipt_fhir.validation.generation.targets import pointing_to, target_types

_SLICED_BY = {"value", "pattern"}


@dataclass
class ProfileWriter:
    """Writes the overlays of one profile and of the extensions it names."""

    published: Published
    codes: CodeTable
    definitions: dict[str, Schema] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._root = cache(lambda url: tree(self.published.structure(url)))

    def write(self, structure: JsonObject) -> dict[str, Schema]:
        """Definition name -> schema; the profile's own is named by its id."""
        self.definitions[structure["id"]] = {}
        overlay = self._object(self._root(structure["url"]), self._root(structure["type"]))
        self.definitions[structure["id"]] = overlay
        return self.definitions

    def _object(self, element: Element, before: Element) -> Schema:
        """What the profile adds to one object; ``before`` is the same element without the profile."""
        expanded = before if before.children else self._root(before.types[0]["code"])
        members: Schema = {}
        rules: list[Schema] = []
        for name, child in element.children.items():
            unprofiled = expanded.children[name]
            members |= {written: schema for written, schema in self._members(child, unprofiled) if schema}
            rules += _demands(child, unprofiled)
        schema = constrained(element, rules, {**before.constraints, **expanded.constraints})
        return schema | ({"properties": members} if members else {}) | ({"allOf": rules} if rules else {})

    def _members(self, element: Element, before: Element) -> Iterator[tuple[str, Schema]]:
        if element.largest == 0:
            if before.largest != 0 and not element.is_choice:
                yield from ((name, {"rule": "prohibited", "not": {}}) for name in element.json_names)
            return
        for name, kind in element.names.items():
            unprofiled = before.names[name]
            yield name, self._counted(element, before, self._value(element, before, kind, unprofiled))
            if element.children and is_primitive(element.type_code(kind)):
                extras = self._object(_without_value(element), self._root("Element"))
                yield f"_{name}", extras

    def _counted(self, element: Element, before: Element, value: Schema) -> Schema:
        """The array around the values: how many, and which slices."""
        if not element.is_array:
            return value
        schema: Schema = {"items": value} if value else {}
        if element.largest is not None and element.largest != before.largest:
            schema["maxItems"] = element.largest
        if element.smallest > max(1, before.smallest):
            schema["minItems"] = element.smallest
        slices = [rule for name, cut in element.slices.items() for rule in self._slice(element, before, name, cut)]
        return schema | ({"allOf": slices} if slices else {})

    def _value(self, element: Element, before: Element, kind: JsonObject, unprofiled: JsonObject) -> Schema:
        code = element.type_code(kind) if kind else ""
        parts = [{"rule": "pattern", **matching(_fixed(element)[0])}] if _fixed(element) and not _fixed(before) else []
        value_set = element.required_value_set
        if value_set and value_set != before.required_value_set and (bound := self.codes.bound(code, value_set)):
            parts.append(bound)
        types = target_types(self.published, kind)
        if types and types != target_types(self.published, unprofiled):
            parts.append(pointing_to(types))
        if element.children and not is_primitive(code or "BackboneElement"):
            parts.append(self._object(element, before))
        else:
            rules: list[Schema] = []
            parts.append(constrained(element, rules, before.constraints))
            parts += rules
        return _merged(parts)

    def _slice(self, element: Element, before: Element, name: str, cut: Element) -> Iterator[Schema]:
        matcher = self._matcher(element, cut)
        if matcher is None:
            return
        if cut.smallest or cut.largest is not None:
            count = {"minContains": cut.smallest} | ({} if cut.largest is None else {"maxContains": cut.largest})
            yield {"rule": "slice", "slice": f"{element.path}:{name}", "contains": matcher, **count}
        if content := self._slice_content(cut, before):
            yield {"items": {"if": matcher, "then": content}}

    def _matcher(self, element: Element, cut: Element) -> Schema | None:
        """How an item of the slice is known; None where its ValueSet cannot be expanded from the packages."""
        rows = element.raw["slicing"]["discriminator"]
        if len(rows) > 1 or rows[0]["type"] not in _SLICED_BY:
            raise ValueError(f"{element.path} is sliced by {rows}: write that in profiles.py first")
        path = rows[0]["path"]
        if path == "$this":
            return self._known_by(cut)
        profiles = cut.types[0].get("profile", [])
        if path == "url" and profiles:
            return matching({"url": profiles[0]})
        value = self._known_by(cut.children[path])
        return value and {"type": "object", "properties": {path: value}, "required": [path]}

    def _known_by(self, cut: Element) -> Schema | None:
        """What the discriminating element of a slice looks like."""
        if _fixed(cut):
            return matching(_fixed(cut)[0])
        if cut.required_value_set is None:
            raise ValueError(f"{cut.raw['id']} has neither a pattern nor a required ValueSet")
        return self.codes.bound(cut.types[0]["code"], cut.required_value_set)

    def _slice_content(self, cut: Element, before: Element) -> Schema:
        """What an item of the slice must hold. Extensions of guides that are not among the packages are left alone."""
        profiles = cut.types[0].get("profile", [])
        if not profiles:
            return self._object(cut, before) if cut.children else {}
        structure = self.published.find("StructureDefinition", profiles[0])
        if structure is None:
            return {}
        if structure["id"] not in self.definitions:
            self.write(structure)
        return {"$ref": f"#/$defs/{structure['id']}"}


def _demands(element: Element, before: Element) -> list[Schema]:
    """Newly required elements, and choices that are left with fewer types."""
    rules: list[Schema] = []
    if element.smallest and not before.smallest:
        names = element.json_names
        rules += required(element) if len(names) > 1 else [{"rule": "required", "required": names}]
    if element.is_choice and (element.largest == 0 or element.names.keys() < before.names.keys()):
        allowed = [] if element.largest == 0 else element.json_names
        other = {"not": {"pattern": f"^_?{element.stem}[A-Z]"}}
        names_allowed = {"anyOf": [other, {"enum": allowed}]} if allowed else other
        rules.append({"rule": "choice-type", "element": element.name, "propertyNames": names_allowed})
    return rules


def _fixed(element: Element) -> list[Any]:
    """The fixed or pattern value, as a list of none or one."""
    return [value for key, value in element.raw.items() if key.startswith(("fixed", "pattern"))]


def _without_value(element: Element) -> Element:
    """A primitive as its ``_`` sibling holds it."""
    return Element(element.raw, {name: element.children[name] for name in ("id", "extension")})


def _merged(parts: list[Schema]) -> Schema:
    parts = [part for part in parts if part]
    return parts[0] if len(parts) == 1 else {"allOf": parts} if parts else {}
