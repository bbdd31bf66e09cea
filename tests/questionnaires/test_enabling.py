"""enableWhen: operators, behavior, which question is meant, what is off (decision-D54)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ipt_fhir.questionnaires.form import Operator
from ipt_fhir.questionnaires.validation import check_response
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.forms import coding, form_of, group, item, on, opened, row, sent, text, when

KG, POUND = ({"value": Decimal(70), "unit": unit, "code": unit} for unit in ("kg", "[lb_av]"))
UCUM = "http://unitsofmeasure.org"
KILOGRAMS, GRAMS, METRES, BAGS = (
    {"unit": unit, "system": system, "code": unit}
    for unit, system in (("kg", UCUM), ("g", UCUM), ("m", UCUM), ("bag", "urn:shop"))
)
TRUE, FALSE = {"valueBoolean": True}, {"valueBoolean": False}

# type of the question, operator, answer of the condition, answers given, whether it is on
COMPARED = [
    ("string", "exists", {"answerBoolean": True}, [{"valueString": "x"}], True),
    ("string", "exists", {"answerBoolean": True}, [], False),
    ("string", "exists", {"answerBoolean": False}, [], True),
    ("string", "exists", {"answerBoolean": False}, [{"valueString": "x"}], False),
    ("boolean", "=", {"answerBoolean": True}, [TRUE], True),
    ("boolean", "=", {"answerBoolean": True}, [FALSE], False),
    ("integer", "=", {"answerInteger": 1}, [{"valueBoolean": True}], False),
    ("decimal", "=", {"answerDecimal": Decimal("5.6")}, [{"valueDecimal": Decimal("5.60")}], True),
    ("decimal", ">=", {"answerInteger": 5}, [{"valueDecimal": Decimal("5.0")}], True),
    ("string", "=", {"answerString": "x"}, [{"valueString": "X"}], False),
    ("string", "!=", {"answerString": "x"}, [{"valueString": "y"}], True),
    ("string", "!=", {"answerString": "x"}, [{"valueString": "x"}, {"valueString": "y"}], False),
    ("string", "!=", {"answerString": "x"}, [], False),
    ("string", "<=", {"answerString": "testing"}, [{"valueString": "test"}], True),
    ("integer", ">", {"answerInteger": 3}, [{"valueInteger": 3}], False),
    ("integer", ">", {"answerInteger": 3}, [{"valueInteger": 1}, {"valueInteger": 4}], True),
    ("integer", "<", {"answerInteger": 3}, [{"valueInteger": 2}], True),
    ("integer", "<", {"answerInteger": 3}, [], False),
    ("date", "<", {"answerDate": "2026-08-01"}, [{"valueDate": "2026-07-31"}], True),
    ("date", "=", {"answerDate": "2026-08-01"}, [{"valueDate": "2026-08"}], False),
    ("date", ">", {"answerDate": "2026-08-01"}, [{"valueDate": "2026-08"}], False),
    ("date", ">", {"answerDate": "2026-08-01"}, [{"valueDate": "2027"}], True),
    (
        "dateTime",
        "=",
        {"answerDateTime": "2026-08-01T09:00:00Z"},
        [{"valueDateTime": "2026-08-01T11:00:00+02:00"}],
        True,
    ),
    ("dateTime", ">", {"answerDateTime": "2026-08-01T09:00:00Z"}, [{"valueDateTime": "2026-08-01T09:00:00.5Z"}], True),
    ("time", "<", {"answerTime": "12:00:00"}, [{"valueTime": "09:30:00"}], True),
    ("choice", "=", {"answerCoding": coding("red")}, [{"valueCoding": coding("red", display="Rot")}], True),
    ("choice", "=", {"answerCoding": {"code": "red"}}, [{"valueCoding": coding("red")}], True),
    ("choice", "=", {"answerCoding": {"system": "urn:other", "code": "red"}}, [{"valueCoding": coding("red")}], False),
    ("choice", "!=", {"answerCoding": coding("red")}, [{"valueCoding": coding("blue")}], True),
    (
        "choice",
        "=",
        {"answerCoding": coding("red")},
        [{"valueCoding": c} for c in (coding("blue"), coding("red"))],
        True,
    ),
    ("quantity", ">", {"answerQuantity": KG}, [{"valueQuantity": KG | {"value": 71}}], True),
    ("quantity", ">", {"answerQuantity": KG}, [{"valueQuantity": POUND | {"value": 710}}], False),
    ("quantity", "=", {"answerQuantity": KG}, [{"valueQuantity": KG | {"value": Decimal("70.0")}}], True),
    ("quantity", ">", {"answerQuantity": GRAMS | {"value": 3000}}, [{"valueQuantity": KILOGRAMS | {"value": 5}}], True),
    (
        "quantity",
        "<",
        {"answerQuantity": GRAMS | {"value": 3000}},
        [{"valueQuantity": KILOGRAMS | {"value": 5}}],
        False,
    ),
    ("quantity", "=", {"answerQuantity": GRAMS | {"value": 3000}}, [{"valueQuantity": KILOGRAMS | {"value": 3}}], True),
    (
        "quantity",
        "!=",
        {"answerQuantity": GRAMS | {"value": 3000}},
        [{"valueQuantity": KILOGRAMS | {"value": 3}}],
        False,
    ),
    ("quantity", ">", {"answerQuantity": {"value": 3}}, [{"valueQuantity": KILOGRAMS | {"value": 5}}], True),
    ("quantity", ">", {"answerQuantity": GRAMS | {"value": 3}}, [{"valueQuantity": GRAMS}], False),
    (
        "reference",
        "=",
        {"answerReference": {"reference": "Group/1"}},
        [{"valueReference": {"reference": "Group/1"}}],
        True,
    ),
]


@pytest.mark.parametrize(("kind", "operator", "wanted", "given", "expected"), COMPARED)
def test_an_operator_compares(
    kind: str, operator: str, wanted: JsonObject, given: list[JsonObject], expected: bool
) -> None:
    filling = opened(item("q", kind, repeats=True), item("a", enableWhen=[when("q", operator, **wanted)]))
    assert on(filling.with_items([row("q", *given)])) == (["q", "a"] if expected else ["q"])


ABOVE_3_KG = item("a", enableWhen=[when("q", ">", answerQuantity=GRAMS | {"value": 3000})])


@pytest.mark.parametrize("unit", [METRES, BAGS, KILOGRAMS | {"code": "stone"}, {"unit": "pounds"}, {}])
@pytest.mark.parametrize("operator", ["=", "!=", ">", "<"])
def test_a_condition_about_an_amount_nobody_can_compare_is_named_at_its_question(
    unit: JsonObject, operator: str
) -> None:
    asks = when("q", operator, answerQuantity=GRAMS | {"value": 3000})
    filling = opened(item("q", "quantity"), item("a", enableWhen=[asks]))
    doubtful = filling.with_items([row("q", {"valueQuantity": unit | {"value": 5}})])
    assert on(doubtful) == ["q"]
    assert [(found.link_id, found.words()) for found in doubtful.problems] == [
        ("q", "Whether another question is asked cannot be decided: this unit cannot be compared with 3000 g.")
    ]
    settled = doubtful.with_items([row("q", {"valueQuantity": KILOGRAMS | {"value": 5}})])
    assert settled.problems == ()


def test_a_doubtful_condition_is_no_matter_where_others_decide() -> None:
    asks = [when("q", ">", answerQuantity=GRAMS | {"value": 3000}), when("b", "=", answerBoolean=True)]
    bags = row("q", {"valueQuantity": BAGS | {"value": 5}})
    for behaviour, deciding, expected in (("any", TRUE, ["q", "b", "a"]), ("all", FALSE, ["q", "b"])):
        filling = opened(
            item("q", "quantity"), item("b", "boolean"), item("a", enableWhen=asks, enableBehavior=behaviour)
        ).with_items([bags, row("b", deciding)])
        assert (on(filling), filling.problems) == (expected, ())


def test_a_response_is_checked_with_the_amounts_its_units_say() -> None:
    form = form_of(item("q", "quantity"), ABOVE_3_KG)
    for unit, expected in (
        (KILOGRAMS, []),
        (GRAMS, ["This is answered, but other answers switch the question off."]),
        (BAGS, ["Not checked: a rule of the form could not be evaluated (q > 3000 g)."]),
    ):
        answers = [row("q", {"valueQuantity": unit | {"value": 5}}), text("a", "x")]
        response = {"resourceType": "QuestionnaireResponse", "questionnaire": form.url, "status": "completed"}
        found = check_response(response | {"item": answers}, form)
        assert [item.sentence() for item in found] == expected


def test_every_operator_is_compared() -> None:
    assert {operator for _, operator, *_ in COMPARED} == set(Operator)


@pytest.mark.parametrize(("behavior", "expected"), [("all", False), ("any", True)])
def test_behavior_joins_conditions(behavior: str, expected: bool) -> None:
    conditions = [when("p", "=", answerBoolean=True), when("q", "=", answerBoolean=True)]
    filling = opened(
        item("p", "boolean"), item("q", "boolean"), item("a", enableWhen=conditions, enableBehavior=behavior)
    )
    assert ("a" in on(filling.with_items([row("p", TRUE), row("q", FALSE)]))) is expected
    assert "a" in on(filling.with_items([row("p", TRUE), row("q", TRUE)]))


def test_an_answer_that_is_off_counts_as_none() -> None:
    """A chain: c asks about b, which is off because of a, though words were typed there before."""
    filling = opened(
        item("c", enableWhen=[when("b", "exists", answerBoolean=True)]),
        item("b", enableWhen=[when("a", "=", answerBoolean=True)]),
        item("a", "boolean"),
    )
    words = text("b", "typed")
    assert on(filling.with_items([words, row("a", TRUE)])) == ["c", "b", "a"]
    assert on(filling.with_items([words, row("a", FALSE)])) == ["a"]


def test_a_group_that_is_off_takes_everything_below_along() -> None:
    filling = opened(item("q", "boolean"), group("g", item("a"), enableWhen=[when("q", "=", answerBoolean=True)]))
    typed = [row("q", FALSE), row("g", below=(text("a", "words"),))]
    assert on(filling.with_items(typed)) == ["q"]
    assert sent(filling.with_items(typed)) == [row("q", FALSE)]


def test_in_a_repeating_group_the_question_of_the_same_repetition_is_meant() -> None:
    smoker = group(
        "person",
        item("more", enableWhen=[when("smokes", "=", answerBoolean=True)]),
        item("smokes", "boolean"),
        repeats=True,
    )
    two = [row("person", below=(row("smokes", answer),)) for answer in (TRUE, FALSE)]
    filling = opened(smoker).with_items(two)
    assert [found.path for found in filling.walk() if found.enabled and found.item.link_id == "more"] == ["0:0.0"]


def test_outside_a_repeating_group_the_nearest_question_is_meant_the_one_before_first() -> None:
    filling = opened(
        group("person", item("smokes", "boolean"), repeats=True),
        item("after", enableWhen=[when("smokes", "=", answerBoolean=True)]),
    )
    yes, no = (row("person", below=(row("smokes", answer),)) for answer in (TRUE, FALSE))
    assert "after" in on(filling.with_items([no, yes]))
    assert "after" not in on(filling.with_items([yes, no]))
    assert "after" in on(filling.with_items([yes, row("person")])), "a repetition nobody filled is not sent"


def test_below_one_of_several_answers_only_that_answer_counts() -> None:
    often = item("often", enableWhen=[when("drug", "=", answerString="beer")])
    filling = opened(item("drug", "string", often, repeats=True))
    both = filling.with_items([row("drug", {"valueString": "beer"}, {"valueString": "tea"})])
    assert [found.path for found in both.walk() if found.enabled] == ["0", "0:0.0"]


def test_a_long_chain_is_decided_without_going_deep() -> None:
    chain = [item(f"q{n}", enableWhen=[when(f"q{n + 1}", "exists", answerBoolean=True)]) for n in range(1_500)]
    filling = opened(*chain, item("q1500"))
    typed = [text(f"q{n}", "x") for n in range(1_501)]
    assert len(sent(filling.with_items(typed))) == 1_501
    assert sent(filling.with_items(typed[:-1])) == []
