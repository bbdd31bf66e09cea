"""Examples of HL7: what is right passes, and the few that are wrong are wrong for a named reason."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ipt_fhir import rawjson
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation import schemas
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.validation import examples


def broken(resources: Iterable[JsonObject], version: str = "6.1.0") -> dict[str, set[str]]:
    """The rules each of them breaks, those of the profiles it claims included."""
    told = {examples.name_of(item): errors(validate(item, examples.profiles_held(item, version))) for item in resources}
    return {name: {issue.rule for issue in issues} for name, issues in told.items() if issues}


def test_official_r4_examples_pass_except_the_wrong_ones() -> None:
    assert broken(examples.r4().values()) == examples.WRONG


@pytest.mark.parametrize("version", examples.US_CORE_VERSIONS)
def test_us_core_examples_pass_with_the_profiles_they_claim_except_the_wrong_ones(version: str) -> None:
    wrong = examples.WRONG_IN_610 if version == "6.1.0" else {}
    assert broken(examples.us_core(version).values(), version) == wrong


@pytest.mark.parametrize("version", examples.US_CORE_VERSIONS)
def test_each_profile_meets_an_example(version: str) -> None:
    met = {held for item in examples.us_core(version).values() for held in examples.profiles_held(item, version)}
    assert met == {f"{profile}|{version}" for profile in schemas.document("profiles.json")["$defs"]}


def test_definitions_of_fhir_itself_are_good_r4() -> None:
    definitions = [item for item in examples.definitions() if item["resourceType"] in schemas.covered_types()]
    assert len(definitions) == 2378
    assert {item["url"] for item in definitions if errors(validate(item))} == examples.WRONG_DEFINITIONS


def test_real_files_are_judged_whatever_they_hold() -> None:
    judged = {name: validate(item) for name, item in examples.samples().items()}
    assert len(judged) == 147
    assert not [name for name, issues in judged.items() for issue in issues if not issue.message]


def test_files_of_other_fhir_versions_are_refused() -> None:
    others = [item for name, item in examples.samples().items() if name.startswith("other-versions/")]
    assert len(others) == 9
    assert all(errors(validate(item)) for item in others)


def test_validating_changes_nothing() -> None:
    for resource in examples.us_core("6.1.0").values():
        before = rawjson.write(resource)
        validate(resource, examples.profiles_held(resource))
        assert rawjson.write(resource) == before
