"""What the measures of a course showed, in the order of time: the one place that turns answers into a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ipt_fhir.instruments.catalogue import SHIPPED, Band, Catalogue, Instrument
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.measures import Response, answered_at
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.questionnaires.answers import answers_of
from ipt_fhir.questionnaires.scoring import Score, score, score_of_total
from ipt_fhir.terminology.scores import SCORES


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one score of an instrument was at one time: ``at`` the answers were given, also where they were corrected.

    ``total`` is None where answers were missing: ``answered`` of ``of`` were given. ``prorated`` is True where a
    published rule made up for missing ones. ``source`` is what the total comes from: answers, or a sheet.
    """

    at: datetime
    total: Decimal | None
    band: Band | None
    answered: int
    of: int
    prorated: bool
    source: Response | EnteredTotal


def readings(episode: Episode, instrument: Instrument, part: str | None = None) -> tuple[Reading, ...]:
    """The readings of an instrument, or of its part of that id, in the order in which the answers were given.

    Only what stands counts: what is finished and nobody withdrew (decision-D65).
    """
    standing = (item for item in episode.responses if item.stands and item.instrument == instrument.id)
    found = (
        _reading(item, answered_at(item, episode.responses), score(instrument, answers_of(item)), part)
        for item in standing
    )
    entered = (item for item in episode.totals if item.stands and item.instrument == instrument.id and part is None)
    totals = (_reading(item, item.authored, score_of_total(instrument, item.total), None) for item in entered)
    series = (*found, *totals)
    return tuple(sorted(series, key=lambda reading: (reading.at, reading.source.id)))


def readings_of(episode: Episode, measure: str, catalogue: Catalogue = SHIPPED) -> tuple[Reading, ...]:
    """The readings of a score a goal can aim at, by its code (``terminology.scores``); none where nothing yields it."""
    found = catalogue.instruments().get(SCORES[measure].instrument) if measure in SCORES else None
    if found is None:
        return ()
    part = next((item.id for item in found.parts if item.code and item.code.code == measure), None)
    return readings(episode, found, part)


def first_total(found: Sequence[Reading]) -> Decimal | None:
    """The total change is counted from: the oldest there is."""
    return next((reading.total for reading in found if reading.total is not None), None)


def _reading(source: Response | EnteredTotal, at: datetime, result: Score, part: str | None) -> Reading:
    if part is not None:
        return _of_part(source, at, result, part)
    return Reading(
        at=at,
        total=result.total,
        band=result.band,
        answered=result.answered,
        of=result.of,
        prorated=result.prorated,
        source=source,
    )


def _of_part(source: Response | EnteredTotal, at: datetime, result: Score, part: str) -> Reading:
    found = next(item for item in result.parts if item.part.id == part)
    return Reading(
        at=at,
        total=found.value,
        band=None,
        answered=found.answered,
        of=len(found.part.items),
        prorated=False,
        source=source,
    )
