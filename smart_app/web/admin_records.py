"""What an administrator reads over all patients: what is not in the record, the audit log, what is held about whom.

A search names a patient, so it is posted: no address holds one.
"""

from __future__ import annotations

from dataclasses import fields

from flask import Blueprint, request

from ipt_fhir.sync.intent import IntentState
from smart_app.language import gettext as _
from smart_app.services import data_held, installation, overseeing
from smart_app.services.administering import Session
from smart_app.services.overseeing import ACTIONS, SearchForm
from smart_app.web.admin_door import admin_of, admin_page, changing_admin, sent
from smart_app.web.desks import practice

blueprint = Blueprint("admin_records", __name__)


@blueprint.get("/held")
def held() -> str:
    """Filings that are not in the record."""
    session = admin_of()
    now = practice().clock()
    lines = overseeing.held_filings(practice(), session)
    rows = [(line, *_state(line.state), max(0, (now - line.since).days)) for line in lines]
    return admin_page("held.html", session, rows=rows)


@blueprint.get("/data")
def data() -> str:
    """What is held, how long, who reads it."""
    rows = [
        (
            row,
            data_held.is_sealed(row),
            data_held.reader_words(row.reader),
            data_held.kept_words(row.kept, practice().retention),
        )
        for row in data_held.ROWS
    ]
    return admin_page("data.html", admin_of(), rows=rows)


@blueprint.get("/audit")
def audit() -> str:
    """The newest rows of the audit log."""
    return _audit(admin_of(), SearchForm())


@blueprint.post("/audit")
def search() -> str:
    """Search it, turn a page, or check the chain."""
    session = changing_admin()
    form = SearchForm(**{field.name: sent(field.name, 200) for field in fields(SearchForm)})
    if request.form.get("act") == "check":
        return _audit(session, form, checked=True, broken=overseeing.check_chain(practice(), session))
    return _audit(session, form)


def _audit(session: Session, form: SearchForm, *, checked: bool = False, broken: object = None) -> str:
    found, problems = overseeing.search_audit(practice(), session, form)
    return admin_page(
        "audit.html",
        session,
        form=form,
        found=found,
        problems_found=problems,
        wrong=problems.by_field(),
        actions=ACTIONS,
        hospitals=installation.hospitals(practice()),
        checked=checked,
        broken=broken,
    )


def _state(state: IntentState) -> tuple[str, str, str]:
    """Words, mark and tone."""
    return {
        IntentState.WAITING: (_("saved here, not sent"), "▲", "warn"),
        IntentState.SENDING: (_("sending"), "…", ""),
        IntentState.UNKNOWN: (_("not known yet"), "▲", "warn"),
        IntentState.CONFLICT: (_("needs a clinician's choice"), "●", "danger"),
        IntentState.HELD: (_("refused"), "●", "danger"),
        IntentState.NEEDS_SIGN_IN: (_("waiting for sign-in"), "▲", "warn"),
        IntentState.DONE: (_("in the record"), "✓", "good"),
    }[state]
