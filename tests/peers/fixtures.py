"""Pytest plugin: the peers as session fixtures, each on a free loopback port, logs in pytest's temporary folder.

A worker of pytest-xdist starts peers of its own, so tests marked `proof` are meant for one process (`-n0`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from smart_app.sandbox.loopback import free_port
from tests.parts import need
from tests.peers import postgresql as postgresql_server
from tests.peers.judge import Judge
from tests.peers.processes import Process, start
from tests.peers.strict_ehr import StartStrictEhr, StrictEhr
from tests.published import published

PEERS = Path(__file__).parent
PCO = "ig/hl7.fhir.us.pco-1.0.0-differential.tgz"


class JudgeWith(Protocol):
    """A judge that knows one US Core version and, beside it, what is in some folders and in packages of ours."""

    def __call__(self, *folders: Path, us_core: str = "6.1.0", packages: tuple[Path, ...] = ()) -> Judge: ...


class _Running:
    """The peers of this session, ended in the opposite order of their start."""

    def __init__(self, logs: Path, stack: ExitStack) -> None:
        self._logs = logs
        self.stack = stack

    def start(self, peer: str, *arguments: str) -> str:
        """Start a peer by the name of its folder; returns the address it answers at."""
        need(peer)
        log = self._logs / f"{peer}-{len(list(self._logs.iterdir()))}.log"
        process: Process = start([str(PEERS / peer / peer), *arguments], log)
        self.stack.callback(process.stop)
        return process.url


@pytest.fixture(scope="session")
def running_peers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Running]:
    with ExitStack() as stack:
        yield _Running(tmp_path_factory.mktemp("peers"), stack)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgresql_server.Cluster]:
    """A PostgreSQL server with no database of ours in it yet."""
    need("postgresql")
    with postgresql_server.running() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def hapi(running_peers: _Running) -> str:
    """FHIR base of a HAPI server: empty at the start of the session, open to everyone, parses but does not validate."""
    return running_peers.start("hapi", "run", "--port", str(free_port()))


@pytest.fixture(scope="session")
def hapi_strict_validate(running_peers: _Running) -> str:
    """FHIR base of a HAPI server that refuses (422) every write HL7's engine finds an error in; base R4, no guides."""
    return running_peers.start("hapi", "run", "--port", str(free_port()), "--validate")


@pytest.fixture(scope="session")
def judge_with(running_peers: _Running) -> JudgeWith:
    """Make a judge that knows more; the Person-Centered Outcomes guide is always in. Equal wishes share one judge."""
    known: dict[tuple[object, ...], Judge] = {}

    def make(*folders: Path, us_core: str = "6.1.0", packages: tuple[Path, ...] = ()) -> Judge:
        wishes = (us_core, folders, packages)
        if wishes not in known:
            guides = [published(f"ig/hl7.fhir.us.core-{us_core}.tgz"), published(PCO), *packages]
            arguments = [part for guide in guides for part in ("--ig", str(guide))]
            arguments += [part for folder in folders for part in ("--dir", str(folder))]
            url = running_peers.start("validator", "serve", "--port", "0", *arguments)
            known[wishes] = running_peers.stack.enter_context(Judge(url))
        return known[wishes]

    return make


@pytest.fixture(scope="session")
def judge(judge_with: JudgeWith) -> Judge:
    """HL7's engine with US Core 6.1.0 (decision-D6) and the Person-Centered Outcomes guide (decision-D5)."""
    return judge_with()


@pytest.fixture(scope="session")
def strict_ehr(hapi: str, running_peers: _Running) -> StartStrictEhr:
    """Start a strict SMART hospital in front of `hapi` for one client; it runs to the end of the session."""

    def make(client_id: str, redirect_uri: str, jwks_uri: str) -> StrictEhr:
        client = ["--client-id", client_id, "--redirect-uri", redirect_uri, "--jwks-uri", jwks_uri]
        return StrictEhr(running_peers.start("strict-ehr", "run", "--port", str(free_port()), "--fhir", hapi, *client))

    return make
