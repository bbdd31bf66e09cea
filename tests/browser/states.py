"""Every page of the app in every state that looks different, and how a person gets there.

A page that is not in this list fails ``tests/test_pages_listed.py`` (in ``make check``); each line is opened in
Chromium and judged by axe-core (``test_accessibility.py``). A line starts on the overview of its patient, in the
EHR's frame. A group of pages keeps its lines in a module of its own.
"""

from __future__ import annotations

from tests.browser import (
    admin_states,
    assess_states,
    caseload_states,
    consent_states,
    focus_states,
    form_states,
    handover_states,
    overview_states,
    people_states,
    plan_states,
    session_states,
)

STATES = (
    *form_states.STATES,
    *overview_states.STATES,
    *admin_states.STATES,
    *assess_states.STATES,
    *consent_states.STATES,
    *focus_states.STATES,
    *handover_states.STATES,
    *people_states.STATES,
    *caseload_states.STATES,
    *session_states.STATES,
    *plan_states.STATES,
)

NO_PAGE = {
    "caseload.chart": "leads to the hospital's own page of a chart",
    "duty.chart": "leads to the hospital's own page of a chart",
    "visit_form.begin": "leads to the first open question",
    "handover.download": "a PDF",
    "launching.key_set": "JSON for the hospital's authorization server",
    "style.show": "a sheet with the hospital's colours",
    "static": "files",
}
"""Addresses that answer a GET and show no page."""
