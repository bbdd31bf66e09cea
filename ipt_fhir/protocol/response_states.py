"""What may become of a questionnaire's answers: filled in, completed, then corrected or withdrawn.

In progress, completed, amended or entered in error (QuestionnaireResponse.status, FHIR R4). What was completed is never
edited: a correction is a version of its own that names the one it replaces.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from ipt_fhir.instruments.catalogue import instruments
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.measures import Answer, Response, ResponseStatus, SafetyItem
from ipt_fhir.model.people import Person

_NAMESPACE = uuid.UUID("a3d0e6a2-7c1b-5a7e-9d5f-6b2f1c9e8d40")


class ResponseMoveRefused(ValueError):
    """The answers cannot take this step: only what is in progress is edited, only what stands is corrected."""

    def __init__(self, response_id: str, here: ResponseStatus, wanted: str) -> None:
        super().__init__(f"response {response_id} is {here.value} and cannot be {wanted}")


class UnknownResponse(LookupError):
    """The course has no response of that id."""

    def __init__(self, response_id: str) -> None:
        super().__init__(f"this course has no response {response_id}")


def enter(episode: Episode, response_id: str, answers: tuple[Answer, ...]) -> Episode:
    """The course with other answers in a questionnaire that is still being filled in.

    Raises UnknownResponse or ResponseMoveRefused.
    """
    found = _find(episode, response_id)
    if found.status is not ResponseStatus.IN_PROGRESS:
        raise ResponseMoveRefused(response_id, found.status, "edited")
    return _with(episode, replace(found, answers=answers))


def complete(episode: Episode, response_id: str, authored: datetime) -> Episode:
    """The course with the questionnaire completed; an answer that asks for an act opens its safety item with it.

    Raises UnknownResponse, ResponseMoveRefused, or ValueError when nothing was answered.
    """
    found = _find(episode, response_id)
    if found.status is not ResponseStatus.IN_PROGRESS:
        raise ResponseMoveRefused(response_id, found.status, "completed")
    done = replace(found, status=ResponseStatus.COMPLETED, authored=authored)
    return _with_safety(_with(episode, done), done)


def amend(
    episode: Episode,
    response_id: str,
    *,
    new_id: str,
    answers: tuple[Answer, ...],
    authored: datetime,
    author: Person | None = None,
) -> Episode:
    """The course with a corrected version of the answers; the first keeps every answer and no longer counts.

    Its safety item stays: that somebody looked at an answer remains true when the answer was a slip. Raises
    UnknownResponse or ResponseMoveRefused.
    """
    found = _find(episode, response_id)
    if not found.stands:
        raise ResponseMoveRefused(response_id, found.status, "amended")
    corrected = replace(
        found,
        id=new_id,
        answers=answers,
        authored=authored,
        author=author,
        self_entered=False,
        status=ResponseStatus.AMENDED,
        replaces=response_id,
    )
    return _with_safety(_with(withdraw(episode, response_id), corrected), corrected)


def withdraw(episode: Episode, response_id: str) -> Episode:
    """The course with a response that was entered in error: it keeps its answers and no longer counts.

    Raises UnknownResponse or ResponseMoveRefused.
    """
    found = _find(episode, response_id)
    if not found.stands:
        raise ResponseMoveRefused(response_id, found.status, "withdrawn")
    return _with(episode, replace(found, status=ResponseStatus.ENTERED_IN_ERROR))


def asks_for_an_act(response: Response) -> Answer | None:
    """The answer that obliges a person to act (decision-D21), if the response holds one and stands.

    None for an instrument that is not here: another version of this software may have filed the response.
    """
    known = instruments().get(response.instrument)
    rule = known.safety if known else None
    if rule is None or not response.stands:
        return None
    return next(
        (item for item in response.answers if item.link_id == rule.link_id and item.code in rule.positive), None
    )


def _find(episode: Episode, response_id: str) -> Response:
    found = next((item for item in episode.responses if item.id == response_id), None)
    if found is None:
        raise UnknownResponse(response_id)
    return found


def _with(episode: Episode, response: Response) -> Episode:
    others = (item for item in episode.responses if item.id != response.id)
    return replace(episode, responses=tuple(sorted((*others, response), key=lambda item: (item.authored, item.id))))


def _with_safety(episode: Episode, response: Response) -> Episode:
    answer = asks_for_an_act(response)
    if answer is None:
        return episode
    item = SafetyItem(
        id=str(uuid.uuid5(_NAMESPACE, f"{response.id}{answer.link_id}")),
        response=response.id,
        link_id=answer.link_id,
        answer=answer.code,
        opened=response.authored,
    )
    items = sorted((*episode.safety_items, item), key=lambda found: (found.opened, found.id))
    return replace(episode, safety_items=tuple(items))
