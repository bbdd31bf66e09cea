"""What the file of an instrument says about its answers, in typed frozen values that name the members of the file.

Nothing here is a default: a figure that no file states does not exist, and every published figure carries its source
and whether that source was read for the file (``verified``).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept


class Licence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"shipping": "class"}):
    """Who owns the texts and on what terms they are here. ``shipping`` is A (texts may be shipped) to D (never)."""

    shipping: Literal["A", "B", "C", "D"]
    holder: str
    notice: str
    source: str


class Code(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code of the file: LOINC where it says no ``system``, else a code system of ours."""

    code: str
    display: str
    system: str = systems.LOINC

    @property
    def concept(self) -> Concept:
        """The same as the rest of the library holds it."""
        return Concept(self.system, self.code, self.display)


class Published(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That something was published, and where."""

    source: str
    verified: bool


class Threshold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published figure, where it comes from, and whether that source was read."""

    value: Decimal
    source: str
    verified: bool


class CutOff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published line: a total of ``value`` or beyond it, on the worse side, reads as ``label`` (a message id)."""

    value: Decimal
    label: str
    source: str
    verified: bool


class Band(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Totals from ``low`` to ``high``, both included, and the plain word for them (a message id)."""

    low: int
    high: int
    label: str
    source: str
    verified: bool


class Scale(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The totals that exist: from ``lowest`` to ``highest`` (None: no upper end) in steps, and which way is better."""

    lowest: Decimal
    highest: Decimal | None = None
    step: Decimal = Decimal(1)
    better: Literal["lower", "higher"]

    def spans(self, value: Decimal) -> bool:
        """Whether a value lies between the ends."""
        return self.lowest <= value and (self.highest is None or value <= self.highest)

    def holds(self, total: Decimal) -> bool:
        """Whether such a total exists: between the ends, and one of the steps."""
        return self.spans(total) and (total - self.lowest) % self.step == 0

    def is_worse(self, total: Decimal, other: Decimal) -> bool:
        """Whether the first of two totals is the worse one."""
        return total > other if self.better == "lower" else total < other


class ScoringRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How answers become a total.

    ``points`` by linkId and answer code; ``numbers`` are linkIds whose number counts as it is. ``method``: their sum,
    their mean, the ``value`` of the only one, or ``parts`` where only the parts count and there is no total. The result
    is multiplied by ``factor``. With fewer than ``needed`` answers there is no total; ``prorated`` names the
    publication by which fewer than all will do, the missing ones counting as the mean of the others.
    """

    method: Literal["sum", "mean", "value", "parts"]
    needed: int
    points: dict[str, dict[str, int]] = {}
    numbers: tuple[str, ...] = ()
    factor: Decimal = Decimal(1)
    prorated: Published | None = None
    source: str
    verified: bool

    @property
    def items(self) -> tuple[str, ...]:
        """The linkIds that count."""
        return (*self.points, *self.numbers)


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A score beside the total: a subscale, or one count of several. It needs an answer to each of its ``items``.

    With a ``code`` it is exchanged by itself; ``title`` is a message id.
    """

    id: str
    title: str
    items: tuple[str, ...]
    method: Literal["sum", "mean", "value"]
    scale: Scale
    code: Code | None = None
    source: str
    verified: bool


class ChangeRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a change of the total means; a rule that is None does not exist for the instrument.

    ``reliable``: points that exceed measurement error, either way. ``meaningful``: the smallest change for the better
    that matters to patients, ``meaningful_worse`` the same for the worse. ``response_percent``: change for the better
    in percent of the baseline. ``remission_below``: totals below it. ``case_line``: a total on it or beyond it is a
    case, and to leave it is recovery. ``baseline``: response and remission mean something from this baseline on.
    """

    reliable: Threshold | None = None
    meaningful: Threshold | None = None
    meaningful_worse: Threshold | None = None
    response_percent: Threshold | None = None
    remission_below: Threshold | None = None
    case_line: Threshold | None = None
    baseline: Threshold | None = None

    @property
    def verified(self) -> bool:
        """Whether every figure was checked at its source; ``baseline`` says what is left unsaid, not what is said."""
        figures = (getattr(self, name) for name in self.__struct_fields__ if name != "baseline")
        return all(figure.verified for figure in figures if figure is not None)


class SafetyRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The item whose ``positive`` answers oblige a person to act (decision-D21). Never a risk level.

    Without a form ``link_id`` is the number printed on the sheet and ``positive`` is empty: whoever enters the total
    says whether that item was answered above its lowest answer.
    """

    link_id: str
    positive: tuple[str, ...] = ()
    source: str


class AcceptedAnswer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer our form does not offer and others do: it counts, and it is kept in the words that were chosen."""

    link_id: str
    code: str
    display: str
    source: str
    system: str = systems.LOINC


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
