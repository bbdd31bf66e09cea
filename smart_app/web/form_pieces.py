"""What the macros of ``templates/forms/items.html`` print: the pieces of a form, ready to be read.

Made by ``form_view``; the macros decide nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, TypeAlias

from ipt_fhir.questionnaires.entries import Entry
from ipt_fhir.questionnaires.fields import Part, field_name
from smart_app.language import gettext as _


class Shape(StrEnum):
    """How a piece is printed; each is a macro."""

    OFF = "off"
    GROUP = "group"
    NOTE = "note"
    OUTPUT = "output"
    RADIOS = "radios"
    BOXES = "boxes"
    DROPDOWN = "dropdown"
    LINES = "lines"
    AREAS = "areas"
    MOMENTS = "moments"
    QUANTITIES = "quantities"
    FILES = "files"


class Layout(StrEnum):
    """Where a piece stands: by itself, as a row of a matrix, or as a cell of a table."""

    STACK = "stack"
    MATRIX = "matrix"
    CELL = "cell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option. ``prefix`` is printed before it ("a)"), ``exclusive`` says that it stands alone."""

    key: str
    label: str
    chosen: bool
    prefix: str = ""
    exclusive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The place for an answer of one's own beside the options: its label, its words, and whether it is chosen."""

    label: str
    words: tuple[str, ...]
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One answer: what stands in its fields, how it reads, and the pieces that stand under it."""

    entry: Entry
    words: str = ""
    below: tuple[Block, ...] = ()

    @property
    def is_part_of_a_date(self) -> bool:
        """A year or a month, or words that are no date: a date field of a browser would show nothing."""
        return bool(self.entry.text) and not _DAY.fullmatch(self.entry.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """How one line is typed: the type of the input, the keyboard of a phone, the longest text, the unit behind it."""

    type: str = "text"
    inputmode: str = ""
    longest: int = 0
    unit: str = ""
    units: tuple[tuple[str, str], ...] = ()
    accept: str = ""

    @property
    def unit_keys(self) -> tuple[str, ...]:
        """The units that are offered; another one of a former answer is offered beside them."""
        return tuple(key for key, _label in self.units)

    def only_unit(self, line: Line) -> str:
        """The unit printed behind the amount; none where the line has another one, which is shown and not replaced."""
        return self.unit if line.entry.beside in {"", *self.unit_keys} else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """Which of several repetitions of a group this is, from 1, and whether one may be added behind or taken away."""

    number: int
    last: bool
    removable: bool
    addable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One item of the form, or one repetition of a group.

    ``lang`` is the language of its words where that is not the page's. ``conditional``: other answers decide whether it
    is asked. ``wrong`` is what is wrong with the answer,
    ``origin`` where a value came from that nobody typed. ``mark`` tells the server how this piece stood on the page;
    empty where nothing can change it but the person. ``alert``: the answer asks for a safety step. ``clearable``: a
    browser lets nobody take the choice back, so the page has to.
    """

    kind: ClassVar[str] = "piece"

    path: str
    shape: Shape
    layout: Layout = Layout.STACK
    conditional: bool = False
    depth: int = 0
    text: str = ""
    prefix: str = ""
    lang: str = ""
    tone: str = ""
    required: bool = False
    horizontal: bool = False
    is_scale: bool = False
    clearable: bool = False
    hints: tuple[str, ...] = ()
    ends: tuple[str, str] = ("", "")
    links: tuple[str, ...] = ()
    wrong: str = ""
    origin: str = ""
    alert: bool = False
    mark: str = ""
    choices: tuple[Choice, ...] = ()
    own: Own | None = None
    lines: tuple[Line, ...] = ()
    field: Field = Field()
    repetition: Repetition | None = None
    blocks: tuple[Block, ...] = ()

    @property
    def id(self) -> str:
        """The id of the element around it."""
        return f"i-{self.path}"

    @property
    def name(self) -> str:
        """The name of its field, and the id of its first input."""
        return field_name(Part.ANSWER, self.path)

    @property
    def anchor(self) -> str:
        """Where a link from the list of problems leads."""
        return self.name if self.shape in _TYPED else self.id

    @property
    def spoken(self) -> dict[str, str]:
        """The attributes of an element that holds words of the form."""
        return {"lang": self.lang, "dir": "auto"} if self.lang else {}

    @property
    def description(self) -> dict[str, str]:
        """The attribute that names what describes it: hints, and what is wrong."""
        hint = [f"h-{self.path}"] if self.hints else []
        ids = [*hint, *([f"w-{self.path}"] if self.wrong else [])]
        return {"aria-describedby": " ".join(ids)} if ids else {}

    @property
    def state(self) -> dict[str, str]:
        """The attributes of its field: whether the answer is wrong, and what describes it."""
        return {"aria-invalid": "true", **self.description} if self.wrong else self.description

    @property
    def is_single(self) -> bool:
        """Whether one label for one field is enough; else it needs a fieldset with a legend."""
        return self.shape is Shape.DROPDOWN or (self.shape in {Shape.LINES, Shape.AREAS} and len(self.lines) < 2)

    @property
    def is_asked(self) -> bool:
        """Whether a person may answer it here."""
        return self.shape in _TYPED

    @property
    def is_answered(self) -> bool:
        """Whether something is chosen or typed."""
        chosen = any(choice.chosen for choice in self.choices) or bool(self.own and self.own.chosen)
        return chosen or any(line.entry.text for line in self.lines)

    @property
    def is_column(self) -> bool:
        """Whether the options stand one under the other, because they would not fit in a row."""
        return not (self.horizontal or self.is_scale) and sum(len(choice.label) + 8 for choice in self.choices) > _ROW

    @property
    def called(self) -> str:
        """What to call it in a sentence: by its number where it has one, else by its words."""
        number = self.prefix.rstrip(".):")
        return _("Question %(number)s", number=number) if number else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Questions that follow each other with the same options: a row each under one scale where there is room."""

    kind: ClassVar[str] = "matrix"

    scale: tuple[str, ...]
    lang: str
    rows: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A repeating group as rows of a table; ``rows`` are its repetitions."""

    kind: ClassVar[str] = "table"

    path: str
    text: str
    lang: str
    heads: tuple[str, ...]
    rows: tuple[Piece, ...]


Block: TypeAlias = Piece | Matrix | Table

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ROW = 96
"""Characters that fit beside each other with their buttons."""
_TYPED = frozenset(set(Shape) - {Shape.OFF, Shape.GROUP, Shape.NOTE, Shape.OUTPUT})
