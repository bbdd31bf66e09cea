"""The safety step: the answer, and what a person did about it."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug import Response

from ipt_fhir.instruments.catalogue import instrument
from ipt_fhir.model.measures import Response as Completed
from ipt_fhir.model.measures import SafetyItem
from ipt_fhir.terminology import concepts
from smart_app.language import gettext as _
from smart_app.language import moment
from smart_app.services import charting
from smart_app.services.desk import Desk
from smart_app.services.problems import Problems
from smart_app.services.safety import SafetyForm, settle
from smart_app.web import words
from smart_app.web.desks import changing, desk_of, page, practice

blueprint = Blueprint("safety", __name__)


@blueprint.get("/safety/<item>")
def show(handle: str, item: str) -> str:
    """The form, or what was done."""
    desk = desk_of(handle)
    return _page(desk, _item(desk, item), SafetyForm(), Problems())


@blueprint.post("/safety/<item>")
def record(handle: str, item: str) -> str | Response:
    """Settle the item."""
    desk = changing(handle)
    found = _item(desk, item)
    form = SafetyForm(
        act=request.form.get("act", ""),
        handed_to=request.form.get("handed_to", ""),
        accepted=request.form.get("accepted") == "yes",
        reason=request.form.get("reason", ""),
    )
    if not found.open:
        return redirect(url_for("safety.show", handle=handle, item=item), 303)
    now = practice().clock().replace(microsecond=0)
    episode, problems = settle(desk.episode, found, form, desk.therapist, now)
    if problems:
        return _page(desk, found, form, problems)
    charting.save(practice(), desk, episode)
    return redirect(url_for("overview.show", handle=handle), 303)


def _item(desk: Desk, item_id: str) -> SafetyItem:
    found = next((item for item in desk.episode.safety_items if item.id == item_id), None)
    return found or abort(404)


def _page(desk: Desk, item: SafetyItem, values: SafetyForm, problems: Problems) -> str:
    response = next(found for found in desk.episode.responses if found.id == item.response)
    form = {
        "filled": values,
        "problems": problems,
        "wrong": problems.by_field(),
        "question": _question(response, item.link_id),
        "answer": _answer(response, item.link_id),
        "opened": item.opened,
        "earlier": _earlier(desk, response, item.link_id),
        "acts": words.choices_of(concepts.SAFETY_ACTS),
        "settled": _settled(item),
    }
    return page("safety.html", desk, form=form)


def _question(response: Completed, link_id: str) -> str:
    return next(item.text for item in instrument(response.instrument).items if item.link_id == link_id)


def _answer(response: Completed, link_id: str) -> str:
    chosen = next((answer.code for answer in response.answers if answer.link_id == link_id), None)
    options = next(item.options for item in instrument(response.instrument).items if item.link_id == link_id)
    return next((option.display for option in options if option.code == chosen), "–")


def _earlier(desk: Desk, response: Completed, link_id: str) -> list[str]:
    """The answers before this one, the newest first."""
    before = [
        item
        for item in desk.episode.responses
        if item.instrument == response.instrument and item.authored < response.authored
    ]
    return [f"{words.day(item.authored.date())}: {_answer(item, link_id)}" for item in reversed(before)][:5]


def _settled(item: SafetyItem) -> str:
    if item.act is None or item.settled is None:
        return ""
    act = words.library(concepts.SAFETY_ACTS[item.act].label)
    who = item.settled_by.display if item.settled_by else ""
    if item.handed_to:
        return _("%(act)s: %(to)s · %(who)s, %(when)s", act=act, to=item.handed_to, who=who, when=moment(item.settled))
    return _("%(act)s · %(who)s, %(when)s", act=act, who=who, when=moment(item.settled))
