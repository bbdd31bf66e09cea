"""Small work beside a request: nobody waits for its result, and nothing is wrong where it was not done."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from ipt_fhir.ehr.errors import EhrError

_LOG = logging.getLogger(__name__)
_MOST = 4


class Errands:
    """Runs each errand in a thread of its own, a few at once; what comes while all are out is left undone, so that a
    flood of launches makes no flood of threads (attack-A24)."""

    def __init__(self, most: int = _MOST) -> None:
        self._free = threading.BoundedSemaphore(most)

    def __call__(self, errand: Callable[[], None]) -> None:
        """Send it, or leave it."""
        if self._free.acquire(blocking=False):
            threading.Thread(target=self._run, args=(errand,), name="errand", daemon=True).start()

    def _run(self, errand: Callable[[], None]) -> None:
        try:
            errand()
        except EhrError as error:
            _LOG.info("looking ahead: %s", error.code)
        finally:
            self._free.release()
