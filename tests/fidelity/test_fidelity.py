"""Nothing is lost on the way: every published file is the same after a no-op edit, and the page says how peers do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ipt_fhir import rawjson
from ipt_fhir.mapping import editing
from ipt_fhir.mapping.foreign import open_foreign
from ipt_fhir.mapping.members import RESOURCES
from ipt_fhir.validation.validator import validate
from tests.fidelity import files, judge, table, verdicts
from tests.fidelity.editors import ours

PAGE = Path(__file__).resolve().parents[2] / "docs" / "conformance.md"
SETS = (
    "HL7, R4 4.0.1 examples",
    "US Core 6.1.0 examples",
    "US Core 7.0.0 examples",
    "US Core 8.0.0 examples",
    "real samples",
    "charts of 50 synthetic patients",
)


@pytest.mark.parametrize("title", SETS)
def test_every_file_is_identical_token_by_token_after_a_no_op_edit(title: str) -> None:
    found = files.sets()[title]
    assert len(found) > 140
    assert [name for name, data in found.items() if not judge.identical(data, ours(data))] == []


def test_the_judge_sees_an_edit_in_every_file() -> None:
    for found in files.sets().values():
        for name, data in found.items():
            resource = rawjson.parse_object(data)
            editing.put(resource, "id", "another")
            assert not judge.identical(data, rawjson.write(resource)), name


@pytest.mark.parametrize(
    ("left", "right", "identical", "same_content"),
    [
        (b'{"a": 1.0}', b'{"a":1.0}', True, True),
        (b'{"a":1.0}', b'{"a":1.00}', False, False),
        (b'{"a":1e2}', b'{"a":100}', False, False),
        (b'{"a":"\\u00e9"}', '{"a":"é"}'.encode(), True, True),
        (b'{"a":"2026-01-05T10:00:00Z"}', b'{"a":"2026-01-05T10:00:00+00:00"}', False, False),
        (b'{"a":1,"b":2}', b'{"b":2,"a":1}', False, True),
        (b'{"a":[1,2]}', b'{"a":[2,1]}', False, False),
        (b'{"a":1,"a":2}', b'{"a":2}', False, False),
        (b'{"a":true}', b'{"a":1}', False, False),
        (b'{"a":[]}', b"{}", False, False),
    ],
)
def test_the_judge_knows_what_is_the_same(left: bytes, right: bytes, identical: bool, same_content: bool) -> None:
    assert judge.identical(left, right) is identical
    assert judge.same_content(left, right) is same_content


@pytest.mark.proof
def test_the_page_says_what_was_measured() -> None:
    section = PAGE.read_text().partition("## Fidelity")[2].partition("\n## ")[0]
    written = "\n".join(re.findall(r"^\|.*$", section, re.MULTILINE))
    assert written == table.table(), "python -m tests.fidelity prints the table"


@pytest.mark.proof
def test_the_peers_were_really_asked() -> None:
    """Known losses of theirs: times respelled, siblings of primitives dropped."""
    samples = table.counts()["US Core 7.0.0 examples"]
    assert samples["fhir.resources R4B"]["changed"] > 0
    assert samples["fhirclient"]["changed"] > 0
    assert all(samples[name]["same"] > 100 for name in samples)


def test_every_real_file_that_is_not_good_is_refused_or_read_only_for_a_named_reason() -> None:
    assert verdicts.computed() == verdicts.committed(), "python -m tests.fidelity verdicts"
    assert all(re.fullmatch(r"(read-only|refused): .+", said) for said in verdicts.committed().values())


def test_each_reason_is_a_sentence_with_a_place() -> None:
    for name in verdicts.committed():
        resource = rawjson.parse_object(files.samples()[name])
        said = [(issue.location, issue.message) for issue in validate(resource)]
        if resource["resourceType"] in RESOURCES:
            opened = open_foreign(resource)
            said += [(item.location, item.words()) for item in opened.not_understood]
            said += [("", opened.refusal())] if opened.value is None else []
        assert said, name
        assert all(words for _, words in said), name
