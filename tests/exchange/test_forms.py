"""validate holds a response against its form wherever that is at hand, and says so where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ipt_fhir import rawjson
from ipt_fhir.cli import main
from ipt_fhir.exchange.checking import Asked, check
from ipt_fhir.exchange.forms import Forms, read_forms
from ipt_fhir.rawjson import JsonObject
from tests.exchange.given import unit
from tests.questionnaires.given import PHQ_9, answered, digits
from tests.questionnaires.given import response as phq_9

URL = "http://hospital.example/Questionnaire/sleep"
FORM: JsonObject = {
    "resourceType": "Questionnaire",
    "id": "sleep",
    "url": URL,
    "version": "2",
    "status": "active",
    "item": [{"linkId": "hours", "type": "integer", "text": "Hours of sleep", "required": True}],
}


def answer(named: str | None = URL, **value: object) -> JsonObject:
    """A response to the form; it names the form so."""
    row = {"linkId": "hours", "answer": [value or {"valueString": "ZZTEST"}]}
    response = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [row]}
    return response | ({"questionnaire": named} if named else {})


NO_FORMS = Forms()


def rules(value: JsonObject, forms: Forms = NO_FORMS) -> list[str]:
    """What is said about the form of a response, or of those in a Bundle."""
    found = [found.issue for found in check(unit(value), Asked(forms=forms))]
    return [f"{issue.rule} {issue.location}" for issue in found if issue.rule.startswith("form-")]


def collected(*resources: JsonObject) -> JsonObject:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": row} for row in resources]}


WRONG = ["form-wrong-type QuestionnaireResponse.item[0].answer[0]"]
FOUND = Forms(found=read_forms([FORM]))


def test_a_response_is_held_against_the_form_inside_it() -> None:
    inside = answer("#sleep") | {"contained": [{key: value for key, value in FORM.items() if key != "url"}]}
    assert rules(inside) == WRONG


def test_a_response_is_held_against_a_form_of_its_bundle() -> None:
    assert rules(collected(answer(), FORM)) == WRONG
    assert rules(collected(answer(valueInteger=7), FORM)) == []
    found = check(unit(collected(FORM, answer())), Asked())
    assert [item.place.entry for item in found if item.issue.rule == "form-wrong-type"] == [1]


def test_a_response_is_held_against_an_instrument_of_ours() -> None:
    assert rules(phq_9(digits("012301230"))) == []
    strange = phq_9({}) | {"item": [answered("/44250-9", "LA6572-7")]}
    assert rules(strange) == ["form-not-offered QuestionnaireResponse.item[0].answer[0]"]
    assert rules(strange | {"questionnaire": f"{PHQ_9.canonical}|0.1"})[0].startswith("form-wrong-version ")


@pytest.mark.parametrize("named", [URL, f"{URL}|2", "Questionnaire/sleep"])
def test_a_form_at_hand_is_found_by_address_version_or_id(named: str) -> None:
    assert rules(answer(named), FOUND) == WRONG


def test_another_version_of_the_form_is_an_error_and_the_answers_are_held_against_the_one_at_hand() -> None:
    assert rules(answer(f"{URL}|1"), FOUND) == ["form-wrong-version QuestionnaireResponse.questionnaire", *WRONG]


def test_of_several_versions_the_one_that_is_named_counts() -> None:
    other = FORM | {"version": "3", "item": [FORM["item"][0] | {"type": "string"}]}
    forms = Forms(found=read_forms([FORM, other]))
    assert (rules(answer(f"{URL}|3"), forms), rules(answer(f"{URL}|2"), forms)) == ([], WRONG)


def test_a_form_that_is_not_at_hand_is_a_warning_and_no_form_is_none() -> None:
    missing = "form-not-at-hand QuestionnaireResponse.questionnaire"
    assert rules(answer()) == rules(answer("#sleep")) == [missing]
    assert rules(answer(None)) == []


def test_a_response_that_names_no_form_is_held_against_the_only_one_that_is_handed_over() -> None:
    unnamed = "form-unnamed-form QuestionnaireResponse.questionnaire"
    assert rules(answer(None), Forms(handed=read_forms([FORM]))) == [unnamed, *WRONG]
    assert rules(answer(None), Forms(handed=read_forms([FORM, FORM]))) == []


def test_a_form_too_deep_to_be_read_is_a_warning() -> None:
    deep: JsonObject = {"linkId": "0", "type": "group"}
    for number in range(25):
        deep = {"linkId": str(number + 1), "type": "group", "item": [deep]}
    inside = answer("#deep") | {"contained": [{"resourceType": "Questionnaire", "id": "deep", "item": [deep]}]}
    assert rules(inside) == ["form-refused QuestionnaireResponse.questionnaire"]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "response.json").write_bytes(rawjson.write(answer()))
    (inner / "lines.ndjson").write_bytes(rawjson.write(answer()) + b"\n")
    (tmp_path / "form.json").write_bytes(rawjson.write(FORM))
    (tmp_path / "broken.json").write_bytes(b'{"resourceType": "Questionnaire", ')
    return tmp_path


def test_a_form_in_the_folder_is_at_hand_for_all_of_it(folder: Path) -> None:
    shown = run("validate", folder)
    assert shown.output.count("form-wrong-type") == 2
    assert "form-not-at-hand" not in shown.output
    assert "ZZTEST" not in shown.output


def test_a_form_can_be_named(folder: Path) -> None:
    response, form = folder / "inner" / "response.json", folder / "form.json"
    assert "form-not-at-hand" in run("validate", response).output
    shown = run("validate", response, "--questionnaire", form)
    assert (shown.exit_code, shown.output.count("form-wrong-type")) == (1, 1)


def test_what_is_no_form_cannot_be_named_as_one(folder: Path) -> None:
    shown = run("validate", folder, "--questionnaire", folder / "inner" / "response.json")
    assert (shown.exit_code, "holds no Questionnaire" in shown.output) == (2, True)
