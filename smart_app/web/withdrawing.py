"""Mark a set of answers as entered in error: which one, and why."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug import Response

from smart_app.services.correcting import REASON, never_filed, record_withdrawal
from smart_app.services.desk import Desk
from smart_app.services.history import Entry
from smart_app.services.problems import Problems
from smart_app.web.desks import changing, desk_of, page, practice
from smart_app.web.history import standing_entry

blueprint = Blueprint("withdrawing", __name__)


@blueprint.get("/history/<response>/withdraw")
def show(handle: str, response: str) -> str:
    """The question which answers these are, and why they should not count."""
    desk = desk_of(handle)
    return _page(desk, standing_entry(desk, response), "", Problems())


@blueprint.post("/history/<response>/withdraw")
def record(handle: str, response: str) -> str | Response:
    """Withdraw them."""
    desk = changing(handle)
    entry = standing_entry(desk, response)
    reason = request.form.get("reason", "")
    problems = record_withdrawal(practice(), desk, response, reason)
    if problems:
        return _page(desk, entry, reason, problems)
    return redirect(url_for("history.view", handle=handle, response=response), 303)


def _page(desk: Desk, entry: Entry, typed: str, problems: Problems) -> str:
    opened = [item for item in desk.episode.open_safety_items if item.response == entry.version.id]
    form = {
        "reason": typed,
        "limit": REASON,
        "problems": problems,
        "wrong": problems.by_field(),
        "safety": bool(opened),
        "never_filed": never_filed(practice(), desk, entry.version.id),
    }
    return page("history/withdraw.html", desk, entry=entry, form=form)
