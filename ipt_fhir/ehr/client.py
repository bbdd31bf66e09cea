"""A FHIR client for one patient and one sign-in (FHIR R4, http).

Nothing is sent that is not about the patient of the launch, nothing is handed on that is about another, and the token
goes to the origin of the FHIR base only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Literal
from urllib.parse import urlencode, urljoin

from ipt_fhir import rawjson
from ipt_fhir.ehr import bundles
from ipt_fhir.ehr.addresses import is_within
from ipt_fhir.ehr.answers import Asked, resource_in, unreadable
from ipt_fhir.ehr.bundles import EntryOutcome, Page, Parameters, Query
from ipt_fhir.ehr.capabilities import Capabilities, capabilities_of
from ipt_fhir.ehr.errors import EhrError, ForeignAddress, SignInNeeded, TooLarge, WrongPatient, WrongRecord
from ipt_fhir.ehr.issuer import Issuer
from ipt_fhir.ehr.patients import PatientGuard
from ipt_fhir.ehr.published import Published
from ipt_fhir.ehr.references import address
from ipt_fhir.ehr.transport import Transport
from ipt_fhir.ehr.valuesets import MOST_CODINGS, codings_in
from ipt_fhir.ehr.wire import Answer, Request
from ipt_fhir.rawjson import JsonObject

_log = logging.getLogger(__name__)
MOST_PAGES = 50
MOST_RESOURCES = 10_000
_THREADS = 6
_OF_A_BATCH = Asked(interaction="batch")
_OF_A_TRANSACTION = Asked(interaction="transaction", writes=True)

__all__ = ["EntryOutcome", "FhirClient", "Notice", "Query", "Versioned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Versioned:
    """A resource with its version: the bare versionId and the instant, None where the server gives none (F28)."""

    resource: JsonObject
    version: str | None
    last_updated: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something a person for IT should know. ``foreign``: another patient's resource came and was dropped (A82).

    ``outcome``: the server remarked something on a search; ``said`` are its words and may hold patient data.
    ``refused``: a search that may fail did, so nothing of that type was read.
    """

    kind: Literal["foreign", "outcome", "refused"]
    resource_type: str
    said: str = field(default="", repr=False)


class FhirClient:
    """Reads and writes the chart of one patient; safe to share between threads.

    ``patient`` is the logical id of the launch; ``notices`` grows while the client works. Every method raises EhrError.
    """

    def __init__(
        self,
        transport: Transport,
        issuer: Issuer,
        access_token: str,
        patient: str,
        *,
        published: Published | None = None,
    ) -> None:
        self._transport = transport
        self._issuer = issuer
        self._token = access_token
        self.patient = patient
        self._guard = PatientGuard(patient, issuer.base)
        self._published = published or Published(transport)
        self.notices: list[Notice] = []

    def capabilities(self) -> Capabilities:
        """What the server says it can do (``capabilities_of``)."""
        return capabilities_of(self._published, self._issuer)

    def read(self, resource_type: str, resource_id: str) -> Versioned:
        """The current version of one resource.

        Raises NotFound or Gone; WrongRecord when the answer is another resource (fault-F11); WrongPatient when it is
        about somebody else (attack-A32).
        """
        asked = Asked(resource_type=resource_type, interaction="read")
        answer = self._send("GET", f"{self._issuer.base}/{address(resource_type, resource_id)}", asked)
        resource = resource_in(answer, asked)
        if (resource["resourceType"], resource.get("id")) != (resource_type, resource_id):
            raise WrongRecord(f"{asked}: the answer has another type or id")
        if self._guard.is_foreign(resource):
            self._report_foreign(resource_type)
            raise WrongPatient(f"{asked}: the answer is about another patient")
        return _versioned(resource, answer.header("etag"))

    def search(self, resource_type: str, params: Parameters) -> list[JsonObject]:
        """Every resource that matches, over all pages; resources of other patients are dropped and noticed."""
        return self._search((resource_type, params))

    def find_by_identifier(self, resource_type: str, system: str, value: str) -> list[Versioned]:
        """Every resource of the type that carries the identifier; more than one means duplicates."""
        found = self.search(resource_type, {"identifier": f"{system}|{value}"})
        return [_versioned(resource) for resource in found if resource["resourceType"] == resource_type]

    def read_context(self, queries: Sequence[Query], may_fail: Collection[str] = frozenset()) -> list[list[JsonObject]]:
        """All these searches at once, results in their order: one batch where offered, else six threads (D14b).

        Raises the error of the first search that failed; none is passed over in silence. What fails of a type in
        ``may_fail`` finds nothing and leaves a notice, but for a sign-in that has ended.
        """
        if len(queries) > 1 and self.capabilities().batch:
            return self._read_in_one_batch(queries, may_fail)
        with ThreadPoolExecutor(max_workers=_THREADS) as threads:
            searches = [partial(self._or_notice, query[0], may_fail, partial(self._search, query)) for query in queries]
            return [done.result() for done in [threads.submit(search) for search in searches]]

    def expand(self, canonical: str) -> list[JsonObject] | None:
        """The codings of a ValueSet (``$expand``); None when the server sends no list or only a part of one."""
        asked = Asked(resource_type="ValueSet", interaction="operation")
        query = urlencode({"url": canonical, "count": MOST_CODINGS})
        answer = self._send("GET", f"{self._issuer.base}/ValueSet/$expand?{query}", asked)
        return codings_in(resource_in(answer, asked))

    def transact(self, bundle: JsonObject) -> list[EntryOutcome]:
        """Send a transaction Bundle of creates and updates; one outcome an entry, in order, all of them successes.

        Raises WrongPatient before a byte leaves; Ambiguous whenever the effect is not known for every entry; the
        gravest error when entries failed, which on some servers happens under a 200 with the others applied.
        """
        self._guard.check_outgoing(bundle)
        types = ", ".join(sorted({entry["resource"]["resourceType"] for entry in bundle["entry"]}))
        asked = Asked(resource_type=types, interaction="transaction", writes=True)
        answer = self._send("POST", self._issuer.base, asked, rawjson.write(bundle))
        return bundles.read_transaction(resource_in(answer, asked), bundle["entry"])

    def _read_in_one_batch(self, queries: Sequence[Query], may_fail: Collection[str]) -> list[list[JsonObject]]:
        body = rawjson.write(bundles.batch_of(queries))
        answer = self._send("POST", self._issuer.base, _OF_A_BATCH, body)
        asked = [Asked(resource_type=resource_type, interaction="search") for resource_type, _ in queries]
        entries = bundles.read_batch(resource_in(answer, _OF_A_BATCH), asked)
        return [
            self._or_notice(about.resource_type, may_fail, partial(self._found, entry, about))
            for entry, about in zip(entries, asked, strict=True)
        ]

    def _found(self, entry: JsonObject | EhrError, asked: Asked) -> list[JsonObject]:
        if isinstance(entry, EhrError):
            raise entry
        return self._all_pages(entry, asked)

    def _or_notice(
        self, resource_type: str, may_fail: Collection[str], search: Callable[[], list[JsonObject]]
    ) -> list[JsonObject]:
        """What the search finds; of a type that may fail, nothing and a notice where the server refuses."""
        try:
            return search()
        except EhrError as error:
            if resource_type not in may_fail or isinstance(error, SignInNeeded):
                raise
            _log.warning("%s: %s could not be read: %s", self._issuer.iss, resource_type, error.code)
            self.notices.append(Notice(kind="refused", resource_type=resource_type))
            return []

    def _search(self, query: Query) -> list[JsonObject]:
        asked = Asked(resource_type=query[0], interaction="search")
        answer = self._send("GET", f"{self._issuer.base}/{bundles.search_address(query)}", asked)
        return self._all_pages(resource_in(answer, asked), asked)

    def _all_pages(self, first: JsonObject, asked: Asked) -> list[JsonObject]:
        """Follow ``next`` on our own server, to the end or to an error: half a record is worse than none (F64)."""
        page = bundles.read_page(first, asked)
        found = self._own_resources(page, asked)
        seen: set[str] = set()
        while page.next:
            url = urljoin(f"{self._issuer.base}/", page.next)
            if url in seen:
                raise unreadable("the pages go in a circle", asked)
            seen.add(url)
            if len(seen) >= MOST_PAGES or len(found) > MOST_RESOURCES:
                raise TooLarge(f"{asked}: more than {MOST_PAGES} pages or {MOST_RESOURCES} resources")
            if not is_within(url, (self._issuer.origin,)):
                raise ForeignAddress(f"{asked}: the next page is on another server")
            page = bundles.read_page(resource_in(self._send("GET", url, asked), asked), asked)
            found += self._own_resources(page, asked)
        return found

    def _own_resources(self, page: Page, asked: Asked) -> list[JsonObject]:
        self.notices += [Notice(kind="outcome", resource_type=asked.resource_type, said=said) for said in page.said]
        own = [resource for resource in page.resources if not self._guard.is_foreign(resource)]
        for _ in range(len(page.resources) - len(own)):
            self._report_foreign(asked.resource_type)
        return own

    def _report_foreign(self, resource_type: str) -> None:
        _log.error("%s: a %s of another patient came and was dropped", self._issuer.iss, resource_type)
        self.notices.append(Notice(kind="foreign", resource_type=resource_type))

    def _send(self, method: str, url: str, asked: Asked, body: bytes = b"") -> Answer:
        return self._transport.send(
            Request(
                method=method,
                url=url,
                origins=(self._issuer.origin,),
                token=self._token,
                body=body,
                headers={"Prefer": "return=minimal"} if asked.writes else {},
                writes=asked.writes,
            )
        )


def _versioned(resource: JsonObject, etag: str = "") -> Versioned:
    """An ETag speaks for the whole answer, so it comes first; inside a Bundle only ``meta`` is there (F27)."""
    return Versioned(
        resource=resource,
        version=bundles.version_in(etag) or bundles.version_of(resource),
        last_updated=bundles.last_updated_of(resource),
    )
