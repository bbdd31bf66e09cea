"""One answer held against one question: each rule kept and broken."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.findings import Finding
from ipt_fhir.questionnaires.validation import check_response
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.making import CORE, SDC, extension, kilograms

HOME = "http://hospital.example/Questionnaire/one"
UNITS = "http://unitsofmeasure.org"
A, B = ({"system": "http://x.example", "code": code, "display": f"Mood {code}"} for code in "ab")


def asking(kind: str, *rules: JsonObject, **members: Any) -> JsonObject:
    """A form with one question."""
    item = {"linkId": "q", "type": kind, "extension": list(rules), **members}
    return {"resourceType": "Questionnaire", "url": HOME, "status": "active", "item": [item]}


def found(form: JsonObject, *answers: JsonObject, **members: Any) -> tuple[Finding, ...]:
    """What is found about these answers."""
    row = {"linkId": "q", "answer": list(answers)}
    response = {"resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": HOME, "item": [row]}
    return check_response(
        response | members, form, {"http://x.example/known": [A, B], "http://x.example/units": []}.get
    )


def kinds(form: JsonObject, *answers: JsonObject, **members: Any) -> list[str]:
    return [finding.kind.value for finding in found(form, *answers, **members)]


RIGHT: dict[str, JsonObject] = {
    "boolean": {"valueBoolean": False},
    "decimal": {"valueDecimal": Decimal("1.50")},
    "integer": {"valueInteger": -3},
    "date": {"valueDate": "2026-02"},
    "dateTime": {"valueDateTime": "2026-02-28T23:59:60.5+01:00"},
    "time": {"valueTime": "23:59:59"},
    "string": {"valueString": "<script>alert(1)</script>"},
    "text": {"valueString": "two\nlines"},
    "url": {"valueUri": "https://example.org"},
    "attachment": {"valueAttachment": {"url": "https://example.org/a.png"}},
    "reference": {"valueReference": {"reference": "Patient/1"}},
    "quantity": {"valueQuantity": {"value": 1}},
}


@pytest.mark.parametrize("kind", RIGHT)
def test_each_type_takes_its_value_and_no_other(kind: str) -> None:
    others = {name: value for name, value in RIGHT.items() if value.keys() != RIGHT[kind].keys()}
    assert kinds(asking(kind), RIGHT[kind]) == []
    for value in others.values():
        assert kinds(asking(kind), value) == ["wrong-type"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("boolean", {"valueBoolean": "true"}),
        ("integer", {"valueInteger": Decimal("1.0")}),
        ("integer", {"valueInteger": True}),
        ("integer", {"valueInteger": 2**31}),
        ("decimal", {"valueDecimal": "1.5"}),
        ("date", {"valueDate": "2026-02-30"}),
        ("date", {"valueDate": "05.01.2026"}),
        ("date", {"valueDate": "2026-01-05T10:00:00Z"}),
        ("dateTime", {"valueDateTime": "2026-01-05T10:00:00"}),
        ("dateTime", {"valueDateTime": "2026-01-05T25:00:00Z"}),
        ("time", {"valueTime": "10:00"}),
        ("string", {"valueString": 5}),
        ("string", {"valueString": ""}),
        ("quantity", {"valueQuantity": 5}),
        ("reference", {"valueReference": []}),
        ("string", {"valueString": "a", "valueInteger": 1}),
        ("string", {"valueUnheardOf": "a"}),
    ],
)
def test_a_value_that_is_not_of_its_type_is_found(kind: str, value: JsonObject) -> None:
    assert kinds(asking(kind), value) == ["wrong-type"]


def test_an_answer_without_a_value_needs_a_reason() -> None:
    reason: JsonObject = {"extension": [{"url": f"{CORE}/data-absent-reason", "valueCode": "asked-declined"}]}
    assert kinds(asking("string"), {}) == ["no-value"]
    assert kinds(asking("string"), reason) == []
    assert kinds(asking("string"), {"_valueString": reason}) == []


CODED = [{"valueCoding": A}, {"valueCoding": B}]


@pytest.mark.parametrize(
    ("options", "value", "expected"),
    [
        (CODED, {"valueCoding": {"system": "http://x.example", "code": "a", "display": "anything"}}, []),
        (CODED, {"valueCoding": A | {"system": "http://y.example"}}, ["not-offered"]),
        (CODED, {"valueCoding": {"code": "a"}}, ["not-offered"]),
        (CODED, {"valueString": "a"}, ["wrong-type"]),
        ([{"valueCoding": {"code": "a"}}], {"valueCoding": {"code": "a"}}, []),
        ([{"valueString": "a"}], {"valueString": "a"}, []),
        ([{"valueString": "a"}], {"valueString": "b"}, ["not-offered"]),
        ([{"valueInteger": 1}], {"valueInteger": 1}, []),
        ([{"valueInteger": 1}], {"valueInteger": 2}, ["not-offered"]),
        ([{"valueDate": "2026-01-01"}], {"valueDate": "2026-01-02"}, ["not-offered"]),
        ([{"valueReference": {"reference": "Patient/1"}}], {"valueReference": {"reference": "Patient/1"}}, []),
        (
            [{"valueReference": {"reference": "Patient/1"}}],
            {"valueReference": {"reference": "Patient/2"}},
            ["not-offered"],
        ),
        ([{"valueCoding": "broken"}], {"valueCoding": A}, ["unsupported", "not-offered"]),
        ([], {"valueCoding": A}, ["no-choices"]),
        ([], {"valueString": "a"}, ["no-choices"]),
        ([], {"valueBoolean": True}, ["wrong-type"]),
    ],
)
def test_a_choice_is_one_of_its_options(options: list[JsonObject], value: JsonObject, expected: list[str]) -> None:
    assert kinds(asking("choice", answerOption=options), value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueCoding": A}, []),
        ({"valueCoding": A | {"code": "c"}}, ["not-offered"]),
        ({"valueString": "none of these"}, []),
        ({"valueString": "mood B"}, ["like-a-choice"]),
        ({"valueInteger": 1}, ["wrong-type"]),
    ],
)
def test_an_open_choice_takes_words_of_ones_own(value: JsonObject, expected: list[str]) -> None:
    assert kinds(asking("open-choice", answerOption=CODED), value) == expected
    assert kinds(asking("open-choice", answerValueSet="http://x.example/known"), value) == expected


def test_a_value_set_is_looked_up_and_said_to_be_unknown_where_it_is() -> None:
    known, unknown = (asking("choice", answerValueSet=f"http://x.example/{name}") for name in ("known", "unknown"))
    assert kinds(known, {"valueCoding": A}) == []
    assert kinds(known, {"valueCoding": A | {"code": "c"}}) == ["not-offered"]
    assert kinds(known, {"valueCoding": {"code": "a"}}) == ["no-system"]
    assert kinds(known, {"valueString": "a"}) == ["wrong-type"]
    (finding,) = found(unknown, {"valueCoding": A})
    assert (finding.kind, finding.severity, finding.named) == (
        "choices-unknown",
        "not-checked",
        "http://x.example/unknown",
    )


@pytest.mark.parametrize("holder", ["form", "response"])
def test_a_value_set_inside_the_form_or_the_response_is_known(holder: str) -> None:
    concepts = [{"code": "a"}, {"code": "b"}]
    moods: JsonObject = {"resourceType": "ValueSet", "id": "moods", "status": "active"}
    moods |= {"compose": {"include": [{"system": "http://x.example", "concept": concepts}]}}
    form, beside = asking("choice", answerValueSet="#moods"), {"contained": [moods]}
    if holder == "form":
        form |= beside
        beside = {}
    assert kinds(form, {"valueCoding": A}, **beside) == []
    assert kinds(form, {"valueCoding": A | {"code": "c"}}, **beside) == ["not-offered"]


def test_an_exclusive_choice_stands_alone() -> None:
    none = {"valueCoding": B, "extension": [extension(f"{CORE}/questionnaire-optionExclusive", valueBoolean=True)]}
    form = asking("choice", answerOption=[CODED[0], none], repeats=True)
    assert kinds(form, CODED[1]) == []
    assert kinds(form, CODED[0], CODED[1]) == ["not-alone"]


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        (asking("string", maxLength=3), {"valueString": "abc"}, []),
        (asking("string", maxLength=3), {"valueString": "abcd"}, ["too-long"]),
        (asking("text", maxLength=3), {"valueString": "abcd"}, ["too-long"]),
        (asking("integer", maxLength=2), {"valueInteger": 100}, ["too-long"]),
        (asking("string", extension(f"{CORE}/minLength", valueInteger=3)), {"valueString": "ab"}, ["too-short"]),
        (asking("string"), {"valueString": "two\r\nlines"}, ["line-break"]),
        (asking("string", extension(f"{CORE}/regex", valueString="[0-9]{4}")), {"valueString": "8001"}, []),
        (
            asking("string", extension(f"{CORE}/regex", valueString="[0-9]{4}")),
            {"valueString": "8001 "},
            ["other-pattern"],
        ),
        (
            asking("string", extension(f"{CORE}/regex", valueString="(a+)+b")),
            {"valueString": "a" * 5000},
            ["other-pattern"],
        ),
    ],
)
def test_words_keep_to_length_lines_and_pattern(form: JsonObject, value: JsonObject, expected: list[str]) -> None:
    assert kinds(form, value) == expected


def between(member: str, least: Any, most: Any) -> tuple[JsonObject, JsonObject]:
    return extension(f"{CORE}/minValue", **{member: least}), extension(f"{CORE}/maxValue", **{member: most})


@pytest.mark.parametrize(
    ("kind", "rules", "right", "wrong"),
    [
        ("integer", between("valueInteger", 0, 27), (0, 27), (-1, 28)),
        (
            "decimal",
            between("valueDecimal", Decimal("0.5"), 2),
            (Decimal("0.50"), 2),
            (Decimal("0.49"), Decimal("2.1")),
        ),
        ("date", between("valueDate", "2020", "2022-06"), ("2020", "2021-05-05"), ("2019-12-31", "2022-07")),
        (
            "dateTime",
            between("valueDateTime", "2026-01-01T00:00:00Z", "2026-02"),
            ("2026-01-01T01:00:00+01:00", "2026-01-05"),
            ("2026-01-01T00:30:00+01:00", "2026-02-02"),
        ),
        ("time", between("valueTime", "08:00:00", "18:00:00"), ("08:00:00", "18:00:00"), ("07:59:59", "18:00:00.5")),
    ],
)
def test_an_amount_stays_within_its_limits(
    kind: str, rules: tuple[JsonObject, JsonObject], right: tuple[Any, Any], wrong: tuple[Any, Any]
) -> None:
    form, member = asking(kind, *rules), next(iter(RIGHT[kind]))
    assert [kinds(form, {member: value}) for value in right] == [[], []]
    assert [kinds(form, {member: value}) for value in wrong] == [["too-low"], ["too-high"]]


def test_decimal_places_are_counted_as_they_are_written() -> None:
    rule = extension(f"{CORE}/maxDecimalPlaces", valueInteger=2)
    spelled = rawjson.parse_object(b'{"a": 1.50, "b": 1.500, "c": 1e2}')
    assert [kinds(asking("decimal", rule), {"valueDecimal": value}) for value in spelled.values()] == [
        [],
        ["too-precise"],
        [],
    ]
    assert kinds(asking("quantity", rule), {"valueQuantity": {"value": Decimal("1.666")}}) == ["too-precise"]


WEIGHT = (
    extension(f"{SDC}/sdc-questionnaire-minQuantity", valueQuantity=kilograms(5)),
    extension(f"{SDC}/sdc-questionnaire-maxQuantity", valueQuantity=kilograms(50)),
)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        (kilograms(5), []),
        (kilograms(51), ["too-high"]),
        ({"value": 6000, "system": UNITS, "code": "g"}, []),
        ({"value": 4, "system": UNITS, "code": "[lb_av]"}, ["too-low"]),
        ({"value": 10, "system": UNITS, "code": "[mi_i]"}, ["not-comparable", "not-comparable"]),
        ({"value": 10, "unit": "kg"}, ["not-comparable", "not-comparable"]),
        ({"unit": "kg"}, ["not-comparable", "not-comparable"]),
        ({"value": 10, "system": UNITS, "code": "smoot"}, ["unit-unknown", "unit-unknown"]),
        ({"value": 10, "system": "http://x.example", "code": "kg"}, ["not-comparable", "not-comparable"]),
    ],
)
def test_a_quantity_is_compared_in_its_unit(quantity: JsonObject, expected: list[str]) -> None:
    assert kinds(asking("quantity", *WEIGHT), {"valueQuantity": quantity}) == expected


@pytest.mark.parametrize(
    ("rules", "quantity", "expected"),
    [
        (
            [("unitOption", "valueCoding", {"system": UNITS, "code": "km"})],
            {"value": 1, "system": UNITS, "code": "km"},
            [],
        ),
        ([("unitOption", "valueCoding", {"system": UNITS, "code": "km"})], {"value": 1, "unit": "km"}, ["other-unit"]),
        ([("unitValueSet", "valueCanonical", "http://x.example/units")], {"value": 1, "code": "km"}, ["other-unit"]),
        (
            [("unitValueSet", "valueCanonical", "http://x.example/none")],
            {"value": 1, "code": "km"},
            ["choices-unknown"],
        ),
        ([("unit", "valueCoding", {"system": UNITS, "code": "km"})], {"value": 1, "unit": "mile"}, []),
    ],
)
def test_a_unit_is_one_of_those_offered(
    rules: list[tuple[str, str, Any]], quantity: JsonObject, expected: list[str]
) -> None:
    extensions = [extension(f"{CORE}/questionnaire-{name}", **{member: value}) for name, member, value in rules]
    assert kinds(asking("quantity", *extensions), {"valueQuantity": quantity}) == expected


FILE = (
    extension(f"{CORE}/maxSize", valueDecimal=3),
    extension(f"{CORE}/mimeType", valueCode="text/plain"),
    extension(f"{CORE}/mimeType", valueCode="image/*"),
)


@pytest.mark.parametrize(
    ("attachment", "expected"),
    [
        ({"contentType": "text/plain; charset=utf-8", "data": "YWJj", "size": 3}, []),
        ({"contentType": "IMAGE/png", "data": "YQ=="}, []),
        ({"contentType": "application/pdf", "data": "YQ=="}, ["other-media-type"]),
        ({"data": "YQ=="}, ["other-media-type"]),
        ({"contentType": "text/plain", "data": "YWJjZA=="}, ["too-big"]),
        ({"contentType": "text/plain", "url": "https://x.example/a", "size": 4}, ["too-big"]),
        ({"contentType": "text/plain", "data": "YQ==", "size": 2}, ["other-size"]),
        ({"contentType": "text/plain", "data": "not base64", "size": 2}, ["other-size"]),
    ],
)
def test_a_file_is_of_the_size_and_kind_asked_for(attachment: JsonObject, expected: list[str]) -> None:
    assert kinds(asking("attachment", *FILE), {"valueAttachment": attachment}) == expected


PERSON = extension(f"{CORE}/questionnaire-referenceResource", valueCode="Patient")


@pytest.mark.parametrize(
    ("rules", "reference", "expected"),
    [
        ([PERSON], {"reference": "Patient/1"}, []),
        ([PERSON], {"reference": "https://x.example/fhir/Patient/1/_history/2"}, []),
        ([PERSON], {"reference": "Group/1"}, ["other-target"]),
        ([PERSON], {"reference": "#p"}, []),
        ([PERSON], {"reference": "#q"}, ["target-unknown"]),
        ([PERSON], {"reference": "urn:uuid:6f0f5a5e-7b0e-5c0a-9a52-3d3f2f1d9b10", "type": "Patient"}, []),
        ([PERSON], {"display": "somebody"}, ["target-unknown"]),
        ([], {"reference": "https://x.example/Chicken/1"}, ["other-target"]),
        ([], {"reference": "Slot/1"}, []),
        ([], {"display": "somebody"}, []),
    ],
)
def test_a_reference_points_to_what_is_asked_for(
    rules: list[JsonObject], reference: JsonObject, expected: list[str]
) -> None:
    contained = [{"resourceType": "Patient", "id": "p"}]
    assert kinds(asking("reference", *rules), {"valueReference": reference}, contained=contained) == expected


def test_a_finding_names_the_limit_and_never_the_answer() -> None:
    (finding,) = found(asking("string", maxLength=5), {"valueString": "a secret of hers"})
    assert (finding.location, finding.link_id) == ("QuestionnaireResponse.item[0].answer[0]", "q")
    assert finding.words() == "q: Too long; at most 5 characters."
    assert finding.sentence() == "Too long; at most 5 characters."
