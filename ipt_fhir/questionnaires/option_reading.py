"""The options of an item as its form lists them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.form import Effect, Option, Value
from ipt_fhir.questionnaires.nodes import Node


def read_options(item: Node) -> tuple[Option, ...]:
    """The answerOptions of an item, in printed order; one without a value is named and left out."""
    return tuple(option for row in item.rows("answerOption") if (option := _option(row)))


def option_of(coding: Node, found: Node | None = None) -> Option:
    """A coding as an option: of an answerOption (``found``) or of a value set."""
    value = Value("valueCoding", coding.raw)
    nodes = (found, coding) if found else (coding,)
    return Option(
        value=value,
        display=display_of(value),
        translations=coding.translations("display"),
        prefix=_prefix(nodes),
        weight=_weight(nodes),
        exclusive=bool(found and _flag(found)),
        selected=bool(found and found.flag("initialSelected")),
    )


def display_of(value: Value) -> str:
    """What a person reads of a value that has no text beside it."""
    content: Any = value.content
    if not isinstance(content, dict):
        return str(content)
    for name in ("display", "code", "reference", "value"):
        if isinstance(content.get(name), str):
            return str(content[name])
    unit = content.get("unit") or content.get("code") or ""
    return f"{content.get('value', '')} {unit}".strip()


def _option(row: Node) -> Option | None:
    row.consult_extensions()
    row.consult_beside("valueString")
    row.consult_members("answerOption", "value")
    value = row.value()
    if value is None:
        row.note("missing", "answerOption.value[x]", Effect.READ_ONLY)
        return None
    if value.member == "valueCoding":
        coding = row.child("valueCoding")
        coding.consult_extensions()
        coding.consult_beside("display")
        return option_of(coding, row)
    return Option(
        value=value,
        display=display_of(value),
        translations=row.translations(value.member),
        prefix=_prefix((row,)),
        weight=_weight((row,)),
        exclusive=_flag(row),
        selected=row.flag("initialSelected"),
    )


def _prefix(nodes: tuple[Node, ...]) -> str:
    for node in nodes:
        if extension := node.extension(Known.OPTION_PREFIX):
            return extension.words("valueString")
    return ""


def _flag(node: Node) -> bool:
    extension = node.extension(Known.OPTION_EXCLUSIVE)
    return extension.flag("valueBoolean") if extension else False


def _weight(nodes: tuple[Node, ...]) -> Decimal | None:
    """itemWeight before ordinalValue, which it replaced; on the option before on its coding."""
    for node in nodes:
        for known in (Known.ITEM_WEIGHT, Known.ORDINAL_VALUE):
            extension = node.extension(known)
            value = extension.value() if extension else None
            if extension and value:
                return extension.amount(value.member)
    return None
