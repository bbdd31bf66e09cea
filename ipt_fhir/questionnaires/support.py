"""What the engine does about each thing a Questionnaire may hold: the contract, as a table.

One row for each item type, enableWhen operator, enableBehavior, expression language, element and extension. The reader
(``form_reading``) decides nothing by itself: what is not supported here is named in ``Form.unsupported`` with the
effect of its row. Each row names the test that proves it; docs/questionnaires.md is written from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from ipt_fhir.questionnaires.form import Effect, ItemType, Operator
from ipt_fhir.questionnaires.supported_extensions import EXTENSIONS


class Kind(StrEnum):
    """What a row is about."""

    ITEM_TYPE = "item-type"
    OPERATOR = "operator"
    ENABLE_BEHAVIOR = "enable-behavior"
    EXPRESSION_LANGUAGE = "expression-language"
    ELEMENT = "element"
    EXTENSION = "extension"
    MODIFIER_EXTENSION = "modifier-extension"


class Row(NamedTuple):
    """``effect`` is None where it is supported. ``test`` is the test that proves it, below tests/questionnaires."""

    kind: Kind
    name: str
    effect: Effect | None
    test: str
    remark: str = ""


ANY_OTHER = "any other"
"""The name of the row about what the table does not know."""

_READ_ONLY = Effect.READ_ONLY

_READING, _FILLING, _ENABLING = "test_form_reading.py", "test_filling.py", "test_enabling.py"
_ROOT = f"{_READING}::test_the_form_says_who_it_is"
_ITEM = f"{_READING}::test_an_item_says_what_it_asks"
_TYPES = "test_item_types.py::test_an_item_is_shown_and_its_answer_sent"
_OPERATORS = f"{_ENABLING}::test_an_operator_compares"
_BEHAVIOR = f"{_ENABLING}::test_behavior_joins_conditions"
_OPTIONS = "test_options.py::test_options_are_offered_in_order"
_VALUE_SETS = "test_options.py::test_a_value_set_inside_the_form_is_offered"
_UNKNOWN = "test_unsupported.py::test_what_nobody_knows_has_a_stated_default"
_CQL = "test_unsupported.py::test_cql_is_refused_by_name"

# What a form says about itself to those who keep it; nothing of it asks anything of whoever fills it.
_ABOUT_ITSELF = (
    *("resourceType", "id", "meta", "text", "extension", "modifierExtension", "identifier", "url", "version", "name"),
    *("title", "derivedFrom", "status", "experimental", "subjectType", "date", "publisher", "contact", "description"),
    *("useContext", "jurisdiction", "purpose", "copyright", "approvalDate", "lastReviewDate", "effectivePeriod"),
    *("code", "language", "item"),
)
_OF_AN_ITEM = (
    *("id", "extension", "modifierExtension", "linkId", "definition", "code", "prefix", "text", "type", "required"),
    *("readOnly", "item"),
)
_ELEMENTS: tuple[tuple[str, Effect | None, str, str], ...] = (
    *((f"Questionnaire.{name}", None, _ROOT, "") for name in _ABOUT_ITSELF),
    ("Questionnaire.contained", None, _VALUE_SETS, "Value sets and code systems are used."),
    (
        "Questionnaire.implicitRules",
        _READ_ONLY,
        "test_unsupported.py::test_rules_nobody_knows",
        "Nobody here knows them.",
    ),
    *((f"item.{name}", None, _ITEM, "") for name in _OF_AN_ITEM),
    ("item.repeats", None, f"{_FILLING}::test_a_repeating_group_comes_once_for_each_item", ""),
    ("item.maxLength", None, "test_limits.py::test_a_limit_is_read", ""),
    ("item.enableWhen", None, _OPERATORS, ""),
    ("item.enableBehavior", None, _BEHAVIOR, ""),
    ("item.initial", None, f"{_FILLING}::test_initial_values_stand_in_a_new_form", ""),
    ("item.answerOption", None, _OPTIONS, ""),
    ("item.answerValueSet", None, _VALUE_SETS, "Inside the form, R4's own small ones, or asked of the server."),
    *((f"enableWhen.{name}", None, _OPERATORS, "") for name in ("question", "operator", "answer[x]")),
    ("answerOption.value[x]", None, _OPTIONS, ""),
    ("answerOption.initialSelected", None, f"{_FILLING}::test_initial_values_stand_in_a_new_form", ""),
    ("initial.value[x]", None, f"{_FILLING}::test_initial_values_stand_in_a_new_form", ""),
)
_LANGUAGES: tuple[tuple[str, Effect | None, str, str], ...] = (
    ("text/fhirpath", None, "test_calculating.py::test_a_value_is_calculated", ""),
    ("application/x-fhir-query", None, "test_calculating.py::test_a_query_is_answered_by_its_name", "In variables."),
    ("text/cql", _READ_ONLY, _CQL, "CQL is not evaluated."),
    ("text/cql-identifier", _READ_ONLY, _CQL, "CQL is not evaluated."),
    ("text/cql-expression", _READ_ONLY, _CQL, "CQL is not evaluated."),
)
_OTHERS: dict[Kind, tuple[Effect, str]] = {
    Kind.ITEM_TYPE: (_READ_ONLY, "Its text is shown."),
    Kind.OPERATOR: (_READ_ONLY, ""),
    Kind.ENABLE_BEHAVIOR: (_READ_ONLY, ""),
    Kind.EXPRESSION_LANGUAGE: (_READ_ONLY, ""),
    Kind.ELEMENT: (_READ_ONLY, "An element of another release, or a slip of the pen."),
    Kind.EXTENSION: (Effect.SHOWN_PLAINER, "R4, Extensibility: what is no modifier can be ignored safely."),
    Kind.MODIFIER_EXTENSION: (_READ_ONLY, "R4, Extensibility: a modifier that is not known cannot be ignored."),
}


def _rows() -> Iterator[Row]:
    yield from (Row(Kind.ITEM_TYPE, kind, None, _TYPES) for kind in ItemType)
    yield from (Row(Kind.OPERATOR, operator, None, _OPERATORS) for operator in Operator)
    yield from (Row(Kind.ENABLE_BEHAVIOR, behavior, None, _BEHAVIOR) for behavior in ("all", "any"))
    yield from (Row(Kind.EXPRESSION_LANGUAGE, *language) for language in _LANGUAGES)
    yield from (Row(Kind.ELEMENT, *element) for element in _ELEMENTS)
    yield from (Row(Kind.EXTENSION, *extension) for extension in EXTENSIONS)
    yield from (Row(kind, ANY_OTHER, effect, _UNKNOWN, remark) for kind, (effect, remark) in _OTHERS.items())


ROWS: tuple[Row, ...] = tuple(_rows())
_BY_NAME = {(row.kind, row.name): row for row in ROWS}


def effect_of(kind: Kind, name: str) -> Effect | None:
    """What becomes of a form that holds it: None where it is supported."""
    row = _BY_NAME.get((kind, name)) or _BY_NAME[kind, ANY_OTHER]
    return row.effect
