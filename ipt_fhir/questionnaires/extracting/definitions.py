"""Definition-based extraction as published forms use it: itemExtractionContext opens a resource, item.definition says
which of its elements an answer is (SDC, Form Data Extraction)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.extracting.elements import REPEATING, step
from ipt_fhir.questionnaires.extracting.proposals import (
    NO_FIT,
    UNSUPPORTED,
    Drawing,
    LeftOut,
    Proposal,
)
from ipt_fhir.questionnaires.form import FormItem, Value
from ipt_fhir.questionnaires.layout import Occurrence, scope_of
from ipt_fhir.questionnaires.loose import extensions_of, words
from ipt_fhir.questionnaires.results import unit_members
from ipt_fhir.rawjson import JsonObject, Spelled, copy

_BASE = "http://hl7.org/fhir/StructureDefinition/"
_DATATYPES = f"{_BASE}datatypes"
_WORDS = {"string", "code", "uri", "url", "canonical", "markdown", "id", "System.String"}
_NUMBERS = {"decimal", "integer", "positiveInt", "unsignedInt"}
_BUILT: dict[str, type | tuple[type, ...]] = {
    "valueBoolean": bool,
    "valueInteger": int,
    "valueDecimal": (int, Decimal, Spelled),
    **dict.fromkeys(("valueString", "valueUri", "valueDate", "valueDateTime", "valueTime"), str),
}
_MOMENTS = {"date": {"valueDate"}, "dateTime": {"valueDate", "valueDateTime"}, "instant": {"valueDateTime"}}


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place in a resource that is being drawn: the object, the type of the resource and the way to it from there, the
    object's own type, and the way inside that type (of a backbone element)."""

    target: JsonObject
    resource: str
    way: str
    kind: str
    inside: str = ""

    def leads_to(self, type_name: str, path: str) -> str | None:
        """The rest of the way to an element; None where it does not lie below here.

        It may be told from the resource (``Patient#Patient.name.given``) or from the type that stands open
        (``datatypes#HumanName.family``).
        """
        if type_name == self.resource and not self.way:
            return path
        if type_name == self.resource and path.startswith(f"{self.way}."):
            return path.removeprefix(f"{self.way}.")
        return path if type_name == self.kind and not self.inside else None


def draw_by_definition(drawing: Drawing) -> Iterator[Proposal | LeftOut]:
    """A resource for each time an item that opens one was answered; inner ones are drawn by themselves."""
    for at in (None, *drawing.layout.occurrences):
        element = drawing.form.raw if at is None else at.item.raw or {}
        for extension in extensions_of(element, Known.ITEM_EXTRACTION_CONTEXT):
            yield from _resource(drawing, at, extension)


def _resource(drawing: Drawing, at: Occurrence | None, extension: JsonObject) -> Iterator[Proposal | LeftOut]:
    link_id = at.item.link_id if at else ""
    kind = words(extension, "valueCode") or words(extension, "valueExpression", "expression")
    if kind not in REPEATING:
        # A query would name a resource that exists already and is to be changed: that is not done here.
        yield LeftOut(link_id=link_id, reason=UNSUPPORTED, named=f"itemExtractionContext: {kind}")
        return
    resource: JsonObject = {"resourceType": kind}
    left_out: list[LeftOut] = []
    if at is None:
        _level(drawing, "", [_Spot(resource, kind, "", kind)], left_out)
    else:
        _fill(drawing, at, [_Spot(resource, kind, "", kind)], left_out)
    yield from left_out
    if len(resource) > 1:
        yield Proposal(resource=resource, link_id=link_id, full_url=f"urn:uuid:{drawing.new_id()}", url=kind)


def _level(drawing: Drawing, scope: str, spots: list[_Spot], left_out: list[LeftOut]) -> None:
    for at in drawing.layout.levels.get(scope, ()):
        opens = any(extensions_of(at.item.raw or {}, Known.ITEM_EXTRACTION_CONTEXT))
        if not opens and _is_answered(drawing, at):
            _fill(drawing, at, spots, left_out)


def _is_answered(drawing: Drawing, at: Occurrence) -> bool:
    below = drawing.layout.spans.get(scope_of(at, 0))
    inside = drawing.layout.occurrences[below.first : below.end] if below else ()
    return bool(at.values) or any(one.values for one in inside)


def _fill(drawing: Drawing, at: Occurrence, spots: list[_Spot], left_out: list[LeftOut]) -> None:
    """Put the answers of an item, and what stands below it, where their definitions say."""
    found = _target(at.item, spots) if at.item.definition else None
    inner = spots
    if at.item.definition and found is None:
        left_out.append(LeftOut(link_id=at.item.link_id, reason=UNSUPPORTED, named=at.item.definition))
    elif found and at.item.type.asks:
        misfits = [value for value in at.values if not _put(*found, at.item, value)]
        wrong = LeftOut(link_id=at.item.link_id, reason=NO_FIT, named=str(at.item.definition))
        left_out.extend(wrong for _ in misfits)
    elif found and (opened := _open(*found)):
        inner = [*spots, opened]
    for number in range(max(1, len(at.values))):
        _level(drawing, scope_of(at, number), inner, left_out)


def _target(item: FormItem, spots: list[_Spot]) -> tuple[_Spot, list[str]] | None:
    """The nearest open spot a definition leads on from, and the names of the elements from there."""
    address, _, element = str(item.definition).partition("#")
    type_name, _, path = element.partition(".")
    if address.partition("|")[0] not in {f"{_BASE}{type_name}", _DATATYPES} or not path:
        return None
    for spot in reversed(spots):
        rest = spot.leads_to(type_name, path)
        if rest and _type_at(spot, rest.split(".")):
            return spot, rest.split(".")
    return None


def _type_at(spot: _Spot, names: list[str]) -> str | None:
    """The type of an element, ``value[x]`` for one that has several; None for one R4 does not have."""
    kind, inside = spot.kind, spot.inside
    for name in names[:-1]:
        found = step(kind, _joined(inside, name))
        if found is None:
            return None
        kind, inside = found.kind, found.inside
    last = step(kind, _joined(inside, names[-1].removesuffix("[x]")))
    return last.kind if last else None


def _joined(inside: str, name: str) -> str:
    return f"{inside}.{name}" if inside else name


def _open(spot: _Spot, names: list[str]) -> _Spot | None:
    """A new object where a group stands: one more of an element that repeats, the only one of any other."""
    parent = _walked(spot, names[:-1])
    found = step(parent.kind, _joined(parent.inside, names[-1]))
    if found is None:
        return None
    made: JsonObject = {}
    if found.repeats:
        parent.target.setdefault(names[-1], []).append(made)
    else:
        made = parent.target.setdefault(names[-1], made)
    return _Spot(made, spot.resource, _joined(parent.way, names[-1]), found.kind, found.inside)


def _walked(spot: _Spot, names: list[str]) -> _Spot:
    """The object some names further on, made on the way; of an element that repeats the last one there is."""
    for name in names:
        found = step(spot.kind, _joined(spot.inside, name))
        if found is None:
            raise KeyError(name)
        held = spot.target.setdefault(name, [{}] if found.repeats else {})
        target, way = held[-1] if found.repeats else held, _joined(spot.way, name)
        spot = _Spot(target, spot.resource, way, found.kind, found.inside)
    return spot


def _put(spot: _Spot, names: list[str], item: FormItem, value: Value) -> bool:
    """Write an answer into an element; False where it does not fit or something is there already."""
    parent = _walked(spot, names[:-1])
    name = names[-1].removesuffix("[x]")
    found = step(parent.kind, _joined(parent.inside, name))
    if found and found.choices:
        fitting = (kind for kind in found.choices if _as_type(kind[:1].lower() + kind[1:], item, value) is not None)
        name = f"{name}{next(fitting, '')}"
        found = step(parent.kind, _joined(parent.inside, name))
    content = _as_type(found.kind, item, value) if found else None
    if found is None or content is None or (name in parent.target and not found.repeats):
        return False
    if found.repeats:
        parent.target.setdefault(name, []).append(content)
    else:
        parent.target[name] = content
    return True


def _as_type(kind: str, item: FormItem, value: Value) -> Any:
    """An answer as an element of that type; None where it is none."""
    member, content = value
    if not isinstance(content, _BUILT.get(member, dict)) or (member != "valueBoolean" and isinstance(content, bool)):
        return None
    if kind in _WORDS and member in {"valueString", "valueUri"}:
        return content
    if kind in _NUMBERS and (member == "valueInteger" or (kind, member) == ("decimal", "valueDecimal")):
        return content
    if kind in _MOMENTS and member in _MOMENTS[kind]:
        return content
    if member == "valueCoding" and isinstance(content, dict):
        return _of_coding(kind, content)
    if kind.lower() == "quantity" and member in {"valueDecimal", "valueInteger"}:
        return {"value": content, **unit_members(item.unit)}
    return copy(content) if member.removeprefix("value").lower() == kind.lower() else None


def _of_coding(kind: str, coding: JsonObject) -> Any:
    plain = {name: held for name, held in coding.items() if name != "extension"}
    if kind.lower() == "codeableconcept":
        return {"coding": [plain]}
    if kind in {"code", "uri"}:
        return coding.get("code")
    return plain if kind.lower() == "coding" else coding.get("display") if kind == "string" else None
