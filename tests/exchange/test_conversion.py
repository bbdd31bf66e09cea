"""Forms change, resources do not; activities move only where nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.exchange import conversion
from ipt_fhir.exchange.reading import Unit
from ipt_fhir.exchange.receiving import receive
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.exchange.given import Heard, bundle_of, entry_of, exported, from_stdin, junk, unit
from tests.mapping.form_strategies import courses_with_forms
from tests.mapping.full import FULL

ODD = b'{"resourceType":"Goal","id":"1","later":{"b":1.50,"a":1e2},"text":"caf\xc3\xa9 \xf0\x9f\x8c\xb1"}'


def converted(data: bytes, form: str | None = None, style: str | None = None) -> tuple[bytes, list[str]]:
    return convert(from_stdin(data), form, style)


def convert(units: list[Unit], form: str | None = None, style: str | None = None) -> tuple[bytes, list[str]]:
    out, heard = BytesIO(), Heard()
    conversion.convert(units, form, style, out, heard)
    return out.getvalue(), heard.words


def test_lines_become_a_bundle_and_the_same_lines_again() -> None:
    lines = exported(FULL, "ndjson")
    bundle, heard = converted(lines, "bundle")
    assert heard == []
    assert errors(validate(rawjson.parse_object(bundle))) == []
    assert converted(bundle, "ndjson") == (lines, [])


@pytest.mark.parametrize("style", [None, *conversion.STYLES])
def test_what_is_not_touched_is_written_as_it_was(style: str | None) -> None:
    """Numbers keep their spelling, members their order, whatever the form."""
    lines = ODD + b"\n" + ODD.replace(b'"1"', b'"2"') + b"\n"
    assert converted(lines, "ndjson", style) == (lines, [])
    bundle, _ = converted(lines, "bundle", style)
    assert bundle.count(ODD) == 1
    assert converted(bundle, None, style) == (bundle, [])
    assert converted(ODD + b"\n", None, style) == (ODD + b"\n", [])


def test_a_bundle_keeps_all_that_belongs_to_it() -> None:
    bundle = exported(FULL, "document")
    assert converted(bundle, "bundle") == (bundle, [])
    assert converted(bundle) == (bundle, [])


def test_several_documents_become_lines_or_one_collection() -> None:
    units = [unit(bundle_of(FULL)), unit(rawjson.parse_object(ODD))]
    lines, _ = convert(units)
    assert lines.count(b"\n") == len(bundle_of(FULL)["entry"]) + 1
    bundle, _ = convert(units, "bundle")
    assert len(rawjson.parse_object(bundle)["entry"]) == len(bundle_of(FULL)["entry"]) + 1


def test_nothing_becomes_a_bundle_without_a_list() -> None:
    data, heard = converted(b'{"resourceType":"Bundle","type":"searchset","entry":[{"fullUrl":"x"}]}\n{}\n', "ndjson")
    assert data == b"{}\n"
    assert heard == ["stdin line 1 entry 0: has no resource; it is left out"]


def test_a_bad_line_is_named_and_the_rest_goes_on() -> None:
    data, heard = converted(ODD + b"\nbad\n" + ODD, "ndjson")
    assert data == (ODD + b"\n") * 2
    assert [words.partition(":")[0] for words in heard] == ["stdin line 2"]


def without_style(episode: Episode) -> Episode:
    return replace(episode, activities=tuple(replace(item, inline=False) for item in episode.activities))


@given(
    courses_with_forms(),
    st.sampled_from(["bundle", "ndjson"]),
    st.sampled_from(conversion.FORMS),
    st.sampled_from(conversion.STYLES),
)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_course_is_the_same_course_whatever_the_style(episode: Episode, form: str, to: str, style: str) -> None:
    """For our own activities the other style is what our mapping itself writes: it is read back as the same course."""
    data, _ = converted(exported(episode, form), to, style)
    heard = Heard()
    found = receive(from_stdin(data), heard)
    assert without_style(found) == without_style(filed_part(episode))
    assert heard.words == []
    left = {item.inline for item in found.activities if item.starts is None and item.by_us}
    assert style == "detail" or left <= {False}


def test_there_and_back_is_the_same_bundle() -> None:
    inside, _ = converted(exported(FULL), None, "detail")
    outside, _ = converted(inside, None, "reference")
    assert errors(validate(rawjson.parse_object(outside))) == []
    assert converted(outside, None, "detail")[0] == inside


# A plan of somebody else.

DETAIL: JsonObject = {
    "kind": "ServiceRequest",
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "443730003"}], "text": "Therapy"},
    "status": "scheduled",
    "scheduledPeriod": {"end": "2026-03-01"},
    "description": "Therapy",
}


def plan(*details: JsonObject, **more: Any) -> JsonObject:
    return {
        "resourceType": "CarePlan",
        "id": "p1",
        "status": "active",
        "intent": "plan",
        "subject": {"reference": "Patient/1"},
        "author": {"reference": "Practitioner/2"},
        "activity": [{"detail": detail} for detail in details],
    } | more


def test_a_detail_of_anybody_becomes_a_resource_and_the_same_detail_again() -> None:
    lines, heard = convert([unit(plan(DETAIL))], "ndjson", "reference")
    assert heard == []
    changed, request = (rawjson.parse_object(line) for line in lines.splitlines())
    assert changed["activity"] == [
        {"reference": {"reference": f"ServiceRequest/{request['id']}", "display": "Therapy"}}
    ]
    assert (request["status"], request["intent"], request["subject"]) == ("active", "plan", {"reference": "Patient/1"})
    assert "identifier" not in request
    assert errors(validate(request)) == []
    again, heard = converted(lines, "ndjson", "detail")
    assert (rawjson.parse_object(again), heard) == (plan(DETAIL), [])


def test_the_same_plan_gives_the_same_ids_every_time() -> None:
    assert convert([unit(plan(DETAIL))], "ndjson", "reference") == convert([unit(plan(DETAIL))], "ndjson", "reference")


def test_a_single_plan_with_resources_beside_it_becomes_a_bundle() -> None:
    data, _ = convert([unit(plan(DETAIL))], None, "reference")
    bundle = rawjson.parse_object(data)
    assert errors(validate(bundle)) == []
    target = entry_of(bundle, "CarePlan")["activity"][0]["reference"]["reference"]
    assert target in {entry["fullUrl"] for entry in bundle["entry"]}


def test_a_new_resource_lies_on_the_server_its_plan_lies_on() -> None:
    entry = {"fullUrl": "https://a.example/fhir/CarePlan/p1", "resource": plan(DETAIL)}
    data, _ = convert([unit({"resourceType": "Bundle", "type": "collection", "entry": [entry]})], None, "reference")
    made = rawjson.parse_object(data)["entry"][1]
    assert made["fullUrl"] == f"https://a.example/fhir/ServiceRequest/{made['resource']['id']}"


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ({**DETAIL, "kind": "Appointment"}, "no kind that can be a resource"),
        ({"status": "scheduled"}, "no kind that can be a resource"),
        ({**DETAIL, "status": "in-progress"}, "has no place for status"),
        ({**DETAIL, "goal": [{"reference": "Goal/1"}]}, "has no place for goal"),
        ({**DETAIL, "description": "Something else"}, "has no place for description"),
        ({**DETAIL, "scheduledString": "soon"}, "has no place for scheduledString"),
        ({**DETAIL, "_status": {"id": "x"}}, "has no place for _status"),
        ({**DETAIL, "kind": "Task", "performer": [{"display": "A"}, {"display": "B"}]}, "has no place for performer"),
        ({**DETAIL, "scheduledPeriod": 5}, "it is not FHIR"),
        ({**DETAIL, "status": []}, "it is not FHIR"),
    ],
)
def test_a_detail_that_would_lose_something_stays_and_is_named(detail: JsonObject, words: str) -> None:
    data, heard = convert([unit(plan(detail))], None, "reference")
    assert rawjson.parse_object(data) == plan(detail)
    assert len(heard) == 1
    assert heard[0].startswith("a.json: CarePlan.activity[0].detail: ")
    assert words in heard[0]
    assert heard[0].endswith("it stays")


def referring(request: JsonObject, **more: Any) -> list[Unit]:
    """A plan that points to a request, and the request."""
    element = {"reference": {"reference": "ServiceRequest/r1", **more}}
    whole = {"resourceType": "ServiceRequest", "id": "r1", "status": "active", "intent": "plan", **request}
    return [unit(plan(activity=[element])), unit(whole | {"subject": {"reference": "Patient/1"}})]


def test_a_resource_of_which_nothing_is_lost_moves_into_the_plan() -> None:
    data, heard = convert(referring({"code": {"text": "Therapy"}}), "ndjson", "detail")
    (moved,) = data.splitlines()
    assert heard == []
    assert rawjson.parse_object(moved)["activity"][0]["detail"] == {
        "kind": "ServiceRequest",
        "code": {"text": "Therapy"},
        "status": "scheduled",
        "description": "Therapy",
    }


@pytest.mark.parametrize(
    ("request_", "more", "words"),
    [
        ({"note": [{"text": "x"}]}, {}, "a detail has no place for note of the ServiceRequest"),
        ({"intent": "order"}, {}, "no place for intent"),
        ({"requester": {"reference": "Practitioner/9"}}, {}, "no place for requester"),
        ({"text": {"status": "additional", "div": "<div/>"}}, {}, "no place for text"),
        ({"code": {"text": "A"}}, {"display": "B"}, "no place for reference.display"),
        ({"basedOn": [{"reference": "ServiceRequest/r1"}]}, {}, "is pointed to from elsewhere too"),
    ],
)
def test_a_resource_that_would_lose_something_stays_and_is_named(
    request_: JsonObject, more: JsonObject, words: str
) -> None:
    units = referring(request_, **more)
    data, heard = convert(units, "ndjson", "detail")
    assert [rawjson.parse_object(line) for line in data.splitlines()] == [item.value for item in units]
    assert len(heard) == 1
    assert words in heard[0]


def test_a_reference_to_what_is_not_there_stays_and_is_named() -> None:
    data, heard = convert(referring({})[:1], "ndjson", "detail")
    assert rawjson.parse_object(data)["activity"] == [{"reference": {"reference": "ServiceRequest/r1"}}]
    assert "is not among what was read" in heard[0]


@pytest.mark.parametrize("form", ["document", "transaction"])
def test_in_a_bundle_that_asks_or_tells_more_activities_stay(form: str) -> None:
    bundle = exported(FULL, form)
    data, heard = converted(bundle, None, "reference")
    assert data == bundle
    assert len(heard) == 1
    assert "collection or searchset only" in heard[0]


@given(st.lists(junk(), max_size=3), st.sampled_from(conversion.STYLES))
def test_nothing_that_is_json_breaks_it(values: list[JsonObject], style: str) -> None:
    for form in (None, *conversion.FORMS):
        convert([unit(value) for value in values], form, style)
