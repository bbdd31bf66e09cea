"""The catalogues of both packages, made from what stands in code, templates and data (decision-D22).

``python -m tests.catalogues`` writes the lists of texts (.pot), brings the translations (.po) in line with them and
compiles what the programs read (.mo). Translations are kept by their English text: a text that is new, or was reworded,
comes back untranslated, and one that is gone is dropped. Nothing written holds a date, a line number or the version of
a tool, so the files change only when a text does.
"""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from ipt_fhir.locale.texts import LANGUAGES

ROOT = Path(__file__).resolve().parents[1]
# One set of languages for both packages; the first is the one the texts are written in.
TRANSLATIONS = LANGUAGES[1:]

# What a text is called by in code: the function, and which of its arguments are texts.
_KEYWORDS: dict[str, Any] = {"_": None, "N_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}

Id = str | tuple[str, str]
Found = tuple[str, Id]


@dataclass(frozen=True)
class Domain:
    """One set of catalogues: its name, the folder it lies in, and every text with the file that holds it."""

    name: str
    folder: Path
    texts: Callable[[], Iterator[Found]]

    @property
    def pot(self) -> Path:
        """The list of texts."""
        return self.folder / f"{self.name}.pot"

    def po(self, name: str) -> Path:
        """The translations."""
        return self.folder / name / "LC_MESSAGES" / f"{self.name}.po"

    def mo(self, name: str) -> Path:
        """The translations as the programs read them."""
        return self.po(name).with_suffix(".mo")


class Undated(Catalog):
    """A catalogue whose head says only what a reader of it needs: the same texts are the same bytes, always."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """Language, plural rule and encoding."""
        wanted = ("language", "plural-forms", "mime-version", "content-type", "content-transfer-encoding")
        return [(name, value) for name, value in super().mime_headers if name.lower() in wanted]


def library_texts() -> Iterator[Found]:
    """Every text of the library: marked in code, or standing in the data of the protocol and the instruments."""
    yield from _code(ROOT / "ipt_fhir")
    protocol = ROOT / "ipt_fhir" / "protocol"
    yield from _data(
        protocol / "variants.toml", lambda table: (text for row in table["variant"] for text in _offer(row))
    )
    yield from _data(protocol / "schools.toml", lambda table: (row["title"] for row in table["school"]))
    yield from _data(protocol / "goals.toml", lambda table: _goal_texts(table["goal"]))
    yield from _data(protocol / "activities.toml", lambda table: (row["text"] for row in table["activity"]))
    yield from _data(protocol / "activities.toml", lambda table: _not_yet(table["activity"]))
    for file in sorted((ROOT / "ipt_fhir" / "instruments").glob("*/instrument.toml")):
        yield from _data(file, _instrument_texts)


def app_texts() -> Iterator[Found]:
    """Every text of the app. The demo hospital plays a foreign program and speaks English only."""
    app = ROOT / "smart_app"
    yield from _code(app, without=app / "sandbox")
    for file in sorted((app / "web" / "templates").rglob("*.html")):
        with file.open("rb") as opened:
            options = {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
            found = list(babel_extract(opened, list(_KEYWORDS), [], options))
        yield from ((_place(file), _one_or_two(text)) for _, _, text, _ in found)


DOMAINS = (
    Domain("ipt_fhir", ROOT / "ipt_fhir" / "locale", library_texts),
    Domain("messages", ROOT / "smart_app" / "web" / "locale", app_texts),
)


def template(domain: Domain) -> Undated:
    """The list of texts of a domain, each with the files that hold it, by file and then by text."""
    catalogue = Undated(domain=domain.name, header_comment=f"# Texts of {domain.name}.", fuzzy=False)
    for place, text in sorted(domain.texts(), key=str):
        catalogue.add(text, locations=[(place, 0)])
    return catalogue


def translated(domain: Domain, name: str) -> Undated:
    """The domain in a language: every text of today with the translation it has so far."""
    known = read(domain.po(name))
    comment = f"# Texts of {domain.name} in {name}."
    catalogue = Undated(locale=name, domain=domain.name, header_comment=comment, fuzzy=False)
    for message in messages(template(domain)):
        kept = known.get(message.id)
        catalogue.add(
            message.id, kept.string if kept else None, locations=message.locations, flags=kept.flags if kept else ()
        )
    return catalogue


def read(file: Path) -> Catalog:
    """A catalogue as it lies there; empty where there is none yet."""
    if not file.exists():
        return Catalog()
    with file.open("rb") as opened:
        return read_po(opened)


def messages(catalogue: Catalog) -> Iterator[Message]:
    """The entries without the head."""
    return (message for message in catalogue if message.id)


def spelled(catalogue: Catalog) -> bytes:
    """As .po or .pot."""
    written = io.BytesIO()
    write_po(written, catalogue, width=0, include_lineno=False)
    return written.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """As .mo; what is doubtful stays out and reads English."""
    written = io.BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def files() -> Iterator[tuple[Path, bytes]]:
    """Every file of every catalogue, with what it should hold."""
    for domain in DOMAINS:
        yield domain.pot, spelled(template(domain))
        for name in TRANSLATIONS:
            catalogue = translated(domain, name)
            yield domain.po(name), spelled(catalogue)
            yield domain.mo(name), compiled(catalogue)


def _code(folder: Path, without: Path | None = None) -> Iterator[Found]:
    for file in sorted(folder.rglob("*.py")):
        if without is None or not file.is_relative_to(without):
            with file.open("rb") as opened:
                found = list(extract("python", opened, _KEYWORDS))
            yield from ((_place(file), _one_or_two(text)) for _, text, _, _ in found)


def _data(file: Path, texts_of: Callable[[dict[str, Any]], Iterable[str]]) -> Iterator[Found]:
    yield from ((_place(file), text) for text in texts_of(tomllib.loads(file.read_text("utf-8"))))


def _offer(row: dict[str, Any]) -> Iterator[str]:
    yield row["title"]
    yield from _not_yet([row])


def _not_yet(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield from (row["not_supported_yet"] for row in rows if "not_supported_yet" in row)


def _goal_texts(goals: list[dict[str, Any]]) -> Iterator[str]:
    for goal in goals:
        yield goal["text"]
        yield from goal.get("levels", ())


def _instrument_texts(table: dict[str, Any]) -> Iterator[str]:
    yield from (row["label"] for name in ("bands", "cut_offs") for row in table.get(name, ()))
    yield from (part["title"] for part in table.get("parts", ()))
    yield from filter(None, [table.get("without_texts")])


def _one_or_two(text: Any) -> Id:
    """One text, or the singular and the plural of one; what else was passed are values."""
    texts = (text,) if isinstance(text, str) else tuple(part for part in text if part)
    return (texts[0], texts[1]) if len(texts) > 1 else texts[0]


def _place(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def main() -> None:
    """Write all catalogues."""
    for file, content in list(files()):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


if __name__ == "__main__":
    main()
