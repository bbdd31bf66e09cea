"""Ratios of two ways to do the same work, taken in turns so that the machine's moods meet both alike."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from time import process_time

Work = Callable[[], object]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is measured: ``runs`` of ``rounds`` each, and how long (seconds) one side of a round lasts at least."""

    runs: int = 3
    rounds: int = 9
    span: float = 0.05


QUICK = Effort(runs=1, rounds=1, span=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """The median ratio of each run, and the median seconds that ours and theirs took (information only)."""

    runs: tuple[float, ...]
    ours: float
    theirs: float

    @property
    def inverse(self) -> Ratio:
        """How many times as long ours takes as theirs."""
        return replace(self, runs=tuple(1 / run for run in self.runs))


def ratio(ours: Work, theirs: Work, effort: Effort, clock: Clock = process_time) -> Ratio:
    """How many times as long theirs takes as ours, in time of this process: others on the machine do not count.

    Garbage collection is on, as in life. ``clock`` tells the seconds where waiting counts too.
    """
    ours(), theirs()
    counts = _calls_for(ours, effort.span, clock), _calls_for(theirs, effort.span, clock)
    pairs = [_round(ours, theirs, counts, clock) for _ in range(effort.runs * effort.rounds)]
    return of_pairs(pairs, effort.runs)


def of_pairs(pairs: Sequence[tuple[float, float]], runs: int) -> Ratio:
    """The ratio of seconds (ours, theirs) measured side by side, split evenly into runs."""
    size = len(pairs) // runs
    parts = [pairs[start : start + size] for start in range(0, size * runs, size)]
    return Ratio(
        runs=tuple(median(theirs / ours for ours, theirs in part) for part in parts),
        ours=median(ours for ours, _ in pairs),
        theirs=median(theirs for _, theirs in pairs),
    )


def _round(ours: Work, theirs: Work, counts: tuple[int, int], clock: Clock) -> tuple[float, float]:
    gc.collect()
    first = _seconds(ours, counts[0], clock)
    gc.collect()
    return first, _seconds(theirs, counts[1], clock)


def _seconds(work: Work, calls: int, clock: Clock) -> float:
    started = clock()
    for _ in range(calls):
        work()
    return (clock() - started) / calls


def _calls_for(work: Work, span: float, clock: Clock) -> int:
    return max(1, round(span / _seconds(work, 1, clock)))
