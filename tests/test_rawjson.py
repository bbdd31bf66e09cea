"""Reading and writing JSON without changing it, and refusing what is hostile."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.rawjson import JsonRefused, Limits, Spelled

SPELLINGS = ["1", "1.0", "1.50", "1e2", "1.50E-3", "0.00000010", "-0.0", "1E400", "12345678901234567890.123", "0.10"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_number_is_written_as_it_was_read(spelling: str) -> None:
    assert rawjson.write(rawjson.parse(f"[{spelling}]".encode())) == f"[{spelling}]".encode()


@given(st.decimals(allow_nan=False, allow_infinity=False), st.integers(0, 6))
def test_any_decimal_keeps_its_spelling(value: Decimal, zeros: int) -> None:
    text = f"{value:f}"
    text = text + "." + "0" * (zeros + 1) if "." not in text else text + "0" * zeros
    if sum(map(str.isdigit, text)) <= Limits().digits:
        assert rawjson.write(rawjson.parse(f"[{text}]".encode())) == f"[{text}]".encode()


_TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=25,
)


@given(_TREES)
def test_any_tree_survives(tree: object) -> None:
    assert rawjson.parse(rawjson.write(tree)) == tree


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"[" * 5000, "nested deeper"),
        (b'{"a":1,"a":2}', "same name"),
        (b'{"a":{"b":1,"c":[],"b":[{}]}}', "same name"),
        (b"[NaN]", "not JSON"),
        (b"[Infinity]", "not JSON"),
        (b"[" + b"9" * 5000 + b"]", "digits"),
        (b'["\\ud800"]', "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        ("{}".encode("utf-16"), "not JSON"),
        (b'{"a":1} trailing', "not JSON"),
        (b"", "not JSON"),
    ],
    ids=[
        "depth",
        "duplicate",
        "nested-duplicate",
        "nan",
        "infinity",
        "digits",
        "surrogate",
        "bom",
        "utf-16",
        "tail",
        "empty",
    ],
)
def test_hostile_or_ambiguous_text_is_refused(text: bytes, says: str) -> None:
    """attack-A50, attack-A53."""
    with pytest.raises(JsonRefused, match=says):
        rawjson.parse(text)


def test_limits_count_before_parsing() -> None:
    """attack-A54, attack-A55."""
    with pytest.raises(JsonRefused, match="larger than"):
        rawjson.parse(b'"' + b"x" * 100 + b'"', Limits(size=50))
    with pytest.raises(JsonRefused, match="more than"):
        rawjson.parse(b"[1,2,3,4,5,6]", Limits(nodes=5))


@given(st.integers(0, 40), st.integers(1, 60), st.booleans(), st.sampled_from([3, 12, 30]))
def test_a_number_of_too_many_digits_is_found_wherever_it_stands(
    before: int, digits: int, quoted: bool, most: int
) -> None:
    quote = '"' if quoted else ""
    text = f'{{"{"a" * before}":[1,{quote}{"7" * digits}{quote},"\\\\"]}}'.encode()
    if digits > most and not quoted:
        with pytest.raises(JsonRefused, match="digits"):
            rawjson.parse(text, Limits(digits=most))
    else:
        rawjson.parse(text, Limits(digits=most))


_STRINGS = st.text(st.sampled_from('a"\\{}[]:, 1'), max_size=8)


@given(st.recursive(_STRINGS, lambda inner: st.lists(inner) | st.dictionaries(_STRINGS, inner), max_leaves=12))
def test_depth_is_counted_outside_strings_whatever_they_hold(tree: object) -> None:
    """attack-A54: quotes, backslashes and brackets in strings neither hide nesting nor pretend it."""
    depth = depth_of(tree)
    assert rawjson.parse(rawjson.write(tree), Limits(depth=depth)) == tree
    if depth:
        with pytest.raises(JsonRefused, match="nested deeper"):
            rawjson.parse(rawjson.write(tree), Limits(depth=depth - 1))


def depth_of(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


def test_brackets_and_colons_inside_strings_do_not_count() -> None:
    assert rawjson.parse(b'{"a":"[[[[{:\\"\\\\"}', Limits(depth=1)) == {"a": '[[[[{:"\\'}


def test_equal_compares_by_value_and_not_by_spelling() -> None:
    assert rawjson.equal(rawjson.parse(b'{"a":1.0,"b":[1e2]}'), rawjson.parse(b'{"b":[100],"a":1.00}'))
    assert not rawjson.equal(True, 1)
    assert not rawjson.equal({"a": 1}, {"a": 1, "b": None})
    assert rawjson.equal(Spelled("1e2"), 100)
