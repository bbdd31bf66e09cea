"""A peer is awaited, and ends with everything it started, whatever happens to the test run."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.processes import PATIENCE, PeerDidNotStart, start

READY = "echo ready http://127.0.0.1:1/fhir"


@pytest.fixture
def lifeline(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A named pipe and its reading end: the end of file comes when no process holds the pipe open any more."""
    path = tmp_path / "lifeline"
    os.mkfifo(path)
    reading_end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield path, reading_end
    os.close(reading_end)


def test_a_peer_is_ready_when_it_says_where_it_answers(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = start(["sh", "-c", f"echo warming up; {READY}; exec sleep 1000"], log)
    process.stop()
    assert process.url == "http://127.0.0.1:1/fhir"
    assert log.read_text().splitlines()[0] == "warming up"


def test_a_peer_that_ends_before_it_is_ready_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(PeerDidNotStart, match="no Java on this machine"):
        start(["sh", "-c", "echo no Java on this machine >&2"], tmp_path / "log")


def test_a_peer_that_never_gets_ready_is_given_up_and_ended(tmp_path: Path) -> None:
    with pytest.raises(PeerDidNotStart):
        start(["sleep", "1000"], tmp_path / "log", timeout=0.1)


def test_stopping_ends_what_the_peer_started_too(tmp_path: Path, lifeline: tuple[Path, int]) -> None:
    path, reading_end = lifeline
    process = start(["sh", "-c", f"sleep 1000 >{path} & {READY}; wait"], tmp_path / "log")
    process.stop()
    process.stop()
    assert os.read(reading_end, 1) == b""


@pytest.mark.skipif(not shutil.which("setpriv"), reason="only Linux tells a child that its parent was killed")
def test_a_peer_ends_when_the_test_run_is_killed(tmp_path: Path, lifeline: tuple[Path, int]) -> None:
    path, reading_end = lifeline
    script = f"echo alive >{path}; {READY}; exec sleep 1000 >{path}"
    run = f"""
import os, pathlib
from tests.peers.processes import start
start(["sh", "-c", {script!r}], pathlib.Path({str(tmp_path / "log")!r}))
os.kill(os.getpid(), {signal.SIGKILL:d})
"""
    subprocess.run([sys.executable, "-c", run], cwd=Path(__file__).parents[2], check=False, timeout=60)
    assert os.read(reading_end, 100) == b"alive\n"
    assert select.select([reading_end], [], [], PATIENCE)[0], "the peer still runs"
    assert os.read(reading_end, 1) == b""
