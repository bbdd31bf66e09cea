"""Laws of filling, for forms of any shape (decision-D16)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipt_fhir import rawjson
from ipt_fhir.questionnaires.filling import Filling, open_filling
from ipt_fhir.questionnaires.form_reading import read_form
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.form_strategies import answers, forms
from tests.questionnaires.forms import NOW, item, opened, row, sent, text, when

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def filled(data: st.DataObject) -> tuple[Filling, list[JsonObject]]:
    questionnaire = data.draw(forms())
    typed = data.draw(answers(questionnaire))
    return open_filling(read_form(questionnaire), NOW).with_items(typed), typed


def link_ids(rows: list[JsonObject]) -> Iterator[str]:
    for found in rows:
        yield found["linkId"]
        yield from link_ids(found.get("item", []))
        for answer in found.get("answer", []):
            yield from link_ids(answer.get("item", []))


@settings(suppress_health_check=SLOW)
@given(st.data())
def test_settling_twice_changes_nothing(data: st.DataObject) -> None:
    filling, _ = filled(data)
    again = filling.with_items(filling.items)
    assert again.items == filling.items
    assert again.shown == filling.shown
    assert (again.problems, again.unplaced, again.scores) == (filling.problems, filling.unplaced, filling.scores)


@settings(suppress_health_check=SLOW)
@given(st.data())
def test_nothing_is_sent_of_what_is_off(data: st.DataObject) -> None:
    filling, _ = filled(data)
    enabled = {found.item.link_id for found in filling.walk() if found.enabled}
    assert set(link_ids(filling.response_items())) <= enabled


@settings(suppress_health_check=SLOW)
@given(st.data())
def test_a_response_that_is_read_again_is_sent_again(data: st.DataObject) -> None:
    filling, _ = filled(data)
    out = filling.response_items()
    again = open_filling(filling.form, NOW, {"resourceType": "QuestionnaireResponse", "item": out})
    assert rawjson.equal(again.response_items(), out)
    assert again.unplaced == ()
    assert [tally[:2] for tally in again.scores.values()][:1] == [tally[:2] for tally in filling.scores.values()][:1]


@settings(suppress_health_check=SLOW)
@given(st.data())
def test_everything_typed_is_kept(data: st.DataObject) -> None:
    filling, typed = filled(data)
    assert sorted(values(filling.items)) == sorted(values(typed))
    assert filling.unplaced == ()


def values(rows: Sequence[JsonObject]) -> Iterator[str]:
    for found in rows:
        yield from values(found.get("item", []))
        for answer in found.get("answer", []):
            held = {name: value for name, value in answer.items() if name != "item"}
            yield f"{found['linkId']} {held}"
            yield from values(answer.get("item", []))


@settings(suppress_health_check=SLOW)
@given(st.data())
def test_the_order_in_which_items_come_does_not_count(data: st.DataObject) -> None:
    questionnaire = data.draw(forms())
    typed = data.draw(answers(questionnaire))
    turned = list(typed)
    random.Random(7).shuffle(turned)
    start = open_filling(read_form(questionnaire), NOW)
    one, other = start.with_items(typed), start.with_items(_in_groups(typed, turned))
    assert one.scores == other.scores
    assert one.response_items() == other.response_items()


def _in_groups(typed: list[JsonObject], turned: list[JsonObject]) -> list[JsonObject]:
    """Rows of the same group keep their order among themselves: it says which repetition is which."""
    waiting = {name: iter([found for found in typed if found["linkId"] == name]) for name in link_ids(typed)}
    return [next(waiting[found["linkId"]]) for found in turned]


@settings(suppress_health_check=SLOW)
@given(st.data())
def test_paths_name_places_uniquely_and_stay(data: st.DataObject) -> None:
    filling, _ = filled(data)
    paths = [found.path for found in filling.walk()]
    assert len(paths) == len(set(paths))
    fewer = filling.with_items(filling.items[1:])
    gone = filling.items[0]["linkId"] if filling.items else ""
    kept = {found.path: found.item.link_id for found in fewer.walk() if found.item.link_id.split(".")[0] != gone}
    assert kept.items() <= {found.path: found.item.link_id for found in filling.walk()}.items()


@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_switching_off_and_on_brings_everything_back(moves: list[bool]) -> None:
    kept = [
        item("b", enableWhen=[when("a", "=", answerBoolean=True)]),
        item("c", enableWhen=[when("b", "=", answerString="x")]),
    ]
    filling = opened(item("a", "boolean"), *kept).with_items([text("b", "x"), text("c", "y")])
    for said in (*moves, True):
        filling = filling.with_items([row("a", {"valueBoolean": said}), *filling.items[-2:]])
        assert len(sent(filling)) == (3 if said else 1)


@pytest.mark.proof
@settings(max_examples=3_000, suppress_health_check=SLOW, deadline=None)
@given(st.data())
def test_the_laws_hold_for_many_forms(data: st.DataObject) -> None:
    filling, typed = filled(data)
    out = filling.response_items()
    again = open_filling(filling.form, NOW, {"resourceType": "QuestionnaireResponse", "item": out})
    assert rawjson.equal(again.response_items(), out)
    assert filling.with_items(filling.items).shown == filling.shown
    assert sorted(values(filling.items)) == sorted(values(typed))
