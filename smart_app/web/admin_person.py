"""Erase what is held about one person, after looking and after saying it twice. Nobody's chart is shown, and no address
names a patient: everything is posted.
"""

from __future__ import annotations

from flask import Blueprint, request

from smart_app.language import gettext as _
from smart_app.services import installation, person_rights
from smart_app.services.administering import Session
from smart_app.services.person_rights import BeingSent, Holding, NothingHeld, Person, Reason, StillWaiting
from smart_app.services.problems import Problems
from smart_app.web.admin_door import admin_of, admin_page, changing_admin, sent
from smart_app.web.desks import practice

blueprint = Blueprint("admin_person", __name__)


@blueprint.get("/person")
def show() -> str:
    """Whose data?"""
    return _page(admin_of(), Person("", ""), Problems())


@blueprint.post("/person")
def look() -> str:
    """What is held, in numbers."""
    session = changing_admin()
    person, problems = _person(), Problems()
    if not person.patient:
        problems.add("patient", _("Enter the id of the patient."))
        return _page(session, person, problems)
    return _page(session, person, problems, person_rights.holding(practice().store, person, session.actor))


@blueprint.post("/person/erase")
def erase() -> str:
    """Erase it: the id typed once more, a reason, and a tick for what still waits."""
    session = changing_admin()
    person, problems = _person(), Problems()
    reason = next((item for item in Reason if item.value == request.form.get("reason")), None)
    if not person.patient or request.form.get("again", "").strip() != person.patient:
        problems.add("again", _("This is not the id above. Nothing was erased."))
    elif reason is None:
        problems.add("reason", _("Choose why. Nothing was erased."))
    else:
        too = request.form.get("waiting_too") == "yes"
        try:
            receipt = person_rights.purge(practice().store, person, reason, session.actor, waiting_too=too)
        except StillWaiting:
            problems.add("waiting", _("Something still waits: act on it, or tick that it is erased too."))
        except BeingSent:
            problems.add("again", _("A filing is on its way at this moment. Try again in some minutes."))
        except NothingHeld:
            pass  # Said below, in the same words as after a look.
        else:
            return admin_page("erased.html", session, receipt=receipt, text=receipt.as_json().decode())
    found = person_rights.holding(practice().store, person, session.actor)
    if not found.rows:
        problems = Problems()
        problems.add("patient", _("Nothing is held about this person."))
    return _page(session, person, problems, found)


def _person() -> Person:
    return Person(sent("issuer"), sent("patient"))


def _page(session: Session, person: Person, problems: Problems, found: Holding | None = None) -> str:
    return admin_page(
        "person.html",
        session,
        issuer=person.issuer,
        patient=person.patient,
        holding=found,
        problems_found=problems,
        wrong=problems.by_field(),
        hospitals=installation.hospitals(practice()),
        reason=request.form.get("reason", Reason.ASKED_BY_PERSON.value),
        reasons=[
            (Reason.ASKED_BY_PERSON.value, _("the person asked for it")),
            (Reason.WRONG_PATIENT.value, _("it was entered for the wrong patient")),
            (Reason.NO_LONGER_NEEDED.value, _("it is no longer needed")),
            (Reason.TEST_DATA.value, _("it is test data")),
        ],
    )
