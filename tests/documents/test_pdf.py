"""A sheet as PDF: tagged, named, in its language; and what people write stays text, whatever it looks like."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from smart_app.documents.pdf import LONGEST, SheetTooLong, pdf_of
from smart_app.documents.sheet import Section, Sheet, Table, texts_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
INSTRUCTIONS = (
    '#read("/etc/passwd")',
    '#panic("gone")',
    "= Heading",
    "$x^2$",
    "*bold* and _italic_",
    "https://example.org",
    "@reference <label>",
    "one -- two --- three ...",
    '"straight" quotes',
    "- item",
    "+ item",
    "/ term: words",
    "\\#escaped \\u{41} \\",
    "before // after",
    "before /* between */ after",
    "a~b",
    "`raw`",
    "```python print()```",
    '#import "@preview/cetz:0.3.0": *',
    "#set text(fill: white)",
    "#sys.inputs",
    "[content] {code}",
    "}) #panic() #({",
)


def sheet(*texts: str, **parts: Any) -> Sheet:
    """A sheet that prints each text in every place a person's words can stand in."""
    rows = tuple((text, text) for text in texts)
    section = Section(
        title="Part",
        sentences=texts,
        facts=rows,
        points=texts,
        table=Table(name="Table", widths=(1, 1), head=("One", "Two"), rows=rows),
    )
    first = texts[0] if texts else ""
    usual: dict[str, Any] = {"language": "en", "title": "Sheet", "letterhead": "Hospital", "sections": (section,)}
    return Sheet(**{**usual, "about": rows, "opening": first, "closing": texts, "foot": first, **parts})


def read(made: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(made))


def words(made: bytes) -> str:
    """Everything a PDF says, without its line breaks and hints where a line may break."""
    said = " ".join(page.extract_text() for page in read(made).pages)
    return re.sub(r"\s+", "", said.replace("\u200b", ""))


def test_a_pdf_is_tagged_named_and_has_a_language() -> None:
    made = read(pdf_of(sheet("Ä ö ß é ł Ω Ж", language="de", title="Bericht"), NOON))
    root: Any = made.trailer["/Root"]
    assert root["/Lang"] == "de"
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a boolean of the PDF, not of Python
    assert "/StructTreeRoot" in root
    assert made.metadata is not None
    assert made.metadata.title == "Bericht"
    claims = root["/Metadata"].get_data()
    assert b"<pdfuaid:part>1<" in claims
    assert b"<pdfaid:part>3<" in claims
    resources: Any = made.pages[0]["/Resources"]
    fonts = [font.get_object() for font in resources["/Font"].values()]
    inner = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    assert all({"/FontFile2", "/FontFile3"} & set(item) for item in inner)


@pytest.mark.parametrize("instruction", INSTRUCTIONS)
def test_an_instruction_stays_text(instruction: str) -> None:
    content = sheet(instruction, title=instruction, letterhead=instruction)
    made = pdf_of(content, NOON)
    assert words(made).count(re.sub(r"\s+", "", instruction)) == [*texts_of(content)].count(instruction) == 13
    assert len(read(made).pages) == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(codec="latin-1", exclude_categories=["C"]), min_size=1, max_size=60), max_size=4))
def test_whatever_is_written_is_printed(texts: list[str]) -> None:
    content = sheet(*(text for text in texts if text.strip()))
    said = words(pdf_of(content, NOON))
    for text in texts_of(content):
        plain = re.sub(r"[\s\xad]+", "", text)
        assert plain in said.replace("\xad", "")


@pytest.mark.parametrize("name", ["王小明", "אבגד", "محمد", "😀👍🏽", "\U000f0000", "e\u0301\u0302", "\u202eback"])
def test_a_name_in_any_script_makes_a_pdf(name: str) -> None:
    root: Any = read(pdf_of(sheet(name), NOON)).trailer["/Root"]
    assert "/StructTreeRoot" in root


def test_a_very_long_document_has_pages_and_a_word_without_end_stays_on_paper() -> None:
    long = read(pdf_of(sheet(*(["word " * 60] * 40), "x" * 300, running="Whose page"), NOON))
    assert len(long.pages) > 5
    named = ["Whose page" in page.extract_text() for page in long.pages]
    assert named == [False] + [True] * (len(long.pages) - 1)
    with pytest.raises(SheetTooLong):
        pdf_of(sheet("x" * LONGEST), NOON)


def test_the_template_reads_nothing_but_its_sheet() -> None:
    template = files("smart_app.documents").joinpath("sheet.typ").read_text(encoding="utf-8")
    reach = re.compile(r"\b(eval|read|import|include|plugin|image|csv|yaml|toml|xml|cbor|bibliography)\b\s*\(?")
    code = re.sub(r"//.*", "", template)
    assert reach.findall(code) == []
    assert re.findall(r"json\([^#]*\)", code) == ["json(bytes(sys.inputs.sheet))"]


def test_a_template_that_reads_a_file_would_fail(tmp_path: Any) -> None:
    """The walls hold even for the template: what it may reach is an empty folder."""
    with pytest.raises(typst.TypstError):
        typst.Compiler(b'#read("/etc/passwd")', root=tmp_path).compile()
