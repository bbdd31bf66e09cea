"""Strings, where the official cases say nothing."""

from __future__ import annotations

import pytest

from tests.questionnaires.expressions.answers import refusal, value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'abc'.substring(1, 1)", ["b"]),
        ("'abc'.substring(5)", []),
        ("'abc'.substring(-1)", []),
        ("{}.substring(0)", []),
        ("@2026-08-01.substring(0, 4)", ["2026"]),
        ("('a' | 'b').join()", ["ab"]),
        ("{}.join(',')", []),
        ("'a-b'.replaceMatches('(a)-(b)', '$2-$1')", ["b-a"]),
        (r"'a.b'.replaceMatches('[.]', '\\\\')", ["a\\\\b"]),
        ("'a1'.matches('[0-9]')", [True]),
        ("'a1'.matchesFull('[0-9]')", [False]),
        ("'line\\nline'.matches('e.l')", [True]),
        ("'a,b'.split(',')", ["a", "b"]),
        ("'x'.encode('rot13')", []),
        ("'abc'.contains('b') and 'abc'.startsWith('a')", [True]),
    ],
)
def test_a_text(expression: str, expected: list[object]) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize(
    "expression", ["1.length()", "('a' | 'b').upper()", "(1 | 2).join(',')", "'!!'.decode('base64')"]
)
def test_what_is_no_text_is_refused(expression: str) -> None:
    refusal(expression)
