"""Peers as child processes on loopback: awaited by the line that says they are ready, ended with all they started."""

from __future__ import annotations

import atexit
import os
import queue
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

READY = re.compile(r"^(?:ready|listening on) (http://127\.0\.0\.1:\d+\S*)$")
PATIENCE = 10  # seconds a peer has to end by itself


class PeerDidNotStart(RuntimeError):
    """A peer ended, or said nothing in time, instead of getting ready; the message carries the end of its log."""


class Process:
    """A running peer: `url` is the address it said it is ready at, `log` the file with all it prints."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self.url = ""
        self.log = log
        self._said: queue.Queue[str | None] = queue.Queue()
        # A session of its own is a process group of its own: whatever a start script leaves behind ends with it.
        self._child = subprocess.Popen(
            [*_dies_with_us(), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, args=[self._child.stdout], daemon=True)
        self._listener.start()
        atexit.register(self.stop)

    def wait_until_ready(self, timeout: float) -> None:
        """Return when the peer has said where it answers; PeerDidNotStart after `timeout` seconds, or when it ended."""
        try:
            url = self._said.get(timeout=timeout)
        except queue.Empty:
            url = None
        if url is None:
            self.stop()
            raise PeerDidNotStart(
                f"{self._child.args!r} did not get ready; the end of {self.log}:\n{self._last_words()}"
            )
        self.url = url

    def stop(self) -> None:
        """End the peer and everything it started; harmless when it has ended already."""
        atexit.unregister(self.stop)
        if self._child.poll() is None:
            os.killpg(self._child.pid, signal.SIGTERM)
            try:
                self._child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self._child.pid, signal.SIGKILL)
                self._child.wait()
        self._listener.join(PATIENCE)

    def _listen(self, lines: IO[str]) -> None:
        """Keep the pipe empty, or the peer would stand still, and pass the ready line on."""
        with lines, self.log.open("a", buffering=1) as log:
            for line in lines:
                log.write(line)
                if ready := READY.match(line.rstrip("\n")):
                    self._said.put(ready[1])
        self._said.put(None)

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text().splitlines()[-20:])


def start(command: Sequence[str], log: Path, timeout: float = 120) -> Process:
    """Start a peer and wait until it answers; `log` receives what it prints."""
    process = Process(command, log)
    process.wait_until_ready(timeout)
    return process


def _dies_with_us() -> list[str]:
    """A killed pytest runs no atexit; on Linux the kernel then ends the peer."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "SIGTERM"] if setpriv else []
