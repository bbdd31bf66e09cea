"""The doors of the app: the launch from the chart, the patient's link, the way back from sign-in, keys, signing out."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from werkzeug import Response as Redirect

from smart_app.language import gettext as _
from smart_app.services import launching, taking_back
from smart_app.services.failures import Failure
from smart_app.web.desks import changing, page, practice
from smart_app.web.guarding import browser_secret, give_cookie, new_browser_secret

blueprint = Blueprint("launching", __name__)

_LONGEST = 2048


@blueprint.get("/launch")
def launch() -> Response:
    """Start: send the browser to the hospital's sign-in, bound to this browser by its cookie."""
    iss, token = _single("iss"), _single("launch")
    secret = browser_secret() or new_browser_secret()
    response = make_response(redirect(launching.begin(practice(), iss, token, secret), 302))
    give_cookie(response, secret)
    return response


@blueprint.get("/patient")
def patient() -> Redirect:
    """Start on a patient's own device: the link the clinic shows in its portal or on its site."""
    secret = browser_secret() or new_browser_secret()
    if handed := taking_back.standing(practice(), secret):
        return redirect(url_for("visit.home", handle=handed), 303)
    response = make_response(redirect(launching.begin_alone(practice(), _single("iss"), secret), 302))
    give_cookie(response, secret)
    return response


@blueprint.get("/callback")
def callback() -> Redirect:
    """Finish: exchange the code, read the chart, open the overview."""
    answer = launching.Callback(
        state=_single("state"), code=_single("code", ""), error=_single("error", ""), iss=_single("iss", "")
    )
    secret = browser_secret()
    if not secret:
        raise Failure(
            code="cookie-blocked",
            happened=_("Your browser did not keep this app's cookie, so the sign-in cannot be finished safely."),
            what_to_do=_("Ask IT to allow cookies of this app inside the EHR, then open it from the chart again."),
            status=400,
        )
    arrival = launching.complete(practice(), answer, secret)
    home = "visit.home" if arrival.alone else "overview.show"
    return redirect(url_for(home, handle=arrival.handle), 303)


@blueprint.get("/.well-known/jwks.json")
def key_set() -> Response:
    """Our public keys, for the hospital's authorization server (SMART 2.2, JWKS by URL)."""
    response = Response(launching.public_keys(practice()), mimetype="application/json")
    response.cache_control.public = True
    response.cache_control.max_age = 300
    return response


@blueprint.post("/s/<handle>/sign-out")
def sign_out(handle: str) -> str:
    """End this launch; its token is forgotten at once."""
    desk = changing(handle)
    launching.end(practice(), desk)
    return page("signed_out.html")


def _single(name: str, default: str | None = None) -> str:
    """One parameter, once, short, printable (attack-A05, attack-A11)."""
    values = request.args.getlist(name)
    if not values and default is not None:
        return default
    if len(values) != 1 or not values[0] or len(values[0]) > _LONGEST or not values[0].isprintable():
        abort(400)
    return values[0]
