"""One answer held against its question: the kind of its value, the choices, the limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ipt_fhir.questionnaires.choice_rules import Choices, check_choice, check_unit, is_same
from ipt_fhir.questionnaires.findings import Finding, FindingKind, Place
from ipt_fhir.questionnaires.form import FormItem, ItemType, Value
from ipt_fhir.questionnaires.limit_rules import check_amount, check_file, check_target, check_words
from ipt_fhir.questionnaires.values import WRITTEN, is_number, is_of_its_type
from ipt_fhir.rawjson import JsonObject

# FHIR R4, Questionnaire.item.type -> the member its answer comes in (value set item-type).
_MEMBERS = {
    ItemType.BOOLEAN: "valueBoolean",
    ItemType.DECIMAL: "valueDecimal",
    ItemType.INTEGER: "valueInteger",
    ItemType.DATE: "valueDate",
    ItemType.DATETIME: "valueDateTime",
    ItemType.TIME: "valueTime",
    ItemType.STRING: "valueString",
    ItemType.TEXT: "valueString",
    ItemType.URL: "valueUri",
    ItemType.CHOICE: "valueCoding",
    ItemType.OPEN_CHOICE: "valueCoding",
    ItemType.ATTACHMENT: "valueAttachment",
    ItemType.REFERENCE: "valueReference",
    ItemType.QUANTITY: "valueQuantity",
}
_CHOICES = {ItemType.CHOICE, ItemType.OPEN_CHOICE}
# What an option can be (R4, Questionnaire.item.answerOption.value[x]).
_OPTION_MEMBERS = {"valueInteger", "valueDate", "valueTime", "valueString", "valueCoding", "valueReference"}


def check_answer(
    item: FormItem, answer: JsonObject, choices: Choices, contained: Mapping[str, JsonObject], place: Place
) -> Iterator[Finding]:
    """Everything wrong with one answer by itself; what stands under it is not looked at.

    The limits are those of the item; where other answers decide them, hand the item over with those of the moment.
    ``contained`` are the resources inside the response, by id.
    """
    values = values_of(answer)
    if not values:
        if not _says_why(answer):
            yield place.found(FindingKind.NO_VALUE)
        return
    value = values[0]
    if len(values) > 1 or not is_of_its_type(value) or not _is_asked_for(item, value, choices):
        yield place.found(FindingKind.WRONG_TYPE)
        return
    if item.type in _CHOICES or choices.options or choices.named:
        yield from check_choice(item, value, choices, place)
    if value.member in WRITTEN or is_number(value.content):
        yield from check_words(item, value, place)
    yield from check_amount(item.limits, value, place)
    if value.member == "valueQuantity" and not item.unit_open:
        yield from check_unit(value.content, choices, place)
    if value.member == "valueAttachment":
        yield from check_file(item.limits, value.content, place)
    if value.member == "valueReference":
        yield from check_target(item.limits.reference_types, value.content, contained, place)


def exclusive(answers: Sequence[JsonObject], choices: Choices) -> bool:
    """Whether an option that excludes all others is among several answers."""
    alone = [option.value for option in choices.options or () if option.exclusive]
    given = [value for answer in answers for value in values_of(answer) if is_of_its_type(value)]
    return len(answers) > 1 and any(is_same(value, option) for value in given for option in alone)


def values_of(answer: JsonObject) -> tuple[Value, ...]:
    """The value of an answer; more than one is a fault of whoever wrote it."""
    return tuple(Value(name, content) for name, content in answer.items() if name.startswith("value"))


def _says_why(answer: JsonObject) -> bool:
    """A value that is left out with a reason, by an extension of the answer or of the value (R4, extensibility)."""
    beside = (node for name, node in answer.items() if name.startswith("_value"))
    return any(isinstance(node, dict) and node.get("extension") for node in (answer, *beside))


def _is_asked_for(item: FormItem, value: Value, choices: Choices) -> bool:
    if item.type is ItemType.OPEN_CHOICE and value.member == "valueString":
        return True
    offered = {option.value.member for option in choices.options or ()}
    if item.type in _CHOICES and not offered and not choices.named:
        return value.member in _OPTION_MEMBERS
    return value.member in offered if offered else value.member == _MEMBERS.get(item.type)
