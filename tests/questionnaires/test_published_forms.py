"""Real forms, as published: each opens, and those that compute do so."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ipt_fhir.questionnaires.filling import Filling, open_filling
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.rawjson import JsonObject
from tests.parts import data_folder
from tests.questionnaires.forms import NOW, coding, on, row, sent, shown, text
from tests.questionnaires.given import ARGONAUT_FORM, sample

FOLDER = "samples/questionnaires"
FILES = sorted(path.name for path in ((data_folder() or Path("/nowhere")) / FOLDER).glob("*.json")) or ["none"]


def opened(file: str) -> Filling:
    return open_filling(read_form(sample(f"{FOLDER}/{file}")), NOW)


def chosen(filling: Filling, link_id: str, code: str) -> JsonObject:
    """An item answered with the option that has that code."""
    options = shown(filling, link_id).options or ()
    (found,) = (option.value for option in options if option.value.content["code"] == code)
    return row(link_id, {found.member: found.content})


@pytest.mark.parametrize("file", FILES)
def test_a_published_form_opens_and_rests(file: str) -> None:
    filling = opened(file)
    paths = [found.path for found in filling.walk()]
    assert len(paths) == len(set(paths))
    again = filling.with_items(filling.items)
    assert (again.shown, again.items, again.unplaced) == (filling.shown, filling.items, ())


@pytest.mark.parametrize(
    ("worried", "ran_out", "expected"),
    [("LA28397-0", "LA28398-8", "LA19952-3"), ("LA28398-8", "LA28398-8", "LA19983-8"), (None, "LA6729-3", "LA19952-3")],
)
def test_hunger_vital_sign_computes_whether_there_is_a_risk(worried: str | None, ran_out: str, expected: str) -> None:
    """SDC's own example: variables of an item that look up options by code."""
    filling = opened("sdc-SDOHCC-QuestionnaireHungerVitalSign.json")
    answers = [chosen(filling, "/88122-7", worried)] if worried else []
    filling = filling.with_items([*answers, chosen(filling, "/88123-5", ran_out)])
    (risk,) = shown(filling, "/88124-3").answers
    assert (risk.value.content["code"], filling.problems) == (expected, ())


def test_hunger_vital_sign_computes_nothing_of_nothing() -> None:
    filling = opened("sdc-SDOHCC-QuestionnaireHungerVitalSign.json")
    assert (sent(filling), filling.problems) == ([], ())


def test_a_body_mass_index_is_computed_from_quantities_in_any_known_unit() -> None:
    ucum = "http://unitsofmeasure.org"
    pounds = {"value": Decimal(154), "unit": "lbs", "system": ucum, "code": "[lb_av]"}
    centimetres = {"value": Decimal(170), "unit": "cm", "system": ucum, "code": "cm"}
    answers = [row("/3141-9", {"valueQuantity": pounds}), row("/8302-2", {"valueQuantity": centimetres})]
    filling = opened("lforms-fhir-app-178918.json").with_items(answers)
    (index,) = shown(filling, "/39156-5").answers
    assert (index.value.content, filling.problems) == (Decimal("24.2"), ())


def test_an_expression_switches_an_item_on_as_the_words_are_typed() -> None:
    filling = opened("lforms-Questionnaire-for-enableWhen-Tests.json")
    typed = filling.with_items([row("g10", below=(text("Q10", "chick"), text("Q10b", "en")))])
    assert "Q10-ewe" in on(typed)
    assert "Q10-ewe" not in on(filling)


def test_several_values_where_one_is_expected_are_told() -> None:
    assert len(opened("lforms-Too-many-values-warning.json").problems) == 3


def test_a_phq_9_sums_as_it_is_answered() -> None:
    filling = open_filling(read_form(sample(ARGONAUT_FORM)), NOW)
    weighted = [found for found in filling.walk() if any(option.weight is not None for option in found.options or ())]
    highest = [max(found.options or (), key=lambda option: option.weight or 0) for found in weighted]
    rows = [
        row(found.item.link_id, {option.value.member: option.value.content})
        for found, option in zip(weighted, highest, strict=True)
    ]
    assert {found.path.rpartition(".")[0] for found in weighted} == {"0"}
    answered = filling.with_items([row(filling.form.items[0].link_id, below=tuple(rows))])
    assert answered.scores == {"": (Decimal(27), 9, 9), "0": (Decimal(27), 9, 9)}


def test_a_condition_on_a_choice_of_several() -> None:
    filling = opened("lforms-Questionnaire-for-enableWhen-Tests.json")
    code = {"system": "test-coding"}
    both = row("Q8", *({"valueCoding": coding(name, **code)} for name in ("B", "C")))
    assert {"Q8-eq-B", "Q8-eq-B-and-C"} <= set(on(filling.with_items([row("g8", below=(both,))])))
