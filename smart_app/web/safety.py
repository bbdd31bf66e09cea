"""The safety step: the answer, and what a person did about it."""

from __future__ import annotations

import re
from datetime import datetime

from flask import Blueprint, abort, redirect, url_for
from werkzeug import Response

from ipt_fhir.instruments.catalogue import Instrument
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.measures import Response as Completed
from ipt_fhir.model.measures import SafetyItem, answered_at
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.questionnaires.safety_questions import NOT_UNDERSTOOD
from ipt_fhir.terminology import concepts
from smart_app.language import gettext as _
from smart_app.language import moment
from smart_app.services import charting
from smart_app.services.describing import asked_words
from smart_app.services.desk import Desk
from smart_app.services.problems import Problems
from smart_app.services.safety import read_form, settle
from smart_app.services.typed import Typed
from smart_app.web import words
from smart_app.web.desks import desk_of, page, practice
from smart_app.web.typed_forms import TypedForm, arrive, done, kept_only, opened, returned
from smart_app.web.ways import way

blueprint = Blueprint("safety", __name__)

_DRAFT, _BUTTON = "safety/", "do"


@blueprint.get("/safety/<item>")
def show(handle: str, item: str) -> str:
    """The form, or what was done."""
    desk = desk_of(handle)
    found = _item(desk, item)
    charting.note(practice(), desk, f"Task/{found.id}")
    return _page(desk, found, opened(desk, _DRAFT + item, Typed()), Problems())


@blueprint.post("/safety/<item>")
def record(handle: str, item: str) -> str | Response | tuple[str, int]:
    """Settle the item."""
    arrived = arrive(handle, _DRAFT + item, known=_is_id(item), button=_BUTTON)
    desk, found = arrived.desk, _item(arrived.desk, item)
    if not found.open:
        done(desk, _DRAFT + item)
        return redirect(url_for("safety.show", handle=handle, item=item), 303)
    now = practice().clock().replace(microsecond=0)
    episode, problems = settle(desk.episode, found, read_form(arrived.typed), desk.therapist, now)
    if problems or arrived.late:
        text = _page(desk, found, returned(arrived), problems)
        return (text, 409) if arrived.late else text
    charting.save(practice(), desk, episode)
    done(desk, _DRAFT + item)
    return redirect(url_for("overview.show", handle=handle), 303)


@blueprint.post("/safety/<item>/keep")
def keep(handle: str, item: str) -> Response:
    """Keep what is being typed."""
    return kept_only(handle, _DRAFT + item, known=_is_id(item), button=_BUTTON)


def _is_id(text: str) -> bool:
    """Whether this can name an item: one of ours, or as the chart names it."""
    return re.fullmatch(r"[A-Za-z0-9.-]{1,64}", text) is not None


def _item(desk: Desk, item_id: str) -> SafetyItem:
    found = next((item for item in desk.episode.safety_items if item.id == item_id), None)
    return found or abort(404)


def _page(desk: Desk, item: SafetyItem, came: TypedForm, problems: Problems) -> str:
    form = {
        "id": item.id,
        "came": came,
        "filled": read_form(came.typed),
        "problems": problems,
        "wrong": problems.by_field(),
        "opened": item.opened,
        "owner": item.owner.display if item.owner and item.open else "",
        "acts": [(act.value, words.safety_act(act)) for act in concepts.SAFETY_ACTS],
        "unread": item.answer == NOT_UNDERSTOOD,
        "settled": _settled(item),
        **_asked(desk, item),
    }
    return page("safety.html", desk, form=form)


def _asked(desk: Desk, item: SafetyItem) -> dict[str, object]:
    """What was asked and answered; of a total read off a sheet only which item it was, of a form that was not sent only
    the answer."""
    total = next((found for found in desk.episode.totals if found.id == item.response), None)
    if total:
        question = asked_words(practice().catalogue.instrument(total.instrument), item.link_id)
        return {"question": question, "answer": _("above its lowest answer"), "since": _since_total(desk, total)}
    response = next((found for found in desk.episode.responses if found.id == item.response), None)
    form = next((found for found in desk.episode.forms if found.id == item.response), None)
    measure = _measure(response or form, item.link_id)
    return {
        "question": _question(measure, item.link_id),
        "answer": _option(measure, item.link_id, item.answer),
        "since": _since(desk, response, item) if response else "",
        "unsent": response is None and form is None,
        "sheet": {"title": form.title, "url": way(desk, "history.view", response=form.id)} if form else {},
        "earlier": _earlier(desk, measure, item),
    }


def _measure(found: Completed | FilledForm | None, link_id: str) -> Instrument | None:
    """The instrument of the answer. Of another form, and of one that was not sent, only the question is known: the
    instrument that asks it."""
    catalogue = practice().catalogue
    if isinstance(found, Completed):
        return catalogue.instrument(found.instrument)
    own = catalogue.instrument_for(found.address) if found else None
    if own and own.item(link_id):
        return own
    asking = [found for found in catalogue.instruments().values() if found.safety and found.safety.link_id == link_id]
    return asking[0] if asking else None


def _question(measure: Instrument | None, link_id: str) -> str:
    item = measure.item(link_id) if measure else None
    return item.text if item else link_id


def _option(measure: Instrument | None, link_id: str, code: str | None) -> str:
    """The words of an answer; the code itself where nobody knows its words any more."""
    if code == NOT_UNDERSTOOD:
        return _("answered in words or numbers this app does not know; look at the form")
    item = measure.item(link_id) if measure else None
    option = item.option(code) if item and code else None
    return option.display if option else code or "–"


def _answer(response: Completed, link_id: str) -> str:
    chosen = next((answer.code for answer in response.answers if answer.link_id == link_id), None)
    return _option(practice().catalogue.instrument(response.instrument), link_id, chosen)


def _earlier(desk: Desk, measure: Instrument | None, item: SafetyItem) -> list[str]:
    """The answers before this one that count, the newest first."""
    versions = desk.episode.responses
    response = next((found for found in versions if found.id == item.response), None)
    given = answered_at(response, versions) if response else item.opened
    same = [found for found in versions if measure and found.instrument == measure.id and found.stands]
    before = sorted(((at, found) for found in same if (at := answered_at(found, versions)) < given), key=_when)
    return [f"{words.day(at.date())}: {_answer(found, item.link_id)}" for at, found in reversed(before)][:5]


def _since(desk: Desk, response: Completed, item: SafetyItem) -> str:
    """What became of the answer after it asked for a step; it is told, and somebody still has to say what was done."""
    link_id = item.link_id
    sent = next((answer.code for answer in response.answers if answer.link_id == link_id), None)
    if response.stands and sent != item.answer:
        return _("Before the form was sent, the answer was changed to: %(answer)s.", answer=_answer(response, link_id))
    if response.stands:
        return ""
    newer = {item.replaces: item for item in desk.episode.responses}
    last = response
    while last.id in newer:
        last = newer[last.id]
    if last is response or not last.stands:
        return _("This form was marked as entered in error. Record what was done, or why no step applies.")
    return _("This form was corrected. The answer now: %(answer)s.", answer=_answer(last, link_id))


def _since_total(desk: Desk, total: EnteredTotal) -> str:
    if total.stands:
        return ""
    if any(item.replaces == total.id for item in desk.episode.totals):
        return _("This total was corrected. Record what was done, or why no step applies.")
    return _("This total was marked as entered in error. Record what was done, or why no step applies.")


def _when(answered: tuple[datetime, Completed]) -> datetime:
    return answered[0]


def _settled(item: SafetyItem) -> str:
    if item.act is None or item.settled is None:
        return ""
    act = words.safety_act(item.act)
    who = item.settled_by.display if item.settled_by else ""
    if item.handed_to:
        return _("%(act)s: %(to)s · %(who)s, %(when)s", act=act, to=item.handed_to, who=who, when=moment(item.settled))
    return _("%(act)s · %(who)s, %(when)s", act=act, who=who, when=moment(item.settled))
