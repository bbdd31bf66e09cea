"""A patient fills in a form that is due: page by page, kept as it is given, and sent to the clinic once (decision-D66).

What is sent waits sealed until a clinician opens the course; an answer that asks for a safety step does not wait: it
raises its item in the transaction in which it is kept (decision-D67).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ipt_fhir.model import snapshot
from ipt_fhir.model.consents import ConsentKind, is_stopped
from ipt_fhir.model.episode import Episode
from ipt_fhir.questionnaires.fields import Sent
from ipt_fhir.questionnaires.filling import Surroundings
from smart_app.services import asking, duties, form_filling, receiving
from smart_app.services.drafting import Owner
from smart_app.services.due_forms import for_patients
from smart_app.services.form_completing import completed, worrying
from smart_app.services.form_filling import OpenForm, Window
from smart_app.services.form_preparing import Known, surroundings
from smart_app.services.forms_at_hand import FormAtHand, FormUnknown, get_form
from smart_app.services.packs import catalogue_in_force
from smart_app.services.practice import Practice
from smart_app.services.titles import title_of
from smart_app.services.visiting import Device, Visit, event
from smart_app.store import audit, begun_forms, drafts, episodes, hand_overs, received_forms, requested_forms
from smart_app.store.lanes import Lane
from smart_app.store.received_forms import ReceivedForm
from smart_app.store.transactions import ReadTransaction, Transaction

KEPT = timedelta(days=1)
"""How long an unfinished form goes on: its questions are about the last days, so half of it must not be old."""

# One patient, one page at a time: of two tabs the later answer to a question counts, and no other question is touched.
_WINDOW = Window(name="patient", number=0)


class NotDue(LookupError):
    """The form was withdrawn, filled in by somebody else or the tablet taken back while its answers were looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormToFill:
    """A form that is due, as a patient sees it; ``raises``: one of its answers is shown to the clinic at once."""

    key: str
    title: str
    begun: bool
    raises: bool


def due(practice: Practice, visit: Visit) -> list[FormToFill]:
    """What this patient may fill in now; on a tablet the one form that was handed over, until it is sent."""
    offered = for_patients(catalogue_in_force(practice))
    with practice.store.read() as tx:
        keys = _keys(tx, practice, visit)
        begun = {key for key in keys if _begun(tx, visit, key)}
    return [
        FormToFill(key=key, title=title_of(offered[key]), begun=key in begun, raises=offered[key].safety is not None)
        for key in keys
        if key in offered
    ]


def course_of(tx: ReadTransaction, lane: Lane) -> Episode | None:
    """The course of a patient; None for somebody on whom nobody has opened the app."""
    stored = episodes.load(tx, lane)
    return snapshot.load(stored.content) if stored else None


def _keys(tx: ReadTransaction, practice: Practice, visit: Visit) -> list[str]:
    episode = course_of(tx, visit.lane)
    if visit.over or episode is None or is_stopped(episode.consents, ConsentKind.APP_USE):
        return []
    if visit.device is Device.TABLET:
        return [visit.form] if visit.form else []
    return [form.key for form in asking.due_of(tx, practice, visit.lane, episode)]


def _begun(tx: ReadTransaction, visit: Visit, key: str) -> bool:
    found = begun_forms.find(tx, visit.lane, visit.author, key)
    return found is not None and timedelta(0) <= tx.now - found.begun < KEPT


def open_form(practice: Practice, visit: Visit, key: str) -> OpenForm | None:
    """The form with what was kept of it; None for one that is not due."""
    at_hand = _at_hand(practice, visit, key)
    return form_filling.open_form(practice, _owner(visit), at_hand, _around(practice)) if at_hand else None


def keep(practice: Practice, visit: Visit, key: str, sent: Sent) -> OpenForm | None:
    """Keep one page. Whatever asks for a safety step is raised with it, or neither is saved. Raises DraftTooLarge."""
    at_hand = _at_hand(practice, visit, key)
    if at_hand is None:
        return None

    def note(tx: Transaction, after: OpenForm) -> None:
        begun = begun_forms.begin(tx, visit.lane, visit.author, key)
        _raise(tx, practice, visit, after, begun.response)

    return form_filling.keep(practice, _owner(visit), at_hand, _around(practice), sent, _WINDOW, note)


def send(practice: Practice, visit: Visit, opened: OpenForm) -> None:
    """Hand the answers to the clinic; they are the patient's own (author and source), and can be sent once: of two
    windows that send in the same moment the later one changes nothing.

    Raises FormTooLarge, or NotDue.
    """
    key = opened.at_hand.key
    with practice.store.write() as tx:
        # First, because the later window waits here; a form may be sent as it was proposed, so nothing was begun.
        begun, episode = begun_forms.take(tx, visit.lane, visit.author, key), course_of(tx, visit.lane)
        first = visit.device is not Device.TABLET or hand_overs.finish(tx, visit.handle)
        if episode is None or not first or key not in _keys(tx, practice, visit):
            if not _was_sent(tx, visit, key):
                raise NotDue(key)
            _forget(tx, visit, key)
            return
        now = tx.now.replace(microsecond=0)
        content = receiving.dump(_sent(practice, episode, opened, begun.response, now))
        form = ReceivedForm(id=begun.response, form=key, author=visit.device.value, content=content, sent=now)
        received_forms.add(tx, visit.lane, form)
        _raise(tx, practice, visit, opened, begun.response)
        _forget(tx, visit, key)
        requested_forms.withdraw(tx, visit.lane, key)
        audit.append(tx, event(visit, audit.Action.CREATE, f"QuestionnaireResponse/{begun.response}"))


def _was_sent(tx: ReadTransaction, visit: Visit, key: str) -> bool:
    waiting = received_forms.of_patient(tx, visit.lane)
    return any((item.form, item.author) == (key, visit.device.value) for item in waiting)


def _at_hand(practice: Practice, visit: Visit, key: str) -> FormAtHand | None:
    """The form, if it is due and not closed; one that was begun too long ago begins anew."""
    with practice.store.write() as tx:
        if key not in _keys(tx, practice, visit):
            return None
        if begun_forms.find(tx, visit.lane, visit.author, key) and not _begun(tx, visit, key):
            _forget(tx, visit, key)
    try:
        found = get_form(practice, _owner(visit), key)
    except FormUnknown:
        return None
    return None if found.closed else found


def _owner(visit: Visit) -> Owner:
    """Whose drafts these are: no clinician's, whatever their ``sub`` is."""
    return Owner(visit.lane, f"patient/{visit.author}")


def _around(practice: Practice) -> Surroundings:
    """A patient's form knows nothing of the chart."""
    return surroundings(practice, Known())


def _raise(tx: Transaction, practice: Practice, visit: Visit, opened: OpenForm, response: str) -> None:
    """Somebody must act on each worrying answer, sent or not, scored or not."""
    record = visit.greeting.record_number
    for found in worrying(opened, practice.catalogue):
        answer = duties.WorryingAnswer(
            response=response, link_id=found.link_id, answer=found.code, record_number=record
        )
        duties.raise_duty(tx, visit.lane, visit.devices, answer, visit.author)


def _sent(practice: Practice, episode: Episode, opened: OpenForm, response: str, now: datetime) -> receiving.Sent:
    """What the course will get: completed as on a clinician's page, with the patient as author."""
    after = completed(opened, episode, None, now, practice.catalogue)
    responses = [replace(item, id=response) for item in after.responses if item not in episode.responses]
    forms = [item for item in after.forms if item not in episode.forms]
    if not responses and forms:
        forms[0] = replace(forms[0], id=response)
    return receiving.Sent(responses=tuple(responses), forms=tuple(forms))


def _forget(tx: Transaction, visit: Visit, key: str) -> None:
    begun_forms.end(tx, visit.lane, visit.author, key)
    drafts.discard(tx, _owner(visit).draft(key))
