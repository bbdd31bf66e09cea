"""What a person names on the command line, as resources one after the other, each with its place.

What cannot be read is a unit too, with the reason: the others still come. NDJSON is read line by line with flat memory;
a JSON document is read whole. No reason repeats what the file says.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from ipt_fhir import rawjson
from ipt_fhir.ndjson import read_lines
from ipt_fhir.rawjson import JsonObject, JsonRefused, Limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

STDIN = "-"
SUFFIXES = (".json", ".ndjson")
"""What is taken from a directory."""

# A person's own file on a person's own machine may be larger than what a stranger may send.
_DOCUMENT = Limits(size=256 * 1024 * 1024, nodes=20_000_000)
_LINE = Limits()
_HEAD = 8192
_MARK = b"\xef\xbb\xbf"
_MARK_REFUSED = "begins with a byte order mark; save the file as UTF-8 without one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a resource stands: file, line of an NDJSON file from 1, entry of a Bundle from 0 as in FHIRPath."""

    file: str
    line: int | None = None
    entry: int | None = None

    def __str__(self) -> str:
        """``course.ndjson line 5 entry 2``."""
        steps = [self.file]
        steps += [f"line {self.line}"] if self.line is not None else []
        steps += [f"entry {self.entry}"] if self.entry is not None else []
        return " ".join(steps)


class Unit(NamedTuple):
    """One document or line: the JSON object, or why it is refused, for IT."""

    place: Place
    value: JsonObject | None
    refusal: str | None


Advance = Callable[[int], None]


def _still(_: int) -> None:
    """Nobody watches the progress."""


def units(paths: Iterable[str], stdin: BinaryIO, advance: Advance = _still) -> Iterator[Unit]:
    """Everything under these paths in order; ``-`` is standard input. ``advance`` is told how many bytes are done."""
    for path in paths:
        if path == STDIN:
            yield from _of_stream(stdin, Place(file="stdin"), _still)
        else:
            for file in files_of(path):
                yield from _of_file(file, advance)


def files_of(path: str) -> list[Path]:
    """The file itself, or what a directory holds of JSON and NDJSON, however deep, in the order of their names."""
    named = Path(path)
    if not named.is_dir():
        return [named]
    return sorted(found for found in named.rglob("*") if found.suffix in SUFFIXES and found.is_file())


def entries(unit_place: Place, bundle: JsonObject) -> Iterator[tuple[Place, JsonObject]]:
    """Each entry of a Bundle that is an object, whatever it holds; nothing for other types."""
    listed = bundle.get("entry") if bundle.get("resourceType") == "Bundle" else None
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(entry, dict):
            yield replace(unit_place, entry=index), entry


def no_objects(unit_place: Place, bundle: JsonObject) -> Iterator[Place]:
    """Each entry of a Bundle that is no object, so that nothing can be done with it."""
    listed = bundle.get("entry") if bundle.get("resourceType") == "Bundle" else None
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        if not isinstance(entry, dict):
            yield replace(unit_place, entry=index)


def _of_file(file: Path, advance: Advance) -> Iterator[Unit]:
    place = Place(file=str(file))
    try:
        with file.open("rb") as stream:
            yield from _of_stream(stream, place, advance)
    except OSError as wrong:
        yield Unit(place, None, f"cannot be read: {wrong.strerror}")


def _of_stream(stream: BinaryIO, place: Place, advance: Advance) -> Iterator[Unit]:
    first = stream.readline(_LINE.size + 1)
    rest = stream.read(_HEAD)
    whole = cast(BinaryIO, io.BufferedReader(_Rejoined(first + rest, stream)))
    if _are_lines(place.file, first, rest):
        yield from _lines(whole, stream, place, advance)
    else:
        yield _document(whole.read(_DOCUMENT.size + 1), place)
        advance(stream.tell() if stream.seekable() else 0)


def _lines(whole: BinaryIO, stream: BinaryIO, place: Place, advance: Advance) -> Iterator[Unit]:
    done = 0
    for line in read_lines(whole, _LINE):
        yield Unit(replace(place, line=line.number), line.value, line.refusal)
        if advance is not _still:
            advance(stream.tell() - done)
            done = stream.tell()


def _document(data: bytes, place: Place) -> Unit:
    if data.startswith(_MARK):
        return Unit(place, None, _MARK_REFUSED)
    try:
        return Unit(place, rawjson.parse_object(data, _DOCUMENT), None)
    except JsonRefused as refused:
        return Unit(place, None, str(refused))


def _are_lines(name: str, first: bytes, rest: bytes) -> bool:
    """By the name of the file; of standard input and other names by whether a whole object stands on the first line
    and something follows it.
    """
    if name.endswith(SUFFIXES):
        return name.endswith(".ndjson")
    line = first.removeprefix(_MARK).strip()
    return line.startswith(b"{") and line.endswith(b"}") and bool(rest.strip())


class _Rejoined(io.RawIOBase):
    """A stream of which the head was read already, as if it had not been."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head, self._stream = head, stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        room = memoryview(buffer).cast("B")
        data = self._head[: len(room)] or self._stream.read(len(room))
        self._head = self._head[len(room) :]
        room[: len(data)] = data
        return len(data)
