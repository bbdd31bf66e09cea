"""The 40 real Questionnaires of the samples: each opens; what can be filled is filled, validated and filed.

Which are not filled on a hospital's server, and why, stands in samples.toml; the tests hold it to be true.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.filling import Filling, Surroundings, open_filling
from ipt_fhir.questionnaires.findings import FindingKind, errors
from ipt_fhir.questionnaires.form import Effect
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.questionnaires.validation import check_response
from ipt_fhir.rawjson import JsonObject
from tests.peers.fixtures import JudgeWith
from tests.peers.judge import Judge
from tests.published import published
from tests.questionnaires.differences import difference
from tests.questionnaires.given import sample
from tests.questionnaires.lists import lists_of
from tests.questionnaires.responding import named, right_response

TABLE: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("samples.toml").read_text())
FILED = (
    *("lforms-extract-complex-template2", "mycareplanner-62337-1", "pco-ig-44249-1", "pco-ig-69737-5"),
    *("sdc-SDOHCC-QuestionnaireHungerVitalSign", "sdc-questionnaire-sdc-profile-example-loinc"),
    *("sdc-questionnaire-sdc-test-enableWhen", "sdc-questionnaire-sdc-test-fhirpath-prepop-candexpr"),
    "smart-forms-BloodPressureObservation",
)
SAMPLES = (*FILED, *TABLE)
FILLABLE = (*FILED, *(name for name, row in TABLE.items() if not row["read_only"]))
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SDC = "ig/hl7.fhir.uv.sdc-4.0.0-differential.tgz"
# From a list that only a terminology server knows, somebody chooses something.
SOME = [{"system": "http://example.org/a-list-nobody-has-here", "code": "x"}]
JSON = {"Content-Type": "application/fhir+json"}


def form_named(name: str) -> JsonObject:
    return sample(f"samples/questionnaires/{name}.json")


def filled(name: str, seed: int = 1) -> Filling:
    """The form, opened and then filled with right answers by somebody who answers nearly everything."""
    questionnaire = form_named(name)
    form, lists = read_form(questionnaire), lists_of(questionnaire)
    answers = right_response(form, seed, lambda canonical: lists(canonical) or SOME, fullness=0.9)
    opened = open_filling(form, Surroundings(now=NOW, expand=lists))
    return opened.with_items(answers["item"])


def response_of(filling: Filling) -> JsonObject:
    """What would be sent."""
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": named(filling.form),
        "status": "completed",
        "authored": NOW.isoformat(),
        "item": filling.response_items(),
    }


def test_every_sample_is_filed_or_stands_in_the_table() -> None:
    files = sorted(file.stem for file in published("samples/questionnaires").glob("*.json"))
    assert sorted(SAMPLES) == files
    assert len(files) == 40


@pytest.mark.parametrize("name", SAMPLES)
def test_a_form_opens_and_what_keeps_it_from_being_filled_is_what_the_table_says(name: str) -> None:
    form = read_form(form_named(name))
    assert open_filling(form, Surroundings(now=NOW)).shown
    barred = {found.name for found in form.unsupported if found.effect is Effect.READ_ONLY}
    assert sorted(barred) == TABLE.get(name, {"read_only": []})["read_only"]


@pytest.mark.parametrize("name", FILLABLE)
def test_what_somebody_fills_in_rightly_is_right(name: str) -> None:
    filling = filled(name)
    found = check_response(response_of(filling), filling.form, filling.surroundings.expand)
    assert errors(found) == ()
    assert FindingKind.OTHER_RESULT not in {item.kind for item in found}


def test_a_computed_answer_that_somebody_changed_is_seen() -> None:
    response = response_of(filled("sdc-SDOHCC-QuestionnaireHungerVitalSign"))
    response["item"][-1]["answer"] = [{"valueCoding": {"system": "http://loinc.org", "code": "LA19983-8"}}]
    form = form_named("sdc-SDOHCC-QuestionnaireHungerVitalSign")
    assert FindingKind.OTHER_RESULT in {item.kind for item in check_response(response, form)}


@pytest.fixture(scope="module")
def judge_of_samples(judge_with: JudgeWith, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """An engine that knows the forms it finds no error in, and Structured Data Capture."""
    folder: Path = tmp_path_factory.mktemp("samples")
    for name in FILED:
        (folder / f"{name}.json").write_bytes(rawjson.write(form_named(name)))
    return judge_with(folder, packages=(published(SDC),))


@pytest.mark.proof
@pytest.mark.parametrize("name", SAMPLES)
def test_the_engine_finds_the_errors_the_table_names(judge_of_samples: Judge, name: str) -> None:
    found = judge_of_samples.judge(form_named(name)).errors
    kinds = {issue.message_id.rsplit("/", 1)[-1] or "parser" for issue in found}
    assert sorted(kinds) == TABLE.get(name, {"engine": []})["engine"]


@pytest.mark.proof
@pytest.mark.parametrize("name", FILED)
def test_what_is_filled_in_is_right_to_the_engine_and_filed_on_hapi(
    judge_of_samples: Judge, hapi: str, name: str
) -> None:
    response = response_of(filled(name))
    unlike = difference("right", name, [], judge_of_samples.judge(response).errors)
    assert unlike is None or unlike.explained, unlike
    answer = requests.post(f"{hapi}/QuestionnaireResponse", data=rawjson.write(response), headers=JSON, timeout=60)
    assert answer.status_code == 201, answer.text
    kept = rawjson.parse_object(requests.get(answer.headers["Location"].partition("/_history")[0], timeout=60).content)
    assert rawjson.equal(kept["item"], response["item"])
