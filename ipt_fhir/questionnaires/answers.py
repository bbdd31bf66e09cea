"""Answers as the library holds them: our linkId to the code of the chosen answer (decision-D7), or to a number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from ipt_fhir.instruments.catalogue import Instrument, Item
from ipt_fhir.locale.texts import N_, text
from ipt_fhir.model.measures import Answer, Response

Given: TypeAlias = str | Decimal
"""The code of a choice, or a number."""

Answers: TypeAlias = Mapping[str, Given]
"""Only answered items stand in it. Texts, dates and whatever else counts for nothing belong to the form."""

# As a browser sends a number, whatever its language shows. A comma is refused: it means two things.
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")


def answers_of(response: Response) -> Answers:
    """The answers of a response of the model."""
    return {answer.link_id: answer.given for answer in response.answers}


def as_answers(instrument: Instrument, answers: Answers) -> tuple[Answer, ...]:
    """The answers as the model holds them, in the order of the form."""
    answered = (item.link_id for item in instrument.items if item.link_id in answers)
    return tuple(_as_answer(link_id, answers[link_id]) for link_id in answered)


def _as_answer(link_id: str, given: Given) -> Answer:
    return Answer(link_id=link_id, code=given) if isinstance(given, str) else Answer(link_id=link_id, number=given)


class AnswerProblemKind(StrEnum):
    """What is the matter with one field of a form."""

    UNANSWERED = "unanswered"
    UNKNOWN_ANSWER = "unknown-answer"
    NO_NUMBER = "no-number"
    UNKNOWN_ITEM = "unknown-item"


_SENTENCES = {
    AnswerProblemKind.UNANSWERED: N_("Not answered yet: {item}"),
    AnswerProblemKind.UNKNOWN_ANSWER: N_("{item}: {typed} is not one of the answers. Choose again."),
    AnswerProblemKind.NO_NUMBER: N_("{item}: {typed} is not a number that can be taken here. Correct it."),
    AnswerProblemKind.UNKNOWN_ITEM: N_("This form has no question {item}. Open the form again."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerProblem:
    """One field that cannot be taken as it is. ``typed`` is what was sent, unchanged, so that nothing is lost."""

    kind: AnswerProblemKind
    link_id: str
    item: str
    typed: str = ""

    def words(self, language: str = "en") -> str:
        """The problem as one sentence for the person at the form."""
        return text(_SENTENCES[self.kind], language, item=self.item, typed=self.typed)


class Accepted(NamedTuple):
    """The answers that can be used, and everything else that was sent or is still open."""

    answers: dict[str, Given]
    problems: tuple[AnswerProblem, ...]


def fits(item: Item, given: Given) -> bool:
    """Whether it is an answer to the item: one of its choices, or a number within its range."""
    if isinstance(given, str):
        return item.option(given) is not None
    return item.number is not None and item.number.holds(given)


def accept(instrument: Instrument, raw: Mapping[str, str]) -> Accepted:
    """Take the fields of a form: linkId to answer code or to a number as typed, an empty one being unanswered.

    What only forms of others offer (``Item.accepted``) is not taken: it is no answer to ours, and a server that holds
    the response against our form would refuse it. Problems come in the order of the form. An open item is one only
    where it counts for the total; it does not stand in the way of the answers that were given.
    """
    answers: dict[str, Given] = {}
    problems: list[AnswerProblem] = []
    for item in instrument.items:
        typed = raw.get(item.link_id, "")
        given = _given(item, typed)
        if given is not None and fits(item, given) and given not in {option.code for option in item.accepted}:
            answers[item.link_id] = given
        elif typed or item.link_id in instrument.counted:
            problems.append(_problem(item, typed))
    problems += [
        AnswerProblem(kind=AnswerProblemKind.UNKNOWN_ITEM, link_id=link_id, item=link_id, typed=typed)
        for link_id, typed in raw.items()
        if instrument.item(link_id) is None
    ]
    return Accepted(answers, tuple(problems))


def _given(item: Item, typed: str) -> Given | None:
    """What was typed as an answer of the item's kind; None where it is none."""
    if item.number is None:
        return typed
    return Decimal(typed.strip()) if _NUMBER.fullmatch(typed.strip()) else None


def _problem(item: Item, typed: str) -> AnswerProblem:
    kind = AnswerProblemKind.NO_NUMBER if item.number else AnswerProblemKind.UNKNOWN_ANSWER
    label = f"{item.prefix} {item.text}".strip()
    unanswered = AnswerProblemKind.UNANSWERED
    return AnswerProblem(kind=kind if typed else unanswered, link_id=item.link_id, item=label, typed=typed)
