"""What can be wrong with an instrument although its files can be read: every check, each saying what it found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from decimal import Decimal
from itertools import pairwise

from msgspec.structs import asdict

from ipt_fhir.instruments.definition import Instrument, Item
from ipt_fhir.instruments.rules import Band, Scale, ScoringRule, Threshold
from ipt_fhir.instruments.safety_defects import of_safety
from ipt_fhir.rawjson import JsonObject, number

# Points as other software finds them in a form; the second one replaced the first in R5 and is used with R4 as well.
_POINTS = frozenset(f"http://hl7.org/fhir/StructureDefinition/{name}" for name in ("ordinalValue", "itemWeight"))
# Changes of a total, which have no place on its scale; the other figures of a change rule are totals.
_AMOUNTS = ("reliable", "meaningful", "meaningful_worse", "response_percent")
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
    if endless := [
        f"{name} is {value}; write a number" for name, value in _figures(instrument) if not value.is_finite()
    ]:
        return endless  # Nothing can be compared with it.
    return [
        *_of_form(form or {"resourceType": "Questionnaire"}),
        *_of_ordinals(instrument, form or {}),
        *_of_score(instrument),
        *_of_scoring(instrument),
        *_of_parts(instrument),
        *_of_bands(instrument),
        *_of_names(instrument),
        *of_safety(instrument, form or {}),
        *_of_figures(instrument),
        *_of_codes(instrument),
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
            coding = entry.get("valueCoding", {})
            code = coding.get("code", "")
            points = instrument.points(row["linkId"]).get(code)
            for part in (*entry.get("extension", []), *coding.get("extension", [])):
                if part["url"] in _POINTS and (said := number(part["valueDecimal"])) != points:
                    yield f"{row['linkId']}: the form gives {code} {said} points, the file {points}"


def _figures(instrument: Instrument) -> Iterator[tuple[str, Decimal]]:
    """Every number of the file that may have a point, by its place there."""
    scales = {"scale": instrument.scale} | {f"part {part.id}": part.scale for part in instrument.parts}
    for name, scale in scales.items():
        ends = {"lowest": scale.lowest, "highest": scale.highest, "step": scale.step} if scale else {}
        yield from ((f"{name}: {end}", value) for end, value in ends.items() if value is not None)
    if instrument.scoring:
        yield "scoring: factor", instrument.scoring.factor
    yield from ((f"cut-offs: {line.label!r}", line.value) for line in instrument.cut_offs)
    yield from ((f"change.{name}", figure.value) for name, figure in _changes(instrument).items())


def _changes(instrument: Instrument) -> dict[str, Threshold]:
    return {name: figure for name, figure in asdict(instrument.change).items() if figure is not None}


def _of_figures(instrument: Instrument) -> Iterator[str]:
    """Figures with which every total would be judged wrongly, or none."""
    days, scale, changes = instrument.window_days, instrument.scale, _changes(instrument)
    if days is not None and days <= 0:
        yield f"window_days is {days}; write how many days the questions look back, or leave it out"
    scales = (instrument.scale, *(part.scale for part in instrument.parts))
    if any(found is not None and found.step <= 0 for found in scales):
        yield "scale: a step of 0 or less leads to no next total; write how far two totals are apart"
    if changes and scale is None:
        yield "change: there is no total that could change; leave it out"
        return
    for name, figure in changes.items():
        if name in _AMOUNTS and figure.value <= 0:
            yield f"change.{name} is {figure.value}; write how much a total has to change, above 0"
        elif name not in _AMOUNTS and scale and not scale.spans(figure.value):
            yield f"change.{name} is {figure.value}, which lies outside the scale; write a total"


def _of_codes(instrument: Instrument) -> Iterator[str]:
    """Answers are told apart by their code alone, so one that counts or is watched has it for itself."""
    watched = {instrument.safety.link_id} if instrument.safety else set[str]()
    for item in instrument.items:
        if item.link_id not in watched and item.link_id not in instrument.counted:
            continue
        for code, times in Counter(option.code for option in (*item.options, *item.accepted)).items():
            if times > 1:
                yield f"{item.link_id}: {times} answers have the code {code}; give each its own, whatever their systems"


def _of_names(instrument: Instrument) -> Iterator[str]:
    """Every linkId and answer code the file mentions exists in the form."""
    known = {item.link_id: {option.code for option in (*item.options, *item.accepted)} for item in instrument.items}
    codes = {code for offered in known.values() for code in offered}
    for scheme in instrument.schemes:
        mapped = scheme.answers.codes.values() if scheme.answers else ()
        yield from (f"scheme {scheme.id}: the form has no item {to}" for to in scheme.links.values() if to not in known)
        yield from (f"scheme {scheme.id}: the form has no answer {to}" for to in mapped if to not in codes)
        if len(set(scheme.links.values())) != len(scheme.links):
            yield f"scheme {scheme.id}: two of its linkIds mean the same item"


def rows_of(node: JsonObject) -> Iterator[JsonObject]:
    """Every item of a Questionnaire, at any depth, in printed order."""
    for row in node.get("item", []):
        yield row
        yield from rows_of(row)
