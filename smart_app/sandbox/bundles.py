"""Transactions and batches (FHIR R4 http, "Batch/Transaction")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4

from smart_app.sandbox.interactions import Answer, Call, FhirApi
from smart_app.sandbox.json_text import JsonObject
from smart_app.sandbox.outcomes import Refused
from smart_app.sandbox.references import resolved
from smart_app.sandbox.scopes import Access
from smart_app.sandbox.store import Version

_MOST_ENTRIES: Final = 500
# FHIR R4 http, "Transaction Processing Rules": the order in which entries take effect.
_ORDER: Final = ("DELETE", "POST", "PUT", "GET")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a bundle: its place in it, its full URL (empty when it has none), the interaction it asks for."""

    index: int
    full_url: str
    call: Call

    def within(self, refusal: Refused) -> Refused:
        """The refusal, saying which entry it is about."""
        return refusal.within(f"Bundle.entry[{self.index}]")


def process(api: FhirApi, bundle: Any, access: Access, *, bodies: bool) -> JsonObject:
    """Answer a Bundle of type transaction or batch with its response Bundle; ``bodies``: send written resources back.

    Raises Refused for a transaction that fails, of which nothing is kept, and for a bundle that is neither.
    """
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise Refused(400, "structure", "Only a Bundle may be posted to the base")
    kind = bundle.get("type")
    if not {"transaction": api.row.transaction, "batch": api.row.batch}.get(str(kind), False):
        raise Refused(405, "not-supported", f"This hospital offers no {kind}")
    entries = bundle.get("entry", [])
    if not isinstance(entries, list) or len(entries) > _MOST_ENTRIES:
        raise Refused(413, "too-costly", f"A bundle here has at most {_MOST_ENTRIES} entries")
    answered = (
        _transaction(api, entries, access, bodies) if kind == "transaction" else _batch(api, entries, access, bodies)
    )
    response: JsonObject = {"resourceType": "Bundle", "type": f"{kind}-response"}
    return response | ({"entry": answered} if answered else {})


def _batch(api: FhirApi, raw: Sequence[Any], access: Access, bodies: bool) -> list[JsonObject]:
    """Each entry stands for itself: one that fails changes nothing for the others."""
    answered = []
    for index, item in enumerate(raw):
        try:
            call = _entry(index, item).call
            answered.append(_answered(api, api.perform(call, access), bodies or call.method == "GET"))
        except Refused as refusal:
            answered.append(_refused(refusal))
    return answered


def _transaction(api: FhirApi, raw: Sequence[Any], access: Access, bodies: bool) -> list[JsonObject]:
    entries = [_entry(index, item) for index, item in enumerate(raw)]
    _check_distinct(entries)
    with api.store.all_or_nothing():
        answers = dict(_steps(api, [item for item in entries if item.call.method == "DELETE"], access))
        placed = _placed(api, [item for item in entries if item.call.method != "DELETE"])
        answers |= dict(_steps(api, sorted(placed, key=lambda item: _ORDER.index(item.call.method)), access))
        for entry in entries:
            _check(api, entry, answers[entry.index])
    return [_answered(api, answers[entry.index], bodies or entry.call.method == "GET") for entry in entries]


def _entry(index: int, item: Any) -> Entry:
    """Read one entry. Raises Refused (400) for what is no request."""
    request = item.get("request") if isinstance(item, dict) else None
    if not isinstance(request, dict) or request.get("method") not in _ORDER or not isinstance(request.get("url"), str):
        raise Refused(400, "structure", "An entry needs a request with a method and a url").within(
            f"Bundle.entry[{index}]"
        )
    path, _, query = request["url"].partition("?")
    call = Call(
        method=request["method"],
        path=tuple(path.strip("/").split("/")),
        query=tuple(parse_qsl(query)),
        resource=item.get("resource"),
        if_match=_text(request, "ifMatch"),
        if_none_exist=_text(request, "ifNoneExist"),
    )
    return Entry(index, str(item.get("fullUrl", "")), call)


def _text(request: JsonObject, name: str) -> str | None:
    return str(request[name]) if name in request else None


def _check_distinct(entries: Sequence[Entry]) -> None:
    """No two entries may be about the same thing: their order would decide what is kept. Raises Refused (400)."""
    calls = [entry.call for entry in entries if entry.call.method != "GET"]
    names = [entry.full_url for entry in entries if entry.full_url]
    names += ["/".join(call.path) for call in calls if call.method in {"PUT", "DELETE"}]
    names += [f"{call.path[0]}?{call.if_none_exist}" for call in calls if call.if_none_exist is not None]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise Refused(400, "duplicate", f"Two entries of the bundle are about {twice[0]}")


def _placed(api: FhirApi, entries: Sequence[Entry]) -> list[Entry]:
    """The entries with their final ids, and with references to full URLs of the bundle turned into real ones."""
    places: dict[str, str] = {}
    with_ids = []
    for entry in entries:
        call = replace(entry.call, new_id=str(uuid4())) if entry.call.method == "POST" else entry.call
        if entry.full_url:
            places[entry.full_url] = _place(api, entry, call)
        with_ids.append(replace(entry, call=call))
    return [replace(item, call=replace(item.call, resource=resolved(item.call.resource, places))) for item in with_ids]


def _place(api: FhirApi, entry: Entry, call: Call) -> str:
    """Where the entry's resource will be: the match of its condition, the new id, or the address it is put to."""
    try:
        found = api.existing(call) if call.path[0] in api.row.interactions else None
    except Refused as refusal:
        raise entry.within(refusal) from refusal
    return f"{call.path[0]}/{found.id if found else call.new_id}" if call.method == "POST" else "/".join(call.path[:2])


def _steps(api: FhirApi, entries: Iterable[Entry], access: Access) -> list[tuple[int, Answer]]:
    answers = []
    for entry in entries:
        try:
            answers.append((entry.index, api.step(entry.call, access)))
        except Refused as refusal:
            raise entry.within(refusal) from refusal
    return answers


def _check(api: FhirApi, entry: Entry, answer: Answer) -> None:
    try:
        api.check(answer)
    except Refused as refusal:
        raise entry.within(refusal) from refusal


def _answered(api: FhirApi, answer: Answer, bodies: bool) -> JsonObject:
    status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
    if answer.version is None:
        return {"resource": answer.bundle, "response": {"status": status}}
    entry: JsonObject = {"response": {"status": status} | _version_facts(api, answer.version)}
    if answer.version.content is not None and bodies:
        entry |= {"fullUrl": f"{api.base}/{answer.version.resource_type}/{answer.version.id}"}
        entry |= {"resource": answer.version.resource}
    return entry


def _version_facts(api: FhirApi, version: Version) -> JsonObject:
    facts = {"lastModified": version.last_updated.isoformat(timespec="milliseconds")}
    if version.content is not None:
        facts["location"] = api.location(version)
    if api.row.versioned:
        facts["etag"] = f'W/"{version.number}"'
    return facts


def _refused(refusal: Refused) -> JsonObject:
    status = f"{refusal.status} {HTTPStatus(refusal.status).phrase}"
    return {"response": {"status": status, "outcome": refusal.outcome()}}
