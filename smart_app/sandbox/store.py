"""The hospital's memory of FHIR resources: every version of each, gone when the program ends."""

from __future__ import annotations

import copy
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from smart_app.sandbox.json_text import JsonObject

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a resource; ``content`` is None when this version is its deletion.

    ``sequence`` orders all versions of the store, also those written in the same instant.
    """

    resource_type: str
    id: str
    number: int
    last_updated: datetime
    sequence: int
    content: JsonObject | None

    @property
    def resource(self) -> JsonObject:
        """A copy the caller may change. Raises LookupError for a deletion."""
        if self.content is None:
            raise LookupError(f"{self.resource_type}/{self.id} was deleted")
        return copy.deepcopy(self.content)


class FhirStore:
    """Resources by type and id, safe to use from several threads.

    Tests play another clinician by calling ``update`` with a changed copy of ``current(...).resource``.
    """

    def __init__(self, clock: Callable[[], datetime], *, versioned: bool = True) -> None:
        self._clock = clock
        self._versioned = versioned
        self._lock = threading.RLock()
        self._sequence = itertools.count(1)
        self._versions: dict[Key, tuple[Version, ...]] = {}

    def create(self, resource: JsonObject, new_id: str | None = None) -> Version:
        """Store a new resource under a new id, whatever id it carries."""
        return self._add(resource["resourceType"], new_id or str(uuid4()), resource)

    def update(self, resource: JsonObject) -> Version:
        """Store a resource as the next version of its type and id; the first one when there is none."""
        return self._add(resource["resourceType"], resource["id"], resource)

    def delete(self, resource_type: str, id_: str) -> Version:
        """Mark a resource as deleted; its earlier versions stay."""
        return self._add(resource_type, id_, None)

    def current(self, resource_type: str, id_: str) -> Version | None:
        """The newest version, which may be a deletion; None when there never was such a resource."""
        versions = self.versions(resource_type, id_)
        return versions[-1] if versions else None

    def versions(self, resource_type: str, id_: str) -> tuple[Version, ...]:
        """All versions, oldest first."""
        with self._lock:
            return self._versions.get((resource_type, id_), ())

    def existing(self, resource_type: str | None = None) -> list[Version]:
        """The newest version of every resource, of one type or of all, that is not deleted, in order of creation."""
        with self._lock:
            newest = [versions[-1] for versions in self._versions.values()]
        return [item for item in newest if item.content is not None and resource_type in {None, item.resource_type}]

    def forget_everything(self) -> None:
        """As if nobody had ever had a chart here."""
        with self._lock:
            self._versions = {}

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Hold everybody else back; undo all writes of the block when it raises."""
        with self._lock:
            before = dict(self._versions)
            done = False
            try:
                yield
                done = True
            finally:
                if not done:
                    self._versions = before

    def _add(self, resource_type: str, id_: str, resource: JsonObject | None) -> Version:
        with self._lock:
            earlier = self._versions.get((resource_type, id_), ())
            now, number = self._clock(), len(earlier) + 1
            content = None if resource is None else self._stamped(resource, id_, number, now)
            version = Version(resource_type, id_, number, now, next(self._sequence), content)
            self._versions[resource_type, id_] = (*earlier, version)
            return version

    def _stamped(self, resource: JsonObject, id_: str, number: int, now: datetime) -> JsonObject:
        meta = {name: value for name, value in resource.get("meta", {}).items() if name != "versionId"}
        stamp = {"versionId": str(number)} if self._versioned else {}
        meta |= stamp | {"lastUpdated": now.isoformat(timespec="milliseconds")}
        body = {name: value for name, value in copy.deepcopy(resource).items() if name not in {"id", "meta"}}
        return {"resourceType": body.pop("resourceType"), "id": id_, "meta": meta} | body
