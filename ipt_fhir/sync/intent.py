"""What a person asked to be filed, and what became of it. The words are those a clinician sees (decision-D8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ipt_fhir import rawjson
from ipt_fhir.carriers.native import Change, ServerCopy
from ipt_fhir.rawjson import JsonObject


class IntentState(StrEnum):
    """Where an intent stands.

    waiting: saved here, not sent or surely not received. sending: on its way; left so by a crash it means unknown.
    unknown: the server may or may not have it, so read before sending again. conflict: the chart changed meanwhile.
    held: refused, a person must look. needs_sign_in: the sign-in ended. done: in the record, read back.
    """

    WAITING = "waiting"
    SENDING = "sending"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"
    HELD = "held"
    NEEDS_SIGN_IN = "needs_sign_in"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One artefact as the server holds it after a verified read.

    ``differences`` are the FHIRPaths of elements the server did not keep; empty means all of it is in the record.
    """

    key: str
    copy: ServerCopy
    filed: datetime
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A resource that somebody changed in the chart after we read it; ``theirs`` is None when it was deleted."""

    key: str
    ours: JsonObject
    theirs: ServerCopy | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one attempt. ``reason`` is the stable code of an error (``ehr.errors``), ``detail`` words for IT
    without patient data, ``said`` the server's own words, which may name a patient."""

    state: IntentState
    receipts: tuple[Receipt, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    reason: str | None = None
    detail: str = ""
    said: str = ""
    retry_after: float | None = None


def dump_changes(changes: Sequence[Change]) -> bytes:
    """The payload of an intent as bytes, number spellings kept, for the outbox."""
    return rawjson.write([_change_as_json(change) for change in changes])


def load_changes(payload: bytes) -> list[Change]:
    """The changes of a stored payload."""
    return [_change_from_json(item) for item in rawjson.parse(payload)]


def _change_as_json(change: Change) -> JsonObject:
    base = change.base
    known = {"id": base.id, "version": base.version, "resource": base.resource} if base else None
    return {"key": change.key, "resource": change.resource, "base": known}


def _change_from_json(item: JsonObject) -> Change:
    known, resource = item["base"], item["resource"]
    base = known and ServerCopy(
        resource_type=resource["resourceType"], id=known["id"], version=known["version"], resource=known["resource"]
    )
    return Change(key=item["key"], resource=resource, base=base)
