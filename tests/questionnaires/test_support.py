"""The contract: each row has a test that stands, and nothing is handled that has no row. Part of ``make check``."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from ipt_fhir.questionnaires import extensions
from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.form import ItemType, Operator
from ipt_fhir.questionnaires.support import ANY_OTHER, ROWS, Kind, Row
from tests.questionnaires.support_page import questionnaires_page

TESTS = Path(__file__).parent
DOCS = TESTS.parents[1] / "docs"
ENGINE = Path(extensions.__file__).parent
ADDRESS = "/StructureDefinition/"


@cache
def written_in(file: str) -> frozenset[str]:
    """Names of the tests in a file beside this one."""
    path = TESTS / file
    tree = ast.parse(path.read_text() if path.exists() else "")
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[:5] == "test_")


def names(kind: Kind) -> set[str]:
    return {row.name for row in ROWS if row.kind is kind and row.name != ANY_OTHER}


def id_of(row: Row) -> str:
    return f"{row.kind} {row.name.rpartition('/')[2]}"


@pytest.mark.parametrize("row", ROWS, ids=id_of)
def test_a_row_names_a_test_that_stands(row: Row) -> None:
    file, _, name = row.test.partition("::")
    assert name in written_in(file), f"{row.test} does not stand in {TESTS.name}"


def test_every_row_stands_once() -> None:
    named = [(row.kind, row.name) for row in ROWS]
    assert len(named) == len(set(named))


def test_everything_that_can_be_known_has_a_row() -> None:
    assert names(Kind.EXTENSION) == set(Known)
    assert names(Kind.ITEM_TYPE) == set(ItemType)
    assert names(Kind.OPERATOR) == set(Operator)
    assert {row.kind for row in ROWS if row.name == ANY_OTHER} == set(Kind)


@pytest.mark.parametrize("path", sorted(ENGINE.glob("*.py")), ids=lambda path: path.stem)
def test_no_other_file_of_the_engine_spells_the_address_of_an_extension(path: Path) -> None:
    spelled = [
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ADDRESS in f"{node.value}/"
    ]
    assert path.name == "extensions.py" or spelled == []


def test_the_page_says_what_the_table_says() -> None:
    page = (DOCS / "questionnaires.md").read_text(encoding="utf-8")
    assert page == questionnaires_page(), "run `make reference`"
