"""Hold a QuestionnaireResponse against its Questionnaire.

What is checked is what our own forms use; what a Questionnaire asks for beyond that is named as unsupported, so that a
response is never called right because a rule was not understood. Shapes and types in general are not judged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ipt_fhir import rawjson
from ipt_fhir.locale.texts import N_, text
from ipt_fhir.questionnaires.rows import link_id_of, objects
from ipt_fhir.rawjson import JsonObject


class FindingKind(StrEnum):
    """What is wrong with a response, or cannot be judged."""

    WRONG_FORM = "wrong-form"
    UNKNOWN_ITEM = "unknown-item"
    OUT_OF_ORDER = "out-of-order"
    MISSING = "missing"
    TOO_MANY = "too-many"
    NO_ANSWER_ALLOWED = "no-answer-allowed"
    ANSWER_AND_ITEM = "answer-and-item"
    WRONG_TYPE = "wrong-type"
    NOT_OFFERED = "not-offered"
    UNSUPPORTED = "unsupported"


_SENTENCES = {
    FindingKind.WRONG_FORM: N_("The response belongs to another form or version: {named}"),
    FindingKind.UNKNOWN_ITEM: N_("The form has no item {link_id} at this place."),
    FindingKind.OUT_OF_ORDER: N_("Item {link_id} stands later in the form."),
    FindingKind.MISSING: N_("Item {link_id} must be answered."),
    FindingKind.TOO_MANY: N_("Item {link_id} may be answered once."),
    FindingKind.NO_ANSWER_ALLOWED: N_("Item {link_id} asks nothing, so it takes no answer."),
    FindingKind.ANSWER_AND_ITEM: N_("Item {link_id} has answers and items side by side; items go under the answer."),
    FindingKind.WRONG_TYPE: N_("The answer to item {link_id} is of another kind than the form asks for."),
    FindingKind.NOT_OFFERED: N_("The answer to item {link_id} is not one of the choices."),
    FindingKind.UNSUPPORTED: N_("The form uses {named}, which this software does not support yet."),
}

# FHIR R4, Questionnaire.item.type -> the members of the answer it takes (value set item-type). Types that are not here
# (open-choice) need rules that are not here either. A choice takes what its options are made of.
_VALUES = {
    "boolean": "valueBoolean",
    "decimal": "valueDecimal",
    "integer": "valueInteger",
    "date": "valueDate",
    "dateTime": "valueDateTime",
    "time": "valueTime",
    "string": "valueString",
    "text": "valueString",
    "url": "valueUri",
    "choice": "valueCoding",
    "attachment": "valueAttachment",
    "reference": "valueReference",
    "quantity": "valueQuantity",
}
_UNASKED = {"group", "display"}
_UNDERSTOOD = {
    *("id", "linkId", "definition", "code", "prefix", "_prefix", "text", "_text", "type", "required", "repeats"),
    *("readOnly", "initial", "answerOption", "extension", "item"),
}
_CORE = "http://hl7.org/fhir/StructureDefinition"
_HARMLESS = {
    f"{_CORE}/ordinalValue",
    f"{_CORE}/questionnaire-optionPrefix",
    f"{_CORE}/questionnaire-itemControl",
    f"{_CORE}/rendering-style",
    f"{_CORE}/rendering-xhtml",
}
_FINISHED = {"completed", "amended"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong; ``location`` is a FHIRPath into the response, or into the Questionnaire for UNSUPPORTED."""

    kind: FindingKind
    location: str
    link_id: str = ""
    named: str = ""

    def words(self, language: str = "en") -> str:
        """The finding as one sentence."""
        return text(_SENTENCES[self.kind], language, link_id=self.link_id, named=self.named)


def check_response(response: JsonObject, questionnaire: JsonObject) -> tuple[Finding, ...]:
    """Everything wrong with a response to that Questionnaire; none means it is right.

    Required items count once the response is finished. Raises NotAForm for JSON that is not built like these resources.
    """
    finished = response.get("status") in _FINISHED
    return (
        *_unsupported(questionnaire, "Questionnaire"),
        *_addressed(response, questionnaire),
        *_level(response, questionnaire, "QuestionnaireResponse", finished),
    )


def _unsupported(node: JsonObject, place: str) -> Iterator[Finding]:
    for extension in (*objects(node, "extension"), *objects(node, "modifierExtension")):
        if extension.get("url") not in _HARMLESS:
            yield Finding(kind=FindingKind.UNSUPPORTED, location=place, named=str(extension.get("url")))
    for index, option in enumerate(objects(node, "answerOption")):
        yield from _unsupported(option, f"{place}.answerOption[{index}]")
    for index, row in enumerate(objects(node, "item")):
        below = f"{place}.item[{index}]"
        for name in row.keys() - _UNDERSTOOD:
            yield Finding(kind=FindingKind.UNSUPPORTED, location=f"{below}.{name}", named=name)
        if row.get("type") not in _VALUES.keys() | _UNASKED:
            named = f"type {row.get('type')}"
            yield Finding(kind=FindingKind.UNSUPPORTED, location=f"{below}.type", named=named)
        yield from _unsupported(row, below)


def _addressed(response: JsonObject, form: JsonObject) -> Iterator[Finding]:
    """The response names this form: by its address, and by its version where it names one."""
    named = str(response.get("questionnaire", ""))
    address, _, version = named.partition("|")
    right = address in (form.get("url"), f"#{form.get('id')}") and version in ("", form.get("version"))
    if not right:
        location = "QuestionnaireResponse.questionnaire"
        yield Finding(kind=FindingKind.WRONG_FORM, location=location, named=named or "-")


def _level(node: JsonObject, asked: JsonObject, place: str, finished: bool) -> Iterator[Finding]:
    """The items of one level: known, in order, as often as they may be, and all that are required."""
    questions = {link_id_of(question): question for question in objects(asked, "item")}
    order = list(questions)
    times: Counter[str] = Counter()
    reached = 0
    for index, row in enumerate(objects(node, "item")):
        link_id, location = link_id_of(row), f"{place}.item[{index}]"
        if link_id not in questions:
            yield Finding(kind=FindingKind.UNKNOWN_ITEM, location=location, link_id=link_id)
            continue
        if order.index(link_id) < reached:
            yield Finding(kind=FindingKind.OUT_OF_ORDER, location=location, link_id=link_id)
        reached = max(reached, order.index(link_id))
        times[link_id] += 1
        if times[link_id] > 1 and not _repeats_as_item(questions[link_id]):
            yield Finding(kind=FindingKind.TOO_MANY, location=location, link_id=link_id)
        yield from _item(row, questions[link_id], location, finished)
    for link_id, question in questions.items():
        if finished and question.get("required") and question.get("type") != "display" and not times[link_id]:
            yield Finding(kind=FindingKind.MISSING, location=place, link_id=link_id)


def _repeats_as_item(question: JsonObject) -> bool:
    """A repeating group comes as several items; a repeating question as several answers of one item."""
    return question.get("type") == "group" and question.get("repeats") is True


def _item(row: JsonObject, question: JsonObject, location: str, finished: bool) -> Iterator[Finding]:
    link_id, answers = link_id_of(row), objects(row, "answer")
    if answers and objects(row, "item"):
        yield Finding(kind=FindingKind.ANSWER_AND_ITEM, location=location, link_id=link_id)
    if question.get("type") in _UNASKED:
        if answers:
            yield Finding(kind=FindingKind.NO_ANSWER_ALLOWED, location=location, link_id=link_id)
        yield from _level(row, question, location, finished)
        return
    if not answers and finished and question.get("required"):
        yield Finding(kind=FindingKind.MISSING, location=location, link_id=link_id)
    if len(answers) > 1 and question.get("repeats") is not True:
        yield Finding(kind=FindingKind.TOO_MANY, location=location, link_id=link_id)
    for index, answer in enumerate(answers):
        below = f"{location}.answer[{index}]"
        yield from _answer(answer, question, below)
        yield from _level(answer, question, below, finished)
    if not answers:
        yield from _level(row, {}, location, finished)


def _answer(answer: JsonObject, question: JsonObject, location: str) -> Iterator[Finding]:
    link_id = link_id_of(question)
    options = objects(question, "answerOption")
    offered = [(name, option[name]) for option in options for name in _value_names(option)]
    allowed = {name for name, _ in offered} or {_VALUES.get(str(question.get("type")), "")}
    names = _value_names(answer)
    if len(names) != 1 or names[0] not in allowed:
        yield Finding(kind=FindingKind.WRONG_TYPE, location=location, link_id=link_id)
    elif offered and not any(name == names[0] and _same(answer[name], value) for name, value in offered):
        yield Finding(kind=FindingKind.NOT_OFFERED, location=location, link_id=link_id)


def _value_names(node: JsonObject) -> list[str]:
    return [name for name in node if name.startswith("value")]


def _same(given: object, offered: object) -> bool:
    """Codings are the same by system and code; displays differ between publishers."""
    if isinstance(given, dict) and isinstance(offered, dict):
        return (given.get("system"), given.get("code")) == (offered.get("system"), offered.get("code"))
    return rawjson.equal(given, offered)
