"""A response held against its form: its structure, and what the form says as a whole. Answers: test_answer_rules.py."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ipt_fhir import rawjson
from ipt_fhir.instruments.catalogue import questionnaire
from ipt_fhir.questionnaires.findings import FindingKind
from ipt_fhir.questionnaires.validation import check_response
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
A = {"valueString": "a"}


@pytest.mark.parametrize("spelled", ["012301230", "33333333-", "---------"])
def test_our_own_responses_are_right_complete_or_not(spelled: str) -> None:
    assert kinds(response(digits(spelled) | {DIFFICULTY: "LA6573-5"})) == []
    assert kinds(response(digits(spelled), f"{PHQ_9.canonical}|1.0.0")) == []


Breaking = Callable[[JsonObject], object]
BROKEN: dict[str, tuple[Breaking, list[str]]] = {
    "another version": (lambda found: found.update(questionnaire=f"{PHQ_9.canonical}|0.9"), ["wrong-version"]),
    "another form": (lambda found: found.update(questionnaire="http://x.example/gad-7"), ["wrong-form"]),
    "no form": (lambda found: found.pop("questionnaire"), ["unnamed-form"]),
    "unknown linkId": (lambda found: found["item"].append(answered("/1-8", "LA6568-5")), ["unknown-item"]),
    "out of order": (lambda found: found["item"].reverse(), ["out-of-order"] * 8),
    "twice": (lambda found: found["item"].append(answered(ITEM_9, "LA6568-5")), ["too-many"]),
    "two answers": (lambda found: found["item"][0]["answer"].append(found["item"][0]["answer"][0]), ["too-many"]),
    "a number": (lambda found: found["item"][0].update(answer=[{"valueInteger": 1}]), ["wrong-type"]),
    "no value": (lambda found: found["item"][0].update(answer=[{}]), ["no-value"]),
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
        ["misplaced"],
    ),
    "other words": (lambda found: found["item"][0].update(text="How are you?"), ["other-text"]),
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
        ([NAME, HELD], ["misplaced"]),
        ([{"linkId": "title", "item": [NAME]}, HELD], ["no-item-allowed"]),
        ([{"linkId": "who", "answer": [{"valueString": "x"}], "item": [NAME]}, HELD], ["no-answer-allowed"]),
        ([{"linkId": "who", "item": [{"linkId": "since", "item": [NAME]}]}, HELD], ["missing", "answer-and-item"]),
        ([{"linkId": "moods", "answer": [A]}, {"linkId": "moods", "answer": [A]}, HELD], ["separate-items"]),
        ([{"linkId": "moods", "answer": [{"valueString": "c"}]}, HELD], ["not-offered"]),
        ([{"linkId": "moods", "answer": [{"valueCoding": {"code": "a"}}]}, HELD], ["wrong-type"]),
    ],
)
def test_what_is_wrong_inside_groups_is_found(rows: list[JsonObject], expected: list[str]) -> None:
    assert kinds(grouped(*rows), GROUPED) == expected


def test_required_items_are_errors_once_the_response_is_finished() -> None:
    for status, severity in {"in-progress": "warning", "stopped": "warning", "amended": "error"}.items():
        (missing,) = check_response(grouped(status=status), GROUPED)
        assert (missing.kind, missing.severity) == ("missing", severity)


def test_the_location_leads_to_the_answer() -> None:
    found = grouped({"linkId": "who", "item": [NAME, {"linkId": "since", "answer": [{"valueInteger": 3}]}]}, HELD)
    (finding,) = check_response(found, GROUPED)
    assert finding.location == "QuestionnaireResponse.item[0].item[1].answer[0]"


def test_a_finding_names_the_field_of_the_form_it_belongs_to() -> None:
    since = {"linkId": "since", "answer": [{"valueInteger": 3}]}
    rows = [{"linkId": "who", "item": [NAME]}, {"linkId": "who", "item": [NAME, since]}]
    found = {finding.link_id: finding.path for finding in check_response(grouped(*rows), GROUPED)}
    assert found == {"since": "1:1.1", "held": "3"}


def test_the_pco_form_asks_for_its_required_items() -> None:
    form = sample(PCO_FORM)
    assert kinds(response({"14363": "LA6568-5"}, form["url"]), form) == ["form-status", *["missing"] * 7]


def test_a_form_that_is_not_in_use_is_named() -> None:
    retired = GROUPED | {"status": "retired", "effectivePeriod": {"start": "2024", "end": "2025-06"}}
    late = grouped(HELD) | {"authored": "2026-01-05"}
    assert kinds(late, retired) == ["form-status", "form-period"]
    assert kinds(late | {"authored": "2025-06-30"}, retired | {"status": "active"}) == []
    assert kinds(late | {"authored": "2023-12-31", "status": "in-progress"}, retired) == ["form-period"]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("http://hospital.example/Questionnaire/grouped", []),
        ("http://hospital.example/Questionnaire/grouped|2", []),
        ("Questionnaire/grouped", []),
        ("#grouped", []),
        ("http://hospital.example/Questionnaire/grouped|1", ["wrong-version"]),
        ("http://hospital.example/Questionnaire/other|2", ["wrong-form"]),
        (7, ["unnamed-form"]),
    ],
)
def test_a_response_names_its_form_by_address_version_or_id(named: object, expected: list[str]) -> None:
    assert kinds(grouped(HELD) | {"questionnaire": named}, GROUPED) == expected


@pytest.mark.parametrize(
    ("addition", "named"),
    [
        ({"modifierExtension": [{"url": "http://x.example/not"}]}, "http://x.example/not"),
        ({"type": "question"}, "question"),
        (
            {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/regex", "valueString": "(?=a)"}]},
            "http://hl7.org/fhir/StructureDefinition/regex: (?=a)",
        ),
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


# What each planted defect is to us. The item of Q04 carries other words too.
PLANTED = {
    "D13": ["answer-and-item"],
    "Q01": ["missing"],
    "Q02": ["wrong-type"],
    "Q03": ["not-offered"],
    "Q04": ["not-enabled", "other-text"],
    "Q05": ["unknown-item"],
    "Q06": ["too-many"],
    "Q07": ["too-long"],
    "Q08": ["too-high"],
    "Q09": ["misplaced"],
    "Q10": ["no-answer-allowed"],
    "Q11": ["out-of-order"] * 3,
}


@pytest.mark.parametrize("defect", PLANTED)
def test_planted_defects_are_found(defect: str) -> None:
    planted = sample("planted-defects/cases.json")
    (case,) = [case for case in planted["cases"] if case["id"] == defect]
    assert kinds(case["resource"], planted["questionnaire"]) == PLANTED[defect]


def test_the_clean_twin_has_no_finding() -> None:
    planted = sample("planted-defects/cases.json")
    (clean,) = [case for case in planted["cases"] if case["id"] == "OK-qr"]
    assert check_response(clean["resource"], planted["questionnaire"]) == ()


def test_a_form_that_nobody_can_name_is_taken_for_the_one_that_is_meant() -> None:
    nameless = {name: value for name, value in GROUPED.items() if name not in {"id", "url"}}
    assert kinds(grouped(HELD), nameless) == []


def test_checking_changes_neither_the_response_nor_the_form() -> None:
    found, form = response(digits("000000001")), questionnaire("phq-9")
    before = rawjson.write(found), rawjson.write(form)
    check_response(found, form)
    assert (rawjson.write(found), rawjson.write(form)) == before
