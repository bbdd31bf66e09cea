"""Expressions of a form: what they see, what they compute, and what a person is told when they fail (decision-D18b)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ipt_fhir.questionnaires.calculating import Evaluator
from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.filling import Filling, Origin, open_filling
from ipt_fhir.questionnaires.form import Expression, Value
from ipt_fhir.questionnaires.layout import Occurrence
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.forms import (
    NOW,
    coding,
    extension,
    fhirpath,
    form_of,
    group,
    item,
    on,
    opened,
    option,
    row,
    sent,
    shown,
    text,
    when,
)

ANSWER = "%resource.item.where(linkId = '{}').answer.value"
PATIENT = {"resourceType": "Patient", "id": "1", "birthDate": "1990-05-01", "gender": "female", "active": True}
LAUNCHED = replace(NOW, resources={"patient": PATIENT})


def calculated(link_id: str, kind: str, words: str, *more: JsonObject, **members: object) -> JsonObject:
    return item(link_id, kind, extension=[fhirpath(Known.CALCULATED_EXPRESSION, words), *more], **members)


def number(link_id: str, value: int) -> JsonObject:
    return row(link_id, {"valueInteger": value})


def values(filling: Filling, link_id: str) -> list[object]:
    return [answer.value.content for answer in shown(filling, link_id).answers]


def told(filling: Filling) -> list[str]:
    return [problem.words() for problem in filling.problems]


def test_a_value_is_calculated() -> None:
    both = " + ".join(ANSWER.format(name) for name in "ab")
    filling = opened(calculated("sum", "integer", both), item("a", "integer"), item("b", "integer"))
    assert (values(filling, "sum"), filling.problems) == ([], ())
    added = filling.with_items([number("a", 2), number("b", 3)])
    assert values(added, "sum") == [5]
    assert shown(added, "sum").origin is Origin.CALCULATED
    assert sent(added) == [number("sum", 5), number("a", 2), number("b", 3)]


def test_what_somebody_typed_into_a_calculated_item_does_not_count() -> None:
    filling = opened(calculated("twice", "integer", f"2 * {ANSWER.format('a')}"), item("a", "integer"))
    assert values(filling.with_items([number("twice", 99), number("a", 2)]), "twice") == [4]


def test_a_chain_of_calculations_is_worked_out_in_one_go_whatever_its_order() -> None:
    chain = [calculated(f"c{n}", "integer", f"{ANSWER.format(f'c{n + 1}')} + 1") for n in range(30)]
    filling = opened(*chain, item("c30", "integer")).with_items([number("c30", 0)])
    assert values(filling, "c0") == [30]


def test_each_expression_is_evaluated_twice_at_most_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, and once more to see that nothing moves; a chain in any order included."""
    chain = [calculated(f"c{n}", "integer", f"{ANSWER.format(f'c{n + 1}')} + 1") for n in range(30)]
    filling = opened(*chain, item("c30", "integer"))
    evaluated = 0
    run = Evaluator.run

    def counted(self: Evaluator, expression: Expression, at: Occurrence | None) -> list[Any]:
        nonlocal evaluated
        evaluated += 1
        return run(self, expression, at)

    monkeypatch.setattr(Evaluator, "run", counted)
    filling.with_items([number("c30", 0)])
    assert evaluated == 60


def test_a_chain_of_expressions_that_enable_is_worked_out_whatever_its_length() -> None:
    def asked(n: int) -> JsonObject:
        words = f"%resource.item.where(linkId = 'q{n - 1}').answer.value = 'yes'"
        return item(f"q{n}", extension=[fhirpath(Known.ENABLE_WHEN_EXPRESSION, words)])

    filling = opened(item("q0"), *(asked(n) for n in range(1, 100)))
    yes = [text(f"q{n}", "yes") for n in range(100)]
    assert len(on(filling.with_items(yes))) == 100
    assert on(filling.with_items([text("q0", "no"), *yes[1:]])) == ["q0"]
    assert filling.with_items(yes).problems == ()


def test_all_expressions_of_a_form_together_have_a_limit() -> None:
    """A form comes from anywhere: each expression within its own limit, and a thousand of them."""
    heavy = "%resource.item.select($this.item | $this.answer | $this.linkId).count() + %resource.descendants().count()"
    greedy = [calculated(f"c{n}", "integer", heavy) for n in range(600)]
    filling = opened(*greedy)
    assert filling.problems
    assert "300000" in {problem.named for problem in filling.problems}


def test_an_expression_sees_only_what_is_on() -> None:
    off = item("a", "integer", enableWhen=[when("q", "=", answerBoolean=True)])
    filling = opened(item("q", "boolean"), off, calculated("n", "integer", f"{ANSWER.format('a')}.count()"))
    yes, no = (row("q", {"valueBoolean": said}) for said in (True, False))
    assert values(filling.with_items([no, number("a", 1)]), "n") == [0]
    assert values(filling.with_items([yes, number("a", 1)]), "n") == [1]


def test_a_calculated_value_switches_others_on() -> None:
    warning = item("warning", "display", enableWhen=[when("sum", ">", answerInteger=3)])
    filling = opened(item("a", "integer"), calculated("sum", "integer", f"{ANSWER.format('a')} * 2"), warning)
    assert "warning" not in on(filling.with_items([number("a", 1)]))
    assert "warning" in on(filling.with_items([number("a", 2)]))


@pytest.mark.parametrize(
    ("words", "expected"),
    [("%resource.item.where(linkId = 'a').answer.value > 3", True), ("{}", False), ("true", True), ("1 > 2", False)],
)
def test_an_expression_enables(words: str, expected: bool) -> None:
    asked = item("b", extension=[fhirpath(Known.ENABLE_WHEN_EXPRESSION, words)])
    filling = opened(item("a", "integer"), asked).with_items([number("a", 4), text("b", "kept")])
    assert ("b" in on(filling)) is expected
    assert filling.problems == ()
    assert filling.items[1]["answer"] == [{"valueString": "kept"}]


@pytest.mark.parametrize("words", ["'yes'", "1", "true.combine(false)"])
def test_an_expression_that_says_neither_yes_nor_no_is_told_to_the_person(words: str) -> None:
    filling = opened(item("b", extension=[fhirpath(Known.ENABLE_WHEN_EXPRESSION, words)]))
    assert on(filling) == []
    assert [problem.link_id for problem in filling.problems] == ["b"]
    assert shown(filling, "b").problem == told(filling)[0]


def test_a_variable_is_seen_below_its_place() -> None:
    outer = fhirpath(Known.VARIABLE, ANSWER.format("a"), name="x")
    doubled = fhirpath(Known.VARIABLE, "%x * 2", name="y")
    inner = fhirpath(Known.VARIABLE, "7", name="x")
    filling = opened(
        item("a", "integer"),
        calculated("outside", "integer", "%y"),
        group("g", calculated("inside", "integer", "%x"), extension=[inner]),
        extension=[outer, doubled],
    ).with_items([number("a", 4)])
    assert (values(filling, "outside"), values(filling, "inside")) == ([8], [7])


def test_a_variable_of_a_repeating_group_belongs_to_its_repetition() -> None:
    weight = fhirpath(Known.VARIABLE, "item.where(linkId = 'kg').answer.value", name="kg")
    person = group(
        "p", item("kg", "integer"), calculated("g", "integer", "%kg * 1000"), extension=[weight], repeats=True
    )
    two = [row("p", below=(number("kg", kg),)) for kg in (1, 2)]
    filling = opened(person).with_items(two)
    assert [
        answer.value.content for found in filling.walk() if found.item.link_id == "g" for answer in found.answers
    ] == [
        1000,
        2000,
    ]


def test_expressions_know_their_item_and_their_form() -> None:
    filling = opened(
        calculated("a", "string", "%qitem.text & %questionnaire.status & %context.linkId & linkId & %thisItem.type")
    )
    assert values(filling, "a") == ["Question aactiveaastring"]


def test_the_launch_is_known_to_expressions() -> None:
    names = [{"url": "name", "valueCoding": {"code": name}} for name in ("patient", "user")]
    contexts = [{"url": str(Known.LAUNCH_CONTEXT), "extension": [name]} for name in names]
    asked = [calculated("a", "date", "%patient.birthDate"), calculated("b", "string", "%user.id")]
    filling = opened(*asked, surroundings=LAUNCHED, extension=contexts)
    assert (values(filling, "a"), values(filling, "b"), told(filling)) == (["1990-05-01"], [], [])
    assert filling.form.launch_contexts == ("patient", "user")


def test_a_name_nobody_gave_is_told_to_the_person() -> None:
    filling = opened(calculated("a", "string", "%nobody.name"))
    assert (values(filling, "a"), [problem.named for problem in filling.problems]) == ([], ["%nobody"])
    assert "%nobody" in shown(filling, "a").problem


def test_a_query_is_answered_by_its_name() -> None:
    asked = {"name": "weights", "language": "application/x-fhir-query", "expression": "Observation?code=29463-7"}
    query = extension(Known.VARIABLE, valueExpression=asked)
    form = form_of(calculated("a", "integer", "%weights.total"), extension=[query])
    assert form.unsupported == ()
    unasked = open_filling(form, NOW)
    assert told(unasked) == ["The form asks the record for “weights”, and there is no answer to that."]
    found = replace(NOW, resources={"weights": {"resourceType": "Bundle", "total": 3}})
    assert values(open_filling(form, found), "a") == [3]


def test_an_initial_value_is_computed_once() -> None:
    sex = item("sex", "choice", answerValueSet="http://hl7.org/fhir/ValueSet/administrative-gender")
    sex["extension"] = [fhirpath(Known.INITIAL_EXPRESSION, "%patient.gender")]
    day = item("day", "date", extension=[fhirpath(Known.INITIAL_EXPRESSION, "today()")])
    filling = opened(sex, day, surroundings=LAUNCHED)
    female = {"system": "http://hl7.org/fhir/administrative-gender", "code": "female", "display": "Female"}
    assert sent(filling) == [row("sex", {"valueCoding": female}), row("day", {"valueDate": "2026-08-01"})]
    assert {shown(filling, name).origin for name in ("sex", "day")} == {Origin.CHART}
    assert sent(filling.with_items([])) == []
    assert sent(open_filling(filling.form, LAUNCHED, {"item": []})) == []


def test_an_initial_value_that_cannot_be_computed_is_told_until_somebody_answers() -> None:
    filling = opened(item("a", extension=[fhirpath(Known.INITIAL_EXPRESSION, "%patient.name.family")]))
    assert [problem.named for problem in filling.problems] == ["%patient"]
    assert shown(filling, "a").problem
    answered = filling.with_items([text("a", "typed")])
    assert (told(answered), shown(answered, "a").problem) == ([], "")


@pytest.mark.parametrize(
    ("kind", "words", "expected"),
    [
        ("boolean", "true", Value("valueBoolean", True)),
        ("integer", "2.0", Value("valueInteger", 2)),
        ("decimal", "1 / 3.0 * 3", None),
        ("date", "@2026-08-01T10:00:00Z", Value("valueDate", "2026-08-01")),
        ("dateTime", "@2026-08-01", Value("valueDateTime", "2026-08-01")),
        ("time", "@T09:30:00", Value("valueTime", "09:30:00")),
        ("text", "'words'", Value("valueString", "words")),
        ("url", "'https://example.org'", Value("valueUri", "https://example.org")),
        ("quantity", "70 'kg'", Value("valueQuantity", {"value": 70, "unit": "kg"})),
        ("reference", "'Patient/1'", Value("valueReference", {"reference": "Patient/1"})),
        ("reference", "%patient", Value("valueReference", {"reference": "Patient/1"})),
        ("choice", "%qitem.answerOption.value.where(code = 'red')", Value("valueCoding", coding("red"))),
        ("choice", "'blue'", Value("valueCoding", coding("blue"))),
        ("open-choice", "'green'", Value("valueString", "green")),
    ],
)
def test_a_result_becomes_an_answer_of_the_items_type(kind: str, words: str, expected: Value | None) -> None:
    options = {"answerOption": [option("red"), option("blue")]} if "choice" in kind else {}
    filling = opened(calculated("a", kind, words, **options), surroundings=LAUNCHED)
    assert filling.problems == ()
    (answer,) = shown(filling, "a").answers
    if expected is None:
        assert isinstance(answer.value.content, Decimal)
    elif kind == "quantity":
        assert {"value": 70, "unit": "kg"}.items() <= answer.value.content.items()
    else:
        assert answer.value == expected


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("integer", "2.5"),
        ("integer", "true"),
        ("boolean", "1"),
        ("string", "1"),
        ("date", "'tomorrow'"),
        ("time", "'noon'"),
        ("choice", "'green'"),
        ("choice", "1"),
        ("decimal", "70 'kg'"),
        ("reference", "1"),
        ("attachment", "'x'"),
    ],
)
def test_a_result_of_another_kind_is_left_empty_and_told(kind: str, words: str) -> None:
    options = {"answerOption": [option("red")]} if kind == "choice" else {}
    filling = opened(calculated("a", kind, words, **options))
    assert values(filling, "a") == []
    assert [problem.link_id for problem in filling.problems] == ["a"]


def test_a_number_with_the_unit_of_the_item_is_taken_and_one_with_another_unit_is_not() -> None:
    kg = extension(Known.UNIT, valueCoding={"system": "http://unitsofmeasure.org", "code": "kg"})
    assert values(opened(calculated("a", "decimal", "70 'kg'", kg)), "a") == [70]
    assert values(opened(calculated("a", "decimal", "70 'g'", kg)), "a") == []


def test_more_values_than_one_are_told_unless_the_item_repeats() -> None:
    two = "('hi').combine('there')"
    once = opened(calculated("a", "string", two))
    assert values(once, "a") == []
    assert told(once) == ["The form computes 2 values where one is expected, so this is left empty."]
    assert values(opened(calculated("a", "string", two, repeats=True)), "a") == ["hi", "there"]


def test_a_failing_expression_is_never_nought() -> None:
    filling = opened(item("a"), calculated("sum", "integer", "%resource.item.answer.value.sum()"))
    failed = filling.with_items([text("a", "seven")])
    assert values(failed, "sum") == []
    assert [problem.link_id for problem in failed.problems] == ["sum"]
    assert shown(failed, "sum").problem
    assert sent(failed) == [text("a", "seven")]


def test_values_that_wait_for_each_other_are_named() -> None:
    form = form_of(
        calculated("a", "integer", f"{ANSWER.format('b')} + 1"), calculated("b", "integer", f"{ANSWER.format('a')} + 1")
    )
    assert not form.fillable
    assert "a → b → a" in {found.name for found in form.unsupported}
    filling = open_filling(form, NOW)
    assert told(filling)[0] == "This value depends on itself (a → b → a), so it is left empty."


def test_an_expression_about_the_form_is_no_circle() -> None:
    words = "%questionnaire.item.where(linkId = 'a').text"
    assert values(opened(calculated("a", "string", words)), "a") == ["Question a"]


def test_a_value_that_never_comes_to_rest_is_left_empty_and_named() -> None:
    """No linkId is mentioned, so that only working it out shows the circle."""
    filling = opened(calculated("a", "integer", "iif(%resource.item[0].answer.exists(), {}, 1)"))
    assert values(filling, "a") == []
    assert told(filling) == ["This value never comes to rest, so it is left empty."]
    switch = item("b", extension=[fhirpath(Known.ENABLE_WHEN_EXPRESSION, "%resource.item.where(linkId='b').empty()")])
    flipping = opened(switch)
    assert on(flipping) == []
    assert told(flipping) == ["This value never comes to rest, so it is left empty."]


def test_variables_that_ask_for_one_another_without_end_are_told() -> None:
    chain = [fhirpath(Known.VARIABLE, f"%v{n + 1}", name=f"v{n}") for n in range(200)]
    last = fhirpath(Known.VARIABLE, "1", name="v200")
    filling = opened(calculated("a", "integer", "%v0"), calculated("b", "integer", "%v190"), extension=[*chain, last])
    assert [problem.link_id for problem in filling.problems] == ["a"]
    assert values(filling, "b") == [1]


def test_a_variable_that_asks_for_itself_is_told() -> None:
    circle = [fhirpath(Known.VARIABLE, f"%{other}", name=one) for one, other in ("xy", "yx")]
    filling = opened(calculated("a", "string", "%x"), extension=circle)
    assert told(filling) == ["This value depends on itself (x), so it is left empty."]


def test_a_limit_is_computed() -> None:
    tomorrow = {"extension": [fhirpath(Known.EXPRESSION, "today() + 1 day")]}
    age = {"extension": [fhirpath(Known.CALCULATED_VALUE, ANSWER.format("age"))]}
    filling = opened(
        item("age", "integer"),
        item("due", "date", extension=[extension(Known.MIN_VALUE, _valueDate=tomorrow)]),
        item("since", "integer", extension=[extension(Known.MAX_VALUE, valueInteger=120, _valueInteger=age)]),
    )
    assert filling.form.unsupported == ()
    assert shown(filling, "due").limits.least == Value("valueDate", "2026-08-02")
    assert shown(filling, "since").limits.most == Value("valueInteger", 120)
    assert shown(filling.with_items([number("age", 40)]), "since").limits.most == Value("valueInteger", 40)


def test_answers_are_computed() -> None:
    said = fhirpath(Known.ANSWER_EXPRESSION, ANSWER.format("drugs"))
    filling = opened(item("drugs", repeats=True), item("worst", "choice", extension=[said]))
    assert shown(filling, "worst").options is None
    typed = filling.with_items([row("drugs", *({"valueString": name} for name in ("A", "B", "A")))])
    assert [found.value for found in shown(typed, "worst").options or ()] == [
        Value("valueString", "A"),
        Value("valueString", "B"),
    ]


def test_options_are_switched_by_an_expression() -> None:
    toggle = {
        "url": str(Known.ANSWER_OPTIONS_TOGGLE),
        "extension": [
            {"url": "option", "valueCoding": coding("pregnant")},
            {
                "url": "expression",
                "valueExpression": {"language": "text/fhirpath", "expression": "%patient.gender = 'female'"},
            },
        ],
    }
    asked = item("a", "choice", answerOption=[option("pregnant"), option("well")], extension=[toggle])

    def offered(gender: str) -> list[str]:
        who = replace(NOW, resources={"patient": PATIENT | {"gender": gender}})
        return [found.display for found in shown(opened(asked, surroundings=who), "a").options or ()]

    assert (offered("female"), offered("male")) == (["Pregnant", "Well"], ["Well"])


def test_a_function_that_is_not_on_the_list_makes_the_form_read_only() -> None:
    form = form_of(calculated("a", "integer", "defineVariable('x', 1)"))
    assert not form.fillable
    assert {found.name for found in form.unsupported} == {"defineVariable()"}
