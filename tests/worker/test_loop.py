"""The worker's rounds: on time, once, through kills, faults, restarts and clocks that jump (decision-D68)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ipt_fhir.model.people import Person
from smart_app.app import build_practice
from smart_app.demo import demo_config
from smart_app.services import duties
from smart_app.services.duties import WorryingAnswer, raise_duty
from smart_app.services.practice import Practice
from smart_app.store import audit
from smart_app.store.errors import StoreBusy
from smart_app.store.lanes import Lane
from smart_app.worker import loop
from smart_app.worker.loop import run_once
from tests.store.given import Crash, SetClock, at_once, crash_before

ISS = "http://localhost:1/fhir"
ANNA = Lane(ISS, "anna")
VALE, OKORO = (Person(display="", reference=f"Practitioner/zztest-{name}") for name in ("vale", "okoro"))


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def practice(tmp_path: Path, clock: SetClock) -> Iterator[Practice]:
    """A clinic with people on duty, and no hospital anywhere near."""
    found = build_practice(demo_config(tmp_path, "http://localhost:1", "http://127.0.0.1:2", 2), clock)
    with found.store:
        yield found


def raised(practice: Practice, response: str = "r-1", lane: Lane = ANNA) -> None:
    with practice.store.write() as tx:
        answer = WorryingAnswer(response=response, link_id="/44260-8", answer="LA6570-1", record_number="ZZ-1")
        raise_duty(tx, lane, practice.patient_devices[ISS], answer, "anna")


def listed(practice: Practice, person: Person) -> int:
    return len(duties.waiting_for(practice, ISS, person))


def test_a_round_gives_to_the_backup_what_nobody_acted_on_in_the_time_the_clinic_named(
    practice: Practice, clock: SetClock
) -> None:
    raised(practice)
    clock.move(minutes=59)
    assert (run_once(practice), listed(practice, VALE), listed(practice, OKORO)) == (0, 1, 0)
    clock.move(minutes=1)
    assert (run_once(practice), listed(practice, VALE), listed(practice, OKORO)) == (1, 0, 1)
    assert run_once(practice) == 0


def test_a_round_asks_no_hospital(practice: Practice, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """decision-D68: it has no token."""
    monkeypatch.setattr(type(practice.transport), "send", lambda *_: pytest.fail("the worker spoke to a hospital"))
    raised(practice)
    clock.move(hours=2)
    assert run_once(practice) == 1


def test_a_round_of_a_clinic_that_names_nobody_changes_nothing(practice: Practice, clock: SetClock) -> None:
    raised(practice)
    object.__setattr__(practice, "patient_devices", {})
    clock.move(days=1)
    assert run_once(practice) == 0


def test_of_eight_workers_at_once_one_gives_each_item(practice: Practice, clock: SetClock) -> None:
    """fault-F51: two processes, one database."""
    for number in range(4):
        raised(practice, f"r-{number}")
    clock.move(hours=2)
    assert sum(at_once(8, lambda _number: run_once(practice))) == 4
    with practice.store.read() as tx:
        given = [event for _, event in audit.events(tx, ISS, "anna") if event.action is audit.Action.REASSIGN]
        assert audit.verify_chain(tx) is None
    assert len(given) == 4


def test_a_worker_killed_at_any_statement_leaves_all_or_nothing_and_the_next_one_finishes(
    practice: Practice, clock: SetClock
) -> None:
    """fault-F52: re-assignment and its audit row come together."""
    raised(practice)
    clock.move(hours=2)
    engine, killed = practice.store._engine, 0
    while listed(practice, OKORO) == 0:
        try:
            with crash_before(engine, killed):
                run_once(practice)
        except Crash:
            killed += 1
        with practice.store.read() as tx:
            given = [event for _, event in audit.events(tx, ISS, "anna") if event.action is audit.Action.REASSIGN]
        assert len(given) == listed(practice, OKORO)
    assert killed > 2


def test_a_restart_forgets_nothing(practice: Practice, clock: SetClock) -> None:
    raised(practice)
    clock.move(hours=2)
    practice.store.close()
    assert run_once(practice) == 1


def test_a_clock_that_was_wrong_delays_and_does_not_lose(practice: Practice, clock: SetClock) -> None:
    """fault-F60: set a year ahead when the answer came, then right again."""
    clock.move(days=365)
    raised(practice)
    clock.move(days=-365)
    assert run_once(practice) == 1


@dataclass
class Rounds:
    """Ends the loop after some rounds; between them it does what the test wants."""

    left: int
    between: Callable[[], object]

    def wait(self, timeout: float) -> bool:
        assert timeout == 60
        self.left -= 1
        self.between()
        return self.left == 0


def test_the_loop_does_its_rounds_until_it_is_ended(practice: Practice, clock: SetClock) -> None:
    raised(practice)
    loop.run(practice, Rounds(3, lambda: clock.move(minutes=30)))
    assert listed(practice, OKORO) == 1


def test_a_round_that_fails_does_not_end_the_loop_and_says_nothing_of_a_patient(
    practice: Practice, clock: SetClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    raised(practice)
    clock.move(hours=2)
    rounds = iter([StoreBusy("anna"), RuntimeError("anna")])

    def sometimes(found: Practice, by: str) -> int:
        error = next(rounds, None)
        if error:
            raise error
        return duties.reassign_late(found, by)

    monkeypatch.setattr(loop, "reassign_late", sometimes)
    loop.run(practice, Rounds(3, lambda: None))
    assert listed(practice, OKORO) == 1
    assert "StoreBusy" in caplog.text
    assert "anna" not in caplog.text


def test_the_thread_beside_the_app_ends_with_it(practice: Practice) -> None:
    with loop.beside(practice):
        pass
    assert duties.is_watched(practice)


def test_it_is_watched_only_while_a_worker_looks(practice: Practice, clock: SetClock) -> None:
    assert not duties.is_watched(practice)
    run_once(practice)
    assert duties.is_watched(practice)
    clock.move(minutes=11)
    assert not duties.is_watched(practice)
    run_once(practice)
    clock.move(days=-1)
    assert not duties.is_watched(practice)


def test_hospitals_do_not_mix(practice: Practice, clock: SetClock) -> None:
    """Each hospital has its own people and its own patience."""
    raised(practice, lane=Lane("https://other.example/fhir", "anna"))
    clock.move(days=1)
    assert run_once(practice) == 0
