"""Examples of HL7: what is right passes, and the few that are wrong are wrong for a named reason."""

from __future__ import annotations

import pytest

from ipt_fhir import rawjson
from ipt_fhir.validation import schemas
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.validation import examples


def test_official_r4_examples_pass_except_the_wrong_ones() -> None:
    found = {
        examples.name_of(resource): {issue.rule for issue in errors(validate(resource))}
        for resource in examples.r4().values()
        if errors(validate(resource))
    }
    assert found == examples.WRONG


def test_us_core_610_examples_pass_with_the_profiles_they_claim() -> None:
    resources = examples.us_core("6.1.0")
    wrong = {name: errors(validate(item, examples.profiles_held(item))) for name, item in resources.items()}
    assert not {name: issues for name, issues in wrong.items() if issues}


def test_each_profile_meets_an_example() -> None:
    met = {profile for item in examples.us_core("6.1.0").values() for profile in examples.profiles_held(item)}
    assert met == set(schemas.document("profiles.json")["$defs"])


@pytest.mark.parametrize("version", ["7.0.0", "8.0.0"])
def test_examples_of_later_us_core_releases_are_good_r4(version: str) -> None:
    assert not [name for name, item in examples.us_core(version).items() if errors(validate(item))]


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
