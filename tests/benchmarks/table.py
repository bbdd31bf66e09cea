"""The table: what, against whom, the ratio of each run, the goal, and whether every run reached it."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from os import cpu_count, getloadavg
from pathlib import Path
from statistics import median

from tests.benchmarks.timing import Ratio

HEAD = "| # | what | against | ratio | each run | goal | met | ours | theirs |\n|---|---|---|---|---|---|---|---|---|"
_LIBRARIES = ("fhir.resources", "fhir-core", "pydantic", "fhirclient", "orjson", "msgspec", "jsonschema-rs")
MEMORY, ROUND_TRIPS = "MB", "RTT"
BYTES, REQUESTS = "B", "requests"
_AS_IT_IS = {MEMORY, ROUND_TRIPS}
_MET = {True: "yes", False: "**no**", None: ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. ``goal`` and ``met`` are empty where a row is information only."""

    number: str
    what: str
    against: str
    found: Ratio
    unit: str
    goal: str
    met: bool | None

    def __str__(self) -> str:
        """The row as Markdown; the last two cells are what one call took, and belong to the machine."""
        cost = "s" if self.unit == ROUND_TRIPS else self.unit
        cells = [
            self.number,
            self.what,
            self.against,
            f"{_short(median(self.found.runs))} {self.unit if self.unit in _AS_IT_IS else 'x'}",
            " / ".join(map(_short, self.found.runs)),
            self.goal,
            _MET[self.met],
            _amount(self.found.ours, cost),
            _amount(self.found.theirs, cost),
        ]
        return f"| {' | '.join(cells)} |"


def row_of(
    number: str,
    what: str,
    against: str,
    found: Ratio,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    unit: str = "s",
) -> Row:
    """A row held against its goal; the worst run decides.

    ``unit`` is of what was measured: s, kB, BYTES or REQUESTS; with MEMORY and ROUND_TRIPS the runs are no ratios but
    MB or round trips themselves.
    """
    goal, met, measure = "", None, unit if unit in _AS_IT_IS else "x"
    if at_least is not None:
        goal, met = f"at least {_short(at_least)} {measure}", min(found.runs) >= at_least
    if at_most is not None:
        goal, met = f"at most {_short(at_most)} {measure}", max(found.runs) <= at_most
    return Row(number=number, what=what, against=against, found=found, unit=unit, goal=goal, met=met)


def machine() -> Iterator[str]:
    """What the figures depend on, as lines of a Markdown table."""
    facts = {
        "date": datetime.now(UTC).date().isoformat(),
        "processor, cores": f"{_processor()}, {cpu_count()}; load average at the start {getloadavg()[0]:.1f}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}, {platform.system()}",
        "versions": ", ".join(f"{name} {version(name)}" for name in _LIBRARIES),
    }
    yield from ("| | |", "|---|---|")
    yield from (f"| {name} | {value} |" for name, value in facts.items())


def _processor() -> str:
    """The model name on Linux; elsewhere what the platform calls it."""
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text().splitlines() if listed.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _amount(value: float, unit: str) -> str:
    if unit == MEMORY or not value:
        return ""
    if unit == REQUESTS:
        return f"{value:.0f}"
    if unit == BYTES:
        return f"{value / 1024:.1f} kB"
    if unit == "kB":
        return f"{value / 1024:.1f} MB"
    return f"{value * 1000:.2f} ms" if value < 1 else f"{value:.2f} s"
