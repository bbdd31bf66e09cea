"""Whatever good resource is spoilt in whatever way: it is refused; what is merely changed is not."""

from __future__ import annotations

from functools import cache

import pytest

from ipt_fhir import rawjson
from ipt_fhir.mapping.episode import to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.mapping.full import EVERYTHING, FULL
from tests.validation import examples
from tests.validation.mutator import ALL, HARMLESS, WRONG, Mutant, mutants
from tests.validation.profile_mutator import BY_PROFILE, profile_mutants

SEED = 20261125


@cache
def good() -> dict[str, JsonObject]:
    """Clean resources: a full course of ours, and the official examples of R4 and US Core 6.1.0."""
    ours = {f"ours {key}": item for key, item in to_fhir(FULL, Writing(patient="alma", site=EVERYTHING)).items()}
    return ours | examples.good()


def passed(kind: str, count: int) -> list[Mutant]:
    return [mutant for mutant in mutants(good(), count, SEED, [kind]) if not errors(validate(mutant.resource))]


@pytest.mark.parametrize("kind", WRONG)
def test_a_spoilt_resource_is_refused(kind: str) -> None:
    assert [(mutant.source, mutant.place) for mutant in passed(kind, 150)] == []


@pytest.mark.parametrize("kind", HARMLESS)
def test_a_resource_that_was_merely_changed_is_not_refused(kind: str) -> None:
    told = [(mutant, errors(validate(mutant.resource))) for mutant in mutants(good(), 150, SEED, [kind])]
    assert [(mutant.source, mutant.place, issues) for mutant, issues in told if issues] == []


def test_the_same_seed_makes_the_same_mutants() -> None:
    first, second = (list(mutants(good(), 60, SEED, list(ALL))) for _ in range(2))
    assert first == second
    assert first != list(mutants(good(), 60, SEED + 1, list(ALL)))


def test_spoiling_leaves_the_good_resource_alone() -> None:
    before = {name: rawjson.write(resource) for name, resource in good().items()}
    list(mutants(good(), 200, SEED, list(ALL)))
    assert {name: rawjson.write(resource) for name, resource in good().items()} == before


@pytest.mark.parametrize("version", examples.US_CORE_VERSIONS)
def test_what_breaks_only_a_profile_is_refused_under_it_alone(version: str) -> None:
    clean = {
        name: item for name, item in examples.us_core(version).items() if examples.name_of(item) not in examples.WRONG
    }
    found = list(profile_mutants(clean, 150, SEED, version))
    assert {mutant.kind for mutant in found} == set(BY_PROFILE)
    unfound = [item for item in found if not errors(validate(item.resource, [str(item.profile)]))]
    assert [(item.kind, item.source, item.place) for item in unfound] == []
    assert [(item.kind, item.source, item.place) for item in found if errors(validate(item.resource))] == []
