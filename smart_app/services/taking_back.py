"""The tablet comes back to the clinician: by the PIN, or by a new launch from the chart (decision-D66)."""

from __future__ import annotations

from smart_app.services.practice import Practice
from smart_app.store import audit, hand_overs
from smart_app.store.hand_overs import HandOver
from smart_app.store.transactions import Transaction


def standing(practice: Practice, browser_secret: str) -> str | None:
    """The handle of the patient's pages, while this browser is in a patient's hands."""
    if not browser_secret:
        return None
    with practice.store.read() as tx:
        found = hand_overs.of_browser(tx, browser_secret)
    return found.handle if found else None


def by_pin(practice: Practice, handle: str, browser_secret: str, pin: str) -> str | None:
    """The handle of the clinician's launch when the PIN is right; None when it is wrong or no try is left.

    Every try is counted and audited.
    """
    with practice.store.write() as tx:
        found = hand_overs.of_browser(tx, browser_secret)
        if found is None or found.handle != handle:
            return None
        right = hand_overs.take_back(tx, handle, pin)
        _note(tx, found, found.given_by, audit.Outcome.DONE if right else audit.Outcome.REFUSED)
    return found.launch if right else None


def by_new_launch(tx: Transaction, user_sub: str, browser_secret: str) -> None:
    """A clinician signed in from a chart: whatever stood in this browser is over, of whichever patient."""
    for found in hand_overs.end_all(tx, browser_secret):
        _note(tx, found, user_sub, audit.Outcome.DONE)


def _note(tx: Transaction, found: HandOver, actor: str, outcome: audit.Outcome) -> None:
    event = audit.AuditEvent(
        action=audit.Action.TAKE_BACK,
        outcome=outcome,
        actor=actor,
        issuer=found.lane.issuer,
        patient=found.lane.patient,
        entity=f"Patient/{found.lane.patient}",
    )
    audit.append(tx, event)
