"""Enter the total of a measure whose texts are not here, read off its sheet; correct one."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug import Response

from ipt_fhir.instruments.catalogue import Instrument, form_is_shipped
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.totals import EnteredTotal
from smart_app.services.correcting import REASON
from smart_app.services.describing import asked_words
from smart_app.services.desk import Desk
from smart_app.services.problems import Problems
from smart_app.services.totals import TotalForm, filled, record_total
from smart_app.web.desks import changing, desk_of, page, practice
from smart_app.web.history import standing_entry

blueprint = Blueprint("totals", __name__)


@blueprint.get("/totals/<measure>")
def show(handle: str, measure: str) -> str:
    """The form."""
    desk = desk_of(handle)
    return _page(desk, _measure(measure), TotalForm(date=desk.today.isoformat()), Problems())


@blueprint.post("/totals/<measure>")
def save(handle: str, measure: str) -> str | Response:
    """Keep the total."""
    desk, known, form = changing(handle), _measure(measure), _sent()
    episode, problems = record_total(practice(), desk, known, form)
    if problems:
        return _page(desk, known, form, problems)
    return _onwards(desk, episode, url_for("form_list.show", handle=handle))


@blueprint.get("/history/<total>/total")
def correct(handle: str, total: str) -> str:
    """The form with the total as it is."""
    desk = desk_of(handle)
    found = _total(desk, total)
    return _page(desk, _measure(found.instrument), filled(found), Problems(), found)


@blueprint.post("/history/<total>/total")
def record(handle: str, total: str) -> str | Response:
    """Keep the corrected version."""
    desk = changing(handle)
    found, form = _total(desk, total), _sent()
    known = _measure(found.instrument)
    episode, problems = record_total(practice(), desk, known, form, found)
    if problems:
        return _page(desk, known, form, problems, found)
    return _onwards(desk, episode, url_for("history.show", handle=handle))


def _measure(name: str) -> Instrument:
    """A measure that has a total and whose form is not shipped: where there is one, it is filled in."""
    found = practice().catalogue.instruments().get(name)
    return found if found and found.scale and not form_is_shipped(found) else abort(404)


def _total(desk: Desk, total_id: str) -> EnteredTotal:
    found = standing_entry(desk, total_id).version
    return found if isinstance(found, EnteredTotal) else abort(404)


def _sent() -> TotalForm:
    return TotalForm(
        total=request.form.get("total", ""),
        date=request.form.get("date", ""),
        worrying=request.form.get("worrying", ""),
        reason=request.form.get("reason", ""),
    )


def _onwards(desk: Desk, episode: Episode, otherwise: str) -> Response:
    """To the safety step that the total opened, if it did."""
    new = next((item for item in episode.safety_items if item not in desk.episode.safety_items), None)
    return redirect(url_for("safety.show", handle=desk.handle, item=new.id) if new else otherwise, 303)


def _page(
    desk: Desk, measure: Instrument, values: TotalForm, problems: Problems, corrects: EnteredTotal | None = None
) -> str:
    form = {
        "filled": values,
        "problems": problems,
        "wrong": problems.by_field(),
        "reason": values.reason,
        "limit": REASON,
        "corrects": corrects,
        "asked": asked_words(measure, measure.safety.link_id) if measure.safety else "",
    }
    return page("total.html", desk, measure=measure, form=form)
