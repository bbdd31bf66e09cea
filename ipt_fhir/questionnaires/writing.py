"""Write the answers of a layout as the items of a QuestionnaireResponse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ipt_fhir.questionnaires.form import Value
from ipt_fhir.questionnaires.layout import Layout, Occurrence, scope_of
from ipt_fhir.rawjson import JsonObject

AnswersOf: TypeAlias = Callable[[Occurrence], Sequence[Value]]
"""The answers an occurrence has."""


def write_rows(
    layout: Layout, scope: str, answers: AnswersOf, wanted: Callable[[Occurrence], bool]
) -> tuple[list[JsonObject], dict[str, JsonObject]]:
    """The items below a scope, in the order of the form, and the row of each by path.

    Only what is ``wanted`` is written. What came with an item or an answer beside it (ids, extensions) is kept.
    """
    writer = _Writer(layout, answers, wanted, {})
    return writer.level(scope), writer.rows


def answered_rows(rows: Sequence[JsonObject]) -> list[JsonObject]:
    """The rows that have an answer, or one below them."""
    kept = []
    for row in rows:
        below = answered_rows(row.get("item", ()))
        if below or "answer" in row:
            answers = [_answered(answer) for answer in row.get("answer", ())]
            rest = {name: value for name, value in row.items() if name not in {"answer", "item"}}
            kept.append({**rest, **({"answer": answers} if answers else {}), **({"item": below} if below else {})})
    return kept


def _answered(answer: JsonObject) -> JsonObject:
    if "item" not in answer:
        return answer
    below = answered_rows(answer["item"])
    rest = {name: value for name, value in answer.items() if name != "item"}
    return {**rest, "item": below} if below else rest


@dataclass(frozen=True, slots=True)
class _Writer:
    layout: Layout
    answers: AnswersOf
    wanted: Callable[[Occurrence], bool]
    rows: dict[str, JsonObject]

    def level(self, scope: str) -> list[JsonObject]:
        """The rows of one scope."""
        return [self._row(at) for at in self.layout.levels.get(scope, ()) if self.wanted(at)]

    def _row(self, at: Occurrence) -> JsonObject:
        row: JsonObject = {"linkId": at.item.link_id}
        if at.item.text:
            row["text"] = at.item.text
        row |= {name: value for name, value in at.row.items() if name not in {"answer", "item"}}
        self.rows[at.path] = row
        values = self.answers(at)
        if values:
            row["answer"] = [self._answer(at, number, value) for number, value in enumerate(values)]
        elif below := self.level(scope_of(at, 0)):
            row["item"] = below
        return row

    def _answer(self, at: Occurrence, number: int, value: Value) -> JsonObject:
        """One answer; what came beside its value stays with that very value."""
        came = at.answers[number] if number < len(at.answers) else {}
        mine = came.get(value.member) is value.content
        beside = {name: held for name, held in came.items() if name != "item"} if mine else {}
        below = self.level(scope_of(at, number))
        return {**beside, value.member: value.content, **({"item": below} if below else {})}
