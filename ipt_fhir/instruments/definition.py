"""What an instrument is, in typed frozen values. Those that stand in ``instrument.toml`` as they are name its fields.

Nothing here is a default: a figure that no file states does not exist, and every published figure carries its source.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from ipt_fhir.terminology.concepts import Concept


class Licence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"shipping": "class"}):
    """Who owns the texts and on what terms they are here. ``shipping`` is A (texts may be shipped) to D (never)."""

    shipping: Literal["A", "B", "C", "D"]
    holder: str
    notice: str
    source: str


class Threshold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published figure, where it comes from, and whether that source was read."""

    value: int
    source: str
    verified: bool


class Band(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Totals from ``low`` to ``high``, both included, and the plain word for them (a message id)."""

    low: int
    high: int
    label: str
    source: str
    verified: bool


class ScoringRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How answers become a total: ``points`` by linkId and answer code; ``needed`` answers, or there is no total."""

    method: Literal["sum"]
    lowest: int
    highest: int
    needed: int
    points: dict[str, dict[str, int]]
    source: str
    verified: bool

    @property
    def items(self) -> tuple[str, ...]:
        """The linkIds that count."""
        return tuple(self.points)


class ChangeRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a change of the total means; a rule that is None does not exist for the instrument.

    ``reliable``: points that exceed measurement error, either way. ``response_percent``: fall from the baseline.
    ``remission_below``: totals below it. ``baseline``: the last two mean something from this baseline on.
    """

    reliable: Threshold | None = None
    response_percent: Threshold | None = None
    remission_below: Threshold | None = None
    baseline: Threshold | None = None


class SafetyRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The item whose ``positive`` answers oblige a person to act (decision-D21). Never a risk level."""

    link_id: str
    positive: tuple[str, ...]
    source: str


class AnswerCodes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answer codes of another publisher: theirs to ours."""

    system: str
    codes: dict[str, str]


class Scheme(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How another publisher numbers the items (decision-D7): ``links`` is their linkId to ours, ``total`` theirs.

    Valid in responses to ``questionnaires`` (canonicals without version); with none named, in every response.
    """

    id: str
    source: str
    questionnaires: tuple[str, ...] = ()
    links: dict[str, str] = {}
    total: tuple[str, ...] = ()
    answers: AnswerCodes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOption:
    """A choice the form offers. ``points`` is None where the item does not count."""

    system: str
    code: str
    display: str
    points: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A question of the form, with its LOINC concept and its choices in printed order."""

    link_id: str
    concept: Concept
    prefix: str
    text: str
    options: tuple[AnswerOption, ...]
    _by_code: dict[str, AnswerOption] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the choices: each answer of each response is looked up."""
        object.__setattr__(self, "_by_code", {option.code: option for option in self.options})

    def option(self, code: str) -> AnswerOption | None:
        """The choice with that code."""
        return self._by_code.get(code)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Instrument:
    """A measure: its form, what it is worth in points, and what the points mean.

    ``canonical`` is the address of our Questionnaire without version; ``window_days`` the days the questions look back;
    ``age_min`` the youngest age in years; ``instruction`` the sentence above the questions. One instance per id.
    """

    id: str
    title: str
    canonical: str
    version: str
    panel: Concept
    total: Concept
    instruction: str
    items: tuple[Item, ...]
    scoring: ScoringRule
    bands: tuple[Band, ...]
    change: ChangeRules
    safety: SafetyRule | None
    licence: Licence
    window_days: int
    age_min: int
    schemes: tuple[Scheme, ...]
    _by_link: dict[str, Item] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the questions."""
        object.__setattr__(self, "_by_link", {item.link_id: item for item in self.items})

    def item(self, link_id: str) -> Item | None:
        """The question with that linkId."""
        return self._by_link.get(link_id)

    def band(self, total: int) -> Band | None:
        """The band a total falls in; None outside the range."""
        return next((band for band in self.bands if band.low <= total <= band.high), None)
