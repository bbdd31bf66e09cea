"""The rounds of the worker: once a minute, and on after any fault.

It needs the database and nothing of the hospital: no token, no network. Whatever it changes is one transaction, so it
may be killed at any time, run twice at once, or run in several processes (decision-D68).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from smart_app.services import retention
from smart_app.services.duties import reassign_late
from smart_app.services.practice import Practice

NAME = "worker"
"""Who the audit log says it was."""

_SECONDS = 60.0
_LOG = logging.getLogger("smart_app.worker")


class Stop(Protocol):
    """What ends the loop: ``wait`` lets that many seconds pass and tells whether to end now (``threading.Event``)."""

    def wait(self, timeout: float) -> bool:
        """True to end."""


def run_once(practice: Practice) -> int:
    """One round at the time of the practice's clock: how many safety answers went to the backup. What nobody keeps any
    longer is deleted afterwards, so that an answer never waits for that."""
    given = reassign_late(practice, NAME)
    if given:
        _LOG.warning("%s safety answers were re-assigned", given)
    gone = retention.apply(practice, NAME)
    if gone:
        _LOG.info("%s things were deleted because their time was over", gone)
    return given


def run(practice: Practice, stop: Stop) -> None:
    """Round after round until ``stop``. A fault is logged by its name and the next round comes all the same."""
    while True:
        try:
            run_once(practice)
        except Exception as error:  # noqa: BLE001 - one fault must not end all re-assigning
            _LOG.error("a round failed: %s", type(error).__name__)
        if stop.wait(_SECONDS):
            return


def start(practice: Practice) -> None:
    """Run in a thread that ends with the process."""
    _thread(practice, threading.Event()).start()


@contextmanager
def beside(practice: Practice) -> Iterator[None]:
    """Run in a thread until the block ends, and wait for its last round."""
    stop = threading.Event()
    thread = _thread(practice, stop)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _thread(practice: Practice, stop: threading.Event) -> threading.Thread:
    return threading.Thread(target=run, args=(practice, stop), name=NAME, daemon=True)
