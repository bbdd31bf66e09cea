"""NDJSON as a stream: one JSON object a line, read and written with flat memory (FHIR bulk data, nd-json.html).

A line that is refused does not stop the others: its number and the reason come instead of a value. Lines end with LF or
CRLF; blank ones are passed over and still count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from ipt_fhir import rawjson
from ipt_fhir.rawjson import JsonObject, JsonRefused, Limits

_LIMITS = Limits()
_LINE_END = b"\r\n"
_MARK = b"\xef\xbb\xbf"
_MARK_REFUSED = "begins with a byte order mark; save the file as UTF-8 without one"


class Line(NamedTuple):
    """One line that is not blank: its number from 1, and either the object or why it is refused, for IT."""

    number: int
    value: JsonObject | None
    refusal: str | None


def read_lines(stream: BinaryIO, limits: Limits = _LIMITS) -> Iterator[Line]:
    """Each line as it is read; ``limits`` hold for one line, and of a longer one no more is ever in memory.

    Raises nothing of its own for what the lines hold, only what reading the stream raises.
    """
    longest = limits.size + len(_LINE_END)
    number = 0
    while data := stream.readline(longest):
        number += 1
        if len(data) == longest and not data.endswith(b"\n"):
            _skip_rest(stream, longest)
            yield Line(number, None, f"larger than {limits.size} bytes")
        elif not data.isspace():
            yield _line(number, data.rstrip(_LINE_END), limits)


def write_line(stream: BinaryIO, resource: JsonObject) -> None:
    """Append one resource and a line feed; numbers keep their spelling."""
    stream.write(rawjson.write(resource) + b"\n")


def _line(number: int, data: bytes, limits: Limits) -> Line:
    if number == 1 and data.startswith(_MARK):
        return Line(number, None, _MARK_REFUSED)
    try:
        return Line(number, rawjson.parse_object(data, limits), None)
    except JsonRefused as refused:
        return Line(number, None, str(refused))


def _skip_rest(stream: BinaryIO, size: int) -> None:
    """Go on behind the end of a line that is too long."""
    while (part := stream.readline(size)) and not part.endswith(b"\n"):
        pass
