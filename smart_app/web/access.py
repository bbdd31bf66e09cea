"""Which role may open which address: one table, and what is not in it is for nobody.

``desks`` asks it for every page of a chart. The addresses of patients and of administrators are guarded by their own
sign-ins; their rows say for whom they are, and a test walks every row of every role (``tests/web/test_access.py``).
"""

from __future__ import annotations

from collections.abc import Mapping

from smart_app.roles import Role
from smart_app.web.guarding import Refusal

_READ = frozenset({Role.THERAPIST, Role.SUPERVISOR, Role.COORDINATOR})
_ENTER = frozenset({Role.THERAPIST, Role.COORDINATOR})
_CLINICAL = frozenset({Role.THERAPIST, Role.SUPERVISOR})
_THERAPIST = frozenset({Role.THERAPIST})
_PATIENT = frozenset({Role.PATIENT})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_EVERYBODY = frozenset(Role)

ACCESS: Mapping[str, frozenset[Role]] = {
    # Before anybody is known.
    "static": _EVERYBODY,
    "launching.launch": _EVERYBODY,
    "launching.patient": _EVERYBODY,
    "launching.callback": _EVERYBODY,
    "launching.key_set": _EVERYBODY,
    "launching.sign_out": _READ,
    # Where the therapy stands.
    "overview.show": _READ,
    "overview.resume": _THERAPIST,
    "style.show": _READ,
    "assessment.show": _READ,
    "people.show": _CLINICAL,
    "people.save": _THERAPIST,
    "people.keep": _THERAPIST,
    "person.add": _THERAPIST,
    "person.show": _CLINICAL,
    "person.save": _THERAPIST,
    "person.keep": _THERAPIST,
    "timeline.show": _CLINICAL,
    "event.add": _THERAPIST,
    "event.show": _CLINICAL,
    "event.save": _THERAPIST,
    "event.keep": _THERAPIST,
    "focus.show": _CLINICAL,
    "focus.save": _THERAPIST,
    "focus.keep": _THERAPIST,
    "formulation.show": _CLINICAL,
    "formulation.save": _THERAPIST,
    "formulation.keep": _THERAPIST,
    "sheets.show": _CLINICAL,
    "sheets.save": _THERAPIST,
    "sheets.keep": _THERAPIST,
    "plan.show": _READ,
    "plan.save": _THERAPIST,
    "plan.keep": _THERAPIST,
    "goals.show": _READ,
    "goals.settle": _THERAPIST,
    "goals.rating": _READ,
    "goals.save_rating": _ENTER,
    "session.show": _READ,
    "session.save": _ENTER,
    "ending.show": _CLINICAL,
    "ending.save": _THERAPIST,
    "ending.keep": _THERAPIST,
    "handover.show": _CLINICAL,
    "handover.download": _CLINICAL,
    "session.live": _ENTER,
    "session_closed.show": _READ,
    "session_closed.keep": _ENTER,
    "group.show": _ENTER,
    "group.save": _ENTER,
    "group.keep": _ENTER,
    "group.join": _ENTER,
    "session_closed.mend": _ENTER,
    "safety.show": _READ,
    "safety.record": _ENTER,
    "safety.keep": _ENTER,
    "duty.show": _READ,
    "duty.chart": _READ,
    "caseload.show": _READ,
    "caseload.chart": _READ,
    "filing.show": _READ,
    "filing.preview": _READ,
    "filing.entry": _CLINICAL,
    "filing.file": _ENTER,
    "filing.settle": _THERAPIST,
    "consents.show": _READ,
    "consents.record": _ENTER,
    # Measures and forms.
    "form_list.show": _ENTER,
    "form_list.search": _ENTER,
    "form_list.take": _ENTER,
    "form_list.take_from_hospital": _ENTER,
    "forms.show": _ENTER,
    "forms.keep": _ENTER,
    "forms.live": _ENTER,
    "forms.save": _ENTER,
    "totals.show": _ENTER,
    "totals.save": _ENTER,
    "totals.correct": _ENTER,
    "totals.record": _ENTER,
    "history.show": _READ,
    "history.view": _READ,
    "correcting.begin": _ENTER,
    "correcting.show": _ENTER,
    "correcting.record": _ENTER,
    "withdrawing.show": _ENTER,
    "withdrawing.record": _ENTER,
    # What the patient fills in: handed over, and taken back, by staff.
    "patient_device.show": _ENTER,
    "patient_device.ask": _ENTER,
    "patient_device.give": _ENTER,
    "visit.home": _PATIENT,
    "visit.ready": _PATIENT,
    "visit.sent": _PATIENT,
    "visit.give_back": _PATIENT,
    "visit.take_back": _PATIENT,
    "visit.go": _PATIENT,
    "visit_form.begin": _PATIENT,
    "visit_form.question": _PATIENT,
    "visit_form.answer": _PATIENT,
    "visit_form.review": _PATIENT,
    "visit_form.send": _PATIENT,
    # The installation: accounts of its own, and nothing of a chart.
    "admin_door.sign_in": _ADMINISTRATOR,
    "admin_door.enter": _ADMINISTRATOR,
    "admin_door.leave": _ADMINISTRATOR,
    "admin_pages.home": _ADMINISTRATOR,
    "admin_pages.hospitals": _ADMINISTRATOR,
    "admin_pages.packs": _ADMINISTRATOR,
    "admin_pages.keys": _ADMINISTRATOR,
    "admin_records.held": _ADMINISTRATOR,
    "admin_records.audit": _ADMINISTRATOR,
    "admin_records.search": _ADMINISTRATOR,
    "admin_records.data": _ADMINISTRATOR,
    "admin_person.show": _ADMINISTRATOR,
    "admin_person.look": _ADMINISTRATOR,
    "admin_person.erase": _ADMINISTRATOR,
}

_PAGE_OF_FORM = {
    "interpersonal-inventory": "people.show",
    "closeness-circle": "people.show",
    "problem-area-checklist": "focus.show",
    "relapse-plan": "ending.show",
}
"""Forms of ours that hold what a page holds, by instrument: who may not open the page reads nothing of it there."""


def may(role: Role | None, endpoint: str | None) -> bool:
    """Whether the table lets this role open this address; the default is no."""
    return role in ACCESS.get(endpoint or "", frozenset())


def check(role: Role | None, endpoint: str | None) -> None:
    """Refuse an address that is not for this role. Raises Refusal."""
    if not may(role, endpoint):
        raise Refusal("not-for-your-role", 403)


def may_read_form(role: Role | None, instrument: str) -> bool:
    """Whether a form of that instrument, empty or answered, is for this role. Any other form is for whoever enters."""
    page = _PAGE_OF_FORM.get(instrument)
    return page is None or may(role, page)
