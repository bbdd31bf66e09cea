"""NDJSON as a stream: one Observation a line is read, checked and written; and what that does to memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from ipt_fhir import rawjson
from ipt_fhir.ndjson import read_lines, write_line
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.benchmarks.cold import ROOT
from tests.benchmarks.ours import NotValid
from tests.benchmarks.peers import Peer
from tests.benchmarks.same import check_same
from tests.benchmarks.table import MEMORY, Row, row_of
from tests.benchmarks.timing import Effort, Ratio, ratio

LINES, LINES_IN_FULL = 20_000, 1_000_000
_GOALS = {"fhir.resources": 35.0, "fhirclient": 12.0}
_LARGEST_DRIFT = 2.0
_COPIES = 10
_SETTLED = 1000
_WHAT = "NDJSON: Observations read, checked, written"


@dataclass
class Endless:
    """A stream of the same lines again and again, ``left`` of them; nothing of it is kept."""

    lines: Sequence[bytes]
    left: int

    def readline(self, _size: int = -1, /) -> bytes:
        """The next line, whatever size is asked for."""
        self.left -= 1
        return self.lines[self.left % len(self.lines)] if self.left >= 0 else b""


def rows(peers: Sequence[Peer], texts: Sequence[bytes], effort: Effort, lines: int) -> Iterator[Row]:
    """Ours against each peer, then the growth of memory over so many lines."""
    observations = [text + b"\n" for text in texts if rawjson.parse_object(text)["resourceType"] == "Observation"]
    data = b"".join(observations * _COPIES)
    for peer in peers:
        mine, theirs = partial(ours, data), partial(_theirs, peer, data)
        for one, other in zip(mine().splitlines(), theirs().splitlines(), strict=True):
            check_same(one, other, peer.name)
        yield row_of("P6", _WHAT, peer.name, ratio(mine, theirs, effort), at_least=_GOALS.get(peer.name))
    grown = tuple(_watched(observations, lines) for _ in range(effort.runs))
    found = Ratio(runs=grown, ours=max(grown), theirs=0)
    what = f"NDJSON: growth of memory over {lines:,} lines"
    yield row_of("P6", what, "its size at line 1,000", found, at_most=_LARGEST_DRIFT, unit=MEMORY)


def ours(data: bytes) -> bytes:
    """Through the library's own door. Raises NotValid."""
    written = BytesIO()
    deque(_pass_through(BytesIO(data), written), maxlen=0)
    return written.getvalue()


def drift(lines: Sequence[bytes], count: int) -> float:
    """The most MB by which this process grows behind line 1,000 of so many. Needs Linux."""
    with Path(os.devnull).open("wb") as nowhere:
        passed = _pass_through(cast(BinaryIO, Endless(lines, count)), nowhere)
        sizes = [_size() for number in passed if number % _SETTLED == 0]
    return (max(sizes) - sizes[0]) / 1024 if sizes else 0.0


def _pass_through(source: BinaryIO, target: BinaryIO) -> Iterator[int]:
    for line in read_lines(source):
        if line.value is None or errors(validate(line.value)):
            raise NotValid(line.refusal or f"line {line.number}")
        write_line(target, line.value)
        yield line.number


def _theirs(peer: Peer, data: bytes) -> bytes:
    written = BytesIO()
    for line in BytesIO(data):
        written.write(peer.write(peer.read_observation(line)) + b"\n")
    return written.getvalue()


def _size() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def _watched(lines: Sequence[bytes], count: int) -> float:
    """``drift`` in a process of its own."""
    script = f"import sys; from tests.benchmarks.stream import drift; print(drift(list(sys.stdin.buffer), {count}))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, input=b"".join(lines), capture_output=True, check=True
    )
    return float(done.stdout)
