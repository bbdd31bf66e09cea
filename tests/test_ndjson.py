"""NDJSON as a stream: what one bad line may not do, and what a long file may not cost."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO, RawIOBase
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir import ndjson, rawjson
from ipt_fhir.ndjson import Line, read_lines, write_line
from ipt_fhir.rawjson import JsonObject, Limits

_OBJECTS = st.dictionaries(st.text(max_size=6), st.none() | st.integers(-9, 9) | st.text(), max_size=4)


def _read(data: bytes, limits: Limits = Limits()) -> list[Line]:  # noqa: B008 - a frozen value
    return list(read_lines(BytesIO(data), limits))


@given(st.lists(_OBJECTS, max_size=8))
def test_what_is_written_is_read_again(resources: list[JsonObject]) -> None:
    """Line feeds inside texts are escaped, so that a line is a resource."""
    stream = BytesIO()
    for resource in resources:
        write_line(stream, resource)
    assert [line.value for line in _read(stream.getvalue())] == resources


def test_numbers_keep_their_spelling() -> None:
    text = b'{"a":1.50,"b":1e2}\n'
    stream = BytesIO()
    for line in _read(text):
        assert line.value is not None
        write_line(stream, line.value)
    assert stream.getvalue() == text


def test_windows_line_ends_blank_lines_and_a_missing_last_line_feed_are_accepted() -> None:
    found = _read(b'{"a":1}\r\n\r\n   \n{"a":2}')
    assert found == [Line(1, {"a": 1}, None), Line(4, {"a": 2}, None)]


def test_a_refused_line_says_why_and_the_rest_goes_on() -> None:
    found = _read(b'{"a":1,"a":2}\n[1]\n{"a":\n{"a":3}\n')
    assert [line.number for line in found] == [1, 2, 3, 4]
    assert found[0].refusal == "the same name stands twice in one object"
    assert found[1].refusal == "not a JSON object"
    assert found[2].refusal is not None
    assert found[2].value is None
    assert found[3] == Line(4, {"a": 3}, None)


def test_a_byte_order_mark_is_refused_with_what_to_do() -> None:
    first, second = _read(b'\xef\xbb\xbf{"a":1}\n{"a":2}\n')
    assert first == Line(1, None, "begins with a byte order mark; save the file as UTF-8 without one")
    assert second.value == {"a": 2}


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_the_limit_of_size_holds_for_the_line_without_its_end(end: bytes) -> None:
    line = b'{"a":"' + b"x" * 20 + b'"}'
    exact, short = Limits(size=len(line)), Limits(size=len(line) - 1)
    assert [item.refusal for item in _read(line + end, exact)] == [None]
    assert [item.refusal for item in _read(line + end, short)] == [f"larger than {short.size} bytes"]


@given(st.integers(1, 200))
def test_a_line_that_is_too_long_is_passed_over_whole(length: int) -> None:
    """attack-A54: whatever its length, the lines behind it keep their numbers."""
    found = _read(b"x" * length + b'\n{"a":2}\n', Limits(size=8))
    assert [line.number for line in found] == [1, 2]
    assert found[1].value == {"a": 2}


def test_what_stands_behind_the_limit_is_never_cut_off_silently() -> None:
    """An object that ends before the limit, then carriage returns, then more: that is no line we may shorten."""
    text = b'{"a":1}' + b"\r" * 8 + b"more\n"
    assert [line.refusal for line in _read(text, Limits(size=8))] == ["larger than 8 bytes"]


class _Endless(RawIOBase):
    """A stream whose first line never ends before ``size`` bytes; it remembers the most that was asked for at once."""

    def __init__(self, size: int) -> None:
        self.left, self.most = size, 0

    def readline(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size > 0
        self.most = max(self.most, size)
        part = b"x" * min(size, self.left)
        self.left -= len(part)
        return part


def test_no_more_than_the_limit_is_asked_for_at_once() -> None:
    stream = _Endless(100_000)
    (only,) = read_lines(cast(BinaryIO, stream), Limits(size=1000))
    assert only.refusal == "larger than 1000 bytes"
    assert stream.left == 0
    assert stream.most <= 1002


def test_lines_come_as_they_are_read() -> None:
    """The second line is not touched before it is asked for, so memory does not grow with the file."""
    stream = BytesIO(b'{"a":1}\n{"a":2}\n')
    lines: Iterator[Line] = ndjson.read_lines(stream)
    assert next(lines).value == {"a": 1}
    assert stream.tell() == len(rawjson.write({"a": 1})) + 1
