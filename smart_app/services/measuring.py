"""Fill in a questionnaire: answers in, a completed response and, where an answer asks for it, a safety item out."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ipt_fhir.instruments.catalogue import Instrument
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.goals import GoalStatus
from ipt_fhir.model.measures import Response, SafetyItem
from ipt_fhir.model.people import Person
from ipt_fhir.questionnaires.answers import Answers, as_answers
from ipt_fhir.questionnaires.scoring import SafetyAnswer, Score, score, value_of


def complete(episode: Episode, measure: Instrument, answers: Answers, author: Person | None, now: datetime) -> Episode:
    """The course with the completed response; a worrying answer opens its safety item with it (decision-D21).

    Without an author it is the patient who filled it in alone. Response and item stand in the order of their time even
    when the clock was set back in between (fault-F60).
    """
    result = score(measure, answers)
    response = Response(
        id=str(uuid.uuid4()),
        instrument=measure.id,
        authored=now,
        author=author,
        self_entered=author is None,
        answers=as_answers(measure, answers),
        focus_goal=_goal_measured(episode, measure, result),
        local=not measure.filed,
    )
    responses = sorted((*episode.responses, response), key=lambda item: (item.authored, item.id))
    with_response = replace(episode, responses=tuple(responses))
    worrying = [result.safety] if result.safety and result.safety.positive else []
    return with_safety_items(episode, with_response, response.id, worrying, now)


def with_safety_items(
    before: Episode, after: Episode, response: str, worrying: Iterable[SafetyAnswer], now: datetime
) -> Episode:
    """The course ``after`` these answers with an item for each worrying one that opened none yet, of that response."""
    opened = {item.link_id for item in after.safety_items if item not in before.safety_items}
    new = [
        SafetyItem(id=str(uuid.uuid4()), response=response, link_id=found.link_id, answer=found.code, opened=now)
        for found in worrying
        if found.link_id not in opened
    ]
    items = sorted((*after.safety_items, *new), key=lambda item: (item.opened, item.id))
    return replace(after, safety_items=tuple(items)) if new else after


def _goal_measured(episode: Episode, measure: Instrument, result: Score) -> str | None:
    """The goal this is about; an Observation has one focus, so it is the first active one whose score there is."""
    for goal in episode.goals:
        aim = goal.target.measure if goal.target and goal.status is GoalStatus.ACTIVE else ""
        if value_of(result, measure, aim) is not None:
            return goal.id
    return None
