"""What is measured in a course: which measures are due and done, and each one over the days of the course. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

from ipt_fhir.instruments.catalogue import Catalogue, Instrument
from ipt_fhir.model.episode import Episode, EpisodeStatus
from ipt_fhir.model.sessions import Attendance, Phase
from ipt_fhir.protocol.catalogue import measures_of
from ipt_fhir.protocol.course_guards import measure_in, variant_of
from ipt_fhir.protocol.pace import days_until_due
from ipt_fhir.questionnaires.off_track import MISSED, OffTrackPolicy, Track, Verdict, leading_measure, off_track
from ipt_fhir.questionnaires.readings import Reading, first_total, readings
from ipt_fhir.questionnaires.scoring import Change, change
from smart_app.services.history import Series, history

SESSIONS_BETWEEN = 4
"""After how many sessions a default measure that does not lead comes due again (IPT Institute: at least every four)."""
_UNDER_WAY = {EpisodeStatus.DRAFT, EpisodeStatus.ACTIVE}


class Rhythm(StrEnum):
    """How often a measure comes due; NONE for one that somebody chose to fill in."""

    EVERY_SESSION = "every-session"
    EVERY_FOURTH = "every-fourth"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureState:
    """One measure: whether it is due, its newest reading, and the change since the first total.

    ``asked`` is when the patient was asked for it; None where nobody did.
    """

    instrument: Instrument
    rhythm: Rhythm
    is_due: bool
    asked: datetime | None
    latest: Reading | None
    change: Change | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseDays:
    """The days of the sessions of one phase."""

    phase: Phase
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDay:
    """A contracted session that is behind us."""

    number: int
    day: date
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A measure over the course.

    ``reliable`` and ``response`` are the totals from which a published rule says so, in the scale's steps; None where
    no figure was checked at its source, or the first total is too low for it. ``verdict`` is there for the measure the
    off-track rules look at. ``corrected`` and ``withdrawn`` count versions that stand in the history only.
    """

    instrument: Instrument
    series: Series
    lowest: Decimal
    highest: Decimal
    reliable: Decimal | None
    response: Decimal | None
    verdict: Verdict | None
    corrected: int
    withdrawn: int

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The readings that count, oldest first."""
        return self.series.measure.readings if self.series.measure else ()

    @property
    def drawn(self) -> bool:
        """Whether there is a total to draw."""
        return any(item.total is not None for item in self.readings)

    @property
    def flagged(self) -> Reading | None:
        """The reading by which a rule about totals says "off track"."""
        if self.verdict is None or self.verdict.track is not Track.OFF or set(self.verdict.reasons) == {MISSED}:
            return None
        return self.verdict.basis.latest


def measure_states(
    episode: Episode, catalogue: Catalogue, asked: Mapping[str, datetime], today: date
) -> list[MeasureState]:
    """The measures of this course, what is due first: those of its variant, those asked for, those ever filled in."""
    offered = measures_of(variant_of(episode), catalogue)
    known = catalogue.instruments()
    ids = dict.fromkeys((*offered, *asked, *(item.instrument for item in episode.measured if item.stands)))
    found = [measure_in(episode, name, catalogue) for name in ids if name in known and _is_measure(known[name])]
    states = [_state(episode, item, _rhythm(item.id, offered), asked.get(item.id), today) for item in found]
    return sorted(states, key=lambda item: not item.is_due)


def is_due(episode: Episode, measure: Instrument, rhythm: Rhythm, today: date) -> bool:
    """Whether a measure of the variant is to be filled in again; nothing is due in a course that rests or has ended.

    The leading one a day before the usual distance of sessions is over, because sessions move by a day.
    """
    if rhythm is Rhythm.NONE or episode.status not in _UNDER_WAY or episode.phase is Phase.CLOSED:
        return False
    days = [item.at.astimezone().date() for item in readings(episode, measure)]
    if not days:
        return True
    if rhythm is Rhythm.EVERY_SESSION:
        return (today - days[-1]).days >= days_until_due(episode)
    since = [item for item in episode.sessions if item.kind.counts and item.closed and item.date >= days[-1]]
    return len(since) >= SESSIONS_BETWEEN


def trends(episode: Episode, catalogue: Catalogue, policy: OffTrackPolicy | None) -> tuple[Trend, ...]:
    """Every instrument with readings that count, the leading measure first."""
    leading = leading_measure(episode, catalogue)
    found = [
        _trend(known, series, off_track(episode, policy, catalogue) if known.id == leading else None)
        for series in history(episode, catalogue)
        if series.measure and series.measure.readings and (known := _instrument_of(series, episode, catalogue))
    ]
    return tuple(sorted(found, key=lambda item: item.instrument.id != leading))


def phase_days(episode: Episode) -> tuple[PhaseDays, ...]:
    """The phases as the closed sessions lie in them, in order."""
    found: list[PhaseDays] = []
    for item in episode.sessions:
        if not item.kind.counts or not item.closed:
            continue
        if found and found[-1].phase is item.phase:
            found[-1] = PhaseDays(phase=item.phase, first=found[-1].first, last=item.date)
        else:
            found.append(PhaseDays(phase=item.phase, first=item.date, last=item.date))
    return tuple(found)


def session_days(episode: Episode) -> tuple[SessionDay, ...]:
    """The contracted sessions that are behind us; one that was cancelled is none."""
    return tuple(
        SessionDay(number=item.number, day=item.date, held=item.attendance is Attendance.ATTENDED)
        for item in episode.sessions
        if item.kind.counts and item.closed and item.attendance is not Attendance.CANCELLED
    )


def _state(episode: Episode, found: Instrument, rhythm: Rhythm, asked: datetime | None, today: date) -> MeasureState:
    series = readings(episode, found)
    totals = [item.total for item in series if item.total is not None]
    return MeasureState(
        instrument=found,
        rhythm=rhythm,
        is_due=asked is not None or is_due(episode, found, rhythm, today),
        asked=asked,
        latest=series[-1] if series else None,
        change=change(found, totals[0], totals[-1]) if len(totals) > 1 and found.scale else None,
    )


def _rhythm(name: str, offered: Sequence[str]) -> Rhythm:
    if name not in offered:
        return Rhythm.NONE
    return Rhythm.EVERY_SESSION if name == offered[0] else Rhythm.EVERY_FOURTH


def _is_measure(found: Instrument) -> bool:
    """Whether it comes to a score: a total, or counts of their own."""
    return found.total is not None or any(part.code for part in found.parts)


def _instrument_of(series: Series, episode: Episode, catalogue: Catalogue) -> Instrument | None:
    name = getattr(series.entries[0].version, "instrument", "")
    return measure_in(episode, name, catalogue) if name in catalogue.instruments() else None


def _trend(known: Instrument, series: Series, verdict: Verdict | None) -> Trend:
    found = series.measure.readings if series.measure else ()
    start, scale = first_total(found), known.scale
    totals = [item.total for item in found if item.total is not None]
    highest = scale.highest if scale and scale.highest is not None else max(totals, default=Decimal(1))
    versions = [entry.version for entry in series.entries]
    return Trend(
        instrument=known,
        series=series,
        lowest=scale.lowest if scale else Decimal(0),
        highest=highest,
        reliable=_reliable(known, start),
        response=_response(known, start),
        verdict=verdict,
        corrected=sum(entry.corrected_by is not None for entry in series.entries),
        withdrawn=sum(not item.stands for item in versions) - sum(1 for _ in _replaced(series)),
    )


def _replaced(series: Series) -> Iterator[str]:
    return (entry.version.id for entry in series.entries if entry.corrected_by is not None)


def _reliable(known: Instrument, start: Decimal | None) -> Decimal | None:
    rule = known.change.reliable
    return _reached(known, start, rule.value) if rule and rule.verified and start is not None else None


def _response(known: Instrument, start: Decimal | None) -> Decimal | None:
    """As ``scoring.change`` says it: a share of the baseline, from a baseline on for which it means something."""
    rule, line, scale = known.change.response_percent, known.change.baseline, known.scale
    if rule is None or not rule.verified or not start or scale is None:
        return None
    if line is not None and scale.is_worse(line.value, start):
        return None
    return _reached(known, start, rule.value * start / 100)


def _reached(known: Instrument, start: Decimal | None, gain: Decimal) -> Decimal | None:
    """The total that is better by so many points, as the scale counts; None where the scale ends before."""
    scale = known.scale
    if scale is None or start is None:
        return None
    lower = scale.better == "lower"
    wanted = start - gain if lower else start + gain
    steps = ((wanted - scale.lowest) / scale.step).to_integral_value(ROUND_FLOOR if lower else ROUND_CEILING)
    total = scale.lowest + steps * scale.step
    return total if scale.holds(total) else None
