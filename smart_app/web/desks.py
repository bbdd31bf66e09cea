"""From a request to the desk of its launch; every page of a patient goes through here."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from flask import abort, current_app, g, render_template, request

from smart_app.services import drafting
from smart_app.services.charting import open_desk
from smart_app.services.desk import Desk
from smart_app.services.drafting import Owner
from smart_app.services.failures import Failure
from smart_app.services.practice import Practice
from smart_app.services.unread import notices
from smart_app.web import access
from smart_app.web.guarding import Refusal, browser_secret, check_form, check_patient


def practice() -> Practice:
    """The practice this app was built for."""
    found: Practice = current_app.extensions["practice"]
    return found


def desk_of(handle: str) -> Desk:
    """The desk of a launch, for the browser that began it; anybody else finds nothing (attack-A26, attack-A27)."""
    found = open_desk(practice(), handle, browser_secret())
    if found is None:
        abort(404)
    g.frame_ancestors = found.frame_ancestors
    access.check(found.role, request.endpoint)
    g.plain_words = not found.sees_diagnoses
    return found


def changing(handle: str) -> Desk:
    """As desk_of, for a request that changes something: the form must be ours and made for this patient."""
    check_form(handle)
    return changing_at(open_desk(practice(), handle, browser_secret()), handle)


def changing_at(desk: Desk | None, handle: str) -> Desk:
    """The desk, if it may be changed by the form that was sent: there is one, for this patient, as it is now."""
    if desk is None:
        raise Refusal("session-ended", 404)
    g.frame_ancestors = desk.frame_ancestors
    access.check(desk.role, request.endpoint)
    g.plain_words = not desk.sees_diagnoses
    check_patient(handle, desk.patient.id)
    if request.form.get("revision", "") != str(desk.before):
        raise Refusal("page-out-of-date", 409)
    return desk


def drafts_owner(handle: str) -> Owner:
    """Whose draft a form of this launch may write, also once it went idle: the form must be ours, made for this
    patient, and its address open to this person's role. Raises Refusal."""
    check_form(handle)
    owner = drafting.owner_of(practice(), handle, browser_secret())
    if owner is None:
        raise Refusal("session-ended", 404)
    access.check(owner.role, request.endpoint)
    check_patient(handle, owner.patient)
    return owner


def sent_window() -> str:
    """The name of the page that sent, made when it was opened."""
    return request.form.get("window", "")[:32]


def page(template: str, desk: Desk | None = None, **values: object) -> str:
    """A page; ``notices`` are failures shown above it."""
    return render_template(template, desk=desk, **{"notices": [], **values})


def chart_notices(desk: Desk) -> Sequence[Failure]:
    """What stands above a page that speaks of the chart: what of the course could not be read there, or believed."""
    return notices(desk.background.not_read, practice().catalogue)


def chosen(field: str, offered: type[StrEnum], otherwise: StrEnum) -> str:
    """The submitted choice; one that is not on offer reads as the usual one."""
    sent = request.form.get(field, "")
    return sent if sent in {choice.value for choice in offered} else otherwise.value
