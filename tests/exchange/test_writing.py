"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import stat
from io import BytesIO
from pathlib import Path

import pytest

from ipt_fhir.exchange.writing import written_whole


class Interrupted(RuntimeError):
    """Something went wrong half-way."""


def test_the_file_appears_when_all_is_written_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    with written_whole(target, BytesIO()) as out:
        out.write(b"half")
        assert not target.exists()
        out.write(b" and half")
    assert target.read_bytes() == b"half and half"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["out.json"]  # noqa: PTH208 - hidden drafts count


@pytest.mark.parametrize("wrong", [Interrupted(), KeyboardInterrupt()])
def test_a_failure_half_way_leaves_the_old_file_and_no_draft(tmp_path: Path, wrong: BaseException) -> None:
    target = tmp_path / "out.json"
    target.write_bytes(b"old")
    with pytest.raises(type(wrong)):
        fail_half_way(target, wrong)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def fail_half_way(target: Path, wrong: BaseException) -> None:
    with written_whole(target, BytesIO()) as out:
        out.write(b"new")
        raise wrong


def test_without_a_file_it_goes_to_standard_output() -> None:
    stdout = BytesIO()
    with written_whole(None, stdout) as out:
        out.write(b"said")
    assert stdout.getvalue() == b"said"


def test_a_device_is_written_to_and_not_replaced() -> None:
    with written_whole(Path("/dev/null"), BytesIO()) as out:
        out.write(b"gone")
    assert Path("/dev/null").is_char_device()
