"""The page "what we hold, how long, who can read it", held against the tables (decision-D91)."""

from __future__ import annotations

from collections import Counter

import pytest

from smart_app.config import Retention
from smart_app.services.data_held import ROWS, DataRow, Kept, Reader, is_sealed, kept_words, reader_words
from smart_app.store.persons import NOBODYS, sealed_columns
from smart_app.store.tables import metadata


def test_every_column_of_every_table_has_one_row() -> None:
    """A new column without a row fails here: say what it holds, who reads it and when it goes."""
    said = Counter((row.table, column) for row in ROWS for column in row.columns)
    held = Counter((table.name, column.name) for table in metadata.sorted_tables for column in table.c)
    assert said == held


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.table}.{row.columns[0]}")
def test_a_row_is_wholly_sealed_or_wholly_readable(row: DataRow) -> None:
    sealed = [column in sealed_columns(row.table) for column in row.columns]
    assert all(sealed) == any(sealed) == is_sealed(row)


def test_what_is_readable_in_the_database_holds_no_content() -> None:
    """No name of a patient, no answer: columns about persons that are not sealed are ids, times, states, counts."""
    about_persons = [row for row in ROWS if not is_sealed(row) and row.table not in NOBODYS]
    plain = {f"{row.table}.{column}" for row in about_persons for column in row.columns}
    words = ("name", "text", "content", "answer", "narrative", "birth", "diagnos")
    assert {item for item in plain if any(word in item for word in words)} == {"safety_duties.owner_name"}


@pytest.mark.parametrize("reader", Reader)
def test_each_reader_has_words(reader: Reader) -> None:
    assert reader_words(reader)


@pytest.mark.parametrize("kept", Kept)
def test_each_time_has_words_and_those_of_the_settings_name_them(kept: Kept) -> None:
    words = kept_words(kept, Retention(launches=11, drafts=12, sent=13, courses=14, audit=15))
    days = {"launches": "11", "drafts": "12", "sent": "13", "courses": "14", "audit": "15"}
    assert days.get(kept.value, "") in words
    assert "until somebody erases it" in kept_words(Kept.WITH_COURSE, Retention(courses=0))
