"""What the patient answers alone: what is asked, one form more or less, and the tablet handed over (decision-D66)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug import Response

from smart_app.services import asking, duties
from smart_app.services.desk import Desk
from smart_app.services.handing_over import hand_over
from smart_app.services.problems import Problems
from smart_app.web.desks import changing, desk_of, page, practice
from smart_app.web.guarding import browser_secret

blueprint = Blueprint("patient_device", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A form that is due at the patient's; ``requested`` is None when the plan asks for it."""

    key: str
    title: str
    requested: datetime | None


@blueprint.get("/patient")
def show(handle: str) -> str:
    """The page; where the clinic has not switched this on, it says so."""
    return _page(desk_of(handle), Problems(), request.args.get("form", ""))


@blueprint.post("/patient")
def ask(handle: str) -> Response:
    """Ask for a form, or ask for it no more."""
    desk = _switched_on(handle)
    form = request.form.get("form", "")
    if request.form.get("act") == "withdraw":
        asking.withdraw(practice(), desk, form)
    elif form in asking.offered(practice()):
        asking.ask(practice(), desk, form)
    else:
        abort(400)
    return redirect(url_for("patient_device.show", handle=handle), 303)


@blueprint.post("/patient/hand-over")
def give(handle: str) -> str | Response:
    """Hand this browser over to the patient; from here on it shows their form and nothing else."""
    desk = _switched_on(handle)
    form = request.form.get("form", "")
    if desk.devices is None or not desk.devices.tablets or _is_framed() or form not in asking.offered(practice()):
        abort(400)
    handed, problems = hand_over(practice(), desk, browser_secret(), form, request.form.get("pin", ""))
    if handed is None:
        return _page(desk, problems, form)
    return redirect(url_for("visit.ready", handle=handed), 303)


def _switched_on(handle: str) -> Desk:
    desk = changing(handle)
    return desk if desk.devices else abort(404)


def _page(desk: Desk, problems: Problems, chosen: str = "") -> str:
    offered = asking.offered(practice())
    due = [
        Row(key=item.key, title=offered[item.key], requested=item.requested) for item in asking.due(practice(), desk)
    ]
    return page(
        "patient_device.html",
        desk,
        problems_found=problems,
        wrong=problems.by_field(),
        offered=list(offered.items()),
        chosen=chosen or (due[0].key if due else ""),
        due=due,
        link=f"{practice().public_url}{url_for('launching.patient')}?{urlencode({'iss': desk.lane.issuer})}",
        framed=_is_framed(),
        watched=duties.is_watched(practice()),
    )


def _is_framed() -> bool:
    """Is the app shown inside the hospital's page? Then the chart stays around the form, within a patient's reach.

    Every browser of the last years says so; of an older one nobody knows, and the page asks the clinician to look.
    """
    return request.headers.get("Sec-Fetch-Dest") in {"iframe", "frame"}
