"""From a form as it stands to the pieces a page prints: which control, which words, what is wrong.

An item that may change while others are answered carries a mark. The page sends its marks back, so the server can tell
which pieces of that page are out of date without remembering any page (``form_changes``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from zlib import crc32

from ipt_fhir.instruments.catalogue import SafetyRule
from ipt_fhir.questionnaires import entries
from ipt_fhir.questionnaires.entries import Entry, entry_of, option_keys, same_answer
from ipt_fhir.questionnaires.fields import KEPT, OTHER, Misread
from ipt_fhir.questionnaires.filling import Origin, Shown
from ipt_fhir.questionnaires.form import FormItem, ItemType, Value
from smart_app.language import gettext as _
from smart_app.web.answer_words import answer_words
from smart_app.web.form_controls import field_of, hints_of, scale_of, shape_of
from smart_app.web.form_pieces import Block, Choice, Layout, Line, Matrix, Own, Piece, Repetition, Shape, Table

_MATRIX_OPTIONS = range(2, 8)
_LONGEST_COLUMN = 32
_HELP = frozenset({"help", "flyover", "prompt", "instructions", "legal", "security", "unit"})
_ENDS = ("lower", "upper")
_GRIDS = frozenset({"gtable", "table"})
_REPEATED = frozenset({Shape.LINES, Shape.AREAS, Shape.MOMENTS, Shape.QUANTITIES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the pieces of one page have in common.

    ``misread`` and ``wrong`` are what is wrong by path: what could not be read, and sentences of the check. ``safety``
    is the rule of an instrument, whose answers ask for a step. A form that is not ``filled`` here is printed whole and
    without fields. ``title`` stands above the page already and is not said again. ``clears``: the page can take back a
    choice.
    """

    language: str
    form_language: str
    misread: Mapping[str, Misread] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    safety: SafetyRule | None = None
    filled: bool = True
    title: str = ""
    clears: bool = False


def blocks_of(tree: Sequence[Shown], look: Look, depth: int = 0) -> tuple[Block, ...]:
    """The pieces of one level, in printed order; what is hidden is left out."""
    blocks: list[Block] = []
    for _item, twins in groupby((shown for shown in tree if not shown.item.hidden), key=lambda shown: id(shown.item)):
        siblings = list(twins)
        pieces = [_piece(shown, look, depth, _repetition(siblings, at)) for at, shown in enumerate(siblings)]
        blocks += [_table(siblings[0], pieces, look)] if _is_grid(siblings[0], pieces) else pieces
    return tuple(_with_matrices(blocks))


def _piece(shown: Shown, look: Look, depth: int, repetition: Repetition | None) -> Piece:
    item, misread = shown.item, look.misread.get(shown.path)
    shape = shape_of(shown) if look.filled or not item.type.asks else Shape.OUTPUT
    choices, own = _choices(shown, misread, look.language), _own(shown, misread)
    if not shown.enabled and look.filled:
        return Piece(path=shown.path, shape=Shape.OFF, choices=choices, conditional=True)
    nested = [below for below in shown.items if not _helps(below)] if item.type.asks else shown.items
    piece = Piece(
        path=shown.path,
        shape=shape,
        conditional=bool(item.conditions or item.enable_expression),
        depth=depth,
        text=_text(shown, look, depth),
        prefix=item.prefix.strip(),
        lang=_language(item, look),
        tone=item.category or item.control,
        required=item.required and item.type.asks,
        horizontal=item.horizontal,
        is_scale=bool(scale_of(shown)),
        clearable=look.clears and shape is Shape.RADIOS and not item.required,
        hints=(*_help(shown, look), *hints_of(shown)) if item.type.asks else (),
        ends=_ends(shown, look),
        links=tuple(link for link in item.support_links if link.startswith("https://")),
        wrong=_wrong(shown, look),
        origin=_origin(shown, shape),
        alert=_asks_for_a_step(shown, look),
        choices=choices,
        own=own,
        lines=_lines(shown, shape, misread, look, depth),
        field=field_of(shown),
        repetition=repetition,
        blocks=blocks_of(nested, look, depth + (item.type is ItemType.GROUP)),
    )
    return replace(piece, mark=_mark(shown, piece)) if look.filled else piece


def _text(shown: Shown, look: Look, depth: int) -> str:
    text = shown.item.text_in(look.language).strip()
    return "" if depth == 0 and shown.item.type is ItemType.GROUP and text == look.title else text


def _help(shown: Shown, look: Look) -> list[str]:
    """Display items under a question that explain it, and the reason why it cannot be answered here."""
    said = [below.item.text_in(look.language) for below in _displays(shown) if below.item.control not in _ENDS]
    if shown.options is None and look.filled and shown.item.type is ItemType.CHOICE:
        said.append(_("The list of answers could not be read, so this question cannot be answered here."))
    return said


def _displays(shown: Shown) -> list[Shown]:
    return [below for below in shown.items if shown.item.type.asks and below.enabled and _helps(below)]


def _helps(below: Shown) -> bool:
    item = below.item
    return item.type is ItemType.DISPLAY and bool(item.text) and (item.control in {*_HELP, *_ENDS} or not item.control)


def _ends(shown: Shown, look: Look) -> tuple[str, str]:
    """The words at the two ends of a slider."""
    said = {below.item.control: below.item.text_in(look.language) for below in _displays(shown)}
    return said.get("lower", ""), said.get("upper", "")


def _language(item: FormItem, look: Look) -> str:
    """The language of an item's words where that is not the page's."""
    translated = item.text_in(look.language) != item.text
    spoken = look.language if translated else look.form_language
    return "" if spoken == look.language else spoken


def _wrong(shown: Shown, look: Look) -> str:
    misread = look.misread.get(shown.path)
    if misread:
        return entries.words(misread.kind, look.language)
    return look.wrong.get(shown.path) or shown.problem


def _origin(shown: Shown, shape: Shape) -> str:
    if not shown.answers:
        return ""
    match shown.origin:
        case Origin.CALCULATED:
            return _("calculated")
        case Origin.CHART:
            return _("from the chart")
        case Origin.INITIAL if shape is not Shape.OUTPUT:
            return _("suggested by the form")
    return ""


def _asks_for_a_step(shown: Shown, look: Look) -> bool:
    rule = look.safety
    if rule is None or shown.item.link_id != rule.link_id:
        return False
    return any(answer.value.content.get("code") in rule.positive for answer in shown.answers)


def _choices(shown: Shown, misread: Misread | None, language: str) -> tuple[Choice, ...]:
    """The options with what is chosen; what was chosen and cannot be taken stands as it was sent."""
    item = shown.item
    if item.type is ItemType.BOOLEAN:
        return _plain_choices((("true", _("Yes")), ("false", _("No"))), shown, misread)
    if points := scale_of(shown):
        return _plain_choices([(str(point), str(point)) for point in points], shown, misread)
    sent = {entry.text for entry in misread.entries} if misread else None
    choices = [
        Choice(
            key=key,
            label=option.display_in(language),
            chosen=_is_chosen(option.value, shown) if sent is None else key in sent,
            prefix=option.prefix,
            exclusive=option.exclusive,
        )
        for key, option in zip(option_keys(shown.options or ()), shown.options or (), strict=True)
    ]
    strange = [
        Choice(key=f"{KEPT}{at}", label=answer_words(value), chosen=True)
        for at, value in _strangers(shown)
        if item.type is ItemType.CHOICE or value.member != _OWN_MEMBER.get(item.type)
    ]
    return (*choices, *strange) if choices else ()


_OWN_MEMBER = {ItemType.OPEN_CHOICE: "valueString", ItemType.REFERENCE: "valueReference"}


def _plain_choices(options: Sequence[tuple[str, str]], shown: Shown, misread: Misread | None) -> tuple[Choice, ...]:
    answered = [entry_of(answer.value).text for answer in shown.answers]
    sent = [entry.text for entry in misread.entries] if misread else answered
    return tuple(Choice(key=key, label=label, chosen=key in sent) for key, label in options)


def _is_chosen(value: Value, shown: Shown) -> bool:
    return any(same_answer(value, answer.value) for answer in shown.answers)


def _strangers(shown: Shown) -> list[tuple[int, Value]]:
    """Answers that are none of the options."""
    options = shown.options or ()
    return [
        (at, answer.value)
        for at, answer in enumerate(shown.answers)
        if not any(same_answer(option.value, answer.value) for option in options)
    ]


def _own(shown: Shown, misread: Misread | None) -> Own | None:
    """The place for an own answer of an open choice or a reference."""
    item = shown.item
    member = _OWN_MEMBER.get(item.type)
    if member is None or not shown.options:
        return None
    words = [entry_of(value).text for _at, value in _strangers(shown) if value.member == member]
    if misread:
        words = [entry.beside for entry in misread.entries if entry.text == OTHER]
    label = item.open_label or (_("Somebody or something else") if item.type is ItemType.REFERENCE else _("Other"))
    blank = ("",) if item.repeats or not words else ()
    return Own(label=label, words=(*words, *blank), chosen=bool(words))


def _lines(shown: Shown, shape: Shape, misread: Misread | None, look: Look, depth: int) -> tuple[Line, ...]:
    """The answers one by one; where more may be typed, an empty line stands behind them."""
    answered = [
        Line(
            entry=entry_of(answer.value),
            words=answer_words(answer.value),
            below=blocks_of(answer.items, look, depth + 1),
        )
        for answer in shown.answers
    ]
    if shape not in _REPEATED:
        return tuple(answered)
    typed = answered
    if misread:
        below = [line.below for line in answered] + [()] * len(misread.entries)
        typed = [Line(entry=entry, below=under) for entry, under in zip(misread.entries, below, strict=False)]
    most = shown.limits.max_occurs
    another = not typed or (shown.item.repeats and (most is None or len(typed) < most))
    return (*typed, Line(entry=Entry(""))) if another else tuple(typed)


def _mark(shown: Shown, piece: Piece) -> str:
    """How a piece stands, in few characters; nothing for one that only the person can change."""
    item = shown.item
    stands = [piece.wrong, piece.origin, "!" if piece.alert else ""]
    if piece.shape is Shape.OUTPUT:
        stands += [line.words for line in piece.lines]
    elif item.repeats and piece.shape in _REPEATED:
        stands.append(str(len(piece.lines)))
    may_change = piece.conditional or any(stands)
    return f"{crc32(chr(0).join(stands).encode()):x}" if may_change else ""


def _repetition(siblings: Sequence[Shown], at: int) -> Repetition | None:
    item = siblings[at].item
    if not item.repeats or item.type.asks:
        return None
    count, limits = len(siblings), siblings[at].limits
    return Repetition(
        number=at + 1,
        last=at == count - 1,
        removable=count > max(limits.min_occurs or 0, 1),
        addable=limits.max_occurs is None or count < limits.max_occurs,
    )


def _is_grid(first: Shown, pieces: Sequence[Piece]) -> bool:
    """Whether a repeating group can be a table: its author says so and each cell is one field."""
    if first.item.control not in _GRIDS or not first.item.repeats or first.item.type.asks:
        return False
    cells = [block for piece in pieces for block in piece.blocks]
    return all(isinstance(cell, Piece) and not cell.blocks and cell.shape not in _NO_CELLS for cell in cells)


_NO_CELLS = frozenset({Shape.GROUP, Shape.NOTE, Shape.FILES})


def _table(first: Shown, pieces: Sequence[Piece], look: Look) -> Table:
    columns = [item for item in first.item.items if not item.hidden]
    return Table(
        path=first.path,
        text=first.item.text_in(look.language),
        lang=_language(first.item, look),
        heads=tuple(item.text_in(look.language) for item in columns),
        rows=tuple(replace(piece, blocks=tuple(map(_as_cell, piece.blocks))) for piece in pieces),
    )


def _as_cell(block: Block) -> Block:
    return replace(block, layout=Layout.CELL) if isinstance(block, Piece) else block


def _with_matrices(blocks: Sequence[Block]) -> list[Block]:
    """Questions that follow each other with the same options become one matrix."""
    found: list[Block] = []
    for scale, group in groupby(blocks, key=_scale):
        rows = list(group)
        if not scale or len(rows) < 2:
            found += rows
            continue
        lined = [replace(row, layout=Layout.MATRIX) for row in rows if isinstance(row, Piece)]
        found.append(Matrix(scale=scale, lang=next((row.lang for row in lined), ""), rows=tuple(lined)))
    return found


def _scale(block: Block) -> tuple[str, ...]:
    """The options of a question that can be a row of a matrix; none for every other block."""
    if not isinstance(block, Piece) or block.own or block.blocks or any(line.below for line in block.lines):
        return ()
    labels = tuple(choice.label for choice in block.choices)
    fits = len(labels) in _MATRIX_OPTIONS and all(len(label) <= _LONGEST_COLUMN for label in labels)
    return labels if fits and block.shape in {Shape.RADIOS, Shape.OFF} else ()
