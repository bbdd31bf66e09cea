"""Filters, walks and joins of collections, where the official cases say nothing."""

from __future__ import annotations

import pytest

from tests.questionnaires.expressions.answers import refusal, value

PEOPLE = {
    "resourceType": "Patient",
    "name": [
        {"use": "official", "family": "Solvang", "given": ["Una", "Kari"]},
        {"use": "usual", "family": "Brandt"},
    ],
}


def test_what_stands_behind_a_where_sees_the_whole_again() -> None:
    """The library would go on from the last name the where looked at."""
    assert value("name.where(use = 'usual').family.combine(name.family)", PEOPLE) == ["Brandt", "Solvang", "Brandt"]
    assert value("iif(name.where(use = 'none').exists(), 1, name.count())", PEOPLE) == [2]


def test_an_index_is_the_one_of_the_innermost_loop() -> None:
    assert value("name.select($index)", PEOPLE) == [0, 1]
    assert value("name.select(iif(given.where($index = 1).exists(), $index, 9))", PEOPLE) == [0, 9]


def test_a_total_lives_in_its_aggregate_only() -> None:
    assert value("(1 | 2).aggregate($total + $this + (3 | 4).aggregate($total + $this, 0), 0)") == [17]


def test_a_criterion_is_a_boolean_or_something() -> None:
    assert value("name.where(given).family", {**PEOPLE, "name": [{"family": "A", "given": ["x"]}]}) == ["A"]
    refusal("name.where(given).family", PEOPLE)


@pytest.mark.parametrize(
    "expression", ["iif('x', 1, 2)", "iif(1 | 2, 1, 2)", "(1 | 2).single()", "(1 | 'a').allTrue()"]
)
def test_what_is_no_single_boolean_is_refused(expression: str) -> None:
    refusal(expression)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("coalesce({}, 2, 3)", [2]),
        ("(true | false).anyTrue()", [True]),
        ("(true | false).allFalse()", [False]),
        ("(true | false).anyFalse()", [True]),
        ("{}.anyTrue()", [False]),
        ("iif({}, 1)", []),
        ("name.take(-1)", []),
        ("name.skip(1).family", ["Brandt"]),
        ("name[5]", []),
        ("name.given.trace('names').count()", [2]),
        ("(1 | 2 | 3).repeat($this)", [1, 2, 3]),
    ],
)
def test_a_collection(expression: str, expected: list[object]) -> None:
    assert value(expression, PEOPLE) == expected


def test_a_tree_is_walked_without_the_name_of_its_type() -> None:
    assert value("descendants().count()", {"resourceType": "Patient", "id": "a", "name": [{"family": "b"}]}) == [3]


def test_all_extensions_of_an_address_are_found() -> None:
    held = [{"url": "x", "valueInteger": number} for number in (1, 2)]
    assert value("extension('x').value", {"resourceType": "Patient", "extension": held}) == [1, 2]
