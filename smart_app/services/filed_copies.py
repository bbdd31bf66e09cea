"""The chart's copies of a course: as the store keeps them and as the library knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ipt_fhir import rawjson
from ipt_fhir.carriers.native import ServerCopy
from ipt_fhir.rawjson import JsonObject
from smart_app.store import server_copies
from smart_app.store.server_copies import Receipt, SealedCopy, StoredCopy
from smart_app.store.transactions import ReadTransaction, Transaction


class FiledCopies(Mapping[str, ServerCopy]):
    """The chart's copies of a course by key. One is decrypted and read when somebody asks for it: most pages only ask
    which there are. Belongs to one request."""

    def __init__(self, kept: Iterable[SealedCopy] = ()) -> None:
        self._kept = {copy.receipt.key: copy for copy in kept}
        self._read: dict[str, ServerCopy] = {}

    def __getitem__(self, key: str) -> ServerCopy:
        """The copy. Raises KeyError, SealBroken."""
        if key not in self._read:
            self._read[key] = _as_copy(*self._kept[key])
        return self._read[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: object) -> bool:
        return key in self._kept

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """What is told of each, in the order of their keys."""
        return tuple(copy.receipt for copy in self._kept.values())

    def lost(self, key: str) -> tuple[str, ...]:
        """The paths of a copy that the server did not keep."""
        return self._kept[key].receipt.differences if key in self._kept else ()


def copies_of(tx: ReadTransaction, episode_id: str) -> FiledCopies:
    """The chart's copies of a course."""
    return FiledCopies(server_copies.sealed(tx, episode_id))


def as_stored(key: str, copy: ServerCopy, tx: Transaction, differences: Sequence[str] = ()) -> StoredCopy:
    """A verified copy for the store."""
    return StoredCopy(
        key=key,
        resource_type=copy.resource_type,
        server_id=copy.id,
        version=copy.version,
        last_updated=copy.resource.get("meta", {}).get("lastUpdated"),
        content=rawjson.write(copy.resource),
        filed_at=tx.now,
        verified=True,
        differences=tuple(differences),
    )


def copy_of(resource: JsonObject) -> ServerCopy:
    """A resource just read as a copy."""
    version = resource.get("meta", {}).get("versionId", "")
    return ServerCopy(resource_type=resource["resourceType"], id=resource["id"], version=version, resource=resource)


def _as_copy(receipt: Receipt, unseal: Callable[[], bytes]) -> ServerCopy:
    resource = rawjson.parse_object(unseal())
    version = receipt.version or ""
    return ServerCopy(resource_type=receipt.resource_type, id=receipt.server_id, version=version, resource=resource)
