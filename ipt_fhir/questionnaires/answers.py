"""Answers as the library holds them: our linkId to the code of the chosen answer (decision-D7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from ipt_fhir.instruments.catalogue import Instrument
from ipt_fhir.locale.texts import N_, text

Answers: TypeAlias = Mapping[str, str]
"""Only answered items stand in it. Choices for now; free values get a type of their own when forms with them come."""


class AnswerProblemKind(StrEnum):
    """What is the matter with one field of a form."""

    UNANSWERED = "unanswered"
    UNKNOWN_ANSWER = "unknown-answer"
    UNKNOWN_ITEM = "unknown-item"


_SENTENCES = {
    AnswerProblemKind.UNANSWERED: N_("Not answered yet: {item}"),
    AnswerProblemKind.UNKNOWN_ANSWER: N_("{item}: {typed} is not one of the answers. Choose again."),
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

    answers: dict[str, str]
    problems: tuple[AnswerProblem, ...]


def accept(instrument: Instrument, raw: Mapping[str, str]) -> Accepted:
    """Take the fields of a form: linkId to answer code, an empty one being unanswered.

    Problems come in the order of the form. An open item is one only where it counts for the total; it does not stand in
    the way of the answers that were given.
    """
    answers: dict[str, str] = {}
    problems: list[AnswerProblem] = []
    for item in instrument.items:
        typed = raw.get(item.link_id, "")
        label = f"{item.prefix} {item.text}".strip()
        if item.option(typed):
            answers[item.link_id] = typed
        elif typed:
            kind = AnswerProblemKind.UNKNOWN_ANSWER
            problems.append(AnswerProblem(kind=kind, link_id=item.link_id, item=label, typed=typed))
        elif item.link_id in instrument.scoring.points:
            problems.append(AnswerProblem(kind=AnswerProblemKind.UNANSWERED, link_id=item.link_id, item=label))
    problems += [
        AnswerProblem(kind=AnswerProblemKind.UNKNOWN_ITEM, link_id=link_id, item=link_id, typed=typed)
        for link_id, typed in raw.items()
        if instrument.item(link_id) is None
    ]
    return Accepted(answers, tuple(problems))
