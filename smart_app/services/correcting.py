"""Correct what was answered, or mark it as entered in error: a new version, a reason; what was filed never changes.

The reason is typed and stays in this app (decision-D65); the chart learns of it by the status (decision-D36).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from ipt_fhir import rawjson
from ipt_fhir.instruments.catalogue import Catalogue
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.limits import TEXT_LIMITS, clean_text
from ipt_fhir.model.measures import Response, Withdrawal
from ipt_fhir.model.people import Person
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.protocol import response_states
from ipt_fhir.protocol.response_states import Content, find
from ipt_fhir.questionnaires.scoring import SafetyAnswer
from smart_app.language import gettext as _
from smart_app.services import charting
from smart_app.services.desk import Desk
from smart_app.services.measuring import with_safety_items
from smart_app.services.practice import Practice
from smart_app.services.problems import Problems
from smart_app.store import audit, intents
from smart_app.store.audit import Action

REASON = TEXT_LIMITS["Withdrawal.reason"]
"""Characters of a reason."""


def record_withdrawal(practice: Practice, desk: Desk, response_id: str, typed: str) -> Problems:
    """Withdraw answers and keep the course. Raises as ``withdraw``, and StaleRevision."""
    recalled = never_filed(practice, desk, response_id)
    now = _now(practice)
    episode, problems = withdraw(desk.episode, response_id, typed, desk.therapist, now, never_filed=recalled)
    if not problems:
        charting.save(practice, desk, episode, Action.WITHDRAW, entity_of(desk.episode, response_id))
    return problems


def never_filed(practice: Practice, desk: Desk, response_id: str) -> bool:
    """Whether the chart does not have these answers and no filing is under way that may still bring them there."""
    with practice.store.read() as tx:
        return response_id not in desk.chart and intents.head(tx, desk.lane) is None


def record_correction(
    practice: Practice,
    desk: Desk,
    response_id: str,
    answers: Content,
    typed: str,
    worrying: Iterable[SafetyAnswer] = (),
) -> tuple[Episode, Problems]:
    """Correct answers and keep the course; ``worrying`` are those of the corrected form that somebody must act on.

    Raises as ``correct``, and StaleRevision.
    """
    catalogue, now = practice.catalogue, _now(practice)
    episode, problems = correct(desk.episode, response_id, answers, typed, desk.therapist, now, catalogue)
    if not problems:
        versions: tuple[Response | FilledForm, ...] = (*episode.responses, *episode.forms)
        corrected = next(item.id for item in versions if item.replaces == response_id)
        episode = with_safety_items(desk.episode, episode, corrected, worrying, now)
        charting.save(practice, desk, episode, Action.CORRECT, entity_of(desk.episode, response_id))
    return episode, problems


def note_reading(practice: Practice, desk: Desk, response_id: str) -> None:
    """Write down that somebody looked at one set of answers."""
    with practice.store.write() as tx:
        audit.append(tx, charting.audit_event(desk, Action.READ, entity_of(desk.episode, response_id)))


def entity_of(episode: Episode, response_id: str) -> str:
    """How the audit log names answers or a total; by our key, as everything it names. Raises UnknownResponse."""
    of_total = isinstance(find(episode, response_id), EnteredTotal)
    return f"{'Observation' if of_total else 'QuestionnaireResponse'}/{response_id}"


def withdraw(
    episode: Episode, response_id: str, typed: str, person: Person, now: datetime, *, never_filed: bool = False
) -> tuple[Episode, Problems]:
    """The course without these answers counting, and why; where there are problems the course is as it was.

    What was ``never_filed`` will not be: answers that got into the wrong chart must not be filed there to be marked. A
    safety item they opened stays: somebody has to say what became of it. Raises UnknownResponse or ResponseMoveRefused.
    """
    problems = Problems()
    reason = read_reason(typed, problems)
    if problems:
        return episode, problems
    why = Withdrawal(at=now, by=person, reason=reason, never_filed=never_filed)
    return response_states.withdraw(episode, response_id, why), problems


def correct(
    episode: Episode,
    response_id: str,
    answers: Content,
    typed: str,
    person: Person,
    now: datetime,
    catalogue: Catalogue,
) -> tuple[Episode, Problems]:
    """The course with a corrected version of the answers; where there are problems the course is as it was.

    A worrying answer opens a safety item of the new version, also where the first had one: it is another answer, given
    at another time. Raises UnknownResponse or ResponseMoveRefused.
    """
    problems = Problems()
    reason = read_reason(typed, problems)
    if _is_same(episode, response_id, answers):
        problems.add("answers", _("Nothing was changed. Change an answer, or leave the form as it is."))
    if problems:
        return episode, problems
    corrected = response_states.amend(
        episode,
        response_id,
        new_id=str(uuid.uuid4()),
        answers=answers,
        authored=now,
        author=person,
        reason=reason,
        catalogue=catalogue,
    )
    return corrected, problems


def _now(practice: Practice) -> datetime:
    return practice.clock().replace(microsecond=0)


def read_reason(typed: str, problems: Problems) -> str:
    """The reason as it is kept; a problem is noted where there is none, or too much of it."""
    reason = clean_text(typed)
    if not reason:
        problems.add("reason", _("Say why, in a few words."))
    if len(reason) > REASON:
        problems.add("reason", _("This is longer than %(limit)s characters.", limit=REASON))
    return reason


def _is_same(episode: Episode, response_id: str, answers: Content) -> bool:
    found = find(episode, response_id)
    if isinstance(found, FilledForm):
        return isinstance(answers, str) and rawjson.equal(rawjson.parse(answers.encode()), found.raw_items())
    return isinstance(found, Response) and found.answers == answers
