"""Forms of any shape, and answers to them: for laws that hold for every form.

Answers are given at random, right and wrong: the laws of filling hold whether validation would be content or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.forms import coding, extension, fhirpath, item, option, questionnaire, row, when

COLOURS = ("red", "blue", "green")
VALUES: dict[str, SearchStrategy[JsonObject]] = {
    "boolean": st.booleans().map(lambda value: {"valueBoolean": value}),
    "integer": st.integers(-3, 3).map(lambda value: {"valueInteger": value}),
    "string": st.sampled_from(["", "x", "y"]).map(lambda value: {"valueString": value}),
    "choice": st.sampled_from(COLOURS).map(lambda value: {"valueCoding": coding(value)}),
}
KINDS = (*VALUES, "group", "display")
WEIGHTED = [
    option(colour, extension(Known.ITEM_WEIGHT, valueDecimal=Decimal(points))) for points, colour in enumerate(COLOURS)
]


@st.composite
def forms(draw: DrawFn) -> JsonObject:
    """A Questionnaire with up to a dozen items, three levels deep, conditions on what stands before, and a sum."""
    made = [draw(_items(f"q{number}", depth=2)) for number in range(draw(st.integers(1, 4)))]
    asked = [found for top in made for found in _walk(top) if found["type"] in VALUES]
    for found in (found for top in made for found in _walk(top)):
        others = [other for other in asked if other["linkId"] < found["linkId"]]
        conditional = draw(st.booleans())
        if others and conditional:
            found["enableWhen"] = [
                draw(_conditions(draw(st.sampled_from(others)))) for _ in range(draw(st.integers(1, 2)))
            ]
            found["enableBehavior"] = draw(st.sampled_from(["all", "any"]))
    words = "%resource.descendants().where(linkId = 'q0').answer.valueInteger.sum()"
    total = item("total", "integer", extension=[fhirpath(Known.CALCULATED_EXPRESSION, words)])
    return questionnaire(*made, total)


@st.composite
def answers(draw: DrawFn, form: JsonObject) -> list[JsonObject]:
    """Items of a response to that form, at their places, in the order of the form or not."""
    rows = draw(_rows(form.get("item", [])))
    return list(draw(st.permutations(rows))) if draw(st.booleans()) else rows


@st.composite
def _items(draw: DrawFn, link_id: str, depth: int) -> JsonObject:
    kind = draw(st.sampled_from(KINDS if depth else tuple(VALUES)))
    below = []
    if kind != "display" and depth and draw(st.booleans()):
        below = [draw(_items(f"{link_id}.{number}", depth - 1)) for number in range(draw(st.integers(1, 2)))]
    members: JsonObject = {"answerOption": WEIGHTED} if kind == "choice" else {}
    if kind != "display" and draw(st.booleans()):
        members["repeats"] = True
    return item(link_id, kind, *below, **members)


@st.composite
def _conditions(draw: DrawFn, asked: JsonObject) -> JsonObject:
    if draw(st.booleans()):
        return when(asked["linkId"], "exists", answerBoolean=draw(st.booleans()))
    ((member, content),) = draw(VALUES[asked["type"]]).items()
    return when(asked["linkId"], draw(st.sampled_from(["=", "!=", ">", "<="])), **{f"answer{member[5:]}": content})


@st.composite
def _rows(draw: DrawFn, items: list[JsonObject]) -> list[JsonObject]:
    rows = []
    for found in items:
        times = draw(st.integers(0, 2 if found.get("repeats") else 1))
        below = found.get("item", [])
        if found["type"] == "group":
            rows += [row(found["linkId"], below=tuple(draw(_rows(below)))) for _ in range(times)]
        elif found["type"] in VALUES and times:
            given = [draw(VALUES[found["type"]]) for _ in range(times)]
            under = [draw(_rows(below)) for _ in given]
            held = [
                value | ({"item": rows_below} if rows_below else {})
                for value, rows_below in zip(given, under, strict=True)
            ]
            rows.append(row(found["linkId"], *held))
    return rows


def _walk(found: JsonObject) -> Iterator[JsonObject]:
    yield found
    for below in found.get("item", []):
        yield from _walk(below)
