"""Accounts of administrators: which passwords are refused, and what is kept of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from smart_app.services import administering
from smart_app.services.administering import AccountRefused
from smart_app.store import passwords
from smart_app.store.audit import verify_chain
from smart_app.store.store import Store
from smart_app.store.tables import administrators, audit_rows
from tests.store.given import opened

GOOD = "seven wet horses sing"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path) as found:
        yield found


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short words",
        "x" * 129,
        "aaaaaaaaaaaa",
        "abababababab",
        "123456789012",
        "210987654321",
        "qwertyuiopas",
        "abcdefghijklm",
        "Password1234",
        "P@ssw0rd!2026",
        "administrator",
        "Administrator-1",
        "Psychotherapy2026!",
        "zztest.ada.2026",
        "zztest.ada zztest.ada",
        "correcthorsebatterystaple",
        "1qaz2wsx3edc",
    ],
)
def test_a_password_everybody_tries_is_refused(store: Store, password: str) -> None:
    with pytest.raises(AccountRefused) as refused:
        administering.add(store, "zztest.ada", password)
    assert not password or password not in str(refused.value)
    assert administering.accounts(store) == []


@pytest.mark.parametrize("password", [GOOD, "Über sieben Brücken", "837-261-940-283", "horsebatterystapler"])
def test_another_one_is_taken(store: Store, password: str) -> None:
    administering.add(store, "zztest.ada", password)
    assert [account.name for account in administering.accounts(store)] == ["zztest.ada"]


@pytest.mark.parametrize("name", ["", "A", "a", "Ada", "ada lovelace", "ada\nadmin", "-ada", "x" * 33, "ada'--"])
def test_a_name_that_could_be_misread_is_refused(store: Store, name: str) -> None:
    with pytest.raises(AccountRefused):
        administering.add(store, name, GOOD)


def test_what_cannot_be_done_is_said(store: Store) -> None:
    administering.add(store, "ada", GOOD)
    with pytest.raises(AccountRefused, match="already"):
        administering.add(store, "ada", GOOD)
    with pytest.raises(AccountRefused, match="no administrator 'bob'"):
        administering.remove(store, "bob")
    with pytest.raises(AccountRefused, match="no administrator 'bob'"):
        administering.set_password(store, "bob", GOOD)


def test_of_a_password_a_salted_digest_is_kept_sealed(store: Store) -> None:
    """Whoever has the database and no key cannot even guess."""
    administering.add(store, "ada", GOOD)
    administering.add(store, "bob", GOOD)
    with store.read() as tx:
        kept = tx.connection.execute(select(administrators.c.password)).scalars().all()
    assert len(set(kept)) == 2
    assert not any(b"argon2" in sealed or GOOD.encode() in sealed for sealed in kept)
    assert passwords.digest(GOOD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.digest(GOOD) != passwords.digest(GOOD)
    assert not passwords.is_right(GOOD, None)


def test_every_act_is_in_the_audit_log(store: Store) -> None:
    administering.add(store, "ada", GOOD)
    administering.set_password(store, "ada", "eleven calm rivers bend")
    administering.remove(store, "ada")
    with store.read() as tx:
        rows = tx.connection.execute(select(audit_rows.c.action, audit_rows.c.entity)).all()
        assert verify_chain(tx) is None
    assert [tuple(row) for row in rows] == [
        (action, "Administrator/ada") for action in ("create", "update", "withdraw")
    ]
