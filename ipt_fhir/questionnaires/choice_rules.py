"""Whether an answer is one of those that may be chosen, and an amount in one of the units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.findings import Finding, FindingKind, Place
from ipt_fhir.questionnaires.form import FormItem, ItemType, Option, Value
from ipt_fhir.rawjson import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What may be chosen for an item: ``options``, and ``units`` for a quantity; both empty where anything goes.

    None stands for a value set that nobody at hand can expand; ``named`` and ``units_named`` are the addresses of sets.
    """

    options: tuple[Option, ...] | None = ()
    named: str = ""
    units: tuple[JsonObject, ...] | None = ()
    units_named: str = ""


def check_choice(item: FormItem, value: Value, choices: Choices, place: Place) -> Iterator[Finding]:
    """Whether a value is one of the choices of its item."""
    if choices.options is None:
        yield place.found(FindingKind.CHOICES_UNKNOWN, choices.named)
    elif item.type is ItemType.OPEN_CHOICE and value.member == "valueString":
        if _reads_like_a_choice(value.content, choices.options):
            yield place.found(FindingKind.LIKE_A_CHOICE)
    elif not choices.options and not choices.named:
        yield place.found(FindingKind.NO_CHOICES)
    elif not any(is_same(value, option.value) for option in choices.options):
        if choices.named and _has_no_system(value) and _is_known_code(value.content, choices.options):
            yield place.found(FindingKind.NO_SYSTEM)
        else:
            yield place.found(FindingKind.NOT_OFFERED)


def check_unit(quantity: JsonObject, choices: Choices, place: Place) -> Iterator[Finding]:
    """Whether an amount is in one of the units of its item."""
    if choices.units is None:
        yield place.found(FindingKind.CHOICES_UNKNOWN, choices.units_named)
    elif choices.units or choices.units_named:
        given = (quantity.get("system"), quantity.get("code"))
        if not any(given == (unit.get("system"), unit.get("code")) for unit in choices.units):
            named = ", ".join(str(unit.get("display", unit.get("code", ""))) for unit in choices.units)
            yield place.found(FindingKind.OTHER_UNIT, choices.units_named or named)


def is_same(given: Value, offered: Value) -> bool:
    """Codings are the same by system and code, for displays differ between publishers; references by what they name."""
    if given.member != offered.member:
        return False
    if not isinstance(given.content, dict) or not isinstance(offered.content, dict):
        return rawjson.equal(given.content, offered.content)
    if given.member == "valueCoding":
        one, other = given.content, offered.content
        return bool(one.get("code") == other.get("code") and one.get("system") == other.get("system"))
    if given.member == "valueReference":
        return bool(given.content.get("reference") == offered.content.get("reference"))
    return rawjson.equal(given.content, offered.content)


def _has_no_system(value: Value) -> bool:
    return value.member == "valueCoding" and "system" not in value.content


def _is_known_code(coding: JsonObject, options: Sequence[Option]) -> bool:
    known = [option.value.content for option in options if option.value.member == "valueCoding"]
    return any(coding.get("code") == content.get("code") for content in known)


def _reads_like_a_choice(words: str, options: Sequence[Option]) -> bool:
    codings = (option.value.content for option in options if option.value.member == "valueCoding")
    known = {str(coding.get(name)).casefold() for coding in codings for name in ("code", "display") if name in coding}
    return words.casefold() in known
