"""FHIR's primitive types: what each accepts and what it refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ipt_fhir.rawjson import Spelled, parse
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.validation.examples import patient

GOOD: dict[str, list[Any]] = {
    "base64Binary": ["YQ==", "YWJj", "YWJj\nYWJj", "YWI="],
    "boolean": [True, False],
    "canonical": ["http://x.org/q|1.0", "#inside", "urn:oid:1.2.3"],
    "code": ["a", "a b"],
    "date": ["2026", "2026-02", "2024-02-29", "2000-02-29", "0001-01-01"],
    "dateTime": ["2026", "2026-02-28", "2026-02-28T23:59:60Z", "2026-02-28T10:00:00.123456789+05:45"],
    "decimal": [1, Decimal("1.50"), Decimal("-0.001"), Spelled("1e2"), Spelled("0.00000010")],
    "id": ["a", "A-b.9", "x" * 64],
    "instant": ["2026-02-28T10:00:00Z"],
    "integer": [0, -5, 2**31 - 1, -(2**31)],
    "markdown": ["# Title\n\ttext"],
    "oid": ["urn:oid:2.16.840.1"],
    "positiveInt": [1],
    "string": ["a", "ä\r\n\t", "  x", "💬"],
    "time": ["08:00:00", "08:00:00.500"],
    "unsignedInt": [0],
    "uri": ["urn:x", "relative", "urn:uuid:2a3d6f63-4f0a-4d3b-9c11-0a6d55d2f2a1"],
    "url": ["https://x.org/a?b=c"],
    "uuid": ["urn:uuid:2a3d6f63-4f0a-4d3b-9c11-0a6d55d2f2a1"],
}
BAD: dict[str, list[Any]] = {
    "base64Binary": ["YQ", "Y Q = x", "Ä", " "],
    "boolean": ["true", 1, None],
    "canonical": ["Questionnaire/1", "http://x.org/a b", "|1.0"],
    "code": ["", " a", "a ", "a  b", 1],
    "date": [
        "2026-02-29",
        "1900-02-29",
        "2026-04-31",
        "2026-13",
        "26",
        "2026-1-1",
        "0000",
        "2026-01-01T10:00:00Z",
        "2026-01-01\n",
    ],
    "dateTime": [
        "2026-02-28T10:00:00",
        "2026-02-28T10:00Z",
        "2026-02-28T24:00:00Z",
        "2026-02-28T10:00:00+15:00",
        "2026-01-01 ",
    ],
    "decimal": ["1.0", True, None],
    "id": ["a_b", "a b", "x" * 65, "", "a\n"],
    "instant": ["2026-02-28", "2026-02-28T10:00:00"],
    "integer": [Decimal("1.5"), Decimal("1.0"), "1", 2**31, True],
    "markdown": ["", "\x00"],
    "oid": ["urn:oid:3.1", "2.16", "urn:oid:1.02"],
    "positiveInt": [0, -1],
    "string": ["", "bell\x07", 5, ["a"], {"a": "b"}],
    "time": ["8:00:00", "24:00:00", "08:00", "08:00:00Z"],
    "unsignedInt": [-1],
    "uri": ["", "a b", "urn:uuid:1", "urn:oid:x"],
    "url": ["a b"],
    "uuid": ["urn:uuid:2A3D6F63-4F0A-4D3B-9C11-0A6D55D2F2A1"],
}


def verdict(kind: str, value: Any) -> bool:
    name = f"value{kind[0].upper()}{kind[1:]}"
    extension = {"url": "http://example.org/x", name: value}
    return not errors(validate(patient(extension=[extension])))


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in GOOD.items() for value in values])
def test_accepted(kind: str, value: Any) -> None:
    assert verdict(kind, value)


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in BAD.items() for value in values])
def test_refused(kind: str, value: Any) -> None:
    assert not verdict(kind, value)


def test_numbers_that_keep_their_spelling_are_judged_by_value() -> None:
    text = b'{"resourceType":"Patient","extension":[{"url":"http://x.org","valueRange":{"low":{"value":%s},"high":{"value":2.0}}}]}'
    assert not errors(validate(parse(text % b"1e0")))
    assert [issue.rule for issue in errors(validate(parse(text % b"1e2")))] == ["rng-2"]
