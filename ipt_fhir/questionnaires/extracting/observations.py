"""Observation-based extraction: each answer to a coded question as an Observation (SDC 4.0.0, observationExtract)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.extracting.proposals import (
    NOT_AN_OBSERVATION,
    UNSUPPORTED,
    Drawing,
    LeftOut,
    Proposal,
)
from ipt_fhir.questionnaires.form import FormItem, ItemType, Value
from ipt_fhir.questionnaires.layout import Occurrence
from ipt_fhir.questionnaires.loose import extensions_of, rows, words
from ipt_fhir.questionnaires.results import unit_members
from ipt_fhir.rawjson import JsonObject, copy
from ipt_fhir.terminology.systems import OBSERVATION_CATEGORY

_SURVEY = {"coding": [{"system": OBSERVATION_CATEGORY, "code": "survey"}]}
_STATUS = {"amended": "amended"}
_PERFORMERS = ("Practitioner", "PractitionerRole", "Organization", "CareTeam", "Patient", "RelatedPerson")
_SAME = {"valueBoolean", "valueString", "valueTime", "valueDateTime", "valueInteger", "valueQuantity"}
_TOGETHER = {"component", "member", "derived"}
"""How an Observation may hang on that of the question above it; how is not done here."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What holds for an item: whether it is drawn, how it hangs on another, and the categories."""

    drawn: bool = False
    relation: str = ""
    categories: tuple[JsonObject, ...] = (_SURVEY,)


def draw_observations(drawing: Drawing) -> Iterator[Proposal | LeftOut]:
    """An Observation for each answer to a question that is marked for it and has a code."""
    wishes = dict(_wishes(drawing.form.items, _wish(drawing.form.raw, _Wish())))
    for at in drawing.layout.occurrences:
        wish = wishes[at.item.place]
        codes = _codes(at.item, wish)
        if not at.values or not codes:
            continue
        if wish.relation in _TOGETHER:
            yield LeftOut(link_id=at.item.link_id, reason=UNSUPPORTED, named=f"observationExtract: {wish.relation}")
            continue
        for value in at.values:
            yield _drawn(drawing, at, wish, codes, value)


def _wishes(items: tuple[FormItem, ...], above: _Wish) -> Iterator[tuple[str, _Wish]]:
    for item in items:
        own = _wish(item.raw or {}, above)
        yield item.place, own
        yield from _wishes(item.items, own)


def _wish(element: JsonObject, above: _Wish) -> _Wish:
    """What an element says itself, the rest from above. ``"true"`` as a string is taken as meant."""
    wish = above
    for extension in extensions_of(element, Known.OBSERVATION_EXTRACT):
        relation = words(extension, "valueCode")
        wish = replace(wish, drawn=bool(relation) or _is_true(extension), relation=relation)
    told = extensions_of(element, Known.OBSERVATION_EXTRACT_CATEGORY)
    categories = tuple(held for extension in told if isinstance(held := extension.get("valueCodeableConcept"), dict))
    return replace(wish, categories=categories) if categories else wish


def _is_true(extension: JsonObject) -> bool:
    return extension.get("valueBoolean") in (True, "true")


def _codes(item: FormItem, wish: _Wish) -> list[JsonObject]:
    """The codes to write: those marked by themselves, else all of a marked item."""
    marked = [code for code in item.codes if any(map(_is_true, extensions_of(code, Known.OBSERVATION_EXTRACT)))]
    chosen = marked or (list(item.codes) if wish.drawn else [])
    return [{name: held for name, held in code.items() if name != "extension"} for code in chosen]


def _drawn(drawing: Drawing, at: Occurrence, wish: _Wish, codes: list[JsonObject], value: Value) -> Proposal | LeftOut:
    said = _value(at.item, value)
    if said is None:
        return LeftOut(link_id=at.item.link_id, reason=NOT_AN_OBSERVATION, named=value.member)
    code: JsonObject = {"coding": codes, **({"text": at.item.text} if at.item.text else {})}
    observation = {
        "resourceType": "Observation",
        "status": _STATUS.get(str(drawing.response.get("status")), "final"),
        "category": [copy(category) for category in wish.categories],
        "code": code,
        **_of_response(drawing.response),
        said.member: said.content,
        "derivedFrom": [{"reference": drawing.reference}],
    }
    full_url = f"urn:uuid:{drawing.new_id()}"
    return Proposal(resource=observation, link_id=at.item.link_id, full_url=full_url, url="Observation")


def _of_response(response: JsonObject) -> JsonObject:
    """Whom, when and by whom, as the response has it; references of types an Observation does not take are left."""
    authored = words(response, "authored")
    members: dict[str, Any] = {
        "basedOn": response.get("basedOn"),
        "partOf": [held for held in rows(response, "partOf") if _is_to(held, "Procedure")],
        "subject": response.get("subject"),
        "encounter": response.get("encounter"),
        "effectiveDateTime": authored,
        "issued": authored if "T" in authored else None,
        "performer": [response.get("author")] if _is_to(response.get("author"), *_PERFORMERS) else None,
    }
    return {name: copy(held) for name, held in members.items() if held}


def _is_to(reference: object, *types: str) -> bool:
    if not isinstance(reference, dict):
        return False
    kind = words(reference, "reference").split("/")[-2:-1]
    return reference.get("type") in types or any(named in types for named in kind)


def _value(item: FormItem, value: Value) -> Value | None:
    """The answer as Observation.value[x]; None for a kind of answer that is no value of an Observation."""
    if value.member in {"valueDecimal", "valueInteger"} and (item.unit or value.member == "valueDecimal"):
        return Value("valueQuantity", {"value": value.content, **unit_members(item.unit)})
    if value.member == "valueCoding":
        coding = copy(value.content)
        coding.pop("extension", None)
        return Value("valueCodeableConcept", {"coding": [coding]})
    if value.member == "valueDate":
        return Value("valueDateTime", value.content)
    if value.member == "valueUri":
        return Value("valueString", value.content)
    if value.member == "valueString" and item.type is ItemType.OPEN_CHOICE:
        return Value("valueCodeableConcept", {"text": value.content})
    return Value(value.member, copy(value.content)) if value.member in _SAME else None
