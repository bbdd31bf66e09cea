"""Answers out of responses, ours and those of every publisher in the samples (decision-D7)."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.instruments.catalogue import instrument, questionnaire
from ipt_fhir.questionnaires.reading import ReadAnswers, read_answers
from ipt_fhir.questionnaires.rows import NotAForm, items_of
from ipt_fhir.questionnaires.scoring import score
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from tests.questionnaires.given import (
    ARGONAUT_FORM,
    CIRG_FORM,
    CODES,
    DIFFICULTY,
    ITEM_9,
    PACIO_RESPONSE,
    PCO_FORM,
    PHQ_9,
    R4_EXAMPLES,
    R4_FORM,
    SDC_RESPONSE,
    US_CORE,
    US_CORE_FORM,
    US_CORE_RESPONSE,
    answered,
    digits,
    packed,
    response,
    sample,
)

PLAIN = {link_id.strip("/"): link_id for link_id in PHQ_9.counted}


def read(found: JsonObject, form: JsonObject | None = None) -> ReadAnswers:
    return read_answers(PHQ_9, found, form)


def total(found: ReadAnswers) -> Decimal | None:
    return score(PHQ_9, found.answers, scorable=found.scorable).total


def filled_in(form: JsonObject, named: str, spelled: str) -> JsonObject:
    """A response to somebody's form: the digits go to the choices it asks, in its order."""
    asked = [row["linkId"] for row in items_of(form) if row["type"] == "choice"]
    return response({link_id: CODES[int(digit)] for link_id, digit in zip(asked, spelled, strict=False)}, named)


@given(st.lists(st.none() | st.integers(0, 3), min_size=9, max_size=9), st.randoms(use_true_random=False))
def test_our_own_responses_read_as_written_in_any_order(points: list[int | None], chance: random.Random) -> None:
    answers = digits("".join("-" if point is None else str(point) for point in points))
    written = response(answers)
    chance.shuffle(written["item"])
    found = read(written)
    assert found.answers == answers
    assert found.unread == ()


def test_the_us_core_example_reads_to_the_total_it_states() -> None:
    found = read(packed(US_CORE, US_CORE_RESPONSE))
    assert found.answers[DIFFICULTY] == "LA6573-5"
    assert found.unread == ()
    assert total(found) == found.stated_total == 12


@pytest.mark.parametrize("with_form", [True, False], ids=["by item code", "by alias linkId"])
@pytest.mark.parametrize("file", [PCO_FORM, ARGONAUT_FORM, CIRG_FORM])
def test_a_published_form_reads_with_and_without_its_questionnaire(file: str, with_form: bool) -> None:
    form = sample(file)
    filled = filled_in(form, form["url"] + "|1", "012301231")
    found = read(filled, form if with_form else None)
    assert found.answers == digits("012301231")
    assert found.unread == ()
    assert total(found) == 13


def test_the_us_core_form_reads_by_item_code_whatever_its_linkids_are() -> None:
    form = packed(US_CORE, US_CORE_FORM)
    for number, row in enumerate(form["item"]):
        row["linkId"] = f"renamed-{number}"
    assert read(filled_in(form, form["url"], "012301231"), form).answers == digits("012301231")


@pytest.mark.parametrize("with_form", [True, False])
def test_the_r4_example_has_no_item_9_so_no_total_and_says_so(with_form: bool) -> None:
    """Its ninth choice is a difficulty item with another code and the frequency answers: by position it would count."""
    form = packed(R4_EXAMPLES, R4_FORM)
    found = read(filled_in(form, "Questionnaire/phq-9-questionnaire", "333333333"), form if with_form else None)
    scored = score(PHQ_9, found.answers)
    assert found.answers == digits("33333333-")
    assert found.unread == ("Difficulty",)
    assert (scored.total, scored.missing, scored.safety_unanswered) == (None, (ITEM_9,), True)


def test_the_sdc_example_reads_through_its_own_answer_codes_and_its_stated_total_is_not_believed() -> None:
    """The published example states 13; its answers add up to 10."""
    found = read(sample(SDC_RESPONSE))
    assert found.answers == digits("000121321")
    assert found.unread == ()
    assert (total(found), found.stated_total) == (Decimal(10), Decimal(13))


def test_the_cms_variant_of_the_phq_9_is_another_questionnaire_and_nothing_of_it_is_guessed() -> None:
    found = read(sample(PACIO_RESPONSE))
    assert found.answers == {}
    assert len(found.unread) == 18
    assert total(found) is None


@pytest.mark.parametrize("form", [None, "http://hospital.example/Questionnaire/mood"])
def test_linkids_that_are_loinc_codes_read_in_any_form(form: str | None) -> None:
    answers = dict(zip(PLAIN, digits("111111110").values(), strict=True))
    assert read(response(answers, form or "")).answers == digits("111111110")


@pytest.mark.parametrize("link_id", ["g1.q1", "14363", "LittleInterest", "H1/T1/Q1"])
def test_a_linkid_that_says_nothing_is_not_believed_in_another_form(link_id: str) -> None:
    found = read(response({link_id: CODES[3]}, "http://hospital.example/Questionnaire/anxiety"))
    assert found.answers == {}
    assert found.unread == (link_id,)


def test_the_item_code_of_the_form_overrules_the_linkid() -> None:
    form = questionnaire("phq-9")
    form["item"][1]["code"][0]["code"] = "69725-0"
    found = read(response(digits("300000000")), form)
    assert "/44250-9" not in found.answers
    assert found.unread == ("/44250-9",)


def test_a_contained_form_is_used() -> None:
    form = {**questionnaire("phq-9"), "id": "here"}
    for row in form["item"]:
        row["linkId"] = f"x{row['linkId']}"
    answers = {f"x{link_id}": code for link_id, code in digits("222222222").items()}
    found = read({**response(answers, "#here"), "contained": [form]})
    assert total(found) == 18


@pytest.mark.parametrize("code", ["LA6572-7", "LA18938-3", "2", ""])
def test_a_code_that_is_no_answer_of_the_item_is_unread(code: str) -> None:
    found = read(response({"/44250-9": code}))
    assert found.answers == {}
    assert len(found.unread) == 1


def test_a_code_of_another_system_is_unread_and_one_without_system_is_read() -> None:
    """CIRG's screening form writes its LOINC codes without system, in questions and answers."""
    rows = [answered("/44250-9", CODES[1], system=None), answered(ITEM_9, CODES[1], system="http://snomed.info/sct")]
    found = read({**response({}), "item": rows})
    assert found.answers == {"/44250-9": CODES[1]}
    assert found.unread == (f"{ITEM_9}: {CODES[1]}",)


@pytest.mark.parametrize(
    "answer",
    [
        [{"valueInteger": 2}],
        [{"valueDecimal": 2}],
        [{"valueString": "Several days"}],
        [{}],
        [{"valueCoding": "LA6568-5"}],
    ],
)
def test_numbers_and_texts_are_not_guessed_at(answer: list[Any]) -> None:
    found = read({**response({}), "item": [{"linkId": "/44250-9", "answer": answer}]})
    assert found.answers == {}
    assert found.unread[0].startswith("/44250-9: ")


def test_two_answers_to_one_item_are_unread_wherever_they_stand() -> None:
    twice = [answered(ITEM_9, CODES[0]), answered(ITEM_9, CODES[3])]
    side_by_side = [{"linkId": ITEM_9, "answer": [*twice[0]["answer"], *twice[1]["answer"]]}]
    one_unknown = [twice[0], answered(ITEM_9, "LA6572-7")]
    for rows in (twice, side_by_side, one_unknown):
        found = read({**response(digits("11111111-")), "item": rows})
        assert ITEM_9 not in found.answers
        assert found.unread[0].startswith(ITEM_9)


def test_items_in_groups_and_under_answers_are_found() -> None:
    below = {**answered("/44255-8", CODES[2])}
    above = answered("/44250-9", CODES[1])
    above["answer"][0]["item"] = [below]
    found = read({**response({}), "item": [{"linkId": "group", "item": [above]}]})
    assert found.answers == {"/44250-9": CODES[1], "/44255-8": CODES[2]}


@pytest.mark.parametrize("depth", [150, 10_000])
def test_items_nested_without_end_are_refused_before_reading_attack_a51(depth: int) -> None:
    nested = b'{"item":[' * depth + b"{}" + b"]}" * depth
    with pytest.raises(rawjson.JsonRefused, match="nested deeper"):
        read(rawjson.parse_object(nested))


def test_items_nested_as_deep_as_json_may_be_are_read_attack_a51() -> None:
    rows = [answered(ITEM_9, CODES[1])]
    for _ in range(28):
        rows = [{"linkId": "group", "item": rows}]
    assert read(rawjson.parse_object(rawjson.write({**response({}), "item": rows}))).answers == {ITEM_9: CODES[1]}


@pytest.mark.parametrize("status", ["in-progress", "stopped", "entered-in-error", ""])
def test_a_response_that_is_not_finished_or_withdrawn_is_not_scored(status: str) -> None:
    found = read(response(digits("222222221"), status=status))
    assert not found.scorable
    assert total(found) is None


@pytest.mark.parametrize("status", ["completed", "amended"])
def test_a_finished_response_is_scored(status: str) -> None:
    assert total(read(response(digits("222222221"), status=status))) == 17


@pytest.mark.parametrize(
    "stated",
    [{"valueDecimal": Decimal("12.0")}, {"valueInteger": 12}, {"valueQuantity": {"value": rawjson.Spelled("1.2e1")}}],
)
def test_a_stated_total_is_reported_in_any_spelling_and_never_used(stated: JsonObject) -> None:
    found = read({**response({}), "item": [{"linkId": "/44261-6", "answer": [stated]}]})
    assert (found.stated_total, found.answers, found.unread) == (Decimal(12), {}, ())
    assert total(found) is None


@pytest.mark.parametrize("items", ["x", [1], [{"text": "no linkId"}], [{"linkId": "a", "answer": {"valueInteger": 1}}]])
def test_json_that_is_no_response_is_refused_by_name(items: Any) -> None:
    with pytest.raises(NotAForm):
        read({**response({}), "item": items})


def test_item_codes_of_other_systems_do_not_hide_an_answer() -> None:
    """Our own counts carry codes of ours in their form; a hospital may put codes of its own on a PHQ-9."""
    weekly, form = instrument("weekly-count"), questionnaire("weekly-count")
    counted = {"linkId": "contact-week", "answer": [{"valueInteger": 3}]}
    sent = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [counted]}
    assert read_answers(weekly, sent, form).answers == {"contact-week": 3}
    local = questionnaire("phq-9")
    for row in local["item"]:
        row["code"] = [{"system": "http://hospital.example/codes", "code": "x"}]
    given_9 = {"linkId": ITEM_9, "answer": [{"valueCoding": {"system": systems.LOINC, "code": "LA6569-3"}}]}
    assert read_answers(PHQ_9, {**sent, "item": [given_9]}, local).answers == {ITEM_9: "LA6569-3"}
