"""A course comes together from whatever there is, and what is missing, doubled or broken is said."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.exchange.reading import Unit
from ipt_fhir.exchange.receiving import CourseUnreadable, receive
from ipt_fhir.mapping.episode import NoCourse
from ipt_fhir.model.filed_parts import filed_part
from ipt_fhir.rawjson import JsonObject
from tests.exchange.given import Heard, bundle_of, entry_of, exported, from_stdin, junk, unit
from tests.mapping.example import EXAMPLE
from tests.mapping.full import FULL


def received(*units: Unit) -> Heard:
    heard = Heard()
    receive(units, heard)
    return heard


def renamed(bundle: JsonObject) -> JsonObject:
    """The Bundle with other addresses, as another program would give them."""
    text = rawjson.write(bundle).decode()
    for index, entry in enumerate(bundle["entry"]):
        text = text.replace(f'"{entry["fullUrl"]}"', f'"urn:uuid:00000000-0000-4000-8000-{index:012d}"')
    return rawjson.parse_object(text.encode())


@pytest.mark.parametrize("form", ["bundle", "document"])
def test_addresses_of_another_program_are_followed(form: str) -> None:
    bundle = renamed(bundle_of(FULL, form))
    heard = Heard()
    assert receive([unit(bundle)], heard) == filed_part(FULL)
    assert heard.words == []


def test_a_course_may_lie_in_several_files_among_resources_of_others() -> None:
    entries = bundle_of(EXAMPLE)["entry"]
    halves = [{"resourceType": "Bundle", "type": "searchset", "entry": part} for part in (entries[::2], entries[1::2])]
    others = [{"resourceType": "Goal", "id": "x"}, {"resourceType": "Bundle", "entry": "nonsense"}, {}]
    heard = Heard()
    assert receive(map(unit, [*others, *halves]), heard) == filed_part(EXAMPLE)
    assert heard.words == []


def test_what_is_given_twice_counts_once() -> None:
    bundle = bundle_of(FULL)
    assert receive([unit(bundle), unit(bundle)], Heard()) == filed_part(FULL)


@pytest.mark.parametrize("newest_first", [True, False])
def test_of_two_versions_the_one_changed_last_is_taken_and_it_is_said(newest_first: bool) -> None:
    bundle = bundle_of(EXAMPLE)
    goal = entry_of(bundle, "Goal")
    goal["meta"] = {**goal["meta"], "lastUpdated": "2026-01-01T00:00:00Z"}
    newer = {**goal, "lifecycleStatus": "on-hold", "meta": {**goal["meta"], "lastUpdated": "2026-02-01T00:00:00Z"}}
    both = [unit(newer, "new.json"), unit(bundle, "old.json")]
    heard = Heard()
    episode = receive(both if newest_first else reversed(both), heard)
    assert episode.goals[0].status == "on-hold"
    assert len(heard.words) == 1
    assert "the newer one is taken" in heard.words[0]


def test_a_goal_that_was_not_given_is_missed() -> None:
    bundle = bundle_of(EXAMPLE)
    goal = entry_of(bundle, "Goal")
    bundle["entry"] = [entry for entry in bundle["entry"] if entry["resource"] is not goal]
    heard = received(unit(bundle))
    assert any(
        words.endswith("CarePlan.goal[0]: what it points to is not among what was read") for words in heard.words
    )


def test_a_resource_that_cannot_be_read_is_named_with_its_place_and_without_its_values() -> None:
    bundle = bundle_of(EXAMPLE)
    entry_of(bundle, "Goal")["lifecycleStatus"] = "ZZTEST secret"
    heard = received(unit(bundle))
    assert heard.words[0] == "a.json entry 0: Goal cannot be read: a value is not one it may have"
    del entry_of(bundle, "Goal")["lifecycleStatus"]
    assert received(unit(bundle)).words[0] == "a.json entry 0: Goal cannot be read: lifecycleStatus is missing"


def test_a_line_that_is_no_json_is_named_and_the_course_is_read() -> None:
    data = exported(EXAMPLE, "ndjson").replace(b"\n", b"\nbroken\n", 1)
    heard = Heard()
    assert receive(from_stdin(data), heard) == filed_part(EXAMPLE)
    assert [words.partition(":")[0] for words in heard.words] == ["stdin line 2"]


def test_a_plan_that_makes_no_sense_is_refused_without_its_values() -> None:
    bundle = bundle_of(EXAMPLE)
    entry_of(bundle, "CarePlan")["status"] = "ZZTEST secret"
    with pytest.raises(CourseUnreadable) as refused:
        received(unit(bundle))
    assert "ZZTEST" not in str(refused.value)


def test_without_a_plan_of_ours_there_is_no_course() -> None:
    plan = entry_of(bundle_of(EXAMPLE), "CarePlan")
    with pytest.raises(NoCourse):
        received(unit({**plan, "identifier": [{"system": "http://hospital.example", "value": "1"}]}))


@given(st.lists(junk(), max_size=4))
def test_nothing_that_is_json_breaks_it(values: list[JsonObject]) -> None:
    with suppress(NoCourse, CourseUnreadable):
        receive(map(unit, values), Heard())
