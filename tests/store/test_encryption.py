"""Keys and what they seal."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from smart_app.keys import Key, KeyRefused, create_key, read_key
from smart_app.store import audit, drafts, episodes, keyring, launches
from smart_app.store.drafts import DraftKey
from smart_app.store.encryption import Cipher, Place
from smart_app.store.errors import KeyMissing, SealBroken
from smart_app.store.store import open_store
from smart_app.store.tables import metadata
from tests.store.given import ANNA, BROWSER, THERAPIST, made_key, opened, opened_launch, saved_episode, url_in

HERE = Place("launches", "secrets", ("handle-1",))
ELSEWHERE = [
    Place("launches", "secrets", ("handle-2",)),
    Place("launches", "background", ("handle-1",)),
    Place("drafts", "secrets", ("handle-1",)),
    Place("launches", "secrets", ("handle-1", "")),
    Place("launches", "secrets", ()),
]


def spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def key_file(folder: Path, content: str, mode: int = 0o600) -> Path:
    path = folder / "main-2026.key"
    path.write_text(content)
    path.chmod(mode)
    return path


def test_a_new_key_is_its_owners_only_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "main-2026.key"
    key = create_key(path)
    assert read_key(path) == key
    assert key.id == "main-2026"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        create_key(path)
    assert key.secret not in repr(key)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "changeme",
        "not base64 !!!!",
        spelled(b"\0" * 32),
        spelled(b"changeme" * 4),
        spelled(b"correct horse battery staple 42!"),
        spelled(os.urandom(16)),
        spelled(os.urandom(31)),
        "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=",
    ],
    ids=["empty", "word", "no-base64", "zeros", "repeated", "typed", "short", "almost", "published"],
)
def test_a_default_short_or_example_key_is_refused_by_name(tmp_path: Path, content: str) -> None:
    """attack-A73."""
    with pytest.raises(KeyRefused, match="'main-2026'") as refused:
        read_key(key_file(tmp_path, content))
    assert not content or content not in str(refused.value)


def test_a_missing_key_file_is_refused_by_name(tmp_path: Path) -> None:
    """fault-F70."""
    with pytest.raises(KeyRefused) as refused:
        read_key(tmp_path / "main-2026.key")
    assert refused.value.key_id == "main-2026"


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyRefused, match="chmod 600"):
        read_key(key_file(tmp_path, made_key("any").secret, mode=0o640))


def test_two_keys_of_one_name_are_refused() -> None:
    with pytest.raises(KeyRefused, match="two keys"):
        Cipher([made_key("one"), Key("one", made_key("two").secret)])


def test_a_store_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="needs an encryption key"):
        Cipher([])


@pytest.mark.parametrize("plain", [b"", b"token", b"\n\x00[]", bytes(range(256))])
def test_what_is_sealed_comes_back_in_its_place(plain: bytes) -> None:
    cipher = Cipher([made_key("one")])
    sealed = cipher.seal(HERE, plain)
    assert cipher.unseal(HERE, sealed) == plain
    assert cipher.seal(HERE, plain) != sealed


@pytest.mark.parametrize("place", ELSEWHERE)
def test_what_is_sealed_opens_nowhere_else(place: Place) -> None:
    """attack-A74."""
    cipher = Cipher([made_key("one")])
    with pytest.raises(SealBroken, match="another row"):
        cipher.unseal(place, cipher.seal(HERE, b"token"))


def test_a_changed_value_and_another_key_are_refused() -> None:
    cipher = Cipher([made_key("one")])
    sealed = cipher.seal(HERE, b"token")
    with pytest.raises(SealBroken):
        cipher.unseal(HERE, sealed[:-8] + b"AAAAAAA=")
    with pytest.raises(SealBroken):
        Cipher([made_key("two")]).unseal(HERE, sealed)
    with pytest.raises(SealBroken):
        Cipher([made_key("two")]).rotate(sealed)


def test_old_rows_stay_readable_and_new_rows_use_the_new_key() -> None:
    """fault-F69."""
    old, both, new = (
        Cipher([made_key("old")]),
        Cipher([made_key("new"), made_key("old")]),
        Cipher([made_key("new")]),
    )
    sealed = old.seal(HERE, b"token")
    assert both.unseal(HERE, sealed) == b"token"
    assert new.unseal(HERE, both.seal(HERE, b"token")) == b"token"
    assert new.unseal(HERE, both.rotate(sealed)) == b"token"


def test_a_database_refuses_to_start_without_its_key_and_names_it(tmp_path: Path) -> None:
    """fault-F70."""
    opened(tmp_path, "old").close()
    with pytest.raises(KeyMissing, match="'old'") as refused:
        opened(tmp_path, "new")
    assert refused.value.key_id == "old"


def test_a_database_refuses_another_key_under_the_old_name(tmp_path: Path) -> None:
    """fault-F70: a backup of the database was restored beside a newly made key file."""
    opened(tmp_path, "old").close()
    with pytest.raises(KeyMissing, match="holds another key"):
        open_store(url_in(tmp_path), [Key("old", made_key("another").secret)])


def test_a_key_is_changed_while_the_app_runs_and_the_old_one_can_go(tmp_path: Path) -> None:
    """fault-F69: every sealed column follows, also while a process with the old key first is still there."""
    draft = DraftKey.of(ANNA, THERAPIST.sub, "phq-9")
    with opened(tmp_path, "old", "new") as running, opened(tmp_path, "new", "old") as restarted:
        with running.write() as tx:
            saved_episode(tx)
            handle = opened_launch(tx)
            audit.append(tx, audit.AuditEvent(action=audit.Action.LAUNCH))
        with restarted.write() as tx:
            drafts.save(tx, draft, "typed")
        with running.read() as tx:
            assert drafts.load(tx, draft)
        with restarted.write() as tx:
            assert keyring.rotate(tx) == 4
    with opened(tmp_path, "new") as store, store.read() as tx:
        assert episodes.load(tx, ANNA)
        assert drafts.load(tx, draft)
        assert launches.find(tx, handle, BROWSER)
        assert audit.verify_chain(tx) is None


def test_only_the_key_ids_the_database_needs_are_recorded(tmp_path: Path) -> None:
    with opened(tmp_path, "new", "spare") as store, store.read() as tx:
        assert list(keyring.recorded_keys(tx)) == ["new"]


def test_every_binary_column_is_sealed_or_the_proof_of_a_key() -> None:
    """Rotation finds sealed columns by their mark; one without it would keep the old key for ever."""
    binary = {(table.name, column.name) for table in metadata.sorted_tables for column in table.c}
    plain = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.c
        if str(column.type) != "BLOB" or "sealed" in column.info
    }
    assert binary - plain == {("encryption_keys", "proof")}


def test_the_file_of_a_database_is_its_owners_only(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.read() as tx:
        tx.connection.execute(text("SELECT 1"))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes
