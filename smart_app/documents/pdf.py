"""A sheet as PDF: tagged, PDF/UA-1 and PDF/A-3a, with its fonts inside.

What people wrote reaches the template as one JSON string in ``sys.inputs`` and is printed as text: it is never parsed
as markup (decision-D18). The template reads nothing else, and its root is an empty folder. It goes through the sheet
once, so the size of a sheet bounds the time it takes; a sheet beyond the limit is refused.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from functools import cache
from importlib.resources import files

import msgspec
import typst

from smart_app.documents.sheet import Sheet

LONGEST = 200_000
"""Bytes of a sheet: some forty pages. A course that is documented as the app allows it stays far below."""

_STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-3a"]


class SheetTooLong(ValueError):
    """A document is longer than ``LONGEST``; ours to mend: nothing a clinician enters makes one."""

    def __init__(self, size: int) -> None:
        super().__init__(f"a document of {size} bytes is not made; the limit is {LONGEST}")


def pdf_of(sheet: Sheet, made: datetime) -> bytes:
    """The PDF of a sheet, made at that time (with its zone). Raises SheetTooLong.

    A character for which this machine has no font is printed as an empty box; then the PDF is tagged as ever but
    claims no standard, because both standards forbid such boxes.
    """
    content = msgspec.json.encode(sheet)
    if len(content) > LONGEST:
        raise SheetTooLong(len(content))
    inputs = {"sheet": content.decode()}
    try:
        return _compile(inputs, made, _STANDARDS)
    except typst.TypstError:
        return _compile(inputs, made, [])


def _compile(inputs: dict[str, str], made: datetime, standards: list[typst.PDFStandard]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="ipt-fhir-pdf-") as empty:
        compiler = typst.Compiler(
            _template(),
            root=empty,
            package_path=empty,
            package_cache_path=empty,
            font_paths=_fonts(),
            sys_inputs=inputs,
        )
        made_of = compiler.compile(pdf_standards=standards, timestamp=made.replace(microsecond=0))
    if not isinstance(made_of, bytes):
        raise TypeError("a PDF is one piece of bytes")
    return made_of


@cache
def _template() -> bytes:
    return files("smart_app.documents").joinpath("sheet.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    """The fonts inside typst; those of the machine stand behind them, for scripts which the former lack."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)
