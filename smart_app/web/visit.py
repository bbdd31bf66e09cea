"""The patient's own pages: what is due, the way out, and on a tablet the way back to the clinician (decision-D66).

They hang under ``/p``, know a visit and no desk, and are framed by nobody. What to do in danger stands on each of them.
"""

from __future__ import annotations

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug import Response

from smart_app.language import gettext as _
from smart_app.services import patient_forms, taking_back
from smart_app.services.failures import Failure
from smart_app.services.problems import Problems
from smart_app.services.visiting import Device, Visit, leave, open_visit
from smart_app.web.desks import practice
from smart_app.web.guarding import Refusal, browser_secret, check_form, check_patient, fingerprint, forget_pages

blueprint = Blueprint("visit", __name__)

_PATIENTS_OWN = frozenset({blueprint.name, "visit_form"})
_ALLOWED_WHILE_HANDED_OVER = frozenset(
    {"static", "launching.launch", "launching.callback", "launching.key_set", "launching.patient"}
)


def keep_in_patients_hands() -> Response | None:
    """Before every request: a browser that was handed over opens the patient's pages and nothing else.

    The button "back", a typed address, a second tab lead to the form. A launch from the chart stays open, because it is
    the clinician's way back in; the store refuses every other launch of this browser as well (``launches.find``).
    """
    handed = taking_back.standing(practice(), browser_secret())
    if handed is None or request.endpoint in _ALLOWED_WHILE_HANDED_OVER:
        return None
    if request.blueprint in _PATIENTS_OWN and (request.view_args or {}).get("handle") == handed:
        return None
    return redirect(url_for("visit.home", handle=handed), 303)


@blueprint.get("/ready")
def ready(handle: str) -> str:
    """Between the clinician's page and the patient's: what the browser keeps for "back" is dropped behind this one."""
    visit = visit_of(handle)
    if visit.device is not Device.TABLET:
        abort(404)
    return visit_page("patient/ready.html", visit)


@blueprint.get("/")
def home(handle: str) -> str | Response:
    """What is due; on a tablet the one form that was handed over."""
    visit = visit_of(handle)
    due = patient_forms.due(practice(), visit)
    if visit.device is Device.TABLET and (visit.over or not due):
        return redirect(url_for("visit.give_back", handle=handle), 303)
    shown = make_response(visit_page("patient/home.html", visit, due=due, raises=any(form.raises for form in due)))
    return forget_pages(shown) if visit.device is Device.TABLET else shown


@blueprint.get("/sent")
def sent(handle: str) -> str:
    """Thank you."""
    visit = visit_of(handle)
    return visit_page("patient/sent.html", visit, due=patient_forms.due(practice(), visit))


@blueprint.post("/leave")
def go(handle: str) -> Response:
    """Sign out of one's own device."""
    visit = changing_visit(handle)
    if visit.device is not Device.OWN:
        abort(400)
    leave(practice(), visit)
    return forget_pages(make_response(visit_page("patient/left.html", visit)))


@blueprint.get("/give-back")
def give_back(handle: str) -> str:
    """The tablet goes back: the clinician types the PIN."""
    return _give_back(visit_of(handle), Problems())


@blueprint.post("/give-back")
def take_back(handle: str) -> str | Response:
    """The PIN opens the clinician's page again; five wrong ones leave the chart as the only way."""
    changing_visit(handle)
    launch = taking_back.by_pin(practice(), handle, browser_secret(), request.form.get("pin", ""))
    if launch:
        return redirect(url_for("overview.show", handle=launch), 303)
    problems = Problems()
    again = visit_of(handle)
    if again.tries_left:
        problems.add("pin", _("This is not the PIN."))
    return _give_back(again, problems)


def visit_of(handle: str) -> Visit:
    """The visit of a handle, for the browser it was begun in; anybody else finds nothing (attack-A26, attack-A27)."""
    found = open_visit(practice(), handle, browser_secret())
    if found is None:
        abort(404)
    return found


def changing_visit(handle: str) -> Visit:
    """As visit_of, for a request that changes something: the form must be ours and made for this patient."""
    check_form(handle)
    found = open_visit(practice(), handle, browser_secret())
    if found is None:
        raise Refusal("visit-ended", 404)
    check_patient(handle, found.lane.patient)
    return found


def visit_page(template: str, visit: Visit, **values: object) -> str:
    """A page of a patient."""
    own = {"visit": visit, "on_tablet": visit.device is Device.TABLET}
    return render_template(template, **own, made_for=fingerprint(visit.handle, visit.lane.patient), **values)


def _give_back(visit: Visit, problems: Problems) -> str:
    if visit.device is not Device.TABLET:
        abort(404)
    return visit_page("patient/give_back.html", visit, problems_found=problems, wrong=problems.by_field())


def is_patients_own(path: str) -> bool:
    """Whether an address is one of a patient's pages."""
    return path.startswith("/p/")


def failed(failure: Failure) -> tuple[str, int]:
    """What a patient reads when a page is not open any more, or refuses; who they are is not known here."""
    return render_template("patient/failed.html", closed=failure.status == 404, code=failure.code), failure.status
