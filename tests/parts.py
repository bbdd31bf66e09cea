"""What a test does when a part it needs is not on this machine: skip on a person's machine, fail in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from tests.peers import postgresql

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ipt-fhir-tools"


@dataclass(frozen=True)
class Part:
    """Something outside Python: whether it is here, and one line saying how to get it."""

    is_here: Callable[[], bool]
    get: str


def _programs(*names: str) -> Callable[[], bool]:
    return lambda: all(shutil.which(name) for name in names)


def _built(peer: str, *programs: str) -> Callable[[], bool]:
    """Built once before: a test run never downloads by itself."""
    return lambda: (_CACHE / peer / "stamp").exists() and _programs(*programs)()


AXE = _CACHE / "axe" / "node_modules" / "axe-core" / "axe.min.js"


def data_folder() -> Path | None:
    """The folder with the public test data, if the environment names one; chromedriver wants the resolved path."""
    named = os.environ.get("IPT_FHIR_TEST_DATA")
    return Path(named).resolve() if named else None


def _has_data() -> bool:
    folder = data_folder()
    return folder is not None and folder.is_dir()


PARTS = {
    "chromium": Part(_programs("chromium", "chromedriver"), "apt-get install chromium chromium-driver"),
    "java": Part(_programs("java", "mvn"), "apt-get install openjdk-17-jdk-headless maven"),
    "node": Part(_programs("node", "npm"), "Node 20 or newer: apt-get install nodejs npm"),
    "postgresql": Part(lambda: postgresql.programs() is not None, "apt-get install postgresql"),
    "hapi": Part(_built("hapi", "java"), "tests/peers/hapi/hapi build (Java 17 and Maven)"),
    "validator": Part(_built("validator", "java"), "tests/peers/validator/validator build (Java 17 and Maven)"),
    "strict-ehr": Part(_built("strict-ehr", "node"), "tests/peers/strict-ehr/strict-ehr build (Node 20 or newer, npm)"),
    "axe": Part(_built("axe", "node"), "tests/peers/axe/axe build (Node 20 or newer, npm)"),
    "published data": Part(
        _has_data,
        "fetch the files tests/data-manifest.toml lists into one folder and name it in IPT_FHIR_TEST_DATA",
    ),
}


def need(part: str) -> None:
    """Go on only if the part (a key of `PARTS`) is here; otherwise skip the test, or fail it in CI."""
    if not PARTS[part].is_here():
        missing(part, PARTS[part].get)


def missing(what: str, get: str) -> NoReturn:
    """End the test for want of something: a skip that says how to get it, a failure where CI is true."""
    said = f"needs {what}, which is not here; install: {get}"
    if os.environ.get("CI") == "true":
        pytest.fail(said, pytrace=False)
    pytest.skip(said)
