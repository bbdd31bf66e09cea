"""After a session: what was recorded, the note to copy, what comes next, and mending the last one."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, url_for
from werkzeug import Response

from ipt_fhir.model.sessions import Session, SessionCorrection, SessionKind
from ipt_fhir.terminology.therapy import SESSION_KINDS
from smart_app.language import gettext as _
from smart_app.services.desk import Desk
from smart_app.services.overview import course
from smart_app.services.problems import Problems
from smart_app.services.progress_note import progress_note
from smart_app.services.session_correcting import REOPEN, CorrectionForm, is_last, mend_session, session_at
from smart_app.services.typed import Typed
from smart_app.web import access, words
from smart_app.web.desks import desk_of, page, practice
from smart_app.web.guarding import Refusal
from smart_app.web.typed_forms import TypedForm, arrive, done, kept_only, opened, returned

blueprint = Blueprint("session_closed", __name__)

_BUTTON = "do"


@blueprint.get("/session/<kind>/<int:number>")
def show(handle: str, kind: str, number: int) -> str:
    """The session that was closed."""
    desk = desk_of(handle)
    return _page(desk, _session(desk, kind, number), opened(desk, _draft(kind, number), Typed()), Problems())


@blueprint.post("/session/<kind>/<int:number>")
def mend(handle: str, kind: str, number: int) -> str | Response:
    """Open the last session again, or take it out."""
    arrived = arrive(handle, _draft(kind, number), known=_is_kind(kind), button=_BUTTON)
    if arrived.late:
        raise Refusal("page-out-of-date", 409)
    desk, form = arrived.desk, _form(arrived.typed)
    session = _session(desk, kind, number)
    problems = mend_session(practice(), desk, session, form)
    if problems:
        return _page(desk, session, returned(arrived), problems)
    done(desk, _draft(kind, number))
    return redirect(url_for("session.show" if form.act == REOPEN else "overview.show", handle=handle), 303)


@blueprint.post("/session/<kind>/<int:number>/keep")
def keep(handle: str, kind: str, number: int) -> Response:
    """Keep the reason that is being typed."""
    return kept_only(handle, _draft(kind, number), known=_is_kind(kind), button=_BUTTON)


def last_closed_url(desk: Desk) -> str:
    """Where a second click leads: to the session that was closed last."""
    closed = [item for item in desk.episode.sessions if item.closed]
    if not closed:
        return url_for("session.show", handle=desk.handle)
    last = max(closed, key=lambda item: (item.date, item.number))
    return url_for("session_closed.show", handle=desk.handle, kind=last.kind.value, number=last.number)


def _draft(kind: str, number: int) -> str:
    return f"session-mend/{kind}/{number}"


def _form(typed: Typed) -> CorrectionForm:
    return CorrectionForm(act=typed.one("act"), reason=typed.one("reason"))


def _is_kind(kind: str) -> bool:
    return kind in {item.value for item in SessionKind}


def _session(desk: Desk, kind: str, number: int) -> Session:
    if not _is_kind(kind):
        abort(404)
    return session_at(desk.episode, SessionKind(kind), number) or abort(404)


def _page(desk: Desk, session: Session, form: TypedForm, problems: Problems) -> str:
    counted = course(desk.episode)
    corrections = [item for item in desk.episode.session_corrections if _is_about(item, session)]
    return page(
        "sessions/closed.html",
        desk,
        session=session,
        title=_title(session, counted.contracted),
        note=progress_note(desk.episode, session, practice().catalogue),
        course=counted,
        mendable=is_last(desk.episode, session) and access.may(desk.role, "session_closed.mend"),
        corrections=[_told(item) for item in corrections],
        form=form,
        filled=_form(form.typed),
        problems_found=problems,
        wrong=problems.by_field(),
        place={"kind": session.kind.value, "number": session.number},
    )


def _title(session: Session, contracted: int) -> str:
    if session.kind.counts and session.number > contracted:
        return _("Session %(number)s is closed", number=session.number)
    if session.kind.counts:
        return _("Session %(number)s of %(count)s is closed", number=session.number, count=contracted)
    kind = words.library(SESSION_KINDS[session.kind].label)
    return _("%(kind)s %(number)s is recorded", kind=kind, number=session.number)


def _told(item: SessionCorrection) -> str:
    who, when = item.by.display if item.by else "", words.day(item.at.astimezone().date())
    return _("%(reason)s · %(who)s, %(when)s", reason=item.reason, who=who, when=when)


def _is_about(item: SessionCorrection, session: Session) -> bool:
    same = item.kind.counts if session.kind.counts else item.kind is session.kind
    return same and item.number == session.number
