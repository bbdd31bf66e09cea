"""The worker deletes what is older than the clinic keeps it; what is still in use, or waits for somebody, stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from ipt_fhir.model import snapshot
from ipt_fhir.model.episode import Episode, EpisodeStatus
from smart_app.services import person_rights
from smart_app.services.practice import Practice
from smart_app.store import audit, expiring, hand_overs, launches, persons, worker_runs
from smart_app.store.lanes import Lane
from smart_app.store.transactions import Transaction

TASK = "retention"
_EVERY = timedelta(hours=1)


def apply(practice: Practice, by: str) -> int:
    """One round, if the last one is an hour old: how many things were deleted, a course with all its rows being one."""
    with practice.store.read() as tx:
        last = worker_runs.last(tx, TASK)
        if last is not None and timedelta(0) <= tx.now - last < _EVERY:
            return 0
    with practice.store.write() as tx:
        launches.end_old(tx)
        hand_overs.end_old(tx)
    kept = practice.retention
    gone = _delete(practice, by, "Draft", kept.drafts, expiring.drafts_before)
    gone += _delete(practice, by, "Intent", kept.sent, expiring.sent_before)
    gone += _delete_courses(practice, by)
    gone += _delete(practice, by, "Launch", kept.launches, expiring.launches_before)
    gone += _delete(practice, by, "AuditEvent", kept.audit, audit.cut)
    with practice.store.write() as tx:
        worker_runs.note(tx, TASK)
    practice.store.settle_files()  # Also after a round without a deletion: an erasure may have found the log in use.
    return gone


def _delete(practice: Practice, by: str, kind: str, days: int, act: Callable[[Transaction, datetime], int]) -> int:
    """One kind of thing; the audit row tells how many, and of no person."""
    if not days:
        return 0
    with practice.store.write() as tx:
        gone = act(tx, tx.now - timedelta(days=days))
        if gone:
            audit.append(tx, audit.AuditEvent(action=audit.Action.EXPIRE, actor=by, entity=f"{kind}/{gone}"))
    return gone


def _delete_courses(practice: Practice, by: str) -> int:
    days = practice.retention.courses
    if not days:
        return 0
    with practice.store.read() as tx:
        before = tx.now - timedelta(days=days)
        found = [(lane, snapshot.load(content)) for lane, content in expiring.courses_before(tx, before)]
    over = [lane for lane, episode in found if _ended_before(episode, before.date())]
    return sum(_delete_course(practice, by, lane, before) for lane in over)


def _delete_course(practice: Practice, by: str, lane: Lane, before: datetime) -> int:
    """Asked again inside the transaction: somebody may have opened it meanwhile."""
    with practice.store.write() as tx:
        waits = person_rights.what_waits(tx, lane)
        if waits.for_somebody or waits.sending or not expiring.is_unchanged(tx, lane, before):
            return 0
        persons.erase(tx, lane)
        event = audit.AuditEvent(
            action=audit.Action.EXPIRE, actor=by, issuer=lane.issuer, patient=lane.patient, entity="Erasure/retention"
        )
        audit.append(tx, event)
    return 1


def _ended_before(episode: Episode, day: date) -> bool:
    """Over, also as to maintenance sessions, and the day it ended on is past; without such a day the last change is."""
    over = episode.status in {EpisodeStatus.COMPLETED, EpisodeStatus.REVOKED}
    return over and (episode.review is None or episode.review.ended_on < day)
