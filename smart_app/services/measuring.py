"""Fill in a questionnaire: answers in, a completed response and, where an answer asks for it, a safety item out."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from ipt_fhir.instruments.catalogue import Instrument
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.goals import GoalStatus
from ipt_fhir.model.measures import Answer, Response, SafetyItem
from ipt_fhir.model.people import Person
from ipt_fhir.questionnaires.answers import Answers
from ipt_fhir.questionnaires.scoring import score


def complete(episode: Episode, measure: Instrument, answers: Answers, author: Person, now: datetime) -> Episode:
    """The course with the completed response; a worrying answer opens its safety item with it (decision-D21).

    Both stand in the order of their time even when the clock was set back in between (fault-F60).
    """
    response = Response(
        id=str(uuid.uuid4()),
        instrument=measure.id,
        authored=now,
        author=author,
        answers=tuple(
            Answer(link_id=item.link_id, code=answers[item.link_id])
            for item in measure.items
            if item.link_id in answers
        ),
        focus_goal=_goal_measured(episode, measure),
    )
    responses = sorted((*episode.responses, response), key=lambda item: (item.authored, item.id))
    with_response = replace(episode, responses=tuple(responses))
    found = score(measure, answers).safety
    if found is None or not found.positive:
        return with_response
    item = SafetyItem(id=str(uuid.uuid4()), response=response.id, link_id=found.link_id, answer=found.code, opened=now)
    items = sorted((*episode.safety_items, item), key=lambda item: (item.opened, item.id))
    return replace(with_response, safety_items=tuple(items))


def _goal_measured(episode: Episode, measure: Instrument) -> str | None:
    """The goal this score is about; an Observation has one focus, so it is the first active one."""
    for goal in episode.goals:
        if goal.target and goal.target.measure == measure.total.code and goal.status is GoalStatus.ACTIVE:
            return goal.id
    return None
