"""The fields of a page and the items of a response: nothing typed is lost, and nothing sent is believed unseen."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipt_fhir.questionnaires.entries import LONGEST_TEXT, Entry, UnreadKind, entry_of
from ipt_fhir.questionnaires.fields import KEPT, OTHER, Misread, Sent, Taken, Upload, take
from ipt_fhir.questionnaires.filling import Origin, Shown, ShownAnswer
from ipt_fhir.questionnaires.form import ItemType, Limits, Value
from ipt_fhir.rawjson import JsonObject
from tests.questionnaires.shown import NEVER, OFTEN, OPTIONS, question, shown, text

STRING = question(ItemType.STRING)
CHOICE = question(ItemType.CHOICE, options=OPTIONS)
BOXES = question(ItemType.CHOICE, options=OPTIONS, repeats=True)
OPEN = question(ItemType.OPEN_CHOICE, options=OPTIONS)
OPEN_BOXES = question(ItemType.OPEN_CHOICE, options=OPTIONS, repeats=True)
FILE = question(ItemType.ATTACHMENT, limits=Limits(max_size=Decimal(10), mime_types=("image/*", "text/plain")))

Fields = dict[str, Sequence[str]]


def taken(page: Shown, fields: Fields, **parts: object) -> Taken:
    return take([page], Sent(fields=fields, **parts), {})  # type: ignore[arg-type]


def answers(found: Taken) -> list[JsonObject]:
    return [answer for row in found.items for answer in row.get("answer", ())]


def values(found: Taken) -> list[object]:
    return [content for answer in answers(found) for member, content in answer.items() if member.startswith("value")]


def codes(found: Taken) -> list[object]:
    return [value["code"] if isinstance(value, dict) else value for value in values(found)]


def test_a_typed_answer_becomes_an_item_of_the_response() -> None:
    found = taken(shown(STRING), {"a-0": ["words"]})
    assert found.items == [{"linkId": "q", "text": "Text of q", "answer": [{"valueString": "words"}]}]
    assert found.misread == {}


def test_what_is_not_on_the_page_stays_as_it_is() -> None:
    """Questions that are switched off, and the other pages of a long form."""
    before = {"1": Misread(UnreadKind.NUMBER, (Entry("abc"),))}
    page = [shown(STRING, text("kept")), shown(question(ItemType.STRING, "r"), text("old"), path="1", enabled=False)]
    found = take(page, Sent(fields={"a-0": ["new"]}), before)
    assert values(found) == ["new", "old"]
    assert found.misread == before


def test_a_field_that_was_emptied_is_no_answer_any_more() -> None:
    assert taken(shown(STRING, text("old")), {"a-0": [""]}).items == []


def test_what_cannot_be_read_is_kept_as_typed_beside_the_answer_from_before() -> None:
    page = shown(question(ItemType.INTEGER), Value("valueInteger", 3))
    found = taken(page, {"a-0": ["three"]})
    assert values(found) == [3]
    assert found.misread == {"0": Misread(UnreadKind.WHOLE_NUMBER, (Entry("three"),))}
    assert found.changed == {"0"}
    mended = take([page], Sent(fields={"a-0": ["4"]}), found.misread)
    assert (values(mended), mended.misread) == ([4], {})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ItemType.DATETIME, Value("valueDateTime", "2026-07-02T10:00:00.123+02:00")),
        (ItemType.TIME, Value("valueTime", "10:00:00.000")),
        (ItemType.QUANTITY, Value("valueQuantity", {"value": Decimal("2.50"), "unit": "mg", "id": "theirs"})),
    ],
)
def test_an_answer_sent_back_unchanged_keeps_its_spelling(kind: ItemType, value: Value) -> None:
    """decision-D3: what others wrote survives a page."""
    entry = entry_of(value)
    found = taken(shown(question(kind), value), {"a-0": [entry.text], "b-0": [entry.beside]})
    assert values(found) == [value.content]


def test_a_choice_sent_back_unchanged_keeps_its_display_and_extensions() -> None:
    theirs = {"system": "urn:x", "code": "1", "display": "Oft", "extension": [{"url": "u"}]}
    page = shown(CHOICE, Value("valueCoding", theirs))
    assert values(taken(page, {"p-0": [""], "a-0": ["1"]})) == [theirs]
    assert values(taken(page, {"p-0": [""], "a-0": ["0"]})) == [NEVER.value.content]


def test_nothing_chosen_takes_the_answer_away_only_where_the_question_was_on_the_page() -> None:
    page = shown(CHOICE, OFTEN.value)
    assert taken(page, {"p-0": [""]}).items == []
    assert codes(taken(page, {})) == ["1"]


def test_boxes_keep_the_order_of_the_options() -> None:
    assert codes(taken(shown(BOXES), {"p-0": [""], "a-0": ["1", "0"]})) == ["0", "1"]


@pytest.mark.parametrize(
    ("before", "sent", "after"),
    [
        ((OFTEN,), ["1", "9"], ["9"]),
        ((NEVER, OFTEN), ["0", "1", "9"], ["9"]),
        ((OPTIONS[2],), ["1", "9"], ["1"]),
        ((OPTIONS[2],), ["0", "1", "9"], ["0", "1"]),
    ],
)
def test_an_exclusive_option_and_the_others_take_each_others_place(
    before: tuple[object, ...], sent: list[str], after: list[str]
) -> None:
    """questionnaire-optionExclusive: what was chosen last wins, and the page is told."""
    page = shown(BOXES, *(option.value for option in before))  # type: ignore[attr-defined]
    found = taken(page, {"p-0": [""], "a-0": sent})
    assert codes(found) == after
    assert found.changed == {"0"}


def test_an_exclusive_option_and_another_chosen_at_once_are_asked_back() -> None:
    found = taken(shown(BOXES), {"p-0": [""], "a-0": ["1", "9"]})
    assert found.misread["0"] == Misread(UnreadKind.EXCLUSIVE, (Entry("1"), Entry("9")))


@pytest.mark.parametrize("page", [OPEN, OPEN_BOXES], ids=["one", "several"])
def test_an_answer_of_ones_own_is_taken_beside_the_options(page: object) -> None:
    found = taken(shown(page), {"p-0": [""], "a-0": [OTHER], "o-0": ["my own"]})  # type: ignore[arg-type]
    assert values(found) == ["my own"]
    assert values(taken(shown(page), {"p-0": [""], "o-0": ["my own"]})) == ["my own"]  # type: ignore[arg-type]


def test_words_left_beside_another_choice_do_not_count() -> None:
    """The radio button says which of the two is meant."""
    assert codes(taken(shown(OPEN), {"p-0": [""], "a-0": ["1"], "o-0": ["left over"]})) == ["1"]
    several = taken(shown(OPEN_BOXES), {"p-0": [""], "a-0": ["1"], "o-0": ["mine", "", "also"]})
    assert codes(several) == ["1", "mine", "also"]


def test_a_choice_without_own_answers_takes_no_words() -> None:
    """A tampered page."""
    assert taken(shown(CHOICE), {"p-0": [""], "o-0": ["mine"]}).items == []


def test_an_answer_that_is_no_option_any_more_stays_while_it_is_ticked() -> None:
    old = Value("valueCoding", {"system": "urn:old", "code": "7"})
    assert codes(taken(shown(CHOICE, old), {"p-0": [""], "a-0": [f"{KEPT}0"]})) == ["7"]
    assert taken(shown(CHOICE, old), {"p-0": [""]}).items == []


@pytest.mark.parametrize("key", ["2", "1 ", "urn:x|1", f"{KEPT}0", f"{KEPT}x", OTHER, "<script>", "x" * 1000])
def test_a_choice_that_is_not_offered_is_refused_by_name(key: str) -> None:
    """attack-A37: tampered fields."""
    found = taken(shown(CHOICE), {"p-0": [""], "a-0": [key]})
    assert found.items == []
    assert key == OTHER or found.misread["0"] == Misread(UnreadKind.NOT_OFFERED, (Entry(key),))


@pytest.mark.parametrize("page", [STRING, CHOICE], ids=["typed", "chosen"])
def test_two_answers_to_a_question_that_takes_one_are_refused(page: object) -> None:
    found = taken(shown(page), {"a-0": ["1", "0"]})  # type: ignore[arg-type]
    assert found.misread["0"].kind is UnreadKind.TOO_MANY
    assert found.items == []


@pytest.mark.parametrize(
    "parts",
    [{"read_only": True}, {"hidden": True}, {}],
    ids=["read-only", "hidden", "calculated"],
)
def test_what_the_form_fills_in_itself_cannot_be_sent(parts: dict[str, bool]) -> None:
    """attack-A37: tampered hidden fields."""
    page = shown(
        question(ItemType.INTEGER, "q", **parts), Value("valueInteger", 3), origin=None if parts else Origin.CALCULATED
    )
    found = taken(page, {"a-0": ["27"]})
    assert values(found) == [3]
    assert found.misread["0"].kind is UnreadKind.NOT_TYPED


@pytest.mark.parametrize("name", ["a-9", "a-0.1", "f-", "x-../0", "o-" + "9" * 500])
def test_an_answer_to_a_question_that_is_not_there_is_named(name: str) -> None:
    """Bad input: unknown linkId."""
    found = taken(shown(STRING, text("kept")), {name: ["words"]})
    assert [problem.kind for problem in found.misread.values()] == [UnreadKind.NO_SUCH_ITEM]
    assert values(found) == ["kept"]


def test_fields_of_the_page_itself_are_no_answers() -> None:
    assert taken(shown(STRING), {"token": ["x"], "act": ["done"], "window": ["w"]}).misread == {}


def test_a_repeating_question_keeps_its_answers_in_order_and_drops_empty_lines() -> None:
    many = question(ItemType.STRING, repeats=True)
    assert values(taken(shown(many, text("a"), text("b")), {"a-0": ["a", "", "c", ""]})) == ["a", "c"]


def test_more_than_a_hundred_answers_are_too_many() -> None:
    found = taken(shown(question(ItemType.STRING, repeats=True)), {"a-0": ["x"] * 101})
    assert found.misread["0"].kind is UnreadKind.TOO_MANY


def test_a_text_beyond_every_measure_is_refused_and_shown_again() -> None:
    found = taken(shown(question(ItemType.TEXT), text("old")), {"a-0": ["x" * (LONGEST_TEXT + 1)]})
    assert found.misread["0"].kind is UnreadKind.TOO_LONG
    assert values(found) == ["old"]


def test_items_under_an_answer_stay_under_it_and_move_with_the_one_answer() -> None:
    below = shown(question(ItemType.STRING, "why"), text("because"), path="0.0")
    one = shown(CHOICE, ShownAnswer(value=OFTEN.value, items=(below,)))
    found = taken(one, {"p-0": [""], "a-0": ["0"], "a-0.0": ["still"]})
    assert answers(found)[0]["item"] == [{"linkId": "why", "text": "Text of why", "answer": [{"valueString": "still"}]}]
    several = shown(BOXES, NEVER.value, ShownAnswer(value=OFTEN.value, items=(below,)))
    assert ["item" in answer for answer in answers(taken(several, {"p-0": [""], "a-0": ["0", "1"]}))] == [False, True]


def test_items_under_a_question_without_an_answer_wait_for_it() -> None:
    below = shown(question(ItemType.STRING, "why"), path="0.0")
    found = taken(shown(CHOICE, items=(below,)), {"p-0": [""], "a-0.0": ["because"]})
    assert found.items[0]["item"][0]["answer"] == [{"valueString": "because"}]


def repetitions(*paths: str) -> list[Shown]:
    group = question(ItemType.GROUP, "g", repeats=True)
    return [shown(group, path=path, items=(shown(STRING, text(path), path=f"{path}.0"),)) for path in paths]


def test_a_repetition_is_added_behind_the_one_that_was_pressed() -> None:
    found = take(repetitions("0:0", "0:1"), Sent(fields={}, add="0:1"), {})
    assert [row.get("item", []) == [] for row in found.items] == [False, False, True]


def test_a_repetition_is_removed_with_its_answers_and_the_last_one_never() -> None:
    found = take(repetitions("0:0", "0:1"), Sent(fields={}, remove="0:0"), {})
    assert [row["item"][0]["answer"][0]["valueString"] for row in found.items] == ["0:1"]
    assert len(take(repetitions("0:0"), Sent(fields={}, remove="0:0"), {}).items) == 1


@pytest.mark.parametrize("path", ["0", "0:0.0", "7", "x"])
def test_only_a_repeating_group_can_be_added_to(path: str) -> None:
    assert len(take(repetitions("0:0"), Sent(fields={}, add=path), {}).items) == 1
    assert len(take([shown(STRING, text("a"), path="x")], Sent(fields={}, add="x", remove="x"), {}).items) == 1


def test_a_file_is_kept_with_its_name_type_and_size() -> None:
    found = taken(shown(FILE), {"p-0": [""]}, files={"f-0": Upload("C:\\in\\a.png", "image/png", b"12345")})
    content = {"contentType": "image/png", "data": base64.b64encode(b"12345").decode(), "size": 5, "title": "a.png"}
    assert values(found) == [content]
    assert found.changed == {"0"}


@pytest.mark.parametrize(
    ("upload", "why"),
    [
        (Upload("a.png", "image/png", b"x" * 11), UnreadKind.FILE_TOO_LARGE),
        (Upload("a.html", "text/html", b"x"), UnreadKind.FILE_KIND),
        (Upload("a", "", b"x"), UnreadKind.FILE_KIND),
    ],
)
def test_a_file_the_form_does_not_take_is_refused_and_the_one_before_stays(upload: Upload, why: UnreadKind) -> None:
    before = Value("valueAttachment", {"title": "before"})
    found = taken(shown(FILE, before), {"p-0": [""]}, files={"f-0": upload})
    assert found.misread["0"].kind is why
    assert values(found) == [before.content]


def test_a_file_can_be_removed_and_replaced() -> None:
    before = Value("valueAttachment", {"title": "before"})
    assert taken(shown(FILE, before), {"p-0": [""], "x-0": ["0"]}).items == []
    replaced = taken(shown(FILE, before), {"p-0": [""]}, files={"f-0": Upload("b.txt", "text/plain", b"x")})
    assert [value["title"] for value in values(replaced) if isinstance(value, dict)] == ["b.txt"]


names = st.sampled_from(["a", "b", "o", "f", "x", "p", "z"]).flatmap(
    lambda letter: st.sampled_from(["0", "1", "2", "2.0", "3:0", "3:1", "9"]).map(lambda path: f"{letter}-{path}")
)
contents = st.lists(
    st.one_of(st.text(max_size=20), st.sampled_from(["0", "1", "9", "true", OTHER, KEPT + "0"])), max_size=4
)


@given(st.dictionaries(names, contents, max_size=8), st.text(max_size=5), st.text(max_size=5))
def test_whatever_a_page_sends_is_taken_or_named(fields: dict[str, list[str]], add: str, remove: str) -> None:
    """No field can break the form, and what was not sent is there afterwards."""
    below = shown(question(ItemType.STRING, "why"), text("because"), path="2.0")
    page = [
        shown(STRING, text("old")),
        shown(OPEN_BOXES, OFTEN.value, path="1"),
        shown(CHOICE, ShownAnswer(value=NEVER.value, items=(below,)), path="2"),
        *repetitions("3:0", "3:1"),
    ]
    found = take(page, Sent(fields=fields, add=add, remove=remove), {})
    if not any(name.endswith("-0") for name in fields):
        assert found.items[0]["answer"] == [{"valueString": "old"}]
    unknown = {name.partition("-")[2] for name in fields if name[0] != "z"} - {"0", "1", "2", "2.0", "3:0", "3:1"}
    assert unknown <= found.misread.keys()
