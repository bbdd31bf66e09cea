"""A StructureDefinition's snapshot as a tree of elements, slices beside the element they cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ipt_fhir.rawjson import JsonObject

_FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
_SYSTEM_TYPE = "http://hl7.org/fhirpath/System."

# A key is meant to be unique, but US Core used some twice; the second meaning gets a name of its own here.
_SECOND_MEANINGS = {
    ("us-core-3", "ofType(Quantity).system.empty() or ofType(Quantity).system = 'http://unitsofmeasure.org'"): (
        "us-core-3-value"
    ),
    ("us-core-6", "url.exists() or data.exists()"): "us-core-6-attachment",
}


def is_primitive(type_code: str) -> bool:
    """FHIR writes primitive types with a small first letter."""
    return type_code[0].islower()


def rule_of(constraint: JsonObject) -> str:
    """The name of the rule a constraint is: its key, unless the key means something else elsewhere."""
    key = str(constraint["key"])
    return _SECOND_MEANINGS.get((key, constraint.get("expression", "")), key)


@dataclass
class Element:
    """One ElementDefinition with what stands below it; ``raw`` is the definition as published."""

    raw: JsonObject
    children: dict[str, Element] = field(default_factory=dict)
    slices: dict[str, Element] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """``CarePlan.activity.detail``, without slice names."""
        return str(self.raw["path"])

    @property
    def name(self) -> str:
        """The last step of the path: ``detail``, ``value[x]``."""
        return self.path.rpartition(".")[2]

    @property
    def stem(self) -> str:
        """The name without ``[x]``."""
        return self.name.removesuffix("[x]")

    @property
    def types(self) -> list[JsonObject]:
        """``type`` as published; none for a contentReference."""
        return list(self.raw.get("type", []))

    @property
    def is_choice(self) -> bool:
        """True for ``value[x]``."""
        return self.name.endswith("[x]")

    @property
    def is_array(self) -> bool:
        """JSON shape follows the type that first defined the element, not what a profile leaves of it."""
        return bool(self.raw.get("base", self.raw)["max"] != "1")

    @property
    def smallest(self) -> int:
        """``min``."""
        return int(self.raw["min"])

    @property
    def largest(self) -> int | None:
        """``max``; None for ``*``."""
        return None if self.raw["max"] == "*" else int(self.raw["max"])

    @property
    def constraints(self) -> dict[str, str]:
        """Invariant key -> severity (error, warning)."""
        return {rule_of(row): row["severity"] for row in self.raw.get("constraint", [])}

    @property
    def required_value_set(self) -> str | None:
        """The ValueSet a value must come from, without version; None for weaker bindings."""
        binding = self.raw.get("binding", {})
        return binding["valueSet"].partition("|")[0] if binding.get("strength") == "required" else None

    @cached_property
    def names(self) -> dict[str, JsonObject]:
        """JSON name -> its type: one for most elements, one a type for ``value[x]``."""
        if not self.is_choice:
            return {self.stem: self.types[0] if self.types else {}}
        return {self.stem + kind["code"][0].upper() + kind["code"][1:]: kind for kind in self.types}

    def type_code(self, kind: JsonObject) -> str:
        """The FHIR type of one of ``types``; R4 calls a few of them by their FHIRPath name."""
        code = str(kind["code"])
        if not code.startswith(_SYSTEM_TYPE):
            return code
        if self.name == "id":
            return "elementId" if "Element" in self.raw["base"]["path"] else "id"
        return next(str(item["valueUrl"]) for item in kind["extension"] if item["url"] == _FHIR_TYPE)

    @property
    def json_names(self) -> list[str]:
        """Every JSON member that counts as content: a primitive's ``_`` sibling may stand for it (R4 json.html)."""
        return [written for name in self.names for written in self.written(name)]

    def written(self, name: str) -> list[str]:
        """One of ``names`` and, where a ``_`` sibling may stand beside it or for it, that."""
        kind = self.names[name]
        code = self.type_code(kind) if kind else "BackboneElement"
        # What is an attribute in XML (an element's id, an extension's url) and xhtml cannot be extended.
        bare = code == "xhtml" or "xmlAttr" in self.raw.get("representation", [])
        return [name, f"_{name}"] if is_primitive(code) and not bare else [name]

    def walk(self) -> Iterator[Element]:
        """This element and all below it, slices left out."""
        yield self
        for child in self.children.values():
            yield from child.walk()


def tree(structure: JsonObject) -> Element:
    """The root element of a StructureDefinition with a snapshot."""
    by_id: dict[str, Element] = {}
    root = None
    for raw in structure["snapshot"]["element"]:
        element = by_id[raw["id"]] = Element(raw)
        above, _, last = raw["id"].rpartition(".")
        if root is None:
            root = element
        elif ":" in last:
            by_id[f"{above}.{last.partition(':')[0]}"].slices[last.partition(":")[2]] = element
        else:
            by_id[above].children[element.name] = element
    if root is None:
        raise ValueError(f"{structure['url']} has an empty snapshot")
    return root
