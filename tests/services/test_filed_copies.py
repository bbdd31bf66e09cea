"""The chart's copies: which there are costs nothing; what one says is decrypted when somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from smart_app.services.filed_copies import FiledCopies
from smart_app.store.errors import SealBroken
from smart_app.store.server_copies import Receipt, SealedCopy


def receipt(key: str, differences: tuple[str, ...] = ()) -> Receipt:
    return Receipt(
        key=key,
        resource_type="Goal",
        server_id=f"of-{key}",
        version="2",
        last_updated=None,
        filed_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        verified=True,
        differences=differences,
    )


def broken() -> bytes:
    raise SealBroken("server_copies.content cannot be decrypted")


def counted(opened: list[str], key: str) -> Callable[[], bytes]:
    def unseal() -> bytes:
        opened.append(key)
        return b'{"resourceType":"Goal","x":1.10}'

    return unseal


def test_a_copy_is_decrypted_when_it_is_asked_for_and_once() -> None:
    opened: list[str] = []
    copies = FiledCopies([SealedCopy(receipt(key), counted(opened, key)) for key in ("a", "b")])
    assert (list(copies), len(copies), "a" in copies, "c" in copies) == (["a", "b"], 2, True, False)
    assert [told.server_id for told in copies.receipts] == ["of-a", "of-b"]
    assert opened == []
    assert copies["b"] is copies["b"]
    assert (copies["b"].reference, copies["b"].version) == ("Goal/of-b", "2")
    assert opened == ["b"]


def test_a_copy_that_cannot_be_decrypted_is_told_where_it_is_needed() -> None:
    copies = FiledCopies([SealedCopy(receipt("a", ("Goal.note",)), broken)])
    assert copies.lost("a") == ("Goal.note",)
    assert copies.lost("b") == ()
    with pytest.raises(SealBroken):
        copies["a"]
    with pytest.raises(KeyError):
        copies["b"]
