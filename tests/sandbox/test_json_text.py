"""JSON goes through the hospital unchanged, and ambiguous JSON does not go in."""

from __future__ import annotations

import json

import pytest

from smart_app.sandbox.json_text import NotJson, parse, write


@pytest.mark.parametrize(
    "text", ["1", "-0", "1.50", "1e2", "1E-3", "0.00000010", '"\u00e9\\n"', "[1,{}]", '{"a":[],"b":null}', "true"]
)
def test_what_is_read_is_written(text: str) -> None:
    assert write(parse(text.encode())) == text


def test_pretty_is_the_same_with_room() -> None:
    value = parse(b'{"a":[1.0,{"b":[]}],"c":{}}')
    assert write(value, pretty=True) == json.dumps(json.loads('{"a":[1.0,{"b":[]}],"c":{}}'), indent=2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"NaN",
        b"[Infinity]",
        b'{"a":1,"a":2}',
        b'"\\ud800"',
        b"\xff",
        b"[" * 100 + b"]" * 100,
        b"[" * 100_000,
    ],
)
def test_what_two_readers_could_read_differently_is_refused(data: bytes) -> None:
    with pytest.raises(NotJson):
        parse(data)
