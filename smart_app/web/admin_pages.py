"""What an administrator reads: the state of the installation, hospitals, packs, keys. Nothing here changes anything."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, redirect, url_for
from werkzeug import Response

from smart_app.language import gettext as _
from smart_app.language import ngettext
from smart_app.services import administering, duties, installation
from smart_app.services.packs import pack_lines
from smart_app.web.admin_door import admin_of, admin_page
from smart_app.web.desks import practice
from smart_app.web.guarding import admin_secret
from smart_app.web.pack_rows import pack_row

blueprint = Blueprint("admin_pages", __name__)


@blueprint.get("/")
def home() -> str | Response:
    """The state of the installation; the first page after the sign-in, and the way to it before."""
    if administering.session_of(practice(), admin_secret()) is None:
        return redirect(url_for("admin_door.sign_in"), 303)
    rounds = installation.worker_rounds(practice())
    return admin_page(
        "home.html",
        admin_of(),
        watched=duties.is_watched(practice()),
        needs_worker=bool(practice().patient_devices),
        rounds=[(_TASKS[task](), at) for task, at in rounds.items() if task in _TASKS],
        version=installation.app_version(),
        settings=practice().settings,
        accounts=administering.accounts(practice().store),
    )


@blueprint.get("/hospitals")
def hospitals() -> str:
    """The hospitals of the issuers file."""
    return admin_page("hospitals.html", admin_of(), hospitals=installation.hospitals(practice()))


@blueprint.get("/packs")
def packs() -> str:
    """The packs in use, as clinicians see them."""
    return admin_page("packs.html", admin_of(), packs=[pack_row(line) for line in pack_lines(practice())])


@blueprint.get("/keys")
def keys() -> str:
    """Which keys there are, never what is in them."""
    now = practice().clock()
    return admin_page(
        "keys.html",
        admin_of(),
        encryption=[(key, _age(key.first_used, now)) for key in installation.encryption_keys(practice())],
        signing=[(key, _age(key.made, now)) for key in installation.signing_keys(practice())],
    )


_TASKS = {
    "safety-duties": lambda: _("safety answers re-assigned"),
    "retention": lambda: _("what is kept no longer deleted"),
}


def _age(since: datetime | None, now: datetime) -> str:
    if since is None:
        return ""
    days = max(0, (now - since).days)
    return ngettext("%(num)s day", "%(num)s days", days)
