"""Count a session: when, whether held, how. Closing is refused while a safety answer waits."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug import Response

from ipt_fhir.model.sessions import Attendance, Mode
from ipt_fhir.terminology import concepts
from smart_app.services import charting
from smart_app.services.desk import Desk
from smart_app.services.overview import course
from smart_app.services.problems import Problems
from smart_app.services.sessions import SessionForm, record
from smart_app.web import words
from smart_app.web.desks import changing, chosen, desk_of, page, practice

blueprint = Blueprint("session", __name__)


@blueprint.get("/session")
def show(handle: str) -> str:
    """The form: the open session, or the next one."""
    desk = desk_of(handle)
    counted = course(desk.episode)
    session = counted.open_session
    if session:
        form = SessionForm(date=session.date.isoformat(), attendance=session.attendance.value, mode=session.mode.value)
    else:
        last = counted.sessions[-1] if counted.sessions else None
        form = (
            SessionForm(date=desk.today.isoformat(), mode=last.mode.value)
            if last
            else SessionForm(date=desk.today.isoformat())
        )
    return _page(desk, form, Problems())


@blueprint.post("/session")
def save(handle: str) -> str | Response:
    """Keep the session open, or close it."""
    desk = changing(handle)
    form = SessionForm(
        date=request.form.get("date", ""),
        attendance=chosen("attendance", Attendance, Attendance.ATTENDED),
        mode=chosen("mode", Mode, Mode.IN_PERSON),
        close=request.form.get("act") == "close",
    )
    episode, problems = record(desk.episode, form, desk.today)
    if problems:
        return _page(desk, form, problems)
    charting.save(practice(), desk, episode)
    return redirect(url_for("overview.show", handle=handle), 303)


def _page(desk: Desk, values: SessionForm, problems: Problems) -> str:
    form = {
        "filled": values,
        "problems": problems,
        "wrong": problems.by_field(),
        "attendances": [(code, words.capitalised(label)) for code, label in words.choices_of(concepts.ATTENDANCE)],
        "modes": [(code, words.capitalised(label)) for code, label in words.choices_of(concepts.MODES)],
    }
    return page("session.html", desk, form=form, course=course(desk.episode))
