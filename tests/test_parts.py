"""A missing part is a skip that says how to get it on a person's machine, and a failure in CI."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parts import PARTS, need
from tests.peers import postgresql
from tests.published import published


@pytest.fixture
def empty_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No programs and no data; the tools' cache is left out by having no java, node or npm."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgresql, "DEBIAN", tmp_path)
    monkeypatch.delenv("IPT_FHIR_TEST_DATA", raising=False)
    monkeypatch.delenv("CI", raising=False)
    return monkeypatch


@pytest.mark.usefixtures("empty_machine")
@pytest.mark.parametrize("part", PARTS)
def test_a_missing_part_skips_with_one_line_saying_how_to_get_it(part: str) -> None:
    with pytest.raises(pytest.skip.Exception) as skipped:
        need(part)
    assert skipped.value.msg == f"needs {part}, which is not here; install: {PARTS[part].get}"
    assert "\n" not in str(skipped.value.msg)


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_part_fails_in_ci(part: str, empty_machine: pytest.MonkeyPatch) -> None:
    empty_machine.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=part):
        need(part)


def test_a_data_folder_without_the_file_is_missing_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IPT_FHIR_TEST_DATA", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"ig/absent\.tgz"):
        published("ig/absent.tgz")


def test_a_part_that_is_here_lets_the_test_go_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "sample.json").write_text("{}")
    monkeypatch.setenv("IPT_FHIR_TEST_DATA", str(tmp_path))
    need("published data")
    assert published("sample.json").read_text() == "{}"
