"""Whose turn it is to act on safety answers: the list of the clinician who signed in, over all patients.

Of other charts it shows nothing but record number and time (decision-D67); each view is audited.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, abort, redirect, url_for
from werkzeug import Response

from smart_app.language import ngettext
from smart_app.services import duties
from smart_app.services.desk import Desk
from smart_app.services.practice import Practice
from smart_app.web.desks import desk_of, page, practice

blueprint = Blueprint("duty", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One item of the list; ``url`` is the way to its chart, empty where the hospital has no such address."""

    record_number: str
    raised: datetime
    waited: str
    reassigned: datetime | None
    url: str


@blueprint.get("/duty")
def show(handle: str) -> str:
    """The list."""
    desk = _on_duty(handle)
    found = duties.listed(practice(), desk.lane.issuer, desk.therapist, desk.user_sub)
    now = practice().clock()
    rows = [
        Row(
            record_number=item.record_number,
            raised=item.raised,
            waited=_waited(now - item.raised),
            reassigned=item.reassigned,
            url=url_for("duty.chart", handle=handle, item=item.item) if item.has_chart_url else "",
        )
        for item in found
    ]
    return page("duty.html", desk, rows=rows, watched=duties.is_watched(practice()))


@blueprint.get("/duty/<item>/chart")
def chart(handle: str, item: str) -> Response:
    """On to the hospital's own page of that chart, from which the app is opened."""
    desk = _on_duty(handle)
    address = duties.chart_of(practice(), desk.lane.issuer, desk.therapist, item, desk.user_sub)
    return redirect(address, 303) if address else abort(404)


def duty_words(found: Practice, desk: Desk) -> dict[str, object]:
    """What the overview says of duties: how many items wait in other charts, and whether nobody watches."""
    if desk.devices is None:
        return {}
    own = {item.id for item in desk.episode.open_safety_items}
    count = len(duties.waiting_for(found, desk.lane.issuer, desk.therapist) - own)
    sentence = ngettext(
        "%(num)s safety answer in another chart waits for you",
        "%(num)s safety answers in other charts wait for you",
        count,
    )
    return {"elsewhere": sentence if count else "", "unwatched": not duties.is_watched(found)}


def _on_duty(handle: str) -> Desk:
    """The desk, at a clinic that lets patients answer by themselves; elsewhere there are no duties."""
    desk = desk_of(handle)
    return desk if desk.devices else abort(404)


def _waited(since: timedelta) -> str:
    minutes = max(0, int(since.total_seconds() // 60))
    hours = minutes // 60
    if hours >= 48:
        return ngettext("%(num)s day", "%(num)s days", hours // 24)
    if hours:
        return ngettext("%(num)s hour", "%(num)s hours", hours)
    return ngettext("%(num)s minute", "%(num)s minutes", minutes)
