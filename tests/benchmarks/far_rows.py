"""A hospital that lies far away: P9 launch to first data, P10 reading the context, P11 pages, P16 a large chart."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

from ipt_fhir.ehr.client import FhirClient, Query
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.benchmarks import far_peer, pages
from tests.benchmarks.far_clinic import FarClinic, chart_with, far_clinic
from tests.benchmarks.ours import NotValid
from tests.benchmarks.same import Differs
from tests.benchmarks.table import BYTES, REQUESTS, ROUND_TRIPS, Row, row_of
from tests.benchmarks.timing import Effort, Ratio, of_pairs, ratio

FEW, MANY = 10, 10_000
_FAR = 0.08
_WARM, _COLD, _CONTEXT = 2.5, 4.5, 0.22
_GROWTH = {"time": 1.2, "bytes read": 1.1, "requests": 1.1}
_ROUNDS = 3
_SMALL, _LARGE = "zztest-small", "zztest-large"


def rows(effort: Effort) -> Iterator[Row]:
    """Every row; one hospital for all of them. A round takes so long that three must do."""
    effort = replace(effort, rounds=min(effort.rounds, _ROUNDS))
    with tempfile.TemporaryDirectory(prefix="ipt-fhir-bench-") as folder, far_clinic(Path(folder)) as clinic:
        yield from launching(clinic, effort)
        for milliseconds in (20, 80):
            clinic.road.rtt = milliseconds / 1000
            yield reading(clinic, f"{milliseconds} ms", replace(effort, span=0.0))
        yield from pages.rows(clinic, effort)
        yield from growing(clinic, effort)


def launching(clinic: FarClinic, effort: Effort) -> Iterator[Row]:
    """P9. Cold: the configuration is known, the connection is not open. First in an hour: nothing is. fhirclient keeps
    neither between launches."""
    clinic.launch()
    clinic.road.rtt = _FAR

    def warm() -> float:
        return clinic.launch()[0]

    def cold() -> float:
        clinic.idle(60)
        return clinic.launch()[0]

    def first() -> float:
        clinic.idle(3600)
        return clinic.launch()[0]

    def read() -> float:
        return clinic.until_read()[0]

    jobs: tuple[tuple[str, Callable[[], float], float | None], ...] = (
        ("launch until the chart is read, warm", read, _WARM),
        ("launch until the overview is shown, warm", warm, _WARM),
        ("the same, cold", cold, _COLD),
        ("the same, first in an hour", first, None),
    )
    peer = [far_peer.launched(clinic)[0] for _ in range(effort.runs)]
    for what, job, most in jobs:
        found = of_pairs([(job(), _FAR) for _ in range(effort.runs * effort.rounds)], effort.runs).inverse
        found = replace(found, theirs=median(peer))
        yield row_of("P9", f"{what}, 80 ms", "a round trip", found, at_most=most, unit=ROUND_TRIPS)
    theirs = Ratio(runs=tuple(seconds / _FAR for seconds in peer), ours=0, theirs=median(peer))
    yield row_of("P9", "launch until the chart is read by fhirclient, 80 ms", "a round trip", theirs, unit=ROUND_TRIPS)


def reading(clinic: FarClinic, far: str, effort: Effort) -> Row:
    """P10. Ours checks every resource against FHIR R4; one after the other checks nothing."""
    client = clinic.client()
    queries = clinic.queries(client)
    mine, theirs = partial(read_at_once, client, queries), partial(read_in_turn, client, queries)
    if mine() != theirs():
        raise Differs("the batch found something else than the searches one after the other")
    found = ratio(mine, theirs, effort, clinic.road.clock).inverse
    what = f"context of {len(queries)} searches read and checked, {far}"
    return row_of("P10", what, "one after the other", found, at_most=_CONTEXT)


def read_at_once(client: FhirClient, queries: list[Query]) -> list[list[JsonObject]]:
    """As a launch reads; each resource held against FHIR R4. Raises NotValid."""
    found = client.read_context(queries)
    for resource in (item for group in found for item in group):
        wrong = errors(validate(resource))
        if wrong:
            raise NotValid(f"{wrong[0].location}: {wrong[0].message}")
    return found


def read_in_turn(client: FhirClient, queries: list[Query]) -> list[list[JsonObject]]:
    """The same searches, each waiting for the one before."""
    return [client.search(name, parameters) for name, parameters in queries]


def growing(clinic: FarClinic, effort: Effort) -> Iterator[Row]:
    """P16. Launch and overview of two charts that differ in the number of their Observations only."""
    for resource in (*chart_with(FEW, _SMALL), *chart_with(MANY if effort.span else FEW, _LARGE)):
        clinic.hospital.store.update(resource)
    clinic.road.rtt = _FAR
    pairs = [(_opened(clinic, _LARGE), _opened(clinic, _SMALL)) for _ in range(effort.runs * effort.rounds + 1)][1:]
    against = f"with {FEW}"
    units = {"time": "s", "bytes read": BYTES, "requests": REQUESTS}
    for place, (what, unit) in enumerate(units.items()):
        found = of_pairs([(large[place], small[place]) for large, small in pairs], effort.runs).inverse
        title = f"launch and overview, a chart with {MANY:,} Observations: {what}"
        yield row_of("P16", title, against, found, at_most=_GROWTH[what], unit=unit)


def _opened(clinic: FarClinic, patient: str) -> tuple[float, float, float]:
    clinic.road.forget()
    seconds, _ = clinic.launch(patient)
    return seconds, clinic.road.sent, len(clinic.road.asked)
