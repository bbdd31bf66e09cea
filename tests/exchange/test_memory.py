"""Memory does not grow with an NDJSON file; measured where nothing else runs, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.proof

_MEASURE = """
import sys, tracemalloc
from ipt_fhir.cli import main
tracemalloc.start()
try:
    main(sys.argv[1:])
except SystemExit:
    print(tracemalloc.get_traced_memory()[1], file=sys.stderr)
"""
_LINE = (
    '{{"resourceType":"Goal","id":"g{0}","lifecycleStatus":"active","description":{{"text":"Sleep"}},'
    '"subject":{{"reference":"Patient/1"}},"text":{{"status":"generated",'
    '"div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">Sleep</div>"}}}}\n'
)
_TWO_MEGABYTES = 2 * 1024 * 1024


def lines(path: Path, count: int) -> Path:
    with path.open("w") as stream:
        stream.writelines(_LINE.format(number) for number in range(count))
    return path


def peak(*arguments: str) -> int:
    """Bytes at most in use while the verb runs."""
    ended = subprocess.run(
        [sys.executable, "-c", _MEASURE, *arguments], capture_output=True, text=True, timeout=300, check=True
    )
    return int(ended.stderr.splitlines()[-1])


@pytest.mark.parametrize(
    "verb",
    [
        ["validate", "--profiles", "us-core-6.1.0"],
        ["convert", "--to", "bundle", "-o", "{folder}/out"],
        ["convert", "--to", "ndjson", "--activities", "reference", "-o", "{folder}/out"],
    ],
    ids=["validate", "to bundle", "to ndjson"],
)
def test_fifty_thousand_lines_need_no_more_than_two_thousand(tmp_path: Path, verb: list[str]) -> None:
    words = [word.format(folder=tmp_path) for word in verb]
    few, many = (peak(*words, str(lines(tmp_path / f"{count}.ndjson", count))) for count in (2000, 50_000))
    assert many - few < _TWO_MEGABYTES


def test_what_keeps_all_lines_is_seen_to_grow(tmp_path: Path) -> None:
    """Moving activities into their plan needs all resources at once; the measure notices."""
    words = ["convert", "--activities", "detail", "-o", str(tmp_path / "out")]
    few, many = (peak(*words, str(lines(tmp_path / f"{count}.ndjson", count))) for count in (2000, 10_000))
    assert many - few > _TWO_MEGABYTES
