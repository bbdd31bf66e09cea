"""The generated schemas, read and compiled when first asked for; the only user of jsonschema-rs (decision-D4)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, Registry, ValidationError

from ipt_fhir import rawjson
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.keywords import KEYWORDS

FOLDER = Path(__file__).with_name("schemas")
SHARED = ("datatypes.json", "codes.json", "whole.json")

BASE = "FHIR R4"

# Our documents have no address on the web; this is the one jsonschema-rs gives a schema without ``$id``.
_HERE = "json-schema:///"


@dataclass(frozen=True, slots=True)
class Schema:
    """One compiled document: a type's base definition, or what a profile adds to it."""

    document: JsonObject
    validator: Draft202012Validator

    @property
    def label(self) -> str:
        """Whose demand it is, for a sentence: ``FHIR R4``, ``us-core-goal 6.1.0``."""
        source = self.document["source"]
        if isinstance(source, dict):
            return BASE
        return f"{self.document['url'].rpartition('/')[2]} {source[0]['version']}"

    @property
    def choices(self) -> dict[str, str]:
        """JSON name of a choice -> FHIRPath: ``valueQuantity`` -> ``value.ofType(Quantity)``."""
        base = document(f"{self.document['constrains']}.json") if "constrains" in self.document else self.document
        found: dict[str, str] = document("datatypes.json")["choices"] | base["choices"]
        return found

    def accepts(self, resource: JsonObject) -> bool:
        """The quick answer: no reasons, first error ends it."""
        try:
            return self.validator.is_valid(resource)
        except ValueError:
            # Not a verdict: a Spelled number, which jsonschema-rs does not take. `errors` looks at its value.
            return False

    def errors(self, resource: JsonObject) -> Iterator[ValidationError]:
        """Every error of a resource that was not accepted."""
        return self.validator.iter_errors(rawjson.with_plain_numbers(resource))


@cache
def of_type(name: str) -> Schema | None:
    """The base definition of a resource type; None for types that have no schema here."""
    return _compiled(f"{name}.json") if name in covered_types() else None


@cache
def of_profile(canonical: str) -> Schema | None:
    """The overlay of a profile, by canonical URL with or without ``|version``; None for one we do not hold."""
    url, _, version = canonical.partition("|")
    versions: dict[str, str] = document("profiles.json")["$defs"].get(url, {})
    file = versions.get(version) if version else next(iter(versions.values()), None)
    return _compiled(file) if file else None


@cache
def covered_types() -> frozenset[str]:
    """The resource types that have a schema."""
    return frozenset(path.stem for path in FOLDER.glob("*.json") if path.stem[0].isupper())


@cache
def document(file: str) -> JsonObject:
    """One generated file as JSON."""
    content: JsonObject = json.loads(FOLDER.joinpath(file).read_bytes())
    return content


def trace(schema: Schema, path: Sequence[str | int]) -> tuple[JsonObject, str]:
    """What an evaluation path of an error leads to: the innermost object that names a ``rule``, and its definition.

    The search for a rule ends at the last ``$ref``: a definition speaks for itself. An empty object when it names none.
    """
    here: JsonObject = schema.document
    node: Any = here
    rule: JsonObject = {}
    definition = ""
    for step in path[:-1]:
        if step == "$ref":
            file, _, definition = node["$ref"].partition("#/$defs/")
            here = document(file) if file else here
            node, rule = here["$defs"][definition], {}
        else:
            node = node[step]
        if isinstance(node, dict) and "rule" in node:
            rule = node
    return rule, definition


@cache
def _registry() -> Registry:
    return Registry([(_HERE + file, document(file)) for file in SHARED])


def _compiled(file: str) -> Schema:
    content = document(file)
    base = _HERE + file.rpartition("/")[2]
    return Schema(content, Draft202012Validator(content, registry=_registry(), base_uri=base, keywords=KEYWORDS))
