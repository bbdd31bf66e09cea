"""Spoil a good resource in one known way. The same seed gives the same mutants, whoever asks.

Each kind is a function that changes the resource in place and answers where, or None where it has nothing to spoil.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from ipt_fhir import rawjson
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.generation.structure import is_primitive
from ipt_fhir.validation.generation.targets import target_types
from tests.validation.breaking import BREAKS
from tests.validation.spots import Spot, Whole, shelf, spots, wholes

Kind = Callable[[JsonObject, Random], str | None]

NOWHERE = "http://example.org/nowhere"
# One right value a type, for a second type of a choice and for members that are added.
SAMPLES: Mapping[str, Any] = {
    "string": "x",
    "boolean": True,
    "integer": 1,
    "dateTime": "2026-01-05",
    "date": "2026-01-05",
    "code": "x",
    "uri": "http://example.org/x",
    "CodeableConcept": {"text": "x"},
    "Reference": {"display": "x"},
    "Quantity": {"value": 1},
    "Period": {"start": "2026-01-05"},
    "Range": {"low": {"value": 1}},
}
BAD: Mapping[str, tuple[Any, ...]] = {
    "base64Binary": ("a", "a b c"),
    "boolean": ("true", 1),
    "canonical": ("has space", "relative"),
    "code": (" padded", "two  spaces"),
    "date": ("2026-02-30", "2026-1-5", "05.01.2026", "2026-01-05T10:00:00Z"),
    "dateTime": ("2026-02-30", "2026-01-05T10:00:00", "2026-01-05T25:00:00Z", "2026-01-05 10:00", "today"),
    "decimal": ("1.5", True),
    "id": ("under_score", "x" * 65),
    "instant": ("2026-01-05", "2026-01-05T10:00:00"),
    "integer": (1.5, "1", 2**31),
    "markdown": (5, "a\u0000b"),
    "oid": ("1.2.3", "urn:oid:x"),
    "positiveInt": (0, -1, "1"),
    "string": (5, True, "a\u0001b"),
    "time": ("25:00:00", "10:00"),
    "unsignedInt": (-1, 1.5),
    "uri": ("has space", "urn:uuid:not-one"),
    "url": ("has space",),
    "uuid": ("urn:uuid:x",),
}
_COMPARED = {"start", "end", "authoredOn", "lastModified"}
_TARGETS = ("Medication/1", "Binary/1", "Patient/1", "Location/1", "Library/1")
_ODD_TEXTS = (
    "x",
    "2026",
    "2026-01",
    "2026-01-05T10:00:00.123+14:00",
    "2026-12-31T23:59:60Z",
    "0000-01-01",
    "http://example.org/a b",
    "http://example.org/a#b",
    "urn:uuid:6F0F5A5E-7B0E-5C0A-9A52-3D3F2F1D9B10",
    "urn:oid:1.2.840",
    "#",
    "Patient/1",
    "Patient/a_b",
    "Patient/1/_history/2",
    "http://example.org/Patient/1",
    "patient/1",
    " x",
    "x ",
    "a\tb",
    "a\nb",
    "\u00a0",
    "\u200b",
    "café \U0001f600",
    "completed",
    "active",
    "en",
    "text/plain",
    "08:30:00",
    "YWJj",
)
_ACTING = ("<script>alert(1)</script>", '<p onclick="x()">x</p>', '<a href="javascript:x()">x</a>', "<form>x</form>")


@dataclass(frozen=True)
class Mutant:
    """A spoilt (or, of a harmless kind, merely changed) resource; ``source`` names what it was made from.

    It is wrong in itself, or under the profile where there is one.
    """

    kind: str
    source: str
    place: str
    resource: JsonObject
    profile: str | None = None


def mutants(good: Mapping[str, JsonObject], count: int, seed: int, kinds: Sequence[str]) -> Iterator[Mutant]:
    """That many mutants, the kinds in turn, each of a good resource: a type is drawn, then one of that type."""
    chance = Random(seed)
    names: dict[str, list[str]] = {}
    for name in sorted(good):
        names.setdefault(good[name]["resourceType"], []).append(name)
    for number in range(count):
        yield _of_kind(kinds[number % len(kinds)], good, names, chance)


def _of_kind(kind: str, good: Mapping[str, JsonObject], names: Mapping[str, list[str]], chance: Random) -> Mutant:
    while True:
        source = chance.choice(names[chance.choice(sorted(names))])
        resource = rawjson.copy(good[source])
        place = ALL[kind](resource, chance)
        if place is not None:
            return Mutant(kind, source, place, resource)


def _one(found: Sequence[Any], chance: Random) -> Any:
    return chance.choice(found) if found else None


def _required_removed(resource: JsonObject, chance: Random) -> str | None:
    found = [
        (whole, element)
        for whole in wholes(resource)
        for element in whole.element.children.values()
        if element.smallest and any(name in whole.members for name in element.json_names)
    ]
    if not found:
        return None
    whole, element = chance.choice(found)
    for name in element.json_names:
        whole.members.pop(name, None)
    return f"{whole.place}.{element.name}"


def _code_changed(resource: JsonObject, chance: Random) -> str | None:
    spot: Spot | None = _one([item for item in spots(resource) if item.element.required_value_set], chance)
    if spot is None or spot.code not in {"code", "Coding", "CodeableConcept"}:
        return None
    coding = {"system": NOWHERE, "code": "no-such-code"}
    spot.put({"code": "no-such-code", "Coding": coding, "CodeableConcept": {"coding": [coding]}}[spot.code])
    return spot.place


def _choice_doubled(resource: JsonObject, chance: Random) -> str | None:
    found = [spot for spot in spots(resource) if spot.element.is_choice]
    spot: Spot | None = _one(found, chance)
    if spot is None:
        return None
    others = [name for name, kind in spot.element.names.items() if name != spot.name and kind["code"] in SAMPLES]
    other = _one(others, chance)
    if other is None:
        return None
    spot.holder[other] = SAMPLES[spot.element.names[other]["code"]]
    return f"{spot.place} and {other}"


def _type_swapped(resource: JsonObject, chance: Random) -> str | None:
    spot: Spot = chance.choice(spots(resource))
    swaps: dict[type, Any] = {str: 5, bool: "true", int: "1", dict: "x"}
    spot.put(swaps.get(type(spot.first), {"foo": 1}))
    return spot.place


def _array_swapped(resource: JsonObject, chance: Random) -> str | None:
    spot: Spot = chance.choice(spots(resource))
    spot.holder[spot.name] = spot.value[0] if isinstance(spot.value, list) else [spot.value]
    return spot.place


def _unknown_element(resource: JsonObject, chance: Random) -> str | None:
    whole: Whole = chance.choice(wholes(resource))
    whole.members[chance.choice(["unheardOf", "statuss", "_unheardOf", "resource_type"])] = "x"
    return whole.place


def _emptied(resource: JsonObject, chance: Random) -> str | None:
    spot: Spot = chance.choice(spots(resource))
    spot.holder[spot.name] = chance.choice([[], {}, "", None, [None], [""]])
    return spot.place


def _bad_primitive(resource: JsonObject, chance: Random) -> str | None:
    found = [spot for spot in spots(resource) if spot.code in BAD]
    kinds = sorted({spot.code for spot in found})
    if not kinds:
        return None
    code = chance.choice(kinds)
    spot: Spot = chance.choice([item for item in found if item.code == code])
    spot.put(chance.choice(BAD[code]))
    return f"{spot.place} ({code})"


def _wrong_target(resource: JsonObject, chance: Random) -> str | None:
    found = [
        (spot, allowed)
        for spot in spots(resource)
        if (allowed := target_types(shelf(), spot.element.names[spot.name])) and isinstance(spot.first, dict)
    ]
    if not found:
        return None
    spot, allowed = chance.choice(found)
    spot.put({"reference": chance.choice([name for name in _TARGETS if name.split("/")[0] not in allowed])})
    return spot.place


def _invariant_broken(resource: JsonObject, chance: Random) -> str | None:
    found = [(whole, key, spoil) for whole in wholes(resource) for key, spoil in BREAKS.get(whole.code, {}).items()]
    chance.shuffle(found)
    return next((f"{whole.place} ({key})" for whole, key, spoil in found if spoil(whole.members)), None)


def _orphan(resource: JsonObject, chance: Random) -> str | None:
    if resource["resourceType"] == "Bundle":
        return None
    orphan = {"resourceType": chance.choice(["Organization", "Patient"]), "id": "nobody-asks"}
    resource["contained"] = [*resource.get("contained", []), {**orphan, "active": True}]
    return "contained"


def _acting_narrative(resource: JsonObject, chance: Random) -> str | None:
    if resource["resourceType"] == "Bundle":
        return None
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">x{chance.choice(_ACTING)}</div>'
    resource["text"] = {"status": "generated", "div": div}
    return "text.div"


WRONG: Mapping[str, Kind] = {
    "required element removed": _required_removed,
    "required code changed": _code_changed,
    "choice doubled": _choice_doubled,
    "type swapped": _type_swapped,
    "array and scalar swapped": _array_swapped,
    "unknown element": _unknown_element,
    "emptied": _emptied,
    "bad primitive": _bad_primitive,
    "reference target of a wrong type": _wrong_target,
    "invariant broken": _invariant_broken,
    "contained orphan": _orphan,
    "narrative that acts": _acting_narrative,
}


def _with_extension(resource: JsonObject, chance: Random) -> str | None:
    found = [whole for whole in wholes(resource) if whole.code not in {"Extension", "Bundle"}]
    if not found:
        return None
    whole = chance.choice(found)
    code, value = chance.choice(list(SAMPLES.items()))
    extension = {"url": "http://example.org/extension", f"value{code[0].upper()}{code[1:]}": value}
    whole.members["extension"] = [*whole.members.get("extension", []), extension]
    return whole.place


def _with_element_id(resource: JsonObject, chance: Random) -> str | None:
    found = [whole for whole in wholes(resource) if "resourceType" not in whole.members and "id" not in whole.members]
    whole: Whole | None = _one(found, chance)
    if whole is None:
        return None
    whole.members["id"] = "marked"
    return whole.place


def _less_exact(resource: JsonObject, chance: Random) -> str | None:
    """A date that says the year only; not one that an invariant compares with another, which needs both as exact."""
    found = [
        spot
        for spot in spots(resource)
        if spot.code in {"date", "dateTime"} and spot.name not in _COMPARED and isinstance(spot.first, str)
    ]
    spot: Spot | None = _one(found, chance)
    if spot is None:
        return None
    spot.put(spot.first[:4])
    return spot.place


def _other_words(resource: JsonObject, chance: Random) -> str | None:
    found = [spot for spot in spots(resource) if spot.code in {"string", "markdown"} and is_primitive(spot.code)]
    spot: Spot | None = _one(
        [item for item in found if item.name in {"text", "display", "description", "title"}], chance
    )
    if spot is None:
        return None
    spot.put("Other words – “quoted”, <b>not</b> markup & no harm")
    return spot.place


HARMLESS: Mapping[str, Kind] = {
    "extension added": _with_extension,
    "id of an element added": _with_element_id,
    "date less exact": _less_exact,
    "other words": _other_words,
}


def _removed(resource: JsonObject, chance: Random) -> str | None:
    spot: Spot = chance.choice(spots(resource))
    del spot.holder[spot.name]
    return spot.place


def _item_doubled(resource: JsonObject, chance: Random) -> str | None:
    spot: Spot | None = _one([item for item in spots(resource) if isinstance(item.value, list)], chance)
    if spot is None:
        return None
    spot.value.append(rawjson.copy(chance.choice(spot.value)))
    return spot.place


def _value_moved(resource: JsonObject, chance: Random) -> str | None:
    """The value of one member put in the place of another one of the same type."""
    found = spots(resource)
    spot: Spot = chance.choice(found)
    others = [
        item for item in found if item.code == spot.code and item.place != spot.place and item.first != spot.first
    ]
    other: Spot | None = _one(others, chance)
    if other is None:
        return None
    spot.put(rawjson.copy(other.first))
    return f"{other.place} to {spot.place}"


def _odd_text(resource: JsonObject, chance: Random) -> str | None:
    spot: Spot | None = _one([item for item in spots(resource) if isinstance(item.first, str)], chance)
    if spot is None or spot.code == "xhtml":
        return None
    spot.put(chance.choice(_ODD_TEXTS))
    return f"{spot.place} ({spot.code})"


def _other_number(resource: JsonObject, chance: Random) -> str | None:
    spot: Spot | None = _one([item for item in spots(resource) if type(item.first) in {int, float, Decimal}], chance)
    if spot is None:
        return None
    spot.put(chance.choice([0, -1, 1, 7, 2**31 - 1, 2**31, Decimal("0.5"), Decimal("1.0"), Decimal("-0.25")]))
    return f"{spot.place} ({spot.code})"


WILD: Mapping[str, Kind] = {
    "element removed": _removed,
    "item of a list doubled": _item_doubled,
    "value moved": _value_moved,
    "odd text": _odd_text,
    "other number": _other_number,
}
"""Right or wrong as it happens: only another validator can say."""
ALL: Mapping[str, Kind] = {**WRONG, **HARMLESS, **WILD}
