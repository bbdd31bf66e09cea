"""A form cut into screens for a phone: one question each; a repeating group stays in one piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from smart_app.language import current
from smart_app.services.form_filling import OpenForm
from smart_app.web.form_pieces import Block, Layout, Matrix, Piece, Shape, Table
from smart_app.web.form_view import Look, blocks_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One screen: the block that is printed, the headings it stands under, and the notes that were printed last: an
    instruction ("over the last two weeks") holds for every question after it."""

    path: str
    block: Block
    asked: tuple[Piece, ...]
    headings: tuple[str, ...] = ()
    notes: tuple[Piece, ...] = ()

    @property
    def words(self) -> str:
        """The question, for the list of answers."""
        first = self.asked[0] if self.asked else None
        return " ".join(part for part in (first.prefix, first.text) if part) if first else ""

    @property
    def lang(self) -> str:
        """The language of the question where it is not the page's."""
        return self.asked[0].lang if self.asked else ""

    @property
    def said(self) -> tuple[str, ...]:
        """The answers in words."""
        return tuple(words for piece in self.asked for words in _said(piece))

    @property
    def is_answered(self) -> bool:
        """Whether something is answered here."""
        return any(piece.is_answered for piece in self.asked)

    @property
    def required(self) -> bool:
        """Whether it may not be left out."""
        return any(piece.required for piece in self.asked)

    @property
    def wrong(self) -> str:
        """What is wrong with what was typed."""
        return next((piece.wrong for piece in self.asked if piece.wrong), "")

    @property
    def anchor(self) -> str:
        """Where a link from the list of problems leads."""
        return self.asked[0].anchor if self.asked else "main"


def screens_of(opened: OpenForm) -> list[Screen]:
    """The screens of a form as it stands: what is asked now, in printed order."""
    form = opened.at_hand.form
    look = Look(
        language=current(),
        form_language=form.language or current(),
        misread=opened.draft.misread,
        wrong={},
        safety=None,
        filled=form.fillable,
        title=form.title_in(current()),
    )
    screens: list[Screen] = []
    notes: tuple[Piece, ...] = ()
    fresh = False
    for headings, block in _walk(blocks_of(opened.tree, look), ()):
        if isinstance(block, Piece) and block.shape is Shape.NOTE:
            notes, fresh = (*(notes if fresh else ()), block), True
        elif asked := tuple(_asked(block)):
            screens.append(Screen(path=_path(block), block=block, asked=asked, headings=headings, notes=notes))
            fresh = False
    return screens


def _walk(blocks: Sequence[Block], headings: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Block]]:
    """Every question by itself, with the headings above it; what stands under a question follows it."""
    for block in blocks:
        if isinstance(block, Matrix):
            for row in block.rows:
                yield from _walk((replace(row, layout=Layout.STACK),), headings)
        elif isinstance(block, Table) or block.repetition:
            yield headings, block
        elif block.shape is Shape.GROUP:
            yield from _walk(block.blocks, (*headings, block.text) if block.text else headings)
        elif block.shape is Shape.NOTE:
            yield headings, block
        elif block.is_asked:
            yield headings, _alone(block)
            for line in block.lines:
                yield from _walk(line.below, headings)
            yield from _walk(block.blocks, headings)


def _alone(piece: Piece) -> Piece:
    """A question without what stands under it, and without what is for clinicians."""
    lines = tuple(replace(line, below=()) for line in piece.lines)
    return replace(piece, layout=Layout.STACK, blocks=(), lines=lines, alert=False, mark="")


def _asked(block: Block) -> Iterator[Piece]:
    if isinstance(block, Piece):
        if block.is_asked:
            yield block
        for below in (block.blocks, *(line.below for line in block.lines)):
            for inner in below:
                yield from _asked(inner)
    else:
        for row in block.rows:
            yield from _asked(row)


def _path(block: Block) -> str:
    return block.rows[0].path if isinstance(block, Matrix) else block.path


def _said(piece: Piece) -> Iterator[str]:
    yield from (choice.label for choice in piece.choices if choice.chosen)
    if piece.own and piece.own.chosen:
        yield from (words for words in piece.own.words if words)
    if not piece.choices:
        for line in piece.lines:
            if line.entry.text:
                yield line.words or " ".join(part for part in line.entry if part)
