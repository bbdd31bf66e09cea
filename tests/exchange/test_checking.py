"""What validate finds, and where it says it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.exchange.checking import SETS, UNREADABLE, Asked, Finding, check
from ipt_fhir.exchange.reading import Place, Unit
from ipt_fhir.exchange.reports import as_json, as_line, summary
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.validation.issues import Issue, Severity
from tests.exchange.given import bundle_of, entry_of, exported, from_stdin, junk, unit
from tests.mapping.example import EXAMPLE
from tests.mapping.full import FULL

GOAL: JsonObject = {
    "resourceType": "Goal",
    "lifecycleStatus": "active",
    "description": {"text": "Sleep"},
    "subject": {"reference": "Patient/1"},
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Sleep</div>'},
}


def told(value: JsonObject, **asked: Any) -> list[tuple[int | None, str, str]]:
    """Entry, location and rule of each finding."""
    found = check(unit(value), Asked(**asked))
    return [(finding.place.entry, finding.issue.location, finding.issue.rule) for finding in found]


# The full course holds answers to two forms of the hospital's own.
FOREIGN = ["form-not-at-hand"] * 2


@pytest.mark.parametrize("form", ["bundle", "document", "transaction"])
@pytest.mark.parametrize("chosen", SETS)
def test_what_we_write_has_no_finding_under_any_set(form: str, chosen: str) -> None:
    assert [rule for _, _, rule in told(bundle_of(FULL, form), chosen=chosen)] == FOREIGN


@pytest.mark.parametrize("chosen", SETS)
def test_lines_we_write_have_no_finding_either(chosen: str) -> None:
    found = [check(line, Asked(chosen=chosen)) for line in from_stdin(exported(FULL, "ndjson"))]
    assert len(found) == 32
    assert [item.issue.rule for line in found for item in line] == FOREIGN


def test_a_defect_in_an_entry_is_told_at_that_entry_by_its_own_path() -> None:
    bundle = bundle_of(EXAMPLE)
    entry_of(bundle, "Goal")["target"][0]["dueDate"] = "soon"
    assert told(bundle) == [(0, "Goal.target[0].due.ofType(date)", "format")]


def test_a_defect_of_the_bundle_itself_is_told_at_the_bundle() -> None:
    bundle = bundle_of(EXAMPLE, "document")
    del bundle["timestamp"]
    assert told(bundle) == [(None, "Bundle", "bdl-10")]


def test_a_defect_in_a_line_is_told_with_its_number() -> None:
    first, second = from_stdin(rawjson.write(GOAL) + b"\n" + rawjson.write({**GOAL, "lifecycleStatus": "nope"}))
    assert check(first, Asked()) == []
    (found,) = check(second, Asked())
    assert str(found.place) == "stdin line 2"


def test_what_could_not_be_read_is_a_finding() -> None:
    (found,) = check(Unit(Place(file="a.json"), None, "not JSON"), Asked())
    assert (found.issue.severity, found.issue.rule, found.issue.message) == (Severity.ERROR, UNREADABLE, "not JSON")


def test_a_named_profile_holds_for_the_resources_of_its_type() -> None:
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": GOAL}, {"resource": GOAL}]}
    assert told(bundle, named=(systems.US_CORE_CAREPLAN,)) == []
    plan = {**entry_of(bundle_of(EXAMPLE), "CarePlan"), "identifier": []}
    del plan["category"], plan["identifier"]
    bundle["entry"] = [{"resource": GOAL}, {"resource": plan}]
    assert {(entry, rule) for entry, _, rule in told(bundle, named=(systems.US_CORE_CAREPLAN,))} == {(1, "required")}
    assert told(bundle) == []


@pytest.mark.parametrize("chosen", ["us-core-6.1.0", "us-core-7.0.0", "us-core-8.0.0"])
def test_a_release_of_us_core_is_asked_of_each_type_it_knows(chosen: str) -> None:
    plan = entry_of(bundle_of(EXAMPLE), "CarePlan")
    bare = {key: value for key, value in plan.items() if key not in {"category", "meta"}}
    assert [rule for _, _, rule in told(bare, chosen=chosen)] != []
    assert told(bare) == []


def test_declared_profiles_that_we_do_not_hold_are_errors() -> None:
    """Never a silent pass."""
    claiming = {**GOAL, "meta": {"profile": ["http://example.org/StructureDefinition/mine"]}}
    assert told(claiming, chosen="declared") == [(None, "Goal", "unknown-profile")]
    assert told(claiming) == []


def test_profiles_that_were_named_and_cannot_be_checked_are_said() -> None:
    known = systems.US_CORE_GOAL
    assert Asked(named=(known, f"{known}|6.1.0", f"{known}|5.0.1", "x")).unknown() == [f"{known}|5.0.1", "x"]


def test_an_entry_of_a_type_we_do_not_hold_is_a_warning() -> None:
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Media"}}]}
    (found,) = check(unit(bundle), Asked())
    assert (found.place.entry, found.issue.severity, found.issue.rule) == (0, Severity.WARNING, "unknown-type")


@pytest.mark.parametrize("form", ["bundle", "document", "transaction"])
def test_a_course_of_ours_is_held_against_our_clinical_rules(form: str) -> None:
    bundle = bundle_of(EXAMPLE, form)
    score = next(
        (index, entry["resource"])
        for index, entry in enumerate(bundle["entry"])
        if "valueQuantity" in entry["resource"] or "valueInteger" in entry["resource"]
    )
    name = "valueQuantity" if "valueQuantity" in score[1] else "valueInteger"
    score[1][name] = {**score[1][name], "value": 26} if name == "valueQuantity" else 26
    assert told(bundle) == [(score[0], "Observation.value", "ipt-score-total")]


@pytest.mark.parametrize("entry", ["x", {}, [1, None, {"resource": 3}], [{"resource": {"resourceType": {}}}], [{}]])
def test_nonsense_where_entries_should_be_is_told(entry: Any) -> None:
    assert told({"resourceType": "Bundle", "type": "collection", "entry": entry})


def test_a_bundle_inside_a_bundle_keeps_its_own_path() -> None:
    inner = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {**GOAL, "lifecycleStatus": "x"}}]}
    outer = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": inner}]}
    assert (0, "Bundle.entry[0].resource.lifecycleStatus", "binding") in told(outer)


FINDING = Finding(
    Place(file="b\x1b[2J.json", line=2, entry=3), Issue(Severity.ERROR, "Goal.\x1bx", "unknown-element", "It is not.")
)


def test_nothing_in_a_line_can_move_the_cursor_of_a_terminal() -> None:
    assert as_line(FINDING) == "error    unknown-element    b?[2J.json line 2 entry 3: Goal.?x: It is not."
    assert as_json(FINDING).isprintable()


def test_json_has_the_members_that_are_promised_in_their_order() -> None:
    members = rawjson.parse_object(as_json(replace(FINDING, place=Place(file="a"))).encode())
    assert list(members) == ["file", "line", "entry", "severity", "location", "rule", "message"]
    assert (members["line"], members["entry"]) == (None, None)


def test_the_summary_counts() -> None:
    assert summary(1, Counter({Severity.ERROR: 2})) == "1 resource: 2 errors, 0 warnings"
    assert summary(0, Counter({Severity.WARNING: 1})) == "0 resources: 0 errors, 1 warning"


@given(junk(), st.sampled_from(SETS))
def test_nothing_that_is_json_breaks_it(value: JsonObject, chosen: str) -> None:
    for finding in check(unit(value), Asked(chosen=chosen)):
        assert as_json(finding)
