"""The documents a hospital publishes for everyone: SMART configuration, key set, CapabilityStatement.

They are kept with their ETag and asked for again only when they are older than the caller can take. One fetch at a
time for each address: a flood of sign-ins with made-up key ids costs the hospital one request a minute (attack-A24).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from ipt_fhir.ehr.answers import Asked, check, unreadable
from ipt_fhir.ehr.errors import ServerFault, Unreachable
from ipt_fhir.ehr.transport import Transport
from ipt_fhir.ehr.wire import SMALL_CAP, Answer, Request
from ipt_fhir.rawjson import JsonObject, JsonRefused, Limits, parse_object

USUAL_AGE: Final = 600.0
"""Seconds for which a document serves without being asked for again."""


@dataclass(frozen=True, slots=True)
class _Kept:
    document: JsonObject
    etag: str
    fetched: float


@dataclass(slots=True)
class _Place:
    lock: threading.Lock = field(default_factory=threading.Lock)
    kept: _Kept | None = None


class Published:
    """Fetches and keeps documents; safe to share between threads. ``monotonic`` (seconds) tells their age."""

    def __init__(self, transport: Transport, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._transport = transport
        self._monotonic = monotonic
        self._places: dict[str, _Place] = {}

    def get(
        self,
        url: str,
        *,
        origins: tuple[str, ...],
        what: str,
        cap: int = SMALL_CAP,
        accept: str = "application/json",
        oldest: float = USUAL_AGE,
        stale_is_fine: bool = False,
    ) -> JsonObject:
        """The document at ``url``, at most ``oldest`` seconds old, sent without any token.

        With ``stale_is_fine`` the copy we have serves while the hospital is down (fault-F66). ``what`` names the
        document in errors. Raises EhrError.
        """
        place = self._places.setdefault(url, _Place())
        # Whoever can take the copy we have does not wait for somebody who fetches a newer one.
        if (kept := place.kept) and self._is_fresh(kept, oldest):
            return kept.document
        with place.lock:
            kept = place.kept
            if kept and self._is_fresh(kept, oldest):
                return kept.document
            request = Request(method="GET", url=url, origins=origins, cap=cap, accept=accept, headers=_condition(kept))
            try:
                place.kept = self._fetch(request, what, kept)
            except (Unreachable, ServerFault):
                if not (kept and stale_is_fine):
                    raise
                return kept.document
            return place.kept.document

    def _is_fresh(self, kept: _Kept, oldest: float) -> bool:
        return self._monotonic() - kept.fetched < oldest

    def _fetch(self, request: Request, what: str, kept: _Kept | None) -> _Kept:
        answer = self._transport.send(request)
        if kept and answer.status == 304:
            return replace(kept, fetched=self._monotonic())
        document = _read(answer, Asked(interaction=f"read the {what}"), request.cap)
        return _Kept(document, answer.header("etag"), self._monotonic())


def _condition(kept: _Kept | None) -> dict[str, str]:
    return {"If-None-Match": kept.etag} if kept and kept.etag else {}


def _read(answer: Answer, asked: Asked, cap: int) -> JsonObject:
    check(answer, asked)
    try:
        return parse_object(answer.body, Limits(size=cap))
    except JsonRefused as refused:
        raise unreadable(str(refused), asked) from None
