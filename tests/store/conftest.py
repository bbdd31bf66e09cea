"""A store of its own for each test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from smart_app.store.store import Store, open_store
from tests.store.given import SetClock, made_key, opened


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def file_store(tmp_path: Path, clock: SetClock) -> Iterator[Store]:
    """An empty store in a file of ``tmp_path``: for what only SQLite has, and to look at what lies on the disk."""
    with opened(tmp_path, clock=clock) as store:
        yield store


@pytest.fixture(params=["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.proof)])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[Store]:
    """An empty store on each of the two databases."""
    if request.param == "SQLite":
        with opened(tmp_path, clock=clock) as store:
            yield store
    else:
        url = request.getfixturevalue("postgresql").new_database(f"ipt_{uuid.uuid4().hex}")
        with open_store(url, [made_key("first")], clock) as store:
            yield store
