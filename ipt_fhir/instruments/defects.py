"""What can be wrong with an instrument although its files can be read: every check, each saying what it found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from ipt_fhir.instruments.definition import Instrument
from ipt_fhir.rawjson import JsonObject

ORDINAL_VALUE = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
_TYPES = {"group", "display", "choice"}


class InstrumentDefect(ValueError):
    """The files of an instrument contradict themselves or each other. The fault is with whoever wrote them."""

    def __init__(self, folder: str, wrongs: Iterable[str]) -> None:
        self.folder = folder
        self.wrongs = tuple(wrongs)
        super().__init__(f"the instrument in folder {folder!r} is not used; correct it: " + "; ".join(self.wrongs))


def defects(instrument: Instrument, form: JsonObject, folder: str) -> list[str]:
    """Everything wrong with the instrument; empty when it may be used. ``form`` is its Questionnaire as raw JSON."""
    if instrument.id != folder:
        return [f"its id {instrument.id!r} is not the name of its folder"]
    return [
        *_of_form(form),
        *_of_ordinals(instrument, form),
        *_of_scoring(instrument),
        *_of_bands(instrument),
        *_of_names(instrument),
    ]


def _of_form(form: JsonObject) -> Iterator[str]:
    if form.get("resourceType") != "Questionnaire":
        yield "the form is not a Questionnaire"
    rows = list(rows_of(form))
    for link_id, times in Counter(row["linkId"] for row in rows).items():
        if times > 1:
            yield f"linkId {link_id} stands {times} times in the form"
    for row in rows:
        if row["type"] not in _TYPES:
            yield f"{row['linkId']}: items of type {row['type']} are not supported in an instrument"


def _of_scoring(instrument: Instrument) -> Iterator[str]:
    rule = instrument.scoring
    for link_id, points in rule.points.items():
        item = instrument.item(link_id)
        if item is None:
            yield f"scoring: the form has no item {link_id}"
        elif {option.code for option in item.options} != set(points):
            yield f"scoring: the answers of {link_id} with points are not those the form offers"
    if not rule.needed or rule.needed != len(rule.points):
        yield f"scoring: {rule.needed} answers needed of {len(rule.points)}; a sum needs all of them"
    if all(rule.points.values()):
        lowest = sum(min(points.values()) for points in rule.points.values())
        highest = sum(max(points.values()) for points in rule.points.values())
        if (lowest, highest) != (rule.lowest, rule.highest):
            yield f"scoring: the items reach {lowest} to {highest}, the file says {rule.lowest} to {rule.highest}"


def _of_bands(instrument: Instrument) -> Iterator[str]:
    bands, rule = instrument.bands, instrument.scoring
    if not bands:
        return
    if (bands[0].low, bands[-1].high) != (rule.lowest, rule.highest):
        yield f"bands: they do not reach from {rule.lowest} to {rule.highest}"
    for band in bands:
        if band.low > band.high:
            yield f"bands: {band.label!r} ends before it begins"
    for left, right in pairwise(bands):
        if right.low != left.high + 1:
            yield f"bands: {left.label!r} ends at {left.high}, {right.label!r} begins at {right.low}"


def _of_ordinals(instrument: Instrument, form: JsonObject) -> Iterator[str]:
    """Other software scores from the form, we from the file: the two must agree."""
    for row in rows_of(form):
        for entry in row.get("answerOption", []):
            code = entry["valueCoding"]["code"]
            said = [part["valueDecimal"] for part in entry.get("extension", []) if part["url"] == ORDINAL_VALUE]
            points = instrument.scoring.points.get(row["linkId"], {}).get(code)
            if said not in ([], [points]):
                yield f"{row['linkId']}: the form gives {code} {said[0]} points, the file {points}"


def _of_names(instrument: Instrument) -> Iterator[str]:
    """Every linkId and answer code the file mentions exists in the form."""
    known = {item.link_id: {option.code for option in item.options} for item in instrument.items}
    safety = instrument.safety
    if safety and safety.link_id not in known:
        yield f"safety: the form has no item {safety.link_id}"
    elif safety and not set(safety.positive) <= known[safety.link_id]:
        yield f"safety: the form does not offer every answer of {', '.join(safety.positive)}"
    codes = {code for offered in known.values() for code in offered}
    for scheme in instrument.schemes:
        mapped = scheme.answers.codes.values() if scheme.answers else ()
        yield from (f"scheme {scheme.id}: the form has no item {to}" for to in scheme.links.values() if to not in known)
        yield from (f"scheme {scheme.id}: the form has no answer {to}" for to in mapped if to not in codes)
        if len(set(scheme.links.values())) != len(scheme.links):
            yield f"scheme {scheme.id}: two of its linkIds mean the same item"


def rows_of(form: JsonObject) -> Iterator[JsonObject]:
    """Every item of a Questionnaire, at any depth, in printed order."""
    for row in form.get("item", []):
        yield row
        yield from rows_of(row)
