"""What the patient allowed or refused: separate decisions, each with its day, each withdrawn by itself (decision-D93).

A decision is added and never edited; a withdrawal closes the permission it speaks of and deletes nothing. Two kinds
rule something in this app: sharing (whether anything is filed) and the use of this app (whether the patient answers in
it). The other two are for people to keep to; the app neither records sessions nor calls anybody.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from ipt_fhir.model.consents import ConsentDecision, ConsentKind, is_stopped, newest
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.people import Person
from ipt_fhir.sync.intent import load_changes
from smart_app.language import gettext as _
from smart_app.services import charting
from smart_app.services.desk import Desk
from smart_app.services.practice import Practice
from smart_app.services.problems import Problems, read_day
from smart_app.store.audit import Action
from smart_app.store.intents import Intent

_CONSENT = "Consent"


class Answer(StrEnum):
    """What the patient said."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentForm:
    """What was entered about one kind."""

    kind: ConsentKind
    answer: str = ""
    on: str = ""


def decided(episode: Episode, form: ConsentForm, by: Person | None, today: date) -> tuple[Episode, Problems]:
    """The course with the decision added, or the permission in force closed; the same course with problems."""
    problems = Problems()
    last = newest(episode.consents, form.kind)
    field = f"{form.kind.value}-answer"
    if form.answer not in set(Answer):
        problems.add(field, _("Choose what the patient said."))
    in_force = last is not None and last.in_force
    if in_force and form.answer == Answer.ALLOWED:
        problems.add(field, _("This is allowed already."))
    if in_force and form.answer == Answer.REFUSED:
        problems.add(field, _("This is allowed now: record that the patient withdrew it."))
    if not in_force and form.answer == Answer.WITHDRAWN:
        problems.add(field, _("There is nothing to withdraw."))
    on = _day(form, last, today, problems)
    if problems or on is None:
        return episode, problems
    if form.answer == Answer.WITHDRAWN and last is not None:
        closed = replace(last, withdrawn_on=on, withdrawal_recorded_by=by)
        consents = tuple(closed if item is last else item for item in episode.consents)
    else:
        added = ConsentDecision(
            id=str(uuid.uuid4()),
            kind=form.kind,
            permitted=form.answer == Answer.ALLOWED,
            decided_on=on,
            recorded_by=by,
        )
        consents = tuple(sorted((*episode.consents, added), key=lambda item: (item.decided_on, item.id)))
    return replace(episode, consents=consents), problems


def record(practice: Practice, desk: Desk, form: ConsentForm) -> Problems:
    """Keep what the patient said; in the audit log it is a decision about a Consent. Raises StaleRevision."""
    episode, problems = decided(desk.episode, form, desk.therapist, desk.today)
    if not problems:
        said = newest(episode.consents, form.kind)
        charting.save(practice, desk, episode, Action.DECIDE, f"{_CONSENT}/{said.id if said else ''}")
    return problems


def is_filed(practice: Practice) -> bool:
    """Whether decisions go to the hospital's record: where the site files Consent."""
    return _CONSENT in practice.site.files


def may_go_on(episode: Episode, intent: Intent) -> bool:
    """Whether a filing that is still open may be continued, as what it would send may be filed now."""
    if not is_stopped(episode.consents, ConsentKind.DATA_SHARING):
        return True
    return all(change.resource["resourceType"] == _CONSENT for change in load_changes(intent.payload))


def _day(form: ConsentForm, last: ConsentDecision | None, today: date, problems: Problems) -> date | None:
    field = f"{form.kind.value}-on"
    on = read_day(field, form.on, problems)
    if on and on > today:
        problems.add(field, _("A decision cannot lie in the future."))
    if on and last and on < last.last_on:
        problems.add(field, _("The decision before is younger. Enter the day on which the patient said this."))
    return on
