"""Should patient and therapist look again at a course? Rules of the site, off until it switches them on.

Project policy, not validated (decision-D73). A rule compares totals of one instrument that were filled in, or counts
missed sessions; it says which rule and which figures, predicts nothing and advises nothing:

- early: at or after the early session the total is not better than the first (``no-early-gain``);
- half-way: at or after half the contract the gain is smaller than a percentage of the first total and smaller than a
  reliable change (``little-gain-at-mid-point``);
- the latest total is reliably worse than the best one before it (``deterioration``);
- the last sessions were missed in a row (``missed-sessions``).

A reliable change is one whose figure was read at its source (decision-D59). Early and half-way look at a total that
belongs to that session or a later one: given after the session before it. During maintenance and after the end neither
is asked. Where a rule cannot be asked, the verdict says why, and is never "on track" for lack of figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue, Instrument, Scale
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.sessions import Attendance, Phase, Session
from ipt_fhir.protocol.catalogue import measures_of
from ipt_fhir.protocol.course import Step, step_of
from ipt_fhir.protocol.course_guards import measure_in, variant_of
from ipt_fhir.questionnaires.readings import Reading, readings

NO_EARLY_GAIN = "no-early-gain"
LITTLE_GAIN = "little-gain-at-mid-point"
DETERIORATION = "deterioration"
MISSED = "missed-sessions"


@dataclass(frozen=True, slots=True, kw_only=True)
class OffTrackPolicy:
    """The thresholds of a site: the early session, the gain half-way in percent of the first total, how many missed."""

    early_session: int = 4
    gain_percent: int = 20
    missed_in_a_row: int = 2

    def __post_init__(self) -> None:
        """Raise ValueError for thresholds under which every course or none would be off track."""
        if not (2 <= self.early_session <= 12 and 1 <= self.gain_percent <= 99 and 2 <= self.missed_in_a_row <= 6):
            raise ValueError("an early session from 2 to 12, a gain from 1 to 99 percent, 2 to 6 missed sessions")


class Track(StrEnum):
    """What the rules say together."""

    ON = "on-track"
    OFF = "off-track"
    NOT_JUDGED = "not-judged"


class Unasked(StrEnum):
    """Why a rule about totals could not be asked."""

    TOO_EARLY = "too-early"
    NO_SCALE = "no-scale"
    NO_TOTALS = "no-totals"
    NO_LATER_TOTAL = "no-later-total"
    NO_RELIABLE_CHANGE = "no-reliable-change"
    LOW_START = "low-start"
    ACUTE_PHASE_OVER = "acute-phase-over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The figures the rules looked at.

    ``session`` is the number of the contracted session that is open or was the last, of ``contracted``; ``half_way`` is
    half of those. ``first``, ``best`` (before the latest) and ``latest`` have totals. ``gain`` is in points, positive
    for the better, ``gain_percent`` of the first total. ``reliable`` is a reliable change in points. ``missed`` are the
    numbers of the last closed sessions, missed in a row. ``incomplete`` came after ``latest``, without a total.
    """

    instrument: Instrument
    policy: OffTrackPolicy
    session: int
    contracted: int
    half_way: int
    first: Reading | None = None
    best: Reading | None = None
    latest: Reading | None = None
    gain: Decimal | None = None
    gain_percent: Decimal | None = None
    reliable: Decimal | None = None
    missed: tuple[int, ...] = ()
    incomplete: Reading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of the rules: ``reasons`` are codes of ``OFF_TRACK_REASONS``, ``unasked`` why others were not asked."""

    track: Track
    reasons: tuple[str, ...]
    unasked: tuple[Unasked, ...]
    basis: Basis


def off_track(
    episode: Episode, policy: OffTrackPolicy | None, catalogue: Catalogue = SHIPPED, instrument: str | None = None
) -> Verdict | None:
    """The verdict on a course by one instrument, by default the leading measure of its variant.

    None where the site did not switch the rules on, and for a course that has ended.
    """
    if policy is None or step_of(episode) is Step.CLOSED:
        return None
    known = measure_in(episode, instrument or leading_measure(episode, catalogue), catalogue)
    found = _basis(episode, known, policy)
    unasked: list[Unasked] = []
    reasons = [*_about_totals(episode, found, unasked), *_about_sessions(found)]
    track = Track.OFF if reasons else Track.NOT_JUDGED if unasked else Track.ON
    return Verdict(track=track, reasons=tuple(reasons), unasked=tuple(dict.fromkeys(unasked)), basis=found)


def leading_measure(episode: Episode, catalogue: Catalogue = SHIPPED) -> str:
    """The measure the course is judged by: the first of its variant. One whose texts are not here leads where a total
    of it was entered, or before anything was measured."""
    offered = measures_of(variant_of(episode), catalogue)
    measured = {item.instrument for item in episode.measured if item.stands}
    if measured.isdisjoint(offered):
        return offered[0]
    return next(name for name in offered if name in measured or _is_filled_in(catalogue.instrument(name)))


def leading_instrument(episode: Episode, catalogue: Catalogue = SHIPPED) -> Instrument:
    """The same as an instrument, as the variant reads it."""
    return measure_in(episode, leading_measure(episode, catalogue), catalogue)


def _is_filled_in(found: Instrument) -> bool:
    return found.has_form and not found.without_texts


def _basis(episode: Episode, known: Instrument, policy: OffTrackPolicy) -> Basis:
    sessions = [item for item in episode.sessions if item.kind.counts]
    contracted = episode.contract.sessions if episode.contract else variant_of(episode).sessions
    series = readings(episode, known)
    totals = [item for item in series if item.total is not None]
    first, latest = (totals[0], totals[-1]) if totals else (None, None)
    change = known.change.reliable
    gain = _gain(known.scale, first, latest) if len(totals) > 1 else None
    start = first.total if first else None
    return Basis(
        instrument=known,
        policy=policy,
        session=max((item.number for item in sessions), default=0),
        contracted=contracted,
        half_way=(contracted + 1) // 2,
        first=first,
        best=_best(known.scale, totals[:-1]),
        latest=latest,
        gain=gain,
        gain_percent=gain * 100 / start if gain is not None and start else None,
        reliable=change.value if change and change.verified else None,
        missed=_missed(sessions),
        incomplete=series[-1] if series and series[-1].total is None else None,
    )


def _about_totals(episode: Episode, found: Basis, unasked: list[Unasked]) -> Iterator[str]:
    if found.instrument.scale is None:
        unasked.append(Unasked.NO_SCALE)
        return
    if found.latest is None or found.gain is None:
        unasked.append(Unasked.NO_TOTALS)
        return
    if episode.phase is Phase.MAINTENANCE:
        unasked.append(Unasked.ACUTE_PHASE_OVER)
    else:
        yield from _about_gain(episode, found, found.latest, found.gain, unasked)
    worst = _gain(found.instrument.scale, found.best, found.latest)
    if found.reliable is None:
        unasked.append(Unasked.NO_RELIABLE_CHANGE)
    elif worst is not None and -worst >= found.reliable:
        yield DETERIORATION


def _about_gain(
    episode: Episode, found: Basis, latest: Reading, gain: Decimal, unasked: list[Unasked]
) -> Iterator[str]:
    early, half_way = found.policy.early_session, found.half_way
    asked = half_way if found.session >= half_way else early
    if found.session < min(early, half_way):
        unasked.append(Unasked.TOO_EARLY)
    elif _too_low(found):
        unasked.append(Unasked.LOW_START)
    elif not _belongs(episode, latest, asked):
        unasked.append(Unasked.NO_LATER_TOTAL)
    elif asked == half_way:
        if found.reliable is None:
            unasked.append(Unasked.NO_RELIABLE_CHANGE)
        elif gain < found.reliable and (found.gain_percent or 0) < found.policy.gain_percent:
            yield LITTLE_GAIN
    elif gain <= 0:
        yield NO_EARLY_GAIN


def _too_low(found: Basis) -> bool:
    """Whether so few points to begin with leave nothing to gain: as for response and remission."""
    first, line, scale = found.first, found.instrument.change.baseline, found.instrument.scale
    if first is None or first.total is None or scale is None:
        return False
    return not first.total or (line is not None and scale.is_worse(line.value, first.total))


def _about_sessions(found: Basis) -> Iterator[str]:
    if len(found.missed) >= found.policy.missed_in_a_row:
        yield MISSED


def _belongs(episode: Episode, reading: Reading, number: int) -> bool:
    """Whether a total is of that session or a later one: patients also answer the evening before."""
    before = _day_of(episode, number - 1)
    return before is None or reading.at.date() > before


def _day_of(episode: Episode, number: int) -> date | None:
    """The day of the last contracted session up to that number."""
    days = [item.date for item in episode.sessions if item.kind.counts and item.number <= number]
    return max(days, default=None)


def _gain(scale: Scale | None, before: Reading | None, after: Reading | None) -> Decimal | None:
    """Points from one total to another, positive for the better."""
    if scale is None or before is None or after is None or before.total is None or after.total is None:
        return None
    size = abs(after.total - before.total)
    return -size if scale.is_worse(after.total, before.total) else size


def _best(scale: Scale | None, totals: Sequence[Reading]) -> Reading | None:
    """The best total; of equal ones the latest."""
    best: Reading | None = None
    for item in totals:
        worse = _gain(scale, best, item)
        if best is None or (worse is not None and worse >= 0):
            best = item
    return best


def _missed(sessions: Sequence[Session]) -> tuple[int, ...]:
    found: list[int] = []
    for item in reversed([session for session in sessions if session.closed]):
        if item.attendance is not Attendance.MISSED:
            break
        found.append(item.number)
    return tuple(reversed(found))
