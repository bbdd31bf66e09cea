"""One attempt to bring an intent into the record: send, check every entry, read back, or find out what happened.

Rules of this file:
1. A result we did not see is unknown, never failed: the next step is always to read (decision-D10).
2. Nothing of the chart is overwritten: updates carry the version we read, and 409 or 412 becomes a disagreement that
   a person settles.
3. "Done" is said only after every resource was read back (invariant I10).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from ipt_fhir import rawjson
from ipt_fhir.carriers.native import Change, ServerCopy, transaction
from ipt_fhir.ehr.client import EntryOutcome, Versioned
from ipt_fhir.ehr.errors import (
    Ambiguous,
    Conflict,
    Duplicated,
    EhrError,
    Gone,
    NotFound,
    SignInNeeded,
    Throttled,
    Unreachable,
)
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.sync.intent import Disagreement, IntentState, Outcome, Receipt
from ipt_fhir.sync.verification import differences
from ipt_fhir.terminology import systems


class Hospital(Protocol):
    """The part of a FHIR client that the engine needs; ``ehr.client.FhirClient`` is one."""

    def read(self, resource_type: str, resource_id: str) -> Versioned:
        """The current version; raises NotFound, Gone or another EhrError."""
        ...

    def find_by_identifier(self, resource_type: str, system: str, value: str) -> list[Versioned]:
        """Every resource of the type that carries the identifier."""
        ...

    def transact(self, bundle: JsonObject) -> list[EntryOutcome]:
        """Send a transaction; one outcome an entry, in order."""
        ...


def attempt(changes: Sequence[Change], hospital: Hospital, clock: Callable[[], datetime], *, seen: bool) -> Outcome:
    """Try to file the changes; never raises an EhrError.

    ``seen`` tells that an earlier attempt may have reached the server: then the chart is read first and only what it
    does not have is sent (fault-F04, fault-F05, fault-F52).
    """
    try:
        return _attempt(changes, hospital, clock, seen=seen)
    except EhrError as error:
        return _failed(error)


def _attempt(changes: Sequence[Change], hospital: Hospital, clock: Callable[[], datetime], *, seen: bool) -> Outcome:
    there = _look_first(changes, hospital) if seen else _Seen()
    if there.disagreements:
        return Outcome(state=IntentState.CONFLICT, disagreements=tuple(there.disagreements), reason=Conflict.code)
    try:
        copies = _brought(changes, there, hospital)
    except Conflict:
        return _after_conflict(changes, hospital, clock)
    return _verified(changes, copies, hospital, clock)


def _brought(changes: Sequence[Change], there: _Seen, hospital: Hospital) -> dict[str, ServerCopy]:
    """What the chart had and what was sent now, by key; on the version just read where one was. Raises EhrError."""
    missing = [
        replace(change, base=there.moved.get(change.key, change.base))
        for change in changes
        if change.key not in there.copies
    ]
    return there.copies | (_send(missing, hospital) if missing else {})


def _look_first(changes: Sequence[Change], hospital: Hospital) -> _Seen:
    """Read before a resend. Raises Ambiguous when the chart cannot be read: what happened stays unknown."""
    try:
        return _look(changes, hospital)
    except (SignInNeeded, Duplicated):
        raise
    except EhrError as error:
        raise Ambiguous(f"an earlier attempt could not be checked: {error.code}") from error


def _after_conflict(changes: Sequence[Change], hospital: Hospital, clock: Callable[[], datetime]) -> Outcome:
    """Find out which resources disagree. None does after a lost race between two of our own creates (HAPI: 409), or
    where somebody changed an entry and changed it back: that version is as good as the one we read."""
    there = _look(changes, hospital)
    if there.disagreements:
        return Outcome(state=IntentState.CONFLICT, disagreements=tuple(there.disagreements), reason=Conflict.code)
    if there.moved or len(there.copies) == len(changes):
        with suppress(Conflict):
            return _verified(changes, _brought(changes, there, hospital), hospital, clock)
    return Outcome(state=IntentState.WAITING, reason=Conflict.code, detail="conflict without a disagreement; try again")


def _send(changes: Sequence[Change], hospital: Hospital) -> dict[str, ServerCopy]:
    """Send one transaction and read the address of each entry from its answer. Raises EhrError."""
    outcomes = hospital.transact(transaction(changes))
    copies: dict[str, ServerCopy] = {}
    for change, outcome in zip(changes, outcomes, strict=True):
        copies[change.key] = _copy_from(change, outcome, hospital)
    return copies


def _copy_from(change: Change, outcome: EntryOutcome, hospital: Hospital) -> ServerCopy:
    """The address of an entry; a server that tells none is asked by identifier (fault-F32)."""
    resource_id = outcome.resource_id or (change.base and change.base.id)
    if resource_id:
        return ServerCopy(
            resource_type=change.resource_type, id=resource_id, version=outcome.version or "", resource=change.resource
        )
    found = hospital.find_by_identifier(change.resource_type, systems.IDENTIFIER, change.key)
    if not found:
        raise Ambiguous(f"{change.resource_type} was accepted but cannot be found")
    return _copy(found[0])


class _Seen:
    """What the chart has of an intent: copies of what is there, disagreements where somebody else wrote, and versions
    that ``moved`` on and still say what we read."""

    def __init__(self) -> None:
        self.copies: dict[str, ServerCopy] = {}
        self.moved: dict[str, ServerCopy] = {}
        self.disagreements: list[Disagreement] = []


def _look(changes: Sequence[Change], hospital: Hospital) -> _Seen:
    """Read the chart for every change. Raises EhrError."""
    there = _Seen()
    assigned: dict[str, str] = {}
    for change in changes:
        if change.base is None:
            _look_for_new(change, hospital, there, assigned)
    for change in changes:
        if change.base is not None:
            _look_at_changed(change, change.base, hospital, there, assigned)
    return there


def _look_for_new(change: Change, hospital: Hospital, there: _Seen, assigned: dict[str, str]) -> None:
    found = hospital.find_by_identifier(change.resource_type, systems.IDENTIFIER, change.key)
    if len(found) > 1:
        raise Duplicated(f"{len(found)} {change.resource_type} resources carry one identifier of ours")
    if found:
        there.copies[change.key] = _copy(found[0])
        assigned[f"urn:uuid:{change.key}"] = there.copies[change.key].reference


def _look_at_changed(
    change: Change, base: ServerCopy, hospital: Hospital, there: _Seen, assigned: dict[str, str]
) -> None:
    """Our update is there when the stored resource has all of it; else an unchanged version is free to be written."""
    try:
        stored = hospital.read(base.resource_type, base.id)
    except (NotFound, Gone):
        there.disagreements.append(Disagreement(key=change.key, ours=change.resource, theirs=None))
        return
    if not differences(change.resource, stored.resource, assigned):
        there.copies[change.key] = _copy(stored)
    elif rawjson.equal(_content(stored.resource), _content(base.resource)):
        there.moved |= {} if stored.version == base.version else {change.key: _copy(stored)}
    elif stored.version != base.version:
        there.disagreements.append(Disagreement(key=change.key, ours=change.resource, theirs=_copy(stored)))


def _verified(
    changes: Sequence[Change], copies: dict[str, ServerCopy], hospital: Hospital, clock: Callable[[], datetime]
) -> Outcome:
    """Read every resource back and compare; what the server did not keep stands in the receipt."""
    assigned = {f"urn:uuid:{key}": copy.reference for key, copy in copies.items()}
    receipts = []
    for change in changes:
        copy = copies[change.key]
        stored = _read_back(copy, hospital)
        lost = differences(change.resource, stored.resource, assigned)
        receipts.append(Receipt(key=change.key, copy=_copy(stored), filed=clock(), differences=tuple(lost)))
    return Outcome(state=IntentState.DONE, receipts=tuple(receipts))


def _read_back(copy: ServerCopy, hospital: Hospital) -> Versioned:
    """The stored resource. Raises Ambiguous when it cannot be read: it may be there, but nobody has seen it."""
    try:
        return hospital.read(copy.resource_type, copy.id)
    except SignInNeeded:
        raise
    except EhrError as error:
        raise Ambiguous(f"written but not read back: {error.code}") from error


def _failed(error: EhrError) -> Outcome:
    state = next((state for kind, state in _STATES if isinstance(error, kind)), IntentState.HELD)
    wait = error.retry_after if isinstance(error, Throttled) else None
    return Outcome(state=state, reason=error.code, detail=error.detail, said=error.said, retry_after=wait)


_STATES: tuple[tuple[type[EhrError], IntentState], ...] = (
    (SignInNeeded, IntentState.NEEDS_SIGN_IN),
    (Throttled, IntentState.WAITING),
    (Unreachable, IntentState.WAITING),
    (Ambiguous, IntentState.UNKNOWN),
)


def _copy(found: Versioned) -> ServerCopy:
    resource = found.resource
    return ServerCopy(
        resource_type=resource["resourceType"], id=resource["id"], version=found.version or "", resource=resource
    )


def _content(resource: JsonObject) -> JsonObject:
    return {name: value for name, value in resource.items() if name != "meta"}
