"""What is done beside a request: a few at once, and a hospital that is down disturbs nobody."""

from __future__ import annotations

import threading

from ipt_fhir.ehr.errors import Unreachable
from smart_app.services.errands import Errands


def test_what_comes_while_all_are_out_is_left_undone() -> None:
    """attack-A24: a flood of launches makes no flood of threads."""
    back, done, errands = threading.Event(), threading.Semaphore(0), Errands(most=2)

    def errand() -> None:
        back.wait(20)
        done.release()

    for _ in range(50):
        errands(errand)
    back.set()
    assert all(done.acquire(timeout=20) for _ in range(2))
    assert not done.acquire(timeout=0.05)


def test_an_errand_that_failed_leaves_its_place_to_the_next() -> None:
    """fault-F66: the launch itself meets the failure and tells it."""
    errands, freed = Errands(most=1), threading.Event()

    def fail() -> None:
        raise Unreachable("refused")

    def tell() -> None:
        freed.set()

    errands(fail)
    for _ in range(2000):
        errands(tell)
        if freed.wait(0.01):
            break
    assert freed.is_set()
