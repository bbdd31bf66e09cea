"""What one person may ask for: everything that is held about them, in a file; and its erasure, with proof.

Both speak of this app's database. What was filed is the hospital's record, and the hospital answers for it; a copy in
somebody's backup is not reached from here. The receipt says both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import msgspec

from ipt_fhir import rawjson
from ipt_fhir.exchange.export import UnknownCode, collection
from ipt_fhir.mapping.references import Writing
from ipt_fhir.mapping.site import Site
from ipt_fhir.model import snapshot
from ipt_fhir.rawjson import JsonRefused
from smart_app.store import audit, episodes, persons
from smart_app.store.dialects import Remains
from smart_app.store.errors import SealBroken
from smart_app.store.lanes import Lane
from smart_app.store.persons import Waiting
from smart_app.store.store import Store
from smart_app.store.transactions import ReadTransaction

Person = Lane
"""One person as this app knows them: the hospital's address and the id of its Patient."""

NOT_ERASED = (
    "what was filed in the hospital's record, and forms the hospital keeps: ask the hospital",
    "copies of this database in backups: they end with the backup, or are erased again after a restore",
    "rows of the audit log, which say who did what and when, without content: they end with IPT_FHIR_KEEP_AUDIT_DAYS",
)
"""What an erasure does not reach, in the words of the receipt."""


class Reason(StrEnum):
    """Why data is erased; a word and no sentence, because a sentence may speak of the person."""

    ASKED_BY_PERSON = "asked-by-person"
    WRONG_PATIENT = "wrong-patient"
    NO_LONGER_NEEDED = "no-longer-needed"
    TEST_DATA = "test-data"


class NothingHeld(LookupError):
    """No table holds a row about this person; perhaps the issuer or the id is spelled otherwise."""

    def __init__(self) -> None:
        super().__init__(
            "nothing is held about this person: issuer and id must be spelled as the hospital spells them "
            "(the iss of the launch, the id of its Patient)"
        )


class StillWaiting(RuntimeError):
    """Something would be lost that nobody has seen yet; ``waiting`` says what."""

    def __init__(self, waiting: Waiting) -> None:
        super().__init__(f"{', '.join(told(waiting))}: act on that first, or say that it is to be erased too")
        self.waiting = waiting


class BeingSent(RuntimeError):
    """A filing of this person is on its way at this moment; try again in some minutes."""

    def __init__(self) -> None:
        super().__init__("a filing of this person is on its way at this moment; try again in some minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What is held about a person, in numbers: rows by table, rows of the audit log, and what still waits."""

    counts: dict[str, int]
    audit_rows: int
    waiting: Waiting

    @property
    def rows(self) -> int:
        """All rows but the audit log's."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof of an erasure. ``remaining`` was counted afterwards, in another look at the database; ``in_files`` says
    what of the rows is still in the files of the database."""

    lane: Lane
    at: datetime
    by: str
    reason: Reason
    counts: dict[str, int]
    digest: str
    remaining: dict[str, int]
    audit_rows: int
    in_files: Remains

    def as_json(self) -> bytes:
        """The receipt as a file."""
        whole = {
            "ipt-fhir": "erasure",
            "version": 1,
            "issuer": self.lane.issuer,
            "patient": self.lane.patient,
            "at": self.at,
            "by": self.by,
            "reason": self.reason.value,
            "erased": self.counts,
            "rows": sum(self.counts.values()),
            "digest": f"sha256:{self.digest}",
            "found_afterwards": self.remaining,
            "still_in_files": self.in_files.value,
            "audit_rows_kept": self.audit_rows,
            "not_erased_by_us": NOT_ERASED,
        }
        return msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n"


def told(waiting: Waiting) -> list[str]:
    """What waits, each kind in words for whoever erases at the machine."""
    kinds = {
        "safety answers wait for somebody to act": waiting.safety_answers,
        "forms the patient sent were not opened by anybody": waiting.received_forms,
        "filings are not in the record": waiting.filings,
    }
    unread = "the course cannot be read, so nobody can say whether a safety answer waits in it"
    return [*(f"{number} {words}" for words, number in kinds.items() if number), *([unread] if waiting.unread else ())]


def what_waits(tx: ReadTransaction, lane: Lane) -> Waiting:
    """What still waits for somebody, also in the course: of a form that was filled in at the clinic only that tells.

    A course that cannot be read stops nobody from erasing it, and is said to be one.
    """
    waiting = persons.waiting(tx, lane)
    try:
        stored = episodes.load(tx, lane)
        course = snapshot.load(stored.content) if stored else None
    except (SealBroken, msgspec.DecodeError):
        return replace(waiting, unread=True)
    items = {item.id for item in course.open_safety_items} if course else set()
    return replace(waiting, safety_items=waiting.safety_items | items)


def holding(store: Store, lane: Lane, by: str) -> Holding:
    """What is held, in numbers; that somebody asked is in the audit log.

    What was typed may be a name: it is written down there only where it is the id of somebody this app knows.
    """
    with store.write() as tx:
        counts = persons.counts(tx, lane)
        known = counts or persons.audit_count(tx, lane)
        audit.append(tx, _event(audit.Action.QUERY, lane if known else Lane("", ""), by))
        return Holding(counts=counts, audit_rows=persons.audit_count(tx, lane), waiting=what_waits(tx, lane))


def export_person(store: Store, site: Site, lane: Lane, by: str) -> bytes:
    """Everything held about a person, decrypted, as one JSON file; the course as FHIR too. Raises NothingHeld.

    The file is health data of the most sensitive kind: whoever asks for it keeps it.
    """
    with store.write() as tx:
        if not persons.counts(tx, lane):
            raise NothingHeld
        audit.append(tx, _event(audit.Action.EXPORT, lane, by))
        held: dict[str, list[dict[str, object]]] = {}
        for table, row in persons.rows(tx, lane):
            held.setdefault(table, []).append({name: _readable(value) for name, value in row.items()})
        whole = {
            "ipt-fhir": "person",
            "version": 1,
            "issuer": lane.issuer,
            "patient": lane.patient,
            "at": tx.now.isoformat(),
            "held": held,
            **_as_fhir(tx, site, lane),
            "left_out": sorted(persons.CREDENTIALS),
            "not_held_by_us": NOT_ERASED[:1],
        }
    return msgspec.json.format(rawjson.write(whole), indent=2) + b"\n"


def purge(store: Store, lane: Lane, reason: Reason, by: str, *, waiting_too: bool = False) -> Receipt:
    """Erase everything held about a person, and look again whether nothing is left.

    Raises NothingHeld, StillWaiting unless what waits is to go too, BeingSent. One transaction: all of it or nothing.
    """
    with store.write() as tx:
        if not persons.counts(tx, lane):
            raise NothingHeld
        waits = what_waits(tx, lane)
        if waits.sending:
            raise BeingSent
        if waits.for_somebody and not waiting_too:
            raise StillWaiting(waits)
        erased = persons.erase(tx, lane)
        audit.append(tx, _event(audit.Action.ERASE, lane, by, f"Erasure/{reason.value}"))
        at = tx.now
    in_files = store.settle_files()
    with store.read() as tx:
        return Receipt(
            lane=lane,
            at=at,
            by=by,
            reason=reason,
            counts=erased.counts,
            digest=erased.digest,
            remaining=persons.counts(tx, lane),
            audit_rows=persons.audit_count(tx, lane),
            in_files=in_files,
        )


def _as_fhir(tx: ReadTransaction, site: Site, lane: Lane) -> dict[str, object]:
    """The course as the hospital would get it: a Bundle of type collection, or why there is none.

    Not held against our rules: what is held about somebody is theirs, finished or not.
    """
    stored = episodes.load(tx, lane)
    if stored is None:
        return {"fhir": None, "fhir_left_out": "there is no course"}
    writing = Writing(patient=lane.patient, known={}, site=site)
    try:
        return {"fhir": collection(snapshot.load(stored.content), writing, tx.now)}
    except UnknownCode as refused:
        return {"fhir": None, "fhir_left_out": str(refused)}
    except msgspec.ValidationError:
        return {"fhir": None, "fhir_left_out": "the course is not one that this version can read"}


def _readable(value: object) -> object:
    """A column as JSON: what was sealed is JSON inside, or text."""
    if isinstance(value, datetime):
        return value.isoformat()
    if not isinstance(value, bytes):
        return value
    try:
        return rawjson.parse(value)
    except JsonRefused:
        return value.decode(errors="replace")


def _event(action: audit.Action, lane: Lane, by: str, entity: str = "") -> audit.AuditEvent:
    """Ids only."""
    return audit.AuditEvent(
        action=action, actor=by, issuer=lane.issuer, patient=lane.patient, entity=entity or f"Patient/{lane.patient}"
    )
