"""What an answer means: one table from HTTP statuses and OperationOutcomes to our errors.

Servers differ and both sides of a difference stand here: a stale If-Match is 409 on HAPI and Oracle Health, 412 on
others; Medplum answers 200 to a transaction whose entries failed; Oracle Health answers 201 with an empty body.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ipt_fhir.ehr import outcomes
from ipt_fhir.ehr.addresses import origin
from ipt_fhir.ehr.errors import (
    Ambiguous,
    AnswerUnreadable,
    Conflict,
    EhrError,
    ForeignAddress,
    Gone,
    NotFound,
    Refused,
    ScopeMissing,
    ServerFault,
    SignInNeeded,
    Throttled,
)
from ipt_fhir.ehr.wire import Answer
from ipt_fhir.rawjson import JsonObject, JsonRefused, parse_object

LONGEST_WAIT = 3600.0
"""Seconds: no server makes us wait longer than this in one go (fault-F15)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request was about, for the words of an error: FHIR type (or types), interaction, does it write?"""

    resource_type: str = ""
    interaction: str = ""
    writes: bool = False

    def __str__(self) -> str:
        """As it stands in ``detail``: no ids, no parameters."""
        return f"{self.interaction} {self.resource_type}".strip()


def check(answer: Answer, asked: Asked) -> None:
    """Raise the EhrError of an answer that is no success."""
    if error := error_of(answer.status, asked, outcomes.outcome_in(answer.body), wait=retry_after(answer)):
        raise error
    if 300 <= answer.status < 400:
        raise _redirected(answer, asked)


def resource_in(answer: Answer, asked: Asked) -> JsonObject:
    """The resource of a successful answer.

    Raises as ``check``; for an OperationOutcome that reports an error under a 200 (fault-F67); AnswerUnreadable, or
    Ambiguous on a write, for what is no FHIR JSON: a login page, an empty or hostile body (fault-F10, attack-A53).
    """
    check(answer, asked)
    try:
        resource = parse_object(answer.body)
    except JsonRefused as refused:
        raise unreadable(str(refused), asked) from None
    if outcomes.is_outcome(resource) and (error := error_in(resource, asked)):
        raise error
    if not isinstance(resource.get("resourceType"), str):
        raise unreadable("JSON, but no FHIR resource", asked)
    return resource


def unreadable(why: str, asked: Asked) -> EhrError:
    """The error for an answer we cannot use: on a write its effect is unknown."""
    detail = f"{asked}: {why}"
    return Ambiguous(detail) if asked.writes else AnswerUnreadable(detail)


def error_of(status: int, asked: Asked, outcome: JsonObject, *, wait: float | None = None) -> EhrError | None:
    """The error of an HTTP status, of an answer or of one entry of a Bundle; None below 400."""
    if status < 400:
        return None
    said = " ".join(outcomes.texts(outcome))
    make = _BY_STATUS.get(status) or (_fault if status >= 500 else _refused)
    if status == 429 or (status == 503 and wait is not None):
        return Throttled(f"{asked}: {status}", said=said, status=status, retry_after=wait)
    return make(f"{asked}: {status}", said, status, asked)


def error_in(outcome: JsonObject, asked: Asked) -> EhrError | None:
    """The error an OperationOutcome reports by its issue codes although the status was a success (fault-F67)."""
    codes = outcomes.errors(outcome)
    if not codes:
        return None
    make = next((_BY_ISSUE[code] for code in codes if code in _BY_ISSUE), _refused)
    return make(f"{asked}: issue {outcomes.plain(codes[0])}", " ".join(outcomes.texts(outcome)), 200, asked)


def retry_after(answer: Answer) -> float | None:
    """Seconds to wait, at most an hour; None when the server named none (RFC 9110, section 10.2.3).

    A date is read against the server's own Date header, because its clock may be off (fault-F15).
    """
    value = answer.header("retry-after").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST_WAIT)
    until = _read_http_date(value)
    if until is None:
        return None
    now = _read_http_date(answer.header("date")) or answer.received
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT)


Maker = Callable[[str, str, int, Asked], EhrError]


def _simply(kind: type[EhrError]) -> Maker:
    return lambda detail, said, status, _: kind(detail, said=said, status=status)


def _fault(detail: str, said: str, status: int, asked: Asked) -> EhrError:
    return (Ambiguous if asked.writes else ServerFault)(detail, said=said, status=status)


def _forbidden(detail: str, said: str, status: int, asked: Asked) -> EhrError:
    return ScopeMissing(
        detail, said=said, status=status, resource_type=asked.resource_type, interaction=asked.interaction
    )


_refused = _simply(Refused)

_BY_STATUS: dict[int, Maker] = {
    401: _simply(SignInNeeded),
    403: _forbidden,
    404: _simply(NotFound),
    408: _fault,
    409: _simply(Conflict),
    410: _simply(Gone),
    412: _simply(Conflict),
}

_BY_ISSUE: dict[str, Maker] = {
    "login": _simply(SignInNeeded),
    "expired": _simply(SignInNeeded),
    "forbidden": _forbidden,
    "suppressed": _forbidden,
    "not-found": _simply(NotFound),
    "deleted": _simply(Gone),
    "conflict": _simply(Conflict),
    "throttled": _simply(Throttled),
    "transient": _fault,
    "lock-error": _fault,
    "no-store": _fault,
    "exception": _fault,
    "timeout": _fault,
    "incomplete": _fault,
}


def _redirected(answer: Answer, asked: Asked) -> EhrError:
    try:
        place = origin(answer.header("location"))
    except ValueError:
        place = "no plain address"
    detail = f"{asked}: {answer.status} to {place}; redirects are not followed"
    return Ambiguous(detail, status=answer.status) if asked.writes else ForeignAddress(detail, status=answer.status)


def _read_http_date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
