"""What can be wrong with an instrument although its files can be read: every check, each saying what it found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from decimal import Decimal
from itertools import pairwise

from ipt_fhir.instruments.definition import Instrument, Item
from ipt_fhir.instruments.rules import Band, SafetyRule, Scale, ScoringRule
from ipt_fhir.rawjson import JsonObject, number

ORDINAL_VALUE = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
# http://hl7.org/fhir/item-type (R4). "question" is abstract there and no type a form may use.
_TYPES = frozenset(
    [
        *("group", "display", "choice", "open-choice", "boolean", "integer", "decimal", "quantity"),
        *("string", "text", "url", "date", "dateTime", "time", "attachment", "reference"),
    ]
)


class InstrumentDefect(ValueError):
    """The files of an instrument contradict themselves or each other. The fault is with whoever wrote them."""

    def __init__(self, folder: str, wrongs: Iterable[str]) -> None:
        self.folder = folder
        self.wrongs = tuple(wrongs)
        super().__init__(f"the instrument in folder {folder!r} is not used; correct it: " + "; ".join(self.wrongs))


def defects(instrument: Instrument, form: JsonObject | None, folder: str) -> list[str]:
    """Everything wrong with the instrument; empty when it may be used. ``form`` is its Questionnaire, if it has one."""
    if instrument.id != folder:
        return [f"its id {instrument.id!r} is not the name of its folder"]
    if not _is_spelled(instrument):
        return ["the form has a number, a list or nothing where a text or a code belongs"]
    return [
        *_of_form(form or {"resourceType": "Questionnaire"}),
        *_of_ordinals(instrument, form or {}),
        *_of_score(instrument),
        *_of_scoring(instrument),
        *_of_parts(instrument),
        *_of_bands(instrument),
        *_of_names(instrument),
    ]


def _is_spelled(instrument: Instrument) -> bool:
    """Whether texts and codes are strings: the files come from outside, and are compared and shown."""
    options = (option for item in instrument.items for option in (*item.options, *item.accepted))
    words: list[object] = [instrument.title, instrument.canonical, instrument.version, instrument.instruction]
    words += [part for item in instrument.items for part in (item.link_id, item.text, item.prefix)]
    words += [part for item in instrument.items if item.concept for part in astuple(item.concept)]
    words += [part for option in options for part in (option.system, option.code, option.display)]
    return all(isinstance(part, str) for part in words)


def _of_form(form: JsonObject) -> Iterator[str]:
    if form.get("resourceType") != "Questionnaire":
        yield "the form is not a Questionnaire"
    rows = list(rows_of(form))
    for link_id, times in Counter(row["linkId"] for row in rows).items():
        if times > 1:
            yield f"linkId {link_id} stands {times} times in the form"
    for row in rows:
        if row["type"] not in _TYPES:
            yield f"{row['linkId']}: FHIR R4 has no items of type {row['type']}"


def _of_score(instrument: Instrument) -> Iterator[str]:
    """A total has a code and a range; without a form somebody types it, so it must be there."""
    if (instrument.total is None) != (instrument.scale is None):
        yield "the code of the total and its scale go together; one is missing"
    if not instrument.has_form and instrument.total is None:
        yield "there is neither a form nor a total"
    if not instrument.has_form and not instrument.without_texts:
        yield "there is no form; say why in without_texts"
    rule = instrument.scoring
    if rule and (rule.method == "parts") != (instrument.total is None):
        yield f"scoring: the method {rule.method} does not go with the total that the file names or leaves out"


def _of_scoring(instrument: Instrument) -> Iterator[str]:
    rule = instrument.scoring
    if rule is None:
        return
    for link_id, points in rule.points.items():
        item = instrument.item(link_id)
        if item is None or not item.options:
            yield f"scoring: the form has no item {link_id} with coded answers"
        elif {option.code for option in (*item.options, *item.accepted)} != set(points):
            yield f"scoring: the answers of {link_id} with points are not those the form offers"
    for link_id in rule.numbers:
        item = instrument.item(link_id)
        if item is None or item.number is None:
            yield f"scoring: the form has no item {link_id} with a number"
    yield from _of_need(rule)
    if instrument.scale and rule.method != "parts":
        yield from _of_range("scoring", rule, rule.items, rule.method, instrument, instrument.scale)


def _of_need(rule: ScoringRule) -> Iterator[str]:
    wanted = 0 if rule.method == "parts" else len(rule.items)
    if rule.method != "parts" and not rule.items:
        yield "scoring: no item counts"
    elif rule.needed != wanted and not (rule.prorated and 0 < rule.needed < wanted):
        yield f"scoring: {rule.needed} answers needed of {wanted}; fewer than all need a publication (prorated)"


def _of_range(
    who: str, rule: ScoringRule, items: Iterable[str], method: str, instrument: Instrument, scale: Scale
) -> Iterator[str]:
    """What the items can reach is what the file says, wherever all of them have a lowest and a highest value."""
    ends = [_ends(rule, link_id, instrument.item(link_id)) for link_id in items]
    if method == "value" and len(ends) != 1:
        yield f"{who}: the method value goes with one item, not with {len(ends)}"
    if not all(ends) or not ends:
        return
    share = Decimal(len(ends) if method == "mean" else 1)
    factor = rule.factor if who == "scoring" else Decimal(1)
    lowest, highest = (sum((end[at] for end in ends if end), Decimal(0)) * factor / share for at in (0, 1))
    if (lowest, highest) != (scale.lowest, highest if scale.highest is None else scale.highest):
        yield f"{who}: the items reach {lowest} to {highest}, the file says {scale.lowest} to {scale.highest}"


def _ends(rule: ScoringRule, link_id: str, item: Item | None) -> tuple[Decimal, Decimal] | None:
    """The least and the most an item can count; None where nobody set an end."""
    points = rule.points.get(link_id)
    if points:
        return Decimal(min(points.values())), Decimal(max(points.values()))
    span = item.number if item else None
    if span is None or span.lowest is None or span.highest is None:
        return None
    return span.lowest, span.highest


def _of_parts(instrument: Instrument) -> Iterator[str]:
    rule = instrument.scoring
    if rule is None:
        yield from (f"part {part.id}: nothing is scored" for part in instrument.parts)
        return
    for name, times in Counter(part.id for part in instrument.parts).items():
        if times > 1:
            yield f"part {name} stands {times} times in the file"
    for part in instrument.parts:
        strangers = [link_id for link_id in part.items if link_id not in rule.items]
        yield from (f"part {part.id}: {link_id} has no points" for link_id in strangers)
        if not part.items:
            yield f"part {part.id}: no item counts"
        yield from _of_range(f"part {part.id}", rule, part.items, part.method, instrument, part.scale)


def _of_bands(instrument: Instrument) -> Iterator[str]:
    bands, scale = instrument.bands, instrument.scale
    if bands and scale is None:
        yield "bands: there is no total they could speak of"
    elif bands and scale and not _reach(bands, scale):
        yield f"bands: they do not reach from {scale.lowest} to {scale.highest} in steps of {scale.step}"
    for band in bands:
        if band.low > band.high:
            yield f"bands: {band.label!r} ends before it begins"
    for left, right in pairwise(bands):
        if right.low != left.high + 1:
            yield f"bands: {left.label!r} ends at {left.high}, {right.label!r} begins at {right.low}"
    for line in instrument.cut_offs:
        if scale is None or not scale.spans(line.value):
            yield f"cut-offs: {line.label!r} at {line.value} lies outside the scale"


def _reach(bands: Sequence[Band], scale: Scale) -> bool:
    return scale.lowest == bands[0].low and scale.highest == bands[-1].high and scale.step == 1


def _of_ordinals(instrument: Instrument, form: JsonObject) -> Iterator[str]:
    """Other software scores from the form, we from the file: the two must agree, and a form of no score says none."""
    for row in rows_of(form):
        for entry in row.get("answerOption", []):
            code = entry["valueCoding"]["code"] if "valueCoding" in entry else ""
            said = [number(part["valueDecimal"]) for part in entry.get("extension", []) if part["url"] == ORDINAL_VALUE]
            points = instrument.points(row["linkId"]).get(code)
            if said not in ([], [points]):
                yield f"{row['linkId']}: the form gives {code} {said[0]} points, the file {points}"


def _of_names(instrument: Instrument) -> Iterator[str]:
    """Every linkId and answer code the file mentions exists in the form."""
    known = {item.link_id: {option.code for option in (*item.options, *item.accepted)} for item in instrument.items}
    yield from _of_safety(instrument.safety, known if instrument.has_form else None)
    codes = {code for offered in known.values() for code in offered}
    for scheme in instrument.schemes:
        mapped = scheme.answers.codes.values() if scheme.answers else ()
        yield from (f"scheme {scheme.id}: the form has no item {to}" for to in scheme.links.values() if to not in known)
        yield from (f"scheme {scheme.id}: the form has no answer {to}" for to in mapped if to not in codes)
        if len(set(scheme.links.values())) != len(scheme.links):
            yield f"scheme {scheme.id}: two of its linkIds mean the same item"


def _of_safety(safety: SafetyRule | None, known: Mapping[str, set[str]] | None) -> Iterator[str]:
    """A form says which answers are positive; without one only a person can."""
    if safety is None:
        return
    if known is None:
        if safety.positive:
            yield "safety: there is no form whose answers could be positive"
    elif safety.link_id not in known:
        yield f"safety: the form has no item {safety.link_id}"
    elif not safety.positive or not set(safety.positive) <= known[safety.link_id]:
        yield f"safety: the form does not offer every answer of {', '.join(safety.positive) or 'nothing'}"


def rows_of(node: JsonObject) -> Iterator[JsonObject]:
    """Every item of a Questionnaire, at any depth, in printed order."""
    for row in node.get("item", []):
        yield row
        yield from rows_of(row)
