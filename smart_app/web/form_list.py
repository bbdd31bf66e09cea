"""Measures and forms: what is due, begun and done; forms of the hospital; a form from a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug import Response

from smart_app.language import gettext as _
from smart_app.services import forms_at_hand, hospital_forms
from smart_app.services.desk import Desk
from smart_app.services.drafting import owner_at
from smart_app.services.form_listing import Listed, list_forms
from smart_app.services.forms_at_hand import FormNotTaken, FormUnknown
from smart_app.services.hospital_forms import HospitalForm
from smart_app.services.packs import pack_lines
from smart_app.services.problems import Problems
from smart_app.web import access, words
from smart_app.web.desks import changing, desk_of, page, practice
from smart_app.web.pack_rows import pack_row
from smart_app.web.ways import filling_way

blueprint = Blueprint("form_list", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One form of the list: its state (mark, word, tone), when it was last done and how, and where it leads."""

    key: str
    title: str
    mark: str
    state: str
    tone: str
    last: str
    act: str
    url: str
    why: str = ""


@blueprint.get("/forms")
def show(handle: str) -> str:
    """The list."""
    return _page(desk_of(handle), Problems())


@blueprint.post("/forms")
def take(handle: str) -> str | Response:
    """Open a form from a file, or put one away."""
    desk = changing(handle)
    owner, key = owner_at(desk), request.form.get("away", "")
    if key:
        forms_at_hand.put_away(practice(), owner, key)
        return redirect(url_for("form_list.show", handle=handle), 303)
    file = request.files.get("file")
    problems = Problems()
    if file is None or not file.filename:
        problems.add("file", _("Choose a file first."))
        return _page(desk, problems)
    try:
        taken = forms_at_hand.take_file(practice(), owner, file.read())
    except FormNotTaken as wrong:
        problems.add("file", _("This file cannot be opened as a form: %(reason)s.", reason=wrong.reason.rstrip(".")))
        return _page(desk, problems)
    return redirect(url_for("forms.show", handle=handle, key=taken.key), 303)


@blueprint.get("/hospital-forms")
def search(handle: str) -> str:
    """The forms on the hospital's server."""
    desk = desk_of(handle)
    return _hospital_page(desk, request.args.get("title", "")[:100], Problems())


@blueprint.post("/hospital-forms")
def take_from_hospital(handle: str) -> str | Response:
    """Open one of them."""
    desk = changing(handle)
    try:
        taken = hospital_forms.take_from_hospital(practice(), desk, request.form.get("form", ""))
    except FormUnknown:
        abort(404)
    except FormNotTaken as wrong:
        problems = Problems()
        problems.add("forms", _("This form cannot be shown: %(reason)s.", reason=wrong.reason.rstrip(".")))
        return _hospital_page(desk, request.form.get("title", "")[:100], problems)
    return redirect(url_for("forms.show", handle=handle, key=taken.key), 303)


def _page(desk: Desk, problems: Problems) -> str:
    found = list_forms(practice(), desk)
    return page(
        "forms/list.html",
        desk,
        measures=_rows(found.measures, desk),
        scores=_rows(found.scores, desk),
        forms=_rows(found.forms, desk),
        opened=_rows(found.opened, desk),
        packs=[pack_row(line) for line in pack_lines(practice())],
        may_look=hospital_forms.may_look(desk),
        problems_found=problems,
        wrong=problems.by_field(),
    )


def _hospital_page(desk: Desk, title: str, problems: Problems) -> str:
    found: Sequence[HospitalForm] = ()
    if hospital_forms.may_look(desk):
        found = hospital_forms.find_forms(practice(), desk, title.strip())
    return page("forms/hospital.html", desk, found=found, title=title, problems_found=problems)


def _rows(found: Sequence[Listed], desk: Desk) -> list[Row]:
    """What is due stands first, then what was begun; the rest keeps its order."""
    theirs = [item for item in found if access.may_read_form(desk.role, item.key)]
    return [_row(item, desk) for item in sorted(theirs, key=lambda item: (not item.is_due, item.begun is None))]


def _row(item: Listed, desk: Desk) -> Row:
    mark, state, tone = _state(item)
    return Row(
        key=item.key,
        title=item.title,
        mark=mark,
        state=state,
        tone=tone,
        last=_last(item),
        act=_("Enter the total") if item.by_hand else _("Go on") if item.begun else _("Fill in"),
        url=filling_way(desk, item.key, by_hand=item.by_hand, closed=bool(item.closed)),
        why=item.closed,
    )


def _state(item: Listed) -> tuple[str, str, str]:
    if item.closed:
        return "■", _("closed"), "danger"
    if item.begun:
        return "◐", _("begun"), "focus"
    if item.is_due:
        return "▲", _("due"), "warn"
    if item.done:
        return "✓", _("done"), "good"
    return "", "", ""


def _last(item: Listed) -> str:
    if item.done is None:
        return ""
    when = words.day(item.done.date())
    if item.latest is None:
        return when
    if item.latest.total is None:
        return _("%(when)s: no total", when=when)
    band = f" ({words.band(item.latest.band.label)})" if item.latest.band else ""
    return f"{when}: {item.latest.total:f}{band}"
