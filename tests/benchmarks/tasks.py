"""What is measured: each row pairs one task of ours with the same task of a peer, once both said the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import orjson

from ipt_fhir import rawjson
from ipt_fhir.model.episode import Episode
from ipt_fhir.rawjson import JsonObject
from tests.benchmarks import cold, far_rows, forms, ours, stream
from tests.benchmarks.course import Prepared, prepared, whole_course, written_course
from tests.benchmarks.peer_course import PeerCourse
from tests.benchmarks.peers import Peer, fhir_resources, fhirclient, fhirkit
from tests.benchmarks.same import check_same
from tests.benchmarks.table import Row, row_of
from tests.benchmarks.timing import Effort, ratio

_COURSE = "course mapped, validated, written"
_GATE = "the same from ready values: validated, written"
_EDIT = "CarePlan read, two elements edited, written"
_SESSION = "CarePlan read, a session mapped into it, written"

# The goals of docs/performance.md: number and least ratio, by peer. The gate alone has no goal.
_GOALS: dict[str, dict[str, tuple[str, float | None]]] = {
    "fhir.resources": {_COURSE: ("P1", 50), _GATE: ("P1", None), _EDIT: ("P4", 30), _SESSION: ("P4", 30)},
    "fhirclient": {_COURSE: ("P2", 15), _GATE: ("P2", None), _EDIT: ("P4", 10), _SESSION: ("P4", 10)},
    "fhirkit-rs": {_COURSE: ("P3", 4), _GATE: ("P3", None)},
}
_PARSING = 4.0
_IMPORT_TIME, _IMPORT_MEMORY = 1 / 4, 1 / 3
Pair = tuple[Callable[[], bytes], Callable[[], bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Everything the tasks work on, made before any clock starts."""

    episode: Episode
    written: dict[str, JsonObject]
    given: Prepared
    chart: bytes
    """The CarePlan as the chart has it, one session behind the course."""

    @property
    def texts(self) -> list[bytes]:
        """The resources of the course, one text each."""
        return [rawjson.write(resource) for resource in self.written.values()]


def bench() -> Bench:
    """The whole course, and its plan one session earlier."""
    episode = whole_course()
    written = written_course(episode)
    behind = replace(episode, sessions=episode.sessions[:-1])
    chart = rawjson.write(written_course(behind)[episode.id])
    return Bench(episode=episode, written=written, given=prepared(episode, written), chart=chart)


def rows(effort: Effort, lines: int) -> Iterator[Row]:
    """Every row of the table, measured as it is asked for. Raises Differs when a peer does other work than ours.

    ``lines`` is the length of the stream whose memory is watched.
    """
    on = bench()
    peers = peers_here()
    for peer in peers:
        yield from _against(peer, on, effort)
    yield from _reading(on, effort)
    yield from stream.rows(peers, on.texts, effort, lines)
    yield from forms.rows(effort)
    yield from far_rows.rows(effort)
    yield from _imports(on, effort)


def peers_here() -> list[Peer]:
    """The peers to measure; fhirkit-rs only where it is installed."""
    return [peer for peer in (fhir_resources(), fhirclient(), fhirkit()) if peer]


def pairs(peer: Peer, on: Bench) -> dict[str, Pair]:
    """Ours and the peer's way to do each task it has, by name; both give the bytes they emit."""
    course = PeerCourse(peer.kit, on.given)
    values = rawjson.parse(ours.gate(on.written))
    found: dict[str, Pair] = {
        _COURSE: (partial(ours.write_course, on.episode), lambda: peer.write(course.bundle())),
        _GATE: (partial(ours.gate, on.written), lambda: peer.write(peer.bundle_of(values))),
        _EDIT: (partial(ours.edit_plan, on.chart), partial(_edit, peer, on.chart)),
        _SESSION: (partial(ours.add_session, on.chart, on.episode), partial(_add_session, peer, course, on.chart)),
    }
    return {what: pair for what, pair in found.items() if what in _GOALS[peer.name]}


def _against(peer: Peer, on: Bench, effort: Effort) -> Iterator[Row]:
    for what, (mine, theirs) in pairs(peer, on).items():
        check_same(mine(), theirs(), peer.name)
        number, least = _GOALS[peer.name][what]
        yield row_of(number, what, peer.name, ratio(mine, theirs, effort), at_least=least)


def _edit(peer: Peer, data: bytes) -> bytes:
    plan = peer.read_plan(data)
    plan.status = "on-hold"
    plan.activity[0].progress = [*plan.activity[0].progress, peer.kit.Annotation(text=ours.NOTE)]
    return peer.write(plan)


def _add_session(peer: Peer, course: PeerCourse, data: bytes) -> bytes:
    plan = peer.read_plan(data)
    given = course.given
    held = course.session(given.episode.sessions[-1], given.sessions[-1])
    plan.activity[0].progress = [*plan.activity[0].progress, held]
    plan.text.div = given.narratives[given.episode.id]
    return peer.write(plan)


def _reading(on: Bench, effort: Effort) -> Iterator[Row]:
    """Against the bare parser: our checks of the text, the lossless parse and the validation are what is on top."""
    jobs: dict[str, Callable[[list[bytes]], None]] = {
        "the course's resources parsed, checked against R4": ours.read_each,
        "the same, and against the profiles they declare": ours.read_each_profiled,
    }
    for what, job in jobs.items():
        found = ratio(partial(job, on.texts), partial(_loads, on.texts), effort)
        yield row_of("P5", what, "orjson.loads", found.inverse, at_most=_PARSING)


def _loads(texts: list[bytes]) -> None:
    for data in texts:
        orjson.loads(data)


def _imports(on: Bench, effort: Effort) -> Iterator[Row]:
    yield from _cold("fhir.resources", cold.FHIR_RESOURCES, cold.FHIR_RESOURCES_FIRST, on, effort)
    yield from _cold("fhirclient", cold.FHIRCLIENT, cold.FHIRCLIENT_FIRST, on, effort)


def _cold(peer: str, imported: str, used: str, on: Bench, effort: Effort) -> Iterator[Row]:
    time, memory = (_IMPORT_TIME, _IMPORT_MEMORY) if peer == "fhir.resources" else (None, None)
    bare = cold.compare(cold.OURS, imported, effort)
    yield row_of("P12", "import: time", peer, bare.time.inverse, at_most=time)
    yield row_of("P12", "import: memory", peer, bare.memory.inverse, at_most=memory, unit="kB")
    first = cold.compare(cold.OURS_FIRST, used, effort, on.chart)
    yield row_of("P12", "import and check one CarePlan: time", peer, first.time.inverse)
