"""Template-based extraction: resources that stand ready in the form, with FHIRPath where answers go (SDC 4.0.0).

A context makes an element once for each of its values, a value takes an element's place; where there is none, the
element is left away. One expression that cannot be evaluated keeps the whole resource back: half of one looks whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.extracting.proposals import NO_FIT, UNSUPPORTED, Drawing, LeftOut, Proposal
from ipt_fhir.questionnaires.fhirpath import ExpressionRefused
from ipt_fhir.questionnaires.layout import Occurrence
from ipt_fhir.questionnaires.loose import extensions_of, inside, rows, words
from ipt_fhir.rawjson import JsonObject, copy

_TEMPLATED = {str(Known.TEMPLATE_EXTRACT_CONTEXT), str(Known.TEMPLATE_EXTRACT_VALUE)}
_TOLD = {"fullUrl", "resourceId", "ifNoneMatch", "ifModifiedSince", "ifMatch", "ifNoneExist"}
_CONDITIONS = ("ifNoneMatch", "ifModifiedSince", "ifMatch", "ifNoneExist")


def draw_templates(drawing: Drawing) -> Iterator[Proposal | LeftOut]:
    """The resources of all templates the form refers to, for each time their item was answered."""
    for extension in extensions_of(drawing.form.raw, Known.TEMPLATE_EXTRACT_BUNDLE):
        yield from _of_bundle(drawing, words(extension, "valueReference", "reference"))
    for at in (None, *drawing.layout.occurrences):
        element = drawing.form.raw if at is None else at.item.raw or {}
        if at is None or at.row:
            for extension in extensions_of(element, Known.TEMPLATE_EXTRACT):
                yield from _of_item(drawing, at, extension)


def _of_bundle(drawing: Drawing, reference: str) -> Iterator[Proposal | LeftOut]:
    template = _contained(drawing, reference)
    if template is None or template.get("resourceType") != "Bundle":
        yield LeftOut(link_id="", reason=UNSUPPORTED, named=f"templateExtractBundle: {reference}")
        return
    for entry in rows(template, "entry"):
        try:
            entries = _Filling(drawing, None, {}).expanded(entry, drawing.response)
        except ExpressionRefused as refused:
            yield LeftOut(link_id="", reason=refused.reason, named=refused.named)
            continue
        yield from (_of_entry(drawing, made) for made in entries if words(made, "resource", "resourceType"))


def _of_entry(drawing: Drawing, entry: JsonObject) -> Proposal:
    request = inside(entry, "request")
    return Proposal(
        resource=entry["resource"],
        link_id="",
        full_url=words(entry, "fullUrl") or f"urn:uuid:{drawing.new_id()}",
        method=words(request, "method") or "POST",
        url=words(request, "url") or words(entry, "resource", "resourceType"),
        conditions={name: told for name in _CONDITIONS if (told := words(request, name))},
    )


def _of_item(drawing: Drawing, at: Occurrence | None, extension: JsonObject) -> Iterator[Proposal | LeftOut]:
    link_id = at.item.link_id if at else ""
    parts = {words(part, "url"): part for part in rows(extension, "extension")}
    reference = words(parts.get("template"), "valueReference", "reference")
    template = _contained(drawing, reference)
    if template is None or not words(template, "resourceType"):
        yield LeftOut(link_id=link_id, reason=UNSUPPORTED, named=f"templateExtract: {reference}")
        return
    try:
        yield from _from_template(drawing, at, {**template}, parts)
    except ExpressionRefused as refused:
        yield LeftOut(link_id=link_id, reason=refused.reason, named=refused.named)


def _from_template(
    drawing: Drawing, at: Occurrence | None, template: JsonObject, parts: Mapping[str, JsonObject]
) -> Iterator[Proposal]:
    template.pop("id", None)
    focus = drawing.row(at)
    for resource in _Filling(drawing, at, {}).expanded(template, focus):
        told = {name: _told(drawing, at, focus, parts[name]) for name in parts if name in _TOLD}
        kind = words(resource, "resourceType")
        own_id = told.get("resourceId")
        yield Proposal(
            resource={"resourceType": kind, "id": own_id, **resource} if own_id else resource,
            link_id=at.item.link_id if at else "",
            full_url=told.get("fullUrl") or f"urn:uuid:{drawing.new_id()}",
            method="PUT" if own_id else "POST",
            url=f"{kind}/{own_id}" if own_id else kind,
            conditions={name: value for name in _CONDITIONS if (value := told.get(name))},
        )


def _told(drawing: Drawing, at: Occurrence | None, focus: object, part: JsonObject) -> str:
    """What an expression of the extension comes to, empty for nothing."""
    results = drawing.fhirpath(words(part, "valueString"), focus, at)
    return str(results[0]) if results else ""


def _contained(drawing: Drawing, reference: str) -> JsonObject | None:
    held = rows(drawing.form.raw, "contained")
    return next((copy(one) for one in held if f"#{words(one, 'id')}" == reference), None)


@dataclass(frozen=True, slots=True)
class _Filling:
    """Filling a template in: the item whose answers go into it, and the names its contexts have given."""

    drawing: Drawing
    at: Occurrence | None
    known: Mapping[str, object]

    def expanded(self, element: Any, focus: object) -> list[Any]:
        """An element of the template once for each value of its context or value, itself if it has neither."""
        if not isinstance(element, dict):
            return [element]
        contexts, value, plain = _taken_apart(element)
        if contexts is None:
            return self._results(value, focus) if value else [self._filled(plain, focus)]
        made: list[Any] = []
        for result in self._results(contexts, focus):
            name = words(contexts, "valueExpression", "name")
            inner = _Filling(self.drawing, self.at, {**self.known, name: result} if name else self.known)
            made += inner._results(value, result) if value else [inner._filled(plain, result)]
        return made

    def _results(self, extension: JsonObject, focus: object) -> list[Any]:
        expression = words(extension, "valueString") or words(extension, "valueExpression", "expression")
        return self.drawing.fhirpath(expression, focus, self.at, **self.known)

    def _filled(self, element: JsonObject, focus: object) -> JsonObject:
        made: JsonObject = {}
        for name, held in element.items():
            if name.startswith("_"):
                self._beside(made, name[1:], held, element, focus)
            elif f"_{name}" not in element:
                self._member(made, name, held, focus)
        return made

    def _member(self, made: JsonObject, name: str, held: Any, focus: object) -> None:
        if isinstance(held, list):
            if found := [one for part in held for one in self.expanded(part, focus) if one != {}]:
                made[name] = found
        elif found := [one for one in self.expanded(held, focus) if one != {}]:
            made[name] = _only(found, name)

    def _beside(self, made: JsonObject, name: str, beside: Any, element: JsonObject, focus: object) -> None:
        """A primitive with its ``_name`` half: both are one element, and one may stand without the other."""
        values, halves = element.get(name), beside
        many = isinstance(halves, list)
        pairs = _paired(values, halves) if many else [(values, halves)]
        kept = [pair for value, half in pairs for pair in self._primitive(value, half, focus)]
        if not kept:
            return
        found, rest = [value for value, _ in kept], [half for _, half in kept]
        made[name] = found if many else _only(found, name)
        if any(rest):
            made[f"_{name}"] = rest if many else rest[0]
        if made[name] is None:
            del made[name]

    def _primitive(self, value: Any, half: Any, focus: object) -> list[tuple[Any, JsonObject | None]]:
        if not isinstance(half, dict):
            return [(value, None)]
        contexts, templated, plain = _taken_apart(half)
        if contexts is None and templated is None:
            return [(value, half)]
        focuses = [focus] if contexts is None else self._results(contexts, focus)
        results = [found for inner in focuses for found in (self._results(templated, inner) if templated else [value])]
        return [(found, plain or None) for found in results]


def _taken_apart(element: JsonObject) -> tuple[JsonObject | None, JsonObject | None, JsonObject]:
    """The context and the value an element is templated with, and the element without them."""
    contexts = next(extensions_of(element, Known.TEMPLATE_EXTRACT_CONTEXT), None)
    value = next(extensions_of(element, Known.TEMPLATE_EXTRACT_VALUE), None)
    if contexts is None and value is None:
        return None, None, element
    rest = [held for held in rows(element, "extension") if held.get("url") not in _TEMPLATED]
    plain = {name: held for name, held in element.items() if name != "extension"}
    return contexts, value, {**({"extension": rest} if rest else {}), **plain}


def _paired(values: Any, halves: list[Any]) -> list[tuple[Any, Any]]:
    listed = values if isinstance(values, list) else []
    length = max(len(listed), len(halves))
    return [
        (listed[at] if at < len(listed) else None, halves[at] if at < len(halves) else None) for at in range(length)
    ]


def _only(found: list[Any], name: str) -> Any:
    """The one value of an element that does not repeat. Raises ExpressionRefused for several."""
    if len(found) > 1:
        raise ExpressionRefused(NO_FIT, name)
    return found[0]
