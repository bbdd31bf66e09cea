"""Bundles: their entries are judged in full, each where it stands."""

from __future__ import annotations

from typing import Any

import pytest

from ipt_fhir.validation.issues import Severity, errors
from ipt_fhir.validation.validator import is_valid, validate
from tests.validation import more_cases
from tests.validation.examples import condition, goal, patient
from tests.validation.more_cases import WRONG_INSIDE, bundle, entry


@pytest.mark.parametrize("location", WRONG_INSIDE)
def test_a_resource_in_an_entry_is_judged_where_it_stands(location: str) -> None:
    assert {issue.location for issue in errors(validate(WRONG_INSIDE[location]))} == {location}


def test_an_entry_of_a_type_we_do_not_hold_needs_to_be_a_resource() -> None:
    assert is_valid(bundle("collection", entry({"resourceType": "Medication", "id": "m", "anything": 1})))


def test_a_local_reference_is_looked_up_in_its_own_entry() -> None:
    """Each resource of a Bundle contains its own (R4 references.html 2.3.0.3)."""
    inner = condition(id="inner")
    holds = entry(goal(id="a", contained=[inner], addresses=[{"reference": "#inner"}]))
    lacks = entry(goal(id="b", addresses=[{"reference": "#inner"}]))
    found = errors(validate(bundle("collection", holds, lacks)))
    assert [(issue.location, issue.rule) for issue in found] == [
        ("Bundle.entry[1].resource.addresses[0].reference", "ref-1")
    ]


def test_advice_is_given_for_each_entry_and_not_for_the_bundle() -> None:
    found = validate(bundle("collection", more_cases.PATIENT))
    assert [(issue.location, issue.rule, issue.severity) for issue in found] == [
        ("Bundle.entry[0].resource.text", "dom-6", Severity.WARNING)
    ]


@pytest.mark.parametrize("nonsense", [None, 5, "x", [], {}, [None], ["x"], [[]], [{"resource": 5}], [{"resource": []}]])
def test_nonsense_in_entries_is_an_issue_and_no_crash(nonsense: Any) -> None:
    assert errors(validate({**bundle("collection"), "entry": nonsense}))


@pytest.mark.parametrize("nonsense", [None, 5, {}, ["collection"]])
def test_nonsense_as_type_is_an_issue_and_no_crash(nonsense: Any) -> None:
    assert errors(validate({**bundle("collection", entry(patient(id="p"))), "type": nonsense}))


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("http://hospital.example/fhir/Patient/p", False),
        ("urn:uuid:2a3d6f63-4f0a-4d3b-9c11-0a6d55d2f2a1", False),
        ("http://hospital.example/records?nr=7", False),
        ("http://hospital.example/fhir/Patient/q", True),
        ("http://hospital.example/fhir/Person/p", True),
    ],
)
def test_the_full_address_of_an_entry_agrees_with_its_resource(address: str, wrong: bool) -> None:
    found = errors(validate(bundle("collection", {"fullUrl": address, "resource": patient(id="p")})))
    assert [(issue.location, issue.rule) for issue in found] == [("Bundle.entry[0].fullUrl", "full-url")] * wrong
