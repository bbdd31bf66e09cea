"""Close a session: one screen, the usual answers filled in. Whatever comes is kept as a draft before it can be refused.

Works without JavaScript; with it, what stands around the session follows the choices.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug import Response

from ipt_fhir.model.sessions import SessionKind
from smart_app.services import charting, session_drafts
from smart_app.services.desk import Desk
from smart_app.services.drafting import Owner, owner_at
from smart_app.services.groups import is_in_group
from smart_app.services.overview import ended
from smart_app.services.problems import Problems
from smart_app.services.session_drafts import SessionDraft
from smart_app.services.sessions import SessionForm, left_open, place_of, prefilled, record
from smart_app.web import access
from smart_app.web.desks import changing_at, desk_of, drafts_owner, page, practice, sent_window
from smart_app.web.guarding import browser_secret
from smart_app.web.session_closed import last_closed_url
from smart_app.web.session_fields import form_of, place_name, sent_by
from smart_app.web.session_view import around, session_view

blueprint = Blueprint("session", __name__)


@blueprint.get("/session")
def show(handle: str) -> str:
    """The session that is open, or the next one; with what was typed and not saved."""
    desk = desk_of(handle)
    draft = session_drafts.load(practice(), owner_at(desk))
    if draft is None or draft.place != place_name(desk.episode):
        return _page(desk, prefilled(desk.episode, desk.today), Problems(), left=draft)
    typed = form_of(draft.fields)
    form = left_open(desk.episode, desk.today, typed) if draft.saved else typed
    return _page(desk, form, Problems(), kept=draft)


@blueprint.post("/session")
def save(handle: str) -> str | Response:
    """Keep the session open, close it, or begin its form anew."""
    owner = drafts_owner(handle)
    form, window, act = form_of(request.form.to_dict(flat=False)), sent_window(), request.form.get("act", "stay")
    if session_drafts.is_done(practice(), owner, window):
        return redirect(last_closed_url(desk_of(handle)), 303)
    session_drafts.keep(practice(), owner, sent_by(request.form))
    desk = changing_at(charting.open_desk(practice(), handle, browser_secret()), handle)
    if act == "again":
        session_drafts.close(practice(), owner)
        return redirect(url_for("session.show", handle=handle), 303)
    if act == "stay":
        return redirect(url_for("session.show", handle=handle), 303)
    return _recorded(desk, owner, replace(form, close=act == "close"), window)


@blueprint.post("/session/live")
def live(handle: str) -> Response:
    """Keep what is being entered, and answer with what stands around the session where that is another now."""
    owner = drafts_owner(handle)
    form = form_of(request.form.to_dict(flat=False))
    number = session_drafts.keep(practice(), owner, sent_by(request.form))
    if number is None:
        return make_response("", 204)
    desk = changing_at(charting.open_desk(practice(), handle, browser_secret()), handle)
    now = practice().clock().astimezone()
    return make_response(
        render_template(
            "sessions/live.html",
            desk=desk,
            around=around(desk, form, practice()),
            mark=request.form.get("mark", ""),
            kept=f"{now:%H:%M}",
            number=number,
        )
    )


def _recorded(desk: Desk, owner: Owner, form: SessionForm, window: str) -> str | Response:
    now = practice().clock().replace(microsecond=0)
    language = practice().site.language
    kind, number = SessionKind(form.kind), place_of(desk.episode, SessionKind(form.kind))
    episode, problems = record(desk.episode, form, desk.today, now=now, filed=set(desk.chart), language=language)
    if problems:
        return _page(desk, form, problems)
    charting.save(practice(), desk, episode)
    if not form.close:
        session_drafts.keep(practice(), owner, sent_by(request.form), saved=True)
        return redirect(url_for("overview.show", handle=desk.handle), 303)
    session_drafts.close(practice(), owner, window)
    return redirect(url_for("session_closed.show", handle=desk.handle, kind=kind.value, number=number), 303)


def _page(
    desk: Desk,
    values: SessionForm,
    problems: Problems,
    kept: SessionDraft | None = None,
    left: SessionDraft | None = None,
) -> str:
    return page(
        "session.html",
        desk,
        form=session_view(desk, values, practice()),
        place=place_name(desk.episode),
        in_group=is_in_group(practice(), desk),
        may_save=access.may(desk.role, "session.save") and not ended(desk.episode),
        problems_found=problems,
        wrong=problems.by_field(),
        kept=kept,
        left=_texts(left),
        window=sent_window() or secrets.token_urlsafe(9),
        number=kept.number if kept else _number(),
    )


def _number() -> int:
    """Which draft the page had in front of it."""
    sent = request.form.get("number", "")
    return int(sent[:9]) if sent.isdecimal() else 0


def _texts(draft: SessionDraft | None) -> list[str]:
    """What was typed for a session that was closed elsewhere meanwhile, to be seen once."""
    if draft is None:
        return []
    steps = [] if draft.saved else draft.fields.get("step", [])
    return [text for text in [*steps, *draft.aside] if text.strip()]
