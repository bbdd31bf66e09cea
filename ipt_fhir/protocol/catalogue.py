"""Look up variants, schools, goal templates and planned activities; the data lies beside this file as TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue, Instrument
from ipt_fhir.locale.texts import N_, text
from ipt_fhir.model.episode import Setting
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.protocol.activities import AT_EVERY_SESSION, SESSIONAL, ActivityTemplate
from ipt_fhir.protocol.goals import GoalTemplate
from ipt_fhir.protocol.schools import School
from ipt_fhir.protocol.settings import SettingDefaults
from ipt_fhir.protocol.variants import FALLBACK_MEASURE, Variant
from ipt_fhir.terminology.scores import SCORES

__all__ = [
    "ActivityTemplate",
    "GoalTemplate",
    "School",
    "SettingDefaults",
    "UnknownVariant",
    "Variant",
    "VariantNotSupported",
    "activity_templates",
    "goal_templates",
    "measure_of",
    "measures_of",
    "offered_templates",
    "schools",
    "settings",
    "supported_variant",
    "usual_in",
    "variants",
    "work_words",
]


class _Named(Protocol):
    @property
    def id(self) -> str: ...


Row = TypeVar("Row", bound=_Named)


class UnknownVariant(LookupError):
    """No variant of that id is here. A plan of another version of this software may name one."""

    def __init__(self, variant_id: str) -> None:
        super().__init__(f"there is no variant {variant_id!r}; known are: {', '.join(variants())}")


class VariantNotSupported(ValueError):
    """The variant is known, but something it needs does not exist yet; ``sentence`` says what, by name."""

    msgid = N_("{title} cannot be used yet. {why}")

    def __init__(self, variant: Variant) -> None:
        self.variant = variant
        super().__init__(self.sentence())

    def sentence(self, language: str = "en") -> str:
        """What to tell the person who chose it."""
        why = text(self.variant.not_supported_yet or "", language)
        return text(self.msgid, language, title=text(self.variant.title, language), why=why)


@cache
def variants() -> dict[str, Variant]:
    """All variants by id, in the order of the file; some are marked ``not_supported_yet``."""
    return _by_id("variants.toml", "variant", Variant)


@cache
def schools() -> dict[str, School]:
    """All schools by id, in the order of the file."""
    return _by_id("schools.toml", "school", School)


@cache
def goal_templates() -> dict[str, GoalTemplate]:
    """All goal templates by id, in the order of the file; some are not ``available`` yet."""
    return _by_id("goals.toml", "goal", GoalTemplate)


@cache
def activity_templates() -> dict[str, ActivityTemplate]:
    """All planned activities by id, in the order of the file."""
    return _by_id("activities.toml", "activity", ActivityTemplate)


def offered_templates(areas: Collection[ProblemAreaCode] = (), school: School | None = None) -> list[GoalTemplate]:
    """The goal templates to choose from: measurable in this version, general or of the chosen areas.

    While no area is chosen, those of every area the school works with; None is the line with four areas.
    """
    known = school.areas if school else tuple(ProblemAreaCode)
    wanted = {None, *(area for area in known if not areas or area in areas)}
    return [template for template in goal_templates().values() if template.available and template.area in wanted]


def supported_variant(variant_id: str) -> Variant:
    """The variant to start a course in. Raises UnknownVariant or VariantNotSupported."""
    variant = variants().get(variant_id)
    if variant is None:
        raise UnknownVariant(variant_id)
    if not variant.supported:
        raise VariantNotSupported(variant)
    return variant


def measures_of(variant: Variant, catalogue: Catalogue = SHIPPED) -> tuple[str, ...]:
    """The ids of those default instruments that are here, the leading one first; never empty."""
    known = catalogue.instruments()
    named = (SCORES[name].instrument if name in SCORES else name for name in variant.measures)
    return tuple(dict.fromkeys(name for name in named if name in known)) or (FALLBACK_MEASURE,)


def measure_of(variant: Variant, instrument_id: str, catalogue: Catalogue = SHIPPED) -> Instrument:
    """An instrument as the variant reads it: where it names one score of several (binge episodes of the weekly count),
    judged by that score. Raises UnknownInstrument."""
    found = catalogue.instrument(instrument_id)
    named = (name for name in variant.measures if name in SCORES and SCORES[name].instrument == instrument_id)
    return next((found.by_part(name) for name in named), found)


def work_words(
    template: ActivityTemplate, variant: Variant, language: str = "en", catalogue: Catalogue = SHIPPED
) -> str:
    """What planned work is called in a plan of the variant: the measure of every session by the name of its measure."""
    if template.id != SESSIONAL:
        return text(template.text, language)
    leading = measure_of(variant, measures_of(variant, catalogue)[0], catalogue)
    return text(AT_EVERY_SESSION, language, measure=text(leading.title, language))


@cache
def settings() -> dict[str, SettingDefaults]:
    """What is usual in each setting, by its code."""
    return _by_id("settings.toml", "setting", SettingDefaults)


def usual_in(setting: Setting | None) -> SettingDefaults:
    """What is usual in a setting; in a practice's rooms where nobody said."""
    return settings()[setting or Setting.OUTPATIENT]


def _by_id(file: str, name: str, kind: type[Row]) -> dict[str, Row]:
    with Path(__file__).with_name(file).open("rb") as opened:
        rows: list[dict[str, Any]] = tomllib.load(opened)[name]
    typed = (msgspec.convert(row, kind) for row in rows)
    return {row.id: row for row in typed}
