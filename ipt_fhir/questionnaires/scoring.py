"""From answers to points, band and change: published arithmetic and published thresholds, nothing else.

The score comes from the code of each answer or from the number itself (decision-D7), never from positions, displays or
a total somebody stated. An incomplete questionnaire has no total; its safety item counts all the same (decision-D21).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from ipt_fhir.instruments.catalogue import Band, Instrument, Part, Scale, ScoringRule
from ipt_fhir.questionnaires.answers import Answers, Given, fits


class UnknownAnswer(ValueError):
    """Answers to score name an item or a choice the instrument lacks: they did not come through accept or reading."""

    def __init__(self, instrument: Instrument, link_id: str, given: Given) -> None:
        super().__init__(f"{instrument.id} has no answer {given!s} to item {link_id!r}; read or accept answers first")


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAnswer:
    """The answer to the safety item. ``positive`` obliges a person to act; it is no level of risk."""

    link_id: str
    code: str
    positive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartScore:
    """What the answers to a part add up to; ``value`` is None unless each of its items is answered."""

    part: Part
    value: Decimal | None
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What answers add up to.

    ``total`` and ``band`` are None unless every scored item is answered, or as many as a published rule asks for: then
    ``prorated`` is True where some are missing. ``answered`` of ``of`` scored items are, ``missing`` are the linkIds
    that are not. ``safety_unanswered``: there is a safety item and nobody answered it.
    """

    total: Decimal | None
    band: Band | None
    prorated: bool
    answered: int
    of: int
    missing: tuple[str, ...]
    parts: tuple[PartScore, ...]
    safety: SafetyAnswer | None
    safety_unanswered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The way from a baseline total to a later one.

    ``points`` is later minus baseline, ``better`` whether that is the good direction. ``reliable``: larger than
    measurement error, either way; ``meaningful``: as large as what matters to patients, either way. ``response`` and
    ``remission`` are None where the baseline is too low for them (``applicable`` is False), ``recovery`` where the
    baseline was no case; each of the five is None where the instrument has no such rule. ``verified`` is False where a
    figure any of this rests on was not checked at its source.
    """

    points: Decimal
    better: bool
    reliable: bool | None
    meaningful: bool | None
    response: bool | None
    remission: bool | None
    recovery: bool | None
    applicable: bool
    verified: bool


def score(instrument: Instrument, answers: Answers, *, scorable: bool = True) -> Score:
    """Score answers by linkId. ``scorable`` False (a response that was stopped) withholds total and parts only.

    Raises UnknownAnswer for an item, a code or a number the instrument does not have.
    """
    for link_id, given in answers.items():
        item = instrument.item(link_id)
        if item is None or not fits(item, given):
            raise UnknownAnswer(instrument, link_id, given)
    counted = instrument.counted
    of_parts = (link_id for part in instrument.parts for link_id in part.items)
    wanted = dict.fromkeys((*counted, *of_parts))
    values = {link_id: _value(instrument, link_id, answers[link_id]) for link_id in wanted if link_id in answers}
    added = [values[link_id] for link_id in counted if link_id in values]
    total = _total(instrument, added) if scorable else None
    safety = _safety(instrument, answers)
    return Score(
        total=total,
        band=None if total is None else instrument.band(total),
        prorated=total is not None and len(added) < len(counted),
        answered=len(added),
        of=len(counted),
        missing=tuple(link_id for link_id in counted if link_id not in answers),
        parts=tuple(_part(part, values, scorable=scorable) for part in instrument.parts),
        safety=safety,
        safety_unanswered=instrument.safety is not None and safety is None,
    )


def score_of_total(instrument: Instrument, total: Decimal) -> Score:
    """A total that was read off a sheet, as a score: no answer is known."""
    return Score(
        total=total,
        band=instrument.band(total),
        prorated=False,
        answered=0,
        of=0,
        missing=(),
        parts=(),
        safety=None,
        safety_unanswered=False,
    )


def value_of(result: Score, instrument: Instrument, code: str) -> Decimal | None:
    """The score with that code out of a result: the total, or that of a part. None where it has none."""
    if instrument.total and instrument.total.code == code:
        return result.total
    return next((item.value for item in result.parts if item.part.code and item.part.code.code == code), None)


def change(instrument: Instrument, baseline_total: Decimal | int, now: Decimal | int) -> Change:
    """Judge the change between two totals by the instrument's published rules."""
    rules, scale = instrument.change, _scale(instrument)
    baseline, later = Decimal(baseline_total), Decimal(now)
    better = scale.is_worse(baseline, later)
    size = abs(later - baseline)
    gain = size if better else -size
    applicable = rules.baseline is None or not scale.is_worse(rules.baseline.value, baseline)
    matters = rules.meaningful if better or rules.meaningful_worse is None else rules.meaningful_worse
    share, floor, line = rules.response_percent, rules.remission_below, rules.case_line
    was_case = line is not None and not scale.is_worse(line.value, baseline)
    return Change(
        points=later - baseline,
        better=better,
        reliable=size >= rules.reliable.value if rules.reliable else None,
        meaningful=size >= matters.value if matters else None,
        response=gain * 100 >= share.value * baseline if applicable and share and baseline else None,
        remission=later < floor.value if applicable and floor else None,
        recovery=scale.is_worse(line.value, later) if line and was_case else None,
        applicable=applicable,
        verified=rules.verified,
    )


def _scale(instrument: Instrument) -> Scale:
    if instrument.scale is None:
        raise ValueError(f"{instrument.id} has no total, so no change of it")
    return instrument.scale


def _value(instrument: Instrument, link_id: str, given: Given) -> Decimal:
    """What one answer counts."""
    return given if isinstance(given, Decimal) else Decimal(instrument.points(link_id)[given])


def _total(instrument: Instrument, values: Sequence[Decimal]) -> Decimal | None:
    rule, scale = instrument.scoring, instrument.scale
    if rule is None or scale is None or not values or len(values) < rule.needed:
        return None
    return _on(scale, _combined(rule, values) * rule.factor)


def _combined(rule: ScoringRule, values: Sequence[Decimal]) -> Decimal:
    """Sum or mean; where some may be missing, each of those counts as the mean of the others."""
    added = sum(values, Decimal(0))
    return added / len(values) if rule.method == "mean" else added * len(rule.items) / len(values)


def _part(part: Part, values: Mapping[str, Decimal], *, scorable: bool) -> PartScore:
    found = [values[link_id] for link_id in part.items if link_id in values]
    complete = scorable and len(found) == len(part.items)
    added = sum(found, Decimal(0))
    value = added / len(found) if part.method == "mean" and found else added
    return PartScore(part=part, value=_on(part.scale, value) if complete else None, answered=len(found))


def _on(scale: Scale, value: Decimal) -> Decimal:
    """The value as the scale counts, halves rounded up."""
    steps = ((value - scale.lowest) / scale.step).to_integral_value(ROUND_HALF_UP)
    return scale.lowest + steps * scale.step


def _safety(instrument: Instrument, answers: Answers) -> SafetyAnswer | None:
    rule = instrument.safety
    code = answers.get(rule.link_id) if rule else None
    if rule is None or not isinstance(code, str):
        return None
    return SafetyAnswer(link_id=rule.link_id, code=code, positive=code in rule.positive)
