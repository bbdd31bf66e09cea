"""Read an instrument's folder: ``questionnaire.json`` (the form) and ``instrument.toml`` (what its answers mean)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from ipt_fhir import rawjson
from ipt_fhir.instruments.defects import InstrumentDefect, defects, rows_of
from ipt_fhir.instruments.definition import (
    AnswerOption,
    Band,
    ChangeRules,
    Instrument,
    Item,
    Licence,
    SafetyRule,
    Scheme,
    ScoringRule,
)
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept

FORM = "questionnaire.json"
MEANING = "instrument.toml"


class _Code(Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    display: str

    @property
    def concept(self) -> Concept:
        return Concept(systems.LOINC, self.code, self.display)


class _Codes(Struct, frozen=True, forbid_unknown_fields=True):
    panel: _Code
    total: _Code


class _Meaning(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``instrument.toml``; a member it does not know is refused, because a misspelt rule would otherwise be no rule."""

    id: str
    title: str
    window_days: int
    age_min: int
    licence: Licence
    loinc: _Codes
    scoring: ScoringRule
    bands: tuple[Band, ...]
    change: ChangeRules = ChangeRules()
    safety: SafetyRule | None = None
    schemes: tuple[Scheme, ...] = ()


def load(folder: Path) -> Instrument:
    """The instrument in that folder. Raises InstrumentDefect, naming everything that is wrong with its files."""
    meaning = _read_meaning(folder)
    form = read_form(folder)
    try:
        found = _instrument(meaning, form)
        wrongs = defects(found, form, folder.name)
    except (AttributeError, LookupError, TypeError) as wrong:
        raise InstrumentDefect(folder.name, [f"{FORM}: cannot be read as a form: {wrong!r}"]) from wrong
    if wrongs:
        raise InstrumentDefect(folder.name, wrongs)
    return found


def read_form(folder: Path) -> JsonObject:
    """The Questionnaire in that folder as raw JSON. Raises InstrumentDefect when it is missing or not JSON."""
    try:
        return rawjson.parse_object(folder.joinpath(FORM).read_bytes())
    except (OSError, rawjson.JsonRefused) as wrong:
        raise InstrumentDefect(folder.name, [f"{FORM}: {wrong}"]) from wrong


def _read_meaning(folder: Path) -> _Meaning:
    try:
        table = tomllib.loads(folder.joinpath(MEANING).read_text("utf-8"))
        return msgspec.convert(table, _Meaning)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as wrong:
        raise InstrumentDefect(folder.name, [f"{MEANING}: {wrong}"]) from wrong


def _instrument(meaning: _Meaning, form: JsonObject) -> Instrument:
    asked = list(rows_of(form))
    shown = [row["text"] for row in asked if row["type"] == "display"]
    return Instrument(
        id=meaning.id,
        title=meaning.title,
        canonical=form["url"],
        version=form["version"],
        panel=meaning.loinc.panel.concept,
        total=meaning.loinc.total.concept,
        instruction=shown[0] if shown else "",
        items=tuple(_item(row, meaning.scoring) for row in asked if row["type"] == "choice"),
        scoring=meaning.scoring,
        bands=meaning.bands,
        change=meaning.change,
        safety=meaning.safety,
        licence=meaning.licence,
        window_days=meaning.window_days,
        age_min=meaning.age_min,
        schemes=meaning.schemes,
    )


def _item(row: dict[str, Any], scoring: ScoringRule) -> Item:
    coding = row["code"][0]
    points = scoring.points.get(row["linkId"], {})
    return Item(
        link_id=row["linkId"],
        concept=Concept(coding["system"], coding["code"], coding["display"]),
        prefix=row.get("prefix", ""),
        text=row["text"],
        options=tuple(_option(entry["valueCoding"], points) for entry in row["answerOption"]),
    )


def _option(coding: dict[str, Any], points: dict[str, int]) -> AnswerOption:
    return AnswerOption(
        system=coding["system"], code=coding["code"], display=coding["display"], points=points.get(coding["code"])
    )
