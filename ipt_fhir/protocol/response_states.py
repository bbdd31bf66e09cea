"""What may become of a questionnaire's answers: filled in, completed, then corrected or withdrawn.

In progress, completed, amended or entered in error (QuestionnaireResponse.status, FHIR R4). What was completed is never
edited: a correction is a version of its own that names the one it replaces. Instruments, all other forms, and totals
read off a sheet (``total_states``) go the same way.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias, TypeVar

from ipt_fhir.instruments.catalogue import SHIPPED, Catalogue
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.measures import Answer, Response, ResponseStatus, SafetyItem, Withdrawal
from ipt_fhir.model.people import Person
from ipt_fhir.model.totals import EnteredTotal

Answered: TypeAlias = Response | FilledForm | EnteredTotal
"""One version of what was answered."""

_Kind = TypeVar("_Kind", bound=Answered)

_NAMESPACE = uuid.UUID("a3d0e6a2-7c1b-5a7e-9d5f-6b2f1c9e8d40")


Content: TypeAlias = tuple[Answer, ...] | str
"""What was answered: to an instrument, or the items of any other form as JSON text."""


class ResponseMoveRefused(ValueError):
    """The answers cannot take this step: only what is in progress is edited, only what stands is corrected."""

    def __init__(self, response_id: str, here: ResponseStatus, wanted: str) -> None:
        super().__init__(f"response {response_id} is {here.value} and cannot be {wanted}")


class UnknownResponse(LookupError):
    """The course has no response of that id."""

    def __init__(self, response_id: str) -> None:
        super().__init__(f"this course has no response {response_id}")


def enter(episode: Episode, response_id: str, answers: Content) -> Episode:
    """The course with other answers in a questionnaire that is still being filled in.

    Raises UnknownResponse, ResponseMoveRefused, or TypeError for answers of the other kind.
    """
    found = find(episode, response_id)
    if found.status is not ResponseStatus.IN_PROGRESS:
        raise ResponseMoveRefused(response_id, found.status, "edited")
    return with_version(episode, answering(found, answers))


def complete(episode: Episode, response_id: str, authored: datetime, catalogue: Catalogue = SHIPPED) -> Episode:
    """The course with the questionnaire completed; an answer that asks for an act opens its safety item with it.

    Raises UnknownResponse, ResponseMoveRefused, or ValueError when nothing was answered.
    """
    found = find(episode, response_id)
    if found.status is not ResponseStatus.IN_PROGRESS:
        raise ResponseMoveRefused(response_id, found.status, "completed")
    done = replace(found, status=ResponseStatus.COMPLETED, authored=authored)
    return _with_safety(with_version(episode, done), done, catalogue)


def amend(
    episode: Episode,
    response_id: str,
    *,
    new_id: str,
    answers: Content,
    authored: datetime,
    author: Person | None = None,
    reason: str | None = None,
    catalogue: Catalogue = SHIPPED,
) -> Episode:
    """The course with a corrected version of the answers; the first keeps every answer and no longer counts.

    ``reason`` stays with the first, in this app (decision-D65). Its safety item stays: that somebody looked at an
    answer remains true when the answer was a slip. Raises UnknownResponse, ResponseMoveRefused, or TypeError.
    """
    found = find(episode, response_id)
    if not found.stands:
        raise ResponseMoveRefused(response_id, found.status, "amended")
    corrected = replace(
        answering(found, answers),
        id=new_id,
        authored=authored,
        author=author,
        self_entered=False,
        status=ResponseStatus.AMENDED,
        replaces=response_id,
    )
    why = Withdrawal(at=authored, by=author, reason=reason) if reason else None
    return _with_safety(with_version(withdraw(episode, response_id, why), corrected), corrected, catalogue)


def withdraw(episode: Episode, response_id: str, why: Withdrawal | None = None) -> Episode:
    """The course with answers, or a total, that were entered in error: they stay and no longer count.

    Raises UnknownResponse or ResponseMoveRefused.
    """
    found = find(episode, response_id)
    if not found.stands:
        raise ResponseMoveRefused(response_id, found.status, "withdrawn")
    return with_version(episode, replace(found, status=ResponseStatus.ENTERED_IN_ERROR, withdrawn=why))


def answering(found: Answered, answers: Content) -> Response | FilledForm:
    """The version with other answers. Raises TypeError for answers of the other kind."""
    if isinstance(found, FilledForm) and isinstance(answers, str):
        return replace(found, items=answers)
    if isinstance(found, Response) and isinstance(answers, tuple):
        return replace(found, answers=answers)
    raise TypeError("an instrument is answered with answers, any other form with its items, and a total is none")


def find(episode: Episode, response_id: str) -> Answered:
    """The answers or the total of that id. Raises UnknownResponse."""
    known: tuple[Answered, ...] = (*episode.responses, *episode.forms, *episode.totals)
    found = next((item for item in known if item.id == response_id), None)
    if found is None:
        raise UnknownResponse(response_id)
    return found


def asks_for_an_act(response: Response, catalogue: Catalogue = SHIPPED) -> Answer | None:
    """The answer that obliges a person to act (decision-D21), if the response holds one and stands.

    None for an instrument that is not here: another version of this software may have filed the response.
    """
    known = catalogue.instruments().get(response.instrument)
    rule = known.safety if known else None
    if rule is None or not response.stands:
        return None
    return next(
        (item for item in response.answers if item.link_id == rule.link_id and item.code in rule.positive), None
    )


def with_version(episode: Episode, changed: Answered) -> Episode:
    """The course with this version, in the place of the one of its id, in the order of time."""
    if isinstance(changed, FilledForm):
        return replace(episode, forms=_placed(episode.forms, changed))
    if isinstance(changed, EnteredTotal):
        return replace(episode, totals=_placed(episode.totals, changed))
    return replace(episode, responses=_placed(episode.responses, changed))


def _placed(known: tuple[_Kind, ...], changed: _Kind) -> tuple[_Kind, ...]:
    others = (item for item in known if item.id != changed.id)
    return tuple(sorted((*others, changed), key=lambda item: (item.authored, item.id)))


def _with_safety(episode: Episode, response: Answered, catalogue: Catalogue) -> Episode:
    answer = asks_for_an_act(response, catalogue) if isinstance(response, Response) else None
    if answer is None:
        return episode
    item = SafetyItem(
        id=str(uuid.uuid5(_NAMESPACE, f"{response.id}{answer.link_id}")),
        response=response.id,
        link_id=answer.link_id,
        answer=str(answer.given),
        opened=response.authored,
    )
    items = sorted((*episode.safety_items, item), key=lambda found: (found.opened, found.id))
    return replace(episode, safety_items=tuple(items))
