"""Every failure as a page: what happened, what to do, a code for IT; no stack trace, no patient data."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException

from smart_app.language import gettext as _
from smart_app.services.failures import KNOWN, Failure, failure_of
from smart_app.services.people import MOST_EXPECTATIONS, TEXTS, WHOSE
from smart_app.web import admin_door
from smart_app.web.desks import page
from smart_app.web.guarding import Refusal
from smart_app.web.visit import failed, is_patients_own

_LOG = logging.getLogger("smart_app.web")


def install(app: Flask) -> None:
    """Show failures as pages."""
    app.register_error_handler(Failure, _show)
    app.register_error_handler(Refusal, _refused)
    for known in KNOWN:
        app.register_error_handler(known, lambda error: _show(failure_of(error)))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _ours)


def _show(failure: Failure, typed: Sequence[str] = ()) -> tuple[str, int]:
    _LOG.info("failure %s on %s", failure.code, request.endpoint)
    if is_patients_own(request.path):
        return failed(failure)
    if admin_door.is_admins(request.path):
        return admin_door.failed(failure)
    if request.headers.get("HX-Request") == "true":
        return render_template("forms/refused.html", failure=failure), failure.status
    return page("failure.html", failure=failure, typed=typed), failure.status


def _refused(refusal: Refusal) -> tuple[str, int]:
    happened, what_to_do = {
        "wrong-patient": (
            _("This page was made for another patient. Nothing was saved."),
            _("Close it and open the app from the chart of the patient you mean."),
        ),
        "session-ended": (
            _("This page is not open any more, or not in this browser."),
            _("Open the app from the chart again. What you saved is kept."),
        ),
        "not-for-your-role": (
            _("This is not part of your role at this clinic. Nothing was changed."),
            _("If it should be, ask who runs this app at your clinic."),
        ),
        "page-out-of-date": (
            _("This page is out of date: the course was changed in another window. Nothing was saved."),
            _("Open the page again and enter it there."),
        ),
        "course-ended": (
            _("This course has ended. Nothing was saved."),
            _("What stands here can be read, not changed."),
        ),
    }.get(
        refusal.code,
        (
            _("This request did not come from a page of this app. Nothing was saved."),
            _("Open the app from the chart again."),
        ),
    )
    typed = _typed() if refusal.code in {"session-ended", "page-out-of-date"} else []
    return _show(Failure(code=refusal.code, happened=happened, what_to_do=what_to_do, status=refusal.status), typed)


def _typed() -> list[str]:
    """The free text of a form that came too late, to copy; of goals only where they were ticked."""
    sent, goals = request.form, request.form.getlist("goal")
    names = ["rationale", "handed_to", "reason", "step", "gains", "unmet", "signs", "actions"]
    names += [f"text-{goal}" for goal in goals]
    names += [name for name in sent if name.startswith("step-")]
    names += [f"level-{goal}-{level}" for goal in goals for level in range(-2, 3)]
    names += [*TEXTS, "text", *(f"{whose}-{row}" for whose in WHOSE for row in range(MOST_EXPECTATIONS))]
    return [text for name in names if (text := sent.get(name, "").strip())]


def _http(error: HTTPException) -> tuple[str, int]:
    if error.code == 404:
        happened = _("This page is not open any more, or not in this browser.")
        what_to_do = _("Open the app from the chart again. What you saved is kept.")
    elif error.code == 413:
        happened = _("This is more than the app takes at once. What you saved before is kept.")
        what_to_do = _("Go back, and make it shorter or attach smaller files.")
    else:
        happened, what_to_do = _("This request cannot be answered."), _("Open the app from the chart again.")
    return _show(Failure(code=f"http-{error.code}", happened=happened, what_to_do=what_to_do, status=error.code or 500))


def _ours(error: Exception) -> tuple[str, int]:
    """The outer door: what we did not foresee is our fault, and nobody sees its inside."""
    _LOG.error("unforeseen %s on %s", type(error).__name__, request.endpoint, exc_info=error)
    happened = _("Something went wrong in this app. What you saved before is kept.")
    return _show(
        Failure(
            code="unforeseen",
            happened=happened,
            what_to_do=_("Try again. If it comes back, call IT support."),
            status=500,
        )
    )
