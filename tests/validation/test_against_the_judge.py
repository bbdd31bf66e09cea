"""HL7's own engine agrees: each rule of ours is a rule of its, and each example we call wrong is wrong."""

from __future__ import annotations

import pytest

from ipt_fhir.rawjson import JsonObject
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from tests.peers.fixtures import JudgeWith
from tests.peers.judge import Judge
from tests.validation import examples
from tests.validation.test_invariants import CASES, US_CORE_CASES

pytestmark = pytest.mark.proof

# Where we differ on purpose. FHIRPath has no answer for dates or quantities that cannot be compared; the judge counts
# that as broken, we do not: charts mix days and times in one period, and we must be able to file beside them.
ACCEPTED_HERE_ONLY = {"per-1", "rng-2"}
# The judge takes an effectiveDateTime for no DateTime, so it never asks us-core-1; the profile's own words do. It asks
# ctm-1 and provenance-1 only of somebody it can fetch; the type stands in the reference.
REFUSED_HERE_ONLY = {"ctm-1", "provenance-1", "us-core-1"}


def refused(judge: Judge, resource: JsonObject, *profiles: str) -> bool:
    return bool(judge.judge(resource, *profiles).errors)


def without_claims(resource: JsonObject) -> JsonObject:
    """The judge looks up every profile a resource claims; here only base R4 is asked."""
    meta = {name: value for name, value in resource.get("meta", {}).items() if name != "profile"}
    return {name: value for name, value in resource.items() if name != "meta"} | ({"meta": meta} if meta else {})


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
