"""A pack's folder is read without following anything out of it, and without reading more than a pack may hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ipt_fhir.instruments.pack_folder import read_pack_folder
from ipt_fhir.instruments.packs import MOST_INSTRUMENTS, PackRefused
from tests.packs.given import DEMO, FORM, HEAD, SCALE, demo_files, demo_pack

UNIX_ONLY = pytest.mark.skipif(os.name != "posix", reason="links and pipes as on Unix")


def refusal(folder: Path) -> str:
    with pytest.raises(PackRefused) as refused:
        read_pack_folder(folder)
    return str(refused.value)


def test_the_files_are_read_as_they_are() -> None:
    assert read_pack_folder(DEMO) == demo_files()


@pytest.mark.parametrize("stray", ["README.md", ".DS_Store", "Evening/questionnaire.json", f"{SCALE}/notes.txt"])
def test_a_file_that_has_no_place_is_named(tmp_path: Path, stray: str) -> None:
    folder = demo_pack(tmp_path)
    (folder / stray).parent.mkdir(exist_ok=True)
    (folder / stray).write_text("{}")
    assert stray.removesuffix("/questionnaire.json") in (told := refusal(folder))
    assert "has no place in a pack" in told


@UNIX_ONLY
@pytest.mark.parametrize("linked", [HEAD, FORM, SCALE, "more"])
def test_nothing_is_read_through_a_link(tmp_path: Path, linked: str) -> None:
    """A link would let a pack show files of the server in a form."""
    folder = demo_pack(tmp_path)
    secret = tmp_path / "secret"
    (folder / linked).rename(secret) if (folder / linked).exists() else secret.mkdir()
    (folder / linked).symlink_to(secret)
    assert f"{linked}: is a link" in refusal(folder)


@UNIX_ONLY
def test_a_pipe_does_not_keep_us_waiting(tmp_path: Path) -> None:
    folder = demo_pack(tmp_path)
    (folder / FORM).unlink()
    os.mkfifo(folder / FORM)
    assert f"{FORM}: is not a file" in refusal(folder)


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    folder = demo_pack(tmp_path)
    (folder / FORM).unlink()
    (folder / FORM).mkdir()
    assert FORM in refusal(folder)


@pytest.mark.parametrize(("file", "size"), [(HEAD, 65 * 1024), (FORM, 2 * 1024 * 1024 + 1)])
def test_a_file_that_is_too_large_is_refused(tmp_path: Path, file: str, size: int) -> None:
    folder = demo_pack(tmp_path)
    (folder / file).write_bytes(b" " * size)
    assert f"{file}: larger than" in refusal(folder)


def test_a_pack_that_is_too_large_as_a_whole_is_refused(tmp_path: Path) -> None:
    folder = demo_pack(tmp_path)
    for number in range(9):
        (folder / f"form-{number}").mkdir()
        (folder / f"form-{number}" / "questionnaire.json").write_bytes(b" " * (2 * 1024 * 1024))
    assert "the pack is larger than" in refusal(folder)


def test_too_many_instruments_are_refused(tmp_path: Path) -> None:
    folder = demo_pack(tmp_path)
    for number in range(MOST_INSTRUMENTS):
        (folder / f"form-{number}").mkdir()
    assert "more than 50 instruments" in refusal(folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "nowhere")
