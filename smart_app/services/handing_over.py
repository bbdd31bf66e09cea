"""The clinician hands the tablet to the patient: one form, in a browser that opens nothing else until it comes back."""

from __future__ import annotations

import re

from ipt_fhir.model.consents import ConsentKind, is_stopped
from smart_app.language import gettext as _
from smart_app.services.charting import audit_event
from smart_app.services.desk import Desk
from smart_app.services.practice import Practice
from smart_app.services.problems import Problems
from smart_app.services.visiting import dump_greeting
from smart_app.store import audit, hand_overs

_PIN = re.compile(r"[0-9]{4,6}")
_ROW = "0123456789"


def hand_over(practice: Practice, desk: Desk, browser_secret: str, form: str, pin: str) -> tuple[str | None, Problems]:
    """The handle of the patient's pages; None, with the reason, when the PIN is none or easily guessed.

    The PIN serves once and is for this hand-over only; the patient may watch it being typed.
    """
    problems = Problems()
    if is_stopped(desk.episode.consents, ConsentKind.APP_USE):
        problems.add("pin", _("The patient does not want to use this app: see Consent."))
    elif not _PIN.fullmatch(pin):
        problems.add("pin", _("Choose a PIN of 4 to 6 digits."))
    elif len(set(pin)) == 1 or pin in _ROW or pin in _ROW[::-1]:
        problems.add("pin", _("This PIN is easily guessed. Choose another one."))
    if problems:
        return None, problems
    with practice.store.write() as tx:
        handle = hand_overs.begin(
            tx,
            desk.lane,
            launch=desk.handle,
            given_by=desk.user_sub,
            browser_secret=browser_secret,
            form=form,
            background=dump_greeting(desk.patient, desk.background.hospital),
            pin=pin,
        )
        audit.append(tx, audit_event(desk, audit.Action.HAND_OVER, f"Questionnaire/{form}"))
    return handle, problems
