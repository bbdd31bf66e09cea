"""What of a page is out of date after an answer, and what to say about it to someone who does not see the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from smart_app.language import gettext as _
from smart_app.language import ngettext
from smart_app.web.form_pieces import Block, Matrix, Piece, Shape, Table

_SAID_BY_NAME = 3


def marks_of(sent: Sequence[str]) -> dict[str, str]:
    """The marks a page sent back, by path."""
    return {path: mark for path, _blank, mark in (text.partition(" ") for text in sent)}


def out_of_date(blocks: Sequence[Block], marks: Mapping[str, str], changed: frozenset[str]) -> Iterator[Piece]:
    """The pieces that stand otherwise now than on the page with these marks; inside such a piece nothing more.

    A piece that is switched off and was not on the page is as it was. ``changed`` are paths whose answer is another
    than the page shows.
    """
    for piece in _pieces(blocks):
        was = marks.get(piece.path, "")
        if piece.mark != was or piece.path in changed:
            yield piece
        elif piece.shape is not Shape.OFF:
            yield from out_of_date(piece.blocks, marks, changed)
            for line in piece.lines:
                yield from out_of_date(line.below, marks, changed)


def news(pieces: Sequence[Piece], marks: Mapping[str, str]) -> str:
    """The questions that came and went, in a sentence for the live region; empty when none did."""
    came = [piece for piece in pieces if piece.conditional and piece.shape is not Shape.OFF and piece.path not in marks]
    gone = [piece for piece in pieces if piece.shape is Shape.OFF]
    shown = [_("Now shown: %(question)s", question=piece.called) for piece in came if piece.called][:_SAID_BY_NAME]
    if len(came) > _SAID_BY_NAME:
        shown = [ngettext("%(num)s more question is shown.", "%(num)s more questions are shown.", len(came))]
    hidden = ngettext("%(num)s question is not asked any more.", "%(num)s questions are not asked any more.", len(gone))
    return " ".join([*shown, *([hidden] if gone else [])])


def _pieces(blocks: Sequence[Block]) -> Iterator[Piece]:
    for block in blocks:
        if isinstance(block, Matrix | Table):
            yield from block.rows
        else:
            yield block
