"""Forms: how reading, opening and answering grow from ten items to a thousand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from ipt_fhir.questionnaires.filling import open_filling
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.rawjson import JsonObject
from tests.benchmarks.table import Row, row_of
from tests.benchmarks.timing import Effort, ratio
from tests.questionnaires.forms import NOW, coding, group, item, option, questionnaire, row, when
from tests.questionnaires.test_calculating import ANSWER, calculated

_GROUP = 10
_SMALL, _LARGE = 10, 1_000
# As many times the items, and half as much again for what grows with the size of the response.
_MOST = 150.0
_VALUES: dict[str, JsonObject] = {
    "choice": {"valueCoding": coding("blue")},
    "integer": {"valueInteger": 3},
    "string": {"valueString": "x"},
    "boolean": {"valueBoolean": True},
    "decimal": {"valueDecimal": 2},
}


def large_form(items: int) -> JsonObject:
    """A form of so many items in groups of ten: a fifth have a condition, one in twenty is calculated."""
    made = []
    for number in range(0, items, _GROUP):
        questions = [_question(number, place) for place in range(_GROUP - 1)]
        if number % 20 == 0:
            asked = ANSWER.format(f"q{number + 1}").replace("%resource", f"%resource.item.where(linkId = 'g{number}')")
            questions[-1] = calculated(f"q{number + _GROUP - 2}", "integer", f"{asked} * 2")
        made.append(group(f"g{number}", *questions))
    return questionnaire(*made)


def answers(form: JsonObject) -> list[JsonObject]:
    """An answer to every question of it."""
    return [
        row(block["linkId"], below=tuple(row(asked["linkId"], _VALUES[asked["type"]]) for asked in block["item"]))
        for block in form["item"]
    ]


def rows(effort: Effort) -> Iterator[Row]:
    """A thousand items beside ten; the last two columns are what one call takes."""
    large, small = jobs(_LARGE), jobs(_SMALL)
    for what, mine in large.items():
        found = ratio(mine, small[what], effort)
        yield row_of("P15", f"a form of 1,000 items: {what}", "of 10 items", found.inverse, at_most=_MOST)


def jobs(items: int) -> dict[str, Callable[[], object]]:
    """What a page does with a form of that size."""
    made = large_form(items)
    form = read_form(made)
    filling = open_filling(form, NOW)
    answered = filling.with_items(answers(made))
    return {
        "read": partial(read_form, made),
        "opened": partial(open_filling, form, NOW),
        "answered and settled": partial(filling.with_items, answered.items),
        "written for sending": answered.response_items,
    }


def _question(number: int, place: int) -> JsonObject:
    kind = tuple(_VALUES)[place % len(_VALUES)]
    options = {"answerOption": [option(colour) for colour in ("red", "blue", "green", "black")]}
    asked = [when(f"q{number + 1}", ">", answerInteger=1)] if place in {4, 7} else []
    members = (options if kind == "choice" else {}) | ({"enableWhen": asked} if asked else {})
    return item(f"q{number + place}", kind, **members)
