"""From answers to points, band and change: published arithmetic and published thresholds, nothing else.

The score comes from the code of each answer (decision-D7), never from positions, displays or a total somebody stated.
An incomplete questionnaire has no total; its safety item counts all the same (decision-D21).
"""

from __future__ import annotations

from dataclasses import dataclass

from ipt_fhir.instruments.catalogue import Band, Instrument
from ipt_fhir.questionnaires.answers import Answers


class UnknownAnswer(ValueError):
    """Answers to score name an item or a choice the instrument lacks: they did not come through accept or reading."""

    def __init__(self, instrument: Instrument, link_id: str, code: str) -> None:
        super().__init__(f"{instrument.id} has no answer {code!r} to item {link_id!r}; read or accept answers first")


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyAnswer:
    """The answer to the safety item. ``positive`` obliges a person to act; it is no level of risk."""

    link_id: str
    code: str
    positive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What answers add up to.

    ``total`` and ``band`` are None unless every scored item is answered; ``answered`` of ``of`` scored items are,
    ``missing`` are the linkIds that are not. ``safety_unanswered``: there is a safety item and nobody answered it.
    """

    total: int | None
    band: Band | None
    answered: int
    of: int
    missing: tuple[str, ...]
    safety: SafetyAnswer | None
    safety_unanswered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The way from a baseline total to a later one.

    ``points`` is later minus baseline: fewer symptoms are negative. ``reliable``: larger than measurement error, either
    way. ``response`` and ``remission`` are None where the baseline is too low for them (``applicable`` is False) and,
    like ``reliable``, where the instrument has no such rule.
    """

    points: int
    reliable: bool | None
    response: bool | None
    remission: bool | None
    applicable: bool


def score(instrument: Instrument, answers: Answers, *, scorable: bool = True) -> Score:
    """Score answers by linkId and code. ``scorable`` False (a response that was stopped) withholds the total only.

    Raises UnknownAnswer for an item or a code the instrument does not have.
    """
    for link_id, code in answers.items():
        item = instrument.item(link_id)
        if item is None or item.option(code) is None:
            raise UnknownAnswer(instrument, link_id, code)
    rule = instrument.scoring
    points = [rule.points[link_id][answers[link_id]] for link_id in rule.items if link_id in answers]
    total = sum(points) if scorable and len(points) >= rule.needed else None
    safety = _safety(instrument, answers)
    return Score(
        total=total,
        band=None if total is None else instrument.band(total),
        answered=len(points),
        of=len(rule.items),
        missing=tuple(link_id for link_id in rule.items if link_id not in answers),
        safety=safety,
        safety_unanswered=instrument.safety is not None and safety is None,
    )


def change(instrument: Instrument, baseline_total: int, now: int) -> Change:
    """Judge the change between two totals by the instrument's published rules."""
    rules = instrument.change
    points = now - baseline_total
    applicable = rules.baseline is None or baseline_total >= rules.baseline.value
    fall, floor = rules.response_percent, rules.remission_below
    return Change(
        points=points,
        reliable=abs(points) >= rules.reliable.value if rules.reliable else None,
        response=-points * 100 >= fall.value * baseline_total if applicable and fall else None,
        remission=now < floor.value if applicable and floor else None,
        applicable=applicable,
    )


def _safety(instrument: Instrument, answers: Answers) -> SafetyAnswer | None:
    rule = instrument.safety
    if rule is None or rule.link_id not in answers:
        return None
    code = answers[rule.link_id]
    return SafetyAnswer(link_id=rule.link_id, code=code, positive=code in rule.positive)
