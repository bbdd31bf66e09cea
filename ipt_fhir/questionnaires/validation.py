"""Hold a QuestionnaireResponse against its Questionnaire.

The rules are those of FHIR R4 (questionnaireresponse.html) and Structured Data Capture, and where these leave room
those of HL7's validator (decision-D56): what the hospital's server refuses, nobody shall take for right here. What
cannot be judged is said to be unchecked, so that a response is never called right because a rule was not understood.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ipt_fhir.questionnaires.answer_rules import check_answer, exclusive
from ipt_fhir.questionnaires.asked import Asked, asked_of
from ipt_fhir.questionnaires.fhirpath import ExpressionRefused
from ipt_fhir.questionnaires.findings import Finding, FindingKind, Place, Severity
from ipt_fhir.questionnaires.form import Constraint, Form, FormItem, ItemType
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.questionnaires.form_rules import FINISHED, check_form
from ipt_fhir.questionnaires.nodes import value_of
from ipt_fhir.questionnaires.results import WrongResult
from ipt_fhir.questionnaires.rows import link_id_of, objects
from ipt_fhir.questionnaires.surroundings import Expand, nobody_expands
from ipt_fhir.questionnaires.targets import contained_in
from ipt_fhir.rawjson import JsonObject


def check_response(
    response: JsonObject, questionnaire: JsonObject | Form, expand: Expand = nobody_expands
) -> tuple[Finding, ...]:
    """Everything wrong with a response to that Questionnaire; none means it is right.

    ``questionnaire`` may be read already (``read_form``), which spares that work. ``expand`` answers with the codings
    of a value set. What is required is asked for once the response is completed or amended; before, it is a warning.
    Raises NotAForm for JSON that is not built like these resources, FormRefused for a form that is too large.
    """
    form = questionnaire if isinstance(questionnaire, Form) else read_form(questionnaire)
    weight = Severity.ERROR if str(response.get("status")) in FINISHED else Severity.WARNING
    check = _Check(asked=asked_of(form, response, expand), contained=contained_in(response), weight=weight)
    top = Place(location="QuestionnaireResponse", link_id="")
    answers = check.level(response, form.items, top, asking=True)
    return (*check_form(response, form), *answers, *check.rules(form.constraints, top))


class _Row(NamedTuple):
    """One item of the response, and where it stands."""

    place: Place
    node: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """One response under check. ``weight`` is that of a missing answer.

    ``asking`` is False below an item that is switched off: what stands there is looked at, and nothing is required.
    """

    asked: Asked
    contained: Mapping[str, JsonObject]
    weight: Severity

    def level(self, node: JsonObject, items: Sequence[FormItem], at: Place, *, asking: bool) -> Iterator[Finding]:
        """The items of one level: each known and in order; then each question of the form with its rows.

        ``at`` is the place of the node, its path that of the level (see ``layout``).
        """
        order = {item.link_id: index for index, item in enumerate(items)}
        rows: dict[str, list[_Row]] = {}
        reached = 0
        for index, row in enumerate(objects(node, "item")):
            link_id, location = link_id_of(row), f"{at.location}.item[{index}]"
            position = order.get(link_id)
            if position is None:
                yield from self._stray(_Row(Place(location, link_id), row))
                continue
            before = rows.setdefault(link_id, [])
            place = Place(location, link_id, _path(items[position], at.path, position, len(before)))
            if position < reached:
                yield place.found(FindingKind.OUT_OF_ORDER)
            reached = max(reached, position)
            before.append(_Row(place, row))
        for position, item in enumerate(items):
            missing = Place(at.location, item.link_id, _path(item, at.path, position, 0))
            yield from self._item(item, rows.get(item.link_id, ()), missing, asking=asking)

    def _stray(self, row: _Row) -> Iterator[Finding]:
        """A row that does not belong here. One that belongs elsewhere in the form is looked at all the same."""
        item = self.asked.items.get(row.place.link_id)
        if item is None:
            yield row.place.found(FindingKind.UNKNOWN_ITEM)
            return
        yield row.place.found(FindingKind.MISPLACED)
        yield from self._row(item, row, asking=False)

    def _item(self, item: FormItem, rows: Sequence[_Row], missing: Place, *, asking: bool) -> Iterator[Finding]:
        """One question or group of the form with all its rows at this place."""
        undecided, enabled = self.asked.undecided(missing.path), self.asked.is_enabled(missing.path)
        if undecided and asking:
            yield missing.found(FindingKind.RULE_FAILED, undecided)
        for row in rows:
            if not enabled and not undecided and asking and (row.node.get("answer") or row.node.get("item")):
                yield row.place.found(FindingKind.NOT_ENABLED)
        asking = asking and enabled
        if asking:
            yield from self._times(item, rows, missing)
        yield from self._repeated(item, rows)
        for row in rows:
            yield from self._row(item, row, asking=asking)
        if asking and rows:
            yield from self._computed(item, rows)

    def _times(self, item: FormItem, rows: Sequence[_Row], missing: Place) -> Iterator[Finding]:
        """Whether it is there at all, and often enough: a group by its rows, a question by its answers."""
        member = "answer" if item.type.asks else "item"
        empty = [row.place for row in rows if not row.node.get(member)]
        times = _times(item, rows)
        if item.required and (not times or (empty and not item.type.asks)) and item.type is not ItemType.DISPLAY:
            yield (empty or [missing])[0].found(FindingKind.MISSING, severity=self.weight)
        elif times < (item.limits.min_occurs or 0):
            yield (rows[0].place if rows else missing).found(FindingKind.TOO_FEW, item.limits.min_occurs, self.weight)

    def _repeated(self, item: FormItem, rows: Sequence[_Row]) -> Iterator[Finding]:
        """Whether it is there too often. A repeating question is one row with several answers (R4, item.repeats)."""
        most = item.limits.max_occurs if item.repeats else 1
        if rows and most is not None and max(_times(item, rows), 0 if item.repeats else len(rows)) > most:
            yield rows[-1].place.found(FindingKind.TOO_MANY, most)
        elif len(rows) > 1 and item.type is not ItemType.GROUP:
            yield rows[1].place.found(FindingKind.SEPARATE_ITEMS)

    def _computed(self, item: FormItem, rows: Sequence[_Row]) -> Iterator[Finding]:
        """What the form computes: its rules over the item, and a value of its own."""
        for place in {row.place.path: row.place for row in rows}.values():
            yield from self.rules(item.constraints, place)
            if item.calculated:
                try:
                    if self.asked.computes_another(item, place.path):
                        yield place.found(FindingKind.OTHER_RESULT)
                except (ExpressionRefused, WrongResult) as failed:
                    yield place.found(FindingKind.RULE_FAILED, failed)

    def rules(self, constraints: Sequence[Constraint], place: Place) -> Iterator[Finding]:
        """The rules of an item, or with path "" of the whole form, that do not hold."""
        for constraint in constraints:
            try:
                if not self.asked.holds(constraint, place.path):
                    weight = self.weight if constraint.binding else Severity.WARNING
                    yield place.found(FindingKind.RULE_BROKEN, constraint.human or constraint.key, weight)
            except ExpressionRefused as refused:
                yield place.found(FindingKind.RULE_FAILED, refused)

    def _row(self, item: FormItem, row: _Row, *, asking: bool) -> Iterator[Finding]:
        place, node = row
        words = node.get("text")
        if isinstance(words, str) and words != item.text and words not in {told.words for told in item.translations}:
            yield place.found(FindingKind.OTHER_TEXT)
        if item.type.asks:
            yield from self._answers(item, row, asking=asking)
        elif objects(node, "answer"):
            yield place.found(FindingKind.NO_ANSWER_ALLOWED)
        if item.type is ItemType.GROUP:
            yield from self.level(node, item.items, place, asking=asking)
        elif objects(node, "item"):
            kind = FindingKind.ANSWER_AND_ITEM if item.type.asks else FindingKind.NO_ITEM_ALLOWED
            yield place.found(kind)

    def _answers(self, item: FormItem, row: _Row, *, asking: bool) -> Iterator[Finding]:
        answers = objects(row.node, "answer")
        if not answers:
            return
        choices, limits = self.asked.choices(item, row.place.path), self.asked.limits(item, row.place.path)
        held = item if limits is item.limits else replace(item, limits=limits)
        if exclusive(answers, choices):
            yield row.place.found(FindingKind.NOT_ALONE)
        valued = 0
        for index, answer in enumerate(answers):
            place = row.place._replace(location=f"{row.place.location}.answer[{index}]")
            yield from check_answer(held, answer, choices, self.contained, place)
            if item.items or "item" in answer:
                below = place._replace(path=_path_below(item, place.path, valued))
                yield from self.level(answer, item.items, below, asking=asking)
            valued += value_of(answer) is not None


def _times(item: FormItem, rows: Sequence[_Row]) -> int:
    return len(rows) if item.type is ItemType.GROUP else sum(len(objects(row.node, "answer")) for row in rows)


def _path(item: FormItem, level: str, position: int, number: int) -> str:
    """The path of an item as ``layout`` makes it: its position, and its number where it is a repeating group."""
    path = f"{level}.{position}" if level else str(position)
    return f"{path}:{number}" if item.type is ItemType.GROUP and item.repeats else path


def _path_below(item: FormItem, path: str, number: int) -> str:
    return f"{path}:{number}" if item.repeats or number else path
