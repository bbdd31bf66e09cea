"""Packs are kept sealed, each version once; what was removed stays readable."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from smart_app.store import keyring, packs
from smart_app.store.errors import SealBroken
from smart_app.store.tables import packs as table
from tests.store.given import NOON, SetClock, opened


def test_a_pack_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        with store.write() as tx:
            packs.add(tx, "demo", "1.0", b"files")
        with store.read() as tx:
            assert packs.load(tx) == [packs.StoredPack("demo", "1.0", b"files", NOON, None)]


def test_a_removed_version_stays_readable_and_may_come_back(tmp_path: Path) -> None:
    clock = SetClock()
    with opened(tmp_path, clock=clock) as store:
        with store.write() as tx:
            packs.add(tx, "demo", "1.0", b"files")
            packs.add(tx, "other", "1.0", b"others")
        clock.move(days=1)
        with store.write() as tx:
            assert packs.remove(tx, "demo") == ["1.0"]
            assert packs.remove(tx, "demo") == packs.remove(tx, "unknown") == []
        with store.read() as tx:
            demo, other = packs.load(tx)
        assert (demo.content, demo.removed, other.removed) == (b"files", clock.now, None)
        with store.write() as tx:
            packs.add(tx, "demo", "1.0", b"mended")
            assert [(item.content, item.removed) for item in packs.load(tx)] == [(b"mended", None), (b"others", None)]


def test_a_changed_pack_is_noticed(tmp_path: Path) -> None:
    """Somebody with the database, without the key: a point or a safety item must not change unseen."""
    with opened(tmp_path) as store, store.write() as tx:
        packs.add(tx, "demo", "1.0", b"files")
        packs.add(tx, "other", "1.0", b"others")
        sealed = tx.connection.execute(table.select().where(table.c.id == "other")).one().content
        tx.connection.execute(update(table).where(table.c.id == "demo").values(content=sealed))
        with pytest.raises(SealBroken):
            packs.load(tx)


def test_a_new_key_reaches_the_packs_too(tmp_path: Path) -> None:
    with opened(tmp_path, "first") as store, store.write() as tx:
        packs.add(tx, "demo", "1.0", b"files")
    with opened(tmp_path, "second", "first") as store, store.write() as tx:
        keyring.rotate(tx)
    with opened(tmp_path, "second") as store, store.read() as tx:
        assert packs.load(tx)[0].content == b"files"
