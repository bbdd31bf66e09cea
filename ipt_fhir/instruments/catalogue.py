"""Look up instruments. Each is read and checked when it is first asked for, and kept."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ipt_fhir import rawjson
from ipt_fhir.instruments.defects import InstrumentDefect
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
    Threshold,
)
from ipt_fhir.instruments.loading import MEANING, load, read_form
from ipt_fhir.rawjson import JsonObject

__all__ = [
    "AnswerOption",
    "Band",
    "ChangeRules",
    "Instrument",
    "InstrumentDefect",
    "Item",
    "Licence",
    "SafetyRule",
    "Scheme",
    "ScoringRule",
    "Threshold",
    "UnknownInstrument",
    "instrument",
    "instrument_for",
    "instruments",
    "questionnaire",
]


class UnknownInstrument(LookupError):
    """No instrument of that id is here. Data of another version of this software may name one."""

    def __init__(self, instrument_id: str) -> None:
        super().__init__(f"there is no instrument {instrument_id!r}; known are: {', '.join(_folders())}")


@cache
def instrument(instrument_id: str) -> Instrument:
    """The instrument with that id (``phq-9``). Raises UnknownInstrument, or InstrumentDefect if its files are wrong."""
    if instrument_id not in _folders():
        raise UnknownInstrument(instrument_id)
    return load(_folders()[instrument_id])


def instruments() -> Mapping[str, Instrument]:
    """All instruments by id. Raises InstrumentDefect for the first whose files are wrong."""
    return MappingProxyType({name: instrument(name) for name in _folders()})


def instrument_for(canonical_or_code: str) -> Instrument | None:
    """The instrument a Questionnaire address (ours or a known publisher's, any version) or a LOINC code speaks of.

    The code may be that of the panel or of the total. None when no instrument claims it.
    """
    name = canonical_or_code.partition("|")[0]
    return next((found for found in instruments().values() if name in _names(found)), None)


def questionnaire(instrument_id: str) -> JsonObject:
    """The instrument's Questionnaire as raw JSON, a copy of one's own. Raises as ``instrument``."""
    form: JsonObject = rawjson.copy(_form(instrument(instrument_id).id))
    return form


@cache
def _form(instrument_id: str) -> JsonObject:
    return read_form(_folders()[instrument_id])


@cache
def _folders() -> dict[str, Path]:
    found = (folder for folder in Path(__file__).parent.iterdir() if folder.joinpath(MEANING).is_file())
    return {folder.name: folder for folder in sorted(found, key=lambda folder: folder.name)}


def _names(found: Instrument) -> set[str]:
    published = (canonical for scheme in found.schemes for canonical in scheme.questionnaires)
    return {found.canonical, found.panel.code, found.total.code, *published}
