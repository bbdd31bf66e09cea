"""Safety questions in whatever form they stand: no positive answer is passed over, and nothing harmless is raised."""

from __future__ import annotations

from typing import Any

import pytest

from ipt_fhir.instruments.catalogue import SHIPPED, instrument
from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.safety_questions import NOT_UNDERSTOOD, worrying_answers
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.forms import extension, group, item, opened, row

LOINC = "http://loinc.org"
ITEM_9 = {"system": LOINC, "code": "44260-8"}
DAILY, NEVER = "LA6571-9", "LA6568-5"


def choice(code: str) -> JsonObject:
    return {"valueCoding": {"system": LOINC, "code": code}}


def raised(asked: list[JsonObject], answers: list[JsonObject], own: str | None = None, **form: Any) -> list[str]:
    """The codes of what somebody must act on."""
    filling = opened(*asked, **form).with_items(answers)
    measure = instrument(own) if own else None
    return [
        found.code for found in worrying_answers(filling.form, filling.walk(), measure, SHIPPED.instruments().values())
    ]


NINE = item("nine", "choice", code=[ITEM_9], answerOption=[choice(NEVER), choice(DAILY)])


def test_a_positive_answer_counts_whatever_the_form_is_called() -> None:
    assert raised([NINE], [row("nine", choice(DAILY))]) == [DAILY]
    assert raised([NINE], [row("nine", choice(DAILY))], own="gad-7") == [DAILY]
    assert raised([NINE], [row("nine", choice(NEVER))], own="gad-7") == []
    assert raised([NINE], []) == []


def test_any_of_several_answers_to_the_question_counts() -> None:
    twice = [NINE, {**NINE, "linkId": "again"}]
    assert raised(twice, [row("nine", choice(NEVER)), row("again", choice(DAILY))]) == [DAILY]
    repeats = {**NINE, "repeats": True}
    assert raised([repeats], [row("nine", choice(NEVER), choice(DAILY))]) == [DAILY]
    evenings = group("evening", NINE, repeats=True)
    rows = [{"linkId": "evening", "item": [row("nine", choice(code))]} for code in (NEVER, DAILY)]
    assert raised([evenings], rows) == [DAILY]


@pytest.mark.parametrize(
    ("kind", "harmless", "worrying"),
    [
        ("integer", {"valueInteger": 0}, {"valueInteger": 3}),
        ("decimal", {"valueDecimal": 0}, {"valueDecimal": 1}),
        ("boolean", {"valueBoolean": False}, {"valueBoolean": True}),
        ("string", None, {"valueString": "nearly every day"}),
    ],
)
def test_an_answer_in_another_spelling_is_looked_at_unless_it_is_surely_the_lowest(
    kind: str, harmless: JsonObject | None, worrying: JsonObject
) -> None:
    asked = [item("nine", kind, code=[ITEM_9])]
    assert raised(asked, [row("nine", worrying)]) == [NOT_UNDERSTOOD]
    assert harmless is None or raised(asked, [row("nine", harmless)]) == []


def test_local_codes_count_by_the_weight_the_form_gives_them() -> None:
    def local(code: str, weight: int | None) -> JsonObject:
        weighed = {} if weight is None else {"extension": [extension(Known.ORDINAL_VALUE, valueDecimal=weight)]}
        return {**weighed, "valueCoding": {"system": "https://h.example/answers", "code": code}}

    asked = [item("nine", "choice", code=[ITEM_9], answerOption=[local("a", 0), local("b", 1), local("c", None)])]
    answer = {
        code: [row("nine", {"valueCoding": {"system": "https://h.example/answers", "code": code}})] for code in "abc"
    }
    assert raised(asked, answer["a"]) == []
    assert raised(asked, answer["b"]) == [NOT_UNDERSTOOD]
    assert raised(asked, answer["c"]) == [NOT_UNDERSTOOD]


def test_the_question_is_known_by_its_code_or_a_link_id_that_is_the_code() -> None:
    without_system = item("nine", "choice", code=[{"code": "44260-8"}], answerOption=[choice(DAILY)])
    assert raised([without_system], [row("nine", choice(DAILY))]) == [DAILY]
    for link_id in ("/44260-8", "44260-8"):
        asked = [item(link_id, "choice", answerOption=[choice(DAILY)])]
        assert raised(asked, [row(link_id, choice(DAILY))]) == [DAILY]


def test_a_link_id_that_is_no_code_means_nothing_in_a_form_of_somebody_else() -> None:
    """BDI-II asks it as "9", EPDS and MADRS as "10"."""
    for link_id in ("9", "10", "/9", "12"):
        assert raised([item(link_id, "integer")], [row(link_id, {"valueInteger": 3})]) == []


def test_what_is_not_asked_at_the_moment_raises_nothing() -> None:
    condition = [{"question": "open", "operator": "=", "answerBoolean": True}]
    asked = [item("open", "boolean"), {**NINE, "enableWhen": condition}]
    yes, no = ({"valueBoolean": value} for value in (True, False))
    assert raised(asked, [row("open", yes), row("nine", choice(DAILY))]) == [DAILY]
    assert raised(asked, [row("open", no), row("nine", choice(DAILY))]) == []
    inside = [item("open", "boolean"), group("more", NINE, enableWhen=condition)]
    within = {"linkId": "more", "item": [row("nine", choice(DAILY))]}
    assert raised(inside, [row("open", yes), within]) == [DAILY]
    assert raised(inside, [row("open", no), within]) == []
