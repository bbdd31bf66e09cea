"""Every item type as the macros print it: named, reachable by keyboard, and never as markup of its author."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipt_fhir.instruments.catalogue import SafetyRule
from ipt_fhir.questionnaires.entries import Entry, UnreadKind
from ipt_fhir.questionnaires.fields import Misread
from ipt_fhir.questionnaires.filling import Origin, ShownAnswer
from ipt_fhir.questionnaires.form import (
    Condition,
    ItemType,
    Limits,
    Operator,
    Option,
    Translation,
    Value,
)
from tests.questionnaires.shown import NEVER, OFTEN, OPTIONS, question, shown, text
from tests.web.form_items import printed
from tests.web.page_checks import Page, _ids, _labels, _references

pytestmark = pytest.mark.proof

UNIT = {"system": "http://unitsofmeasure.org", "code": "mg", "display": "mg"}
WHEN = (Condition(question="q", operator=Operator.EXISTS, answer=Value("valueBoolean", True)),)
EXAMPLES = {
    ItemType.GROUP: None,
    ItemType.DISPLAY: None,
    ItemType.BOOLEAN: Value("valueBoolean", True),
    ItemType.DECIMAL: Value("valueDecimal", Decimal("2.50")),
    ItemType.INTEGER: Value("valueInteger", 7),
    ItemType.DATE: Value("valueDate", "2026-03-02"),
    ItemType.DATETIME: Value("valueDateTime", "2026-03-02"),
    ItemType.TIME: Value("valueTime", "14:30:00"),
    ItemType.STRING: text("some words"),
    ItemType.TEXT: text("one\ntwo"),
    ItemType.URL: Value("valueUri", "https://example.org"),
    ItemType.CHOICE: OFTEN.value,
    ItemType.OPEN_CHOICE: text("my own"),
    ItemType.ATTACHMENT: Value("valueAttachment", {"title": "a.png", "size": 1500}),
    ItemType.REFERENCE: Value("valueReference", {"display": "Dr ZZTEST"}),
    ItemType.QUANTITY: Value("valueQuantity", {"value": Decimal(2), "unit": "mg"}),
}
CHOSEN = {ItemType.CHOICE, ItemType.OPEN_CHOICE}


def options_of(kind: ItemType) -> tuple[Option, ...]:
    return OPTIONS if kind in CHOSEN else ()


def check(page: Page) -> None:
    faults = [*_ids(page), *_labels(page), *_references(page), *page.torn]
    assert not faults, faults


def fields(page: Page, name: str) -> list[str]:
    return [item.get("value") or item.text for item in page.all("input", "textarea") if item.get("name") == name]


def checked(page: Page) -> list[str]:
    return [item.get("value") for item in page.all("input") if "checked" in item.attributes]


@pytest.mark.parametrize("kind", ItemType)
@pytest.mark.parametrize("repeats", [False, True], ids=["once", "repeats"])
@pytest.mark.parametrize("answered", [False, True], ids=["empty", "answered"])
@pytest.mark.parametrize("spoken", ["en", "de"])
def test_every_item_type_is_printed_with_names_and_whole_markup(
    kind: ItemType, repeats: bool, answered: bool, spoken: str
) -> None:
    item = question(kind, options=options_of(kind), repeats=repeats, required=True, entry_format="a hint", prefix="1.")
    value = EXAMPLES[kind]
    page = printed(shown(item, *([value] if value and answered else [])), spoken=spoken)
    check(page)
    assert "Text of q" in page.source
    if kind.asks:
        assert page.by_id("a-0") is not None
        assert "a hint" in page.source


@pytest.mark.parametrize("kind", [kind for kind in ItemType if kind.asks])
@pytest.mark.parametrize("part", ["read_only", "calculated"])
def test_what_the_form_fills_in_is_shown_and_not_asked(kind: ItemType, part: str) -> None:
    item = question(kind, options=options_of(kind), read_only=part == "read_only")
    origin = Origin.CALCULATED if part == "calculated" else None
    value = EXAMPLES[kind]
    assert value is not None
    page = printed(shown(item, value, origin=origin))
    check(page)
    assert page.by_id("a-0") is None
    assert page.all("output")[0].text.strip()
    assert ("calculated" in page.source) is (part == "calculated")


def test_a_hidden_item_is_not_there() -> None:
    assert "Text of q" not in printed(shown(question(ItemType.STRING, hidden=True), text("x"))).source


def test_an_item_that_is_switched_off_leaves_its_place() -> None:
    page = printed(shown(question(ItemType.STRING, conditions=WHEN), text("kept"), enabled=False))
    place = page.by_id("i-0")
    assert place is not None
    assert "hidden" in place.attributes
    assert "kept" not in page.source


@pytest.mark.parametrize(
    "parts",
    [
        {"text": "<script>alert(1)</script>"},
        {"prefix": "<b>1</b>"},
        {"entry_format": '"><img src=x onerror=alert(1)>'},
        {"support_links": ("javascript:alert(1)", "http://plain.example", "data:text/html,x")},
        {"open_label": "<i>Other</i>"},
    ],
)
def test_nothing_a_forms_author_wrote_becomes_markup(parts: dict[str, object]) -> None:
    """Bad input: script in text. attack-A41."""
    item = replace(question(ItemType.OPEN_CHOICE, options=OPTIONS), **parts)  # type: ignore[arg-type]
    page = printed(shown(item, text("<script>x</script>")))
    assert not page.all("script", "img", "b", "i", "a")
    check(page)


def test_a_support_link_leaves_safely_and_says_so() -> None:
    link = printed(shown(question(ItemType.STRING, support_links=("https://example.org/more",)))).all("a")[0]
    assert (link.get("href"), link.get("target")) == ("https://example.org/more", "_blank")
    assert link.get("rel") == "noopener noreferrer"
    assert "example.org (new window)" in link.text


def test_a_choice_is_radio_buttons_boxes_or_a_list_when_it_is_long() -> None:
    many = tuple(replace(NEVER, value=Value("valueString", str(number)), display=str(number)) for number in range(13))
    kinds = [
        printed(shown(question(ItemType.CHOICE, options=OPTIONS), OFTEN.value)),
        printed(shown(question(ItemType.CHOICE, options=OPTIONS, repeats=True), OFTEN.value)),
        printed(shown(question(ItemType.CHOICE, options=many), Value("valueString", "7"))),
        printed(shown(question(ItemType.CHOICE, options=OPTIONS, control="drop-down"), OFTEN.value)),
    ]
    assert [page.by_id("a-0").get("type") or page.by_id("a-0").tag for page in kinds] == [  # type: ignore[union-attr]
        *("radio", "checkbox", "select", "select")
    ]
    assert checked(kinds[0]) == checked(kinds[1]) == ["1"]
    selected = [option.get("value") for option in kinds[2].all("option") if "selected" in option.attributes]
    assert selected == ["7"]


def test_an_answer_that_is_no_option_is_shown_and_stays_chosen() -> None:
    page = printed(
        shown(question(ItemType.CHOICE, options=OPTIONS), Value("valueCoding", {"code": "old", "display": "Old"}))
    )
    assert checked(page) == [" kept 0"]
    assert "Old" in page.source


def test_a_choice_whose_list_nobody_could_read_is_named_and_not_asked() -> None:
    page = printed(shown(question(ItemType.CHOICE, value_set="urn:vs"), options=None))
    assert "could not be read" in page.source
    assert page.by_id("a-0") is None
    open_one = printed(shown(question(ItemType.OPEN_CHOICE, value_set="urn:vs"), options=None))
    assert open_one.by_id("a-0").get("type") == "text"  # type: ignore[union-attr]


def test_the_answer_of_ones_own_stands_beside_the_options() -> None:
    page = printed(shown(question(ItemType.OPEN_CHOICE, options=OPTIONS, open_label="Something else"), text("mine")))
    assert fields(page, "o-0") == ["mine"]
    assert checked(page) == [" other"]
    assert "Something else" in page.source


def test_a_short_slider_is_a_row_of_radio_buttons_with_its_ends() -> None:
    limits = Limits(least=Value("valueInteger", 0), most=Value("valueInteger", 10))
    ends = [
        shown(replace(question(ItemType.DISPLAY, control, control=control), text=control.upper()), path=f"0.{at}")
        for at, control in enumerate(("lower", "upper"))
    ]
    item = question(ItemType.INTEGER, control="slider", limits=limits)
    page = printed(shown(item, Value("valueInteger", 7), items=tuple(ends)))
    check(page)
    assert [item.get("value") for item in page.all("input") if item.get("type") == "radio"] == [
        str(n) for n in range(11)
    ]
    assert checked(page) == ["7"]
    assert "LOWER" in page.source
    long = printed(shown(replace(item, limits=Limits(least=limits.least, most=Value("valueInteger", 100)))))
    assert long.by_id("a-0").get("inputmode") == "numeric"  # type: ignore[union-attr]
    assert "From 0 to 100." in long.source


@pytest.mark.parametrize(
    ("kind", "step", "value"),
    [
        (ItemType.INTEGER, 5, Value("valueInteger", 3)),
        (ItemType.INTEGER, None, Value("valueInteger", 12)),
        (ItemType.DECIMAL, 1, Value("valueDecimal", Decimal("2.5"))),
        (ItemType.DECIMAL, None, Value("valueDecimal", Decimal("2.5"))),
    ],
)
def test_an_answer_between_the_points_of_a_slider_is_typed(kind: ItemType, step: int | None, value: Value) -> None:
    """No radio button would be chosen, and the next save would lose it."""
    limits = Limits(least=Value("valueInteger", 0), most=Value("valueInteger", 10))
    page = printed(shown(question(kind, control="slider", slider_step=step, limits=limits), value))
    check(page)
    assert fields(page, "a-0") == [str(value.content)]
    assert "From 0 to 10." in page.source


def test_a_slider_of_decimals_has_points_where_its_step_says_so() -> None:
    """Without one, what lies between two whole numbers could not be answered."""
    limits = Limits(least=Value("valueDecimal", Decimal(0)), most=Value("valueDecimal", Decimal(10)))
    item = question(ItemType.DECIMAL, control="slider", slider_step=5, limits=limits)
    assert checked(printed(shown(item, Value("valueDecimal", Decimal(5))))) == ["5"]
    assert fields(printed(shown(replace(item, slider_step=None))), "a-0") == [""]


def test_a_quantity_offers_its_units_or_prints_the_only_one() -> None:
    two = printed(shown(question(ItemType.QUANTITY, units=(UNIT, UNIT | {"code": "g", "display": "g"}))))
    assert [option.get("value") for option in two.all("option")] == ["", "mg", "g"]
    one = printed(shown(question(ItemType.QUANTITY, unit=UNIT)))
    assert fields(one, "b-0") == ["mg"]
    check(two)
    check(one)


def test_a_quantity_in_another_unit_than_the_only_one_shows_its_own() -> None:
    """A number beside a unit it was not given in would be another amount."""
    page = printed(shown(question(ItemType.QUANTITY, unit=UNIT), Value("valueQuantity", {"value": 70, "unit": "kg"})))
    check(page)
    offered = {option.get("value"): "selected" in option.attributes for option in page.all("option")}
    assert offered == {"": False, "mg": False, "kg": True}


def test_part_of_a_date_stays_visible() -> None:
    """A date field of a browser would show nothing for a year, and the next save would lose it."""
    for spelled, kind in (("1987", "text"), ("2026-03", "text"), ("2026-03-02", "date")):
        page = printed(shown(question(ItemType.DATE), Value("valueDate", spelled)))
        assert (fields(page, "a-0"), page.by_id("a-0").get("type")) == ([spelled], kind)  # type: ignore[union-attr]


def test_where_more_may_be_typed_an_empty_line_waits() -> None:
    item = question(ItemType.STRING, repeats=True, limits=Limits(max_occurs=3))
    assert fields(printed(shown(item, text("a"))), "a-0") == ["a", ""]
    assert fields(printed(shown(item, text("a"), text("b"), text("c"))), "a-0") == ["a", "b", "c"]
    check(printed(shown(item, text("a"), text("b"))))


def test_what_could_not_be_read_is_shown_as_typed_with_its_reason() -> None:
    page = printed(
        shown(question(ItemType.INTEGER), Value("valueInteger", 3)),
        misread={"0": Misread(UnreadKind.WHOLE_NUMBER, (Entry("<three>"),))},
    )
    field = page.by_id("a-0")
    assert field is not None
    assert (field.get("value"), field.get("aria-invalid"), field.get("aria-describedby")) == ("<three>", "true", "w-0")
    assert "whole number" in page.by_id("w-0").text  # type: ignore[union-attr]


def test_help_units_and_instructions_below_a_question_describe_it() -> None:
    below = shown(replace(question(ItemType.DISPLAY, "h", control="help"), text="Think of the last week."), path="0.0")
    page = printed(shown(question(ItemType.DECIMAL, unit=UNIT), items=(below,)))
    assert page.by_id("a-0").get("aria-describedby") == "h-0"  # type: ignore[union-attr]
    assert page.by_id("h-0").text == "Think of the last week."  # type: ignore[union-attr]
    assert "mg" in page.source


def test_questions_with_the_same_options_become_a_matrix_with_a_name_for_every_row() -> None:
    rows = [shown(question(ItemType.CHOICE, f"q{n}", options=OPTIONS, prefix=f"{n}."), path=str(n)) for n in range(3)]
    page = printed(*rows)
    check(page)
    assert [legend.text.strip() for legend in page.all("legend")] == [f"{n}. Text of q{n}" for n in range(3)]
    heads = [item for item in page.all("div") if item.get("class") == "scale-head"]
    assert [(head.get("aria-hidden"), head.text) for head in heads] == [("true", "NeverOftenNone of these")]
    assert len(page.all("fieldset")) == 3
    off = printed(rows[0], replace(rows[1], enabled=False), rows[2])
    assert len([item for item in off.all("div") if item.get("class") == "scale-head"]) == 1
    assert off.by_id("i-1").within("div") is not None  # type: ignore[union-attr]


def test_a_question_that_asks_for_a_step_says_so() -> None:
    """decision-D21."""
    rule = SafetyRule(link_id="q", positive=("1",), source="x")
    item = question(ItemType.CHOICE, options=OPTIONS)
    assert "a safety step is asked" in printed(shown(item, OFTEN.value), safety=rule).source
    assert "a safety step is asked" not in printed(shown(item, NEVER.value), safety=rule).source


def test_repetitions_of_a_group_can_be_added_and_removed_by_button() -> None:
    group = question(ItemType.GROUP, "g", repeats=True, limits=Limits(max_occurs=3))
    two = printed(
        *(shown(group, path=f"0:{n}", items=(shown(question(ItemType.STRING), path=f"0:{n}.0"),)) for n in range(2))
    )
    check(two)
    buttons = [(button.get("name"), button.get("value")) for button in two.all("button")]
    assert buttons == [("remove", "0:0"), ("remove", "0:1"), ("add", "0:1")]
    one = printed(shown(group, path="0:0"))
    assert [button.get("name") for button in one.all("button")] == ["add"]
    three = printed(*(shown(group, path=f"0:{n}") for n in range(3)))
    assert [button.get("name") for button in three.all("button")] == ["remove"] * 3


def test_a_grid_is_a_table_with_headed_columns_and_named_fields() -> None:
    columns = (question(ItemType.STRING, "name"), question(ItemType.CHOICE, "often", options=OPTIONS))
    group = question(ItemType.GROUP, "g", repeats=True, control="gtable", items=columns)
    rows = [
        shown(group, path=f"0:{n}", items=tuple(shown(item, path=f"0:{n}.{at}") for at, item in enumerate(columns)))
        for n in range(2)
    ]
    page = printed(*rows)
    check(page)
    assert [head.text for head in page.all("th") if head.get("scope") == "col"] == [
        "Row",
        "Text of name",
        "Text of often",
    ]
    assert [item.get("id") for item in page.all("td") if item.get("id")] == [
        f"i-0:{n}.{at}" for n in (0, 1) for at in (0, 1)
    ]


def test_items_under_an_answer_follow_it() -> None:
    below = shown(question(ItemType.STRING, "why"), text("because"), path="0.0")
    page = printed(shown(question(ItemType.CHOICE, options=OPTIONS), ShownAnswer(value=OFTEN.value, items=(below,))))
    check(page)
    assert fields(page, "a-0.0") == ["because"]


def test_a_translation_is_chosen_and_another_language_is_marked() -> None:
    item = question(ItemType.STRING, translations=(Translation("de", "Wie geht es?"),))
    german = printed(shown(item), spoken="de")
    assert "Wie geht es?" in german.source
    assert 'lang="en"' not in german.source.partition("<body>")[2]
    plain = printed(shown(question(ItemType.STRING)), spoken="de")
    assert [found.get("dir") for found in plain.all("span") if found.get("lang") == "en"] == ["auto"]


def test_a_form_that_is_only_shown_has_no_fields_and_all_its_questions() -> None:
    tree = [
        shown(question(ItemType.CHOICE, options=OPTIONS)),
        shown(question(ItemType.STRING, "r"), path="1", enabled=False),
        shown(question(ItemType.GROUP, "g"), path="2", items=(shown(question(ItemType.DATE, "d"), path="2.0"),)),
    ]
    page = printed(*tree, filled=False)
    assert not page.all("input", "select", "textarea", "button")
    assert "Never · Often · None of these" in page.all("output")[0].text
    assert all(f"Text of {name}" in page.source for name in ("q", "r", "g", "d"))


kinds = st.sampled_from([kind for kind in ItemType if kind not in {ItemType.GROUP, ItemType.DISPLAY}])


@settings(max_examples=60, deadline=None)
@given(st.lists(kinds, min_size=1, max_size=6), st.text(max_size=30), st.booleans(), st.booleans())
def test_any_mixture_of_items_is_whole_markup(found: list[ItemType], words: str, repeats: bool, wrong: bool) -> None:
    tree = []
    for at, kind in enumerate(found):
        item = replace(question(kind, f"q{at}", options=options_of(kind), repeats=repeats), text=words)
        tree.append(shown(item, EXAMPLES[kind] or text(""), path=str(at)))
    check(printed(*tree, wrong={"0": words} if wrong else {}))
