"""Mend the last session that was closed: open it again, or take it out because it never took place.

Why is typed (300 characters) and stays in this app (decision-D85). Only the last one of its kind: the numbers of those
behind it would move.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ipt_fhir.mapping import amending
from ipt_fhir.mapping.session_entries import entries_of
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.limits import TEXT_LIMITS, clean_text
from ipt_fhir.model.people import Person
from ipt_fhir.model.sessions import Phase, Session, SessionCorrection, SessionKind
from smart_app.language import gettext as _
from smart_app.services import charting
from smart_app.services.desk import Desk
from smart_app.services.overview import ended
from smart_app.services.planning import with_standing
from smart_app.services.practice import Practice
from smart_app.services.problems import Problems
from smart_app.store.audit import Action

REOPEN, TAKE_OUT = "reopen", "take-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionForm:
    """What the person entered: which of the two, and why."""

    act: str = ""
    reason: str = ""


def session_at(episode: Episode, kind: SessionKind, number: int) -> Session | None:
    """A closed session of the course; the contracted ones share their numbers."""
    return next(
        (item for item in episode.sessions if item.closed and item.number == number and _same(item.kind, kind)), None
    )


def is_last(episode: Episode, session: Session) -> bool:
    """Whether it may be mended: no session of its count is behind it, and the course goes on."""
    same = [item for item in episode.sessions if _same(item.kind, session.kind)]
    return bool(same) and same[-1] is session and not ended(episode)


def correct(
    episode: Episode, session: Session, form: CorrectionForm, person: Person, now: datetime
) -> tuple[Episode, Problems]:
    """The course with the session open again, or without it; where there are problems the course as it was."""
    problems = Problems()
    reason = clean_text(form.reason)
    if not is_last(episode, session):
        problems.add("act", _("Only the last session can be corrected here."))
    elif form.act not in {REOPEN, TAKE_OUT}:
        problems.add("act", _("Choose what is wrong."))
    elif form.act == REOPEN and not session.kind.counts:
        problems.add("act", _("A meeting beside the contract is taken out and entered again."))
    if not reason:
        problems.add("reason", _("Say why. It stays in this app."))
    if len(reason) > TEXT_LIMITS["SessionCorrection.reason"]:
        limit = TEXT_LIMITS["SessionCorrection.reason"]
        problems.add("reason", _("This is longer than %(limit)s characters.", limit=limit))
    if problems:
        return episode, problems
    taken_out = form.act == TAKE_OUT
    note = SessionCorrection(
        number=session.number,
        kind=session.kind,
        day=session.date,
        at=now,
        by=person,
        reason=reason,
        taken_out=taken_out,
    )
    others = [item for item in episode.sessions if item is not session]
    kept = others if taken_out else [*others, replace(session, closed=False)]
    sessions = tuple(sorted(kept, key=lambda item: item.place))
    corrected = replace(episode, sessions=sessions, session_corrections=(*episode.session_corrections, note))
    return with_standing(_begun_again(corrected, session)), problems


def mend_session(practice: Practice, desk: Desk, session: Session, form: CorrectionForm) -> Problems:
    """Correct the session of a desk and keep the course, or say what is wrong with the form. Raises StaleRevision."""
    now = practice.clock().replace(microsecond=0)
    episode, problems = correct(desk.episode, session, form, desk.therapist, now)
    if _stands_where_we_do_not_write(practice, desk, session):
        said = _("The record holds this session as an entry the app no longer files. Mark that one there first.")
        problems.add("act", said)
    if not problems:
        charting.save(practice, desk, episode, Action.CORRECT)
    return problems


def _stands_where_we_do_not_write(practice: Practice, desk: Desk, session: Session) -> bool:
    """Whether the record holds the session as an entry of a type that this site no longer files (decision-D105)."""
    found = [desk.chart[key] for key in entries_of(desk.episode.id, session, desk.chart)]
    return any(
        copy.resource_type not in practice.site.files and not amending.is_withdrawn(copy.resource) for copy in found
    )


def _begun_again(episode: Episode, session: Session) -> Episode:
    """The ending as its number or a decision has it: the decision falls with the session in which it was taken."""
    agreed = episode.ending_agreed_on
    if agreed == session.date:
        agreed = None
    # Counted anew: a phase that was reached by number alone is left again with the session that reached it.
    phase = Phase.INITIAL if episode.phase is Phase.TERMINATION else episode.phase
    return replace(episode, ending_agreed_on=agreed, phase=phase)


def _same(one: SessionKind, other: SessionKind) -> bool:
    return one.counts if other.counts else one is other
