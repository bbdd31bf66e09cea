"""From a type's StructureDefinition to strict schemas: one definition for the type and one for each part of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.generation.bindings import CodeTable
from ipt_fhir.validation.generation.packages import Published
from ipt_fhir.validation.generation.presence import ASKED, PRESENCE, present
from ipt_fhir.validation.generation.primitives import Schema
from ipt_fhir.validation.generation.structure import Element, is_primitive, tree
from ipt_fhir.validation.generation.targets import pointing_to, target_types
from ipt_fhir.validation.invariants import ELSEWHERE, INVARIANTS

DATATYPES = "datatypes.json"

# Elements that ask for more than their type says (R4 datatypes.html; references.html 2.3.0.1).
_NARROWED = {
    "Coding.system": "systemUri",
    "Identifier.system": "systemUri",
    "Quantity.system": "systemUri",
    "Reference.reference": "url",
}
_LANGUAGES = "http://hl7.org/fhir/ValueSet/languages"

# Up to this many types a chain of questions is quicker than a call into Python.
_FEW = 15


@dataclass
class TypeWriter:
    """Writes the definitions of one type.

    ``types`` are the data types they refer to; ``choices`` says in FHIRPath what a JSON name of a choice means.
    """

    published: Published
    codes: CodeTable
    types: set[str] = field(default_factory=set)
    definitions: dict[str, Schema] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)

    def write(self, structure: JsonObject) -> dict[str, Schema]:
        """Definition name -> schema, for ``CarePlan``, ``CarePlan.activity`` and so on."""
        root, name = tree(structure), structure["id"]
        for element in root.walk():
            if element.children:
                self.definitions[name if element is root else element.path] = self._object(element)
        whole = self.definitions[name]
        if structure["kind"] == "resource":
            whole["properties"] = {"resourceType": {"const": name}, **whole["properties"]}
            whole["required"] = ["resourceType", *whole.get("required", [])]
        elif name == "Extension":
            self.types.add("systemUri")
            self.definitions |= _extensions(whole)
        return self.definitions

    def _object(self, element: Element) -> Schema:
        schema: Schema = {"type": "object", "properties": {}, "additionalProperties": False, "minProperties": 1}
        if element.path != "Element" and "Resource" not in element.children["id"].raw["base"]["path"]:
            # ele-1: an id alone is no content. Beside a primitive it may stand alone (``_gender``: US Core does so).
            schema["dependentSchemas"] = {"id": {"minProperties": 2}}
        rules: list[Schema] = []
        for child in element.children.values():
            if child.largest != 0:
                schema["properties"] |= self._members(child)
                rules += _null_rules(child)
        rules += [row for child in element.children.values() if child.smallest for row in required(child)]
        needed = [name for child in element.children.values() for name in _plainly_required(child)]
        if needed:
            schema["required"] = needed
        schema |= constrained(element, rules)
        rules = [rule for rule in rules if not _asked_inside(schema["properties"], rule)]
        choices = [child for child in element.children.values() if child.is_choice]
        self.choices |= {name: path for child in choices for name, path in _in_fhirpath(child)}
        # Most elements hold what they must and one value; then nothing further is asked.
        crowded = {"minProperties": len(needed) + 2}
        rules += [_exclusive(child, crowded) for child in choices if len(child.names) <= _FEW]
        many = {child.name: list(child.names) for child in choices if len(child.names) > _FEW}
        if many and element.path != "Extension":
            rules.append({"rule": "choice", "if": crowded, "then": {"choice": many}})
            many = {}
        return schema | ({"choice": many} if many else {}) | ({"allOf": rules} if rules else {})

    def _members(self, element: Element) -> Iterator[tuple[str, Schema]]:
        for name, kind in element.names.items():
            yield name, _repeated(element, self._value(element, kind))
            if f"_{name}" in element.json_names:
                yield f"_{name}", self._sibling(element)

    def _sibling(self, element: Element) -> Schema:
        extras = self._type("Element")
        if not element.is_array:
            return extras
        return {"type": "array", "minItems": 1, "items": {"anyOf": [extras, {"type": "null"}]}}

    def _value(self, element: Element, kind: JsonObject) -> Schema:
        if element.children:
            return {"$ref": f"#/$defs/{element.path}"}
        if "contentReference" in element.raw:
            return {"$ref": f"#/$defs/{element.raw['contentReference'].removeprefix('#')}"}
        code = _narrowed(element) or element.type_code(kind)
        value = self._type(_specialised(kind) or code)
        if element.required_value_set and (bound := self.codes.bound(code, element.required_value_set)):
            value = bound if is_primitive(code) else {"allOf": [value, bound]}
        if types := target_types(self.published, kind):
            value = self._reference(types)
        return value | constrained(element, [])

    def _reference(self, types: list[str]) -> Schema:
        name = f"Reference({','.join(types)})"
        self.definitions[name] = {**self._type("Reference"), **pointing_to(types)}
        return {"$ref": f"#/$defs/{name}"}

    def _type(self, code: str) -> Schema:
        self.types.add(code)
        return {"$ref": f"{DATATYPES}#/$defs/{code}"}


def _narrowed(element: Element) -> str | None:
    """The narrower type of an element whose words ask for more than its type."""
    if element.raw.get("binding", {}).get("valueSet", "").partition("|")[0] == _LANGUAGES:
        # Its maximum ValueSet is BCP 47, which has a shape.
        return "languageTag" if element.types[0]["code"] == "code" else None
    if str(element.raw.get("definition")).startswith("An absolute URI") and element.types[0]["code"] == "uri":
        return "systemUri"
    return _NARROWED.get(element.raw.get("base", element.raw)["path"])


def _in_fhirpath(element: Element) -> Iterator[tuple[str, str]]:
    return ((name, f"{element.stem}.ofType({kind['code']})") for name, kind in element.names.items())


def _exclusive(element: Element, crowded: Schema) -> Schema:
    """At most one type of a choice: the first that is there excludes all behind it."""
    kinds = [element.written(name) for name in element.names]
    chain: Schema = {}
    for place in reversed(range(len(kinds) - 1)):
        behind = [name for names in kinds[place + 1 :] for name in names]
        link = {"if": present(kinds[place]), "then": {"not": present(behind)}}
        chain = link | ({"else": chain} if chain else {})
    return {"rule": "choice", "element": element.name, "if": crowded, "then": chain}


def _asked_inside(properties: Schema, rule: Schema) -> bool:
    """A rule about the values of members alone is asked where they are met, not on a second walk."""
    if rule.keys() != {"rule", "properties"}:
        return False
    for name, asked in rule["properties"].items():
        inside = [*properties[name].get("allOf", []), {"rule": rule["rule"], **asked}]
        properties[name] = {**properties[name], "allOf": inside}
    return True


def _extensions(schema: Schema) -> dict[str, Schema]:
    """An extension has an absolute url; the parts of a complex one may be named relatively (R4 extensibility.html)."""
    whole = _quick_extension(schema)
    inner = {"items": {"$ref": "#/$defs/Extension.part"}}
    whole["properties"]["extension"] |= inner
    url = {"$ref": f"{DATATYPES}#/$defs/systemUri"}
    return {"Extension.part": whole, "Extension": {**whole, "properties": {**whole["properties"], "url": url}}}


def _quick_extension(schema: Schema) -> Schema:
    """ext-1 and the choice among fifty values, asked only where two members are not already ``url`` and a content."""
    values = {"anyOf": [{"required": [name]} for name in schema["properties"] if name.lstrip("_").startswith("value")]}
    either = {"rule": "ext-1", "if": {"required": ["extension"]}, "then": {"not": values}, "else": values}
    plain = {"required": ["url"], "maxProperties": 2, "not": {"required": ["id"]}}
    enough = {"rule": "ext-1", "minProperties": 2}
    asked = {"choice": schema.pop("choice"), "allOf": [either]}
    return {**schema, "if": plain, "then": enough, "else": asked}


def _specialised(kind: JsonObject) -> str | None:
    """R4 narrows a few data types for one use: SimpleQuantity, MoneyQuantity."""
    profiles = kind.get("profile", [])
    return profiles[0].rpartition("/")[2] if profiles and kind["code"] == "Quantity" else None


def _repeated(element: Element, value: Schema) -> Schema:
    """An array where the element repeats. An item may be null only where its ``_`` sibling says something."""
    if not element.is_array:
        return value
    if f"_{element.stem}" in element.json_names:
        value = {"anyOf": [value, {"type": "null"}]}
    schema: Schema = {"type": "array", "items": value, "minItems": max(1, element.smallest)}
    return schema if element.largest is None else schema | {"maxItems": element.largest}


def _null_rules(element: Element) -> list[Schema]:
    sibling = f"_{element.stem}"
    if not element.is_array or sibling not in element.json_names:
        return []
    no_null = {"properties": {element.stem: {"items": {"not": {"type": "null"}}}}}
    return [{"rule": "null", "if": {"required": [sibling]}, "then": {"paired": element.stem}, "else": no_null}]


def _plainly_required(element: Element) -> list[str]:
    return element.json_names if element.smallest and len(element.json_names) == 1 else []


def required(element: Element) -> list[Schema]:
    """The rules for a required element that may be written in more than one way."""
    names = element.json_names
    if len(names) == 1:
        return []
    if element.is_choice:
        return [{"rule": "required", "element": element.name, **present(names)}]
    name, sibling = names
    instead = {"required": [sibling], "properties": {sibling: {"required": ["extension"]}}}
    if element.is_array:
        instead = {"required": [sibling]}
    return [{"rule": "required", "element": name, "if": {"required": [name]}, "else": instead}]


def constrained(element: Element, rules: list[Schema], known: dict[str, str] | None = None) -> Schema:
    """The element's invariants: presence rules are added to ``rules``, the others named for Python.

    Raises KeyError for an invariant nobody has written yet, so that none is lost when a release is added.
    """
    named = []
    for key, severity in element.constraints.items():
        if severity != "error" or key in ELSEWHERE or key in (known or {}):
            continue
        if key in PRESENCE:
            rules.append({"rule": key, **PRESENCE[key](lambda name: element.children[name].json_names)})
        elif key in INVARIANTS:
            named.append(key)
        else:
            raise KeyError(f"{element.path}: invariant {key} is neither in presence.py nor in invariants.py")
    if not named:
        return {}
    asked: Schema = {"invariants": named}
    return {"if": {"anyOf": [ASKED[key] for key in named]}, "then": asked} if ASKED.keys() >= set(named) else asked


def references_in(schema: Any) -> Iterator[str]:
    """Every ``$ref`` in a schema."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"]
        for value in schema.values():
            yield from references_in(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references_in(value)
