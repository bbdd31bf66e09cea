"""What a person types, and the value it means."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.locale.texts import LANGUAGES
from ipt_fhir.questionnaires.entries import (
    LONGEST_TEXT,
    Entry,
    Unread,
    UnreadKind,
    entry_of,
    option_keys,
    read_entry,
    same_answer,
    words,
)
from ipt_fhir.questionnaires.filling import Shown
from ipt_fhir.questionnaires.form import ItemType, Limits, Option, Value
from tests.questionnaires.shown import question, shown

MILLIGRAM = {"system": "http://unitsofmeasure.org", "code": "mg", "display": "milligram"}
GRAM = {"system": "http://unitsofmeasure.org", "code": "g", "display": "gram"}


def item(kind: ItemType, **parts: object) -> Shown:
    return shown(question(kind, "x", **parts))


def read(kind: ItemType, typed: str, beside: str = "", **parts: object) -> Value | None:
    return read_entry(item(kind, **parts), Entry(typed, beside))


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (ItemType.BOOLEAN, "true", Value("valueBoolean", True)),
        (ItemType.BOOLEAN, "false", Value("valueBoolean", False)),
        (ItemType.INTEGER, " -12 ", Value("valueInteger", -12)),
        (ItemType.INTEGER, "2147483647", Value("valueInteger", 2147483647)),
        (ItemType.DECIMAL, "3.50", Value("valueDecimal", Decimal("3.50"))),
        (ItemType.DECIMAL, "3,5", Value("valueDecimal", Decimal("3.5"))),
        (ItemType.DECIMAL, "0,125", Value("valueDecimal", Decimal("0.125"))),
        (ItemType.DECIMAL, "1500,125", Value("valueDecimal", Decimal("1500.125"))),
        (ItemType.DATE, "2026-03-02", Value("valueDate", "2026-03-02")),
        (ItemType.DATE, "2026-03", Value("valueDate", "2026-03")),
        (ItemType.DATE, "1987", Value("valueDate", "1987")),
        (ItemType.DATETIME, "2026-03-02", Value("valueDateTime", "2026-03-02")),
        (ItemType.TIME, "14:30", Value("valueTime", "14:30:00")),
        (ItemType.TIME, "14:30:15", Value("valueTime", "14:30:15")),
        (ItemType.STRING, " two  words ", Value("valueString", "two  words")),
        (ItemType.TEXT, "one\r\ntwo", Value("valueString", "one\ntwo")),
        (ItemType.STRING, "<script>alert(1)</script>", Value("valueString", "<script>alert(1)</script>")),
        (ItemType.URL, "https://example.org/a?b", Value("valueUri", "https://example.org/a?b")),
        (ItemType.OPEN_CHOICE, "something else", Value("valueString", "something else")),
        (ItemType.REFERENCE, "Dr ZZTEST", Value("valueReference", {"display": "Dr ZZTEST"})),
    ],
)
def test_an_entry_means_a_value_of_its_type(kind: ItemType, typed: str, value: Value) -> None:
    assert read(kind, typed) == value


@pytest.mark.parametrize("kind", [kind for kind in ItemType if kind.asks])
@pytest.mark.parametrize("typed", ["", "  ", "\r\n", "\x00"])
def test_an_empty_field_is_no_answer(kind: ItemType, typed: str) -> None:
    assert read(kind, typed) is None


@pytest.mark.parametrize(
    ("kind", "typed", "why"),
    [
        (ItemType.BOOLEAN, "yes", UnreadKind.YES_OR_NO),
        (ItemType.INTEGER, "1.5", UnreadKind.WHOLE_NUMBER),
        (ItemType.INTEGER, "2147483648", UnreadKind.WHOLE_NUMBER),
        (ItemType.INTEGER, "²", UnreadKind.WHOLE_NUMBER),
        (ItemType.DECIMAL, "1,000.5", UnreadKind.NUMBER),
        (ItemType.DECIMAL, "1e9", UnreadKind.NUMBER),
        (ItemType.DECIMAL, "NaN", UnreadKind.NUMBER),
        (ItemType.DECIMAL, "1,500", UnreadKind.COMMA),
        (ItemType.DECIMAL, "-120,000", UnreadKind.COMMA),
        (ItemType.QUANTITY, "1,500", UnreadKind.COMMA),
        (ItemType.DATE, "2026-02-30", UnreadKind.DATE),
        (ItemType.DATE, "2.3.2026", UnreadKind.DATE),
        (ItemType.DATE, "2026-W09-1", UnreadKind.DATE),
        (ItemType.TIME, "25:00", UnreadKind.TIME),
        (ItemType.TIME, "14h", UnreadKind.TIME),
        (ItemType.URL, "example.org", UnreadKind.ADDRESS),
        (ItemType.URL, "https://a b", UnreadKind.ADDRESS),
        (ItemType.URL, "http://[", UnreadKind.ADDRESS),
        (ItemType.TEXT, "x" * (LONGEST_TEXT + 1), UnreadKind.TOO_LONG),
        (ItemType.QUANTITY, "much", UnreadKind.NUMBER),
    ],
)
def test_an_entry_of_another_kind_is_refused_with_its_reason(kind: ItemType, typed: str, why: UnreadKind) -> None:
    """Bad input: wrong type, oversize."""
    with pytest.raises(Unread) as refused:
        read(kind, typed)
    assert refused.value.kind is why


def test_a_text_keeps_the_length_of_the_form() -> None:
    assert read(ItemType.STRING, "abc", limits=Limits(max_length=3)) == Value("valueString", "abc")
    with pytest.raises(Unread):
        read(ItemType.STRING, "abcd", limits=Limits(max_length=3))


def test_a_moment_carries_its_zone_and_comes_back_as_it_was_typed() -> None:
    """FHIR R4, datatypes: a dateTime with a time has a zone; the one of the clinic is that of the machine."""
    value = read(ItemType.DATETIME, "2026-07-02", "14:30")
    assert value is not None
    spelled = datetime.fromisoformat(value.content)
    assert spelled.tzinfo is not None
    assert spelled.astimezone().replace(tzinfo=None) == datetime(2026, 7, 2, 14, 30)  # noqa: DTZ001 - the clinic's own
    assert entry_of(value) == Entry("2026-07-02", "14:30")


@pytest.mark.parametrize(("day", "clock"), [("", "14:30"), ("2026-07", "14:30"), ("2026-07-02", "99:99")])
def test_a_time_needs_its_day(day: str, clock: str) -> None:
    with pytest.raises(Unread) as refused:
        read(ItemType.DATETIME, day, clock)
    assert refused.value.kind is UnreadKind.TIME


def test_a_quantity_takes_the_unit_of_the_form() -> None:
    coded = {"value": Decimal("2.5"), "unit": "milligram", "system": "http://unitsofmeasure.org", "code": "mg"}
    assert read(ItemType.QUANTITY, "2.5", unit=MILLIGRAM) == Value("valueQuantity", coded)
    assert read(ItemType.QUANTITY, "2.5", "mg", units=(GRAM, MILLIGRAM)) == Value("valueQuantity", coded)
    assert read(ItemType.QUANTITY, "", "mg", units=(GRAM, MILLIGRAM)) is None


@pytest.mark.parametrize("beside", ["kg", ""])
def test_the_only_unit_of_the_form_takes_no_other_ones_place(beside: str) -> None:
    """70 kg are not 70 mg, whether their unit was sent or left out."""
    weighed = shown(
        question(ItemType.QUANTITY, "x", unit=MILLIGRAM), Value("valueQuantity", {"value": 7, "unit": "kg"})
    )
    with pytest.raises(Unread) as refused:
        read_entry(weighed, Entry("70", beside))
    assert refused.value.kind is UnreadKind.UNIT
    taken = read_entry(weighed, Entry("70", "mg"))
    assert taken is not None
    assert taken.content["unit"] == "milligram"


def test_a_unit_of_ones_own_is_taken_where_the_form_says_so() -> None:
    value = {"value": Decimal(2), "unit": "drops"}
    assert read(ItemType.QUANTITY, "2", "drops", units=(GRAM, MILLIGRAM), unit_open=True) == Value(
        "valueQuantity", value
    )


@pytest.mark.parametrize("unit", ["", "kg"])
def test_a_quantity_without_one_of_the_offered_units_is_refused(unit: str) -> None:
    with pytest.raises(Unread) as refused:
        read(ItemType.QUANTITY, "2.5", unit, units=(GRAM, MILLIGRAM))
    assert refused.value.kind is UnreadKind.UNIT


def test_a_unit_may_be_typed_where_the_form_has_none() -> None:
    assert read(ItemType.QUANTITY, "2", "cups") == Value("valueQuantity", {"value": Decimal(2), "unit": "cups"})
    assert read(ItemType.QUANTITY, "2") == Value("valueQuantity", {"value": Decimal(2)})


moments = st.datetimes(datetime(1900, 1, 2), datetime(2100, 1, 1))  # noqa: DTZ001 - the clinic's own
entries = st.one_of(
    st.builds(lambda found: (ItemType.INTEGER, Entry(str(found))), st.integers(-(2**31), 2**31 - 1)),
    st.builds(
        lambda found: (ItemType.DECIMAL, Entry(f"{found:f}")),
        st.decimals(-(10**9), 10**9, places=4, allow_nan=False, allow_infinity=False),
    ),
    st.builds(lambda found: (ItemType.DATE, Entry(found.isoformat())), st.dates(date(1, 1, 1))),
    st.builds(lambda found: (ItemType.TIME, Entry(f"{found:%H:%M}")), st.times()),
    st.builds(lambda found: (ItemType.DATETIME, Entry(f"{found:%Y-%m-%d}", f"{found:%H:%M}")), moments),
    st.builds(lambda found: (ItemType.BOOLEAN, Entry(found)), st.sampled_from(["true", "false"])),
)


@given(entries)
def test_what_was_read_stands_in_its_field_as_it_was_typed(case: tuple[ItemType, Entry]) -> None:
    """The law of both directions; without it a page sent twice would change an answer."""
    kind, entry = case
    value = read_entry(item(kind), entry)
    assert value is not None
    assert entry_of(value) == entry
    assert read_entry(item(kind), entry_of(value)) == value


@given(st.sampled_from([kind for kind in ItemType if kind.asks]), st.text(max_size=60), st.text(max_size=20))
def test_whatever_is_typed_means_a_value_or_is_refused_by_name(kind: ItemType, typed: str, beside: str) -> None:
    if kind in {ItemType.CHOICE, ItemType.ATTACHMENT}:
        return
    with suppress(Unread):
        value = read(kind, typed, beside)
        assert value is None or value.member.startswith("value")


def test_every_reason_has_its_sentence_in_every_language() -> None:
    assert all(words(kind, language) for kind in UnreadKind for language in LANGUAGES)


@pytest.mark.parametrize("spelled", ["2026-02-30T99:00:00Z", "0001-01-01T00:00:00+14:00", "soon", "2026-07"])
def test_a_moment_nobody_can_read_is_shown_as_it_is(spelled: str) -> None:
    """Drafts and charts hold what others wrote."""
    assert entry_of(Value("valueDateTime", spelled)).text == spelled


def test_options_are_named_by_code_and_by_system_where_two_share_a_code() -> None:
    def coded(system: str, code: str) -> Option:
        return Option(value=Value("valueCoding", {"system": system, "code": code}), display=code)

    text = Option(value=Value("valueString", "often"), display="often")
    number = Option(value=Value("valueInteger", 3), display="3")
    person = Option(value=Value("valueReference", {"reference": "Patient/1"}), display="ZZTEST")
    assert option_keys([coded("a", "1"), coded("b", "1"), coded("a", "2"), text, number, person]) == (
        "a|1",
        "b|1",
        "2",
        "often",
        "3",
        "Patient",
    )


def test_codings_are_the_same_by_system_and_code_whatever_they_are_called() -> None:
    one, other = {"system": "a", "code": "1", "display": "One"}, {"system": "a", "code": "1", "display": "Eins"}
    assert same_answer(Value("valueCoding", one), Value("valueCoding", other))
    assert not same_answer(Value("valueCoding", one), Value("valueCoding", one | {"system": "b"}))
    assert same_answer(Value("valueDecimal", Decimal("1.0")), Value("valueDecimal", Decimal("1.00")))
    assert not same_answer(Value("valueString", "1"), Value("valueInteger", 1))


def test_the_clinics_zone_decides_what_a_stored_moment_reads_as() -> None:
    stored = datetime(2026, 7, 2, 12, 0, tzinfo=UTC)
    here = stored.astimezone()
    assert entry_of(Value("valueDateTime", stored.isoformat())) == Entry(
        here.date().isoformat(), time.isoformat(here.timetz().replace(tzinfo=None), "minutes")
    )
    later = stored + timedelta(seconds=5)
    assert entry_of(Value("valueDateTime", later.isoformat())).beside.endswith(":05")
