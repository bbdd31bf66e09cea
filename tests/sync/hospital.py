"""A hospital in memory with a temper: it keeps versions, and can lose the request, the answer, or an element."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from typing import Any

from ipt_fhir.ehr.client import EntryOutcome, Versioned
from ipt_fhir.ehr.errors import Ambiguous, Conflict, EhrError, Gone, NotFound, Unreachable
from ipt_fhir.rawjson import JsonObject


class MemoryHospital:
    """What the engine needs of a hospital. ``faults`` are consumed one a transaction; None means all goes well.

    A fault is an error to raise before the server commits, or after it did (the answer is lost).
    """

    def __init__(self, *, drops: Callable[[JsonObject], JsonObject] = lambda resource: resource) -> None:
        self.resources: dict[tuple[str, str], list[JsonObject]] = {}
        self.lost_before: list[EhrError | None] = []
        self.lost_after: list[EhrError | None] = []
        self.read_faults: list[EhrError | None] = []
        self.transactions = 0
        self._drops = drops
        self._ids = itertools.count(1)

    def read(self, resource_type: str, resource_id: str) -> Versioned:
        self._fail(self.read_faults)
        versions = self.resources.get((resource_type, resource_id))
        if versions is None:
            raise NotFound("no such resource")
        if not versions:
            raise Gone("deleted")
        return _versioned(versions[-1])

    def find_by_identifier(self, resource_type: str, system: str, value: str) -> list[Versioned]:
        self._fail(self.read_faults)
        wanted = {"system": system, "value": value}
        return [
            _versioned(versions[-1])
            for (kind, _), versions in self.resources.items()
            if kind == resource_type and versions and wanted in _identifiers(versions[-1])
        ]

    def transact(self, bundle: JsonObject) -> list[EntryOutcome]:
        self.transactions += 1
        self._fail(self.lost_before)
        before = copy.deepcopy(self.resources)
        try:
            outcomes = self._apply(bundle)
        except EhrError:
            self.resources = before
            raise
        self._fail(self.lost_after)
        return outcomes

    def edit(self, resource_type: str, resource_id: str, change: Callable[[JsonObject], None]) -> None:
        """Another clinician changes a resource."""
        edited = copy.deepcopy(self.resources[resource_type, resource_id][-1])
        change(edited)
        self._store(resource_type, resource_id, edited)

    def delete(self, resource_type: str, resource_id: str) -> None:
        """Another clinician deletes a resource."""
        self.resources[resource_type, resource_id] = []

    def only(self, resource_type: str) -> JsonObject:
        """The one resource of a type."""
        (versions,) = [found for (kind, _), found in self.resources.items() if kind == resource_type]
        return versions[-1]

    def _apply(self, bundle: JsonObject) -> list[EntryOutcome]:
        names: dict[str, str] = {}
        targets = [self._target(entry, names) for entry in bundle["entry"]]
        return [self._write(entry, target, names) for entry, target in zip(bundle["entry"], targets, strict=True)]

    def _target(self, entry: JsonObject, names: dict[str, str]) -> tuple[str, str, bool]:
        kind = entry["resource"]["resourceType"]
        if entry["request"]["method"] == "PUT":
            return kind, entry["request"]["url"].split("/")[1], True
        key = entry["fullUrl"].removeprefix("urn:uuid:")
        found = [
            ident
            for (type_, ident), versions in self.resources.items()
            if type_ == kind and versions and any(item.get("value") == key for item in _identifiers(versions[-1]))
        ]
        resource_id = found[0] if found else f"s{next(self._ids)}"
        names[entry["fullUrl"]] = f"{kind}/{resource_id}"
        return kind, resource_id, not found

    def _write(self, entry: JsonObject, target: tuple[str, str, bool], names: dict[str, str]) -> EntryOutcome:
        kind, resource_id, writes = target
        current = self.resources.get((kind, resource_id), [])
        if "ifMatch" in entry["request"]:
            version = current[-1]["meta"]["versionId"] if current else None
            if entry["request"]["ifMatch"] != f'W/"{version}"':
                raise Conflict("version mismatch", status=412)
        if writes:
            self._store(kind, resource_id, self._drops(_resolved(entry["resource"], names)))
        stored = self.resources[kind, resource_id][-1]
        status = 200 if current else 201
        return EntryOutcome(
            status=status, resource_type=kind, resource_id=resource_id, version=stored["meta"]["versionId"]
        )

    def _store(self, kind: str, resource_id: str, resource: JsonObject) -> None:
        versions = self.resources.setdefault((kind, resource_id), [])
        meta = {**resource.get("meta", {}), "versionId": str(len(versions) + 1)}
        versions.append({**resource, "id": resource_id, "meta": meta})

    @staticmethod
    def _fail(faults: list[EhrError | None]) -> None:
        fault = faults.pop(0) if faults else None
        if fault:
            raise fault


LOST = Ambiguous("no answer")
DOWN = Unreachable("refused")


def _versioned(resource: JsonObject) -> Versioned:
    return Versioned(resource=copy.deepcopy(resource), version=resource["meta"]["versionId"], last_updated=None)


def _identifiers(resource: JsonObject) -> list[Any]:
    found = resource.get("identifier", [])
    return found if isinstance(found, list) else [found]


def _resolved(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _resolved(member, names) for name, member in value.items()}
    if isinstance(value, list):
        return [_resolved(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value
