"""What an answer must keep: limits as the form states them, and patterns (decision-D55)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.form import Effect, Limits, Value
from ipt_fhir.questionnaires.patterns import PatternRefused, matches
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.forms import extension, form_of, item

KG = {"value": Decimal(300), "unit": "kg"}


def limits(kind: str, *extensions: JsonObject, **members: Any) -> Limits:
    form = form_of(item("a", kind, extension=list(extensions), **members))
    assert form.unsupported == ()
    return form.items[0].limits


@pytest.mark.parametrize(
    ("kind", "held", "name", "expected"),
    [
        ("string", extension(Known.MIN_LENGTH, valueInteger=2), "min_length", 2),
        ("decimal", extension(Known.MAX_DECIMAL_PLACES, valueInteger=2), "max_decimal_places", 2),
        ("integer", extension(Known.MIN_VALUE, valueInteger=0), "least", Value("valueInteger", 0)),
        ("date", extension(Known.MAX_VALUE, valueDate="2030-01-01"), "most", Value("valueDate", "2030-01-01")),
        ("quantity", extension(Known.MIN_QUANTITY, valueQuantity=KG), "least", Value("valueQuantity", KG)),
        ("quantity", extension(Known.MAX_QUANTITY, valueQuantity=KG), "most", Value("valueQuantity", KG)),
        ("string", extension(Known.MIN_OCCURS, valueInteger=1), "min_occurs", 1),
        ("string", extension(Known.MAX_OCCURS, valueInteger=3), "max_occurs", 3),
        ("attachment", extension(Known.MAX_SIZE, valueDecimal=Decimal("1e3")), "max_size", Decimal(1000)),
        ("attachment", extension(Known.MIME_TYPE, valueCode="image/png"), "mime_types", ("image/png",)),
        ("reference", extension(Known.REFERENCE_RESOURCE, valueCode="Patient"), "reference_types", ("Patient",)),
    ],
)
def test_a_limit_is_read(kind: str, held: JsonObject, name: str, expected: object) -> None:
    assert getattr(limits(kind, held), name) == expected


def test_the_longest_answer_and_the_hint_for_typing_are_read() -> None:
    (read,) = form_of(item("a", maxLength=20, extension=[extension(Known.ENTRY_FORMAT, valueString="nn-nn")])).items
    assert (read.limits.max_length, read.entry_format) == (20, "nn-nn")


def test_an_item_that_says_nothing_has_no_limits() -> None:
    assert limits("string") == Limits()


@pytest.mark.parametrize(
    ("pattern", "words", "expected"),
    [
        (r"[0-9]{4}", "1234", True),
        (r"[0-9]{4}", "12345", False),
        (r"a|ab", "ab", True),
        (r"^\d+$", "12\n", False),
        (r"\p{L}+", "Zürich", True),
    ],
)
def test_a_pattern_is_matched_as_a_whole(pattern: str, words: str, expected: bool) -> None:
    form = form_of(item("a", extension=[extension(Known.REGEX, valueString=pattern)]))
    assert form.items[0].limits.regex == pattern
    assert matches(pattern, words) is expected


@pytest.mark.parametrize(
    "pattern", [r"(?=.*\d).+", r"(a)\1", r"(?<!x)y", r"[a-", "a" * 501, "(((a{1,900}){1,900}){1,900})"]
)
def test_a_pattern_that_cannot_be_matched_in_linear_time_makes_the_form_read_only(pattern: str) -> None:
    form = form_of(item("a", extension=[extension(Known.REGEX, valueString=pattern)]))
    assert [(found.name, found.effect) for found in form.unsupported] == [
        (f"{Known.REGEX}: {pattern}", Effect.READ_ONLY)
    ]
    assert form.items[0].limits.regex is None
    with pytest.raises(PatternRefused):
        matches(pattern, "a")


def test_a_pattern_that_stops_a_backtracking_engine_is_matched_at_once() -> None:
    assert not matches(r"(a+)+b", "a" * 5_000)
