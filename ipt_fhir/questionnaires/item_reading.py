"""One item of a Questionnaire, read tolerantly: what is wrong or unsupported is named, not failed on."""

from __future__ import annotations

from decimal import Decimal

from ipt_fhir.questionnaires.expression_reading import (
    constraints_in,
    expression_in,
    expression_of,
    expressions_in,
    toggles_in,
)
from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.form import (
    Condition,
    Effect,
    Expression,
    FormItem,
    ItemType,
    Limits,
    Operator,
    Value,
)
from ipt_fhir.questionnaires.nodes import Node, value_of
from ipt_fhir.questionnaires.option_reading import read_options
from ipt_fhir.questionnaires.patterns import PatternRefused, compiled
from ipt_fhir.questionnaires.support import Kind
from ipt_fhir.rawjson import JsonObject

_TYPES = {kind.value: kind for kind in ItemType}
_CHOICES = {ItemType.CHOICE, ItemType.OPEN_CHOICE}
_OPERATORS = {operator.value: operator for operator in Operator}


def read_item(node: Node) -> FormItem:
    """The item of a form at this node, with all items below it."""
    _consult(node)
    kind = _type(node)
    link_id = node.words("linkId")
    if not link_id:
        node.note("missing", "linkId", Effect.READ_ONLY)
    any_condition = _any_condition(node)
    initial = [value for row in node.rows("initial") if (value := row.value())]
    if kind in _CHOICES and not _has_options(node):
        node.note("missing", "answerOption", Effect.LEFT_OUT)
    return FormItem(
        link_id=link_id,
        type=kind,
        place=node.place,
        text=node.words("text"),
        prefix=node.words("prefix"),
        translations=node.translations("text"),
        codes=tuple(code.raw for code in node.rows("code")),
        definition=node.words("definition") or None,
        required=node.flag("required"),
        repeats=node.flag("repeats"),
        read_only=node.flag("readOnly"),
        hidden=_flag(node, Known.HIDDEN),
        control=_code(node, Known.ITEM_CONTROL),
        category=_code(node, Known.DISPLAY_CATEGORY),
        horizontal=_words(node, Known.CHOICE_ORIENTATION) == "horizontal",
        conditions=tuple(condition for row in node.rows("enableWhen") if (condition := _condition(row))),
        any_condition=any_condition,
        enable_expression=expression_in(node, Known.ENABLE_WHEN_EXPRESSION),
        calculated=expression_in(node, Known.CALCULATED_EXPRESSION),
        initial_expression=expression_in(node, Known.INITIAL_EXPRESSION, unable=Effect.LEFT_OUT),
        population_context=expression_in(node, Known.ITEM_POPULATION_CONTEXT, unable=Effect.LEFT_OUT),
        variables=expressions_in(node, Known.VARIABLE),
        constraints=constraints_in(node),
        initial=tuple(value for value in initial if not _is_a_unit(value)),
        options=read_options(node),
        value_set=node.words("answerValueSet") or None,
        answer_expression=_answer_expression(node),
        toggles=toggles_in(node),
        open_label=_words(node, Known.OPEN_LABEL),
        limits=_limits(node),
        unit=next(iter(_codings(node, Known.UNIT)), None),
        units=_codings(node, Known.UNIT_OPTION),
        unit_value_set=_words(node, Known.UNIT_VALUE_SET) or None,
        proposed_unit=next((value.content for value in initial if _is_a_unit(value)), None),
        unit_open=_words(node, Known.UNIT_OPEN) in {"optionsOrString", "optionsOrType"},
        slider_step=_count(node, Known.SLIDER_STEP),
        entry_format=_words(node, Known.ENTRY_FORMAT),
        support_links=tuple(value.content for value in _values(node, Known.SUPPORT_LINK) if _is_link(value)),
        items=tuple(read_item(row) for row in node.rows("item")),
        raw=node.raw,
    )


def _consult(node: Node) -> None:
    """Ask the table about every element and extension of the item."""
    for member in node.raw:
        node.consult(Kind.ELEMENT, f"item.{member.removeprefix('_')}", member)
    node.consult_beside("text", "prefix")
    node.consult_extensions()
    for member in ("initial", "code", "enableWhen"):
        for row in node.rows(member):
            row.consult_extensions()
    for member, choice in (("initial", "value"), ("enableWhen", "answer")):
        for row in node.rows(member):
            row.consult_members(member, choice)


def _type(node: Node) -> ItemType:
    """The type of the item. One that is missing or unknown is shown as what it looks like, and not filled."""
    name = node.raw.get("type")
    if isinstance(name, str) and name in _TYPES:
        return _TYPES[name]
    if name is None:
        node.note("missing", "type", Effect.READ_ONLY)
    else:
        node.consult(Kind.ITEM_TYPE, str(name), "type")
    return ItemType.GROUP if node.raw.get("item") else ItemType.DISPLAY


def _is_a_unit(value: Value) -> bool:
    """A Quantity without a value is no answer: form builders write one to choose a unit at first."""
    return value.member == "valueQuantity" and isinstance(value.content, dict) and "value" not in value.content


def _has_options(node: Node) -> bool:
    said = bool(node.raw.get("answerOption") or node.raw.get("answerValueSet"))
    return said or node.extension(Known.ANSWER_EXPRESSION) is not None


def _any_condition(node: Node) -> bool:
    """enableBehavior. R4, que-12: it must be there with more than one enableWhen; without it "any" was meant (STU3)."""
    behavior = node.words("enableBehavior")
    several = len(node.rows("enableWhen")) > 1
    if behavior:
        node.consult(Kind.ENABLE_BEHAVIOR, behavior, "enableBehavior")
    elif several:
        node.note("missing", "enableBehavior", Effect.READ_AS_MEANT)
    return behavior != "all"


def _condition(row: Node) -> Condition | None:
    question, operator = row.words("question"), row.words("operator")
    answer = value_of(row.raw, "answer")
    if not question or operator not in _OPERATORS or answer is None:
        row.note("enableWhen", operator or "incomplete", Effect.READ_ONLY)
        return None
    if _OPERATORS[operator] is Operator.EXISTS and not isinstance(answer.content, bool):
        row.note("enableWhen", "exists", Effect.READ_ONLY)
        return None
    return Condition(question=question, operator=_OPERATORS[operator], answer=answer)


def _answer_expression(node: Node) -> Expression | None:
    extension = node.extension(Known.ANSWER_EXPRESSION)
    return expression_of(extension, queries=True) if extension else None


def _limits(node: Node) -> Limits:
    least, least_expression = _bound(node, Known.MIN_VALUE, Known.MIN_QUANTITY)
    most, most_expression = _bound(node, Known.MAX_VALUE, Known.MAX_QUANTITY)
    return Limits(
        max_length=node.count("maxLength"),
        min_length=_count(node, Known.MIN_LENGTH),
        least=least,
        most=most,
        least_expression=least_expression,
        most_expression=most_expression,
        max_decimal_places=_count(node, Known.MAX_DECIMAL_PLACES),
        regex=_regex(node),
        min_occurs=_count(node, Known.MIN_OCCURS),
        max_occurs=_count(node, Known.MAX_OCCURS),
        max_size=_amount(node, Known.MAX_SIZE),
        mime_types=_codes(node, Known.MIME_TYPE),
        reference_types=_codes(node, Known.REFERENCE_RESOURCE),
    )


def _bound(node: Node, *kinds: Known) -> tuple[Value | None, Expression | None]:
    """A limit, fixed or computed. A computed one stands as an extension of the value that is not there."""
    for known in kinds:
        extension = node.extension(known)
        if extension is None:
            continue
        for member in extension.raw:
            beside = extension.child(member) if member.startswith("_value") else None
            for computed in (Known.EXPRESSION, Known.CALCULATED_VALUE):
                if beside and (found := beside.extension(computed)):
                    return extension.value(), expression_of(found)
        return extension.value(), None
    return None, None


def _regex(node: Node) -> str | None:
    """The pattern answers must match as a whole. One that cannot be matched in linear time is named and not used."""
    pattern = _words(node, Known.REGEX)
    if not pattern:
        return None
    try:
        compiled(pattern)
    except PatternRefused:
        node.note(Kind.EXTENSION, f"{Known.REGEX}: {pattern}", Effect.READ_ONLY)
        return None
    return pattern


def _values(node: Node, known: Known) -> list[Value]:
    return [value for extension in node.extensions(known) if (value := extension.value())]


def _words(node: Node, known: Known) -> str:
    extension = node.extension(known)
    value = extension.value() if extension else None
    if extension is None or value is None:
        return ""
    if not isinstance(value.content, str):
        extension.wrong(value.member, Effect.READ_ONLY)
        return ""
    return value.content


def _codes(node: Node, known: Known) -> tuple[str, ...]:
    return tuple(value.content for value in _values(node, known) if isinstance(value.content, str))


def _codings(node: Node, known: Known) -> tuple[JsonObject, ...]:
    return tuple(value.content for value in _values(node, known) if isinstance(value.content, dict))


def _flag(node: Node, known: Known) -> bool:
    extension = node.extension(known)
    return extension.flag("valueBoolean") if extension else False


def _amount(node: Node, known: Known) -> Decimal | None:
    extension = node.extension(known)
    value = extension.value() if extension else None
    return extension.amount(value.member) if extension and value else None


def _count(node: Node, known: Known) -> int | None:
    extension = node.extension(known)
    value = extension.value() if extension else None
    return extension.count(value.member) if extension and value else None


def _code(node: Node, known: Known) -> str:
    """The first code of a valueCodeableConcept."""
    extension = node.extension(known)
    codings = extension.child("valueCodeableConcept").rows("coding") if extension else []
    return codings[0].words("code") if codings else ""


def _is_link(value: Value) -> bool:
    """Only addresses a browser may follow; ``javascript:`` is none (attack by form)."""
    return isinstance(value.content, str) and value.content.startswith(("https://", "http://"))
