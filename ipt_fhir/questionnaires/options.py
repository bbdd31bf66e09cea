"""The answers an item permits at the moment: from its form, a value set inside it, R4's own, or a server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.form import FormItem, ItemType, Option
from ipt_fhir.questionnaires.nodes import Node
from ipt_fhir.questionnaires.option_reading import option_of
from ipt_fhir.questionnaires.surroundings import Expand
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology.r4_value_sets import codings_of

_CHOICES = {ItemType.CHOICE, ItemType.OPEN_CHOICE}
_DEEPEST = 5


@dataclass(frozen=True, slots=True, eq=False)
class ValueSets:
    """Value sets as a form knows them; each is looked up once. ``form`` is the Questionnaire with what it contains."""

    form: JsonObject
    expand: Expand
    _known: dict[str, tuple[Option, ...] | None] = field(default_factory=dict)

    def options(self, item: FormItem) -> tuple[Option, ...] | None:
        """The permitted answers of an item, none where any answer of its type is; None where nobody can tell them."""
        if item.options:
            return item.options
        if item.value_set:
            return self.named(item.value_set)
        return None if item.type in _CHOICES else ()

    def named(self, canonical: str) -> tuple[Option, ...] | None:
        """The options of a value set by its address; ``#id`` stands inside the form. None where nobody can tell."""
        if canonical not in self._known:
            codings = self._codings(canonical, _DEEPEST)
            self._known[canonical] = None if codings is None else tuple(_options(codings))
        return self._known[canonical]

    def _codings(self, canonical: str, deepest: int) -> Sequence[JsonObject] | None:
        inside = self._inside("ValueSet", canonical)
        if inside is not None:
            return self._contents(inside, deepest)
        if canonical.startswith("#"):
            return None
        published = codings_of(canonical)
        return self.expand(canonical) if published is None else published

    def _inside(self, kind: str, address: str) -> JsonObject | None:
        """A resource contained in the form, by ``#id`` or by its own address."""
        contained = self.form.get("contained")
        for resource in contained if isinstance(contained, list) else ():
            if isinstance(resource, dict) and resource.get("resourceType") == kind:
                named = {
                    f"#{resource.get('id')}",
                    resource.get("url"),
                    f"{resource.get('url')}|{resource.get('version')}",
                }
                if address in named:
                    return resource
        return None

    def _contents(self, value_set: JsonObject, deepest: int) -> Sequence[JsonObject] | None:
        """The codings of a value set that stands in the form: as expanded by its author, else as composed."""
        node = Node(value_set, "ValueSet", [])
        expanded = [coding for row in node.child("expansion").rows("contains") for coding in _expanded(row, deepest)]
        if expanded:
            return expanded
        compose = node.child("compose")
        included = [self._included(row, deepest) for row in compose.rows("include")]
        excluded = [self._included(row, deepest) for row in compose.rows("exclude")]
        if not included or None in included or None in excluded or deepest == 0:
            return None
        gone = {_key(coding) for codings in excluded for coding in codings or ()}
        return [coding for codings in included for coding in codings or () if _key(coding) not in gone]

    def _included(self, row: Node, deepest: int) -> Sequence[JsonObject] | None:
        """What one include means: listed concepts, a whole code system of the form, or other value sets."""
        if row.raw.get("filter"):
            return None
        system = row.raw.get("system")
        if concepts := row.rows("concept"):
            return [_coding(concept, system) for concept in concepts]
        if isinstance(system, str):
            inside = self._inside("CodeSystem", system)
            return None if inside is None else list(_concepts(Node(inside, "CodeSystem", []), system, deepest))
        named = row.raw.get("valueSet")
        parts = [self._codings(str(name), deepest - 1) for name in named] if isinstance(named, list) and deepest else []
        if not parts or None in parts:
            return None
        common = set.intersection(*({_key(coding) for coding in part or ()} for part in parts))
        return [coding for coding in parts[0] or () if _key(coding) in common]


def _options(codings: Sequence[JsonObject]) -> Iterator[Option]:
    for coding in codings:
        yield option_of(Node(coding, "Coding", []))


def _coding(concept: Node, system: object) -> JsonObject:
    """A concept as a Coding that keeps what the author hung on it: weights, translations, designations."""
    kept = {"extension", "code", "display", "_display"}
    members = {name: value for name, value in concept.raw.items() if name in kept}
    if said := [translation for row in concept.rows("designation") if (translation := _translation(row))]:
        members["_display"] = {"extension": [*concept.child("_display").raw.get("extension", ()), *said]}
    return {**({"system": system} if system else {}), **members}


def _translation(designation: Node) -> JsonObject | None:
    """A designation in another language as the extension that says the same of a display."""
    language, words = designation.words("language"), designation.words("value")
    parts = [{"url": "lang", "valueCode": language}, {"url": "content", "valueString": words}]
    return {"url": str(Known.TRANSLATION), "extension": parts} if language and words else None


def _expanded(row: Node, deepest: int) -> Iterator[JsonObject]:
    if "code" in row.raw and not row.raw.get("abstract"):
        yield _coding(row, row.raw.get("system"))
    for below in row.rows("contains") if deepest else ():
        yield from _expanded(below, deepest - 1)


def _concepts(node: Node, system: str, deepest: int) -> Iterator[JsonObject]:
    for concept in node.rows("concept"):
        yield _coding(concept, system)
        if deepest:
            yield from _concepts(concept, system, deepest - 1)


def _key(coding: JsonObject) -> tuple[object, object]:
    return coding.get("system"), coding.get("code")
