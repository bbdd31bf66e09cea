"""A patient fills in a form: one question a page, back and forth, a look at everything, then it is sent.

Works without JavaScript. The clinician's words of a form (scores, safety notes) are never on these pages.
"""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug import Response

from ipt_fhir.questionnaires.fields import Part, Sent, field_name
from smart_app.language import current
from smart_app.language import gettext as _
from smart_app.services import patient_forms
from smart_app.services.form_completing import findings
from smart_app.services.form_filling import OpenForm
from smart_app.services.problems import Problems
from smart_app.services.visiting import Device, Visit
from smart_app.web.desks import practice
from smart_app.web.visit import changing_visit, visit_of, visit_page
from smart_app.web.visit_screens import Screen, screens_of

blueprint = Blueprint("visit_form", __name__)


@blueprint.get("/forms/<key>")
def begin(handle: str, key: str) -> Response:
    """To the first question that is open, or to the look at everything."""
    _visit, opened = _opened(handle, key)
    screens = screens_of(opened)
    place = next((number for number, screen in enumerate(screens, 1) if not screen.is_answered), None)
    return redirect(_place(handle, key, place), 303)


@blueprint.get("/forms/<key>/<int:number>")
def question(handle: str, key: str, number: int) -> str:
    """One question."""
    visit, opened = _opened(handle, key)
    screens = screens_of(opened)
    if not 0 < number <= len(screens):
        abort(404)
    return _page(visit, opened, screens, number, Problems())


@blueprint.post("/forms/<key>/<int:number>")
def answer(handle: str, key: str, number: int) -> str | Response:
    """Keep the answer of one page and go where the button says."""
    visit, act, at = changing_visit(handle), request.form.get("act", "next"), request.form.get("at", "")
    opened = patient_forms.keep(practice(), visit, key, _cleared(at) if act == "skip" else _sent())
    if opened is None:
        abort(404)
    screens = screens_of(opened)
    number = next((place for place, screen in enumerate(screens, 1) if screen.path == at), min(number, len(screens)))
    problems = _problems(screens, number, act)
    if problems:
        return _page(visit, opened, screens, number, problems)
    if act == "back":
        return redirect(_place(handle, key, number - 1) if number > 1 else url_for("visit.home", handle=handle), 303)
    if act not in {"next", "skip"}:
        return redirect(_place(handle, key, number), 303)
    return redirect(_place(handle, key, number + 1 if number < len(screens) else None), 303)


@blueprint.get("/forms/<key>/review")
def review(handle: str, key: str) -> str:
    """Everything that was answered, before it is sent."""
    visit, opened = _opened(handle, key)
    return _review(visit, opened, Problems())


@blueprint.post("/forms/<key>/review")
def send(handle: str, key: str) -> str | Response:
    """Send it; a page that shows other answers than are kept now is shown again first."""
    visit = changing_visit(handle)
    opened = patient_forms.open_form(practice(), visit, key)
    if opened is None:
        abort(404)
    problems = _unfinished(visit, opened)
    if request.form.get("revision") != str(opened.draft.number):
        problems.add("answers", _("You changed an answer in another window. Look at your answers again."))
    if problems:
        return _review(visit, opened, problems)
    try:
        patient_forms.send(practice(), visit, opened)
    except patient_forms.NotDue:
        abort(404)
    return redirect(url_for("visit.give_back" if visit.device is Device.TABLET else "visit.sent", handle=handle), 303)


def _opened(handle: str, key: str) -> tuple[Visit, OpenForm]:
    visit = visit_of(handle)
    opened = patient_forms.open_form(practice(), visit, key)
    return (visit, opened) if opened else abort(404)


def _place(handle: str, key: str, number: int | None) -> str:
    """The address of a question; of the look at everything when there is none."""
    if number is None:
        return url_for("visit_form.review", handle=handle, key=key)
    return url_for("visit_form.question", handle=handle, key=key, number=number)


def _sent() -> Sent:
    fields = {name: values for name, values in request.form.lists() if name[1:2] == "-"}
    return Sent(fields=fields, add=request.form.get("add", ""), remove=request.form.get("remove", ""))


def _cleared(path: str) -> Sent:
    """The question of that path without an answer."""
    return Sent(fields={field_name(part, path): [""] for part in (Part.PRESENT, Part.ANSWER)})


def _problems(screens: list[Screen], number: int, act: str) -> Problems:
    problems = Problems()
    screen = screens[number - 1] if screens else None
    if screen is None or act in {"back", "skip"}:
        return problems
    if screen.wrong:
        problems.add(screen.anchor, screen.wrong)
    elif act == "next" and not screen.is_answered:
        again = _("This question needs an answer.") if screen.required else _("Choose an answer, or leave it out.")
        problems.add(screen.anchor, again)
    return problems


def _unfinished(visit: Visit, opened: OpenForm) -> Problems:
    """What keeps the form from being sent: the rules of the form, and that something is answered."""
    problems = Problems()
    for path, sentence in findings(opened, visit.lane, current()):
        problems.add(f"s-{path}" if path else "answers", sentence)
    if not opened.filling.response_items():
        problems.add("answers", _("Nothing is answered yet."))
    return problems


def _page(visit: Visit, opened: OpenForm, screens: list[Screen], number: int, problems: Problems) -> str:
    return visit_page(
        "patient/question.html",
        visit,
        key=opened.at_hand.key,
        title=opened.at_hand.title,
        notice=_notice(opened),
        screen=screens[number - 1],
        number=number,
        count=len(screens),
        revision=opened.draft.number,
        problems_found=problems,
    )


def _review(visit: Visit, opened: OpenForm, problems: Problems) -> str:
    screens = screens_of(opened)
    return visit_page(
        "patient/review.html",
        visit,
        key=opened.at_hand.key,
        title=opened.at_hand.title,
        notice=_notice(opened),
        screens=screens,
        open_count=sum(not screen.is_answered for screen in screens),
        revision=opened.draft.number,
        problems_found=problems,
    )


def _notice(opened: OpenForm) -> str:
    """Whose form it is; some licences ask for it on every page."""
    measure = opened.at_hand.measure
    return measure.licence.notice if measure else opened.at_hand.form.copyright
