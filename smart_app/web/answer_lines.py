"""Answers in words: question by question as they stand, and what differs between two versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ipt_fhir.instruments.catalogue import Catalogue, Instrument, Item
from ipt_fhir.mapping.filledform import answer_words
from ipt_fhir.mapping.foreign_response import items_in_words
from ipt_fhir.model.foreign import ForeignItem
from ipt_fhir.model.forms import FilledForm
from ipt_fhir.model.measures import Response
from ipt_fhir.model.totals import EnteredTotal
from ipt_fhir.protocol.response_states import Answered
from ipt_fhir.questionnaires.answers import Given, answers_of
from smart_app import language
from smart_app.language import gettext as _
from smart_app.services.describing import asked_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A question and its answers in words, with the lines that stand under it; a group has no answer."""

    question: str
    answers: tuple[str, ...] = ()
    below: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One question whose answer is another in the second version; empty where it has none."""

    question: str
    before: str
    after: str


def lines_of(version: Answered, catalogue: Catalogue) -> tuple[Line, ...]:
    """Every question of an instrument, unanswered ones too; of any other form what its response holds; of a total what
    was read off its sheet."""
    if isinstance(version, FilledForm):
        return _form_lines(items_in_words(version.raw_items()))
    known = catalogue.instruments().get(version.instrument)
    return _total_lines(version, known) if isinstance(version, EnteredTotal) else _answer_lines(version, known)


def differences(before: Sequence[Line], after: Sequence[Line]) -> list[Difference]:
    """The questions that were answered otherwise, in the order of the second version; groups that repeat by number."""
    old, new = dict(_flat(before)), dict(_flat(after))
    places = [*new, *(place for place in old if place not in new)]
    found = ((place, old.get(place, ""), new.get(place, "")) for place in places)
    return [Difference(question=place[0], before=left, after=right) for place, left, right in found if left != right]


Place = tuple[str, int]
"""A question with the groups around it, and how many of the same name stand before it."""


def _flat(lines: Sequence[Line]) -> Iterator[tuple[Place, str]]:
    met: Counter[str] = Counter()
    for question, answers in _answered(lines):
        yield (question, met[question]), "; ".join(answers)
        met[question] += 1


def _answered(lines: Sequence[Line], around: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in lines:
        question = f"{around} – {line.question}" if around else line.question
        if line.answers:
            yield question, line.answers
        yield from _answered(line.below, question)


def _answer_lines(version: Response, known: Instrument | None) -> tuple[Line, ...]:
    """Of an instrument that is not here the linkIds and codes."""
    given = answers_of(version)
    if known is None:
        return tuple(Line(question=link_id, answers=(str(answer),)) for link_id, answer in given.items())
    return tuple(_answer_line(item, given.get(item.link_id)) for item in known.items)


def _total_lines(total: EnteredTotal, known: Instrument | None) -> tuple[Line, ...]:
    read = Line(question=_("Total on the sheet"), answers=(f"{total.total:f}",))
    if total.worrying is None or known is None or known.safety is None:
        return (read,)
    said = _("above its lowest answer") if total.worrying else _("its lowest answer")
    return (read, Line(question=asked_words(known, known.safety.link_id), answers=(said,)))


def _answer_line(item: Item, given: Given | None) -> Line:
    question = f"{item.prefix} {item.text}".strip()
    if given is None:
        return Line(question=question)
    option = item.option(given) if isinstance(given, str) else None
    return Line(question=question, answers=(option.display if option else str(given),))


def _form_lines(items: Sequence[ForeignItem]) -> tuple[Line, ...]:
    return tuple(
        Line(
            question=item.question or item.link_id,
            answers=tuple(filter(None, (answer_words(answer, language.current()) for answer in item.answers))),
            below=_form_lines((*item.items, *(below for answer in item.answers for below in answer.items))),
        )
        for item in items
    )
