"""A response held against its form: what our forms use is judged, what they do not use is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ipt_fhir import rawjson
from ipt_fhir.instruments.catalogue import questionnaire
from ipt_fhir.questionnaires.validation import FindingKind, check_response
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.given import DIFFICULTY, ITEM_9, PCO_FORM, PHQ_9, answered, digits, response, sample

FORM = questionnaire("phq-9")
GROUPED = {
    "resourceType": "Questionnaire",
    "id": "grouped",
    "url": "http://hospital.example/Questionnaire/grouped",
    "version": "2",
    "item": [
        {"linkId": "title", "type": "display", "text": "Title"},
        {
            "linkId": "who",
            "type": "group",
            "repeats": True,
            "item": [
                {"linkId": "name", "type": "string", "required": True},
                {"linkId": "since", "type": "date", "item": [{"linkId": "why", "type": "string"}]},
            ],
        },
        {
            "linkId": "moods",
            "type": "choice",
            "repeats": True,
            "answerOption": [{"valueString": "a"}, {"valueString": "b"}],
        },
        {"linkId": "held", "type": "boolean", "required": True},
    ],
}


def kinds(found: JsonObject, form: JsonObject = FORM) -> list[str]:
    return [finding.kind.value for finding in check_response(found, form)]


def grouped(*rows: JsonObject, status: str = "completed") -> JsonObject:
    return {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": "http://hospital.example/Questionnaire/grouped|2",
        "status": status,
        "item": list(rows),
    }


HELD = {"linkId": "held", "answer": [{"valueBoolean": True}]}
NAME = {"linkId": "name", "answer": [{"valueString": "M"}]}


@pytest.mark.parametrize("spelled", ["012301230", "33333333-", "---------"])
def test_our_own_responses_are_right_complete_or_not(spelled: str) -> None:
    assert kinds(response(digits(spelled) | {DIFFICULTY: "LA6573-5"})) == []
    assert kinds(response(digits(spelled), f"{PHQ_9.canonical}|1.0.0")) == []


Breaking = Callable[[JsonObject], object]
BROKEN: dict[str, tuple[Breaking, list[str]]] = {
    "another version": (lambda found: found.update(questionnaire=f"{PHQ_9.canonical}|0.9"), ["wrong-form"]),
    "another form": (lambda found: found.update(questionnaire="http://x.example/gad-7"), ["wrong-form"]),
    "no form": (lambda found: found.pop("questionnaire"), ["wrong-form"]),
    "unknown linkId": (lambda found: found["item"].append(answered("/1-8", "LA6568-5")), ["unknown-item"]),
    "out of order": (lambda found: found["item"].reverse(), ["out-of-order"] * 8),
    "twice": (lambda found: found["item"].append(answered(ITEM_9, "LA6568-5")), ["too-many"]),
    "two answers": (lambda found: found["item"][0]["answer"].append(found["item"][0]["answer"][0]), ["too-many"]),
    "a number": (lambda found: found["item"][0].update(answer=[{"valueInteger": 1}]), ["wrong-type"]),
    "no value": (lambda found: found["item"][0].update(answer=[{}]), ["wrong-type"]),
    "two values": (lambda found: found["item"][0]["answer"][0].update(valueInteger=1), ["wrong-type"]),
    "not offered": (lambda found: found["item"].__setitem__(0, answered("/44250-9", "LA6572-7")), ["not-offered"]),
    "another system": (
        lambda found: found["item"].__setitem__(0, answered("/44250-9", "LA6568-5", "http://x")),
        ["not-offered"],
    ),
    "answer to a display": (
        lambda found: found["item"].insert(0, answered("/instruction", "LA6568-5")),
        ["no-answer-allowed"],
    ),
    "item beside answer": (
        lambda found: found["item"][0].update(item=[answered(ITEM_9, "LA6568-5")]),
        ["answer-and-item"],
    ),
    "item under answer": (
        lambda found: found["item"][0]["answer"][0].update(item=[answered(ITEM_9, "LA6568-5")]),
        ["unknown-item"],
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_each_way_to_break_a_response_is_found_once_and_said(how: str) -> None:
    breaking, expected = BROKEN[how]
    found = response(digits("000000001"))
    breaking(found)
    assert kinds(found) == expected
    assert all(finding.words() and "{" not in finding.words() for finding in check_response(found, FORM))
    assert all(finding.location.startswith("QuestionnaireResponse") for finding in check_response(found, FORM))


def test_groups_repeats_and_items_under_answers_are_followed() -> None:
    since = {"linkId": "since", "answer": [{"valueDate": "2026-01", "item": [{"linkId": "why"}]}]}
    moods = {"linkId": "moods", "answer": [{"valueString": "a"}, {"valueString": "b"}]}
    rows = [{"linkId": "who", "item": [NAME, since]}, {"linkId": "who", "item": [NAME]}, moods, HELD]
    assert kinds(grouped(*rows), GROUPED) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], ["missing"]),
        ([{"linkId": "held"}], ["missing"]),
        ([{"linkId": "who", "item": []}, HELD], ["missing"]),
        ([NAME, HELD], ["unknown-item"]),
        (
            [{"linkId": "who", "answer": [{"valueString": "x"}], "item": [NAME]}, HELD],
            ["answer-and-item", "no-answer-allowed"],
        ),
        ([{"linkId": "moods", "answer": [{"valueString": "c"}]}, HELD], ["not-offered"]),
        ([{"linkId": "moods", "answer": [{"valueCoding": {"code": "a"}}]}, HELD], ["wrong-type"]),
    ],
)
def test_what_is_wrong_inside_groups_is_found(rows: list[JsonObject], expected: list[str]) -> None:
    assert kinds(grouped(*rows), GROUPED) == expected


def test_required_items_count_once_the_response_is_finished() -> None:
    assert kinds(grouped(status="in-progress"), GROUPED) == []
    assert kinds(grouped(status="amended"), GROUPED) == ["missing"]


def test_the_location_leads_to_the_answer() -> None:
    found = grouped({"linkId": "who", "item": [NAME, {"linkId": "since", "answer": [{"valueInteger": 3}]}]}, HELD)
    (finding,) = check_response(found, GROUPED)
    assert finding.location == "QuestionnaireResponse.item[0].item[1].answer[0]"


def test_the_pco_form_is_supported_and_its_required_items_are_asked_for() -> None:
    form = sample(PCO_FORM)
    assert kinds(response({"14363": "LA6568-5"}, form["url"]), form) == ["missing"] * 7


@pytest.mark.parametrize(
    ("addition", "named"),
    [
        ({"enableWhen": [{"question": ITEM_9, "operator": "exists", "answerBoolean": True}]}, "enableWhen"),
        ({"answerValueSet": "http://loinc.org/vs/LL358-3"}, "answerValueSet"),
        ({"maxLength": 20}, "maxLength"),
        ({"type": "open-choice"}, "type open-choice"),
        (
            {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/regex"}]},
            "http://hl7.org/fhir/StructureDefinition/regex",
        ),
        ({"modifierExtension": [{"url": "http://x.example/not"}]}, "http://x.example/not"),
    ],
)
def test_what_is_not_supported_is_named_and_never_passed(addition: JsonObject, named: str) -> None:
    form = questionnaire("phq-9")
    form["item"][1] |= addition
    findings = [
        found for found in check_response(response(digits("000000000")), form) if found.kind is FindingKind.UNSUPPORTED
    ]
    assert named in {finding.named for finding in findings}
    assert all(finding.location.startswith("Questionnaire.item[1]") for finding in findings)


# What each planted defect is to us. The three rules we do not know yet are named with the form, in every response.
PLANTED = {
    "D13": "answer-and-item",
    "Q01": "missing",
    "Q02": "wrong-type",
    "Q03": "not-offered",
    "Q04": "unsupported",
    "Q05": "unknown-item",
    "Q06": "too-many",
    "Q07": "unsupported",
    "Q08": "unsupported",
    "Q09": "unknown-item",
    "Q10": "no-answer-allowed",
    "Q11": "out-of-order",
}


@pytest.mark.parametrize("defect", PLANTED)
def test_planted_defects_are_found(defect: str) -> None:
    planted = sample("planted-defects/cases.json")
    (case,) = [case for case in planted["cases"] if case["id"] == defect]
    assert PLANTED[defect] in kinds(case["resource"], planted["questionnaire"])


def test_the_clean_twin_has_no_finding_but_the_rules_we_do_not_know_yet() -> None:
    planted = sample("planted-defects/cases.json")
    (clean,) = [case for case in planted["cases"] if case["id"] == "OK-qr"]
    findings = check_response(clean["resource"], planted["questionnaire"])
    assert {finding.kind for finding in findings} == {FindingKind.UNSUPPORTED}
    core = "http://hl7.org/fhir/StructureDefinition"
    assert {finding.named for finding in findings} == {
        "enableWhen",
        "maxLength",
        f"{core}/minValue",
        f"{core}/maxValue",
    }


def test_checking_changes_neither_the_response_nor_the_form() -> None:
    found, form = response(digits("000000001")), questionnaire("phq-9")
    before = rawjson.write(found), rawjson.write(form)
    check_response(found, form)
    assert (rawjson.write(found), rawjson.write(form)) == before
