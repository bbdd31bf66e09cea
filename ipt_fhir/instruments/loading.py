"""Read an instrument's folder: ``instrument.toml`` (what its answers mean) and ``questionnaire.json`` (the form).

A folder without a form is a score alone: its total is entered by hand.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from ipt_fhir import rawjson
from ipt_fhir.instruments.defects import InstrumentDefect, defects, rows_of
from ipt_fhir.instruments.definition import AnswerOption, Instrument, Item, NumberRange
from ipt_fhir.instruments.rules import (
    AcceptedAnswer,
    Band,
    ChangeRules,
    Code,
    CutOff,
    Licence,
    Part,
    SafetyRule,
    Scale,
    Scheme,
    ScoringRule,
)
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology.concepts import Concept

FORM = "questionnaire.json"
MEANING = "instrument.toml"
_LOWEST = "http://hl7.org/fhir/StructureDefinition/minValue"
_HIGHEST = "http://hl7.org/fhir/StructureDefinition/maxValue"
_NUMBERS = {"integer", "decimal"}


class _Codes(Struct, frozen=True, forbid_unknown_fields=True):
    panel: Code | None = None
    total: Code | None = None


class _Meaning(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``instrument.toml``; a member it does not know is refused, because a misspelt rule would otherwise be no rule."""

    id: str
    title: str
    filed: bool = True
    without_texts: str = ""
    window_days: int | None = None
    age_min: int | None = None
    licence: Licence | None = None
    codes: _Codes = _Codes()
    scale: Scale | None = None
    scoring: ScoringRule | None = None
    parts: tuple[Part, ...] = ()
    bands: tuple[Band, ...] = ()
    cut_offs: tuple[CutOff, ...] = ()
    change: ChangeRules = ChangeRules()
    safety: SafetyRule | None = None
    accepted: tuple[AcceptedAnswer, ...] = ()
    schemes: tuple[Scheme, ...] = ()


def load(folder: Path) -> Instrument:
    """The instrument in that folder. Raises InstrumentDefect, naming everything that is wrong with its files."""
    meaning = _read_meaning(folder.name, _content(folder, MEANING))
    form = read_form(folder) if folder.joinpath(FORM).is_file() or meaning.scoring else None
    return _sound(folder.name, meaning, form)


def read_form(folder: Path) -> JsonObject:
    """The Questionnaire in that folder as raw JSON. Raises InstrumentDefect when it is missing or not JSON."""
    return _read_form(folder.name, _content(folder, FORM))


def instrument_from(name: str, meaning: bytes | None, form: bytes, licence: Licence) -> tuple[Instrument, JsonObject]:
    """The instrument those two files of a pack describe, with its Questionnaire; ``name`` is that of their folder.

    ``licence`` stands for all instruments of the pack, so the file has none. Without ``meaning`` it is a form that
    counts nothing, under the title of the Questionnaire. Raises InstrumentDefect.
    """
    questionnaire = _read_form(name, form)
    plain = {"id": name, "title": questionnaire.get("title")}
    described = _read_meaning(name, meaning) if meaning is not None else _described(name, plain, FORM)
    if described.licence:
        raise InstrumentDefect(name, [f"{MEANING}: the licence of a pack stands in its own file, once for all"])
    described = structs.replace(described, licence=licence)
    return _sound(name, described, questionnaire), questionnaire


def _sound(folder: str, meaning: _Meaning, form: JsonObject | None) -> Instrument:
    if meaning.licence is None:
        raise InstrumentDefect(folder, [f"{MEANING}: there is no licence"])
    try:
        found = _instrument(meaning, meaning.licence, form)
        wrongs = defects(found, form, folder)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as wrong:
        raise InstrumentDefect(folder, [f"{FORM}: cannot be read as a form: {wrong!r}"]) from wrong
    if wrongs:
        raise InstrumentDefect(folder, wrongs)
    return found


def _content(folder: Path, file: str) -> bytes:
    try:
        return folder.joinpath(file).read_bytes()
    except OSError as wrong:
        raise InstrumentDefect(folder.name, [f"{file}: {wrong}"]) from wrong


def _read_form(folder: str, content: bytes) -> JsonObject:
    try:
        return rawjson.parse_object(content)
    except rawjson.JsonRefused as wrong:
        raise InstrumentDefect(folder, [f"{FORM}: {wrong}"]) from wrong


def _read_meaning(folder: str, content: bytes) -> _Meaning:
    try:
        table = tomllib.loads(content.decode("utf-8"), parse_float=Decimal)
    except (RecursionError, ValueError) as wrong:
        raise InstrumentDefect(folder, [f"{MEANING}: {wrong}"]) from wrong
    return _described(folder, table, MEANING)


def _described(folder: str, table: JsonObject, file: str) -> _Meaning:
    try:
        return msgspec.convert(table, _Meaning)
    except msgspec.ValidationError as wrong:
        raise InstrumentDefect(folder, [f"{file}: {wrong}"]) from wrong


def _instrument(meaning: _Meaning, licence: Licence, form: JsonObject | None) -> Instrument:
    asked = list(rows_of(form or {}))
    return Instrument(
        id=meaning.id,
        title=meaning.title,
        canonical=form["url"] if form else "",
        version=form["version"] if form else "",
        panel=meaning.codes.panel.concept if meaning.codes.panel else None,
        total=meaning.codes.total.concept if meaning.codes.total else None,
        scale=meaning.scale,
        instruction=next((row["text"] for row in asked if row["type"] == "display"), ""),
        items=tuple(_items(asked, meaning)),
        scoring=meaning.scoring,
        parts=meaning.parts,
        bands=meaning.bands,
        cut_offs=meaning.cut_offs,
        change=meaning.change,
        safety=meaning.safety,
        licence=licence,
        filed=meaning.filed,
        without_texts=meaning.without_texts,
        window_days=meaning.window_days,
        age_min=meaning.age_min,
        schemes=meaning.schemes,
    )


def _items(asked: list[JsonObject], meaning: _Meaning) -> Iterator[Item]:
    """The questions answered with one code or one number. A choice from a value set is the form's alone."""
    for row in asked:
        offered = row.get("answerOption", [])
        once = not row.get("repeats", False)
        if row["type"] == "choice" and once and offered and all("valueCoding" in entry for entry in offered):
            yield _choice(row, meaning)
        elif row["type"] in _NUMBERS and once:
            yield _item(row, number=_range(row))


def _choice(row: JsonObject, meaning: _Meaning) -> Item:
    points = meaning.scoring.points.get(row["linkId"], {}) if meaning.scoring else {}
    codings = (entry["valueCoding"] for entry in row["answerOption"])
    options = (_option(coding["system"], coding["code"], coding["display"], points) for coding in codings)
    others = (answer for answer in meaning.accepted if answer.link_id == row["linkId"])
    accepted = (_option(answer.system, answer.code, answer.display, points) for answer in others)
    return _item(row, options=tuple(options), accepted=tuple(accepted))


def _item(
    row: JsonObject,
    options: tuple[AnswerOption, ...] = (),
    accepted: tuple[AnswerOption, ...] = (),
    number: NumberRange | None = None,
) -> Item:
    return Item(
        link_id=row["linkId"],
        concept=_concept(row["code"][0], row["text"]) if "code" in row else None,
        prefix=row.get("prefix", ""),
        text=row["text"],
        options=options,
        accepted=accepted,
        number=number,
    )


def _concept(coding: JsonObject, text: str) -> Concept:
    """The code of a question; where no official display was verified, the question itself is its label."""
    return Concept(coding["system"], coding["code"], coding.get("display", text))


def _option(system: str, code: str, display: str, points: Mapping[str, int]) -> AnswerOption:
    return AnswerOption(system=system, code=code, display=display, points=points.get(code))


def _range(row: JsonObject) -> NumberRange:
    said = {entry["url"]: entry for entry in row.get("extension", [])}
    return NumberRange(
        lowest=_bound(said.get(_LOWEST)), highest=_bound(said.get(_HIGHEST)), whole=row["type"] == "integer"
    )


def _bound(extension: JsonObject | None) -> Decimal | None:
    if extension is None:
        return None
    values = (rawjson.number(value) for name, value in extension.items() if name.startswith("value"))
    return Decimal(next(values, ""))
