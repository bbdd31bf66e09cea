"""The public test data is what the manifest says it is."""

from __future__ import annotations

import hashlib
import json

import pytest

from tests.published import PublishedFile, manifest, published

FILES = list(manifest())


@pytest.mark.parametrize("line", FILES, ids=[line.file for line in FILES])
def test_file_has_the_bytes_the_manifest_names(line: PublishedFile) -> None:
    assert hashlib.sha256(published(line.file).read_bytes()).hexdigest() == line.sha256


def test_every_line_says_where_the_file_comes_from_and_under_which_licence() -> None:
    assert all(line.repository and line.path and line.commit and line.licence for line in FILES)


def test_no_file_is_listed_twice() -> None:
    assert len({line.file for line in FILES}) == len(FILES)


def test_every_sample_is_listed_with_the_origin_its_own_manifest_names() -> None:
    samples = json.loads(published("samples/MANIFEST.json").read_bytes())
    listed = {line.file: line for line in FILES}
    for sample in samples:
        line = listed[f"samples/{sample['file']}"]
        assert line.path == sample["path"]
        assert (line.repository, line.commit) == (sample["repo"], sample["commit"]) or not sample["commit"]
