"""Put elements of others all over a chart of ours, wherever R4 allows them, and find them again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.rawjson import JsonObject

Path = tuple[str | int, ...]
REFERENCES = ("goal", "addresses", "basedOn", "derivedFrom", "focus", "performer")


@dataclass(frozen=True)
class Planted:
    """Something of others: the resource and the names that lead to where it was put, and what it is, as tokens."""

    key: str
    names: tuple[str, ...]
    tokens: tuple[bytes, ...]


class Sprinkled:
    """A chart with elements of others in it, and the list of them; shown without the chart, which is long."""

    def __init__(self, chart: dict[str, JsonObject], planted: list[Planted]) -> None:
        self.chart = chart
        self.planted = planted

    def __repr__(self) -> str:
        return f"Sprinkled({self.planted})"


def tokens(value: Any) -> tuple[bytes, ...]:
    """The JSON text as tokens: what is equal here is spelled equally."""
    return tuple(re.findall(rb'"(?:[^"\\]|\\.)*"|[^\s"{}\[\],:]+|[{}\[\],:]', rawjson.write(value)))


def places(value: Any, path: Path = ()) -> list[Path]:
    """Every object and every list inside."""
    if isinstance(value, dict):
        return [path, *(place for name, item in value.items() for place in places(item, (*path, name)))]
    if isinstance(value, list):
        return [path, *(place for index, item in enumerate(value) for place in places(item, (*path, index)))]
    return []


def at(value: Any, path: Path) -> Any:
    """What stands at a place."""
    for step in path:
        value = value[step]
    return value


def everywhere(value: Any, names: tuple[str, ...]) -> list[Any]:
    """All that stands at these names, whatever the place in the lists between."""
    values = value if isinstance(value, list) else [value]
    for name in names:
        values = [item[name] for item in values if isinstance(item, dict) and name in item]
        values = [inner for item in values for inner in (item if isinstance(item, list) else [item])]
    return values


@st.composite
def sprinkled(draw: st.DrawFn, chart: Callable[[], dict[str, JsonObject]]) -> Sprinkled:
    """The chart with elements of others at random places."""
    found = {key: rawjson.copy(resource) for key, resource in chart().items()}
    planted: list[Planted] = []
    added: list[Any] = []
    for number in range(draw(st.integers(1, 12))):
        key = draw(st.sampled_from(sorted(found)))
        path = draw(st.sampled_from(_open_places(found[key], added)))
        names = tuple(step for step in path if isinstance(step, str))
        place = at(found[key], path)
        name, value = draw(_member(place, number)) if isinstance(place, dict) else ("", draw(_item(names, number)))
        if isinstance(place, list):
            place.insert(draw(st.integers(0, len(place))), value)
        elif name == "extension" and "extension" in place:
            place["extension"].insert(draw(st.integers(0, len(place["extension"]))), value[0])
            value = value[0]
        else:
            _insert(place, draw(st.integers(0, len(place))), name, value)
        added += _inside(value)
        value = value[0] if isinstance(value, list) else value
        planted.append(Planted(key, (*names, name) if name else names, tokens(value)))
    return Sprinkled(found, planted)


def is_kept(planted: Planted, chart: dict[str, JsonObject]) -> bool:
    """Whether it still stands under the same names, token by token."""
    return planted.tokens in [tokens(value) for value in everywhere(chart[planted.key], planted.names)]


def _open_places(resource: JsonObject, added: list[Any]) -> list[Path]:
    """Where others may put something: not into what was put there before, and no item into a completed form."""
    taken = {id(value) for value in added}
    found = [path for path in places(resource) if id(at(resource, path)) not in taken]
    return [path for path in found if not path or path[-1] not in {"item", "answer"}]


def _inside(value: Any) -> list[Any]:
    """The value with everything in it; kept alive, so that no other value gets its identity."""
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value, *(inner for member in members for inner in _inside(member))]


def _insert(place: JsonObject, index: int, name: str, value: Any) -> None:
    """At that place among the members: their order is the hospital's."""
    members = list(place.items())
    place.clear()
    place.update([*members[:index], (name, value), *members[index:]])


def _member(place: JsonObject, number: int) -> st.SearchStrategy[tuple[str, Any]]:
    """A member of an object: one nobody knows, an extension, the sibling of a primitive; notes on a resource."""
    extension = [{"url": f"urn:hospital:{number}", "valueDecimal": rawjson.parse(b"1.50")}]
    members: list[tuple[str, Any]] = [
        (f"theirs{number}", rawjson.parse(b'{"a":1e2,"b":["\\u00e9",null]}')),
        ("extension", extension),
        *((f"_{name}", {"extension": extension}) for name, value in place.items() if isinstance(value, str | bool)),
    ]
    if "resourceType" in place:
        members += [
            ("modifierExtension", extension),
            ("note", [{"time": "2026-01-05T10:00:00.120+00:00", "text": f"theirs {number}"}]),
            ("contained", [{"resourceType": "Goal", "id": f"g{number}", "weight": rawjson.parse(b"5.00")}]),
            ("language", "de-CH"),
        ]
    taken = place.keys() - {"extension"}
    return st.sampled_from([item for item in members if item[0] not in taken and item[0] != "_resourceType"])


def _item(names: tuple[str, ...], number: int) -> st.SearchStrategy[Any]:
    """An item of others for a list, such as R4 allows there."""
    said = f"theirs {number}"
    name = names[-1]
    offers: dict[str, list[Any]] = {
        "coding": [{"system": "urn:hospital", "code": f"t{number}"}],
        "extension": [{"url": f"urn:hospital:{number}", "valueString": said}],
        "identifier": [{"system": "urn:hospital", "value": said}],
        "category": [{"text": said}, {"coding": [{"system": "urn:hospital", "code": "x"}]}],
        "activity": [
            {"detail": {"status": "scheduled", "description": said}},
            {"reference": {"reference": f"Task/theirs-{number}"}},
            {"reference": {"reference": f"urn:uuid:0000000{number}-5b7d-4e8f-9a0b-000000000000"}},
            {"id": f"t{number}", "detail": {"status": "in-progress", "code": {"text": said}}},
        ],
        "progress": [{"text": said, "time": "2026-01-20T09:00:00Z"}],
        "target": [{"measure": {"text": said}, "dueDate": "2027-01-01"}],
        "profile": [f"http://hospital.example/StructureDefinition/p{number}"],
        "instantiatesCanonical": [f"http://hospital.example/PlanDefinition/p{number}"],
        "input": [{"type": {"text": said}, "valueString": "x"}],
        "output": [{"type": {"text": said}, "valueString": "x"}],
    }
    pointers = [
        {"display": said},
        {"reference": f"Condition/theirs-{number}"},
        {"reference": f"urn:uuid:1111111{number}-5b7d-4e8f-9a0b-000000000000", "display": said},
        {"identifier": {"value": said}},
    ]
    if name in REFERENCES:
        return st.sampled_from(pointers)
    return st.sampled_from(offers.get(name, [{f"theirs{number}": said}]))
