"""HL7's engine on the same matter: our form has no error, and it agrees on which responses to it are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from ipt_fhir import rawjson
from ipt_fhir.instruments.catalogue import questionnaire
from ipt_fhir.questionnaires.validation import check_response
from tests.peers.fixtures import JudgeWith
from tests.peers.judge import Judge
from tests.questionnaires.given import DIFFICULTY, digits, response
from tests.questionnaires.test_validation import BROKEN

pytestmark = pytest.mark.proof

# The engine takes a response without a named form, or naming another version, for one it need not judge.
ONLY_OURS = {"another version", "another form", "no form"}


@pytest.fixture(scope="module")
def judge_of_forms(judge_with: JudgeWith, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """An engine that knows our form."""
    folder: Path = tmp_path_factory.mktemp("forms")
    (folder / "phq-9.json").write_bytes(rawjson.write(questionnaire("phq-9")))
    return judge_with(folder)


def test_the_form_has_no_error(judge: Judge) -> None:
    assert not judge.judge(questionnaire("phq-9")).errors


@pytest.mark.parametrize("spelled", ["012301230", "33333333-"])
def test_a_right_response_is_right_to_both(judge_of_forms: Judge, spelled: str) -> None:
    found = response(digits(spelled) | {DIFFICULTY: "LA6573-5"})
    assert not judge_of_forms.judge(found).errors
    assert not check_response(found, questionnaire("phq-9"))


@pytest.mark.parametrize("how", [how for how in BROKEN if how not in ONLY_OURS])
def test_a_broken_response_is_wrong_to_both(judge_of_forms: Judge, how: str) -> None:
    found = response(digits("000000001"))
    BROKEN[how][0](found)
    assert judge_of_forms.judge(found).errors
    assert check_response(found, questionnaire("phq-9"))
