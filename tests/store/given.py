"""What the tests of the store begin with: a clock that is set by hand, made-up keys, two patients."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import TypeVar

from sqlalchemy import Engine, event

from smart_app.keys import Key
from smart_app.store import episodes, launches
from smart_app.store.lanes import Lane
from smart_app.store.launches import Grant, User
from smart_app.store.store import Store, open_store
from smart_app.store.transactions import Transaction
from tests.store.migrated import put_tables

Result = TypeVar("Result")
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
ANNA = Lane("https://ehr.example/fhir", "anna")
BORIS = Lane("https://ehr.example/fhir", "boris")
THERAPIST = User("sub-1", "Practitioner/therapist", "ZZTEST-Therapist, Tess")
COLLEAGUE = User("sub-2", "Practitioner/colleague", "ZZTEST-Colleague, Cole")
BROWSER = "browser-secret"


@dataclass
class SetClock:
    """Stands still until it is moved."""

    now: datetime = field(default=NOON)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **delta: float) -> None:
        """Forward, or back with negative numbers; the words of timedelta."""
        self.now += timedelta(**delta)


def made_key(name: str) -> Key:
    """A key that is the same in each run."""
    return Key(name, base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).decode())


class Crash(RuntimeError):
    """The process ends here."""


@contextmanager
def crash_before(engine: Engine, statement: int) -> Iterator[None]:
    """End the process, as far as the database can tell, before that statement (0 is the first) is sent to it."""
    to_come = iter(range(statement))

    def crash(*_statement: object) -> None:
        if next(to_come, None) is None:
            raise Crash

    event.listen(engine, "before_cursor_execute", crash)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", crash)


def count_statements(engine: Engine, act: Callable[[], object]) -> int:
    """How many statements an act sends to the database."""
    sent: list[object] = []

    def keep(*statement: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", keep)
    act()
    event.remove(engine, "before_cursor_execute", keep)
    return len(sent)


def url_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'store.db'}"


def opened(folder: Path, *keys: str, clock: SetClock | None = None, busy_seconds: float = 10.0) -> Store:
    """Open the store of a folder with keys of these names."""
    chosen = [made_key(name) for name in keys or ("first",)]
    put_tables(url_in(folder))
    return open_store(url_in(folder), chosen, clock or SetClock(), busy_seconds=busy_seconds)


def saved_episode(tx: Transaction, lane: Lane = ANNA, content: bytes = b"course") -> str:
    """A course saved for the first time; its id."""
    episode_id = f"episode-of-{lane.patient}"
    episodes.save(tx, lane, episode_id, content, expected_revision=episodes.NEW)
    return episode_id


def opened_launch(tx: Transaction, lane: Lane = ANNA, user: User = THERAPIST, *, browser: str = BROWSER) -> str:
    """A launch whose token holds for an hour; its handle."""
    grant = Grant(
        access_token="token-" + lane.patient, expires=tx.now + timedelta(hours=1), scopes=("launch", "openid")
    )
    return launches.open_launch(tx, lane, user, grant, browser_secret=browser, need_patient_banner=True)


def at_once(count: int, act: Callable[[int], Result]) -> list[Result]:
    """Run the act in that many threads that start together; raises what any of them raised."""
    barrier = Barrier(count)

    def run(number: int) -> Result:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
