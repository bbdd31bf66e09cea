"""The chart's copies of a course: as the store keeps them and as the library knows them."""

from __future__ import annotations

from collections.abc import Sequence

from ipt_fhir import rawjson
from ipt_fhir.carriers.native import ServerCopy
from ipt_fhir.rawjson import JsonObject
from smart_app.store import server_copies
from smart_app.store.server_copies import StoredCopy
from smart_app.store.transactions import ReadTransaction, Transaction


def copies_of(tx: ReadTransaction, episode_id: str) -> dict[str, StoredCopy]:
    """The chart's copies of a course by key, as stored."""
    return {copy.key: copy for copy in server_copies.of_episode(tx, episode_id)}


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


def as_copy(stored: StoredCopy) -> ServerCopy:
    """A stored copy as the library knows it."""
    return ServerCopy(
        resource_type=stored.resource_type,
        id=stored.server_id,
        version=stored.version or "",
        resource=rawjson.parse_object(stored.content),
    )


def copy_of(resource: JsonObject) -> ServerCopy:
    """A resource just read as a copy."""
    version = resource.get("meta", {}).get("versionId", "")
    return ServerCopy(resource_type=resource["resourceType"], id=resource["id"], version=version, resource=resource)
