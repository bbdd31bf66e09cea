"""Fill in a form, any form. Works without JavaScript; with it, what depends on an answer follows at once.

Whatever comes is kept as a draft before anything can refuse it (fault-F71, fault-F72).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug import Response

from ipt_fhir.questionnaires.fields import Part, Sent, Upload, field_name
from ipt_fhir.questionnaires.problems import Problem
from ipt_fhir.questionnaires.surroundings import Surroundings
from smart_app.language import current
from smart_app.language import gettext as _
from smart_app.roles import Role
from smart_app.services import asking, charting, form_filling, form_preparing
from smart_app.services.correction_forms import get_correction, is_correction
from smart_app.services.desk import Desk
from smart_app.services.drafting import Owner, owner_at
from smart_app.services.failures import Failure
from smart_app.services.form_completing import FormTooLarge, completed, findings, score_of
from smart_app.services.form_drafts import DraftTooLarge
from smart_app.services.form_filling import OpenForm, Window
from smart_app.services.forms_at_hand import FormAtHand, FormUnknown, get_form
from smart_app.web import access
from smart_app.web.desks import changing_at, desk_of, drafts_owner, page, practice, sent_window
from smart_app.web.form_changes import marks_of, news, out_of_date
from smart_app.web.form_page import blocks_to_print, form_page, pieces_in, standing_of
from smart_app.web.guarding import browser_secret

blueprint = Blueprint("forms", __name__)

LARGEST_REQUEST = 3_000_000
"""Bytes of a form that is sent with its files."""
MOST_PARTS = 20_000


@blueprint.get("/forms/<key>")
def show(handle: str, key: str) -> str:
    """The form, with what was kept."""
    desk = desk_of(handle)
    at_hand = _form(owner_at(desk), key, desk.role)
    known = form_preparing.prepare(practice(), desk, at_hand)
    around = form_preparing.surroundings(practice(), known)
    opened = form_filling.open_form(practice(), owner_at(desk), at_hand, around)
    return _page(desk, opened, secrets.token_urlsafe(9), {}, known.problems)


@blueprint.post("/forms/<key>")
def save(handle: str, key: str) -> str | Response:
    """Keep what was typed, and do what was pressed."""
    opened, desk = _kept(handle, key)
    act = request.form.get("act", "stay")
    here = url_for("forms.show", handle=handle, key=key)
    if act in {"done", "incomplete"}:
        return _complete(desk, opened, stop=act == "incomplete")
    if act == "again":
        form_filling.discard(practice(), owner_at(desk), key, sent_window())
    elif act == "seen":
        form_filling.seen(practice(), owner_at(desk), key)
    elif act == "keep":
        return redirect(url_for("overview.show", handle=handle), 303)
    at = request.form.get("add") or request.form.get("remove") or request.form.get("clear")
    return redirect(here + (f"#i-{at}" if at else ""), 303)


@blueprint.post("/forms/<key>/live")
def live(handle: str, key: str) -> Response:
    """Keep what was typed, and answer with the pieces of the page that are out of date."""
    opened, _desk = _kept(handle, key)
    blocks = blocks_to_print(opened, {})
    marks = marks_of(request.form.getlist("s"))
    pieces = list(out_of_date(blocks, marks, opened.changed))
    return make_response(
        render_template(
            "forms/live.html",
            pieces=pieces,
            news=news(pieces, marks),
            standing_now=standing_of(opened, blocks),
            number=opened.draft.number,
            left=opened.draft.aside if opened.contested else (),
        )
    )


@blueprint.post("/forms/<key>/keep")
def keep(handle: str, key: str) -> Response:
    """Keep what is being typed; nothing of the page changes."""
    _kept(handle, key)
    return make_response("", 204)


def _form(owner: Owner, key: str, role: Role | None) -> FormAtHand:
    try:
        found = get_correction(practice(), owner, key) if is_correction(key) else get_form(practice(), owner, key)
    except FormUnknown:
        abort(404)
    if found.measure and not access.may_read_form(role, found.measure.id):
        abort(404)
    return found


def _kept(handle: str, key: str) -> tuple[OpenForm, Desk]:
    """Keep what came, for the browser and the patient the page was made for: also of a launch that went idle, and of a
    page that is out of date. Those are refused afterwards."""
    _allow_a_long_form()
    owner = drafts_owner(handle)
    at_hand = _form(owner, key, owner.role)
    if not at_hand.form.fillable:
        abort(404)
    desk = charting.open_desk(practice(), handle, browser_secret())
    known = form_preparing.known_of(practice(), owner, desk, key)
    around = form_preparing.surroundings(practice(), known)
    return _keep(owner, at_hand, around), changing_at(desk, handle)


def _keep(owner: Owner, at_hand: FormAtHand, around: Surroundings) -> OpenForm:
    number = request.form.get("number", "")
    window = Window(name=sent_window(), number=int(number[:9]) if number.isdecimal() else 0)
    try:
        return form_filling.keep(practice(), owner, at_hand, around, _sent(), window)
    except DraftTooLarge as wrong:
        raise Failure(
            code="form-too-large",
            happened=_("With this the form holds more than can be kept. What you sent last was not saved."),
            what_to_do=_("Go back, and make it shorter or attach smaller files."),
            status=413,
        ) from wrong


def _allow_a_long_form() -> None:
    """Forms may be longer than what other pages send: a thousand questions, and a file."""
    request.max_content_length = LARGEST_REQUEST
    request.max_form_memory_size = LARGEST_REQUEST
    request.max_form_parts = MOST_PARTS


def _sent() -> Sent:
    files = {
        name: Upload(file.filename or "", file.mimetype, file.read())
        for name, file in request.files.items()
        if file.filename
    }
    back = [field_name(part, request.form.get("clear", "")) for part in (Part.ANSWER, Part.OTHER)]
    fields = {name: values for name, values in request.form.lists() if name[1:2] == "-" and name not in back}
    return Sent(fields=fields, files=files, add=request.form.get("add", ""), remove=request.form.get("remove", ""))


def _complete(desk: Desk, opened: OpenForm, *, stop: bool) -> str | Response:
    if opened.at_hand.closed:
        return _page(desk, opened, sent_window(), {"": opened.at_hand.closed})
    wrong, doubtful, unseen = _wrong(desk, opened), _doubtful(opened), _unseen(opened)
    empty = not opened.filling.response_items()
    if wrong or empty or unseen or (doubtful and not stop) or opened.contested or opened.draft.misread:
        nothing = {"": _("Nothing is answered yet.")} if empty else {}
        return _page(desk, opened, sent_window(), {**doubtful, **wrong} or unseen or nothing)
    if opened.at_hand.corrects:
        return redirect(url_for("correcting.show", handle=desk.handle, response=opened.at_hand.corrects), 303)
    now = practice().clock().replace(microsecond=0)
    try:
        episode = completed(opened, desk.episode, desk.therapist, now, practice().catalogue)
    except FormTooLarge:
        return _page(desk, opened, sent_window(), {"": _("These answers are too much to keep.")})
    charting.save(practice(), desk, episode)
    form_filling.discard(practice(), owner_at(desk), opened.at_hand.key, sent_window())
    new = next((item for item in episode.safety_items if item not in desk.episode.safety_items), None)
    if new:
        return redirect(url_for("safety.show", handle=desk.handle, item=new.id), 303)
    return redirect(url_for("overview.show", handle=desk.handle), 303)


def _wrong(desk: Desk, opened: OpenForm) -> dict[str, str]:
    """What keeps the form from being completed, by path."""
    found: dict[str, str] = {}
    for path, sentence in findings(opened, desk.lane, current()):
        found.setdefault(path, sentence)
    return found


def _unseen(opened: OpenForm) -> dict[str, str]:
    """Questions that the page did not have when it was sent, because its last answers switched them on: a page without
    JavaScript, or somebody who is faster. A form is not completed before a person has seen what it asks."""
    asked = (piece.path for piece in pieces_in(blocks_to_print(opened, {})) if piece.is_asked)
    sent = request.form.keys()
    return {
        path: _("asked because of another answer")
        for path in asked
        if sent.isdisjoint((field_name(Part.ANSWER, path), field_name(Part.PRESENT, path)))
    }


def _doubtful(opened: OpenForm) -> dict[str, str]:
    """What a person must have seen before the form may be completed: no total, or something that cannot be computed."""
    found = {problem.path: problem.words(current()) for problem in opened.filling.problems}
    result, measure = score_of(opened), opened.at_hand.scored
    if measure and measure.total and result and result.total is None:
        missing = (shown for shown in opened.filling.walk() if shown.item.link_id in result.missing)
        found |= {shown.path: _("not answered yet") for shown in missing}
    return found


def _page(desk: Desk, opened: OpenForm, window: str, wrong: dict[str, str], unasked: Sequence[Problem] = ()) -> str:
    form = form_page(opened, window, wrong, stop=_all_the_same(desk, opened, wrong))
    to_patient = bool(desk.devices and desk.devices.tablets) and opened.at_hand.key in asking.offered(practice())
    asked = [problem.words(current()) for problem in unasked]
    return page("forms/form.html", desk, form=form, unasked=asked, to_patient=to_patient)


def _all_the_same(desk: Desk, opened: OpenForm, wrong: dict[str, str]) -> str:
    """The label of the button that completes a form in spite of what is doubtful; empty where nobody may."""
    if not wrong or _wrong(desk, opened) or not (_doubtful(opened) and opened.filling.response_items()):
        return ""
    return _("Finish all the same") if opened.filling.problems else _("Finish without a total")
