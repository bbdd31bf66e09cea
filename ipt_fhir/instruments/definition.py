"""What an instrument is: its form as far as answers count, its score, and the rules that its file states."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

import msgspec

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
)
from ipt_fhir.terminology.concepts import Concept


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOption:
    """A choice the form offers. ``points`` is None where the item does not count."""

    system: str
    code: str
    display: str
    points: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRange:
    """What a number may be: its bounds where the form sets them, and whether it is ``whole``."""

    lowest: Decimal | None
    highest: Decimal | None
    whole: bool

    def holds(self, number: Decimal) -> bool:
        """Whether the number may be answered."""
        above = self.lowest is None or self.lowest <= number
        below = self.highest is None or number <= self.highest
        return above and below and (not self.whole or number == number.to_integral_value())


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A question that is answered with one of its choices or with a number; which one, the form says.

    ``concept`` is the code of the question, where it has one; ``accepted`` are choices that others offer. Questions of
    other types (texts, dates, groups) belong to the form alone and are none of these.
    """

    link_id: str
    concept: Concept | None
    prefix: str
    text: str
    options: tuple[AnswerOption, ...] = ()
    accepted: tuple[AnswerOption, ...] = ()
    number: NumberRange | None = None
    _by_code: dict[str, AnswerOption] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the choices: each answer of each response is looked up."""
        object.__setattr__(self, "_by_code", {option.code: option for option in (*self.accepted, *self.options)})

    def option(self, code: str) -> AnswerOption | None:
        """The choice with that code, offered or accepted."""
        return self._by_code.get(code)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Instrument:
    """A measure or a form of ours: what it asks, what it is worth in points, and what the points mean.

    Four kinds: a scored form; a form without ``scoring``; a scored form whose texts are not here (``without_texts``
    says why, its items are numbered); a score alone, without any form, whose total is entered by hand.

    ``canonical`` is the address of our Questionnaire without version, empty where there is no form; ``window_days`` the
    days the questions look back; ``age_min`` the youngest age in years; ``instruction`` the sentence above the
    questions. ``total`` is the code of the score, ``scale`` its values; both or neither. ``filed`` is False for a form
    of ours that stays in the app unless the site turns its address on (decision-D20). One instance per id.
    """

    id: str
    title: str
    canonical: str
    version: str
    panel: Concept | None
    total: Concept | None
    scale: Scale | None
    instruction: str
    items: tuple[Item, ...]
    scoring: ScoringRule | None
    parts: tuple[Part, ...]
    bands: tuple[Band, ...]
    cut_offs: tuple[CutOff, ...]
    change: ChangeRules
    safety: SafetyRule | None
    licence: Licence
    filed: bool
    without_texts: str
    window_days: int | None
    age_min: int | None
    schemes: tuple[Scheme, ...]
    _by_link: dict[str, Item] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the questions."""
        object.__setattr__(self, "_by_link", {item.link_id: item for item in self.items})

    @property
    def has_form(self) -> bool:
        """Whether there is a Questionnaire to fill in; without one a total is entered by hand."""
        return bool(self.canonical)

    @property
    def publishable(self) -> bool:
        """Whether its form may be passed on to anybody: its texts are free, or none is in it."""
        return self.has_form and (self.licence.shipping == "A" or bool(self.without_texts))

    @property
    def counted(self) -> tuple[str, ...]:
        """The linkIds that count for the total or a part; none where nothing is scored."""
        return self.scoring.items if self.scoring else ()

    def by_part(self, code: str) -> Instrument:
        """The instrument judged by the part with that code of a score, as if it were its total; the others stay parts.

        No band and no rule of change is made up for it. Itself where no part has the code.
        """
        part = next((item for item in self.parts if item.code and item.code.code == code), None)
        if part is None or part.code is None or self.scoring is None:
            return self
        points = {link: points for link, points in self.scoring.points.items() if link in part.items}
        numbers = tuple(link for link in self.scoring.numbers if link in part.items)
        needed = len(part.items)
        rule = msgspec.structs.replace(
            self.scoring, method=part.method, needed=needed, points=points, numbers=numbers, factor=Decimal(1)
        )
        others = tuple(item for item in self.parts if item is not part)
        total, scale = part.code.concept, part.scale
        return replace(
            self, title=part.title, total=total, scale=scale, scoring=rule, parts=others, bands=(), change=ChangeRules()
        )

    def item(self, link_id: str) -> Item | None:
        """The question with that linkId."""
        return self._by_link.get(link_id)

    def points(self, link_id: str) -> dict[str, int]:
        """Points by answer code of a choice that counts; empty for any other question."""
        return self.scoring.points.get(link_id, {}) if self.scoring else {}

    def band(self, total: Decimal | int) -> Band | None:
        """The band a total falls in; None outside the range."""
        return next((band for band in self.bands if band.low <= total <= band.high), None)
