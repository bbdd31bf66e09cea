"""The PHQ-9 folder: its texts are those of the public source and cannot change unnoticed."""

from __future__ import annotations

import hashlib

from ipt_fhir.instruments.catalogue import instrument, questionnaire
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.scores import SCORES
from tests.questionnaires.given import (
    ARGONAUT_FORM,
    DIFFICULTY,
    ITEM_9,
    PCO_FORM,
    PHQ_9,
    US_CORE,
    US_CORE_FORM,
    packed,
    sample,
)

PCO_PACKAGE = "ig/hl7.fhir.us.pco-1.0.0-differential.tgz"
SNAPSHOT = "e266210860c987102c3eb52d15a7496aa78195a209401062ef076b3cdcff4a03"


def choices(form: JsonObject) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """Item code -> text and offered answers of every choice in a flat form."""
    return {
        row["code"][0]["code"]: (
            row["text"],
            [(option["valueCoding"]["code"], option["valueCoding"]["display"]) for option in row["answerOption"]],
        )
        for row in form["item"]
        if row["type"] == "choice"
    }


def test_no_text_changes_unnoticed() -> None:
    """A changed text makes another instrument: compare with the source below before the hash is changed."""
    asked = [(item.link_id, item.text, *(option.display for option in item.options)) for item in PHQ_9.items]
    spoken = "\n".join([PHQ_9.instruction, *("|".join(parts) for parts in asked)])
    assert hashlib.sha256(spoken.encode()).hexdigest() == SNAPSHOT


def test_texts_and_answers_are_those_of_the_person_centered_outcomes_guide() -> None:
    ours = choices(questionnaire("phq-9"))
    assert ours == choices(sample(PCO_FORM)) == choices(packed(PCO_PACKAGE, "package/Questionnaire-PHQ9.json"))


def test_us_core_differs_by_two_question_marks_only() -> None:
    ours, theirs = choices(questionnaire("phq-9")), choices(packed(US_CORE, US_CORE_FORM))
    differing = {code for code in ours if ours[code] != theirs[code]}
    assert ours.keys() == theirs.keys()
    assert differing == {"44250-9", "44255-8"}
    assert all((ours[code][0] + "?", ours[code][1]) == theirs[code] for code in differing)


def test_codes_and_their_displays_are_those_of_us_core() -> None:
    theirs = packed(US_CORE, US_CORE_FORM)
    coded = {row["linkId"]: row["code"] for row in theirs["item"]}
    ours = questionnaire("phq-9")
    assert ours["code"] == theirs["code"]
    assert all(row["code"] == coded[row["linkId"]] for row in ours["item"] if "code" in row)


def test_the_instruction_is_that_of_the_published_form() -> None:
    printed = sample(ARGONAUT_FORM)["item"][0]["item"][0]["text"]
    assert printed.startswith(PHQ_9.instruction)


def test_the_source_and_the_notices_of_both_holders_stand_in_the_form() -> None:
    form = questionnaire("phq-9")
    assert form["derivedFrom"] == [sample(PCO_FORM)["url"]]
    assert "No permission required to reproduce, translate, display or distribute." in form["copyright"]
    assert "LOINC is copyright © Regenstrief Institute, Inc." in form["copyright"]
    assert "http://loinc.org/license" in form["copyright"]


def test_nine_items_count_and_the_difficulty_item_does_not() -> None:
    assert len(PHQ_9.counted) == 9
    assert [item.link_id for item in PHQ_9.items] == [*PHQ_9.counted, DIFFICULTY]
    assert [option.points for item in PHQ_9.items for option in item.options] == [0, 1, 2, 3] * 9 + [None] * 4


def test_no_item_is_required_because_a_person_may_leave_one_out() -> None:
    assert not any(row.get("required") for row in questionnaire("phq-9")["item"])


def test_every_answer_above_not_at_all_asks_for_a_step_decision_d21() -> None:
    assert PHQ_9.safety is not None
    item = PHQ_9.item(ITEM_9)
    assert item is not None
    assert PHQ_9.safety.positive == tuple(option.code for option in item.options if option.points)


def test_the_total_is_the_score_goals_can_aim_at() -> None:
    assert PHQ_9.total
    assert SCORES[PHQ_9.total.code].concept == PHQ_9.total
    assert instrument(SCORES[PHQ_9.total.code].instrument) is PHQ_9
    assert {item.concept.system for item in PHQ_9.items if item.concept} == {systems.LOINC}


def test_every_figure_has_a_source() -> None:
    change = PHQ_9.change
    rules = [change.reliable, change.response_percent, change.remission_below, change.baseline]
    assert all(part and part.source for part in [*rules, *PHQ_9.bands, PHQ_9.scoring, PHQ_9.safety, PHQ_9.licence])
