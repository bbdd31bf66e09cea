"""What can be wrong with a safety item: its worrying answer could not be given, or nobody would notice it."""

from __future__ import annotations

from collections.abc import Iterator, Set

from ipt_fhir.instruments.definition import Instrument
from ipt_fhir.instruments.rules import SafetyRule
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology.systems import LOINC

_HIDDEN = "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden"
_WATCHED = (LOINC, "44260-8")  # Thoughts of death or self-harm: item 9 of the PHQ-9 (decision-D21).


def of_safety(instrument: Instrument, form: JsonObject) -> Iterator[str]:
    """A form asks its safety item, once, and the file names every answer that obliges; without a form a person says."""
    safety = instrument.safety
    yield from _of_watched(form, safety.link_id if safety else None)
    if safety is None:
        return
    if not instrument.has_form:
        if safety.positive:
            yield "safety: there is no form whose answers could be positive"
        return
    trail = _trail(form, safety.link_id)
    if not trail:
        yield f"safety: the form has no item {safety.link_id}"
        return
    unasked = [*_of_asking(safety, trail)]
    yield from unasked or _of_positive(instrument, safety)


def _of_watched(node: JsonObject, named: str | None) -> Iterator[str]:
    """A question that obliges a person wherever it is asked is the one the file names."""
    for row in node.get("item", []):
        codes = {(coding.get("system"), coding.get("code")) for coding in row.get("code", [])}
        if _WATCHED in codes and row["linkId"] != named:
            code, link_id = _WATCHED[1], row["linkId"]
            yield f"safety: an answer to item {link_id} ({code}) asks for a step by a person; name it in [safety]"
        yield from _of_watched(row, named)


def _trail(node: JsonObject, link_id: str) -> list[JsonObject]:
    """The item with that linkId after all it stands in, the outermost first; empty where there is none."""
    for row in node.get("item", []):
        found = [] if row["linkId"] == link_id else _trail(row, link_id)
        if found or row["linkId"] == link_id:
            return [row, *found]
    return []


def _of_asking(safety: SafetyRule, trail: list[JsonObject]) -> Iterator[str]:
    for row in trail:
        who = f"safety: item {safety.link_id}" + ("" if row is trail[-1] else f" stands in {row['linkId']}, which")
        if any(entry["url"] == _HIDDEN and entry.get("valueBoolean") is True for entry in row.get("extension", [])):
            yield f"{who} is hidden, so nobody is asked; take questionnaire-hidden away"
        if row.get("readOnly", False):
            yield f"{who} is readOnly, so nobody can answer; take readOnly away"
        if row.get("repeats", False):
            yield f"{who} repeats, and one answer is watched only; take repeats away"


def _of_positive(instrument: Instrument, safety: SafetyRule) -> Iterator[str]:
    item = instrument.item(safety.link_id)
    offered = {option.code for option in (*item.options, *item.accepted)} if item else set[str]()
    if not safety.positive or not set(safety.positive) <= offered:
        yield f"safety: the form does not offer every answer of {', '.join(safety.positive) or 'nothing'}"
    elif unwatched := sorted(_worrying(instrument, safety.link_id) - set(safety.positive)):
        yield (
            "safety: any answer above the lowest obliges a person to act (decision D21); add to positive what its "
            f"points put there: {', '.join(unwatched)}"
        )


def _worrying(instrument: Instrument, link_id: str) -> Set[str]:
    """The answers that count worse than the best one; none are known of an item without points."""
    points = instrument.points(link_id)
    within = next((part.scale for part in instrument.parts if link_id in part.items), None)
    scale = instrument.scale or within
    if not points or scale is None:
        return set()
    best = min(points.values()) if scale.better == "lower" else max(points.values())
    return {code for code, value in points.items() if value != best}
