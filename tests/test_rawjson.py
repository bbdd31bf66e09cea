"""Reading and writing JSON without changing it, and refusing what is hostile."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
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


_NAMES = st.sampled_from(["a", "b", ":", '":', "{[", "\\", "\\u003a", 'é"', "\n"])
_SPELLED_NAMES = st.builds(lambda name, plain: json.dumps(name, ensure_ascii=plain), _NAMES, st.booleans())
_SPACES = st.sampled_from(["", "", " ", "\n  "])


@st.composite
def _texts(draw: st.DrawFn, depth: int = 4) -> str:
    """JSON text as somebody else may write it: white space, escapes, the same name twice."""
    space = draw(_SPACES)
    kind = draw(st.sampled_from("{[n")) if depth else "n"
    if kind == "n":
        return draw(_SPELLED_NAMES | st.sampled_from(["1", "1.50", "null", '"\\u003a"', '"\\u007b"', '"\\\\\\":"']))
    count = draw(st.integers(0, 3))
    items = [draw(_texts(depth - 1)) for _ in range(count)]
    if kind == "[":
        return f"[{space}{f'{space},'.join(items)}]"
    named = (f"{draw(_SPELLED_NAMES)}{space}:{space}{item}" for item in items)
    return "{" + f",{space}".join(named) + space + "}"


class _Twice(ValueError):
    """A name stands twice, says the reference."""


def _only_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) != len(pairs):
        raise _Twice
    return dict(pairs)


@given(_texts())
@settings(max_examples=500)
def test_a_name_that_stands_twice_is_found_however_it_is_spelled(text: str) -> None:
    """attack-A53, held against the standard library, which can be asked for the pairs."""
    try:
        expected = json.loads(text, parse_float=Decimal, object_pairs_hook=_only_once)
    except _Twice:
        with pytest.raises(JsonRefused, match="same name"):
            rawjson.parse(text.encode())
    else:
        assert rawjson.parse(text.encode()) == expected


@given(_texts(), st.integers(1, 5))
@settings(max_examples=300)
def test_depth_and_values_are_counted_outside_strings_only(text: str, limit: int) -> None:
    """attack-A50: the limits say what a walk over the parsed value says."""
    value = json.loads(text, object_pairs_hook=lambda pairs: [item for _, item in pairs])
    assert ("deeper" in _refusal(text, Limits(depth=limit))) == (_depth(value) > limit)
    assert ("values" in _refusal(text, Limits(nodes=limit))) == (_values(value) > limit)


def _refusal(text: str, limits: Limits) -> str:
    try:
        rawjson.parse(text.encode(), limits)
    except JsonRefused as refused:
        return str(refused)
    return ""


def _depth(value: object) -> int:
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def _values(value: object) -> int:
    """Commas and openings: what the limit of values counts."""
    return max(1, len(value)) + sum(map(_values, value)) if isinstance(value, list) else 0


@pytest.mark.parametrize("place", ["[%s]", '{"a":%s}', '{"a":"\\\\",\n"b":[-%s]}', '["\\"", 0.%s]', "[1%se5]"])
def test_a_long_number_is_refused(place: str) -> None:
    """attack-A54: converting digits costs the square of their number."""
    with pytest.raises(JsonRefused, match="digits"):
        rawjson.parse((place % ("12345678901" * 3)).encode())


@pytest.mark.parametrize("place", range(12))
def test_the_limit_of_digits_holds_wherever_the_number_stands(place: int) -> None:
    for limit in (1, 4, 5, 9, 30):
        limits = Limits(digits=limit)
        assert rawjson.parse(b" " * place + b"[" + b"8" * limit + b"]", limits)
        with pytest.raises(JsonRefused, match="digits"):
            rawjson.parse(b" " * place + b"[" + b"8" * (limit + 1) + b"]", limits)


def test_a_long_text_of_digits_is_not_a_long_number() -> None:
    text = {"a": "1" * 400, "b": '\\"' + "2" * 400}
    assert rawjson.parse(rawjson.write(text)) == text


def test_nothing_is_written_longer_than_it_can_be_read() -> None:
    """The search for lost members rests on this: a text that comes out in full length has lost none."""
    for code in range(0x110000):
        if not 0xD800 <= code <= 0xDFFF:
            read = json.dumps(chr(code), ensure_ascii=False).encode()
            assert len(rawjson.write(chr(code))) <= len(read), hex(code)
    for spelling in (*SPELLINGS, "-0", "0", "-1", "18446744073709551616", "123456789012345678901234567890"):
        assert len(rawjson.write(rawjson.parse(spelling.encode()))) <= len(spelling)


def test_a_parser_that_gives_up_on_depth_is_a_refusal_too() -> None:
    """attack-A50: a caller may raise the limit above what the parser bears."""
    with pytest.raises(JsonRefused, match="deeper"):
        rawjson.parse(b"[" * 100_000 + b"]" * 100_000, Limits(depth=1_000_000))


_LEAVES = st.none() | st.booleans() | st.sampled_from([0, 1, Decimal("1.0"), Decimal("1.00"), Spelled("1e0"), "1", ""])
_SMALL = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)


@given(_SMALL, _SMALL)
@settings(max_examples=300)
def test_equal_says_what_comparing_value_by_value_says(left: object, right: object) -> None:
    assert rawjson.equal(left, right) == (_by_value(left) == _by_value(right))
    assert rawjson.equal(left, rawjson.copy(left))


def _by_value(value: object) -> object:
    if isinstance(value, dict):
        return {name: _by_value(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_by_value(item) for item in value]
    return (isinstance(value, bool), rawjson.number(value))


def test_what_no_text_can_hold_is_compared_all_the_same() -> None:
    assert rawjson.equal({"a": ["\ud800"]}, {"a": ["\ud800"]})
    assert not rawjson.equal({"a": "\ud800"}, {"a": "\ud801"})
