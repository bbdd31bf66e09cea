"""The administrator's door: a sign-in of its own, with its own cookie, in a window that nobody frames (attack-A84).

No launch leads here and nothing here leads into a chart. Whoever is not signed in finds no page but the sign-in.
"""

from __future__ import annotations

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug import Response

from smart_app.language import gettext as _
from smart_app.language import lazy_gettext
from smart_app.roles import Role
from smart_app.services import administering
from smart_app.services.administering import Session
from smart_app.services.failures import Failure
from smart_app.web import access
from smart_app.web.desks import practice
from smart_app.web.guarding import admin_secret, admin_token, check_admin_form, give_admin_cookie, new_browser_secret
from smart_app.web.proxies import asker

blueprint = Blueprint("admin_door", __name__)

PAGES = (
    ("admin_pages.home", lazy_gettext("State")),
    ("admin_pages.hospitals", lazy_gettext("Hospitals")),
    ("admin_pages.packs", lazy_gettext("Packs")),
    ("admin_pages.keys", lazy_gettext("Keys")),
    ("admin_records.held", lazy_gettext("Not in the record")),
    ("admin_records.audit", lazy_gettext("Audit")),
    ("admin_records.data", lazy_gettext("Data")),
    ("admin_person.show", lazy_gettext("One person")),
)
"""The bar of an administrator: endpoint and name."""
_BELOW = {
    "admin_records.search": "admin_records.audit",
    "admin_person.look": "admin_person.show",
    "admin_person.erase": "admin_person.show",
}
"""What is not in the bar, and the entry it belongs to."""
_LONGEST = 256


def is_admins(path: str) -> bool:
    """Whether an address is one of the administrator's pages."""
    return path == "/admin" or path.startswith("/admin/")


@blueprint.get("/sign-in")
def sign_in() -> Response:
    """The form. Its token is bound to a cookie that the sign-in replaces (attack-A26: nobody chooses a session)."""
    secret = admin_secret() or new_browser_secret()
    if administering.session_of(practice(), secret):
        return redirect(url_for("admin_pages.home"), 303)
    return _form(secret)


@blueprint.post("/sign-in")
def enter() -> Response:
    """Name and password; what was wrong is not told."""
    check_admin_form()
    name, password = request.form.get("name", "")[:_LONGEST].strip(), request.form.get("password", "")
    begun = administering.sign_in(practice(), name, password, asker())
    if begun is None:
        return _form(admin_secret(), name=name, refused=True)
    response = make_response(redirect(url_for("admin_pages.home"), 303))
    give_admin_cookie(response, begun)
    return response


@blueprint.post("/sign-out")
def leave() -> Response:
    """End the session; the cookie is worth nothing from now on."""
    administering.sign_out(practice(), changing_admin(), admin_secret())
    return redirect(url_for("admin_door.sign_in"), 303)


def admin_of() -> Session:
    """The administrator who asks; anybody else, a launch too, finds nothing (attack-A84)."""
    found = administering.session_of(practice(), admin_secret())
    if found is None:
        abort(404)
    access.check(Role.ADMINISTRATOR, request.endpoint)
    return found


def changing_admin() -> Session:
    """As admin_of, for a request that does something: the form must be ours (attack-A38)."""
    check_admin_form()
    return admin_of()


def admin_page(template: str, session: Session, **values: object) -> str:
    """A page of an administrator."""
    here = _BELOW.get(request.endpoint or "", request.endpoint)
    return render_template(f"admin/{template}", session=session, pages=PAGES, here=here, **values)


def sent(field: str, longest: int = _LONGEST) -> str:
    """What an administrator typed into a field. A sign that cannot be seen becomes one that nothing holds: of some of
    them PostgreSQL makes an error."""
    typed = request.form.get(field, "")[:longest].strip()
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in typed)


def failed(failure: Failure) -> tuple[str, int]:
    """What an administrator reads when something is refused; the way out is always the sign-in."""
    if failure.status == 404:
        happened = _("This page is not there, or you are not signed in any more.")
    elif failure.status == 403:
        happened = _("This request did not come from a page of this app. Nothing was changed.")
    else:
        happened = failure.happened
    shown = render_template("admin/failed.html", session=None, pages=(), happened=happened, code=failure.code)
    return shown, failure.status


def _form(secret: str, *, name: str = "", refused: bool = False) -> Response:
    shown = render_template(
        "admin/sign_in.html",
        session=None,
        pages=(),
        name=name,
        refused=refused,
        token=admin_token(secret),
        minutes=administering.WINDOW.seconds // 60,
    )
    response = make_response(shown, 403 if refused else 200)
    give_admin_cookie(response, secret)
    return response
