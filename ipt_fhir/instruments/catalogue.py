"""Look up instruments: those that are shipped, and those an installation adds.

A ``Catalogue`` is a value that callers hand on (decision-D60). The functions of this module are the shipped ones alone;
each of those is read and checked when it is first asked for, and kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ipt_fhir import rawjson
from ipt_fhir.instruments.defects import InstrumentDefect
from ipt_fhir.instruments.definition import AnswerOption, Instrument, Item, NumberRange
from ipt_fhir.instruments.loading import MEANING, load, read_form
from ipt_fhir.instruments.rules import (
    Band,
    ChangeRules,
    CutOff,
    Licence,
    Part,
    SafetyRule,
    Scale,
    Scheme,
    ScoringRule,
    Threshold,
)
from ipt_fhir.rawjson import JsonObject

__all__ = [
    "SHIPPED",
    "Added",
    "AnswerOption",
    "Band",
    "Catalogue",
    "ChangeRules",
    "CutOff",
    "Instrument",
    "InstrumentDefect",
    "Item",
    "Licence",
    "NoForm",
    "NumberRange",
    "Part",
    "SafetyRule",
    "Scale",
    "Scheme",
    "ScoringRule",
    "Threshold",
    "UnknownInstrument",
    "claims",
    "form_is_shipped",
    "instrument",
    "instrument_for",
    "instruments",
    "questionnaire",
]


class UnknownInstrument(LookupError):
    """No instrument of that id is here. Data of another version of this software may name one."""

    def __init__(self, instrument_id: str) -> None:
        super().__init__(f"there is no instrument {instrument_id!r}; known are: {', '.join(_folders())}")


class NoForm(LookupError):
    """The instrument is a score alone: there is no form to show, its total is entered by hand."""

    def __init__(self, instrument_id: str) -> None:
        super().__init__(f"the instrument {instrument_id!r} has no form here; enter its total by hand")


class Added(NamedTuple):
    """An instrument that is not shipped, with its Questionnaire as raw JSON."""

    instrument: Instrument
    form: JsonObject


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The instruments an installation works with: the shipped ones and, by id, those it added.

    An added instrument takes the place of a shipped one of the same id: a clinic that holds a licence fills in the form
    of which others know the score alone, and what was recorded before stays in one series with it.
    """

    added: Mapping[str, Added] = field(default_factory=dict)

    def instrument(self, instrument_id: str) -> Instrument:
        """The instrument with that id (``phq-9``). Raises UnknownInstrument, or InstrumentDefect as ``instrument``."""
        found = self.added.get(instrument_id)
        return found.instrument if found else instrument(instrument_id)

    def instruments(self) -> Mapping[str, Instrument]:
        """All instruments by id, the shipped ones first."""
        added = {name: found.instrument for name, found in self.added.items()}
        return MappingProxyType({**instruments(), **added})

    def instrument_for(self, canonical_or_code: str) -> Instrument | None:
        """The instrument a Questionnaire address (any version) or the code of a panel, a total or a part speaks of.

        The address may be ours or a known publisher's; that of a shipped instrument leads to the one in its place. None
        when no instrument claims it.
        """
        name = canonical_or_code.partition("|")[0]
        claimed = self._claimed.get(name)
        return self.instrument(claimed) if claimed else None

    @cached_property
    def _claimed(self) -> dict[str, str]:
        """Which instrument an address or code leads to, the first that claims it. Mapping asks for each response."""
        ordered = [*self.instruments().items(), *instruments().items()]
        return {name: key for key, found in reversed(ordered) for name in claims(found)}

    def questionnaire(self, instrument_id: str) -> JsonObject:
        """The instrument's Questionnaire as raw JSON, a copy of one's own. Raises as ``instrument``, and NoForm."""
        found = self.added.get(instrument_id)
        if found is None and not instrument(instrument_id).has_form:
            raise NoForm(instrument_id)
        form: JsonObject = rawjson.copy(found.form if found else _form(instrument_id))
        return form


SHIPPED = Catalogue()
"""The instruments that come with the library, and no others."""


@cache
def instrument(instrument_id: str) -> Instrument:
    """The shipped instrument with that id. Raises UnknownInstrument, or InstrumentDefect if its files are wrong."""
    if instrument_id not in _folders():
        raise UnknownInstrument(instrument_id)
    return load(_folders()[instrument_id])


def instruments() -> Mapping[str, Instrument]:
    """All shipped instruments by id. Raises InstrumentDefect for the first whose files are wrong."""
    return MappingProxyType({name: instrument(name) for name in _folders()})


def instrument_for(canonical_or_code: str) -> Instrument | None:
    """The shipped instrument an address or a code speaks of, as ``Catalogue.instrument_for``."""
    return SHIPPED.instrument_for(canonical_or_code)


def questionnaire(instrument_id: str) -> JsonObject:
    """The Questionnaire of a shipped instrument as raw JSON, a copy of one's own. Raises as ``instrument``, NoForm."""
    return SHIPPED.questionnaire(instrument_id)


def form_is_shipped(found: Instrument) -> bool:
    """Whether its form comes with the library; where it does not, a total read off a sheet is taken.

    So it stays when a clinic adds the form as a pack: sheets from before can be corrected, and when the licence ends
    the series goes on. Of an instrument that only a pack has the form is the pack's, and no sheet is taken.
    """
    return instruments().get(found.id, found).has_form


def claims(found: Instrument) -> set[str]:
    """Every address and code that leads to the instrument: of its form, panel, total and parts, and others'."""
    published = (canonical for scheme in found.schemes for canonical in scheme.questionnaires)
    coded = (concept.code for concept in (found.panel, found.total) if concept)
    parts = (part.code.code for part in found.parts if part.code)
    return {found.canonical, *coded, *parts, *published} - {""}


@cache
def _form(instrument_id: str) -> JsonObject:
    return read_form(_folders()[instrument_id])


@cache
def _folders() -> dict[str, Path]:
    found = (folder for folder in Path(__file__).parent.iterdir() if folder.joinpath(MEANING).is_file())
    return {folder.name: folder for folder in sorted(found, key=lambda folder: folder.name)}
