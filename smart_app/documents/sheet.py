"""What a document says, as plain words: the page and the PDF print the same value, and nothing else (decision-D87)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with a name for those who do not see it; the first cell of a row says what the row is about.

    ``widths`` are the columns' shares of the line on paper.
    """

    name: str
    widths: tuple[int, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part with its heading: sentences, then label and value, then points, then a table."""

    title: str
    sentences: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    points: tuple[str, ...] = ()
    table: Table | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to print but the heading."""
        return not (self.sentences or self.facts or self.points or self.table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One document. ``letterhead`` stands on every page, ``about`` says whom it is about and
    ``running`` says it again on every page of paper but the first, ``closing`` is signed,
    ``foot`` says on every page what the document is. ``large`` is print for everybody's eyes. ``language`` is BCP 47;
    every text is in it or in the words of a person."""

    language: str
    title: str
    letterhead: str
    address: tuple[str, ...] = ()
    day: str = ""
    about: tuple[tuple[str, str], ...] = ()
    running: str = ""
    opening: str = ""
    sections: tuple[Section, ...]
    closing: tuple[str, ...] = ()
    foot: str = ""
    large: bool = False


def texts_of(sheet: Sheet) -> Iterator[str]:
    """Every text of a document, in the order of reading; the letterhead and the foot stand on each page."""
    yield from (sheet.letterhead, *sheet.address, sheet.day, sheet.title)
    for label, value in sheet.about:
        yield from (label, value)
    yield sheet.opening
    for section in sheet.sections:
        yield section.title
        yield from section.sentences
        for label, value in section.facts:
            yield from (label, value)
        yield from section.points
        if section.table:
            yield from section.table.head
            for row in section.table.rows:
                yield from row
    yield from (*sheet.closing, sheet.foot)
