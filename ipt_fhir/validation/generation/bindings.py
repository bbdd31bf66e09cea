"""Schemas for required bindings and for fixed and pattern values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ipt_fhir.validation.generation.packages import Published
from ipt_fhir.validation.generation.primitives import UNLISTED, Schema
from ipt_fhir.validation.generation.valuesets import Codes, expand

_CODED = {"code", "string", "uri"}


@dataclass
class CodeTable:
    """The value sets one generated file refers to, one definition each; ``unlisted`` could not be expanded."""

    published: Published
    document: str
    definitions: dict[str, Schema] = field(default_factory=dict)
    unlisted: set[str] = field(default_factory=set)

    def bound(self, type_code: str, value_set: str) -> Schema | None:
        """What a value of that type must be to come from the value set; None where that cannot be known here."""
        name = value_set.rpartition("/")[2]
        if name in UNLISTED:
            return self._refer(name, UNLISTED[name])
        codes = expand(self.published, value_set)
        if codes is None:
            self.unlisted.add(value_set)
            return None
        if type_code in _CODED:
            listed = dict.fromkeys(code for values in codes.values() for code in values)
            return self._refer(name, {"type": "string", "enum": list(listed)})
        coding = self._refer(f"coding.{name}", _coding(codes))
        if type_code == "Coding":
            return coding
        if type_code == "CodeableConcept":
            return self._refer(f"concept.{name}", _concept(coding))
        raise ValueError(f"{value_set} is bound to a {type_code}: say in bindings.py what that means")

    def _refer(self, name: str, schema: Schema) -> Schema:
        if self.definitions.setdefault(name, schema) != schema:
            raise ValueError(f"two value sets end in {name}: give one of them another name here")
        return {"$ref": f"{self.document}#/$defs/{name}"}


def _coding(codes: Codes) -> Schema:
    """A Coding from these systems; ``rule`` names the broken rule to whoever reads the error."""
    listed = [
        {"properties": {"system": {"const": system}, "code": {"enum": values}}, "required": ["system", "code"]}
        for system, values in codes.items()
    ]
    return {"rule": "binding", "anyOf": listed}


def _concept(coding: Schema) -> Schema:
    """One Coding of a CodeableConcept must be from the value set (R4 terminologies.html 4.1.5)."""
    return {"rule": "binding", "properties": {"coding": {"contains": coding}}, "required": ["coding"]}


def matching(pattern: Any) -> Schema:
    """At least what the pattern holds (R4 elementdefinition.html, pattern[x])."""
    if isinstance(pattern, dict):
        members = {name: matching(value) for name, value in pattern.items()}
        return {"type": "object", "properties": members, "required": list(members)}
    if isinstance(pattern, list):
        return {"allOf": [{"contains": matching(item)} for item in pattern]}
    return {"const": pattern}
