"""File to the chart: save and queue in one transaction, send, read back, and say honestly what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ipt_fhir import rawjson
from ipt_fhir.carriers.native import Change, Missing, ServerCopy, missing_for
from ipt_fhir.ehr.errors import EhrError, SignInNeeded
from ipt_fhir.mapping.editing import identifier_of
from ipt_fhir.mapping.episode import NoCourse, PlanUnread, Reading, from_fhir
from ipt_fhir.model.activities import COURSE
from ipt_fhir.model.consents import ConsentKind, is_stopped
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import with_local
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.sync.engine import attempt
from ipt_fhir.sync.intent import IntentState, Outcome, dump_changes, load_changes
from ipt_fhir.validation.clinical import broken_rules
from ipt_fhir.validation.issues import Issue, errors
from ipt_fhir.validation.validator import validate
from smart_app.language import gettext as _
from smart_app.services import caseload, charting, course_resources, filed_copies
from smart_app.services.consenting import may_go_on
from smart_app.services.course_resources import Drawn, fileable, to_be_filed
from smart_app.services.describing import description_of
from smart_app.services.desk import Desk
from smart_app.services.failures import Failure, failure_of
from smart_app.services.practice import Practice
from smart_app.services.work_planning import with_course
from smart_app.store import audit, claims, drafts, intents, launches, server_copies
from smart_app.store.claims import Claim
from smart_app.store.drafts import DraftKey
from smart_app.store.errors import StaleRevision
from smart_app.store.intents import Intent
from smart_app.store.server_copies import Receipt as Receipt
from smart_app.store.transactions import ReadTransaction, Transaction

# Reasons an intent rests without having been done; stable codes.
TOOK_THEIRS = "took-theirs"
SUPERSEDED = "superseded"
SIGNED_IN_AGAIN = "signed-in-again"

_LEASE = 120.0
_KEPT = "kept-version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the course stands against the record: how much waits, what the newest filing came to, the receipts.

    ``of_colleague``: that filing is somebody else's, and only their sign-in can send it (invariant I16). ``held_back``:
    part of the course in the chart could not be read, so nothing is sent (``unread``). ``not_shared``: the patient does
    not allow it, so nothing but the decision itself is ever pending.
    """

    pending: int
    intent: Intent | None
    of_colleague: bool
    receipts: tuple[Receipt, ...]
    held_back: bool = False
    not_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What filing now would send: the resources by key, what is wrong with them, what the hospital does not allow."""

    changes: tuple[Change, ...]
    issues: tuple[Issue, ...]
    missing: tuple[Missing, ...]


def standing(practice: Practice, desk: Desk, drawn: Drawn | None = None) -> Standing:
    """Where the course stands; no network. ``drawn`` saves mapping the course where a page did it already."""
    with practice.store.read() as tx:
        intent = intents.latest(tx, desk.episode.id)
        noted = None if drawn else caseload.unfiled_noted(tx, desk)
    return Standing(
        pending=to_be_filed(practice, desk, drawn) if noted is None else noted,
        intent=intent,
        of_colleague=intent is not None and intent.author != desk.user_sub,
        receipts=desk.chart.receipts,
        held_back=desk.background.not_read.holds_filing,
        not_shared=is_stopped(desk.episode.consents, ConsentKind.DATA_SHARING),
    )


def preview(practice: Practice, desk: Desk, drawn: Drawn | None = None) -> Preview:
    """What filing now would do. Raises Failure when the hospital cannot be asked what it allows."""
    found = preview_offline(practice, desk, drawn)
    try:
        return replace(found, missing=_missing(practice, desk, found.changes))
    except EhrError as error:
        raise failure_of(error) from error


def preview_offline(practice: Practice, desk: Desk, drawn: Drawn | None = None) -> Preview:
    """As preview, without asking the hospital what it allows."""
    drawn = drawn or course_resources.drawn(practice, desk)
    changes = _changes(drawn, desk)
    return Preview(changes=changes, issues=_issues(practice, drawn, changes), missing=())


def to_send(practice: Practice, desk: Desk) -> tuple[Change, ...]:
    """The entries filing would send now, without judging them; no network."""
    return _changes(course_resources.drawn(practice, desk), desk)


def file(practice: Practice, desk: Desk) -> IntentState:
    """Save the intent and try to bring it into the record; the state says how far it came.

    Nothing is sent that our own validator refuses (decision-D4). A filing that is still open is continued first, never
    doubled; what was edited since then is a second intent behind it. Where the patient stopped sharing, an open one is
    not continued; where part of the course in the chart could not be read, nothing is.
    """
    if desk.background.not_read.holds_filing:
        return IntentState.HELD
    drawn = course_resources.drawn(practice, desk)
    changes = _changes(drawn, desk)
    if errors(_issues(practice, drawn, changes)) or _known_missing(practice, desk, changes):
        return IntentState.HELD
    with practice.store.write() as tx:
        open_one = intents.head(tx, desk.lane)
        if open_one and not may_go_on(desk.episode, open_one):
            return open_one.state
        waiting = _made_ready(tx, desk)
        if waiting is None and changes:
            _queue(tx, desk, changes)
    state = _drain(practice, desk)
    if waiting is not None and state is IntentState.DONE:
        state = _file_rest(practice, desk)
    charting.note_standing(practice, desk)
    return state


def _file_rest(practice: Practice, desk: Desk) -> IntentState:
    """What was edited while an older filing was open, now against the chart as that filing left it."""
    with practice.store.write() as tx:
        fresh = charting.refreshed(tx, desk)
        changes = _changes(course_resources.drawn(practice, fresh), fresh)
        if not changes:
            return IntentState.DONE
        _queue(tx, fresh, changes)
    return _drain(practice, fresh)


def settle(practice: Practice, desk: Desk, *, keep_draft: bool) -> None:
    """Take the chart's version of what disagrees; ours is kept as a draft to read, or dropped.

    Everything of ours that does not disagree stays and waits to be filed. Raises StaleRevision when nothing waits for
    a choice any more, Failure when the chart's version cannot be read.
    """
    with practice.store.write() as tx:
        intent = intents.head(tx, desk.lane)
        if intent is None or intent.state is not IntentState.CONFLICT:
            raise StaleRevision("no filing waits for a choice")
        theirs = _theirs(intent)
        if keep_draft:
            ours = [description_of(key, desk.episode, practice.site) for key in theirs]
            drafts.save(tx, _draft_key(desk), rawjson.write(ours).decode())
        charting.keep(tx, desk, _with_theirs(practice, desk, theirs))
        for key, copy in theirs.items():
            if copy is None:
                server_copies.remove(tx, desk.episode.id, key)
            else:
                server_copies.put(tx, desk.episode.id, filed_copies.as_stored(key, copy, tx))
        intents.settle(tx, desk.lane, intent.id, IntentState.DONE, TOOK_THEIRS)
        audit.append(tx, charting.audit_event(desk, audit.Action.DECIDE))


def disagreements(
    practice: Practice, desk: Desk, intent: Intent
) -> tuple[Reading | None, dict[str, ServerCopy | None]]:
    """The course as the chart has it, None where that cannot be read; and its resources that disagree, by key."""
    theirs = _theirs(intent)
    now = {**desk.chart, **theirs}
    try:
        return from_fhir([copy.resource for copy in now.values() if copy], practice.catalogue), theirs
    except (NoCourse, PlanUnread):
        return None, theirs


def kept_draft(practice: Practice, desk: Desk) -> list[str]:
    """Our versions that were kept when the chart's were taken, as XHTML we made ourselves (attack-A43)."""
    with practice.store.read() as tx:
        found = drafts.load(tx, _draft_key(desk))
    kept: list[str] = rawjson.parse(found.text.encode()) if found else []
    return kept


def discard_draft(practice: Practice, desk: Desk) -> None:
    """Forget the kept version."""
    with practice.store.write() as tx:
        drafts.discard(tx, _draft_key(desk))


def _changes(drawn: Drawn, desk: Desk) -> tuple[Change, ...]:
    waiting = fileable(desk.episode, drawn.unfiled).items()
    return tuple(Change(key=key, resource=resource, base=desk.chart.get(key)) for key, resource in waiting)


def _issues(practice: Practice, drawn: Drawn, changes: Sequence[Change]) -> tuple[Issue, ...]:
    """What keeps the changes in the house. A colleague's fault in what stays as it is keeps nothing back."""
    found = [
        issue
        for change in changes
        for issue in validate(change.resource, change.resource.get("meta", {}).get("profile", ()))
    ]
    if errors(found):
        return tuple(found)
    course = [item for item in drawn.resources.values() if not errors(validate(item))]
    keys = {change.key for change in changes}
    found += [issue for resource, issue in broken_rules(course, practice.catalogue) if identifier_of(resource) in keys]
    return tuple(found)


def _missing(practice: Practice, desk: Desk, changes: Sequence[Change]) -> tuple[Missing, ...]:
    with practice.store.read() as tx:
        launch = launches.find_grant(tx, desk.lane, desk.user_sub, practice.idle)
    if launch is None or not changes:
        return ()
    return tuple(missing_for(changes, practice.hospital(launch).capabilities(), desk.scopes))


def _known_missing(practice: Practice, desk: Desk, changes: Sequence[Change]) -> tuple[Missing, ...]:
    """As _missing; a hospital that cannot be asked now is no reason not to save the intent."""
    try:
        return _missing(practice, desk, changes)
    except EhrError:
        return ()


def _made_ready(tx: Transaction, desk: Desk) -> Intent | None:
    """The filing that is still open, ready to be tried again; a refused one makes room for what is right now."""
    waiting = intents.head(tx, desk.lane)
    if waiting is None or waiting.author != desk.user_sub:
        return waiting
    if waiting.state is IntentState.HELD:
        intents.settle(tx, desk.lane, waiting.id, IntentState.DONE, SUPERSEDED)
        return None
    if waiting.state is IntentState.NEEDS_SIGN_IN:
        intents.settle(tx, desk.lane, waiting.id, IntentState.WAITING, SIGNED_IN_AGAIN)
    return waiting


def _queue(tx: Transaction, desk: Desk, changes: Sequence[Change]) -> None:
    """One database transaction holds the course and its outbox row (invariant I6)."""
    charting.keep(tx, desk, desk.episode)
    intents.add(tx, desk.lane, desk.episode.id, desk.user_sub, dump_changes(changes))
    audit.append(tx, charting.audit_event(desk, audit.Action.FILE))


def _drain(practice: Practice, desk: Desk) -> IntentState:
    """Try the oldest intent of the lane once, under its author's own sign-in (invariant I16)."""
    with practice.store.write() as tx:
        launch = launches.find_grant(tx, desk.lane, desk.user_sub, practice.idle)
        claimed = claims.claim(tx, desk.lane, f"page-{uuid.uuid4()}", _LEASE)
        if claimed is None:
            return _latest_state(tx, desk)
        if launch is None or claimed.intent.author != desk.user_sub:
            claims.record(tx, claimed, IntentState.NEEDS_SIGN_IN, reason=SignInNeeded.code)
            claims.release(tx, claimed)
            return IntentState.NEEDS_SIGN_IN
        seen = bool(intents.attempts_of(tx, claimed.intent.id))
        claimed = claims.record(tx, claimed, IntentState.SENDING)
    outcome = attempt(load_changes(claimed.intent.payload), practice.hospital(launch), practice.clock, seen=seen)
    with practice.store.write() as tx:
        _record(tx, claimed, outcome, practice.clock())
    return outcome.state


def _record(tx: Transaction, claimed: Claim, outcome: Outcome, now: datetime) -> None:
    """The outcome, the receipts and the chart's copies in one transaction."""
    episode_id = claimed.intent.episode_id
    for receipt in outcome.receipts:
        server_copies.put(tx, episode_id, filed_copies.as_stored(receipt.key, receipt.copy, tx, receipt.differences))
    wait = timedelta(seconds=outcome.retry_after) if outcome.retry_after else None
    claims.record(
        tx,
        claimed,
        outcome.state,
        reason=outcome.reason or "",
        detail=_detail(outcome),
        next_try=now + wait if wait else None,
    )
    claims.release(tx, claimed)


def _detail(outcome: Outcome) -> str:
    """What the page needs later, sealed: the chart's resources of a disagreement, else what the server said."""
    if outcome.state is not IntentState.CONFLICT:
        return outcome.said
    found = {item.key: item.theirs.resource if item.theirs else None for item in outcome.disagreements}
    return rawjson.write(found).decode()


def _theirs(intent: Intent) -> dict[str, ServerCopy | None]:
    found: dict[str, JsonObject | None] = rawjson.parse((intent.detail or "{}").encode())
    return {key: filed_copies.copy_of(resource) if resource else None for key, resource in found.items()}


def _with_theirs(practice: Practice, desk: Desk, theirs: dict[str, ServerCopy | None]) -> Episode:
    """Our course with the chart's version of what disagrees. A plan deleted there stays with us, no longer filed."""
    resources = course_resources.written(practice, desk)
    for key, copy in theirs.items():
        if copy is not None:
            resources[key] = copy.resource
        elif key != desk.episode.id:
            del resources[key]
    try:
        reading = from_fhir(resources.values(), practice.catalogue)
    except (NoCourse, PlanUnread) as wrong:
        raise _cannot_take() from wrong
    if any(item.key in theirs for item in reading.unread):
        raise _cannot_take()
    theirs_now = with_local(reading.episode, desk.episode, practice.site.carried)
    return _with_new(theirs_now, desk.episode, set(desk.chart))


def _cannot_take() -> Failure:
    return Failure(
        code="chart-unread",
        happened=_("The chart's version cannot be read by this app, so it cannot be taken. Nothing was changed."),
        what_to_do=_("Mend the entry in the hospital's record, then open the app from the chart again."),
        tone="warn",
        status=409,
    )


def _with_new(theirs: Episode, ours: Episode, filed: set[str]) -> Episode:
    """What the chart never had cannot disagree with it: new goals, planned work and sessions of ours stay."""
    here = {goal.id for goal in theirs.goals} | {item.id for item in theirs.activities} | filed
    places = {session.place for session in theirs.sessions}
    sessions = (*theirs.sessions, *(item for item in ours.sessions if item.place not in places))
    theirs = with_course(theirs, ours)
    here |= {item.id for item in ours.activities if item.code == COURSE}
    return replace(
        theirs,
        goals=(*theirs.goals, *(goal for goal in ours.goals if goal.id not in here)),
        activities=(*theirs.activities, *(item for item in ours.activities if item.by_us and item.id not in here)),
        sessions=tuple(sorted(sessions, key=lambda session: session.place)),
    )


def _latest_state(tx: ReadTransaction, desk: Desk) -> IntentState:
    latest = intents.latest(tx, desk.episode.id)
    return latest.state if latest else IntentState.DONE


def _draft_key(desk: Desk) -> DraftKey:
    return DraftKey.of(desk.lane, desk.user_sub, _KEPT)
