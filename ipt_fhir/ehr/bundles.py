"""Bundles taken apart: what a search found, what became of each entry of a transaction (FHIR R4, bundle and http)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from ipt_fhir.ehr import outcomes
from ipt_fhir.ehr.answers import Asked, error_in, error_of, unreadable
from ipt_fhir.ehr.errors import Ambiguous, Conflict, EhrError, SignInNeeded, Throttled
from ipt_fhir.ehr.references import check_type, target_of_location
from ipt_fhir.rawjson import JsonObject

Parameters = Mapping[str, str] | Sequence[tuple[str, str]]
Query = tuple[str, Parameters]
"""A search: the type, and its parameters (as pairs, a name may come twice: FHIR reads that as "and")."""

_ETAG = re.compile(r'(?:[Ww]/)?"?([A-Za-z0-9\-._~:+=]{1,128})"?')
_STATUS = re.compile(r"([1-5][0-9][0-9])(?!\d)")
# An entry that failed like this decides what we do next, whatever happened to the others.
_GRAVEST: tuple[type[EhrError], ...] = (Ambiguous, Conflict, SignInNeeded, Throttled)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryOutcome:
    """What became of one entry. ``version`` is the bare versionId; None where the server does not tell.

    ``said`` are the words of the entry's OperationOutcome: warnings, since a failed entry is an error.
    """

    status: int
    resource_type: str
    resource_id: str | None = None
    version: str | None = None
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a search: resources, the words of outcome entries, and the address of the next page, if any."""

    resources: tuple[JsonObject, ...]
    said: tuple[str, ...]
    next: str | None


def search_address(query: Query) -> str:
    """``Type?name=value&...``. Raises ReferenceRefused."""
    resource_type, parameters = query
    pairs = parameters.items() if isinstance(parameters, Mapping) else parameters
    return f"{check_type(resource_type)}?{urlencode(list(pairs))}"


def batch_of(queries: Sequence[Query]) -> JsonObject:
    """One batch Bundle that runs all the searches."""
    entries = [{"request": {"method": "GET", "url": search_address(query)}} for query in queries]
    return {"resourceType": "Bundle", "type": "batch", "entry": entries}


def read_page(bundle: JsonObject, asked: Asked) -> Page:
    """One page of a searchset. Raises AnswerUnreadable for another resource."""
    if bundle.get("resourceType") != "Bundle":
        raise unreadable(f"a {outcomes.plain(bundle.get('resourceType'))} instead of a Bundle", asked)
    resources: list[JsonObject] = []
    said: list[str] = []
    for entry in _entries(bundle):
        resource = entry.get("resource")
        if outcomes.is_outcome(resource):
            said += outcomes.texts(resource)
        elif isinstance(resource, dict) and isinstance(resource.get("resourceType"), str):
            resources.append(resource)
    return Page(resources=tuple(resources), said=tuple(said), next=_next(bundle))


def read_batch(bundle: JsonObject, asked: Sequence[Asked]) -> list[JsonObject | EhrError]:
    """The searchset of each entry of a batch-response, in order; of an entry that failed, its error.

    Raises AnswerUnreadable when the answer cannot be laid beside what was asked.
    """
    whole = Asked(interaction="batch")
    if bundle.get("resourceType") != "Bundle" or len(_entries(bundle)) != len(asked):
        raise unreadable("not one answer for each entry", whole)
    return [_searchset(entry, about) for entry, about in zip(_entries(bundle), asked, strict=True)]


def _searchset(entry: JsonObject, asked: Asked) -> JsonObject | EhrError:
    error, resource = _error(entry, asked), entry.get("resource")
    if error:
        return error
    return resource if isinstance(resource, dict) else unreadable("an entry without a resource", asked)


def read_transaction(bundle: JsonObject, sent: Sequence[JsonObject]) -> list[EntryOutcome]:
    """What became of each entry sent, in order.

    Medplum answers 200 although entries failed, so each status is read; the gravest error is raised. Raises Ambiguous
    when the answer cannot be laid beside what was sent: then nothing of it is used (fault-F39).
    """
    whole = Asked(interaction="transaction", writes=True)
    if bundle.get("resourceType") != "Bundle" or len(_entries(bundle)) != len(sent):
        raise unreadable(f"{len(_entries(bundle))} outcomes for {len(sent)} entries", whole)
    pairs = [(entry, _asked(request)) for entry, request in zip(_entries(bundle), sent, strict=True)]
    errors = [error for entry, asked in pairs if (error := _error(entry, asked))]
    if errors:
        raise min(errors, key=_gravity)
    return [_outcome(entry, asked) for entry, asked in pairs]


def version_in(etag: object) -> str | None:
    """The version of an ETag: ``W/"3"``, ``"3"``, ``3`` and ``W/3`` all mean 3 (fault-F29); None for none."""
    found = _ETAG.fullmatch(etag.strip()) if isinstance(etag, str) else None
    return found[1] if found else None


def version_of(resource: JsonObject) -> str | None:
    """``meta.versionId``, for servers and Bundles without an ETag (fault-F27)."""
    version = _meta(resource).get("versionId")
    return version if isinstance(version, str) else None


def last_updated_of(resource: JsonObject) -> str | None:
    """``meta.lastUpdated`` as the server spells it."""
    instant = _meta(resource).get("lastUpdated")
    return instant if isinstance(instant, str) else None


def _outcome(entry: JsonObject, asked: Asked) -> EntryOutcome:
    response, resource = _response(entry), entry.get("resource")
    stored = resource if isinstance(resource, dict) and not outcomes.is_outcome(resource) else {}
    target = target_of_location(response.get("location"))
    kind = target.resource_type if target else stored.get("resourceType", asked.resource_type)
    if kind != asked.resource_type:
        raise unreadable(f"an outcome about a {outcomes.plain(kind)}", asked)
    stored_id = stored.get("id")
    return EntryOutcome(
        status=_status(entry) or 0,
        resource_type=asked.resource_type,
        resource_id=target.id if target else stored_id if isinstance(stored_id, str) else None,
        version=version_in(response.get("etag")) or (target and target.version) or version_of(stored),
        said=outcomes.texts(_entry_outcome(entry)),
    )


def _error(entry: JsonObject, asked: Asked) -> EhrError | None:
    status, outcome = _status(entry), _entry_outcome(entry)
    if status is None or 300 <= status < 400:
        return unreadable("an entry without a status of success or failure", asked)
    # What has an address now is stored, whatever the server has to say about it.
    stored = status < 300 and target_of_location(_response(entry).get("location"))
    return error_of(status, asked, outcome) or (None if stored else error_in(outcome, asked))


def _gravity(error: EhrError) -> int:
    return next((place for place, kind in enumerate(_GRAVEST) if isinstance(error, kind)), len(_GRAVEST))


def _asked(sent: JsonObject) -> Asked:
    interaction = "update" if sent["request"]["method"] == "PUT" else "create"
    return Asked(resource_type=sent["resource"]["resourceType"], interaction=interaction, writes=True)


def _entry_outcome(entry: JsonObject) -> JsonObject:
    """The OperationOutcome of an entry: in ``response.outcome``, or where the resource would stand."""
    for found in (_response(entry).get("outcome"), entry.get("resource")):
        if outcomes.is_outcome(found):
            return found
    return {}


def _status(entry: JsonObject) -> int | None:
    """The number at the beginning of ``201 Created``."""
    found = _STATUS.match(str(_response(entry).get("status", "")))
    return int(found[1]) if found else None


def _response(entry: JsonObject) -> JsonObject:
    response = entry.get("response")
    return response if isinstance(response, dict) else {}


def _entries(bundle: JsonObject) -> list[JsonObject]:
    listed = bundle.get("entry")
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _next(bundle: JsonObject) -> str | None:
    listed = bundle.get("link")
    links = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return next((str(link.get("url")) for link in links if link.get("relation") == "next"), None)


def _meta(resource: JsonObject) -> JsonObject:
    meta = resource.get("meta")
    return meta if isinstance(meta, dict) else {}
