"""What an administrator sees over all patients: filings that are not in the record, and the audit log. Ids, states and
times; nothing of a chart (decision-D90). Each look is in the audit log itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import msgspec

from ipt_fhir.sync.intent import IntentState
from smart_app.language import lazy_gettext
from smart_app.services.administering import Session
from smart_app.services.caseload import CourseNote
from smart_app.services.practice import Practice
from smart_app.services.problems import Problems, read_day
from smart_app.store import audit, caseload, intents
from smart_app.store.audit import Asked, Entry
from smart_app.store.lanes import Lane
from smart_app.store.transactions import ReadTransaction

PAGE = 50
_NO_PERSON = Lane("", "")
_FIRST, _LAST = date(1970, 1, 2), date(9990, 12, 31)
_DIGITS = 18
"""Of a row's number: what a database takes as an integer."""

ACTIONS: Mapping[str, str] = {
    "launch": lazy_gettext("chart opened"),
    "logout": lazy_gettext("signed out"),
    "read": lazy_gettext("looked at"),
    "query": lazy_gettext("searched"),
    "create": lazy_gettext("made"),
    "update": lazy_gettext("changed"),
    "correct": lazy_gettext("corrected"),
    "withdraw": lazy_gettext("taken back"),
    "file": lazy_gettext("filed"),
    "decide": lazy_gettext("decided"),
    "export": lazy_gettext("exported"),
    "hand-over": lazy_gettext("tablet handed over"),
    "take-back": lazy_gettext("tablet taken back"),
    "reassign": lazy_gettext("re-assigned"),
    "sign-in": lazy_gettext("administrator signed in"),
    "erase": lazy_gettext("person erased"),
    "expire": lazy_gettext("deleted, time over"),
}
"""What the audit log calls an act, and what a page says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFiling:
    """A filing that is not in the record. ``record_number`` is None where no caseload has noted it."""

    hospital: str
    patient: str
    record_number: str | None
    state: IntentState
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchForm:
    """What was entered, as text; empty finds everything. ``person`` is a record number or a patient id."""

    issuer: str = ""
    person: str = ""
    actor: str = ""
    action: str = ""
    since: str = ""
    until: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of the audit log; ``older`` is where the next one begins, empty where there is none."""

    entries: tuple[Entry, ...] = ()
    older: str = ""


def held_filings(practice: Practice, session: Session) -> list[HeldFiling]:
    """Every filing that is not in the record, those a person must act on first, then the oldest."""
    names = {issuer.iss: issuer.name for issuer in practice.registry}
    with practice.store.write() as tx:
        audit.append(tx, _event(session, "Intent/held"))
        numbers = _record_numbers(tx)
        found = intents.unfinished_everywhere(tx)
    lines = [
        HeldFiling(
            hospital=names.get(line.lane.issuer, line.lane.issuer),
            patient=line.lane.patient,
            record_number=numbers.get(line.lane),
            state=line.state,
            reason=line.reason,
            since=line.created,
        )
        for line in found
    ]
    return sorted(lines, key=lambda line: (line.state not in intents.PERSON_STATES, line.since))


def search_audit(practice: Practice, session: Session, form: SearchForm) -> tuple[Found, Problems]:
    """The rows that fit, the newest first; nothing with problems."""
    problems = Problems()
    since = _midnight(read_day("since", form.since, problems)) if form.since else None
    until = _midnight(read_day("until", form.until, problems)) if form.until else None
    if problems:
        return Found(), problems
    before = form.before if form.before.isascii() and form.before.isdigit() else ""
    with practice.store.write() as tx:
        lane = _person(tx, form)
        asked = Asked(
            issuer=lane.issuer,
            patient=lane.patient,
            actor=form.actor.strip(),
            action=form.action if form.action in ACTIONS else "",
            since=since,
            until=until + timedelta(days=1) if until else None,
            before=int(before[:_DIGITS]) if before else None,
        )
        found = audit.search(tx, asked, PAGE + 1)
        # What was typed may be a name; it is written down only where it is the id of somebody in the log.
        about = lane if any(entry.event.patient == lane.patient for entry in found) else Lane("", "")
        audit.append(tx, _event(session, "AuditEvent/search", about))
    older = str(found[PAGE - 1].number) if len(found) > PAGE else ""
    return Found(entries=tuple(found[:PAGE]), older=older), problems


def check_chain(practice: Practice, session: Session) -> audit.Break | None:
    """Whether the whole audit log is as it was written; None when it is."""
    with practice.store.write() as tx:
        audit.append(tx, _event(session, "AuditEvent/chain"))
    with practice.store.read() as tx:
        return audit.verify_chain(tx)


def _person(tx: ReadTransaction, form: SearchForm) -> Lane:
    """By record number where a caseload has noted it, else the id itself."""
    typed = form.person.strip()
    for lane, number in _record_numbers(tx).items():
        if typed and number == typed and form.issuer in {"", lane.issuer}:
            return lane
    return Lane(form.issuer, typed)


def _record_numbers(tx: ReadTransaction) -> dict[Lane, str]:
    """The record numbers the caseload has noted; a chart nobody has opened since has none here."""
    found = {lane: msgspec.json.decode(note, type=CourseNote).record_number for lane, note in caseload.notes(tx)}
    return {lane: number for lane, number in found.items() if number}


def _midnight(day: date | None) -> datetime | None:
    """The first moment of a day; at the ends of the calendar, where no zone can be applied, that of one inside."""
    if day is None:
        return None
    return datetime.combine(min(max(day, _FIRST), _LAST), time.min).astimezone()


def _event(session: Session, entity: str, lane: Lane = _NO_PERSON) -> audit.AuditEvent:
    return audit.AuditEvent(
        action=audit.Action.QUERY, actor=session.actor, issuer=lane.issuer, patient=lane.patient, entity=entity
    )
