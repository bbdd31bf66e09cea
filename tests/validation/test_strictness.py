"""Whatever good resource is spoilt in whatever place: it is refused (property tests over published examples)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation import schemas
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.validation import examples

Place = tuple[str | int, ...]

_NONSENSE: tuple[Any, ...] = ([], {}, "", [[]], {"foo": 1})


@pytest.fixture(scope="module")
def good() -> list[JsonObject]:
    """Published examples that are right."""
    return list(examples.good().values())


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Every member and item that we judge; of resources of other types only the type is."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        foreign = isinstance(member, dict) and member.get("resourceType", "Bundle") not in schemas.covered_types()
        if name not in {"contained", "resourceType"} and not foreign:
            yield (*here, name)
            yield from places(member, (*here, name))


def inside(resource: JsonObject, place: Place) -> tuple[Any, str | int]:
    """What holds the last step of a place, and that step."""
    holder: Any = resource
    for step in place[:-1]:
        holder = holder[step]
    return holder, place[-1]


def root(resource: JsonObject) -> JsonObject:
    kind = resource["resourceType"]
    found: JsonObject = schemas.document(f"{kind}.json")["$defs"][kind]
    return found


def refused(resource: JsonObject) -> bool:
    return bool(errors(validate(resource)))


@given(data=st.data())
def test_without_a_required_element(good: list[JsonObject], data: st.DataObject) -> None:
    resource = rawjson.copy(data.draw(st.sampled_from(good)))
    rules = [rule["element"] for rule in root(resource).get("allOf", []) if rule["rule"] == "required"]
    name = data.draw(st.sampled_from([*root(resource)["required"], *rules]))
    for written in {name, *resource} if name.endswith("[x]") else {name}:
        if written.startswith(name.removesuffix("[x]")):
            resource.pop(written, None)
            resource.pop(f"_{written}", None)
    assert refused(resource)


@given(data=st.data())
def test_with_a_code_outside_its_required_binding(good: list[JsonObject], data: st.DataObject) -> None:
    resource = rawjson.copy(data.draw(st.sampled_from(good)))
    bound = [name for name, rule in root(resource)["properties"].items() if "codes.json" in rule.get("$ref", "")]
    if bound:
        resource[data.draw(st.sampled_from(bound))] = data.draw(st.text(min_size=12))
        assert refused(resource)


@given(data=st.data())
def test_with_two_types_of_one_choice(good: list[JsonObject], data: st.DataObject) -> None:
    resource = rawjson.copy(data.draw(st.sampled_from(good)))
    choices = schemas.document(f"{resource['resourceType']}.json")["choices"]
    given_twice = [(name, path) for name, path in choices.items() if name in resource]
    if given_twice:
        name, path = data.draw(st.sampled_from(given_twice))
        stem = path.partition(".")[0]
        others = [other for other, way in choices.items() if way.startswith(f"{stem}.") and other != name]
        resource[data.draw(st.sampled_from(others))] = resource[name]
        assert refused(resource)


@given(data=st.data())
def test_with_another_json_type_anywhere(good: list[JsonObject], data: st.DataObject) -> None:
    resource = rawjson.copy(data.draw(st.sampled_from(good)))
    holder, last = inside(resource, data.draw(st.sampled_from(list(places(resource)))))
    holder[last] = data.draw(st.sampled_from(_NONSENSE))
    assert refused(resource)


@given(data=st.data())
def test_with_a_list_where_there_is_none_or_none_where_there_is_one(
    good: list[JsonObject], data: st.DataObject
) -> None:
    resource = rawjson.copy(data.draw(st.sampled_from(good)))
    holder, last = inside(resource, data.draw(st.sampled_from(list(places(resource)))))
    holder[last] = holder[last][0] if isinstance(holder[last], list) else [holder[last]]
    assert refused(resource)


@given(data=st.data())
def test_with_a_member_fhir_does_not_know(good: list[JsonObject], data: st.DataObject) -> None:
    resource = rawjson.copy(data.draw(st.sampled_from(good)))
    objects = [place for place in places(resource) if isinstance(inside(resource, place)[0][place[-1]], dict)]
    holder, last = inside({"": resource}, ("", *data.draw(st.sampled_from([(), *objects]))))
    holder[last]["unheardOf"] = "x"
    assert refused(resource)
