"""HL7's own engine agrees: each rule of ours is a rule of its, and each example we call wrong is wrong."""

from __future__ import annotations

import pytest

from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.peers.fixtures import JudgeWith
from tests.peers.judge import Judge
from tests.validation import examples
from tests.validation.judged import clean_for_both, differences, refused, shown, unexplained, without_claims
from tests.validation.mutator import HARMLESS, WILD, WRONG, mutants
from tests.validation.profile_mutator import profile_mutants
from tests.validation.test_invariants import CASES, US_CORE_CASES
from tests.validation.test_mutations import SEED, good

pytestmark = pytest.mark.proof

# Where we differ on purpose. FHIRPath has no answer for dates or quantities that cannot be compared; the judge counts
# that as broken, we do not: charts mix days and times in one period, and we must be able to file beside them.
ACCEPTED_HERE_ONLY = {"per-1", "rng-2"}
# The judge takes an effectiveDateTime for no DateTime, so it never asks us-core-1; the profile's own words do. It asks
# ctm-1 and provenance-1 only of somebody it can fetch; the type stands in the reference.
REFUSED_HERE_ONLY = {"ctm-1", "provenance-1", "us-core-1"}

AGREEMENT = 0.99


@pytest.fixture(scope="module")
def clean(judge: Judge) -> dict[str, JsonObject]:
    return clean_for_both(judge, good())


def test_the_examples_we_call_wrong_are_wrong(judge: Judge) -> None:
    wrong = [item for item in examples.r4().values() if examples.name_of(item) in examples.WRONG]
    wrong += [item for item in examples.us_core("6.1.0").values() if examples.name_of(item) in examples.WRONG_IN_610]
    wrong += [item for item in examples.definitions() if item["url"] in examples.WRONG_DEFINITIONS]
    assert len(wrong) == len({**examples.WRONG, **examples.WRONG_IN_610}) + len(examples.WRONG_DEFINITIONS)
    assert [examples.name_of(item) for item in wrong if not refused(judge, without_claims(item))] == []


def test_no_real_file_is_refused_by_us_alone(judge: Judge) -> None:
    doubted = {name: without_claims(item) for name, item in examples.samples().items() if errors(validate(item))}
    assert [name for name, item in doubted.items() if not refused(judge, item)] == []


def test_what_breaks_a_rule_of_ours_is_refused_by_the_judge(judge: Judge, judge_with: JudgeWith) -> None:
    accepted = [rule for rule, (broken, _) in CASES.items() if not refused(judge, broken)]
    for rule, (profile, broken, _) in US_CORE_CASES.items():
        url, _, version = profile.partition("|")
        if not refused(judge_with(us_core=version or "6.1.0"), broken, url):
            accepted.append(rule)
    assert set(accepted) == REFUSED_HERE_ONLY


def test_what_keeps_a_rule_of_ours_is_accepted_by_the_judge(judge: Judge) -> None:
    verdicts = {rule: judge.judge(kept).errors for rule, (_, kept) in CASES.items()}
    assert {rule for rule, found in verdicts.items() if found} == ACCEPTED_HERE_ONLY, verdicts


def test_of_2000_spoilt_and_changed_resources_both_say_the_same(judge: Judge, clean: dict[str, JsonObject]) -> None:
    found = differences(judge, mutants(clean, 2000, SEED, [*WRONG, *HARMLESS]))
    assert unexplained(found) == []
    assert 1 - len(found) / 2000 >= AGREEMENT, list(map(shown, found))


def test_what_may_be_right_or_wrong_is_judged_alike_but_for_the_known_kinds(
    judge: Judge, clean: dict[str, JsonObject]
) -> None:
    assert unexplained(differences(judge, mutants(clean, 1000, SEED, list(WILD)))) == []


@pytest.mark.parametrize("version", examples.US_CORE_VERSIONS)
def test_what_breaks_a_profile_is_refused_by_both(judge_with: JudgeWith, version: str) -> None:
    engine = judge_with(us_core=version)
    wrong = examples.WRONG_IN_610 if version == "6.1.0" else {}
    published = {name: item for name, item in examples.us_core(version).items() if examples.name_of(item) not in wrong}
    found = differences(engine, profile_mutants(published, 150, SEED, version))
    assert list(map(shown, found)) == []
