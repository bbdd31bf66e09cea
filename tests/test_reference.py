"""The pages written from the code say what the code says."""

from __future__ import annotations

from ipt_fhir.model.filed_parts import FILED_PARTS, Destination
from tests.instruments.page import instruments_page
from tests.mapping.table import IDENTITIES, elements_of_fields, mapping_page
from tests.reference import DOCS, api_page, undocumented

AGAIN = "run `make reference`"


def test_the_api_reference_is_what_the_docstrings_say() -> None:
    assert (DOCS / "api.md").read_text(encoding="utf-8") == api_page(), AGAIN


def test_every_public_name_has_a_docstring() -> None:
    assert undocumented() == []


def test_the_page_of_instruments_says_what_their_folders_say() -> None:
    assert (DOCS / "instruments.md").read_text(encoding="utf-8") == instruments_page(), AGAIN


def test_the_mapping_tables_are_what_the_mapping_does() -> None:
    assert (DOCS / "mapping.md").read_text(encoding="utf-8") == mapping_page(), AGAIN


def test_every_field_that_is_filed_is_carried_by_an_element() -> None:
    filed = {field for field, destination in FILED_PARTS.items() if destination is not Destination.LOCAL}
    expected = {field for field in filed if field.split(".")[1] not in IDENTITIES}
    assert {field for field, elements in elements_of_fields().items() if elements} == expected
