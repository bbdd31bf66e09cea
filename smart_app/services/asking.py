"""A clinician asks a patient for forms: what is due at the patient's, one more, one less."""

from __future__ import annotations

from ipt_fhir.model.consents import ConsentKind, is_stopped
from ipt_fhir.model.episode import Episode
from smart_app.services.charting import audit_event
from smart_app.services.desk import Desk
from smart_app.services.due_forms import Answered, DueForm, due_forms, for_patients
from smart_app.services.packs import catalogue_in_force
from smart_app.services.practice import Practice
from smart_app.services.titles import title_of
from smart_app.store import audit, received_forms, requested_forms
from smart_app.store.lanes import Lane
from smart_app.store.transactions import ReadTransaction, Transaction


def offered(practice: Practice) -> dict[str, str]:
    """The forms a patient can be asked for: their titles by key."""
    return {key: title_of(measure) for key, measure in for_patients(catalogue_in_force(practice)).items()}


def due(practice: Practice, desk: Desk) -> list[DueForm]:
    """What the patient is asked now."""
    with practice.store.read() as tx:
        return due_of(tx, practice, desk.lane, desk.episode)


def due_of(tx: ReadTransaction, practice: Practice, lane: Lane, episode: Episode) -> list[DueForm]:
    """As due, inside a transaction: what was sent and nobody has seen counts as answered.

    Nothing where the patient does not want this app.
    """
    if is_stopped(episode.consents, ConsentKind.APP_USE):
        return []
    received = [Answered(key=item.form, at=item.sent) for item in received_forms.of_patient(tx, lane)]
    requested = requested_forms.of_patient(tx, lane)
    return due_forms(episode, catalogue_in_force(practice), requested, received, practice.today())


def ask(practice: Practice, desk: Desk, form: str) -> None:
    """Ask for a form. Raises KeyError for one a patient cannot fill in alone."""
    if form not in for_patients(catalogue_in_force(practice)):
        raise KeyError(form)
    with practice.store.write() as tx:
        requested_forms.request(tx, desk.lane, form, desk.user_sub)
        _note(tx, desk, audit.Action.CREATE, form)


def withdraw(practice: Practice, desk: Desk, form: str) -> None:
    """Ask for it no more."""
    with practice.store.write() as tx:
        requested_forms.withdraw(tx, desk.lane, form)
        _note(tx, desk, audit.Action.UPDATE, form)


def _note(tx: Transaction, desk: Desk, action: audit.Action, form: str) -> None:
    audit.append(tx, audit_event(desk, action, f"Questionnaire/{form}"))
