"""The FHIR interactions, the same for a request and for an entry of a bundle (FHIR R4 http)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl
from uuid import uuid4

from smart_app.sandbox.hospitals import Hospital, Interaction
from smart_app.sandbox.json_text import JsonObject
from smart_app.sandbox.outcomes import Refused
from smart_app.sandbox.pages_of_search import first_page, history_bundle, next_page
from smart_app.sandbox.references import owner
from smart_app.sandbox.resource_types import TYPES
from smart_app.sandbox.scopes import Access
from smart_app.sandbox.searching import Pairs, Search, understand
from smart_app.sandbox.store import FhirStore, Version
from smart_app.sandbox.structure import check_id, check_references, check_resource

_ETAG = re.compile(r'(?:W/)?"(?P<version>[0-9]{1,9})"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One interaction asked for. ``path`` is what follows the base; ``new_id`` is the id a bundle promised."""

    method: str
    path: tuple[str, ...]
    query: Pairs = ()
    resource: JsonObject | None = None
    if_match: str | None = None
    if_none_exist: str | None = None
    strict: bool = False
    new_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of it: a status, the version read or written, or a bundle; ``wrote`` is False for reads."""

    status: int
    version: Version | None = None
    bundle: JsonObject | None = None
    wrote: bool = False


@dataclass(frozen=True, slots=True)
class FhirApi:
    """The hospital's FHIR interactions over its store. ``base`` is the FHIR base URL, without a slash at the end."""

    row: Hospital
    base: str
    store: FhirStore

    def perform(self, call: Call, access: Access) -> Answer:
        """Do one interaction, wholly or not at all. Raises Refused."""
        with self.store.all_or_nothing():
            answer = self.step(call, access)
            self.check(answer)
        return answer

    def step(self, call: Call, access: Access) -> Answer:
        """Do one interaction of several; the caller holds the store and calls ``check`` at the end. Raises Refused."""
        shape: tuple[str | int, ...] = (
            call.method,
            len(call.path),
            *(part for part in call.path if part in {"_history", "_search"}),
        )
        if shape not in _STEPS:
            raise Refused(
                405, "not-supported", f"{call.method} {'/'.join(call.path)} is not an interaction of this API"
            )
        interaction, letter, step = _STEPS[shape]
        self._check_offered(call.path[0], interaction)
        return step(self, call, access.confinement(letter, call.path[0]))

    def check(self, answer: Answer) -> None:
        """Once everything is written, does every reference lead somewhere? Raises Refused (422)."""
        if answer.wrote and answer.version:
            check_references(answer.version, self.store, self.base)

    def location(self, version: Version) -> str:
        """The address of this very version; of the resource where the hospital knows no versions."""
        place = f"{self.base}/{version.resource_type}/{version.id}"
        return f"{place}/_history/{version.number}" if self.row.versioned else place

    def existing(self, call: Call) -> Version | None:
        """The one resource that meets the condition of a conditional create. Raises Refused (412) for several."""
        if call.if_none_exist is None:
            return None
        if not self.row.conditional_create:
            raise Refused(412, "not-supported", "This hospital offers no conditional create")
        search = understand(call.path[0], tuple(parse_qsl(call.if_none_exist)), self.base)
        if search.unknown or not search.tests:
            raise Refused(400, "invalid", f"The condition {call.if_none_exist!r} is not one this hospital can check")
        found = search.matches(self.store.existing(call.path[0]))
        if len(found) > 1:
            raise Refused(412, "multiple-matches", f"{len(found)} resources meet the condition {call.if_none_exist!r}")
        return found[0] if found else None

    def more(self, page: str, access: Access) -> JsonObject:
        """The page of a search that a ``next`` link of ours names. Raises Refused (400) for a made-up link."""
        search, offset = next_page(page, self.base)
        self._check_offered(search.resource_type, "search-type")
        visible = self._visible(search, access.confinement("s", search.resource_type))
        return first_page(search, visible, self.row.page_size, self.base, offset)

    def _check_offered(self, resource_type: str, interaction: Interaction) -> None:
        if resource_type not in self.row.interactions:
            raise Refused(404, "not-found", f"This hospital has no {resource_type}")
        if not self.row.offers(resource_type, interaction):
            raise Refused(405, "not-supported", f"This hospital offers no {interaction} of {resource_type}")

    def _visible(self, search: Search, patient: str | None) -> list[Version]:
        strangers = [other for other in search.patients(self.base) if patient and other != patient]
        if strangers:
            raise Refused(403, "forbidden", f"Patient/{strangers[0]} is not the patient of this launch")
        everything = self.store.existing(search.resource_type)
        return [item for item in everything if item.content and self._open(item.content, patient)]

    def _open(self, resource: JsonObject, patient: str | None) -> bool:
        """May somebody confined to this patient see the resource? What belongs to nobody's chart, everybody may."""
        if patient is None:
            return True
        in_no_chart = TYPES[resource["resourceType"]].patient is None and resource["resourceType"] != "Patient"
        return in_no_chart or owner(resource, self.base) == patient

    def _search(self, call: Call, patient: str | None) -> Answer:
        search = understand(call.path[0], call.query, self.base)
        if search.unknown and call.strict:
            raise Refused(400, "not-supported", f"Unknown search parameters: {', '.join(search.unknown)}")
        page = first_page(search, self._visible(search, patient), self.row.page_size, self.base)
        return Answer(status=200, bundle=page)

    def _read(self, call: Call, patient: str | None) -> Answer:
        return Answer(status=200, version=self._seen(call, patient))

    def _vread(self, call: Call, patient: str | None) -> Answer:
        versions = self._versions(call, patient)
        found = [item for item in versions if str(item.number) == call.path[3]]
        if not found:
            raise Refused(404, "not-found", f"{call.path[0]}/{call.path[1]} has no version {call.path[3]}")
        return Answer(status=200, version=_alive(found[0]))

    def _history(self, call: Call, patient: str | None) -> Answer:
        return Answer(status=200, bundle=history_bundle(self._versions(call, patient), self.base))

    def _create(self, call: Call, patient: str | None) -> Answer:
        resource = check_resource(call.resource, call.path[0])
        self._keep_inside(resource, patient)
        if found := self.existing(call):
            self._keep_inside(found.resource, patient)
            return Answer(status=200, version=found)
        version = self.store.create(resource, call.new_id or str(uuid4()))
        return Answer(status=201, version=version, wrote=True)

    def _update(self, call: Call, patient: str | None) -> Answer:
        resource = check_resource(call.resource, call.path[0])
        check_id(resource, call.path[1])
        self._keep_inside(resource, patient)
        current = self.store.current(call.path[0], call.path[1])
        if current and current.content:
            self._keep_inside(current.content, patient)
            self._check_match(call, current)
        elif call.if_match:
            raise Refused(self.row.stale_status, "conflict", f"{'/'.join(call.path)} does not exist")
        elif not self.row.update_creates:
            raise Refused(405, "not-supported", "This hospital chooses the ids of new resources itself")
        status = 200 if current and current.content else 201
        return Answer(status=status, version=self.store.update(resource), wrote=True)

    def _delete(self, call: Call, patient: str | None) -> Answer:
        current = self._seen(call, patient)
        self._keep_inside(current.resource, patient)
        self._check_match(call, current)
        return Answer(status=204, version=self.store.delete(call.path[0], call.path[1]), wrote=True)

    def _versions(self, call: Call, patient: str | None) -> tuple[Version, ...]:
        versions = self.store.versions(call.path[0], call.path[1])
        if not versions:
            raise Refused(404, "not-found", f"There is no {call.path[0]}/{call.path[1]}")
        if not all(self._open(item.content, patient) for item in versions if item.content):
            raise Refused(
                403, "forbidden", f"{call.path[0]}/{call.path[1]} is not in the chart of this launch's patient"
            )
        return versions

    def _seen(self, call: Call, patient: str | None) -> Version:
        return _alive(self._versions(call, patient)[-1])

    def _keep_inside(self, resource: JsonObject, patient: str | None) -> None:
        """Refuse (403) to write outside the launch patient's chart."""
        if patient is not None and owner(resource, self.base) != patient:
            raise Refused(403, "forbidden", f"This {resource['resourceType']} is not about the patient of the launch")

    def _check_match(self, call: Call, current: Version) -> None:
        if not self.row.versioned:
            return
        if call.if_match is None:
            # 400, so that a forgotten header is never taken for a conflict.
            if self.row.versioning == "versioned-update":
                raise Refused(400, "required", "This hospital changes nothing without If-Match")
            return
        match = _ETAG.fullmatch(call.if_match)
        if not match:
            raise Refused(400, "invalid", f"If-Match {call.if_match} is not an ETag of this hospital")
        if int(match["version"]) != current.number:
            text = f"{'/'.join(call.path)} is at version {current.number}, not {match['version']}"
            raise Refused(self.row.stale_status, "conflict", text)


def _alive(version: Version) -> Version:
    if version.content is None:
        raise Refused(410, "deleted", f"{version.resource_type}/{version.id} was deleted")
    return version


Step = Callable[[FhirApi, Call, str | None], Answer]

# Method, number of path parts, and the special part among them -> interaction, letter of the scope it needs, step.
_STEPS: Final[dict[tuple[str | int, ...], tuple[Interaction, str, Step]]] = {
    ("GET", 1): ("search-type", "s", FhirApi._search),
    ("POST", 2, "_search"): ("search-type", "s", FhirApi._search),
    ("GET", 2): ("read", "r", FhirApi._read),
    ("GET", 3, "_history"): ("history-instance", "r", FhirApi._history),
    ("GET", 4, "_history"): ("vread", "r", FhirApi._vread),
    ("POST", 1): ("create", "c", FhirApi._create),
    ("PUT", 2): ("update", "u", FhirApi._update),
    ("DELETE", 2): ("delete", "d", FhirApi._delete),
}
