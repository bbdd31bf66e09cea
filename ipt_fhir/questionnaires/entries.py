"""What a person types for an item and the value it means, both ways.

A page has fields of text. Dates are spelled as FHIR spells them, which is what a date field of a browser sends; a
number may have a comma or a point, as long as the comma cannot mean a thousand; a time of day is the clinic's own,
which is that of the machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ipt_fhir.locale.texts import N_, text
from ipt_fhir.model.limits import clean_text
from ipt_fhir.questionnaires.filling import Shown
from ipt_fhir.questionnaires.form import ItemType, Option, Value
from ipt_fhir.rawjson import JsonObject, number

LONGEST_TEXT = 20_000
"""Characters one answer may have where the form names no length: a draft must not grow without end."""
_GREATEST = 2**31 - 1
_INTEGER = re.compile(r"[+-]?\d{1,10}")
_DECIMAL = re.compile(r"[+-]?\d{1,18}(?:[.,]\d{1,18})?")
# "1,500" is a thousand and more to one reader and a fraction to another; "0,125" and "1500,125" are fractions to all.
_THOUSAND_OR_FRACTION = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_PART_OF_A_DATE = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2]))?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,6})?)?")


class Entry(NamedTuple):
    """What stands in the fields of one answer; ``beside`` is the unit of a quantity or the time of a dateTime."""

    text: str
    beside: str = ""


class UnreadKind(StrEnum):
    """Why an entry cannot be taken."""

    WHOLE_NUMBER = "whole-number"
    NUMBER = "number"
    COMMA = "comma"
    DATE = "date"
    TIME = "time"
    ADDRESS = "address"
    YES_OR_NO = "yes-or-no"
    TOO_LONG = "too-long"
    NOT_OFFERED = "not-offered"
    TOO_MANY = "too-many"
    EXCLUSIVE = "exclusive"
    UNIT = "unit"
    FILE_TOO_LARGE = "file-too-large"
    FILE_KIND = "file-kind"
    NO_SUCH_ITEM = "no-such-item"
    NOT_TYPED = "not-typed"


_SENTENCES = {
    UnreadKind.WHOLE_NUMBER: N_("Enter a whole number, such as 12."),
    UnreadKind.NUMBER: N_("Enter a number, such as 12 or 3.5."),
    UnreadKind.COMMA: N_(
        "Write this number without a comma: 1500 for one and a half thousand, 1.5 for one and a half."
    ),
    UnreadKind.DATE: N_("Enter a full date, or a year and month, such as 2026-03."),
    UnreadKind.TIME: N_("Enter a time of day, such as 14:30, beside its date."),
    UnreadKind.ADDRESS: N_("Enter a web address, such as https://example.org."),
    UnreadKind.YES_OR_NO: N_("Choose yes or no."),
    UnreadKind.TOO_LONG: N_("This is longer than the answer may be. Please shorten it."),
    UnreadKind.NOT_OFFERED: N_("This is not one of the answers. Choose again."),
    UnreadKind.TOO_MANY: N_("These are more answers than the question takes."),
    UnreadKind.EXCLUSIVE: N_("One of these answers excludes all others. Choose it alone, or the others."),
    UnreadKind.UNIT: N_("Choose a unit beside the number."),
    UnreadKind.FILE_TOO_LARGE: N_("This file is larger than the form allows. It was not taken."),
    UnreadKind.FILE_KIND: N_("The form does not take files of this kind. It was not taken."),
    UnreadKind.NO_SUCH_ITEM: N_("This page sent an answer to a question that the form does not have. Open it again."),
    UnreadKind.NOT_TYPED: N_("The form fills this in itself. What was sent for it was not taken."),
}


class Unread(ValueError):
    """An entry means no value of its item's type; nobody's data is in the message."""

    def __init__(self, kind: UnreadKind) -> None:
        super().__init__(kind.value)
        self.kind = kind


def words(kind: UnreadKind, language: str = "en") -> str:
    """The problem as one sentence for the person at the form."""
    return text(_SENTENCES[kind], language)


def read_entry(shown: Shown, entry: Entry) -> Value | None:
    """The value of an entry; None when nothing was typed. Raises Unread.

    Not for choices and attachments, see ``fields``. An open choice reads words, a reference the name of what is meant.
    """
    typed = clean_text(entry.text)
    if not typed and (not entry.beside or shown.item.type is ItemType.QUANTITY):
        return None
    if len(typed) > (shown.limits.max_length or LONGEST_TEXT):
        raise Unread(UnreadKind.TOO_LONG)
    return _READERS[shown.item.type](shown, Entry(typed, entry.beside.strip()))


def entry_of(value: Value) -> Entry:
    """How a value stands in its fields; ``read_entry`` gives it back."""
    content = value.content
    match value.member:
        case "valueBoolean":
            return Entry("true" if content else "false")
        case "valueDateTime":
            return _moment_entry(str(content))
        case "valueTime":
            return Entry(str(content).removesuffix(":00") if str(content).count(":") > 1 else str(content))
        case "valueQuantity":
            unit = content.get("code") or content.get("unit") or ""
            return Entry(_plain(content["value"]) if "value" in content else "", str(unit))
        case "valueCoding":
            return Entry(str(content.get("display") or content.get("code") or ""))
        case "valueReference":
            return Entry(str(content.get("display") or content.get("reference") or ""))
        case "valueAttachment":
            return Entry(str(content.get("title") or content.get("url") or ""))
        case "valueDecimal" | "valueInteger":
            return Entry(_plain(content))
    return Entry(str(content))


def option_keys(options: Sequence[Option]) -> tuple[str, ...]:
    """A short name for each option, for the field it is sent in: its code, with the system where two share a code.

    A reference is named by its type, so that no page carries an id where none is needed.
    """
    short = [_short_key(option.value) for option in options]
    return tuple(
        key if short.count(key) == 1 or option.value.member != "valueCoding" else _full_key(option.value.content)
        for key, option in zip(short, options, strict=True)
    )


def same_answer(one: Value, other: Value) -> bool:
    """Whether two values are one answer: codings by system and code, because displays differ between publishers."""
    if one.member != other.member:
        return False
    left, right = one.content, other.content
    if one.member == "valueCoding" and ("code" in left or "code" in right):
        return (left.get("system"), left.get("code")) == (right.get("system"), right.get("code"))
    if one.member == "valueReference" and ("reference" in left or "reference" in right):
        return bool(left.get("reference") == right.get("reference"))
    return bool(number(left) == number(right))


def units_of(shown: Shown) -> tuple[JsonObject, ...]:
    """The units a quantity may be given in; none when any may be typed."""
    item = shown.item
    return shown.units or ((item.unit,) if item.unit else ())


def unit_key(unit: JsonObject) -> str:
    """The name of a unit in its field."""
    return str(unit.get("code") or unit.get("display") or unit.get("unit") or "")


def _yes_or_no(_shown: Shown, entry: Entry) -> Value:
    if entry.text not in {"true", "false"}:
        raise Unread(UnreadKind.YES_OR_NO)
    return Value("valueBoolean", entry.text == "true")


def _whole_number(_shown: Shown, entry: Entry) -> Value:
    if not _INTEGER.fullmatch(entry.text) or not -_GREATEST - 1 <= int(entry.text) <= _GREATEST:
        raise Unread(UnreadKind.WHOLE_NUMBER)
    return Value("valueInteger", int(entry.text))


def _number(_shown: Shown, entry: Entry) -> Value:
    return Value("valueDecimal", _decimal(entry.text))


def _decimal(typed: str) -> Decimal:
    if not _DECIMAL.fullmatch(typed):
        raise Unread(UnreadKind.NUMBER)
    if _THOUSAND_OR_FRACTION.fullmatch(typed):
        raise Unread(UnreadKind.COMMA)
    return Decimal(typed.replace(",", "."))


def _day(_shown: Shown, entry: Entry) -> Value:
    return Value("valueDate", _date(entry.text))


def _date(typed: str) -> str:
    """A date of FHIR: a year, a month, or a day that exists."""
    if _PART_OF_A_DATE.fullmatch(typed):
        return typed
    if not _DAY.fullmatch(typed):
        raise Unread(UnreadKind.DATE)
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError as wrong:
        raise Unread(UnreadKind.DATE) from wrong


def _moment(_shown: Shown, entry: Entry) -> Value:
    """A day, or a day with a time in the clinic's zone: FHIR wants the zone with every time."""
    if not entry.beside:
        return Value("valueDateTime", _date(entry.text))
    try:
        day = date.fromisoformat(entry.text if _DAY.fullmatch(entry.text) else "")
        naive = datetime.combine(day, time.fromisoformat(_time_of_day(entry.beside)))
        return Value("valueDateTime", naive.astimezone().isoformat())
    except (ValueError, OverflowError) as wrong:
        raise Unread(UnreadKind.TIME) from wrong


def _moment_entry(spelled: str) -> Entry:
    try:
        if "T" not in spelled:
            return Entry(spelled)
        found = datetime.fromisoformat(spelled).astimezone()
    except (ValueError, OverflowError):
        return Entry(spelled)
    clock = found.strftime("%H:%M:%S").removesuffix(":00")
    return Entry(found.date().isoformat(), clock)


def _time(_shown: Shown, entry: Entry) -> Value:
    return Value("valueTime", _time_of_day(entry.text))


def _time_of_day(typed: str) -> str:
    """HH:MM:SS, as FHIR's time has seconds; a field of a browser sends them only when they are not 0."""
    found = _TIME.fullmatch(typed)
    try:
        time.fromisoformat(typed)
    except ValueError as wrong:
        raise Unread(UnreadKind.TIME) from wrong
    if found is None:
        raise Unread(UnreadKind.TIME)
    return found[1] + (found[2] or ":00")


def _text(_shown: Shown, entry: Entry) -> Value:
    return Value("valueString", entry.text)


def _name(_shown: Shown, entry: Entry) -> Value:
    return Value("valueReference", {"display": entry.text})


def _address(_shown: Shown, entry: Entry) -> Value:
    try:
        whole = urlsplit(entry.text).scheme and not re.search(r"\s", entry.text)
    except ValueError as wrong:
        raise Unread(UnreadKind.ADDRESS) from wrong
    if not whole:
        raise Unread(UnreadKind.ADDRESS)
    return Value("valueUri", entry.text)


def _quantity(shown: Shown, entry: Entry) -> Value:
    amount, units = _decimal(entry.text), units_of(shown)
    content: dict[str, Any] = {"value": amount}
    # A unit of one's own may be typed where the form says so, and where nobody could read the list.
    chosen = next((unit for unit in units if unit_key(unit) == entry.beside), None)
    if not units or (chosen is None and shown.item.unit_open and entry.beside):
        return Value("valueQuantity", content | ({"unit": entry.beside} if entry.beside else {}))
    if len(units) == 1 and not entry.beside and not _has_another_unit(shown, units[0]):
        chosen = units[0]
    if chosen is None:
        raise Unread(UnreadKind.UNIT)
    spelled = {"unit": chosen.get("display") or chosen.get("unit"), "system": chosen.get("system")}
    return Value("valueQuantity", content | {name: kept for name, kept in spelled.items() if kept} | _code_of(chosen))


def _has_another_unit(shown: Shown, unit: JsonObject) -> bool:
    """Whether an amount stands there in another unit, which nobody may take for the only one the form has."""
    return any(entry_of(answer.value).beside not in {"", unit_key(unit)} for answer in shown.answers)


def _code_of(unit: JsonObject) -> JsonObject:
    return {"code": unit["code"]} if "code" in unit else {}


def _plain(value: Any) -> str:
    found = number(value)
    return f"{found:f}" if isinstance(found, Decimal) else str(found)


def _short_key(value: Value) -> str:
    content = value.content
    if value.member == "valueCoding":
        return str(content.get("code") or content.get("display") or "")
    if value.member == "valueReference":
        return str(content.get("reference", "")).partition("/")[0] or str(content.get("display", ""))
    return entry_of(value).text


def _full_key(coding: JsonObject) -> str:
    return f"{coding.get('system', '')}|{coding.get('code', '')}"


_READERS: dict[ItemType, Callable[[Shown, Entry], Value]] = {
    ItemType.BOOLEAN: _yes_or_no,
    ItemType.INTEGER: _whole_number,
    ItemType.DECIMAL: _number,
    ItemType.DATE: _day,
    ItemType.DATETIME: _moment,
    ItemType.TIME: _time,
    ItemType.STRING: _text,
    ItemType.TEXT: _text,
    ItemType.OPEN_CHOICE: _text,
    ItemType.REFERENCE: _name,
    ItemType.URL: _address,
    ItemType.QUANTITY: _quantity,
}
