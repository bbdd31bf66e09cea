"""HL7's engine is awake: it passes what is right and finds what is wrong, so its silence on our resources says much."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers.fixtures import JudgeWith
from tests.peers.judge import Judge
from tests.published import published

pytestmark = pytest.mark.proof

Case = dict[str, Any]


def planted(needs_questionnaire: bool) -> Iterator[Case]:
    for case in json.loads(published("planted-defects/cases.json").read_bytes())["cases"]:
        if (case["needs"] == "questionnaire") == needs_questionnaire:
            yield case


def flagged(judge: Judge, cases: Iterator[Case]) -> dict[str, bool]:
    """Case id -> whether the judge found an error in it."""
    return {case["id"]: bool(judge.judge(case["resource"], case["profile"]).errors) for case in cases}


@pytest.mark.parametrize("kind", ["CarePlan", "Goal", "Observation", "QuestionnaireResponse"])
def test_examples_of_us_core_have_no_error(judge: Judge, kind: str) -> None:
    with tarfile.open(published("ig/hl7.fhir.us.core-6.1.0.tgz")) as package:
        names = [name for name in package.getnames() if name.startswith(f"package/example/{kind}-")]
        files = {name: package.extractfile(name) for name in names[:5]}
        examples = {name: file.read() for name, file in files.items() if file}
    assert examples
    assert {name: judge.judge(example).errors for name, example in examples.items()} == dict.fromkeys(examples, ())


def test_every_planted_defect_is_found_and_no_clean_twin_is_flagged(judge: Judge) -> None:
    found = flagged(judge, planted(needs_questionnaire=False))
    assert found == {case: not case.startswith("OK-") for case in found}
    assert len(found) == 45


def test_answers_are_held_against_their_questionnaire(judge_with: JudgeWith, tmp_path: Path) -> None:
    cases = json.loads(published("planted-defects/cases.json").read_bytes())
    (tmp_path / "questionnaire.json").write_text(json.dumps(cases["questionnaire"]))
    found = flagged(judge_with(tmp_path), planted(needs_questionnaire=True))
    assert len(found) == 11
    assert all(found.values()), found


@pytest.mark.parametrize("declared", [True, False])
def test_a_profile_that_is_not_loaded_is_an_error(judge: Judge, declared: bool) -> None:
    nowhere = "http://example.org/fhir/StructureDefinition/nobody-loaded-this"
    patient: dict[str, Any] = {"resourceType": "Patient", "active": True}
    asked = () if declared else (nowhere,)
    verdict = judge.judge({**patient, "meta": {"profile": [nowhere]}} if declared else patient, *asked)
    assert any(nowhere in error.message for error in verdict.errors)


def test_the_person_centered_outcomes_guide_is_loaded(judge: Judge) -> None:
    profile = "http://hl7.org/fhir/us/pco/StructureDefinition/pco-gas-goal-profile"
    verdict = judge.judge({"resourceType": "Goal"}, profile)
    assert verdict.errors
    assert not any("not loaded" in error.message for error in verdict.errors)
