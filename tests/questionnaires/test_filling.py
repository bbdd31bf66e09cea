"""Filling a form: what is shown, what is kept, what is sent."""

from __future__ import annotations

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.filling import Misfit, Origin, open_filling
from tests.questionnaires.forms import (
    NOW,
    extension,
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

DRUG = group("drug", item("name"), item("dose", "integer"), repeats=True)


def test_a_repeating_group_comes_once_for_each_item() -> None:
    two = [row("drug", below=(text("name", name),)) for name in ("A", "B")]
    filling = opened(DRUG).with_items(two)
    assert [found.path for found in filling.shown] == ["0:0", "0:1"]
    assert [found.path for found in filling.walk()] == ["0:0", "0:0.0", "0:0.1", "0:1", "0:1.0", "0:1.1"]
    assert sent(filling) == two


def test_a_repeating_group_nobody_filled_is_shown_once_and_not_sent() -> None:
    filling = opened(DRUG)
    assert [found.path for found in filling.shown] == ["0:0"]
    assert sent(filling) == []


def test_a_repetition_that_was_added_stays_until_it_is_filled() -> None:
    added = opened(DRUG).with_items([row("drug", below=(text("name", "A"),)), row("drug")])
    assert [found.path for found in added.with_items(added.items).shown] == ["0:0", "0:1"]
    assert sent(added) == [row("drug", below=(text("name", "A"),))]


def test_a_group_is_shown_as_often_as_it_must_be_given() -> None:
    least = extension(Known.MIN_OCCURS, valueInteger=3)
    filling = opened(group("drug", item("name"), repeats=True, extension=[least]))
    assert [found.path for found in filling.shown] == ["0:0", "0:1", "0:2"]


def test_a_repeating_question_has_several_answers() -> None:
    filling = opened(item("names", repeats=True)).with_items([row("names", {"valueString": "A"}, {"valueString": "B"})])
    assert [answer.value.content for answer in shown(filling, "names").answers] == ["A", "B"]
    assert sent(filling) == [row("names", {"valueString": "A"}, {"valueString": "B"})]


def test_rows_of_the_same_question_become_one() -> None:
    """Some senders write an item for each answer; R4 wants one item with all of them."""
    filling = opened(item("names", repeats=True)).with_items([text("names", "A"), text("names", "B")])
    assert sent(filling) == [row("names", {"valueString": "A"}, {"valueString": "B"})]


def test_items_stand_under_their_answer() -> None:
    child = item("why")
    filling = opened(item("names", "string", child, repeats=True)).with_items(
        [row("names", {"valueString": "A"}, {"valueString": "B", "item": [text("why", "because")]})]
    )
    assert [found.path for found in filling.walk()] == ["0", "0:0.0", "0:1.0"]
    assert sent(filling) == [row("names", {"valueString": "A"}, {"valueString": "B", "item": [text("why", "because")]})]


def test_a_question_below_a_question_waits_for_its_answer() -> None:
    nested = item("smoker", "boolean", item("note", "display"), item("since", "integer"))
    before = opened(nested)
    assert on(before) == ["smoker", "note"]
    after = before.with_items([row("smoker", {"valueBoolean": True})])
    assert on(after) == ["smoker", "note", "since"]


def test_what_waits_below_a_question_goes_to_its_answer() -> None:
    nested = item("smoker", "boolean", item("since", "integer"))
    waiting = opened(nested).with_items([row("smoker", below=(row("since", {"valueInteger": 1990}),))])
    assert sent(waiting) == []
    answered = waiting.with_items([{**waiting.items[0], "answer": [{"valueBoolean": True}]}])
    since = row("since", {"valueInteger": 1990})
    assert sent(answered) == [row("smoker", {"valueBoolean": True, "item": [since]})]


def test_initial_values_stand_in_a_new_form() -> None:
    filling = opened(
        item("a", initial=[{"valueString": "proposed"}]),
        item("b", "choice", answerOption=[option("red"), option("blue", initialSelected=True)]),
    )
    assert shown(filling, "a").origin is Origin.INITIAL
    assert [found["answer"][0] for found in sent(filling)] == [
        {"valueString": "proposed"},
        {"valueCoding": option("blue")["valueCoding"]},
    ]
    changed = filling.with_items([text("a", "typed")])
    assert shown(changed, "a").origin is None
    assert sent(changed) == [text("a", "typed")]


def test_a_unit_that_is_proposed_is_no_answer() -> None:
    pounds = {"unit": "lbs", "system": "http://unitsofmeasure.org", "code": "[lb_av]"}
    filling = opened(item("kg", "quantity", initial=[{"valueQuantity": pounds}]))
    assert sent(filling) == []
    assert shown(filling, "kg").item.proposed_unit == pounds


def test_a_response_is_opened_without_anything_initial_beside_it() -> None:
    form = form_of(item("a", initial=[{"valueString": "proposed"}]), item("b"))
    filling = open_filling(form, NOW, {"resourceType": "QuestionnaireResponse", "item": [text("b", "kept")]})
    assert sent(filling) == [text("b", "kept")]


def test_a_hidden_item_counts() -> None:
    hidden = extension(Known.HIDDEN, valueBoolean=True)
    filling = opened(item("a", "boolean", extension=[hidden], initial=[{"valueBoolean": True}]))
    assert shown(filling, "a").item.hidden
    assert sent(filling) == [row("a", {"valueBoolean": True})]


def test_what_fits_no_item_is_kept_and_named() -> None:
    form = form_of(item("a"), group("g", item("b")))
    strange = [
        text("unknown", "words"),
        text("b", "at the wrong place"),
        row("g", below=(text("b", "first"),)),
        row("g", below=(text("b", "second"),)),
        {"linkId": "a", "answer": [{"valueString": "kept"}, {"extension": []}]},
        "no item",
    ]
    filling = open_filling(form, NOW, {"resourceType": "QuestionnaireResponse", "item": strange})
    assert {(part.reason, part.link_id) for part in filling.unplaced} == {
        (Misfit.UNKNOWN, "unknown"),
        (Misfit.UNKNOWN, "b"),
        (Misfit.ONCE, "g"),
        (Misfit.NO_ITEM, "a"),
        (Misfit.NO_ITEM, ""),
    }
    assert sent(filling) == [text("a", "kept"), row("g", below=(text("b", "first"),))]
    assert filling.with_items(filling.items).unplaced == filling.unplaced


def test_answers_do_not_get_into_a_log() -> None:
    filling = opened(item("a")).with_items([text("a", "private words")])
    assert "private" not in f"{filling!r} {filling.problems!r}"


def test_an_answer_of_another_type_is_kept_for_validation_to_name() -> None:
    filling = opened(item("a", "integer")).with_items([text("a", "seven")])
    assert sent(filling) == [text("a", "seven")]


def test_what_came_beside_an_answer_is_kept() -> None:
    beside = {"url": "https://example.org/beside", "valueString": "kept"}
    came = {"linkId": "a", "id": "1", "answer": [{"id": "2", "extension": [beside], "valueString": "words"}]}
    assert sent(opened(item("a")).with_items([came])) == [came]


def test_switching_off_and_on_again_brings_the_words_back() -> None:
    filling = opened(item("a", "boolean"), item("b", enableWhen=[when("a", "=", answerBoolean=True)]))
    yes, no, words = row("a", {"valueBoolean": True}), row("a", {"valueBoolean": False}), text("b", "words")
    off = filling.with_items([no, words])
    assert sent(off) == [no]
    assert [found["linkId"] for found in off.items] == ["a", "b"]
    assert sent(off.with_items([yes, *off.items[1:]])) == [yes, words]
