"""A Questionnaire as the engine holds it: typed, in printed order, with everything that cannot be honoured named.

The words are those of FHIR R4 (Questionnaire, https://hl7.org/fhir/R4/questionnaire.html) and of Structured Data
Capture (https://hl7.org/fhir/uv/sdc/). A form is made by ``form_reading`` and never changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.rawjson import JsonObject


class ItemType(StrEnum):
    """Questionnaire.item.type, http://hl7.org/fhir/item-type (R4)."""

    GROUP = "group"
    DISPLAY = "display"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATE = "date"
    DATETIME = "dateTime"
    TIME = "time"
    STRING = "string"
    TEXT = "text"
    URL = "url"
    CHOICE = "choice"
    OPEN_CHOICE = "open-choice"
    ATTACHMENT = "attachment"
    REFERENCE = "reference"
    QUANTITY = "quantity"

    @property
    def asks(self) -> bool:
        """Whether an item of this type takes answers."""
        return self not in {ItemType.GROUP, ItemType.DISPLAY}


class Operator(StrEnum):
    """Questionnaire.item.enableWhen.operator, http://hl7.org/fhir/questionnaire-enable-operator."""

    EXISTS = "exists"
    EQUAL = "="
    NOT_EQUAL = "!="
    GREATER = ">"
    LESS = "<"
    GREATER_OR_EQUAL = ">="
    LESS_OR_EQUAL = "<="


class Value(NamedTuple):
    """One value[x] as raw JSON: its member (``valueCoding``) and what stands in it."""

    member: str
    content: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One enableWhen: the linkId that is asked about, the operator, and the value to compare with."""

    question: str
    operator: Operator
    answer: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """An expression of the form. ``name`` is that of a variable, else empty; ``place`` a FHIRPath into the form."""

    text: str
    language: str
    place: str
    name: str = ""


class Translation(NamedTuple):
    """A text in another language: its code (BCP 47) and the words."""

    language: str
    words: str


def in_language(words: str, translations: Sequence[Translation], language: str) -> str:
    """The words in that language (``de-CH`` is content with ``de``), else as the form has them."""
    for wanted in (language, language.partition("-")[0]):
        for found in translations:
            if found.language == wanted:
                return found.words
    return words


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A rule of the form's author over answers: a FHIRPath that must come out true, and what to say if it does not.

    ``binding`` is False where the author only warns (severity ``warning``).
    """

    key: str
    human: str
    expression: Expression
    binding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Toggle:
    """Options that are offered only while an expression comes out true (answerOptionsToggleExpression)."""

    options: tuple[Value, ...]
    expression: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One permitted answer. ``weight`` is its itemWeight or ordinalValue; ``exclusive`` excludes all other options."""

    value: Value
    display: str
    translations: tuple[Translation, ...] = ()
    prefix: str = ""
    exclusive: bool = False
    selected: bool = False
    weight: Decimal | None = None

    def display_in(self, language: str) -> str:
        """What a person reads, in that language where the form has it."""
        return in_language(self.display, self.translations, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an answer must keep; None where the form says nothing. Lengths in characters, sizes in bytes of the content.

    ``least`` and ``most`` are values of the item's own type (for a quantity, a Quantity with its unit). Where the form
    computes them, ``least_expression`` and ``most_expression`` say how, and the filling holds the values of the moment.
    """

    max_length: int | None = None
    min_length: int | None = None
    least: Value | None = None
    most: Value | None = None
    least_expression: Expression | None = None
    most_expression: Expression | None = None
    max_decimal_places: int | None = None
    regex: str | None = None
    min_occurs: int | None = None
    max_occurs: int | None = None
    max_size: Decimal | None = None
    mime_types: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormItem:
    """One item of a form.

    ``text`` and ``prefix`` are in the form's language; ``translations`` are further languages of the text.
    ``control`` is the code of questionnaire-itemControl (``slider``, ``gtable``, ``help`` ...), ``category`` that of
    questionnaire-displayCategory (``instructions``). ``units`` are the units a quantity may be given in, ``unit`` the
    one of a number; ``unit_open``: another unit may be typed; ``proposed_unit`` is a Quantity without a value that says
    which unit is chosen at first. ``entry_format`` is a hint for typing, ``open_label`` the label of an own answer.
    ``calculated`` makes the answer ours alone. ``support_links`` are addresses to read more. ``place`` is a FHIRPath
    into the form.
    """

    link_id: str
    type: ItemType
    place: str
    text: str = ""
    prefix: str = ""
    translations: tuple[Translation, ...] = ()
    codes: tuple[JsonObject, ...] = ()
    definition: str | None = None
    required: bool = False
    repeats: bool = False
    read_only: bool = False
    hidden: bool = False
    control: str = ""
    category: str = ""
    horizontal: bool = False
    conditions: tuple[Condition, ...] = ()
    any_condition: bool = False
    enable_expression: Expression | None = None
    calculated: Expression | None = None
    initial_expression: Expression | None = None
    population_context: Expression | None = None
    variables: tuple[Expression, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    initial: tuple[Value, ...] = ()
    options: tuple[Option, ...] = ()
    value_set: str | None = None
    answer_expression: Expression | None = None
    toggles: tuple[Toggle, ...] = ()
    open_label: str = ""
    limits: Limits = Limits()
    unit: JsonObject | None = None
    units: tuple[JsonObject, ...] = ()
    unit_value_set: str | None = None
    unit_open: bool = False
    proposed_unit: JsonObject | None = None
    slider_step: int | None = None
    entry_format: str = ""
    support_links: tuple[str, ...] = ()
    items: tuple[FormItem, ...] = ()
    raw: JsonObject | None = None

    def text_in(self, language: str) -> str:
        """The text a person reads, in that language where the form has it."""
        return in_language(self.text, self.translations, language)

    def walk(self) -> Iterator[FormItem]:
        """This item and every item below it, in printed order."""
        yield self
        for item in self.items:
            yield from item.walk()


class Effect(StrEnum):
    """What it means for the person at the form that something in it is not supported."""

    SHOWN_PLAINER = "shown-plainer"
    """Presentation only: the form is filled as usual and looks plainer than its author meant."""
    READ_AS_MEANT = "read-as-meant"
    """The form is wrong here and its meaning is plain (``"true"`` for true): it is taken as meant."""
    LEFT_OUT = "left-out"
    """The form is filled as usual; something its author wants done before or after filling is not done."""
    READ_ONLY = "read-only"
    """Answers could be wrong without it: the form is shown and not filled."""

    def words(self, language: str = "en") -> str:
        """What it means, as a sentence for the person at the form."""
        return text(_EFFECTS[self], language)


_EFFECTS = {
    Effect.SHOWN_PLAINER: N_("The form can be filled in as usual; it looks plainer than its author meant."),
    Effect.READ_AS_MEANT: N_("The form is wrong here, and was read as it must be meant."),
    Effect.LEFT_OUT: N_("The form can be filled in as usual; this is not done."),
    Effect.READ_ONLY: N_("Without this, answers could be wrong: the form can be read and not filled in."),
}
_UNSUPPORTED = {
    "item-type": N_("Questions of the type “{named}” are not supported."),
    "operator": N_("The comparison “{named}” is not supported."),
    "enable-behavior": N_("Conditions that are joined by “{named}” are not supported."),
    "expression-language": N_("Expressions in {named} are not evaluated."),
    "element": N_("The element {named} is not supported."),
    "extension": N_("The extension {named} is not supported."),
    "modifier-extension": N_("The extension {named} changes what the form means, and is not supported."),
    "expression": N_("An expression cannot be evaluated ({named})."),
    "wrong-type": N_("Something is not of the type it must be ({named})."),
    "missing": N_("Something is missing ({named})."),
    "twice": N_("Several questions have the same name ({named})."),
    "enableWhen": N_("When this is asked cannot be decided ({named})."),
    "circle": N_("These depend on each other in a circle: {named}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """Something the form asks for and the engine does not do.

    Its kind (those of ``support.Kind``, and what a form has wrong: ``wrong-type``, ``missing``, ``twice``,
    ``enableWhen``, ``circle``, ``expression``), its name (an address, a function), and where it stands (a FHIRPath into
    the form).
    """

    kind: str
    name: str
    place: str
    effect: Effect

    def words(self, language: str = "en") -> str:
        """What is not supported or wrong, as a sentence; ``effect`` says what it means."""
        return text(_UNSUPPORTED[self.kind], language, named=self.name)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Form:
    """A Questionnaire that can be shown. ``raw`` is the Questionnaire as it came and stays the truth (decision-D3)."""

    url: str
    version: str
    title: str
    language: str
    status: str
    items: tuple[FormItem, ...]
    translations: tuple[Translation, ...] = ()
    variables: tuple[Expression, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    launch_contexts: tuple[str, ...] = ()
    copyright: str = ""
    unsupported: tuple[Unsupported, ...] = ()
    raw: JsonObject

    @property
    def canonical(self) -> str:
        """The address with its version, as a response names it; empty for a form that has no address."""
        return f"{self.url}|{self.version}" if self.url and self.version else self.url

    def title_in(self, language: str) -> str:
        """The title in that language where the form has it."""
        return in_language(self.title, self.translations, language)

    @property
    def fillable(self) -> bool:
        """Whether nothing in it could make an answer silently wrong."""
        return all(found.effect is not Effect.READ_ONLY for found in self.unsupported)

    def walk(self) -> Iterator[FormItem]:
        """Every item, at any depth, in printed order."""
        for item in self.items:
            yield from item.walk()
